import { describe, expect, it } from "vitest";
import { LIMITS, pages, tooHeavy } from "./weight.mjs";

/** What does not compress. */
const noise = (bytes) => Array.from({ length: bytes / 8 }, () => Math.random().toString(36).slice(2, 10)).join("");
const html =
  '<script type="module" src="/assets/index-AAAAAAAA.js"></script><link rel="stylesheet" href="/assets/i.css">';
const house = (extra = {}) => ({
  html,
  files: new Map(
    Object.entries({
      "i.css": "a{}",
      "index-AAAAAAAA.js": 'import{a as b}from"./base-BBBBBBBB.js";const home=()=>import(`./home-CCCCCCCC.js`);',
      "base-BBBBBBBB.js": "export const a=1;",
      "home-CCCCCCCC.js": 'import"./base-BBBBBBBB.js";import{c}from"./part-DDDDDDDD.js";import(`./later-EEEEEEEE.js`);',
      "part-DDDDDDDD.js": "export const c=1;",
      "later-EEEEEEEE.js": noise(400_000),
      ...extra,
    }),
  ),
});

describe("the weight of a first visit", () => {
  it("is the frame and the page with all that they import, and nothing that comes later", () => {
    const [home, ...others] = pages(house());
    expect(others).toEqual([]);
    expect(home.page).toBe("home");
    expect(tooHeavy([home])).toEqual([]);
    expect(home.script).toBeGreaterThan(home.own);
  });
  it("is told when a page, or what it imports, grows too heavy", () => {
    const heavy = pages(house({ "part-DDDDDDDD.js": noise(2 * LIMITS.own) }));
    expect(tooHeavy(heavy)).toEqual([expect.stringMatching(/^home: own \d+ kB > /)]);
    expect(tooHeavy(pages(house({ "base-BBBBBBBB.js": noise(2 * LIMITS.script) })))).toEqual([
      expect.stringMatching(/^home: script /),
      expect.stringMatching(/^home: frame /),
    ]);
    expect(tooHeavy(pages(house({ "i.css": noise(2 * LIMITS.style) })))).toEqual([
      expect.stringMatching(/^home: style /),
    ]);
  });
  it("has the words of one language, and those of a part where the page says one of them", () => {
    const words = {
      "index-AAAAAAAA.js": ["home-CCCCCCCC", "inbox-FFFFFFFF", "zh-GGGGGGGG", "en-HHHHHHHH", "zh-chat-IIIIIIII"]
        .map((name) => `import(\`./${name}.js\`)`)
        .join(";"),
      "zh-GGGGGGGG.js": `var e={"home.title":\`${noise(80_000)}\`}`,
      "en-HHHHHHHH.js": 'var e={"home.title":`Home`}',
      "zh-chat-IIIIIIII.js": `var e={"inbox.title":\`${noise(20_000)}\`,"know.new.entry":\`\`}`,
      "home-CCCCCCCC.js": "t(`home.title`)",
    };
    const without = pages(house({ ...words, "inbox-FFFFFFFF.js": "t(`home.title`),t(`inbox`+x)" }));
    expect(without.map(({ page }) => page)).toEqual(["home", "inbox"]);
    expect(without[0].frame).toBeGreaterThan(40_000);
    expect(without[1].script - without[0].script).toBeLessThan(100);
    for (const says of ["t(`inbox.title`)", 't("inbox.title")', "t(`know.new.${kind}`)"]) {
      const [home, inbox] = pages(house({ ...words, "inbox-FFFFFFFF.js": says }));
      expect(inbox.script - home.script).toBeGreaterThan(10_000);
    }
  });
  it("is not judged when the files do not hang together", () => {
    expect(() => pages({ ...house(), html: "" })).toThrow();
    const broken = house();
    broken.files.delete("part-DDDDDDDD.js");
    expect(() => pages(broken)).toThrow("part-DDDDDDDD.js");
  });
});
