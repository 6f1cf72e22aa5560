import { describe, expect, it } from "vitest";
import type { ChatSettings } from "../../api/types";
import {
  baseOf,
  bodyOf,
  holesMissing,
  mergedOf,
  movedOf,
  sayingsOf,
  spansOf,
  valuesOf,
  withSaying,
} from "./chat-values";

const settings: ChatSettings = {
  revision: 3,
  botName: "Ling",
  avatarUrl: null,
  domain: "tea.example",
  changedAt: null,
  avatar: "leaf",
  position: "left",
  colour: "#0f766e",
  texts: [
    { language: "fr", greeting: "Bonjour", away: "", proactive: "", opening: [], after: [], handOff: [] },
    { language: "en", greeting: "Hello", away: "", proactive: "", opening: ["Returns"], after: [], handOff: [] },
  ],
  timezone: "Asia/Shanghai",
  hoursOn: true,
  hours: [
    { day: "mon", from: 540, to: 720 },
    { day: "mon", from: 780, to: 1440 },
  ],
  holidays: ["2026-12-25"],
  disclosure: true,
  askScore: false,
  backAfterMinutes: 15,
  personWords: ["真人"],
  notPersonWords: [],
  alertMail: true,
  alertTo: "owner",
  alertFirstMinutes: 2,
  alertAgainMinutes: 10,
  keepDays: 0,
  proactive: false,
  proactiveAfterSeconds: 30,
  proactivePages: [],
  domains: ["blog.example", "*.landing.example"],
  oldSignature: true,
  sayings: [{ language: "en", key: "greeting", text: "Ahoy!" }],
};

describe("the settings of a chat", () => {
  it("come back as they were, also what was set for a language that the form does not show", () => {
    const { domain, changedAt, texts, ...same } = settings;
    const body = bodyOf(valuesOf(settings), settings);
    expect([domain, changedAt]).toEqual(["tea.example", null]);
    expect(body).toMatchObject(same);
    expect(body.texts?.map(({ language }) => language)).toEqual(["en", "fr"]);
    expect(body.texts?.find(({ language }) => language === "en")).toEqual(texts[1]);
  });
  it("sentence by sentence, also of two who change different ones", () => {
    const hello = { language: "en", key: "greeting", text: "Ahoy!" } as const;
    const bye = { language: "en", key: "bye", text: "So long" } as const;
    const base = valuesOf(settings);
    const theirs = valuesOf({ ...settings, revision: 4, sayings: [hello, bye] });
    const mine = { ...base, sayings: withSaying(base, "zh-CN", "greeting", "你好呀") };
    expect(sayingsOf(mergedOf(base, mine, theirs))).toEqual([
      hello,
      bye,
      { ...hello, language: "zh-CN", text: "你好呀" },
    ]);
    expect(sayingsOf(mergedOf(base, { ...base, sayings: "[]" }, theirs))).toEqual([bye]);
  });
  it("of two who change them at once are both kept, but for what both have changed", () => {
    const base = valuesOf(settings);
    const theirs = valuesOf({ ...settings, revision: 4, botName: "Mei", colour: "#112233" });
    const mine = { ...base, colour: "#445566", timezone: "UTC" };
    expect(movedOf(base, theirs)).toEqual(["botName", "colour"]);
    const merged = mergedOf(base, mine, theirs);
    expect(merged).toMatchObject({ revision: "4", botName: "Mei", colour: "#445566", timezone: "UTC" });
    expect(bodyOf(merged, settings).revision).toBe(4);
    expect(movedOf(theirs, theirs)).toEqual([]);
  });
  it("are kept as the colleague saved them, also when the page was loaded again in between", () => {
    const base = valuesOf(settings);
    const theirs = valuesOf({ ...settings, revision: 4, botName: "Mei" });
    const mine = { ...base, timezone: "UTC" };
    expect(mergedOf(baseOf(base, mine, theirs), mine, theirs)).toMatchObject({ botName: "Mei", timezone: "UTC" });
    expect(baseOf({}, theirs, theirs)).toEqual(theirs);
    expect(baseOf(base, theirs, theirs)).toEqual(theirs);
  });
  it("hold sentences of the assistant, one for each key and language, and lose those that are emptied", () => {
    let values = valuesOf(settings);
    values = { ...values, sayings: withSaying(values, "es", "greeting", "¡Hola!") };
    values = { ...values, sayings: withSaying(values, "en", "greeting", "Hi ") };
    expect(sayingsOf(values).map(({ language, text }) => [language, text])).toEqual([
      ["en", "Hi "],
      ["es", "¡Hola!"],
    ]);
    values = { ...values, sayings: withSaying(values, "es", "greeting", "") };
    expect(bodyOf(values, settings).sayings).toEqual([{ language: "en", key: "greeting", text: "Hi" }]);
    expect(holesMissing("{title} costs", ["title", "price"])).toEqual(["price"]);
  });
  it("read hours as people write them, and nothing else", () => {
    expect(spansOf("9:00-12:00，13:00 – 18:30")).toEqual([
      { from: 540, to: 720 },
      { from: 780, to: 1110 },
    ]);
    expect(spansOf("")).toEqual([]);
    for (const wrong of ["9-17", "18:00-09:00", "09:00-09:00", "10:60-11:00", "10:00-24:01", "closed"])
      expect(spansOf(wrong)).toBeNull();
  });
});
