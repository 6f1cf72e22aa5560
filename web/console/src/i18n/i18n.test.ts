import { describe, expect, it } from "vitest";
import { en as enFirst } from "./en";
import { enAudit } from "./en-audit";
import { enChat } from "./en-chat";
import { enHome } from "./en-home";
import { enMoney } from "./en-money";
import { enOperator } from "./en-operator";
import { enSaid } from "./en-said";
import { enSettings } from "./en-settings";
import { enSpending } from "./en-spending";
import { fill, holes } from "./format";
import { langFromBrowser, langFromCookie } from "./lang";
import { zh as zhFirst } from "./zh";
import { zhAudit } from "./zh-audit";
import { zhChat } from "./zh-chat";
import { zhHome } from "./zh-home";
import { zhMoney } from "./zh-money";
import { zhOperator } from "./zh-operator";
import { zhSaid } from "./zh-said";
import { zhSettings } from "./zh-settings";
import { zhSpending } from "./zh-spending";

const en = {
  ...enFirst,
  ...enAudit,
  ...enChat,
  ...enHome,
  ...enMoney,
  ...enOperator,
  ...enSaid,
  ...enSettings,
  ...enSpending,
};
const zh = {
  ...zhFirst,
  ...zhAudit,
  ...zhChat,
  ...zhHome,
  ...zhMoney,
  ...zhOperator,
  ...zhSaid,
  ...zhSettings,
  ...zhSpending,
};

const sources = import.meta.glob<string>("../**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });
const screens = Object.entries(sources).filter(([file]) => !file.includes(".test.") && !file.startsWith("./"));

describe("the two dictionaries", () => {
  it("have the same keys", () => {
    expect(Object.keys(zh)).toEqual(Object.keys(en));
  });
  it.each(Object.keys(en) as (keyof typeof en)[])("%s: no text is empty and the holes are the same", (key) => {
    expect(en[key].trim()).not.toBe("");
    expect(zh[key].trim()).not.toBe("");
    expect(holes(zh[key])).toEqual(holes(en[key]));
  });
  it("are used: no text is left over", () => {
    const all = screens.map(([, source]) => source).join("\n");
    // Keys made of a fixed part and a name of the server's: `action.${...}`.
    const made = [...all.matchAll(/`(\w+(?:\.\w+)*\.?)\$\{/g)].map((match) => match[1] ?? "");
    const unused = Object.keys(en).filter(
      (key) => !all.includes(`"${key}"`) && !made.some((start) => start.endsWith(".") && key.startsWith(start)),
    );
    const ofKind = /^(chatbot|shop|job|subscription|secret)\.state\./; // `${kind}.state.${state}`
    expect(unused.filter((key) => !ofKind.test(key) && !key.startsWith("accounts."))).toEqual([]);
  });
});

describe("the screens", () => {
  it.each(screens)("%s holds no sentence of its own", (_file, source) => {
    const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "");
    if (/otherName|OTHER: Readonly/.test(code)) return; // the language switch: a language's own name
    expect(code.match(/[\u4e00-\u9fff]+/g) ?? []).toEqual([]);
  });
});

describe("holes", () => {
  it("takes values and writes numbers as the language does", () => {
    expect(fill("{n} of {name}", "en", { n: 1234, name: "x" })).toBe("1,234 of x");
  });
  it("chooses the plural", () => {
    const text = "{n} {n|credit|credits}";
    expect(fill(text, "en", { n: 1 })).toBe("1 credit");
    expect(fill(text, "en", { n: 0 })).toBe("0 credits");
    expect(fill("{n} 积分", "zh-CN", { n: 1 })).toBe("1 积分");
  });
  it("leaves a hole without value as it is, and never reads a value as a text", () => {
    expect(fill("{gone}", "en", {})).toBe("{gone}");
    expect(fill("{name}", "en", { name: "{n} $& $1" })).toBe("{n} $& $1");
  });
});

describe("the language", () => {
  it("is the cookie's when it is one of ours", () => {
    expect(langFromCookie("a=b; lang=en; c=d")).toBe("en");
    expect(langFromCookie("lang=zh-CN")).toBe("zh-CN");
    expect(langFromCookie("lang=fr; slang=en")).toBeNull();
    expect(langFromCookie("")).toBeNull();
  });
  it("else the first of the browser's that we speak, else Chinese", () => {
    expect(langFromBrowser(["fr-FR", "en-GB", "zh-CN"])).toBe("en");
    expect(langFromBrowser(["zh-TW"])).toBe("zh-CN");
    expect(langFromBrowser(["fr"])).toBe("zh-CN");
  });
});
