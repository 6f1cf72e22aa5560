/* Texts with holes. `{name}` is a value; `{n|credit|credits}` picks a form by the number n, with the language's own
 * plural rule. That is all the grammar the console needs; a library for it would weigh more than the texts. */

export type Values = Readonly<Record<string, string | number>>;

const HOLE = /\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g;

export function fill(text: string, lang: string, values: Values = {}): string {
  return text.replace(HOLE, (hole, name: string, one: string | undefined, other: string | undefined) => {
    const value = values[name];
    if (value === undefined) return hole;
    if (one === undefined || other === undefined) {
      return typeof value === "number" ? new Intl.NumberFormat(lang).format(value) : value;
    }
    return new Intl.PluralRules(lang).select(Number(value)) === "one" ? one : other;
  });
}

/** The names of a text's holes, for the test that both languages have the same. */
export function holes(text: string): string[] {
  return [...new Set([...text.matchAll(HOLE)].map((match) => match[1] ?? ""))].sort();
}
