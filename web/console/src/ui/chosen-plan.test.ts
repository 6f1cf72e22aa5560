import { beforeEach, expect, test } from "vitest";
import { chosenPlan, keepChosenPlan } from "./chosen-plan";

const kept = new Map<string, string>();
beforeEach(() => {
  kept.clear();
  Object.defineProperty(globalThis, "localStorage", {
    configurable: true,
    value: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    },
  });
});

test("the plan of the address is kept until another is chosen", () => {
  expect(chosenPlan()).toBeNull();
  keepChosenPlan("pro");
  keepChosenPlan(null);
  expect(chosenPlan()).toBe("pro");
  keepChosenPlan("enterprise");
  expect(chosenPlan()).toBe("enterprise");
});

test("what is no code is not kept, and not believed when somebody put it there", () => {
  for (const word of ["", "<b>", "Pro", "-pro", "a".repeat(41), "a b", "pro\n"]) keepChosenPlan(word);
  expect(chosenPlan()).toBeNull();
  kept.set("chathub-plan", "javascript:x");
  expect(chosenPlan()).toBeNull();
});

test("a browser that keeps nothing is no fault", () => {
  Object.defineProperty(globalThis, "localStorage", {
    configurable: true,
    get: () => {
      throw new Error("forbidden");
    },
  });
  keepChosenPlan("pro");
  expect(chosenPlan()).toBeNull();
});
