/* The line of a browser where a proxy stands between: when a stream is read in place of a socket, when a socket is tried
 * again, and what the tabs beside the one with the line do. Server, proxy and browser are played here. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Frame } from "./shared";
import { Talk, type Ear, type Message, type State } from "./talk";

const STATE: State = {
  beganAt: "2026-11-28T14:00:00.123Z",
  status: "open",
  owner: "bot",
  name: "",
  score: 0,
  lastNumber: 0,
  readByVisitor: 0,
  readByTeam: 0,
};
const MINUTE = 60_000;

/** What the proxy does with a socket. */
type Way = "refuses" | "swallows" | "cuts" | "passes";

class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  static way: Way = "passes";
  readyState = 0;
  sent: string[] = [];
  onmessage: ((e: { data: string }) => void) | null = null;
  onclose: ((e: { wasClean: boolean }) => void) | null = null;

  constructor(
    readonly address: string,
    readonly protocols: string[],
  ) {
    FakeSocket.all.push(this);
    const { way } = FakeSocket;
    if (way === "swallows") return;
    setTimeout(() => {
      if (way === "refuses") this.end(false);
      else {
        this.readyState = FakeSocket.OPEN;
        this.say({ type: "hello", conversation: world.state });
        if (way === "cuts") setTimeout(() => this.end(false), 100);
      }
    }, 20);
  }
  say(told: unknown) {
    this.onmessage?.({ data: JSON.stringify(told) });
  }
  send(text: string) {
    this.sent.push(text);
  }
  end(wasClean: boolean) {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.({ wasClean });
  }
  close() {
    setTimeout(() => this.end(true), 0);
  }
}

/** One stream of events, as the server has it. */
class FakeStream {
  ended = false;
  private readonly pieces: Uint8Array[] = [];
  private wake: () => void = () => undefined;

  constructor(
    readonly headers: Record<string, string>,
    signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => this.end());
  }
  write(text: string) {
    this.pieces.push(new TextEncoder().encode(text));
    this.wake();
  }
  say(type: string, data: unknown) {
    this.write(`id: 1\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  }
  end() {
    this.ended = true;
    this.wake();
  }
  async read() {
    while (this.pieces.length === 0 && !this.ended) await new Promise<void>((wake) => (this.wake = wake));
    const value = this.ended ? undefined : this.pieces.shift();
    return { done: value === undefined, value };
  }
}

class FakeChannel {
  static tabs: FakeChannel[] = [];
  onmessage: ((e: { data: unknown }) => void) | null = null;
  constructor() {
    FakeChannel.tabs.push(this);
  }
  postMessage(data: unknown) {
    if (!FakeChannel.tabs.includes(this)) return;
    for (const tab of FakeChannel.tabs) if (tab !== this) setTimeout(() => tab.onmessage?.({ data }), 1);
  }
  close() {
    FakeChannel.tabs = FakeChannel.tabs.filter((tab) => tab !== this);
  }
}

class World {
  state = STATE;
  messages: Message[] = [];
  asked: string[] = [];
  streams: FakeStream[] = [];
  streamsPass = true;
  down = false;
  stored = new Map<string, string>();
  listeners = new Map<string, Set<() => void>>();
  private lines: (() => void)[] = [];

  hears(text: string, author: Message["author"] = "person"): Message {
    const number = this.messages.length + 1;
    const message: Message = { number, author, name: "", text, at: STATE.beganAt };
    this.messages.push(message);
    this.state = { ...this.state, lastNumber: number };
    return message;
  }
  count(what: string) {
    return this.asked.filter((one) => one === what).length;
  }
  get stream() {
    return this.streams.at(-1);
  }
  get streamsOpen() {
    return this.streams.filter((one) => !one.ended).length;
  }

  fetch = async (address: string, init: RequestInit) => {
    const { pathname, searchParams, search } = new URL(address);
    const what = pathname.split("/").at(-1) ?? "";
    this.asked.push(`${init.method ?? "GET"} ${what}`);
    expect(search).not.toContain("chv_");
    await new Promise((done) => setTimeout(done, 5));
    if (this.down) throw new TypeError("no network");
    const ok = (json: unknown) => ({ ok: true, status: 200, json: () => Promise.resolve(json) });
    switch (what) {
      case "session":
        return ok({ token: "chv_1", anew: false, botName: "", unread: 0, conversation: this.state });
      case "events": {
        const stream = new FakeStream(init.headers as Record<string, string>, init.signal as AbortSignal);
        this.streams.push(stream);
        if (this.streamsPass) stream.write("retry: 3000\n\n");
        return { ok: true, status: 200, body: { getReader: () => stream } };
      }
      case "messages": {
        if (init.method === "POST") {
          const { text, clientId } = JSON.parse(init.body as string) as { text: string; clientId: string };
          const before = this.messages.find((one) => one.clientId === clientId);
          return ok({
            message: before ?? Object.assign(this.hears(text, "visitor"), { clientId }),
            conversation: this.state,
          });
        }
        const after = Number(searchParams.get("after"));
        return ok({
          messages: this.messages.filter((one) => one.number > after),
          more: false,
          conversation: this.state,
        });
      }
      default:
        return ok({ conversation: this.state });
    }
  };

  /** Web Locks: one line holds, the others wait. */
  request = async (name: string, act: () => unknown) => {
    if (name.endsWith(":begin")) return await act();
    if (this.lines.push(() => undefined) > 1)
      await new Promise<void>((next) => (this.lines[this.lines.length - 1] = next));
    await act();
    this.lines.shift();
    this.lines[0]?.();
    return undefined;
  };

  put() {
    const stub = (name: string, value: unknown) => vi.stubGlobal(name, value);
    const listen = (name: string, act: () => void) =>
      void this.listeners.set(name, (this.listeners.get(name) ?? new Set()).add(act));
    const unlisten = (name: string, act: () => void) => void this.listeners.get(name)?.delete(act);
    stub("window", globalThis);
    stub("location", { origin: "https://tea.example", pathname: "/" });
    stub("navigator", { language: "en", locks: { request: this.request } });
    stub("document", { visibilityState: "visible", addEventListener: listen, removeEventListener: unlisten });
    stub("addEventListener", listen);
    stub("removeEventListener", unlisten);
    stub("localStorage", {
      getItem: (name: string) => this.stored.get(name) ?? null,
      setItem: (name: string, value: string) => void this.stored.set(name, value),
      removeItem: (name: string) => void this.stored.delete(name),
    });
    stub("WebSocket", FakeSocket);
    stub("BroadcastChannel", FakeChannel);
    stub("fetch", this.fetch);
  }
}

let world: World;
const tabs: Talk[] = [];

/** A page of the shop, and what its visitor sees. */
function page() {
  const seen = { words: [] as (string | null)[], typing: [] as string[], online: true, states: 0, outbox: 0 };
  const nothing = () => undefined;
  const ear: Ear = {
    messages: (list) => seen.words.push(...list.map((one) => one.text)),
    state: () => seen.states++,
    outbox: (list) => (seen.outbox = list.length),
    typing: (name) => seen.typing.push(name),
    online: (is) => (seen.online = is),
    anew: () => (seen.words = []),
    place: nothing,
    unread: nothing,
    botName: nothing,
    gone: nothing,
    blocked: nothing,
    stranger: nothing,
  };
  const frame = { base: "https://chat.example", shop: "shop-7" } as Frame;
  const talk = new Talk(frame, ear);
  talk.start();
  tabs.push(talk);
  return { talk, seen };
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const SOON = 3000; // two handshakes with the pause between them

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-11-28T14:00:00Z") });
  vi.spyOn(Math, "random").mockReturnValue(0.5); // pauses as they are written
  world = new World();
  FakeSocket.all = [];
  FakeSocket.way = "passes";
  FakeChannel.tabs = [];
  world.put();
});
afterEach(() => {
  for (const talk of tabs.splice(0)) talk.end();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("where sockets pass", () => {
  it("there is one, and no stream", async () => {
    const { talk, seen } = page();
    await pass(SOON);
    expect([FakeSocket.all.length, world.streams.length]).toEqual([1, 0]);
    FakeSocket.all[0]?.say({ type: "message", ...world.hears("hello") });
    expect(seen.words).toEqual(["hello"]);
    talk.typing();
    expect(FakeSocket.all[0]?.sent).toEqual(['{"type":"typing"}']);
    expect(world.count("POST typing")).toBe(0);
  });
  it("one that the server ends, or that is lost after a while, is followed by a socket", async () => {
    page();
    await pass(SOON);
    FakeSocket.all[0]?.end(true);
    await pass(SOON);
    FakeSocket.all[1]?.end(true);
    await pass(SOON);
    for (let at = 2; at < 5; at++) {
      for (let beats = 0; beats < 4; beats++) {
        FakeSocket.all[at]?.say({ type: "beat" });
        await pass(25_000);
      }
      FakeSocket.all[at]?.end(false);
      await pass(SOON);
    }
    expect([FakeSocket.all.length, world.streams.length]).toEqual([6, 0]);
    // One that is cut at once may be anybody's mishap.
    FakeSocket.all[5]?.end(false);
    await pass(SOON);
    expect([FakeSocket.all.length, world.streams.length]).toEqual([7, 0]);
  });
});

describe("where no socket passes", () => {
  for (const [way, sockets, afterMs] of [
    ["refuses", 2, SOON],
    ["cuts", 2, SOON],
    ["swallows", 1, 11_000],
  ] as const)
    it(`since a proxy ${way} it, a stream is read, whose request carries the token`, async () => {
      FakeSocket.way = way;
      const { seen } = page();
      await pass(afterMs);
      expect([FakeSocket.all.length, world.streamsOpen]).toEqual([sockets, 1]);
      expect(world.stream?.headers).toMatchObject({ Authorization: "Bearer chv_1", Accept: "text/event-stream" });
      const { states } = seen;
      world.stream?.say("message", world.hears("hello"));
      world.stream?.say("typing", { side: "team", name: "Mei" });
      world.stream?.say("typing", { side: "visitor", name: "" });
      world.stream?.say("state", { ...world.state, owner: "person", name: "Mei" });
      await pass(1);
      expect([seen.words, seen.typing, seen.online]).toEqual([["hello"], ["Mei"], true]);
      expect(seen.states).toBe(states + 1);
    });
  it("who types says so by POST, every few seconds at most, and words go as always", async () => {
    FakeSocket.way = "refuses";
    const { talk, seen } = page();
    await pass(SOON);
    for (let keys = 0; keys < 30; keys++) {
      talk.typing();
      await pass(200);
    }
    expect(world.count("POST typing")).toBe(2);
    talk.send("mine");
    await pass(50);
    expect([seen.words, seen.outbox]).toEqual([["mine"], 0]);
  });
  it("the next page of the shop begins with the stream", async () => {
    FakeSocket.way = "refuses";
    page();
    await pass(SOON);
    tabs.pop()?.end();
    expect(world.streamsOpen).toBe(0);
    page();
    await pass(SOON);
    expect([FakeSocket.all.length, world.streamsOpen]).toEqual([2, 1]);
  });
  it("a clock that was set back bars nothing", async () => {
    FakeSocket.way = "refuses";
    page();
    await pass(SOON);
    tabs.pop()?.end();
    vi.setSystemTime(Date.now() - 60 * MINUTE);
    page();
    await pass(50);
    expect(FakeSocket.all.length).toBe(3);
  });
  it("a socket is tried every five minutes beside the stream, which ends when that one speaks", async () => {
    FakeSocket.way = "refuses";
    const { talk, seen } = page();
    const minutes = async (count: number) => {
      for (let beats = 0; beats < count * 4; beats++) {
        world.stream?.say("beat", {});
        FakeSocket.all.at(-1)?.say({ type: "beat" });
        await pass(MINUTE / 4);
      }
    };
    await pass(SOON);
    await minutes(4);
    expect(FakeSocket.all.length).toBe(2);
    await minutes(2);
    expect([FakeSocket.all.length, world.streams.length, world.streamsOpen]).toEqual([3, 1, 1]);
    FakeSocket.way = "passes";
    await minutes(4);
    expect(FakeSocket.all.length).toBe(3);
    await minutes(2);
    expect([FakeSocket.all.length, world.streams.length, world.streamsOpen]).toEqual([4, 1, 0]);
    talk.typing();
    expect(FakeSocket.all[3]?.sent).toEqual(['{"type":"typing"}']);
    FakeSocket.all[3]?.say({ type: "message", ...world.hears("by socket") });
    expect(seen.words).toEqual(["by socket"]);
    // Lost after all this, it is followed by a socket: nothing bars the way any more.
    FakeSocket.all[3]?.end(false);
    await pass(SOON);
    expect([FakeSocket.all.length, world.streamsOpen]).toEqual([5, 0]);
  });
  it("a socket is tried as soon as the network is back, and the stream begins anew", async () => {
    FakeSocket.way = "refuses";
    const { seen } = page();
    await pass(SOON);
    world.hears("missed"); // the stream is dead, and does not know it
    for (const act of world.listeners.get("online") ?? []) act();
    await pass(100);
    expect([FakeSocket.all.length, world.streams.length, world.streamsOpen]).toEqual([3, 2, 1]);
    expect(seen.words).toEqual(["missed"]);
    FakeSocket.way = "passes";
    for (const act of world.listeners.get("online") ?? []) act();
    await pass(100);
    expect([FakeSocket.all.length, world.streamsOpen]).toEqual([4, 0]);
  });
  it("a stream that ends is opened again, and what was missed is read from its number, once", async () => {
    FakeSocket.way = "refuses";
    const { seen } = page();
    await pass(SOON);
    world.stream?.say("message", world.hears("one"));
    await pass(1);
    world.down = true;
    world.stream?.end();
    world.hears("two");
    await pass(10_000);
    expect(seen.online).toBe(false);
    world.down = false;
    await pass(20_000);
    expect([world.streams.length, world.streamsOpen, seen.online]).toEqual([2, 1, true]);
    world.stream?.say("message", world.messages[1]);
    world.stream?.say("message", world.hears("three"));
    await pass(1);
    expect(seen.words).toEqual(["one", "two", "three"]);
    expect(FakeSocket.all.length).toBe(2);
  });
  it("a jump in the numbers is filled, and events behind a reset are read from the first", async () => {
    FakeSocket.way = "refuses";
    const { seen } = page();
    await pass(SOON);
    world.hears("unheard");
    world.stream?.say("message", world.hears("two"));
    await pass(50);
    expect(seen.words).toEqual(["unheard", "two"]);
    world.stream?.say("reset", {});
    await pass(SOON);
    expect([seen.words, world.streams.length, world.streamsOpen]).toEqual([["unheard", "two"], 2, 1]);
  });
  it("another conversation is listened to on another stream", async () => {
    FakeSocket.way = "refuses";
    const { talk } = page();
    await pass(SOON);
    world.messages = [];
    world.state = { ...STATE, beganAt: "2026-12-28T14:00:00.123Z" };
    talk.send("after a month");
    await pass(SOON);
    expect([world.streams.length, world.streamsOpen]).toEqual([2, 1]);
  });
  it("a stream that falls silent for 45 s is dead, and one of which nothing comes through is given up after 10 s", async () => {
    FakeSocket.way = "refuses";
    const { seen } = page();
    await pass(SOON);
    await pass(43_500);
    expect([world.streams[0]?.ended, seen.online]).toEqual([true, false]);
    await pass(SOON);
    expect([world.streams.length, world.streamsOpen, seen.online]).toEqual([2, 1, true]);
    world.streamsPass = false; // kept back until it ends: then there are looks
    world.stream?.end();
    const before = world.count("GET messages");
    await pass(2 * MINUTE);
    expect(world.count("GET messages") - before).toBeGreaterThan(3);
    world.hears("looked for");
    await pass(MINUTE);
    expect([seen.words, FakeSocket.all.length]).toEqual([["looked for"], 2]);
  });
});

describe("tabs of one browser", () => {
  for (const way of ["passes", "refuses"] as const)
    it(`have one line between them, and each is told what it says and tells who types: a proxy ${way} sockets`, async () => {
      FakeSocket.way = way;
      const [first, second, third] = [page(), page(), page()];
      await pass(SOON);
      const line = way === "passes" ? { sockets: 1, streams: 0 } : { sockets: 2, streams: 1 };
      expect({ sockets: FakeSocket.all.length, streams: world.streamsOpen }).toEqual(line);
      second.talk.typing();
      third.talk.typing();
      await pass(50);
      if (way === "passes") {
        expect(FakeSocket.all[0]?.sent).toEqual(['{"type":"typing"}', '{"type":"typing"}']);
        expect(world.count("POST typing")).toBe(0);
        FakeSocket.all[0]?.say({ type: "typing", side: "team", name: "Mei" });
      } else {
        expect(world.count("POST typing")).toBe(2);
        world.stream?.say("typing", { side: "team", name: "Mei" });
      }
      await pass(50);
      for (const { seen } of [first, second, third]) expect(seen.typing).toEqual(["Mei"]);
      // What was said while the line was broken is read by all of them when it is back.
      world.hears("meanwhile");
      if (way === "passes") FakeSocket.all[0]?.end(true);
      else world.stream?.end();
      await pass(SOON);
      for (const { seen } of [first, second, third]) expect(seen.words).toEqual(["meanwhile"]);
    });
  it("help themselves where the one with the line is not heard", async () => {
    const [, second] = [page(), page()];
    await pass(SOON);
    FakeChannel.tabs[0]?.close(); // it sleeps
    await pass(2 * MINUTE);
    second.talk.typing();
    await pass(50);
    expect(world.count("POST typing")).toBe(1);
  });
  it("are followed by the next one when the one with the line is closed", async () => {
    FakeSocket.way = "refuses";
    const [first, second] = [page(), page()];
    await pass(SOON);
    first.talk.end();
    await pass(SOON);
    expect(world.streamsOpen).toBe(1);
    world.stream?.say("typing", { side: "team", name: "Mei" });
    await pass(1);
    expect(second.seen.typing).toEqual(["Mei"]);
    expect(first.seen.typing).toEqual([]);
  });
});
