import { beforeEach, describe, expect, it, vi } from "vitest";
import { claimDrafts, forgetDraft, forgetDrafts, keepDraft, keepTyped, readDraft } from "./draft";

/** As a browser's: what is kept are its own properties, what it can do is not. */
class Kept {
  [key: string]: unknown;
}
const act = (name: string, value: (this: Kept, ...args: string[]) => unknown) =>
  Object.defineProperty(Kept.prototype, name, { value });
act("getItem", function (key = "") {
  return Object.hasOwn(this, key) ? this[key] : null;
});
act("setItem", function (key = "", value = "") {
  this[key] = value;
});
act("removeItem", function (key = "") {
  Reflect.deleteProperty(this, key);
});

const invite = () => readDraft<{ email: string; role: string }>("invite", ["email", "role"]);

describe("what was typed and not sent", () => {
  let kept = new Kept();
  beforeEach(() => {
    kept = new Kept();
    vi.stubGlobal("sessionStorage", kept);
    claimDrafts(1, 1);
    forgetDrafts();
  });
  it("is there again for the same person in the same account, and not in another of theirs", () => {
    claimDrafts(7, 3);
    keepDraft("invite", { email: "a@tea.example", role: "owner" });
    claimDrafts(7, 4);
    expect(invite()).toEqual({});
    keepDraft("invite", { email: "b@tea.example" });
    claimDrafts(7, 3);
    expect(invite()).toEqual({ email: "a@tea.example", role: "owner" });
    claimDrafts(7, 4);
    expect(invite()).toEqual({ email: "b@tea.example" });
  });
  it("is thrown away when another person comes, and was never shown to them", () => {
    claimDrafts(7, 3);
    keepDraft("invite", { email: "a@tea.example" });
    claimDrafts(71, 3);
    expect(invite()).toEqual({});
    expect(Object.keys(kept)).toEqual([]);
    claimDrafts(7, 3);
    expect(invite()).toEqual({});
  });
  it("is thrown away by whoever signs out, of all their accounts", () => {
    claimDrafts(7, 3);
    keepDraft("invite", { email: "a" });
    claimDrafts(7, 4);
    keepDraft("invite", { email: "b" });
    kept.other = "stays";
    forgetDrafts();
    expect(Object.keys(kept)).toEqual(["other"]);
  });
  it("is kept by the browser where it was written to a customer, and goes with the rest", () => {
    const browser = new Kept();
    vi.stubGlobal("localStorage", browser);
    const answer = () => readDraft<{ text: string }>("inbox-4", ["text"], "browser");
    claimDrafts(7, 3);
    keepDraft("inbox-4", { text: "not sent yet" }, "browser");
    vi.stubGlobal("sessionStorage", new Kept()); // the tab was closed
    expect(answer()).toEqual({ text: "not sent yet" });
    claimDrafts(8, 3);
    expect(Object.keys(browser)).toEqual([]);
    keepDraft("inbox-4", { text: "theirs" }, "browser");
    forgetDrafts();
    expect(answer()).toEqual({});
    keepDraft("inbox-4", { text: "again" }, "browser");
    forgetDraft("inbox-4", "browser");
    expect(answer()).toEqual({});
  });
  it("is only what differs from what stood there: a colleague's change of the rest is not written over", () => {
    const theirs = { title: "Hours", text: "From 9 to 5" };
    keepTyped("reply-1", { ...theirs, title: "Our hours" }, theirs);
    const fields = Object.keys(theirs);
    expect({ title: "Hours", text: "From 8 to 4", ...readDraft("reply-1", fields) }).toEqual({
      title: "Our hours",
      text: "From 8 to 4",
    });
    keepTyped("reply-1", theirs, theirs);
    expect(Object.keys(kept)).toEqual([]);
  });
});
