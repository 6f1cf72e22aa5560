import { describe, expect, it } from "vitest";
import type { Attention } from "../api/types";
import { makeText } from "../i18n/i18n";
import { moneyAttention, unpaid } from "./coming";
import { lastDayText } from "./last-day";

const text = makeText("en", () => undefined);
const lastDay = (end: string) => lastDayText("en", end, "UTC");
const one = (
  kind: Attention["kind"],
  shop: number,
  amount: number,
  by: string,
  source: Attention["source"] = "credits",
): Attention => ({
  kind,
  source,
  shop,
  shopName: `Shop ${shop}`,
  amount,
  by,
});

describe("what must be looked at soon", () => {
  it("is nothing when nothing is missing", () => {
    expect(unpaid([])).toBeNull();
    expect(unpaid([one("ending", 1, 0, "2026-12-01T00:00:00Z")])).toBeNull();
    expect(moneyAttention([], text, lastDay)).toEqual([]);
  });
  it("is one sum until the first of the days, however many shops it is for", () => {
    const coming = [
      one("renewal_short", 2, 10, "2026-12-05T12:00:00Z"),
      one("renewal_short", 1, 3, "2026-12-02T12:00:00Z"),
      one("ending", 3, 0, "2026-12-01T12:00:00Z"),
    ];
    expect(unpaid(coming)).toEqual({ credits: 13, by: "2026-12-02T12:00:00Z", shops: ["Shop 2", "Shop 1"] });
    const [pay, ending] = moneyAttention(coming, text, lastDay);
    expect(pay).toMatchObject({ tone: "due", to: "/billing" });
    expect(pay?.text).toBe("Top up 13 credits by Dec 2, 2026, or 2 chatbots stop");
    expect(ending).toMatchObject({ tone: "due", to: "/shops/3/subscription" });
  });
  it("names the shop when it is one, and is red once a month is not paid", () => {
    const [pay] = moneyAttention([one("renewal_unpaid", 1, 1, "2026-12-02T12:00:00Z")], text, lastDay);
    expect(pay).toMatchObject({
      tone: "stop",
      text: "Top up 1 credit by Dec 2, 2026, or the chatbot for “Shop 1” stops",
    });
  });
  it("asks nobody for credits where an order or a trial paid", () => {
    const coming = [
      one("renewal_unpaid", 1, 0, "2026-12-02T12:00:00Z", "order"),
      one("ending", 2, 0, "2026-12-05T12:00:00Z", "trial"),
    ];
    expect(unpaid(coming)).toBeNull();
    const [over, ending] = moneyAttention(coming, text, lastDay);
    expect(over).toMatchObject({
      tone: "stop",
      to: "/shops/1/subscription",
      text: "What paid for the chatbot of “Shop 1” ends: it stops on Dec 2, 2026",
    });
    expect(ending).toMatchObject({ tone: "due" });
  });
});
