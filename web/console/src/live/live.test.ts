import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keys } from "../api/read-keys";
import { onStreams, streamHeard, watchDown } from "./down";
import { EVENT_TYPES, EVERYTHING, type LiveMessage, staleAfter } from "./events";
import { openFeed } from "./feed";
import { Gather, HINT_PAUSE_MS } from "./gather";
import { ALIVE_MS, Leader, LOST_MS } from "./leader";
import { type Emit, SILENT_MS, Stream } from "./stream";

describe("what an event makes stale", () => {
  it("is something, for every type, whatever its data is", () => {
    for (const type of EVENT_TYPES) {
      for (const data of [{}, null, [], "x", { shop: "1" }]) expect(staleAfter(type, data).length).toBeGreaterThan(0);
    }
  });
  it("is the one shop that is named, else all shops", () => {
    expect(staleAfter("chatbot.changed", { shop: 7, state: "active" })).toContainEqual(keys.shop(7));
    expect(staleAfter("chatbot.changed", {})).toContainEqual(["shop"]);
    expect(staleAfter("chatbot.changed", {})).toContainEqual(keys.orders); // one that was paid is set up by now
  });
  it("is what comes due, when a shop or its chat is another than before", () => {
    expect(staleAfter("shop.changed", { shop: 7 })).toContainEqual(keys.spending);
    expect(staleAfter("chatbot.changed", { shop: 7, state: "disabled" })).toContainEqual(keys.spending);
  });
  it("is balance and ledger when credits move", () => {
    const stale = staleAfter("credits.changed", { available: 5 });
    expect(stale).toContainEqual(keys.billing);
    expect(stale).toContainEqual(keys.user);
  });
  it("is the orders after one of them changed, and what a plan decides after a plan changed", () => {
    expect(staleAfter("order.changed", { number: "x", state: "paid" })).toContainEqual(keys.orders);
    expect(staleAfter("plan.changed", { shop: 7 })).toEqual(
      expect.arrayContaining([keys.plans, keys.team, keys.shop(7)]),
    );
    expect(staleAfter("hint", { kind: "money" })).toContainEqual(keys.refunds);
  });
  it("is everything after a reset, and all of an operator's pages for a hint we do not know", () => {
    expect(staleAfter("reset", {})).toEqual([EVERYTHING]);
    expect(staleAfter("hint", { kind: "new" })).toEqual([keys.operator]);
    expect(staleAfter("hint", { kind: "jobs" })).toContainEqual(keys.jobs);
  });
});

describe("an operator's pages", () => {
  const covers = (kind: string, key: readonly unknown[]) =>
    staleAfter("hint", { kind }).some((prefix) => prefix.every((part, at) => part === key[at]));
  it("are read again by the hints that name them, an open account with its shops and ledger as well", () => {
    expect(covers("accounts", keys.account(7))).toBe(true);
    expect(covers("accounts", keys.accountTransactions(7, {}))).toBe(true);
    expect(covers("accounts", keys.accountList({}))).toBe(true);
    expect(covers("jobs", keys.jobList({ state: "dead" }))).toBe(true);
    for (const kind of ["jobs", "accounts", "overview"]) expect(covers(kind, keys.overview)).toBe(true);
  });
});

describe("what is stale is read again", () => {
  const read: [string, number][] = [];
  let reading = false;
  const make = () =>
    new Gather({ readAgain: (key) => read.push([key.join(" "), Date.now()]), isReading: () => reading });
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    read.length = 0;
    reading = false;
  });
  afterEach(() => vi.useRealTimers());

  it("once for all events of one change", () => {
    const gather = make();
    for (let i = 0; i < 5; i++) gather.add([["a"], ["b"]], false);
    vi.advanceTimersByTime(100);
    expect(read.map(([key]) => key)).toEqual(["a", "b"]);
  });
  it("at most once a second when hints rain, and once more after the last", () => {
    const gather = make();
    for (let i = 0; i < 100; i++) {
      gather.add([["a"]], true);
      vi.advanceTimersByTime(30);
    }
    vi.advanceTimersByTime(5000);
    expect(read.length).toBe(4);
    const times = read.map(([, at]) => at);
    for (const [i, at] of times.slice(1).entries()) expect(at - (times[i] ?? 0)).toBeGreaterThanOrEqual(HINT_PAUSE_MS);
  });
  it("not while it is being read, when only a hint asks; but then afterwards", () => {
    const gather = make();
    reading = true;
    gather.add([["a"]], true);
    vi.advanceTimersByTime(10_000);
    expect(read).toEqual([]);
    reading = false;
    vi.advanceTimersByTime(HINT_PAUSE_MS);
    expect(read.length).toBe(1);
  });
  it("soon when an event of the own account asks, whatever hints wait", () => {
    const gather = make();
    gather.add([["a"]], true);
    vi.advanceTimersByTime(100);
    gather.add([["a"]], true);
    reading = true;
    gather.add([["a"]], false);
    vi.advanceTimersByTime(100);
    expect(read.length).toBe(2);
  });
  it("no more after it was closed", () => {
    const gather = make();
    gather.add([["a"]], false);
    gather.close();
    gather.add([["a"]], false);
    vi.advanceTimersByTime(5000);
    expect(read).toEqual([]);
  });
});

describe("live updates are said to be down", () => {
  const said: boolean[] = [];
  beforeEach(() => {
    vi.useFakeTimers();
    said.length = 0;
  });
  afterEach(() => vi.useRealTimers());

  it("after five seconds, although each failed try says so again", () => {
    const watch = watchDown((down) => said.push(down));
    for (let i = 0; i < 4; i++) {
      watch.heard(false);
      vi.advanceTimersByTime(3000);
    }
    expect(said).toEqual([true]);
    watch.heard(true);
    expect(said).toEqual([true, false]);
  });
  it("not for a moment's break, nor after the page is gone", () => {
    const watch = watchDown((down) => said.push(down));
    watch.heard(false);
    vi.advanceTimersByTime(4000);
    watch.heard(true);
    vi.advanceTimersByTime(10_000);
    expect(said).toEqual([false]);
    watch.heard(false);
    watch.close();
    vi.advanceTimersByTime(10_000);
    expect(said).toEqual([false]);
  });
});

describe("streams together", () => {
  it("are up when all of them are, and nobody is told who has gone", () => {
    const said: boolean[] = [];
    const gone = onStreams((up) => said.push(up));
    streamHeard("account", true);
    streamHeard("inbox", false);
    streamHeard("account", true);
    streamHeard("account", false);
    streamHeard("inbox", true);
    streamHeard("account", true);
    expect(said).toEqual([true, false, false, false, false, true]);
    gone();
    streamHeard("inbox", false);
    streamHeard("inbox", true);
    expect(said).toHaveLength(6);
  });
});

class FakeSource {
  static readonly CLOSED = 2;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readyState = 0;
  closed = false;
  listeners = new Map<string, (event: MessageEvent) => void>();
  addEventListener(type: string, listener: (event: MessageEvent) => void) {
    this.listeners.set(type, listener);
  }
  close() {
    this.closed = true;
  }
  say(type: string, data: unknown) {
    this.listeners.get(type)?.({ data } as MessageEvent);
  }
}

describe("the stream", () => {
  let sources: FakeSource[] = [];
  let heard: LiveMessage[] = [];
  const make = () =>
    new Stream(
      (message) => heard.push(message),
      () => {
        const source = new FakeSource();
        sources.push(source);
        return source as unknown as EventSource;
      },
      EVENT_TYPES,
    );
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("EventSource", FakeSource);
    sources = [];
    heard = [];
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("passes events on, with broken data as nothing", () => {
    make().start();
    sources[0]?.say("shop.changed", '{"shop":3}');
    sources[0]?.say("shop.changed", "{broken");
    expect(heard).toEqual([
      { type: "shop.changed", data: { shop: 3 } },
      { type: "shop.changed", data: {} },
    ]);
  });
  it("begins anew after an answer that ended it, and then has everything read again", () => {
    make().start();
    const first = sources[0];
    if (first === undefined) throw new Error("no source");
    first.readyState = FakeSource.CLOSED;
    first.onerror?.();
    expect(first.closed).toBe(true);
    vi.advanceTimersByTime(10_000);
    expect(sources.length).toBe(2);
    sources[1]?.onopen?.();
    expect(heard.map(({ type }) => type)).toEqual(["state", "state", "reset"]);
  });
  it("leaves a broken connection to the browser, which resumes with Last-Event-ID", () => {
    make().start();
    sources[0]?.onerror?.();
    vi.advanceTimersByTime(SILENT_MS - 1);
    expect(sources.length).toBe(1);
  });
  it("that says nothing for 45 s, not even its beat, is dead although it is open: said, and begun anew", () => {
    make().start();
    sources[0]?.onopen?.();
    vi.advanceTimersByTime(SILENT_MS - 1);
    expect(heard).toEqual([{ type: "state", data: { up: true } }]);
    vi.advanceTimersByTime(1);
    expect(heard.at(-1)).toEqual({ type: "state", data: { up: false } });
    expect(sources[0]?.closed).toBe(true);
    vi.advanceTimersByTime(10_000);
    expect(sources.length).toBe(2);
    sources[1]?.onopen?.();
    expect(heard.map(({ type }) => type)).toEqual(["state", "state", "state", "reset"]);
  });
  it("that beats lives, and a beat is no event", () => {
    make().start();
    sources[0]?.onopen?.();
    for (let i = 0; i < 20; i++) {
      vi.advanceTimersByTime(SILENT_MS - 1);
      sources[0]?.say("beat", "{}");
    }
    expect(sources.length).toBe(1);
    expect(heard).toHaveLength(1);
  });
  it("that was stopped is not missed", () => {
    const stream = make();
    stream.start();
    stream.stop();
    vi.advanceTimersByTime(SILENT_MS * 3);
    expect(heard).toEqual([]);
  });
  it("stops for good", () => {
    const stream = make();
    stream.start();
    const first = sources[0];
    if (first === undefined) throw new Error("no source");
    first.readyState = FakeSource.CLOSED;
    first.onerror?.();
    stream.stop();
    vi.advanceTimersByTime(300_000);
    expect(sources.length).toBe(1);
  });
});

/** Tabs of one browser: what one says, all others hear. */
class FakeChannel {
  static tabs: FakeChannel[] = [];
  onmessage: ((event: MessageEvent) => void) | null = null;
  constructor() {
    FakeChannel.tabs.push(this);
  }
  postMessage(data: unknown) {
    if (!FakeChannel.tabs.includes(this)) return;
    for (const tab of FakeChannel.tabs) if (tab !== this) tab.onmessage?.({ data } as MessageEvent);
  }
  close() {
    FakeChannel.tabs = FakeChannel.tabs.filter((tab) => tab !== this);
  }
}

describe("the leader among tabs", () => {
  const running = new Set<string>();
  const outs = new Map<string, Emit>();
  const open = (name: string, emit: Emit = () => undefined) =>
    new Leader(name, new FakeChannel(), emit, (out) => {
      outs.set(name, out);
      return { start: () => running.add(name), stop: () => running.delete(name) };
    });
  beforeEach(() => {
    vi.useFakeTimers();
    FakeChannel.tabs = [];
    running.clear();
  });
  afterEach(() => vi.useRealTimers());

  it("is one, whoever opens later", () => {
    open("b");
    vi.advanceTimersByTime(LOST_MS);
    open("a");
    open("c");
    vi.advanceTimersByTime(LOST_MS * 4);
    expect([...running]).toEqual(["b"]);
  });
  it("is one after tabs were opened together", () => {
    open("b");
    open("a");
    open("c");
    vi.advanceTimersByTime(LOST_MS * 4);
    expect(running.size).toBe(1);
  });
  it("is the smaller name, when two lead because they could not hear each other", () => {
    open("b");
    const [deaf] = FakeChannel.tabs.splice(0, 1);
    open("a");
    vi.advanceTimersByTime(LOST_MS);
    expect(running.size).toBe(2);
    if (deaf !== undefined) FakeChannel.tabs.push(deaf);
    vi.advanceTimersByTime(LOST_MS);
    expect([...running]).toEqual(["a"]);
  });
  it("is followed at once when it says goodbye, and soon when it does not", () => {
    const first = open("a");
    vi.advanceTimersByTime(LOST_MS);
    open("b");
    first.close();
    vi.advanceTimersByTime(ALIVE_MS);
    expect([...running]).toEqual(["b"]);
    FakeChannel.tabs[0]?.close(); // b crashes: nothing is heard of it any more
    open("c");
    vi.advanceTimersByTime(LOST_MS * 2);
    expect(running.has("c")).toBe(true);
  });
  it("shares every event with the others", () => {
    const heard: string[] = [];
    open("a", ({ type }) => heard.push(`a ${type}`));
    vi.advanceTimersByTime(LOST_MS);
    open("b", ({ type }) => heard.push(`b ${type}`));
    outs.get("a")?.({ type: "reset", data: {} });
    expect(heard).toEqual(["a reset", "b reset"]);
  });
});

describe("the feed", () => {
  const feeds = () => {
    const heard: LiveMessage[] = [];
    const log: string[] = [];
    let dead: () => void = () => undefined;
    const shared = (_account: number, _emit: Emit, die: () => void) => {
      dead = die;
      return { close: () => log.push("worker closed") };
    };
    const own = () => {
      log.push("own opened");
      return { close: () => log.push("own closed") };
    };
    return { heard, log, shared, own, die: () => dead() };
  };
  it("of a worker that never comes is taken over by a stream of the tab, and the outage is said", () => {
    const { heard, log, shared, own, die } = feeds();
    const feed = openFeed(1, (message) => heard.push(message), shared, own);
    die();
    die();
    expect(heard).toEqual([{ type: "state", data: { up: false } }]);
    expect(log).toEqual(["worker closed", "own opened"]);
    feed.close();
    expect(log.at(-1)).toBe("own closed");
  });
  it("that was closed does not rise again", () => {
    const { log, shared, own, die } = feeds();
    openFeed(1, () => undefined, shared, own).close();
    die();
    expect(log).toEqual(["worker closed"]);
  });
  it("is the tabs' own where there are no shared workers", () => {
    const { log, own } = feeds();
    openFeed(1, () => undefined, null, own);
    expect(log).toEqual(["own opened"]);
  });
});
