import { expect, it } from "vitest";
import type { TakingsDay } from "../../api/money";
import { barsOf, currenciesOf, firstDay } from "./takings-days";

const TODAY = Date.parse("2026-11-29T17:00:00Z");
const sum = (amount: number, currency = "CNY") => ({ amount, currency, text: (amount / 100).toFixed(2) });
const row = (day: string, provider: string, came: number, went: number, currency = "CNY"): TakingsDay => ({
  day: `${day}T00:00:00Z`,
  provider,
  came: sum(came, currency),
  went: sum(went, currency),
});

it("a bar stands for each day, of all providers together, in whole units of the currency", () => {
  const rows = [
    row("2026-11-29", "alipay", 5000, 0),
    row("2026-11-29", "wechat", 6000, 1000),
    row("2026-11-27", "stripe", 2500, 0, "USD"),
  ];
  expect(barsOf(rows, "CNY", 3, TODAY, (day) => day)).toEqual([
    {
      label: "2026-11-27",
      parts: [
        { tone: "on", value: 0 },
        { tone: "due", value: 0 },
      ],
    },
    {
      label: "2026-11-28",
      parts: [
        { tone: "on", value: 0 },
        { tone: "due", value: 0 },
      ],
    },
    {
      label: "2026-11-29",
      parts: [
        { tone: "on", value: 100 },
        { tone: "due", value: 10 },
      ],
    },
  ]);
  expect(currenciesOf(rows)).toEqual(["CNY", "USD"]);
});

it("a day on which more went back than came has no bar below nothing", () => {
  const [bar] = barsOf([row("2026-11-29", "alipay", 0, 5000)], "CNY", 1, TODAY, (day) => day);
  expect(bar?.parts).toEqual([
    { tone: "on", value: 0 },
    { tone: "due", value: 50 },
  ]);
});

it("so many days end with today", () => {
  expect(firstDay(TODAY, 1)).toBe("2026-11-29T00:00:00Z");
  expect(firstDay(TODAY, 30)).toBe("2026-10-31T00:00:00Z");
});
