/* The line of a browser where a proxy stands between: when a stream is read in place of a socket, when a socket is tried
 * again, and what the tabs beside the one with the line do. Server, proxy and browser are played here. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Frame } from "./shared";
import { Talk, type Ear, type Message, type State, type Waiting } from "./talk";

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

/** What the proxy does with a socket; `farewell`: the server lets it go at once. */
type Way = "refuses" | "swallows" | "cuts" | "farewell" | "passes";

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
        if (way === "cuts" || way === "farewell") setTimeout(() => this.end(way === "farewell"), 100);
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
  streamsCut = false; // after their first bytes
  down = false;
  token = "chv_1";
  refusals = new Map<string, number>(); // by what was asked
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

  language = "";
  strangers = 0; // questions of nobody
  fetch = async (address: string, init: RequestInit) => {
    const { pathname, searchParams, search } = new URL(address);
    const what = pathname.split("/").at(-1) ?? "";
    this.asked.push(`${init.method ?? "GET"} ${what}`);
    expect(search).not.toContain("chv_");
    await new Promise((done) => setTimeout(done, 5));
    if (this.down) throw new TypeError("no network");
    const status = this.refusals.get(`${init.method ?? "GET"} ${what}`);
    if (status) return { ok: false, status, json: () => Promise.resolve({ error: "busy" }) };
    if (what !== "session" && !(init.headers as Record<string, string>).Authorization) {
      this.strangers++;
      return { ok: false, status: 401, json: () => Promise.resolve({ error: "chat_token" }) };
    }
    const ok = (json: unknown) => ({ ok: true, status: 200, json: () => Promise.resolve(json) });
    switch (what) {
      case "session":
        this.language = (JSON.parse(init.body as string) as { language: string }).language;
        return ok({ token: this.token, anew: false, botName: "", unread: 0, conversation: this.state });
      case "identify":
        this.token = "chv_2";
        return ok({ token: this.token, anew: true, botName: "", unread: 0, conversation: this.state });
      case "events": {
        const stream = new FakeStream(init.headers as Record<string, string>, init.signal as AbortSignal);
        this.streams.push(stream);
        if (this.streamsPass) stream.write("retry: 3000\n\n");
        if (this.streamsCut) setTimeout(() => stream.end(), 100);
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
    stub("navigator", { languages: ["en", "zh-TW"], locks: { request: this.request } });
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
function page(how: Partial<Frame> = {}) {
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
  const frame = { base: "https://chat.example", shop: "shop-7", language: "en", ...how } as Frame;
  const talk = new Talk(frame, ear);
  talk.start();
  tabs.push(talk);
  return { talk, seen };
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const SOON = 6000; // two handshakes and a stream with the pauses between them

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
  it("a word before the session is there goes with it, at once", async () => {
    const { talk, seen } = page();
    talk.send("in a hurry");
    await pass(100);
    expect([seen.words, world.strangers, world.count("POST messages")]).toEqual([["in a hurry"], 0, 1]);
    await pass(SOON);
    expect(FakeSocket.all.length).toBe(1);
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

describe("the language of a visitor", () => {
  it("is the one that is read here, as exactly as somebody has said it", async () => {
    const cases: [Partial<Frame>, string][] = [
      [{ language: "en", tag: "en-GB" }, "en-GB"],
      [{ language: "en", tag: "fr" }, "en"], // the first that we have is the browser's
      [{ language: "zh-CN", tag: "zh_HK" }, "zh_HK"],
      [{ language: "zh-CN", tag: "yue" }, "zh-TW"],
      [{ language: "es" }, "es"],
    ];
    for (const [how, expected] of cases) {
      world.stored.clear();
      const { talk } = page(how);
      await pass(SOON);
      expect(world.language).toBe(expected);
      talk.end();
    }
  });
});

describe("where the server is what refuses", () => {
  it("sockets that it lets go at once are opened further and further apart", async () => {
    FakeSocket.way = "farewell";
    page();
    await pass(4 * MINUTE);
    expect(FakeSocket.all.length).toBeGreaterThan(5);
    expect(FakeSocket.all.length).toBeLessThan(15);
  });
  for (const status of [429, 503])
    it(`and answers ${status} to the stream as well, sockets go on being tried`, async () => {
      FakeSocket.way = "refuses";
      world.refusals.set("GET events", status);
      page();
      await pass(MINUTE);
      expect(FakeSocket.all.length).toBeGreaterThan(3);
      expect(FakeSocket.all.length).toBeLessThan(10);
      FakeSocket.way = "passes";
      await pass(MINUTE);
      expect([FakeSocket.all.at(-1)?.readyState, world.streams.length]).toEqual([1, 0]);
    });
  it("no socket before the words are there, which are asked for again", async () => {
    world.hears("before");
    world.refusals.set("GET messages", 503);
    const { seen } = page();
    await pass(20_000);
    expect(FakeSocket.all.length).toBe(0);
    const asked = world.count("GET messages");
    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThan(8);
    world.refusals.clear();
    await pass(20_000);
    expect([FakeSocket.all.length, seen.words]).toEqual([1, ["before"]]);
  });
  it("a gap that could not be filled is filled later, while the line goes on", async () => {
    const [first, second] = [page(), page()];
    await pass(SOON);
    world.refusals.set("GET messages", 429);
    world.hears("unheard");
    FakeSocket.all[0]?.say({ type: "message", ...world.hears("two") });
    await pass(100);
    world.refusals.clear();
    await pass(SOON);
    expect(first.seen.words).toEqual(["unheard", "two"]);
    await pass(16_000);
    expect(second.seen.words).toEqual(["unheard", "two"]);
    expect([FakeSocket.all.length, FakeSocket.all[0]?.readyState]).toEqual([1, 1]);
  });
  it("after its restart shoppers come back within four seconds, not within one, and their other tabs look a little later", async () => {
    const random = vi.spyOn(Math, "random");
    page();
    page();
    await pass(SOON);
    for (const [chance, afterMs] of [
      [0, 500],
      [0.999, 3997],
    ] as const) {
      await pass(MINUTE / 6);
      random.mockReturnValue(chance);
      const count = FakeSocket.all.length;
      FakeSocket.all.at(-1)?.end(true);
      await pass(afterMs - 50);
      expect(FakeSocket.all.length).toBe(count);
      await pass(150);
      expect(FakeSocket.all.length).toBe(count + 1);
    }
    const looks = world.count("GET messages");
    await pass(1800);
    expect(world.count("GET messages")).toBe(looks);
    await pass(200);
    expect(world.count("GET messages")).toBe(looks + 1);
  });
});

describe("where no socket passes", () => {
  for (const [way, sockets, afterMs] of [
    ["refuses", 2, SOON],
    ["cuts", 2, SOON],
    ["swallows", 1, 14_000],
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
  it("a stream that falls silent for 45 s is dead: then there are looks, and after five minutes everything is tried anew", async () => {
    FakeSocket.way = "refuses";
    const { seen } = page();
    await pass(SOON);
    await pass(44_000);
    expect([world.streams[0]?.ended, seen.online]).toEqual([true, false]);
    await pass(4 * MINUTE);
    expect([world.streams.length, world.streamsOpen, seen.online]).toEqual([1, 0, true]);
    world.hears("looked for");
    await pass(10_000);
    expect([seen.words, FakeSocket.all.length]).toEqual([["looked for"], 2]);
    await pass(MINUTE + SOON);
    expect([FakeSocket.all.length, world.streamsOpen]).toEqual([4, 1]);
  });
  it("a stream of which nothing comes through is given up after 10 s, on the next pages too, until the network is another one", async () => {
    FakeSocket.way = "refuses";
    world.streamsPass = false;
    page();
    await pass(SOON + 10_000);
    expect([world.streams.length, world.streamsOpen]).toEqual([1, 0]);
    tabs.pop()?.end();
    const sessions = world.count("POST session");
    const looks = world.count("GET messages");
    const { seen } = page();
    await pass(2 * MINUTE);
    expect(world.count("GET messages") - looks).toBeGreaterThan(12);
    expect(world.count("POST session") - sessions).toBe(1);
    world.hears("looked for");
    await pass(10_000);
    expect(seen.words).toEqual(["looked for"]);
    expect([FakeSocket.all.length, world.streams.length]).toEqual([2, 1]);
    FakeSocket.way = "passes";
    for (const act of world.listeners.get("online") ?? []) act();
    await pass(100);
    expect(FakeSocket.all.length).toBe(3);
  });
  it("a stream that fell silent while the page slept is opened again", async () => {
    FakeSocket.way = "refuses";
    page();
    await pass(SOON);
    vi.setSystemTime(Date.now() + MINUTE);
    await pass(44_000 + SOON);
    expect([world.streams.length, world.streamsOpen, FakeSocket.all.length]).toEqual([2, 1, 2]);
  });
  it("a stream that ends without a byte is not tried again at once", async () => {
    FakeSocket.way = "refuses";
    world.streamsPass = false;
    world.streamsCut = true;
    page();
    await pass(2 * MINUTE);
    expect(world.streams.length).toBe(1);
  });
  it("a stream that is cut after its first bytes is opened further and further apart", async () => {
    FakeSocket.way = "refuses";
    world.streamsCut = true;
    page();
    await pass(4 * MINUTE);
    expect(world.streams.length).toBeLessThan(15);
    // One that lives lets the next begin soon again.
    world.streamsCut = false;
    await pass(MINUTE / 2);
    const before = world.streams.length;
    world.stream?.end();
    await pass(SOON);
    expect(world.streams.length).toBe(before + 1);
  });
});

describe("what the tabs of a browser keep", () => {
  const kept = () =>
    JSON.parse(world.stored.get("chathub:shop-7") ?? "null") as { token: string; outbox: { text: string }[] } | null;

  it("no tab writes over the words that wait in another one", async () => {
    FakeSocket.way = "refuses";
    const [first, second] = [page(), page()];
    world.refusals.set("POST messages", 503);
    await pass(100);
    first.talk.send("of the first");
    second.talk.send("of the second");
    await pass(20); // before the first one hears that no socket passes
    const texts = () => kept()?.outbox.map((one) => one.text);
    expect(texts()).toEqual(["of the first", "of the second"]);
    await pass(MINUTE / 2);
    expect(world.streamsOpen).toBe(1);
    expect(texts()).toEqual(["of the first", "of the second"]);
    world.refusals.clear();
    await pass(MINUTE);
    expect(texts()).toEqual([]);
    expect(world.messages.map((one) => one.text).sort()).toEqual(["of the first", "of the second"]);
    for (const { seen } of [first, second]) expect([seen.words.length, seen.outbox]).toEqual([2, 0]);
  });
  it("what one tab has sent comes back through no other one that still knew of it", async () => {
    const [first] = [page()];
    world.refusals.set("POST messages", 503);
    await pass(100);
    first.talk.send("once");
    const second = page();
    await pass(100);
    expect(second.seen.outbox).toBe(1);
    world.refusals.clear();
    await pass(MINUTE);
    second.talk.send("twice");
    await pass(100);
    expect(kept()?.outbox).toEqual([]);
    expect(world.messages.map((one) => one.text)).toEqual(["once", "twice"]);
  });
  it("what was refused for good is taken away in every tab, and no tab brings it back", async () => {
    const [first, second] = [page(), page()];
    await pass(100);
    world.refusals.set("POST messages", 422);
    first.talk.send("bell \u0007");
    await pass(100);
    world.refusals.set("POST messages", 403);
    first.talk.send("not now");
    await pass(100);
    const waits = () => kept()?.outbox as Waiting[];
    expect(waits().map(({ failed, forGood }) => [failed, forGood])).toEqual([
      [true, true],
      [true, false],
    ]);
    world.refusals.clear();
    second.talk.send("of the second"); // it knows of the others now
    await pass(100);
    first.talk.remove(waits()[0]?.clientId ?? "");
    await pass(100);
    second.talk.send("the last");
    await pass(100);
    expect(waits().map((one) => one.text)).toEqual(["not now"]);
    for (const { seen } of [first, second]) expect(seen.outbox).toBe(1);
    expect(world.messages.map((one) => one.text)).toEqual(["of the second", "the last"]);
  });
  it("a tab that slept puts nobody back whose place somebody else has taken, and shows what is theirs", async () => {
    const [first, slept] = [page(), page()];
    await pass(SOON);
    world.hears("of the first visitor");
    FakeSocket.all[0]?.say({ type: "message", ...world.messages[0] });
    await pass(50);
    FakeChannel.tabs[1]?.close();
    world.messages = [];
    void first.talk.identify("a statement");
    await pass(SOON);
    expect(kept()?.token).toBe("chv_2");
    expect(slept.seen.words).toEqual(["of the first visitor"]);
    slept.talk.send("awake");
    await pass(100);
    expect(kept()?.token).toBe("chv_2");
    expect(slept.seen.words).toEqual(["awake"]);
  });
  it("nor after everybody has left", async () => {
    const [first, slept] = [page(), page()];
    await pass(SOON);
    world.refusals.set("POST messages", 503);
    slept.talk.send("not for the next one");
    await pass(50);
    FakeChannel.tabs[1]?.close();
    world.down = true;
    world.token = "chv_3";
    first.talk.logout();
    await pass(50);
    slept.talk.again("none");
    await pass(50);
    expect(kept()?.token ?? "").toBe("");
    world.down = false;
    world.refusals.clear();
    await pass(MINUTE);
    expect(kept()).toMatchObject({ token: "chv_3", outbox: [] });
    expect(world.messages).toEqual([]);
  });
});

describe("another conversation", () => {
  const begins = () => {
    world.messages = [];
    world.state = { ...STATE, beganAt: "2026-12-28T14:00:00.123Z" };
  };
  for (const way of ["passes", "refuses"] as const)
    it(`that another tab begins has the line of the one that leads: a proxy ${way} sockets`, async () => {
      FakeSocket.way = way;
      const [first, second] = [page(), page()];
      await pass(SOON);
      const lines = () => (way === "passes" ? FakeSocket.all.length : world.streams.length);
      expect(lines()).toBe(1);
      begins();
      second.talk.send("after a month");
      await pass(SOON);
      expect(lines()).toBe(2);
      for (const { seen } of [first, second]) expect(seen.words).toEqual(["after a month"]);
      await pass(MINUTE / 6);
      expect(lines()).toBe(2);
    });
  for (const act of ["typing", "read"] as const)
    it(`of which the answer to ${act} tells is listened to, and read from its first word`, async () => {
      FakeSocket.way = "refuses";
      const { talk, seen } = page();
      await pass(SOON);
      world.stream?.say("message", world.hears("one"));
      await pass(10);
      begins();
      world.hears("first of the next");
      if (act === "typing") talk.typing();
      else talk.read(1);
      await pass(SOON);
      expect([world.streams.length, seen.words]).toEqual([2, ["first of the next"]]);
    });
  it("that is found in filling a gap is read from its first word", async () => {
    const { seen } = page();
    await pass(SOON);
    for (const text of ["one", "two"]) FakeSocket.all[0]?.say({ type: "message", ...world.hears(text) });
    begins();
    for (const text of ["first", "second", "third"]) world.hears(text);
    FakeSocket.all[0]?.say({ type: "message", ...world.messages[2], number: 9 });
    await pass(100);
    expect(seen.words).toEqual(["first", "second", "third"]);
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
