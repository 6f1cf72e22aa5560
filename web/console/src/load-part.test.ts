import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { canReload, fetchAhead, loadPart, type Surroundings } from "./load-part";
import { Net } from "./ui/crash";

const lost = () => Promise.reject(new TypeError("Failed to fetch dynamically imported module"));

function around(server: string | null, reloadedFor: string | null = null) {
  const reloads: string[] = [];
  const it: Surroundings = {
    html: () => (server === null ? Promise.reject(new TypeError("Failed to fetch")) : Promise.resolve(server)),
    entry: () => "/assets/index-old.js",
    reloadedFor: () => reloadedFor,
    reload: (entry) => reloads.push(entry),
  };
  return { it, reloads };
}

describe("a page whose file does not come", () => {
  it("is told, and nothing is loaded anew, while no server answers or it has this console", async () => {
    for (const server of [null, '<script src="/assets/index-old.js">']) {
      const { it: browser, reloads } = around(server);
      await expect(loadPart(lost, browser)).rejects.toThrow("Failed to fetch");
      expect(reloads).toEqual([]);
    }
  });
  it("loads the whole console anew, once, when the server has a newer one", async () => {
    const newer = '<script src="/assets/index-new.js">';
    const first = around(newer);
    await expect(loadPart(lost, first.it)).rejects.toThrow();
    expect(first.reloads).toEqual(["/assets/index-old.js"]);
    const second = around(newer, "/assets/index-old.js");
    await expect(loadPart(lost, second.it)).rejects.toThrow();
    expect(second.reloads).toEqual([]);
  });
  it("is no matter when it comes", async () => {
    const { it: browser, reloads } = around(null);
    await expect(loadPart(() => Promise.resolve("page"), browser)).resolves.toBe("page");
    expect(reloads).toEqual([]);
  });
  it("may be had by loading all again only when a server answers", async () => {
    expect(await canReload(around(null).it)).toBe(false);
    expect(await canReload(around("x").it)).toBe(true);
  });
});

describe("pages fetched ahead", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const page = () => vi.fn(() => Promise.resolve());

  it("come one after the other, later, and end at the first that does not come", async () => {
    const [first, bad, never] = [page(), vi.fn(lost), page()];
    fetchAhead([first, bad, never], 2000);
    expect(first).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(2000);
    expect([first, bad, never].map(({ mock }) => mock.calls.length)).toEqual([1, 1, 0]);
  });
  it("do not come for somebody who left", async () => {
    const only = page();
    fetchAhead([only], 2000)();
    await vi.advanceTimersByTimeAsync(5000);
    expect(only).not.toHaveBeenCalled();
  });
});

describe("the net around the pages", () => {
  const props = (at?: string) => ({ text: null as never, at, children: null });
  const next = (state: { failedAt: string | null }, at?: string) => ({
    ...state,
    ...Net.getDerivedStateFromProps(props(at), state),
  });
  it("holds a broken page until another one is gone to", () => {
    const broken = next({ failedAt: null, ...Net.getDerivedStateFromError() }, "/shops");
    expect(broken.failedAt).toBe("/shops");
    expect(next(broken, "/shops").failedAt).toBe("/shops");
    expect(next(broken, "/billing").failedAt).toBeNull();
    expect(next({ failedAt: null }, "/billing").failedAt).toBeNull();
  });
  it("around everything holds for good", () => {
    const broken = next({ failedAt: null, ...Net.getDerivedStateFromError() });
    expect(next(broken).failedAt).not.toBeNull();
  });
});
