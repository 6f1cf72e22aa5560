/* A sum of money in the server's own digits, with the sign of its currency as the language writes it: outside China the
 * yuan is CN¥. */
import type { Offer, Provider, Sum } from "../api/money";
import { useText } from "../i18n/i18n";
import type { Lang } from "../i18n/lang";

export function sumText(lang: Lang, { currency, text }: Sum): string {
  if (currency === "") return text;
  const parts = new Intl.NumberFormat(lang, { style: "currency", currency }).formatToParts(0);
  const digits = parts.findIndex(({ type }) => type === "integer");
  const sign = parts
    .slice(0, digits)
    .map(({ value }) => value)
    .join("");
  const behind = parts
    .slice(digits)
    .filter(({ type }) => type === "currency" || type === "literal")
    .map(({ value }) => value)
    .join("");
  const [whole = "", ...rest] = text.replace(/^-/, "").split(".");
  const digitsOfText = [new Intl.NumberFormat(lang).format(BigInt(whole)), ...rest].join(".");
  return `${text.startsWith("-") ? "−" : ""}${sign}${digitsOfText}${behind}`;
}

export function Paid({ sum }: { sum: Sum }) {
  const { lang } = useText();
  return (
    <span className="amount" translate="no">
      {sumText(lang, sum)}
    </span>
  );
}

/** An offer's or a provider's own name, in the reader's language. */
export const nameOf = (lang: Lang, { nameEn, nameZh }: Pick<Offer | Provider, "nameEn" | "nameZh">) =>
  lang === "en" ? nameEn : nameZh;
