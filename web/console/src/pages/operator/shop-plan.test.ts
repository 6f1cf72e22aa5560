import { expect, it, vi } from "vitest";
import type { OperatorPlan } from "../../api/money";
import type { Text } from "../../i18n/i18n";
import { deleteText } from "./shop-plan";

vi.hoisted(() => {
  vi.stubGlobal("window", { location: { origin: "https://console.example" } });
  vi.stubGlobal("document", { cookie: "lang=en" });
});

const plan = {
  shop: 7,
  nameEn: "Pro",
  nameZh: "专业版",
  source: "order",
  until: "2026-12-11T00:00:00.000Z",
} as NonNullable<OperatorPlan["plan"]>;
const text = {
  t: (key: string, of?: Readonly<Record<string, unknown>>) => (of === undefined ? key : `${key} ${JSON.stringify(of)}`),
  lang: "en",
  day: (iso: string) => iso.slice(0, 10),
} as unknown as Text;
const before = Date.parse("2026-12-01T00:00:00.000Z");

it("whoever deletes a shop reads that its plan runs, and until when", () => {
  expect(deleteText(text, plan, before)).toBe('house.deleteText house.deletePlan {"plan":"Pro","day":"2026-12-10"}');
  expect(deleteText(text, { ...plan, source: "trial" }, before)).toContain("house.deleteTrial");
  expect(deleteText(text, plan, Date.parse(plan.until))).toBe("house.deleteText");
  expect(deleteText(text, null, before)).toBe("house.deleteText");
});
