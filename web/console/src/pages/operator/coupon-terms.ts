/* What a coupon takes off, from what, and for whom: in the list, and while one is made. */
import type { Coupon } from "../../api/money";
import { useText } from "../../i18n/i18n";
import { sumText } from "../../ui/sum";

type Terms = Pick<Coupon, "kind" | "off" | "percent" | "months" | "once" | "offers">;

/** In one line. */
export function useTerms() {
  const { t, lang, number } = useText();
  return ({ kind, off, percent, months, once, offers }: Terms) => {
    const much = kind === "percent" ? `${number(percent)} %` : sumText(lang, off);
    const each = kind === "percent" ? "coupon.offMonths" : "coupon.offEach";
    return [
      months > 0 ? t(each, { much, n: months }) : t("coupon.offOrder", { much }),
      ...(offers.length > 0 ? [offers.join(", ")] : []),
      ...(once ? [t("coupon.onceShort")] : []),
    ].join(" · ");
  };
}
