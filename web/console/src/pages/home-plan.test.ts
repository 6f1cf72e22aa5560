import { describe, expect, it, vi } from "vitest";
import type { Plan } from "../api/money";
import type { Shop } from "../api/types";
import { plansToSay, sayingOf } from "./home-plan";

vi.hoisted(() => {
  vi.stubGlobal("window", { location: { origin: "https://console.example" } });
});

const plan = (shop: number, state: Plan["state"], until: string, source: Plan["source"] = "order"): Plan => ({
  shop,
  shopName: `Shop ${shop}`,
  offer: "basic",
  nameEn: "Basic",
  nameZh: "基础版",
  source,
  seats: 1,
  websites: 1,
  beganAt: "2026-11-01T00:00:00Z",
  until,
  currency: "CNY",
  renews: false,
  renewsFor: 500,
  renewsNot: null,
  next: null,
  state,
});
const next = { offer: "pro", nameEn: "Pro", nameZh: "专业版", seats: 2, staysFor: 500 };
const NOW = Date.parse("2026-11-24T00:00:00Z");
const shop = (id: number, chatbot_state: Shop["chatbot_state"], status = "active") =>
  ({ id, chatbot_state, status }) as Shop;

describe("what the first page says of plans", () => {
  it("has a sentence for each way a plan and a trial can stand", () => {
    expect(sayingOf(plan(1, "trial", "", "trial"))).toBe("home.planTrial");
    expect(sayingOf(plan(1, "grace", "", "trial"))).toBe("home.planTrialGrace");
    expect(sayingOf(plan(1, "ended", "", "trial"))).toBe("home.planTrialEnded");
    expect(sayingOf(plan(1, "active", ""))).toBe("home.planActive");
    expect(sayingOf({ ...plan(1, "active", ""), renews: true })).toBe("home.planRenews");
    expect(sayingOf({ ...plan(1, "active", ""), renews: true, next })).toBe("home.planNext");
    expect(sayingOf({ ...plan(1, "active", ""), renews: true, renewsFor: null })).toBe("home.planRenewsNot");
    expect(sayingOf({ ...plan(1, "active", ""), renews: true, renewsFor: null, next })).toBe("home.planRenewsNot");
    expect(sayingOf({ ...plan(1, "trial", "", "trial"), renews: true })).toBe("home.planTrialRenews");
    expect(sayingOf(plan(1, "grace", ""))).toBe("home.planGrace");
    expect(sayingOf(plan(1, "ended", ""))).toBe("home.planEnded");
  });
  it("says first where the chat will stop and has stopped, then what ends soonest", () => {
    const plans = [
      plan(1, "active", "2026-12-20T00:00:00Z"),
      plan(2, "active", "2026-12-10T00:00:00Z"),
      plan(3, "trial", "2026-12-30T00:00:00Z", "trial"),
      plan(4, "ended", "2026-11-01T00:00:00Z"),
      plan(5, "grace", "2026-11-20T00:00:00Z"),
      plan(6, "active", "2026-11-28T00:00:00Z"),
      { ...plan(7, "active", "2026-11-27T00:00:00Z"), renews: true },
      { ...plan(8, "active", "2026-11-29T00:00:00Z"), renews: true, renewsFor: null },
    ];
    expect(plansToSay(plans, [], NOW).map(({ shop: of }) => of)).toEqual([5, 6, 8, 4, 7, 2, 1, 3]);
  });
  it("leaves out what is over for more than 30 days", () => {
    const plans = ["2026-10-24", "2026-10-25", "2026-11-01"].map((day, i) => plan(i + 1, "ended", `${day}T00:00:00Z`));
    expect(plansToSay(plans, [], NOW).map(({ shop: of }) => of)).toEqual([3, 2]);
  });
  it("leaves out what is over where credits pay now, and what an operator has suspended", () => {
    const plans = [
      plan(1, "ended", "2026-11-01T00:00:00Z"),
      plan(2, "ended", "2026-11-01T00:00:00Z"),
      plan(3, "active", "2026-12-01T00:00:00Z"),
    ];
    const shops = [shop(1, "active"), shop(2, "suspended"), shop(3, "active", "suspended")];
    expect(plansToSay(plans, shops, NOW).map(({ shop: of }) => of)).toEqual([2]);
  });
});
