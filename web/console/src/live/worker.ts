/* The shared worker: one event stream for all tabs of this browser and account. HTTP/1.1 gives a browser six connections
 * to a server; seven tabs with a stream each would leave none for anything else. */
import type { LiveMessage } from "./events";
import { accountStream } from "./stream";

/** Tabs say hello often; one that fell silent was closed without a word. Hidden tabs may run timers once a minute. */
const SILENT_MS = 150_000;

const tabs = new Map<MessagePort, number>();
let state: LiveMessage = { type: "state", data: { up: true } };
const stream = accountStream((message: LiveMessage) => {
  if (message.type === "state") state = message;
  for (const port of tabs.keys()) port.postMessage(message);
});

function forgetSilent(): void {
  const now = Date.now();
  for (const [port, seen] of tabs) if (now - seen > SILENT_MS) tabs.delete(port);
}

addEventListener("connect", (event) => {
  const port = (event as MessageEvent).ports[0];
  if (port === undefined) return;
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data === "bye") tabs.delete(port);
    else tabs.set(port, Date.now());
    forgetSilent();
    // An answer: a tab that gets none knows that this script never came, and helps itself.
    if (data === "hello") port.postMessage(state);
    if (tabs.size > 0) stream.start();
    else stream.stop();
  };
  port.start();
});
