import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { partsOf, WANTED } from "./early-parts";

const WORDS = ["zh", "en", "zh-home", "en-home", "zh-chat", "en-chat", "zh-operator", "en-operator"].map(
  (name) => `i18n/${name}.ts`,
);
const PAGES = ["pages/login.tsx", "pages/home.tsx", "pages/inbox/inbox.tsx", "pages/operator/today.tsx"];
const chunk = (source: string, imports: string[] = []) => ({
  type: "chunk",
  fileName: `assets/${source.replaceAll("/", "-")}.js`,
  facadeModuleId: `/src/${source}`,
  imports,
});
const main = { ...chunk("main.tsx", ["assets/base.js"]), isEntry: true };
const shared = [
  { type: "chunk", fileName: "assets/base.js", imports: [] },
  { type: "chunk", fileName: "assets/table.js", imports: ["assets/base.js"] },
];
const all = [...WORDS, ...PAGES].map((source) => chunk(source, ["assets/table.js", "assets/base.js"]));

describe("what is fetched beside the main bundle", () => {
  it("is a page with what it needs, and nothing that the bundle brings anyway", () => {
    const parts = partsOf([main, ...shared, ...all]);
    expect(parts["/home"]).toEqual(["assets/pages-home.tsx.js", "assets/table.js"]);
    expect(Object.keys(parts)).toEqual(Object.keys(WANTED));
  });
  it("is a page with the words that it brings along, in the language of the visit", () => {
    const pages = readFileSync(path.resolve("src/pages.ts"), "utf8");
    const addresses = Object.keys(WANTED).filter((key) => key.startsWith("/"));
    for (const address of addresses) {
      const file = WANTED[address]?.replace(/\.tsx$/, "") ?? "";
      const brings = new RegExp(`(?:also\\("(\\w+)", )?\\(\\) => import\\("\\.${file}"\\)`).exec(pages);
      expect(brings, address).not.toBeNull();
      const words = (lang: string) => (brings?.[1] === undefined ? undefined : `/i18n/${lang}-${brings[1]}.ts`);
      expect([WANTED[`zh-CN${address}`], WANTED[`en${address}`]], address).toEqual([words("zh"), words("en")]);
    }
  });
  it("does not forget what is no longer built by that name", () => {
    expect(() => partsOf([main, ...shared, ...all.slice(1)])).toThrow("/i18n/zh.ts");
  });
});
