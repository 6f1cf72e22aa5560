/* How long something took, in the one unit that says it best; and days in words. */
import { lastOf } from "./days";

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

export function lengthText(lang: string, ms: number): string {
  const [unit, each] = UNITS.find(([, one]) => ms >= one) ?? (["second", 1000] as const);
  const value = ms / each;
  return new Intl.NumberFormat(lang, {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}

/** The days of some moments, as a zone counts them: "Nov 23 – Nov 29", or the one day. `to` is the first moment that is not
 * in them. A zone that is none (an address may say anything) is the reader's own. */
export function daysText(lang: string, from: string, to: string, zone: string): string {
  const style = { month: "short", day: "numeric" } as const;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat(lang, { ...style, ...(zone !== "" && { timeZone: zone }) });
  } catch {
    format = new Intl.DateTimeFormat(lang, style);
  }
  const [first, last] = [new Date(from), new Date(lastOf(to))].map((at) => format.format(at));
  return first === last ? `${first}` : `${first} – ${last}`;
}

/** A day of a calendar ("2026-11-28"), which is the same day wherever it is read. */
export const dayText = (lang: string, day: string) =>
  new Intl.DateTimeFormat(lang, { month: "short", day: "numeric", timeZone: "UTC" }).format(new Date(day));
