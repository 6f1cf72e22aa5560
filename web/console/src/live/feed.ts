/* Where a tab has its events from: the browser's shared worker; a stream of the tabs' own where there are no such workers,
 * and from the moment on at which it is known that the worker does not live. Meanwhile live updates are down. */
import type { Emit } from "./stream";

export interface Feed {
  close: () => void;
}
type Own = (account: number, emit: Emit) => Feed;
type Shared = (account: number, emit: Emit, dead: () => void) => Feed;

export function openFeed(account: number, emit: Emit, shared: Shared | null, own: Own): Feed {
  if (shared === null) return own(account, emit);
  let closed = false;
  let fell = false;
  const fall = () => {
    if (closed || fell) return;
    fell = true;
    feed.close();
    emit({ type: "state", data: { up: false } });
    feed = own(account, emit);
  };
  let feed = shared(account, emit, fall);
  return {
    close: () => {
      closed = true;
      feed.close();
    },
  };
}
