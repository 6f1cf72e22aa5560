import { describe, expect, it } from "vitest";
import { filled, offersOf, typed } from "./complete";

describe("what is offered while one writes", () => {
  it("is a ready answer behind a slash at the very beginning", () => {
    expect(typed("/he", 3, "/")).toEqual({ begin: 0, word: "he" });
    expect(typed("/", 1, "/")).toEqual({ begin: 0, word: "" });
    expect(typed("1/2", 3, "/")).toBeNull();
    expect(typed("and/or", 6, "/")).toBeNull();
    expect(typed("/he llo", 7, "/")).toBeNull();
  });
  it("is a colleague behind an @ that begins a word", () => {
    expect(typed("see @An", 7, "@")).toEqual({ begin: 4, word: "An" });
    expect(typed("a@b.example", 11, "@")).toBeNull();
    expect(typed("@王", 2, "@")).toEqual({ begin: 0, word: "王" });
  });
  it("is found by shortcut, or by what it says", () => {
    const all = [
      { id: 1, shortcut: "Hello", text: "Good day" },
      { id: 2, shortcut: "退货", text: "30 天内可退" },
    ];
    expect(offersOf.replies(all, "he").map(({ key }) => key)).toEqual(["1"]);
    expect(offersOf.replies(all, "天内").map(({ key }) => key)).toEqual(["2"]);
    expect(offersOf.replies(all, "x")).toEqual([]);
  });
  it("is filled in, and leaves no brace of a name that is not known", () => {
    expect(filled("Hi {name}, {agent} of {shop}. {x}", { agent: "Wei", shop: "Tea" })).toBe("Hi , Wei of Tea. {x}");
  });
});
