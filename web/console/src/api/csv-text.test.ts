import { expect, it } from "vitest";
import { csvText } from "./csv-text";

const lines = (...row: (string | number | null)[]) => csvText(["a"], [row]).split("\r\n")[1];

it("writes a table that spreadsheets read as it is meant", () => {
  expect(csvText(["id", "name"], [[7, "Tea"]])).toBe("\uFEFFid,name\r\n7,Tea\r\n");
  expect(lines("Tea, pots", 'the "best"', null, "plain")).toBe('"Tea, pots","the ""best""",,plain');
  expect(lines(-5)).toBe("-5");
});

it("gives no formula to a spreadsheet, wherever one begins", () => {
  expect(lines("=1+1", "@x", "＝1")).toBe('"\'=1+1","\'@x","\'＝1"');
  expect(lines("a;=1")).toBe('"a;\'=1"');
  expect(lines("\t=1")).toBe("\"'\t'=1\"");
  expect(lines("a-b")).toBe("a-b");
});
