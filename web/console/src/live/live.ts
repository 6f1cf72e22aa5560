/* Live pages: server events mark reads as out of date, and those on screen are read again at once. */
import type { QueryClient } from "@tanstack/react-query";
import { toProblem } from "../api/problem";
import { newKey } from "../api/keys";
import { type LiveMessage, staleAfter } from "./events";
import { type Feed, openFeed } from "./feed";
import { Gather } from "./gather";
import { Leader } from "./leader";
import { accountStream, type Emit } from "./stream";
import workerUrl from "./worker.ts?worker&url";

const HELLO_MS = 30_000;
/** A worker whose script was blocked (by a proxy, by an extension) is as silent as one that is still loading. */
const WORKER_MS = 8000;

/* Worker and channel carry the account in their names: after another person signs in, no tab of theirs can join a stream
 * that still belongs to the one before. */
function sharedWorkerFeed(account: number, emit: Emit, dead: () => void): Feed {
  const name = `chathub-live-${account}`;
  const worker = new SharedWorker(workerUrl, { type: "module", name });
  const say = (word: "hello" | "bye") => worker.port.postMessage(word);
  const silence = setTimeout(dead, WORKER_MS);
  worker.onerror = dead;
  worker.port.onmessage = ({ data }: MessageEvent<LiveMessage>) => {
    clearTimeout(silence);
    emit(data);
  };
  say("hello");
  const timer = setInterval(() => say("hello"), HELLO_MS);
  const leave = () => say("bye");
  const back = () => say("hello");
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", back);
  return {
    close: () => {
      clearTimeout(silence);
      clearInterval(timer);
      window.removeEventListener("pagehide", leave);
      window.removeEventListener("pageshow", back);
      worker.port.onmessage = null;
      leave();
    },
  };
}

function leaderFeed(account: number, emit: Emit): Feed {
  const channel = new BroadcastChannel(`chathub-live-${account}`);
  const leader = new Leader(newKey(), channel, emit, accountStream);
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

/** What failed while no server was there need not wait for a press of "Try again". */
function readFailed(queries: QueryClient): void {
  void queries.refetchQueries({
    type: "active",
    predicate: ({ state }) => state.status === "error" && toProblem(state.error).passing,
  });
}

export function startLive(queries: QueryClient, account: number): Live {
  let tell: (up: boolean) => void = () => undefined;
  const gather = new Gather({
    readAgain: (queryKey) => void queries.invalidateQueries({ queryKey }),
    isReading: (queryKey) => queries.isFetching({ queryKey }) > 0,
  });
  const emit: Emit = ({ type, data }) => {
    if (type === "state") {
      const up = (data as { up?: boolean } | null)?.up === true;
      tell(up);
      if (up) readFailed(queries);
    } else gather.add(staleAfter(type, data), type === "hint");
  };
  const feed = openFeed(account, emit, typeof SharedWorker === "function" ? sharedWorkerFeed : null, leaderFeed);
  return {
    close: () => {
      gather.close();
      feed.close();
    },
    onState: (listener) => {
      tell = listener;
    },
  };
}
