import { describe, expect, it } from "vitest";
import { dayOf, endOf, lastOf, monthLater, startOf } from "./days";

describe("a day of the reader", () => {
  it("begins and ends at the reader's midnights", () => {
    const start = new Date(startOf("2026-11-28") ?? "");
    const end = new Date(endOf("2026-11-28") ?? "");
    expect([start.getDate(), start.getHours(), end.getDate(), end.getHours()]).toEqual([28, 0, 29, 0]);
    expect(dayOf(start)).toBe("2026-11-28");
    expect(endOf("2026-12-31")).toBe(startOf("2027-01-01"));
  });
  it("is the last one of what goes until its end, however often it is set again", () => {
    for (const day of ["2026-12-10", "2026-12-31", "2028-02-29"]) {
      const end = endOf(day) ?? "";
      expect(dayOf(new Date(lastOf(end)))).toBe(day);
      expect(endOf(dayOf(new Date(lastOf(end))))).toBe(end);
    }
    expect(dayOf(new Date(lastOf("2026-12-10T12:00:00.000Z")))).toBe(dayOf(new Date("2026-12-10T12:00:00.000Z")));
  });
  it("is nothing while its year is being typed, or when an address made it up", () => {
    for (const day of ["", "0002-11-28", "2026-13-01", "2026-1-1", "yesterday", "2026-11-28T00:00"]) {
      expect(startOf(day)).toBeUndefined();
      expect(endOf(day)).toBeUndefined();
    }
  });
});

describe("a paid month", () => {
  it.each([
    ["2026-11-28", "2026-12-28"],
    ["2026-01-31", "2026-02-28"],
    ["2028-01-31", "2028-02-29"],
    ["2026-12-31", "2027-01-31"],
  ])("from %s goes to %s", (from, to) => {
    expect(monthLater(new Date(`${from}T10:00:00Z`)).toISOString()).toBe(`${to}T10:00:00.000Z`);
  });
});
