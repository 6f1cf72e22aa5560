import { describe, expect, it } from "vitest";
import { lastDayText } from "./last-day";

describe("the last day of what ends", () => {
  it("is told in the account's zone, whatever the reader's is", () => {
    expect(lastDayText("en", "2026-12-10T18:00:00.000Z", "UTC")).toBe("Dec 10, 2026");
    expect(lastDayText("en", "2026-12-10T18:00:00.000Z", "Asia/Shanghai")).toBe("Dec 11, 2026");
    expect(lastDayText("en", "2026-12-10T03:00:00.000Z", "America/New_York")).toBe("Dec 9, 2026");
  });
  it("is the day before, when the end is that zone's midnight", () => {
    expect(lastDayText("en", "2026-12-10T16:00:00.000Z", "Asia/Shanghai")).toBe("Dec 10, 2026");
    expect(lastDayText("zh-CN", "2026-12-11T00:00:00.000Z", "UTC")).toBe("2026年12月10日");
  });
  it("is the reader's own where the zone is none, or not known here", () => {
    const end = new Date(2026, 11, 10, 12).toISOString();
    expect(lastDayText("en", end, null)).toBe("Dec 10, 2026");
    expect(lastDayText("en", end, "Nowhere/Else")).toBe("Dec 10, 2026");
  });
});
