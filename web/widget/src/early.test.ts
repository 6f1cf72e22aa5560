import { afterEach, describe, expect, it, vi } from "vitest";
import { hearer, type Said } from "./early";
import type { ChatApi } from "./shared";

function house() {
  const heard: unknown[] = [];
  const tell =
    (name: string) =>
    (...all: unknown[]) =>
      void heard.push([name, ...all]);
  const api = Object.fromEntries(["open", "identify", "on"].map((name) => [name, tell(name)])) as unknown as ChatApi;
  return { heard, hear: hearer(api, tell("set")) };
}

describe("what a page says before the script is there", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it("is settings alone, one call alone, or a list of both, in its order", () => {
    const tell = () => undefined;
    const cases: [Said, unknown[]][] = [
      [{ language: "es" }, [["set", { language: "es" }]]],
      [["open"], [["open"]]],
      [
        [{ position: "left" }, ["identify", "token"], ["on", "message", tell], { color: "#123456" }],
        [
          ["set", { position: "left" }],
          ["identify", "token"],
          ["on", "message", tell],
          ["set", { color: "#123456" }],
        ],
      ],
    ];
    for (const [said, expected] of cases) {
      const { heard, hear } = house();
      hear(said);
      expect(heard).toEqual(expected);
    }
  });
  it("may be nothing: then the attributes alone are heeded, once", () => {
    const { heard, hear } = house();
    hear(undefined);
    expect(heard).toEqual([["set", undefined]]);
  });
  it("is heard to its end when one of it is a mistake, which the page is told", () => {
    const mistakes: unknown[] = [];
    vi.stubGlobal("reportError", (mistake: unknown) => mistakes.push(mistake));
    const { heard, hear } = house();
    hear([["noSuchCall"] as unknown as Said, ["open"]]);
    expect(heard).toEqual([["open"]]);
    expect(mistakes).toEqual([expect.any(TypeError)]);
  });
});
