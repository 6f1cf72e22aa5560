/* A sum as somebody types it, in minor units. Never by a number with a point: 0.29 × 100 is 28.999999999999996. */

/** How many digits stand behind the point in the server's own words: "50.00" has two, "50" none. */
export const digitsOf = (text: string) => /\.(\d+)$/.exec(text)?.[1]?.length ?? 0;

/** Null: no sum of this currency. */
export function minorOf(typed: string, digits: number): number | null {
  const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(typed.trim());
  const [, whole = "", part = ""] = match ?? [];
  if (match === null || part.length > digits) return null;
  const minor = Number(whole + part.padEnd(digits, "0"));
  return Number.isSafeInteger(minor) ? minor : null;
}
