import { expect, test } from "vitest";
import { fileName } from "./file-name";

const named = (name: string) => fileName(new File([], name), "file");

test("a name stays as it is, in one line", () => {
  for (const name of ["照片 👨‍👩‍👧 🇭🇰.png", "\u202aa\u202c.png", "zero\u200bwidth.csv", " spaces .txt"])
    expect(named(name)).toBe(name);
  expect(named("a\nb\tc\u2028d.png")).toBe("a b c d.png");
  expect(named(" \n")).toBe("file");
  expect(named(`${"🙂".repeat(300)}.csv`)).toBe(`${"🙂".repeat(251)}.csv`);
});
