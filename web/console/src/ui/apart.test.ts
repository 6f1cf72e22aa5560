import { describe, expect, it } from "vitest";
import { apart } from "./apart";

describe("words of others within a sentence", () => {
  it("stand in an isolate, as they are", () => {
    expect(apart("Tea")).toBe("\u2068Tea\u2069");
    expect(apart("\u202eTea\u202c \u2067שאלה\u2069 🙂")).toBe("\u2068\u202eTea\u202c \u2067שאלה\u2069 🙂\u2069");
    expect(apart("")).toBe("\u2068\u2069");
  });
  it("cannot end it: what they hold behind an end of their own would turn the rest", () => {
    expect(apart("Tea\u2069\u202e!")).toBe("\u2068Tea\u202e!\u2069");
    expect(apart("\u2069\u2069\u2066a\u2069\u2069")).toBe("\u2068\u2066a\u2069\u2069");
  });
  it("cannot leave it open: the end that is ours would be theirs", () => {
    expect(apart("\u2067\u2066Tea")).toBe("\u2068\u2067\u2066Tea\u2069\u2069\u2069");
    expect(apart("\u2067a\u2069\u2068b")).toBe("\u2068\u2067a\u2069\u2068b\u2069\u2069");
  });
});
