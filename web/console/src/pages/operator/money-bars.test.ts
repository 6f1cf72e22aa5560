import { expect, it } from "vitest";
import type { MoneyRow } from "../../api/money";
import { currenciesOf, linesOf, moneyBars, rowsAt, wholeOf } from "./money-bars";

const sum = (amount: number, currency = "CNY") => ({ amount, currency, text: (amount / 100).toFixed(2) });
const row = (day: string, name: string, came: number, went: number, currency = "CNY"): MoneyRow => ({
  day,
  name,
  came: sum(came, currency),
  went: sum(went, currency),
  net: sum(came - went, currency),
  sold: sum(came, currency),
  refunded: sum(went, currency),
  payments: came > 0 ? 1 : 0,
  refunds: went > 0 ? 1 : 0,
});
const step = (day: string, begins: string, ends: string) => ({ day, begins, ends });
const steps = [
  step("2026-11-28", "2026-11-27T16:00:00.000Z", "2026-11-28T16:00:00.000Z"),
  step("2026-11-29", "2026-11-28T16:00:00.000Z", "2026-11-29T16:00:00.000Z"),
];
const rows = [
  row("2026-11-28", "stripe", 2500, 0, "USD"),
  row("2026-11-29", "alipay", 5000, 0),
  row("2026-11-29", "wechat", 6000, 1000),
];
const parts = (on: number, due: number) => [
  { tone: "on", value: on },
  { tone: "due", value: due },
];

it("a bar stands for each step, of all names together, in whole units of the currency", () => {
  expect(moneyBars({ steps, rows }, "CNY", (day) => day)).toEqual([
    { label: "2026-11-28", parts: parts(0, 0) },
    { label: "2026-11-29", parts: parts(100, 10) },
  ]);
  expect(currenciesOf({ sums: [row("", "", 1, 0, "USD"), row("", "", 1, 0)] })).toEqual(["CNY", "USD"]);
});

it("a step in which more went back than came has no bar below nothing", () => {
  const [, bar] = moneyBars({ steps, rows: [row("2026-11-29", "alipay", 0, 5000)] }, "CNY", (day) => day);
  expect(bar?.parts).toEqual(parts(0, 50));
});

it("each line leads to its rows, and to no others", () => {
  const [first] = linesOf({ steps, rows, of: "provider", timezone: "Asia/Shanghai" });
  expect(first?.filter).toEqual({
    from: "2026-11-28T16:00:00.000Z",
    to: "2026-11-29T16:00:00.000Z",
    zone: "Asia/Shanghai",
    currency: "CNY",
    provider: "wechat",
  });
  expect(linesOf({ steps, rows, of: "offer", timezone: "UTC" })[0]?.filter).toMatchObject({ offer: "wechat" });
  expect(linesOf({ steps, rows, of: "all", timezone: "UTC" })).toHaveLength(3);
  expect(rowsAt("postings", { currency: "CNY", way: undefined, paid: true })).toBe(
    "/operator/money/postings?currency=CNY&paid=true",
  );
});

it("a total leads to the rows of all its steps", () => {
  const whole = wholeOf({ steps, timezone: "Asia/Shanghai" });
  expect(whole).toEqual({ from: steps[0]?.begins, to: steps[1]?.ends, zone: "Asia/Shanghai" });
  expect(rowsAt("postings", { ...whole, way: "came" })).toBe(
    "/operator/money/postings?from=2026-11-27T16%3A00%3A00.000Z&to=2026-11-29T16%3A00%3A00.000Z&zone=Asia%2FShanghai&way=came",
  );
  expect(wholeOf({ steps: [], timezone: "UTC" })).toEqual({});
});
