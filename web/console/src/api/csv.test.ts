import { afterEach, describe, expect, it, vi } from "vitest";
import { csvAddress, nextOf, readCsv } from "./csv";

const page = (text: string, next?: string) =>
  new Response(text, next === undefined ? {} : { headers: { Link: `<${next}>; rel="next"` } });

describe("a list as a file", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("leaves out what is not asked for", () => {
    expect(csvAddress("/api/audit", { action: undefined, from: "2026-11-01T00:00:00.000Z" })).toBe(
      "/api/audit?format=csv&from=2026-11-01T00%3A00%3A00.000Z",
    );
  });
  it("follows the next page only within our own house", () => {
    expect(nextOf('</api/audit?format=csv&after=7>; rel="next"')).toBe("/api/audit?format=csv&after=7");
    for (const link of [
      null,
      "",
      '<https://evil.example/x>; rel="next"',
      '<//evil.example>; rel="next"',
      "</a>; rel=prev",
    ])
      expect(nextOf(link)).toBeNull();
  });
  it("puts all pages together, once each, with one mark in front", async () => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", (address: string) => {
      asked.push(address);
      return Promise.resolve(asked.length === 1 ? page("id\r\n3\r\n", "/next") : page("2\r\n"));
    });
    const blob = await readCsv("/api/audit", {});
    expect(new Uint8Array(await blob.arrayBuffer()).slice(0, 3)).toEqual(new Uint8Array([0xef, 0xbb, 0xbf]));
    expect(await blob.text()).toBe("id\r\n3\r\n2\r\n");
    expect(asked).toEqual(["/api/audit?format=csv", "/next"]);
  });
  it("is no file when a page is refused, or does not come", async () => {
    const answers = [
      page("id\r\n", "/next"),
      Response.json({ error: "too_many_requests", message: "m" }, { status: 429 }),
    ];
    vi.stubGlobal("fetch", () => Promise.resolve(answers.shift()));
    await expect(readCsv("/api/audit", {})).rejects.toMatchObject({ status: 429, code: "too_many_requests" });
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    await expect(readCsv("/api/audit", {})).rejects.toMatchObject({ code: "offline" });
  });
});
