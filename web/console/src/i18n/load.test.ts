import { beforeEach, describe, expect, it, vi } from "vitest";

vi.hoisted(() => {
  vi.stubGlobal("document", { cookie: "lang=en" });
});

const PAGE = "people.intro"; // of the chat's part
const WORK = "overview.shops"; // of the operator's
/** As a browser begins: nothing is there. */
const begun = async () => {
  vi.resetModules();
  return import("./i18n");
};

describe("words that come later", () => {
  let i18n: Awaited<ReturnType<typeof begun>>;
  beforeEach(async () => {
    i18n = await begun();
  });
  const known = (lang: "en" | "zh-CN", key: string) => i18n.makeText(lang, () => undefined).known(key);

  it("are not there with the frame's, and are seen by who holds these", async () => {
    await i18n.loadTexts("en");
    const held = i18n.makeText("en", () => undefined);
    expect(held.known("nav.home")).not.toBeNull();
    expect(held.known(PAGE)).toBeNull();
    await i18n.loadPartTexts("chat");
    expect(held.known(PAGE)).not.toBeNull();
    expect(held.known(WORK)).toBeNull();
  });
  it("come with a language that is chosen after the page", async () => {
    await i18n.loadTexts("en");
    await i18n.loadPartTexts("chat");
    expect(() => known("zh-CN", "nav.home")).toThrow();
    await i18n.loadTexts("zh-CN");
    expect(known("zh-CN", PAGE)).not.toBeNull();
    expect(known("zh-CN", PAGE)).not.toBe(known("en", PAGE));
  });
  it("come with a page in every language that is chosen, whichever is asked for first", async () => {
    await Promise.all([i18n.loadTexts("en"), i18n.loadPartTexts("chat"), i18n.loadTexts("zh-CN")]);
    expect([known("en", PAGE), known("zh-CN", PAGE)]).not.toContain(null);
  });
  it("come with a page that is asked for before all else, in the language that the visit begins with", async () => {
    await i18n.loadPartTexts("operator");
    expect(() => known("en", "nav.home")).toThrow(); // the frame's are still on their way
    await i18n.loadTexts("en");
    expect(known("en", WORK)).not.toBeNull();
  });
});
