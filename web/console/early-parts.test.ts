import { describe, expect, it } from "vitest";
import { partsOf } from "./early-parts";

const WORDS = ["i18n/zh.ts", "i18n/en.ts"];
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
    expect(Object.keys(parts)).toEqual(["zh-CN", "en", "/login", "/home", "/inbox", "/operator"]);
  });
  it("does not forget what is no longer built by that name", () => {
    expect(() => partsOf([main, ...shared, ...all.slice(1)])).toThrow("/i18n/zh.ts");
  });
});
