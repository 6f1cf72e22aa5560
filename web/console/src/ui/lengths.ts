/* How long something took, in the one unit that says it best. */
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

/** A day of a calendar ("2026-11-28"), which is the same day wherever it is read. */
export const dayText = (lang: string, day: string) =>
  new Intl.DateTimeFormat(lang, { month: "short", day: "numeric", timeZone: "UTC" }).format(new Date(day));
