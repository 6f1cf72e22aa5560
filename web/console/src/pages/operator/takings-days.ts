/* The days of the books as bars. What is drawn is added up here; what is said in numbers is the server's. */
import type { TakingsDay } from "../../api/money";
import { digitsOf } from "../../ui/minor";

const DAY_MS = 86_400_000;

const dayAt = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** The first of so many days that end with today; days of the books begin in UTC. */
export const firstDay = (todayMs: number, days: number) => `${dayAt(todayMs - (days - 1) * DAY_MS)}T00:00:00Z`;

export const currenciesOf = (rows: readonly TakingsDay[]) => [...new Set(rows.map(({ came }) => came.currency))].sort();

/** A bar for each day, also for one on which nothing came: what stayed, and above it what went back. */
export function barsOf(
  rows: readonly TakingsDay[],
  currency: string,
  days: number,
  todayMs: number,
  name: (day: string) => string,
) {
  return Array.from({ length: days }, (_, i) => {
    const day = dayAt(todayMs - (days - 1 - i) * DAY_MS);
    const those = rows.filter((row) => row.day.startsWith(day) && row.came.currency === currency);
    const unit = 10 ** digitsOf(those[0]?.came.text ?? "");
    const came = those.reduce((sum, row) => sum + row.came.amount, 0) / unit;
    const went = those.reduce((sum, row) => sum + row.went.amount, 0) / unit;
    return {
      label: name(day),
      parts: [
        { tone: "on" as const, value: Math.max(came - went, 0) },
        { tone: "due" as const, value: went },
      ],
    };
  });
}
