import { describe, expect, it } from "vitest";
import type { Plan } from "../api/money";
import type { Shop } from "../api/types";
import { plansToSay, sayingOf } from "./home-plan";

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
  renews: false,
  renewsFor: null,
  next: null,
  state,
});
const shop = (id: number, chatbot_state: Shop["chatbot_state"], status = "active") =>
  ({ id, chatbot_state, status }) as Shop;

describe("what the first page says of plans", () => {
  it("has a sentence for each way a plan and a trial can stand", () => {
    expect(sayingOf(plan(1, "trial", "", "trial"))).toBe("home.planTrial");
    expect(sayingOf(plan(1, "grace", "", "trial"))).toBe("home.planTrialGrace");
    expect(sayingOf(plan(1, "ended", "", "trial"))).toBe("home.planTrialEnded");
    expect(sayingOf(plan(1, "active", ""))).toBe("home.planActive");
    expect(sayingOf({ ...plan(1, "active", ""), renews: true })).toBe("home.planRenews");
    expect(sayingOf(plan(1, "grace", ""))).toBe("home.planGrace");
    expect(sayingOf(plan(1, "ended", ""))).toBe("home.planEnded");
  });
  it("says first what is over, then what ends soonest", () => {
    const plans = [
      plan(1, "active", "2026-12-20T00:00:00Z"),
      plan(2, "active", "2026-12-10T00:00:00Z"),
      plan(3, "trial", "2026-12-30T00:00:00Z", "trial"),
      plan(4, "ended", "2026-11-01T00:00:00Z"),
      plan(5, "grace", "2026-11-20T00:00:00Z"),
    ];
    expect(plansToSay(plans, []).map(({ shop: of }) => of)).toEqual([5, 4, 3, 2, 1]);
  });
  it("leaves out what is over where credits pay now, and what an operator has suspended", () => {
    const plans = [
      plan(1, "ended", "2026-11-01T00:00:00Z"),
      plan(2, "ended", "2026-11-01T00:00:00Z"),
      plan(3, "active", "2026-12-01T00:00:00Z"),
    ];
    const shops = [shop(1, "active"), shop(2, "suspended"), shop(3, "active", "suspended")];
    expect(plansToSay(plans, shops).map(({ shop: of }) => of)).toEqual([2]);
  });
});
