/* Which reads are out of date, gathered: the events of one change arrive together and read each thing once. What hints
 * name is read at most once a second, because a busy house sends hints all the time; and never while it is being read,
 * since a read that is begun anew each second might never end. */
const GATHER_MS = 60;
export const HINT_PAUSE_MS = 1000;

type Key = readonly unknown[];

interface Reads {
  readAgain: (key: Key) => void;
  isReading: (key: Key) => boolean;
}

interface Waiting {
  key: Key;
  dueMs: number;
  calm: boolean;
}

export class Gather {
  private readonly waiting = new Map<string, Waiting>();
  private readonly readAtMs = new Map<string, number>();
  private closed = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly reads: Reads) {}

  /** `calm`: not more often than once a second. */
  add(keys: readonly Key[], calm: boolean): void {
    if (this.closed) return;
    const nowMs = Date.now();
    for (const key of keys) {
      const name = JSON.stringify(key);
      const pauseEnds = calm ? (this.readAtMs.get(name) ?? 0) + HINT_PAUSE_MS : 0;
      const before = this.waiting.get(name);
      const dueMs = Math.max(nowMs + GATHER_MS, pauseEnds);
      this.waiting.set(name, {
        key,
        dueMs: Math.min(before?.dueMs ?? dueMs, dueMs),
        calm: calm && before?.calm !== false,
      });
    }
    this.plan();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.waiting.clear();
  }

  private plan(): void {
    clearTimeout(this.timer);
    if (this.waiting.size === 0) return;
    const next = Math.min(...Array.from(this.waiting.values(), ({ dueMs }) => dueMs));
    this.timer = setTimeout(() => this.readDue(), Math.max(0, next - Date.now()));
  }

  private readDue(): void {
    const nowMs = Date.now();
    for (const [name, one] of this.waiting) {
      if (one.dueMs > nowMs) continue;
      if (one.calm && this.reads.isReading(one.key)) {
        one.dueMs = nowMs + HINT_PAUSE_MS;
        continue;
      }
      this.waiting.delete(name);
      this.readAtMs.set(name, nowMs);
      this.reads.readAgain(one.key);
    }
    this.plan();
  }
}
