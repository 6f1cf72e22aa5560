/* Where there is no SharedWorker (Chrome on Android): the tabs choose one among them. The leader holds the stream and
 * passes every event on; it says "alive" every 2 s. When it is not heard for 5 s, the next tab takes over; if
 * two did at once, the smaller name stays. Two leaders for a moment do no harm: an event read twice only reads the same rows twice.
 * Rejected: Web Locks, which exist only in secure contexts. */
import type { LiveMessage } from "./events";
import type { Emit } from "./stream";

export const ALIVE_MS = 2000;
export const LOST_MS = 5000;

interface Channel {
  postMessage: (message: unknown) => void;
  onmessage: ((event: MessageEvent) => void) | null;
  close: () => void;
}
interface Source {
  start: () => void;
  stop: () => void;
}
type Word =
  | { word: "alive"; from: string }
  | { word: "bye"; from: string }
  | { word: "event"; from: string; message: LiveMessage };

export class Leader {
  private leading = false;
  private heardAt = Date.now();
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly source: Source;

  constructor(
    private readonly name: string,
    private readonly channel: Channel,
    private readonly emit: Emit,
    makeSource: (emit: Emit) => Source,
  ) {
    this.source = makeSource((message) => {
      this.emit(message);
      this.say({ word: "event", from: this.name, message });
    });
    channel.onmessage = (event: MessageEvent) => this.hear(event.data as Word);
    // A first tab leads after half a pause; the name decides among tabs that were opened together.
    this.heardAt = Date.now() - LOST_MS + ALIVE_MS / 2;
    this.timer = setInterval(() => this.tick(), ALIVE_MS / 2);
  }

  get leads(): boolean {
    return this.leading;
  }

  close(): void {
    clearInterval(this.timer);
    if (this.leading) this.say({ word: "bye", from: this.name });
    this.leading = false;
    this.source.stop();
    this.channel.close();
  }

  private say(word: Word): void {
    this.channel.postMessage(word);
  }

  private tick(): void {
    if (this.leading) {
      this.say({ word: "alive", from: this.name });
      return;
    }
    if (Date.now() - this.heardAt < LOST_MS) return;
    this.leading = true;
    this.say({ word: "alive", from: this.name });
    this.source.start();
  }

  private hear(word: Word): void {
    switch (word.word) {
      case "alive":
        this.heardAt = Date.now();
        if (this.leading && word.from < this.name) {
          this.leading = false;
          this.source.stop();
        }
        break;
      case "bye":
        this.heardAt = Date.now() - LOST_MS;
        break;
      case "event":
        this.heardAt = Date.now();
        this.emit(word.message);
        break;
    }
  }
}
