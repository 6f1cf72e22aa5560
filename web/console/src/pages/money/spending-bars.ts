/* What was spent as bars and lines, each with the address of the rows that make it up. What is drawn is added up here; what
 * is said in numbers is the server's. */
import type { Spending, SpendingRow, SpentFilter } from "../../api/money";
import { idOf } from "../../ui/address";
import type { Bar } from "../../ui/bar-chart";
import { digitsOf } from "../../ui/minor";

/** A month of a calendar ("2026-11"), which is the same month wherever it is read. */
export const monthText = (lang: string, month: string) =>
  new Intl.DateTimeFormat(lang, { year: "numeric", month: "short", timeZone: "UTC" }).format(new Date(`${month}-01`));

/** The day of a moment, as a calendar in that zone has it. */
export const dayIn = (lang: string, iso: string, timeZone: string) =>
  new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeZone }).format(new Date(iso));

/** Plans, above them credits, each as far as it stayed; on top what went back. One for each month, also for an empty one. */
export function spendingBars(
  { months, rows }: Pick<Spending, "months" | "rows">,
  currency: string,
  name: (month: string) => string,
): Bar[] {
  return months.map(({ month }) => {
    const those = rows.filter((row) => row.month === month && row.paid.currency === currency);
    const unit = 10 ** digitsOf(those[0]?.paid.text ?? "");
    const sum = (of: readonly SpendingRow[], pick: (row: SpendingRow) => number) =>
      Math.max(
        of.reduce((all, row) => all + pick(row), 0),
        0,
      ) / unit;
    const stayed = (kind: SpendingRow["kind"]) =>
      sum(
        those.filter((row) => row.kind === kind),
        ({ net }) => net.amount,
      );
    return {
      label: name(month),
      parts: [
        { tone: "on" as const, value: stayed("plan") },
        { tone: "off" as const, value: stayed("credits") },
        { tone: "due" as const, value: sum(those, ({ refunded }) => refunded.amount) },
      ],
    };
  });
}

export const SPENT_KINDS = ["plan", "credits"] as const;
export const SPENT_WAYS = ["paid", "refunded"] as const;

/** Which rows are asked for stands in the address: a month, and what else a number was split by. */
type Asked = Readonly<Record<string, string | number | null | undefined>>;

export function rowsAt(asked: Asked): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) if (value != null) query.set(name, String(value));
  return `/billing/spending?${query.toString()}`;
}

export const rowsOf = ({ month, kind, shop, paid }: SpendingRow) =>
  rowsAt({ month, kind, shop, currency: paid.currency });

/** Null: the address names no month, so all of them are shown. */
export function monthOf(read: (name: string) => string): string | null {
  const month = read("month");
  return /^\d{4}-(?:0[1-9]|1[0-2])$/.test(month) ? month : null;
}

/** The months that are kept as sums reach back no further than this: an older one of an address has no moments. */
const FURTHEST = 36;

const placeOf = (month: string) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7));

/** How many months, the present one as the last, reach back to this one. The present one is that of where it is latest
 * (UTC+14): where the account is it may have begun already. */
export function monthsTo(month: string, now: Date): number {
  const latest = new Date(now.getTime() + 14 * 3_600_000).toISOString();
  return Math.min(Math.max(placeOf(latest) - placeOf(month) + 1, 1), FURTHEST);
}

export const filterOf = (read: (name: string) => string): SpentFilter => ({
  kind: SPENT_KINDS.find((one) => one === read("kind")),
  way: SPENT_WAYS.find((one) => one === read("way")),
  shop: idOf(read("shop")),
  currency: /^[A-Z]{3}$/.test(read("currency")) ? read("currency") : undefined,
});
