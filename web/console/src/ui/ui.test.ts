import { describe, expect, it } from "vitest";
import { browserName } from "./browser";
import { localPath, loginPath } from "./path";

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
