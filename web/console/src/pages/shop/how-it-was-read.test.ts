import { describe, expect, it } from "vitest";
import { makeText } from "../../i18n/i18n";
import { howItWasRead } from "./how-it-was-read";

const zh = makeText("zh-CN", () => undefined);
const en = makeText("en", () => undefined);

/* The model's own files: a reading that is new there has no text here, and would be read in English by everybody. */
const files = import.meta.glob<string>(["../../../../../src/chat/models/*.c", "../../../../../src/chat/agent.c"], {
  query: "?raw",
  import: "default",
  eager: true,
});
const source = Object.values(files).join("\n");
const READINGS = [/\bwhy = [^;]*;/g, /\b(?:local_say|decline|hand_off)\([^;{]*\);/g].flatMap((pattern) =>
  [...source.matchAll(pattern)].flatMap(([said]) => [...said.matchAll(/"([a-z][a-z, ]+)"/g)]),
);

describe("how a question was read", () => {
  it("is found in the model's files", () => expect(READINGS.length).toBeGreaterThan(30));
  it.each([...new Set(READINGS.map(([, phrase = ""]) => phrase))])("%s: has a text in both languages", (phrase) => {
    expect(howItWasRead(zh, phrase)).toMatch(/[\u4e00-\u9fff]/);
    expect(howItWasRead(en, phrase)).not.toBe(phrase);
  });
  it("names the rule or the text that it stands on", () => {
    expect(howItWasRead(zh, "rule:returns")).toBe("店铺规则：returns");
    expect(howItWasRead(en, "paper:use.md#0001")).toBe("A text of the product: use.md#0001");
    expect(howItWasRead(zh, "as the model says")).toBe("as the model says");
  });
});
