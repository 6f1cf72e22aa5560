/* Days of the reader, as a field of a form holds them (2026-11-28), and the moments in which they begin and end. */

/** A year that is still being typed (0002) is no day yet. */
const EARLIEST = "2000-01-01";
const DAY = /^\d{4}-\d\d-\d\d$/;

function midnight(day: string, later: number): string | undefined {
  if (!DAY.test(day) || day < EARLIEST) return undefined;
  const at = new Date(`${day}T00:00`);
  if (Number.isNaN(at.getTime())) return undefined;
  at.setDate(at.getDate() + later); // not 24 hours: twice a year a day has 23 or 25
  return at.toISOString();
}

export const startOf = (day: string) => midnight(day, 0);
/** The first moment that is not in it any more. */
export const endOf = (day: string) => midnight(day, 1);

/** The last moment that is in it: the day that is named where a time goes until then. An end at midnight is the end of the
 * day before, and not that midnight's own. */
export const lastOf = (end: string) => new Date(Date.parse(end) - 1).toISOString();

export function dayOf(at: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The server's rule for a paid month: the same day of the next one in UTC, or its last where it is shorter. */
export function monthLater(at: Date): Date {
  const later = new Date(at);
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 2, 0)).getUTCDate();
  later.setUTCMonth(at.getUTCMonth() + 1, Math.min(at.getUTCDate(), last));
  return later;
}
