import { readFileSync } from "node:fs";
import path from "node:path";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { langFromBrowser, langFromCookie } from "./src/i18n/lang";

const EARLY = readFileSync(path.resolve("public/early.js"), "utf8");
const PARTS = {
  "zh-CN": ["assets/zh.js"],
  en: ["assets/en.js"],
  "/home": ["assets/home.js"],
  "/inbox": ["assets/inbox.js"],
  "en/inbox": ["assets/en-chat.js"],
};

/** What is fetched ahead, and in which language the page is told to be. */
function ran(languages: readonly string[], cookie = "", pathname = "/home", search = "") {
  const root = { dataset: {} as Record<string, string>, lang: "" };
  const fetched: string[] = [];
  const window = { matchMedia: () => ({ matches: false }) };
  runInNewContext(EARLY, {
    window,
    navigator: { languages, language: languages[0] },
    location: { pathname, search, protocol: "https:" },
    localStorage: { getItem: () => null },
    fetch: () => Promise.resolve(null),
    document: {
      documentElement: root,
      cookie,
      currentScript: { dataset: { parts: JSON.stringify(PARTS) } },
      createElement: () => ({}),
      head: { appendChild: ({ href }: { href: string }) => fetched.push(href) },
    },
  });
  return { lang: root.lang, fetched };
}

describe("what runs before the bundle", () => {
  it("goes on in the language of the public page that led to a door, and nowhere else", () => {
    expect(ran(["zh-CN"], "", "/register", "?plan=pro&lang=en").lang).toBe("en");
    expect(ran(["en"], "lang=en", "/login", "?lang=zh-CN").lang).toBe("zh-CN");
    expect(ran(["en"], "", "/login", "?lang=zh-CNx").lang).toBe("en");
    expect(ran(["en"], "", "/home", "?lang=zh-CN").lang).toBe("en");
  });

  it("chooses the language that the bundle chooses, and fetches its words", () => {
    for (const languages of [["en-GB"], ["zh-TW", "en"], ["de-DE", "en"], ["de", "zh-CN", "en"], ["fr"], [], ["EN"]]) {
      for (const cookie of ["", "lang=en", "a=b; lang=zh-CN"]) {
        const lang = langFromCookie(cookie) ?? langFromBrowser(languages);
        expect(ran(languages, cookie)).toEqual({
          lang,
          fetched: [`/assets/${lang === "en" ? "en" : "zh"}.js`, "/assets/home.js"],
        });
      }
    }
  });
  it("fetches the words that a page brings along", () => {
    expect(ran(["en"], "", "/inbox").fetched).toEqual(["/assets/en.js", "/assets/inbox.js", "/assets/en-chat.js"]);
  });
  it("fetches no page that it does not know", () => {
    expect(ran(["en"], "", "/constructor").fetched).toEqual(["/assets/en.js"]);
  });
});
