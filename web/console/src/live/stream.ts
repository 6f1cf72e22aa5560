/* One connection to a stream of server events. The browser's EventSource reconnects by itself after a broken connection and sends
 * Last-Event-ID, but gives up for good after any answer that is not 200 (a restart behind a proxy gives 502): then we
 * begin anew, with growing pauses. A new beginning has no Last-Event-ID, so it counts as "read everything again".
 *
 * A connection can be dead without anybody closing it (a frozen server, a network that drops packets): the server sends a
 * beat, which the browser's EventSource alone would not miss. After 45 s without a word the connection is given up. */
import { EVENT_TYPES, type EventType, type LiveMessage } from "./events";

const PAUSE_MIN_MS = 2000;
const PAUSE_MAX_MS = 60_000;
export const SILENT_MS = 45_000;

export type Emit = (message: LiveMessage) => void;

function parsed(text: unknown): unknown {
  if (typeof text !== "string") return {};
  try {
    return (JSON.parse(text) as unknown) ?? {};
  } catch {
    return {};
  }
}

/** `state`: it began or broke. `reset`: something was missed, so everything is to be read again. */
interface Message<T> {
  type: T | "state" | "reset";
  data: unknown;
}

export class Stream<T extends string> {
  private source: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private pauseMs = PAUSE_MIN_MS;
  private broken = false;

  constructor(
    private readonly emit: (message: Message<T>) => void,
    private readonly open: () => EventSource,
    private readonly types: readonly T[],
  ) {}

  start(): void {
    if (this.source === null && this.timer === undefined) this.connect();
  }

  stop(): void {
    clearTimeout(this.timer);
    clearTimeout(this.silence);
    this.timer = undefined;
    this.source?.close();
    this.source = null;
    this.broken = false;
    this.pauseMs = PAUSE_MIN_MS;
  }

  private connect(): void {
    const source = this.open();
    this.source = source;
    this.listen();
    source.onopen = () => {
      this.listen();
      this.pauseMs = PAUSE_MIN_MS;
      this.emit({ type: "state", data: { up: true } });
      if (this.broken) this.emit({ type: "reset", data: {} });
      this.broken = false;
    };
    source.onerror = () => {
      this.emit({ type: "state", data: { up: false } });
      if (source.readyState === EventSource.CLOSED) this.connectLater();
    };
    source.addEventListener("beat", () => this.listen());
    for (const type of this.types) {
      source.addEventListener(type, (event: MessageEvent) => {
        this.listen();
        this.emit({ type, data: parsed(event.data) });
      });
    }
  }

  /** Something was heard: the wait for the next word begins anew. */
  private listen(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      this.emit({ type: "state", data: { up: false } });
      this.connectLater();
    }, SILENT_MS);
  }

  private connectLater(): void {
    clearTimeout(this.silence);
    this.source?.close();
    this.source = null;
    this.broken = true;
    const jitter = 0.5 + Math.random();
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.connect();
    }, this.pauseMs * jitter);
    this.pauseMs = Math.min(this.pauseMs * 2, PAUSE_MAX_MS);
  }
}

/** The account's own: GET /api/events. */
export const accountStream = (emit: Emit): Stream<EventType> =>
  new Stream<EventType>(emit, () => new EventSource("/api/events"), EVENT_TYPES);
