import { describe, expect, it } from "vitest";
import { dayText, daysText, lengthText } from "./lengths";

describe("a length", () => {
  it("is said in the unit that says it best", () => {
    expect(lengthText("en", 0)).toBe("0 sec");
    expect(lengthText("en", 1540)).toBe("1.5 sec");
    expect(lengthText("en", 59_400)).toBe("59 sec");
    expect(lengthText("en", 90_000)).toBe("1.5 min");
    expect(lengthText("en", 7_200_000)).toBe("2 hr");
    expect(lengthText("zh-CN", 172_800_000)).toBe("2天");
  });
  it("a day stays the day that it is", () => {
    expect(dayText("en", "2026-03-01")).toBe("Mar 1");
    expect(dayText("zh-CN", "2026-12-31")).toBe("12月31日");
  });
  it("moments are days of the zone that they were counted in, and the end is not one of them", () => {
    const day = ["2026-11-28T16:00:00.000Z", "2026-11-29T16:00:00.000Z"] as const;
    expect(daysText("zh-CN", ...day, "Asia/Shanghai")).toBe("11月29日");
    expect(daysText("en", ...day, "UTC")).toBe("Nov 28 – Nov 29");
    expect(daysText("en", "2026-11-22T16:00:00.000Z", day[1], "Asia/Shanghai")).toBe("Nov 23 – Nov 29");
    expect(daysText("en", ...day, "No/Where")).toContain("Nov");
  });
});
