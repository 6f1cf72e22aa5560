import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const replaced: unknown[] = [];
const asked: string[] = [];
let reply: () => Promise<Response> = () => Promise.reject(new TypeError("no network"));
const went: string[] = [];

const net = vi.hoisted(() => {
  const far = { fetch: (request: Request): Promise<Response> => Promise.reject(new TypeError(request.url)) };
  vi.stubGlobal("fetch", (request: Request) => far.fetch(request));
  vi.stubGlobal("document", { cookie: "lang=en" });
  vi.stubGlobal("window", { location: { origin: "https://console.example" } });
  return far;
});

/** An element, as far as it is needed. */
const element = (name: string) => ({ name, append: () => undefined });

const { endSession, isUnheard, leaveUnheard, onLeaving } = await import("./sign-out");
const { Problem, toProblem } = await import("./api/problem");

describe("signing out", () => {
  const page = {
    title: "Ann · Chathub",
    createElement: element,
    body: { replaceChildren: (one: unknown) => void replaced.push(one) },
  };
  let drawn = true;
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("document", page);
    vi.stubGlobal("window", {
      location: { origin: "https://console.example", replace: (to: string) => void went.push(to) },
      history: { replaceState: (_state: unknown, _title: string, to: string) => void asked.push(`at ${to}`) },
    });
    net.fetch = (request) => {
      asked.push(new URL(request.url).pathname);
      return reply();
    };
    onLeaving(() => {
      drawn = false;
    });
  });
  afterEach(() => vi.useRealTimers());

  it("was not heard without an answer, and not by a server or proxy in trouble; a refusal is an answer", () => {
    expect(isUnheard(toProblem(new TypeError("no network")))).toBe(true);
    for (const status of [500, 502, 503, 504]) expect(isUnheard(new Problem(status, "unavailable", ""))).toBe(true);
    for (const status of [403, 429]) expect(isUnheard(new Problem(status, "rate_limited", ""))).toBe(false);
  });
  it("leaves neither content nor name nor address when it was not heard, and asks until it is", async () => {
    leaveUnheard("Gone");
    expect(drawn).toBe(false);
    expect(replaced).toHaveLength(1);
    expect(page.title).toBe("Chathub");
    expect(asked).toEqual(["at /login"]);
    await vi.advanceTimersByTimeAsync(3000);
    reply = () => Promise.resolve(new Response("Bad gateway", { status: 502 }));
    await vi.advanceTimersByTimeAsync(3000);
    expect(asked).toEqual(["at /login", "/auth/logout", "/auth/logout"]);
    expect(went).toEqual([]);
    reply = () => Promise.resolve(Response.json({ ok: true }));
    await vi.advanceTimersByTimeAsync(3000);
    expect(went).toEqual(["/login"]);
  });
  it("does not wait for a server that stands still", async () => {
    vi.useRealTimers();
    const timeout = vi.spyOn(AbortSignal, "timeout").mockImplementation(() => AbortSignal.abort());
    net.fetch = ({ signal }) =>
      signal.aborted ? Promise.reject(new Error("timed out")) : new Promise(() => undefined);
    const problem = await endSession().catch(toProblem);
    expect(timeout).toHaveBeenCalledWith(5000);
    expect(problem).toMatchObject({ status: 0 });
    timeout.mockRestore();
  });
});
