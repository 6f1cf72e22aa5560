import { describe, expect, it } from "vitest";
import { besideOf, chosenOf, haveAnswered, type Hit } from "./palette-hits";

const hit = (key: string): Hit => ({ key, to: `/${key}`, icon: "shop", text: key });
const known = [hit("inbox"), hit("invoices")];

describe("what Ctrl-K has chosen", () => {
  it("is the first until somebody moves, then the one moved to, round and round", () => {
    expect(chosenOf(known, null)?.key).toBe("inbox");
    expect(besideOf(known, null, 1)).toBe("invoices");
    expect(besideOf(known, "invoices", 1)).toBe("inbox");
    expect(besideOf(known, null, -1)).toBe("invoices");
    expect(besideOf([], null, 1)).toBeNull();
    expect(chosenOf([], "inbox")).toBeUndefined();
  });
  it("stays when answers come, wherever they stand, and is the first again when it is found no more", () => {
    expect(chosenOf([hit("ingrid"), ...known], "invoices")?.key).toBe("invoices");
    expect(besideOf([hit("ingrid"), ...known], "inbox", 1)).toBe("invoices");
    expect(chosenOf(known, "ingrid")?.key).toBe("inbox");
  });
});

describe("what was asked for", () => {
  const waits = { data: undefined, isError: false };
  it("is there when all have answered; what failed holds nothing up", () => {
    expect(haveAnswered(waits, { data: [], isError: false })).toBe(false);
    expect(haveAnswered({ data: undefined, isError: true }, { data: [], isError: false })).toBe(true);
    expect(haveAnswered()).toBe(true);
  });
});
