import { describe, expect, it } from "vitest";
import type { SpendingRow } from "../../api/money";
import { dayIn, filterOf, monthOf, monthsTo, monthText, rowsAt, rowsOf, spendingBars } from "./spending-bars";

const sum = (amount: number, currency: string) => ({
  amount,
  currency,
  text: currency === "JPY" ? String(amount) : (amount / 100).toFixed(2),
});
const row = (
  month: string,
  kind: SpendingRow["kind"],
  shop: number | null,
  paid: number,
  refunded: number,
  currency = "CNY",
): SpendingRow => ({
  month,
  kind,
  shop,
  paid: sum(paid, currency),
  refunded: sum(refunded, currency),
  net: sum(paid - refunded, currency),
  payments: 1,
  refunds: refunded > 0 ? 1 : 0,
});
const months = ["2026-10", "2026-11"].map((month) => ({ month, begins: "", ends: "" }));
const parts = (on: number, off: number, due: number) => [
  { tone: "on", value: on },
  { tone: "off", value: off },
  { tone: "due", value: due },
];

describe("bars of what was spent", () => {
  const rows = [
    row("2026-11", "plan", 7, 5000, 1000),
    row("2026-11", "plan", 8, 6000, 0),
    row("2026-11", "credits", null, 10000, 0),
    row("2026-11", "credits", null, 1500, 0, "USD"),
  ];
  it("stand for each month, also an empty one, in whole units of one currency", () => {
    expect(spendingBars({ months, rows }, "CNY", (month) => month)).toEqual([
      { label: "2026-10", parts: parts(0, 0, 0) },
      { label: "2026-11", parts: parts(100, 100, 10) },
    ]);
    expect(spendingBars({ months, rows }, "USD", (month) => month)[1]?.parts).toEqual(parts(0, 15, 0));
  });
  it("never go below nothing, and know currencies without a smaller unit", () => {
    const [, back] = spendingBars({ months, rows: [row("2026-11", "plan", 7, 0, 5000)] }, "CNY", (month) => month);
    expect(back?.parts).toEqual(parts(0, 0, 50));
    const [, yen] = spendingBars({ months, rows: [row("2026-11", "plan", 7, 900, 0, "JPY")] }, "JPY", (month) => month);
    expect(yen?.parts).toEqual(parts(900, 0, 0));
  });
});

describe("the address of rows", () => {
  const reader = (query: string) => (name: string) => new URLSearchParams(query).get(name) ?? "";
  it("leads from a number to what makes it up, and is read back", () => {
    const at = rowsOf(row("2026-11", "plan", 7, 5000, 0));
    expect(at).toBe("/billing/spending?month=2026-11&kind=plan&shop=7&currency=CNY");
    const read = reader(at.split("?")[1] ?? "");
    expect(monthOf(read)).toBe("2026-11");
    expect(filterOf(read)).toEqual({ kind: "plan", way: undefined, shop: 7, currency: "CNY" });
    expect(rowsOf(row("2026-11", "credits", null, 1, 0))).not.toContain("shop");
    expect(rowsAt({ month: "2026-11", currency: undefined })).toBe("/billing/spending?month=2026-11");
  });
  it("leaves out what is none", () => {
    for (const month of ["", "2026", "2026-13", "2026-00", "2026-11-01", "x"])
      expect(monthOf(reader(`month=${month}`))).toBeNull();
    expect(filterOf(reader("kind=shop&way=both&shop=-1&currency=yuan"))).toEqual({
      kind: undefined,
      way: undefined,
      shop: undefined,
      currency: undefined,
    });
  });
});

it("no more months are asked for than reach the one that is wanted, wherever the account is", () => {
  const now = new Date("2026-11-30T09:00:00Z");
  expect(monthsTo("2026-11", now)).toBe(1);
  expect(monthsTo("2026-10", now)).toBe(2);
  expect(monthsTo("2025-12", now)).toBe(12);
  expect(monthsTo("2023-12", now)).toBe(36);
  expect(monthsTo("1999-01", now)).toBe(36); // further than there are any
  expect(monthsTo("2031-01", now)).toBe(1);
  expect(monthsTo("2026-11", new Date("2026-11-30T10:00:00Z"))).toBe(2); // December has begun in the east
});

it("a month is called the same wherever it is read", () => {
  expect(monthText("en", "2026-11")).toBe("Nov 2026");
  expect(monthText("zh-CN", "2026-01")).toBe("2026年1月");
  expect(dayIn("en", "2026-11-30T16:30:00.000Z", "Asia/Shanghai")).toBe("Dec 1, 2026");
  expect(dayIn("en", "2026-11-30T16:30:00.000Z", "UTC")).toBe("Nov 30, 2026");
});
