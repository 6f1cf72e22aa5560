/* A conversation that is read again while it grows. */
import type { InboxThread } from "./types";

/** The newest page, behind what was read before it: a page that is kept up to date loses nothing at its other end. */
export function threadWith(now: InboxThread, had: InboxThread | undefined): InboxThread {
  const first = now.messages[0]?.number ?? 0;
  const last = had?.messages.at(-1)?.number ?? 0;
  const before = had?.messages.filter(({ number }) => number < first) ?? [];
  if (had === undefined || before.length === 0 || last < first - 1) return now;
  return { ...now, messages: [...before, ...now.messages], more: had.more };
}
