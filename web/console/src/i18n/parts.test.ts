/* Each language comes in parts (i18n.tsx): the words of the frame with the frame, those of the chat's pages, of
 * money, of the operator's, of the settings and of the trail beside these pages. A word must not be asked for where its part has not come. So the files are walked as a
 * browser gets them, from the entry: by an import at once, by `import()` later, with the words that pages.ts brings along. */
import { describe, expect, it } from "vitest";
import { en } from "./en";
import { enAudit } from "./en-audit";
import { enChat } from "./en-chat";
import { enHome } from "./en-home";
import { enMoney } from "./en-money";
import { enOperator } from "./en-operator";
import { enSaid } from "./en-said";
import { enSettings } from "./en-settings";
import { enSpending } from "./en-spending";
import type { Part } from "./i18n";

const PARTS: Readonly<Record<Part, readonly string[]>> = {
  audit: Object.keys(enAudit),
  chat: Object.keys(enChat),
  home: Object.keys(enHome),
  money: Object.keys(enMoney),
  operator: Object.keys(enOperator),
  said: Object.keys(enSaid),
  settings: Object.keys(enSettings),
  spending: Object.keys(enSpending),
};
const sources = new Map(
  Object.entries(import.meta.glob<string>("../**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true }))
    .filter(([file]) => !file.includes(".test.") && !file.startsWith("./"))
    .map(([file, text]) => [file.slice("../".length), text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "")]),
);

/** "./ui/page" as it is written in app.tsx; null for what is not a module of ours with words to say. */
function fileOf(from: string, to: string): string | null {
  const way = from.split("/").slice(0, -1);
  for (const step of to.split("/")) {
    if (step === "..") way.pop();
    else if (step !== ".") way.push(step);
  }
  const name = way.join("/");
  return [`${name}.ts`, `${name}.tsx`].find((file) => sources.has(file)) ?? null;
}

const IMPORT = /^(?:import|export) (?!type )(?:[^;"]*? from )?"(\.[^"?]+)"/gm;
const LATER = /((?:also\(\s*"\w+",\s*)*)\(\) =>\s*import\("(\.[^"]+)"\)/g;

interface Way {
  to: string;
  brings: readonly Part[];
}

function waysOf(file: string): Way[] {
  const text = sources.get(file) ?? "";
  const ways = [
    ...[...text.matchAll(IMPORT)].map(([, to = ""]) => ({ to, brings: [] })),
    ...[...text.matchAll(LATER)].map(([, parts = "", to = ""]) => ({
      to,
      brings: [...parts.matchAll(/"(\w+)"/g)].map(([, part]) => part as Part).sort(),
    })),
  ];
  return ways.flatMap(({ to, brings }) => {
    const found = fileOf(file, to);
    return found === null ? [] : [{ to: found, brings }];
  });
}

/** Whether a file names a key: as it stands, or a beginning (`know.new.${…}`, "action.") or a middle (`${…}.state.${…}`). */
function namer(file: string): (key: string) => boolean {
  const text = sources.get(file) ?? "";
  const whole = new Set([...text.matchAll(/"([\w.]+)"/g)].map(([, key = ""]) => key));
  const starts = [
    ...[...text.matchAll(/`(\w+\.[\w.]*)\$\{/g)].map(([, start = ""]) => start),
    ...[...whole].filter((key) => key.endsWith(".")),
  ];
  const middles = [...text.matchAll(/\}(\.\w+\.)\$\{/g)].map(([, middle = ""]) => middle);
  return (key) =>
    whole.has(key) || starts.some((start) => key.startsWith(start)) || middles.some((middle) => key.includes(middle));
}

const named = new Map<string, Readonly<Record<Part, readonly string[]>>>();
function namedBy(file: string) {
  let keys = named.get(file);
  if (keys === undefined) {
    const names = namer(file);
    keys = {
      audit: PARTS.audit.filter(names),
      chat: PARTS.chat.filter(names),
      home: PARTS.home.filter(names),
      money: PARTS.money.filter(names),
      operator: PARTS.operator.filter(names),
      said: PARTS.said.filter(names),
      settings: PARTS.settings.filter(names),
      spending: PARTS.spending.filter(names),
    };
    named.set(file, keys);
  }
  return keys;
}

/** What is named from here on and is not there. From a page on, what pages.ts brings is not there. */
function missing(from: string) {
  const faults = new Set<string>();
  const seen = new Set<string>();
  const walk = (file: string, there: readonly Part[]) => {
    const state = `${file} ${there.join()}`;
    if (seen.has(state)) return;
    seen.add(state);
    for (const part of Object.keys(PARTS) as Part[]) {
      if (!there.includes(part)) for (const key of namedBy(file)[part]) faults.add(`${file}: ${key} (${part})`);
    }
    for (const { to, brings } of waysOf(file)) {
      walk(to, [...new Set([...there, ...brings])].sort());
    }
  };
  walk(from, []);
  return { faults: [...faults], files: new Set([...seen].map((state) => state.split(" ")[0])) };
}

describe("the parts of a language", () => {
  it("share no word", () => {
    const all = [...Object.keys(en), ...Object.values(PARTS).flat()];
    expect(new Set(all).size).toBe(all.length);
  });
  it("are there before a page names one of their words", () => {
    const { faults, files } = missing("main.tsx");
    const unseen = [...sources.keys()].filter((file) => file.endsWith(".tsx") && !files.has(file));
    expect(unseen).toEqual([]);
    expect(faults).toEqual([]);
  });
  it("would be missed: without what pages.ts brings the walk finds every page that needs it, and no other is given it", () => {
    const pages = waysOf("pages.ts");
    expect(pages.length).toBeGreaterThan(25);
    for (const { to, brings } of pages) {
      const parts = new Set(missing(to).faults.map((fault) => /\((\w+)\)$/.exec(fault)?.[1]));
      expect([to, ...[...parts].sort()]).toEqual([to, ...brings]);
    }
  });
  it("can be told from the code: a key is written out, or begins with what is", () => {
    const hidden = [...sources].filter(([, text]) => /\b(?:t|known|keys)\(\s*`(?:\$\{|\w+\$\{)/.test(text));
    // Its beginnings are written out above it.
    expect(hidden.map(([file]) => file)).toEqual(["ui/audit-words.ts"]);
  });
});
