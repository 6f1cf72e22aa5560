/* Days of what is paid: when a plan began, and the last day of it, of a trial, of a paid month, of days of grace. An end is
 * the day of the last moment before it, on every page as in letters, and days are those of the account's time zone. Operators,
 * who look at many accounts, and whoever is told no zone see them in their own. */
import { useMemo } from "react";
import { useUser } from "../api/queries";
import { useText } from "../i18n/i18n";
import { lastOf } from "./days";

function formatOf(lang: string, zone: string | null): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(lang, { dateStyle: "medium", ...(zone !== null && { timeZone: zone }) });
  } catch {
    return new Intl.DateTimeFormat(lang, { dateStyle: "medium" }); // one that this browser does not know
  }
}

/** In words, of the first moment that is not in it any more. */
export const lastDayText = (lang: string, end: string, zone: string | null) =>
  formatOf(lang, zone).format(new Date(lastOf(end)));

function useFormat(): Intl.DateTimeFormat {
  const { lang } = useText();
  const user = useUser().data?.user;
  const zone = user?.role === "operator" ? null : (user?.timezone ?? null);
  return useMemo(() => formatOf(lang, zone), [lang, zone]);
}

export function useLastDay(): (end: string) => string {
  const format = useFormat();
  return (end) => format.format(new Date(lastOf(end)));
}

/** The day of a moment that is no end. */
export function usePaidDay(): (at: string) => string {
  const format = useFormat();
  return (at) => format.format(new Date(at));
}
