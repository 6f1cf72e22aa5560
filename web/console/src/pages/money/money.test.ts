import { describe, expect, it } from "vitest";
import type { Payment } from "../../api/money";
import { makeText } from "../../i18n/i18n";
import { sumText } from "../../ui/sum";
import { backBy, canPay, isAnswered, isLookedAt, isNews, standingOf } from "./standing";
import { buyAt, offerOf, wholeOf, wishOf } from "./wish";

const nothing = { amount: 0, currency: "CNY", text: "0.00" };
const payment = (state: Payment["state"]): Payment => ({
  number: "p",
  provider: "alipay",
  way: "page",
  state,
  amount: nothing,
  refunded: nothing,
  error: null,
});

describe("who has given an order's money back", () => {
  const one = (cause: string, state: "done" | "pending" | "failed" = "done") => ({ cause, state });
  it("is not us where somebody else has", () => {
    expect(backBy([one("operator"), one("twice", "pending")])).toBe("us");
    expect(backBy([one("outside")])).toBe("others");
    expect(backBy([one("operator", "failed"), one("outside")])).toBe("others");
    expect(backBy([one("operator"), one("outside")])).toBe("both");
  });
});

describe("money of another sum", () => {
  const sum = (number: string) => ({
    payment: number,
    provider: "alipay",
    came: { amount: 10001, currency: "CNY", text: "100.01" },
    asked: { amount: 10000, currency: "CNY", text: "100.00" },
    again: false,
    at: "2026-11-28T10:00:00Z",
    seenAt: null,
  });
  it("is told instead of a payment that is not confirmed, and not instead of another one", () => {
    const one = payment("open");
    expect(isAnswered({ payments: [one], otherSums: [] })).toBe(false);
    expect(isAnswered({ payments: [one], otherSums: [sum("p")] })).toBe(true);
    // What is paid, and stands at an order that is not, is told by nothing else.
    expect(isAnswered({ payments: [payment("paid")], otherSums: [] })).toBe(false);
    expect(isAnswered({ payments: [payment("paid"), { ...one, number: "q" }], otherSums: [sum("q")] })).toBe(false);
    expect(isAnswered({ payments: [], otherSums: [] })).toBe(false);
    expect(isAnswered({ payments: [one, { ...one, number: "q" }], otherSums: [sum("p")] })).toBe(false);
    expect(isAnswered({ payments: [one, { ...payment("failed"), number: "q" }], otherSums: [sum("p")] })).toBe(true);
  });
  it("is not to be paid beside, until somebody has looked", () => {
    expect(isLookedAt({ otherSums: [] })).toBe(false);
    expect(isLookedAt({ otherSums: [sum("p")] })).toBe(true);
    expect(isLookedAt({ otherSums: [{ ...sum("p"), seenAt: "2026-11-29T10:00:00Z" }] })).toBe(false);
    expect(isLookedAt({ otherSums: [{ ...sum("p"), again: true }] })).toBe(false);
  });
  it.each([
    ["en", "CN¥100.01 arrived, and CN¥100.00 was to be paid"],
    ["zh-CN", "收到 ¥100.01，应付金额为 ¥100.00"],
  ] as const)("is said with both sums in %s", (lang, said) => {
    const { t } = makeText(lang, () => undefined);
    const { came, asked } = sum("p");
    expect(t("order.other", { came: sumText(lang, came), asked: sumText(lang, asked) })).toBe(said);
    expect(t("order.otherSeen", { day: "D" })).toContain("D");
    // Whom to write to is said beside it, where the house says so; and what went back is not called paid.
    expect(t("order.otherSeen", { day: "D" })).not.toMatch(/write to us|联系我们/);
    expect(t("order.otherRefunded")).not.toMatch(/paid already|已付款/);
  });
});

describe("where an order stands", () => {
  const pending = (state: "open" | "processing", ...payments: Payment["state"][]) =>
    standingOf({ stage: "pending", state, payments: payments.map(payment) });
  it("is to be paid while nothing was begun, or what was begun is closed", () => {
    expect(pending("open")).toBe("toPay");
    expect(pending("open", "closed")).toBe("toPay");
    expect(pending("open", "failed", "closed")).toBe("toPay");
  });
  it("is not confirmed as soon as something was begun, whatever the browser says", () => {
    expect(pending("open", "open")).toBe("unconfirmed");
    expect(pending("open", "failed", "open")).toBe("unconfirmed");
    expect(pending("processing", "processing")).toBe("unconfirmed");
    expect(pending("open", "processing", "failed")).toBe("unconfirmed");
    expect(pending("open", "paid", "closed")).toBe("unconfirmed");
  });
  it("says that the last try failed, and is paid in the end only when the server says so", () => {
    expect(pending("open", "failed")).toBe("failed");
    expect(pending("open", "open", "failed")).toBe("unconfirmed"); // the one before may be paid by now
    for (const [stage, standing] of [
      ["done", "paid"],
      ["provisioning", "provisioning"],
      ["closed", "closed"],
      ["refunded", "refunded"],
    ] as const) {
      expect(standingOf({ stage, state: "paid", payments: [payment("open")] })).toBe(standing);
    }
  });
  it("can be paid only while it is open", () => {
    expect(canPay({ stage: "pending", state: "open" })).toBe(true);
    expect(canPay({ stage: "pending", state: "processing" })).toBe(false);
    expect(canPay({ stage: "closed", state: "closed" })).toBe(false);
  });
  it("is news for a day", () => {
    const paidAt = "2026-11-28T10:00:00Z";
    expect(isNews({ paidAt }, Date.parse("2026-11-29T09:59:00Z"))).toBe(true);
    expect(isNews({ paidAt }, Date.parse("2026-11-29T10:01:00Z"))).toBe(false);
    expect(isNews({ paidAt: null }, 0)).toBe(false);
  });
});

describe("a wish", () => {
  const money = (amount: number) => ({ amount, currency: "CNY", text: "" });
  const basic = { code: "basic", kind: "plan" as const, price: money(100), seats: 1, seatPrice: money(0) };
  const enterprise = { code: "enterprise", kind: "plan" as const, price: money(100), seats: 2, seatPrice: money(1000) };
  const pack = { code: "credits-1000", kind: "credits" as const, price: money(100), seats: 0, seatPrice: money(0) };
  const wanted = { shop: 7, seats: "5", quantity: "3", coupon: "" };
  it("names a shop for a plan, seats only where they have a price, packs for credits", () => {
    expect(wishOf(basic, wanted)).toEqual({ offer: "basic", shop: 7 });
    expect(wishOf(enterprise, wanted)).toEqual({ offer: "enterprise", shop: 7, seats: 5 });
    expect(wishOf(pack, wanted)).toEqual({ offer: "credits-1000", quantity: 3 });
    expect(wishOf(pack, { ...wanted, coupon: "NEW" })).toEqual({ offer: "credits-1000", quantity: 3, coupon: "NEW" });
    expect(wishOf(basic, { ...wanted, coupon: "NEW" })).toEqual({ offer: "basic", shop: 7, coupon: "NEW" });
  });
  it("names the currency of a price that is not in yuan, in the address too", () => {
    const dollars = { ...pack, price: { amount: 1500, currency: "USD", text: "15.00" } };
    const taels = { ...pack, price: { amount: 1500, currency: "XAU", text: "15.00" } };
    expect(wishOf(dollars, wanted)).toEqual({ offer: "credits-1000", quantity: 3, currency: "USD" });
    expect(wishOf(taels, wanted)).toBeNull(); // else it would be asked for in yuan
    expect(buyAt(dollars)).toBe("/billing/buy?offer=credits-1000&currency=USD");
    expect(buyAt(basic, 7)).toBe("/billing/buy?offer=basic&shop=7");
    expect(offerOf([dollars, pack], "credits-1000", "")).toBe(pack);
    expect(offerOf([pack, dollars], "credits-1000", "USD")).toBe(dollars);
    expect(offerOf([dollars], "credits-1000", "")).toBe(dollars);
    expect(offerOf([dollars, taels], "credits-1000", "EUR")).toBeUndefined();
  });
  it("is none while something is missing, half typed or beyond what is sold", () => {
    expect(wishOf(basic, { ...wanted, shop: undefined })).toBeNull();
    for (const seats of ["", "1", "1001", "2.5", "-3", "x"])
      expect(wishOf(enterprise, { ...wanted, seats })).toBeNull();
    for (const quantity of ["", "0", "101"]) expect(wishOf(pack, { ...wanted, quantity })).toBeNull();
  });
  it("counts whole numbers alone", () => {
    expect([wholeOf("7", 1, 9), wholeOf(" 9 ", 1, 9), wholeOf("10", 1, 9), wholeOf("1e1", 1, 99)]).toEqual([
      7,
      9,
      null,
      null,
    ]);
  });
});
