import { expect, it } from "vitest";
import { leftText } from "./countdown";
import { digitsOf, minorOf } from "./minor";
import { nameOf, sumText } from "./sum";

const sum = (text: string, currency = "CNY") => ({ amount: Number(text.replace(".", "")), currency, text });

it("a sum keeps the digits of the server, with the sign of its currency", () => {
  expect(sumText("zh-CN", sum("50.00"))).toBe("¥50.00");
  expect(sumText("zh-CN", sum("-12345678901234567.05"))).toBe("−¥12,345,678,901,234,567.05");
  expect(sumText("en", sum("50.00"))).toBe("CN¥50.00");
  expect(sumText("en", sum("1234567.89", "USD"))).toBe("$1,234,567.89");
  expect(sumText("en", sum("0.10", "EUR"))).toBe("€0.10");
  expect(sumText("zh-CN", sum("500", "JPY"))).toContain("500");
  expect(sumText("zh-CN", sum("500", "JPY"))).not.toContain(".");
});

it("less than nothing has its sign in front, and a sum without a currency stands as it is", () => {
  expect(sumText("en", sum("-5.00"))).toBe("−CN¥5.00");
  expect(sumText("en", { amount: 5, currency: "", text: "5" })).toBe("5");
});

it("what somebody types becomes minor units without a number that has a point", () => {
  expect(minorOf("0.29", 2)).toBe(29);
  expect(minorOf("12.5", 2)).toBe(1250);
  expect(minorOf(" 12 ", 2)).toBe(1200);
  expect(minorOf("12", 0)).toBe(12);
  expect(minorOf("1.234", 3)).toBe(1234);
});

it("and what is no sum of the currency becomes none", () => {
  for (const text of ["", "-1", "1,5", "1.", ".5", "1.234", "1e3", "¥5", "0x10", "1 000", "９"]) {
    expect([text, minorOf(text, 2)]).toEqual([text, null]);
  }
  expect(minorOf("1.5", 0)).toBeNull();
  expect(minorOf("1234567890123", 2)).toBeNull();
  expect([digitsOf("50.00"), digitsOf("50"), digitsOf("1.234"), digitsOf("")]).toEqual([2, 0, 3, 0]);
});

it("the time that is left is told to the second, and never less than none", () => {
  expect(leftText(2 * 3600_000)).toBe("2:00:00");
  expect(leftText(3599_001)).toBe("1:00:00");
  expect(leftText(245_000)).toBe("4:05");
  expect(leftText(1)).toBe("0:01");
  expect(leftText(-5000)).toBe("0:00");
});

it("an offer has its name in both languages", () => {
  const pro = { nameEn: "Pro", nameZh: "专业版" };
  expect([nameOf("en", pro), nameOf("zh-CN", pro)]).toEqual(["Pro", "专业版"]);
});
