/* What stands in the audit trail, in words. */
import type { Text } from "../i18n/i18n";

/** Words of the server's that have their texts elsewhere; those of the others stand at `detail.<name>.<word>`. */
const WORDS: Readonly<Record<string, string>> = {
  backend: "chatbot.backend.",
  kind: "secret.of.",
};
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** What stands in the trail, as a person says it; what we do not know as it stands there. */
export function detailText({ known, time }: Pick<Text, "known" | "time">, name: string, value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  if (TIME.test(value)) return time(value);
  return known(`${WORDS[name] ?? `detail.${name}.`}${value}`) ?? value;
}
