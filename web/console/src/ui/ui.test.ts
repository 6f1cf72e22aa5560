import { describe, expect, it } from "vitest";
import { Problem } from "../api/problem";
import { makeText } from "../i18n/i18n";
import { detailText } from "./audit-words";
import { browserName } from "./browser";
import { localPath, loginPath } from "./path";
import { placeFieldProblems } from "./form";
import { hostOf } from "./host";
import { niceTicks, timeTicks } from "./ticks";

describe("the way back after signing in", () => {
  it("is a path of this console", () => {
    expect(localPath("/shops/7/keys?x=1#y")).toBe("/shops/7/keys?x=1#y");
    expect(localPath("/")).toBe("/");
  });
  it.each([
    null,
    "",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "/..//evil.example",
    "/./..//evil.example",
    "shops",
    "/login",
    "/login?next=/login",
  ])("is the home page instead of %j", (wanted) => {
    expect(localPath(wanted)).toBe("/");
  });
  it("is remembered, but not for the home page", () => {
    expect(loginPath("/")).toBe("/login");
    expect(loginPath("/shops?x=1&y=2")).toBe("/login?next=%2Fshops%3Fx%3D1%26y%3D2");
  });
});

describe("a browser's name", () => {
  it.each([
    ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36", "Chrome · Windows"],
    ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge · Windows"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari · iOS"],
    ["Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari MicroMessenger/8.0", "WeChat · Android"],
    ["curl/8.5.0", "curl"],
    ["something else", "something else"],
  ])("%s", (userAgent, name) => {
    expect(browserName(userAgent)).toBe(name);
  });
  it("is cut when nobody knows it", () => {
    expect(browserName("x".repeat(500)).length).toBe(60);
  });
});

describe("what stands in the trail", () => {
  const zh = makeText("zh-CN", () => undefined);
  const en = makeText("en", () => undefined);
  it.each([
    ["route", "login", "登录", "signing in"],
    ["route", "change", "修改密码", "changing the password"],
    ["backend", "builtin", "内置", "Chathub"],
    ["kind", "sso", "SSO 密钥", "SSO key"],
    ["role", "admin", "管理员", "administrator"],
    ["reason", "insufficient_credits", "积分不足", "not enough credits"],
  ])("%s: %s is said in words", (name, value, chinese, english) => {
    expect(detailText(zh, name, value)).toBe(chinese);
    expect(detailText(en, name, value)).toBe(english);
  });
  it("stays as it is when we do not know it", () => {
    expect(detailText(en, "reason", "welcome to Chathub")).toBe("welcome to Chathub");
    expect(detailText(en, "amount", 1200)).toBe("1200");
    expect(detailText(en, "expiresAt", "2026-11-22T10:00:00Z")).toMatch(/2026/);
  });
});

describe("a refusal at a field", () => {
  const form = (...fields: string[]) => {
    const refused: object[] = [];
    const values = Object.fromEntries(fields.map((name) => [name, ""]));
    return { refused, form: { values, refuse: (errors: object) => void refused.push(errors) } };
  };
  const refusal = (field: string, code: string) =>
    new Problem(422, "invalid_fields", "", [{ field, code, message: "m" }]);
  it("says how this field is written, where we know it better", () => {
    const { refused, form: of } = form("domain", "name");
    const formats = { domain: "host name" };
    expect(placeFieldProblems(of, refusal("domain", "format"), formats)).toBe(true);
    expect(placeFieldProblems(of, refusal("domain", "too_long"))).toBe(true);
    expect(placeFieldProblems(of, refusal("name", "format"), formats)).toBe(true);
    expect(refused).toEqual([{ domain: "host name" }, { domain: "m" }, { name: "m" }]);
  });
  it("is told elsewhere when the form has no such field", () => {
    const { refused, form: of } = form("name");
    expect(placeFieldProblems(of, refusal("other", "format"))).toBe(false);
    expect(refused).toEqual([]);
  });
});

describe("the host in what was pasted", () => {
  it.each([
    ["https://shop.example.com/de/?x=1#y", "shop.example.com"],
    ["  HTTP://Shop.Example.com  ", "shop.example.com"],
    ["shop.example.com/", "shop.example.com"],
    ["shop.example.com.", "shop.example.com"],
    ["商店.example.com/x", "商店.example.com"],
    ["shop.example.com", "shop.example.com"],
    ["", ""],
  ])("%j is %j", (typed, host) => {
    expect(hostOf(typed)).toBe(host);
  });
  it.each(["not a domain!", "ftp://shop.example.com/x y", "localhost", "me@shop.example.com"])(
    "%j stays, for the server to judge",
    (typed) => {
      expect(hostOf(typed)).toBe(typed);
    },
  );
});

describe("the marks of a chart", () => {
  it.each([
    [1, [0, 1]],
    [7, [0, 2, 4, 6, 8]],
    [100, [0, 50, 100]],
    [89151, [0, 50000, 100000]],
  ])("up to %d are round: %j", (max, ticks) => {
    expect(niceTicks(max)).toEqual(ticks);
  });
  it("cover the highest value, with few marks, for any value", () => {
    for (let max = 1; max < 1e9; max = Math.ceil(max * 1.7)) {
      const ticks = niceTicks(max);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(max);
      expect(ticks.length).toBeLessThanOrEqual(6);
    }
  });
  it("say days for days and the time for hours, none of them twice, never milliseconds", () => {
    const from = Date.UTC(2026, 10, 1);
    const days = timeTicks(from, from + 9 * 86_400_000, "en", 5).map(({ label }) => label);
    expect(new Set(days).size).toBe(days.length);
    expect(days[0]).toMatch(/^\w{3} \d+$/);
    const hours = timeTicks(from, from + 3 * 3_600_000, "en", 5).map(({ label }) => label);
    expect(hours.every((label) => /^\d\d:\d\d$/.test(label))).toBe(true);
    expect(timeTicks(from, from + 700, "en", 5)).toHaveLength(1);
  });
});
