import { describe, expect, it } from "vitest";
import { filled, mentioned, offersOf, typed } from "./complete";

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
  it("names whoever stands in the note, chosen from the list or kept with a draft", () => {
    const one = (person: number, name: string, email = `${person}@tea.example`) => ({
      person,
      name,
      email,
      answers: true,
    });
    const all = [
      one(1, "An"),
      one(2, "An Li"),
      one(3, "", "wei@tea.example"),
      one(4, "小王"),
      one(5, "Sam"),
      one(6, "Sam"),
    ];
    expect(mentioned("@An Li please", all, [])).toEqual([2]);
    expect(mentioned("@An please, and @wei@tea.example", all, [])).toEqual([1, 3]);
    expect(mentioned("@Anna please", all, [])).toEqual([]);
    expect(mentioned("@小王请看一下", all, [])).toEqual([4]);
    expect(mentioned("mail wei@An or x@小王", all, [])).toEqual([]);
    expect(mentioned("@Sam", all, [6])).toEqual([6]);
    expect(mentioned("@Sam", all, [])).toEqual([5, 6]);
  });
  it("leaves no space of a name that is not known before a stop, and one between words", () => {
    expect(filled("您好 {name}，我是 {agent}", { name: "", agent: "Wei" })).toBe("您好，我是 Wei");
    expect(filled("您好 {name}，我是 {agent}。", {})).toBe("您好，我是。");
    expect(filled("Hello {name}! Ask {agent} here", {})).toBe("Hello! Ask here");
    expect(filled("Hello {name}\nI am {agent} :)", {})).toBe("Hello\nI am :)");
    expect(filled("您好 {name} ，我是 {shop}", { name: "Anna", shop: "Tea" })).toBe("您好 Anna ，我是 Tea");
    expect(filled("您好{name}，", {})).toBe("您好，");
  });
  it("is filled in, and leaves no brace of a name that is not known", () => {
    expect(filled("Hi {name}, {agent} of {shop}. {x}", { agent: "Wei", shop: "Tea" })).toBe("Hi, Wei of Tea. {x}");
  });
});
