const FIRST_STRONG = "\u2068";
const END = "\u2069";
const BEGIN = /[\u2066-\u2068]/;

/** Words of others within a sentence: whatever signs of direction they hold turn nothing of the rest (UAX #9, isolates).
 * An end of which they hold no begin would end ours, and a begin without its end would take ours for its own. */
export function apart(words: string): string {
  let deep = 0;
  let kept = "";
  for (const sign of words) {
    if (sign === END && deep === 0) continue;
    if (sign === END) deep -= 1;
    else if (BEGIN.test(sign)) deep += 1;
    kept += sign;
  }
  return `${FIRST_STRONG}${kept}${END.repeat(deep + 1)}`;
}
