import { describe, expect, it } from "vitest";
import { Problem } from "../api/problem";
import { makeText } from "../i18n/i18n";
import { detailText } from "./audit-table";
import { browserName } from "./browser";
import { localPath, loginPath } from "./path";
import { placeFieldProblems } from "./problems";

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
    ["backend", "builtin", "内置", "Built in"],
    ["kind", "sso", "SSO 密钥", "SSO key"],
    ["role", "admin", "管理员", "administrator"],
    ["status", "past_due", "待续费", "Past due"],
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
  const form = () => {
    const set: unknown[] = [];
    return { set, form: { setFields: (fields: unknown[]) => set.push(...fields), getFieldInstance: () => undefined } };
  };
  const refused = (field: string, code: string) =>
    new Problem(422, "invalid_fields", "", [{ field, code, message: "m" }]);
  it("says how this field is written, where we know it better", () => {
    const { set, form: of } = form();
    const formats = { domain: "host name" };
    expect(placeFieldProblems(of as never, refused("domain", "format"), ["domain", "name"], formats)).toBe(true);
    expect(placeFieldProblems(of as never, refused("domain", "too_long"), ["domain"], formats)).toBe(true);
    expect(placeFieldProblems(of as never, refused("name", "format"), ["domain", "name"], formats)).toBe(true);
    expect(set).toEqual([
      { name: "domain", errors: ["host name"] },
      { name: "domain", errors: ["m"] },
      { name: "name", errors: ["m"] },
    ]);
    expect(placeFieldProblems(of as never, refused("other", "format"), ["domain"], formats)).toBe(false);
  });
});
