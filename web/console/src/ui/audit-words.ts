/* What stands in the audit trail, in words. */
import type { Text } from "../i18n/i18n";
import { saidText } from "./said";

/** Words of the server's that have their texts elsewhere too; those of the others stand at `detail.<name>.<word>`. */
const WORDS: Readonly<Record<string, string>> = {
  backend: "chatbot.backend.",
  kind: "secret.of.",
};
/** Under these stands a sentence: the server's own, or a person's, which stays as it is. */
const SENTENCES: readonly string[] = ["error", "reason", "said"];
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** Under these stands the code of a plan. */
const PLANS: readonly string[] = ["plan", "nextPlan"];

interface Words extends Pick<Text, "known" | "money" | "t" | "time"> {
  /** What a plan of this code is called; undefined: none of it is sold any more. */
  planName?: (code: string) => string | undefined;
}

function isMoney(value: object): value is { amount: number; currency: string } {
  return (
    "amount" in value && typeof value.amount === "number" && "currency" in value && typeof value.currency === "string"
  );
}

/** Words with spaces between them. */
const LISTS: readonly string[] = ["syncScopes"];

function wordText(words: Words, name: string, value: string): string {
  const { known, time } = words;
  if (PLANS.includes(name)) return words.planName?.(value) ?? value;
  if (TIME.test(value)) return time(value);
  if (LISTS.includes(name) && value.includes(" "))
    return value
      .split(" ")
      .map((one) => wordText(words, name, one))
      .join(", ");
  const word = known(`${WORDS[name] ?? `detail.${name}.`}${value}`) ?? known(`detail.${name}.${value}`);
  return word ?? (SENTENCES.includes(name) ? saidText(words, value) : value);
}

/** The name of a detail; one that we do not know as it stands there. */
export const detailName = ({ known }: Pick<Text, "known">, name: string): string => known(`detail.${name}`) ?? name;

type Details = Readonly<Record<string, unknown>>;

export const namesPlan = (details: Details): boolean => PLANS.some((name) => typeof details[name] === "string");

/** Money is a sum, also where the server writes its currency beside it; what else is called an amount is credits. */
export function detailsOf(details: Details): Details {
  const { amount, currency, ...rest } = details;
  if (typeof amount === "string" && typeof currency === "string") return { sum: `${amount} ${currency}`, ...rest };
  if (typeof amount === "object" && amount !== null && isMoney(amount)) return { sum: amount, ...rest };
  return details;
}

/** What stands in the trail, as a person says it; what we do not know as it stands there. */
export function detailText(words: Words, name: string, value: unknown): string {
  if (typeof value === "string") return wordText(words, name, value);
  if (typeof value === "boolean") return words.t(value ? "detail.yes" : "detail.no");
  if (Array.isArray(value)) return value.map((one: unknown) => detailText(words, name, one)).join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  if (isMoney(value)) return words.money(value.amount, value.currency);
  return Object.entries(value)
    .filter(([, one]: [string, unknown]) => one !== null)
    .map(([key, one]: [string, unknown]) => `${detailName(words, key)} ${detailText(words, key, one)}`)
    .join(", ");
}
