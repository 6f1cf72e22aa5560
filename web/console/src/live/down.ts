/* When to say that live updates are down. A stream that is down for a moment is nobody's business, and one that stays
 * down says so again at each of its tries: those must not begin the wait anew. */
const OFFLINE_AFTER_MS = 5000;

/* A page may have streams of its own beside the account's: live updates are up when all of them are. */
const broken = new Set<string>();
let told: (up: boolean) => void = () => undefined;

export function streamHeard(name: string, up: boolean): void {
  if (up) broken.delete(name);
  else broken.add(name);
  told(broken.size === 0);
}
export function onStreams(tell: (up: boolean) => void): () => void {
  told = tell;
  return () => {
    told = () => undefined;
  };
}

export interface DownWatch {
  heard: (up: boolean) => void;
  close: () => void;
}

export function watchDown(tell: (down: boolean) => void, afterMs = OFFLINE_AFTER_MS): DownWatch {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    heard: (up) => {
      if (up) {
        stop();
        tell(false);
      } else timer ??= setTimeout(() => tell(true), afterMs);
    },
    close: stop,
  };
}
