import { describe, expect, it } from "vitest";
import { threadWith } from "./thread-with";
import type { InboxThread } from "./types";

const thread = (from: number, to: number, more: boolean) =>
  ({
    messages: Array.from({ length: to - from + 1 }, (_, i) => ({ number: from + i })),
    more,
  }) as unknown as InboxThread;
const numbers = ({ messages }: InboxThread) => messages.map(({ number }) => number);

describe("a conversation that is read again", () => {
  it("keeps what was read before it, without a gap and without the same twice", () => {
    const got = threadWith(thread(4, 6, true), thread(1, 5, false));
    expect(numbers(got)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(got.more).toBe(false);
  });
  it("keeps a page that ends where the new one begins", () => {
    expect(numbers(threadWith(thread(4, 6, true), thread(2, 3, true)))).toEqual([2, 3, 4, 5, 6]);
  });
  it("forgets it when something between is not known", () => {
    const got = threadWith(thread(9, 10, true), thread(1, 5, false));
    expect(numbers(got)).toEqual([9, 10]);
    expect(got.more).toBe(true);
  });
  it("is the page alone the first time, and when that is the whole", () => {
    expect(numbers(threadWith(thread(1, 2, false), undefined))).toEqual([1, 2]);
    expect(numbers(threadWith(thread(1, 3, false), thread(1, 2, false)))).toEqual([1, 2, 3]);
  });
});
