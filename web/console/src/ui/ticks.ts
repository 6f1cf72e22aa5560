/* Where the marks of a chart's axes stand, and what they say: round numbers, and moments as coarse as the span allows. */

const TICKS_WANTED = 4;

/** From 0 to at least `max`, in steps of 1, 2 or 5 times a power of ten, never of less than 1. */
export function niceTicks(max: number): number[] {
  const raw = max / TICKS_WANTED;
  const power = 10 ** Math.floor(Math.log10(Math.max(raw, 1)));
  const step = [1, 2, 5, 10].map((times) => times * power).find((one) => one >= raw) ?? power * 10;
  return Array.from({ length: Math.ceil(max / step) + 1 }, (_, i) => i * step);
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

function formatOf(spanMs: number, lang: string): Intl.DateTimeFormat {
  if (spanMs < DAY_MS) return new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (spanMs < 300 * DAY_MS) return new Intl.DateTimeFormat(lang, { month: "short", day: "numeric" });
  return new Intl.DateTimeFormat(lang, { year: "numeric", month: "short" });
}

/** At most `most` moments, evenly apart; none says what the one before it said. */
export function timeTicks(fromMs: number, toMs: number, lang: string, most: number): { atMs: number; label: string }[] {
  const format = formatOf(toMs - fromMs, lang);
  if (toMs - fromMs < MINUTE_MS) return [{ atMs: toMs, label: format.format(toMs) }];
  const ticks: { atMs: number; label: string }[] = [];
  for (let i = 0; i < most; i++) {
    const atMs = fromMs + ((i + 0.5) / most) * (toMs - fromMs);
    const label = format.format(atMs);
    if (ticks.at(-1)?.label !== label) ticks.push({ atMs, label });
  }
  return ticks;
}
