import { describe, expect, it } from "vitest";
import { couponCode, isCouponCode } from "./coupon-code";

describe("a coupon's code", () => {
  it("is drawn in three groups of signs that do not look alike", () => {
    expect(couponCode(Uint8Array.from({ length: 12 }, (_, i) => i * 21))).toMatch(
      /^[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){2}$/,
    );
    expect(couponCode(Uint8Array.of(0, 31, 32, 255))).toBe("A9A9");
    expect(couponCode()).not.toBe(couponCode());
    expect(isCouponCode(couponCode())).toBe(true);
  });
  it("has 4 to 40 letters, digits and hyphens", () => {
    for (const good of ["NEW1", " new-2026 ", "A".repeat(40)]) expect(isCouponCode(good)).toBe(true);
    for (const bad of ["", "NEW", "A".repeat(41), "NEW 1", "ÄPFEL", "NEW_1"]) expect(isCouponCode(bad)).toBe(false);
  });
});
