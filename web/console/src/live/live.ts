/* Live pages: server events mark reads as out of date, and those on screen are read again at once. */
import type { QueryClient } from "@tanstack/react-query";
import { newKey } from "../api/keys";
import { EVERYTHING, type LiveMessage, staleAfter } from "./events";
import { Leader } from "./leader";
import { type Emit, Stream } from "./stream";
import workerUrl from "./worker.ts?worker&url";

/** Several events of one change arrive together: wait this long, then read each thing once. */
const GATHER_MS = 60;
const HELLO_MS = 30_000;

interface Feed {
  close: () => void;
}

/* Worker and channel carry the account in their names: after another person signs in, no tab of theirs can join a stream
 * that still belongs to the one before. */
function sharedWorkerFeed(account: number, emit: Emit): Feed {
  const name = `chathub-live-${account}`;
  const worker = new SharedWorker(workerUrl, { type: "module", name });
  const say = (word: "hello" | "bye") => worker.port.postMessage(word);
  worker.port.onmessage = ({ data }: MessageEvent<LiveMessage>) => emit(data);
  say("hello");
  const timer = setInterval(() => say("hello"), HELLO_MS);
  const leave = () => say("bye");
  const back = () => say("hello");
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", back);
  return {
    close: () => {
      clearInterval(timer);
      window.removeEventListener("pagehide", leave);
      window.removeEventListener("pageshow", back);
      leave();
    },
  };
}

function leaderFeed(account: number, emit: Emit): Feed {
  const channel = new BroadcastChannel(`chathub-live-${account}`);
  const leader = new Leader(newKey(), channel, emit, (out) => new Stream(out));
  const leave = () => leader.close();
  window.addEventListener("pagehide", leave);
  return {
    close: () => {
      window.removeEventListener("pagehide", leave);
      leader.close();
    },
  };
}

export interface Live extends Feed {
  /** Told when the stream breaks and when it is back. */
  onState: (listener: (up: boolean) => void) => void;
}

export function startLive(queries: QueryClient, account: number): Live {
  let pending: (readonly unknown[])[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tell: (up: boolean) => void = () => undefined;

  const readAgain = () => {
    timer = undefined;
    const stale = pending.includes(EVERYTHING) ? [EVERYTHING] : pending;
    pending = [];
    const unique = new Map(stale.map((key) => [JSON.stringify(key), key]));
    for (const queryKey of unique.values()) void queries.invalidateQueries({ queryKey });
  };
  const emit: Emit = ({ type, data }) => {
    if (type === "state") {
      tell((data as { up?: boolean } | null)?.up === true);
      return;
    }
    pending.push(...staleAfter(type, data));
    timer ??= setTimeout(readAgain, GATHER_MS);
  };
  const feed = typeof SharedWorker === "function" ? sharedWorkerFeed(account, emit) : leaderFeed(account, emit);
  return {
    close: () => {
      clearTimeout(timer);
      feed.close();
    },
    onState: (listener) => {
      tell = listener;
    },
  };
}
