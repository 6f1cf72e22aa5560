/* How the assistant read a question, as the test-drive tells it: a phrase of src/chat/models, or the rule or the text of a
 * product that it found ("rule:returns"). One that is not known here stays as it is: a language model's own. */
import type { Text } from "../../i18n/i18n";

export function howItWasRead({ t, known }: Pick<Text, "t" | "known">, why: string): string {
  const [, kind, id] = /^(rule|paper):(.+)$/s.exec(why) ?? [];
  if (id !== undefined) return t(kind === "rule" ? "chatset.howRule" : "chatset.howPaper", { id });
  return known(`chatset.how.${why}`) ?? why;
}
