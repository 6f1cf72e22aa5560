/* The numbers of money as bars, one for each step, also for one in which there was nothing. What is drawn is added up here;
 * what is said in numbers is the server's. */
import type { MoneyNumbers, MoneyRow, NumbersStep, PostingFilter } from "../../api/money";
import type { Bar } from "../../ui/bar-chart";
import { digitsOf } from "../../ui/minor";

export const currenciesOf = ({ sums }: Pick<MoneyNumbers, "sums">) => sums.map(({ came }) => came.currency).sort();

/** What stayed, and above it what went back. */
export function moneyBars(
  { steps, rows }: Pick<MoneyNumbers, "steps" | "rows">,
  currency: string,
  name: (day: string) => string,
): Bar[] {
  return steps.map(({ day }) => {
    const those = rows.filter((row) => row.day === day && row.came.currency === currency);
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

/** In an address: from when to when, and in whose zone these are days. */
export const momentsOf = ({ begins, ends }: NumbersStep, zone: string) => ({ from: begins, to: ends, zone });

/** The same of all steps together. */
export function wholeOf({ steps, timezone }: Pick<MoneyNumbers, "steps" | "timezone">) {
  const [first, last] = [steps[0], steps.at(-1)];
  return first === undefined || last === undefined ? {} : { from: first.begins, to: last.ends, zone: timezone };
}

/** A line of the table, with where its rows are. */
export type MoneyLine = MoneyRow & Readonly<{ filter: PostingFilter & { zone: string } }>;

/** The newest first. */
export function linesOf({
  steps,
  rows,
  of,
  timezone,
}: Pick<MoneyNumbers, "steps" | "rows" | "of" | "timezone">): MoneyLine[] {
  const stepOf = new Map(steps.map((step) => [step.day, step]));
  return rows
    .flatMap((row) => {
      const step = stepOf.get(row.day);
      if (step === undefined) return [];
      const named = of === "provider" ? { provider: row.name } : of === "offer" ? { offer: row.name } : {};
      return [{ ...row, filter: { ...momentsOf(step, timezone), currency: row.came.currency, ...named } }];
    })
    .reverse();
}

/** The address of some rows: only what is said. */
export function rowsAt(part: string, filter: Readonly<Record<string, string | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, String(value));
  return `/operator/money/${part}?${query.toString()}`;
}
