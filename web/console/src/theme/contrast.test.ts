import { describe, expect, it } from "vitest";
import css from "./tokens.css?raw";

type Palette = Readonly<Record<string, string>>;

function palette(selector: string): Palette {
  const start = css.indexOf(`${selector} {`);
  const block = css.slice(start, css.indexOf("\n}", start));
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = "", hex = ""]) => [name, hex]),
  );
}

function luminance(hex: string): number {
  const part = (at: number) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const GROUNDS = ["ground", "card", "soft"];
const TONES = ["on", "due", "stop", "off", "bot"];
/** What is read: text on what it stands on. */
const TEXT: readonly [string, string][] = [
  ...["ink", "muted", "link", ...TONES].flatMap((text) => GROUNDS.map((ground): [string, string] => [text, ground])),
  ...TONES.map((tone): [string, string] => [tone, `${tone}-soft`]),
  ...TONES.map((tone): [string, string] => ["ink", `${tone}-soft`]),
  ["ink", "brand-soft"],
  ["muted", "brand-soft"],
  ["link", "brand-soft"],
  ["brand-ink", "brand"],
  ["brand-ink", "brand-over"],
  ["stop-ink", "stop"],
];
/** What is only seen: the ring of the focus, the frame of a field, the mark of a state. */
const SEEN: readonly [string, string][] = [
  ...[...GROUNDS, "brand-soft", "stop-soft", "due-soft"].map((ground): [string, string] => ["focus", ground]),
  ...["ground", "card"].map((ground): [string, string] => ["field", ground]),
];

describe.each([
  ["light", ":root"],
  ["dark", ':root[data-theme="dark"]'],
])("the %s palette", (_name, selector) => {
  const colours = palette(selector);
  const of = (name: string): string => {
    const hex = colours[name];
    if (hex === undefined) throw new Error(`no colour --${name}`);
    return hex;
  };
  it.each(TEXT)("%s can be read on %s", (text, ground) => {
    expect(contrast(of(text), of(ground))).toBeGreaterThanOrEqual(4.5);
  });
  it.each(SEEN)("%s can be seen on %s", (mark, ground) => {
    expect(contrast(of(mark), of(ground))).toBeGreaterThanOrEqual(3);
  });
});

describe("the two palettes", () => {
  it("name the same colours", () => {
    expect(Object.keys(palette(':root[data-theme="dark"]')).sort()).toEqual(Object.keys(palette(":root")).sort());
  });
});
