import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it, vi } from "vitest";
import type { Offer, Plan, Quote } from "../../api/money";
import { TextProvider } from "../../i18n/i18n";
import { CouponTerms } from "./buy";
import { choicesOf, isSame, nextIsNow, renewalSays, renewsNow, seatsFirst } from "./next";
import { NextPeriod } from "./plan-next";

vi.hoisted(() => {
  vi.stubGlobal("window", { location: { origin: "https://console.example" } });
  vi.stubGlobal("document", { cookie: "lang=en" });
});

const MINUTE = 60_000;
const END = "2026-12-10T00:00:00Z";
const before = (minutes: number) => Date.parse(END) - minutes * MINUTE;
const offer = (code: string, currency: string, kind: Offer["kind"] = "plan") =>
  ({ code, kind, price: { amount: 100, currency, text: "1.00" }, seats: 2 }) as Offer;

describe("what a plan becomes with its next period", () => {
  it("has a price in the plan's own currency", () => {
    const sold = [offer("basic", "CNY"), offer("basic", "USD"), offer("pro", "CNY"), offer("c", "USD", "credits")];
    expect(choicesOf(sold, { currency: "USD" })).toEqual([sold[1]]);
    expect(choicesOf(sold, { currency: "CNY" })).toEqual([sold[0], sold[2]]);
  });
  it("begins with the seats that it has, or those of another price", () => {
    const plan = { offer: "basic", seats: 5 };
    expect(seatsFirst({ code: "basic", seats: 2 }, plan)).toBe(5);
    expect(seatsFirst({ code: "basic", seats: 7 }, plan)).toBe(7);
    expect(seatsFirst({ code: "pro", seats: 3 }, plan)).toBe(3);
  });
  it("is nothing while nothing differs", () => {
    const plan = { offer: "basic", seats: 5 };
    expect(isSame(plan, "basic", 5)).toBe(true);
    expect(isSame(plan, "basic", 4)).toBe(false);
    expect(isSame(plan, "pro", 5)).toBe(false);
    expect(isSame(plan, "basic", null)).toBe(false); // half-typed: the field says what is wrong
  });
  it("is paid at once from minutes before the end, and what stays as it is from a day before", () => {
    expect([nextIsNow({ until: END }, before(11)), nextIsNow({ until: END }, before(10))]).toEqual([false, true]);
    expect([renewsNow({ until: END }, before(1441)), renewsNow({ until: END }, before(1440))]).toEqual([false, true]);
    expect(renewsNow({ until: END }, before(-5000))).toBe(true);
  });
});

describe("the way to another plan with the next period", () => {
  const plans = [offer("basic", "CNY"), offer("basic", "USD")];
  const drawn = (sold: readonly Offer[], more: Partial<Plan> = {}) =>
    renderToStaticMarkup(
      <TextProvider>
        <NextPeriod
          plan={{ offer: "basic", currency: "USD", next: null, renewsNot: null, ...more } as Plan}
          sold={sold}
        />
      </TextProvider>,
    );
  it("is there where credits are sold in the plan's own currency", () => {
    expect(drawn([...plans, offer("c", "USD", "credits")])).toContain("<button");
  });
  it("is none where they are not, which is said once", () => {
    const sold = [...plans, offer("c", "CNY", "credits")];
    expect(drawn(sold, { renewsNot: "notSold" })).toMatch(/^<p[^>]*>No credits are sold in the currency of this plan/);
    expect(drawn(sold, { renewsNot: "noCredits" })).toBe("");
  });
});

describe("beside the switch of the renewal", () => {
  const next = { offer: "basic", nameEn: "Basic", nameZh: "", seats: 1, staysFor: 600 };
  const plan = { until: END, renews: true, renewsFor: 500, renewsNot: null, next: null };
  it("stands when credits are taken", () => {
    expect(renewalSays(plan, true, before(2000))).toBe("plan.renewsOn");
    expect(renewalSays({ ...plan, next }, true, before(60))).toBe("plan.renewsNext");
    expect(renewalSays({ ...plan, next }, true, before(5))).toBe("plan.renewsDue");
    expect(renewalSays(plan, true, before(60))).toBe("plan.renewsDue");
    expect(renewalSays(plan, false, before(2000))).toBe("plan.renewsOff");
    expect(renewalSays(plan, false, before(60))).toBe("plan.renewsAtOnce");
  });
  it("stands why none are taken, and never that none are the price", () => {
    const not = { ...plan, renewsFor: null };
    expect(renewalSays({ ...not, renewsNot: "notSold" }, true, before(60))).toBe("plan.not.notSold");
    expect(renewalSays({ ...not, renewsNot: "seats", next }, true, before(2000))).toBe("plan.not.seats");
    expect(renewalSays({ ...not, renewsNot: "noCredits" }, true, before(2000))).toBe("plan.not.noCredits");
  });
});

describe("what a coupon takes off", () => {
  const money = (amount: number) => ({ amount, currency: "CNY", text: (amount / 100).toFixed(2) });
  const said = (terms: Partial<NonNullable<Quote["couponTerms"]>>, discount: number) =>
    renderToStaticMarkup(
      <TextProvider>
        <CouponTerms
          terms={{ kind: "amount", off: money(5000), percent: 0, months: 0, days: 0, daysLeft: 0, ...terms }}
          discount={money(discount)}
        />
      </TextProvider>,
    ).replace(/<[^>]*>/g, "");
  it("is not promised where less is left to be paid", () => {
    expect(said({}, 5000)).toBe("The coupon takes CN¥50.00 off this order.");
    expect(said({}, 4999)).toBe("The coupon takes up to CN¥50.00 off this order.");
    const months = { months: 3, days: 45 };
    expect(said(months, 7500)).toContain("takes CN¥50.00 off each");
    expect(said(months, 7499)).toContain("takes up to CN¥50.00 off each");
    expect(said({ kind: "percent", off: money(0), percent: 20 }, 100)).toContain("takes 20 % off");
  });
});
