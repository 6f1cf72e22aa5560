/* What the server has stored in words of its own, as a person says it: why money went back, what a provider told, what came
 * of a delivery. Such a text is a phrase that stands in en-said.ts, or is put together of some; what a provider said in its
 * own words stays as it is. */
import type { Text } from "../i18n/i18n";

type Words = Pick<Text, "known" | "money" | "t">;

const SUM = /^(refund|refund_total):(\d+)$/;
const BILL = /^bill of (\S+), (payment|refund): (.+) \(theirs (.+), ours (.+)\)$/;
const NO_BILL = /^the bill of (\S+) could not be had: (.+)$/s;
const MESSAGE = /^message (\d+) in (\d+)$/;
const NOTE = /^from another address: note (\d+) in (\d+)$/;
const READ = /^(products|orders|promotions): (\d+) changed, (\d+) stale$/;
/** What comes after a phrase: "refused: …", "; …", ", …". The first that fits counts. */
const JOINTS = ["; ", ": ", ", "] as const;

/** One of the shapes that hold more than words. */
function shaped(words: Words, said: string, currency: string | undefined): string | null {
  const { t, money } = words;
  const sum = SUM.exec(said);
  if (sum !== null) {
    const what = phrase(words, sum[1] ?? "") ?? "";
    return currency === undefined ? what : t("saidOf.sum", { what, amount: money(Number(sum[2]), currency) });
  }
  const bill = BILL.exec(said);
  if (bill !== null) {
    const [, day = "", kind, fault = "", theirs = "", ours = ""] = bill;
    const of = t(kind === "refund" ? "saidOf.bill.refund" : "saidOf.bill.payment");
    return t("saidOf.bill", { day, kind: of, fault: saidText(words, fault), theirs, ours });
  }
  const none = NO_BILL.exec(said);
  if (none !== null) return t("saidOf.noBill", { day: none[1] ?? "", why: saidText(words, none[2] ?? "") });
  const message = MESSAGE.exec(said);
  if (message !== null) return t("saidOf.message", { n: message[1] ?? "", chat: message[2] ?? "" });
  const note = NOTE.exec(said);
  if (note !== null) return t("saidOf.note", { n: note[1] ?? "", chat: note[2] ?? "" });
  const read = READ.exec(said);
  if (read === null) return null;
  const [, what = "", n = "", stale = ""] = read;
  return t("saidOf.read", { what: words.known(`saidOf.read.${what}`) ?? what, n, stale });
}

const phrase = ({ known }: Words, said: string): string | null => known(`said.${said}`);

/** Null: not one of ours, in whole or where it begins. */
function ours(words: Words, said: string, currency?: string): string | null {
  const whole = phrase(words, said) ?? shaped(words, said, currency);
  if (whole !== null) return whole;
  for (const joint of JOINTS) {
    const at = said.indexOf(joint);
    if (at <= 0) continue;
    const what = ours(words, said.slice(0, at), currency);
    if (what === null) continue;
    const more = saidText(words, said.slice(at + joint.length), currency);
    if (more === "") return what;
    return joint === ": " ? words.t("saidOf.with", { what, more }) : `${what}; ${more}`;
  }
  return null;
}

/** For who looks after the house: what we do not know as it stands there. `currency`: of sums in it. */
export function saidText(words: Words, said: string, currency?: string): string {
  return ours(words, said, currency) ?? said;
}

/** For customers: nothing but what we can say in their language. */
export function saidPlainly(words: Words, said: string): string | null {
  return phrase(words, said);
}
