/* A refusal as a sentence: "Row 12, price: …", "Page 3: …". */
import { useText } from "../../i18n/i18n";

export function useRefusals(): (refusal: { field: string; code: string }) => string {
  const { t, known } = useText();
  return ({ field, code }) => {
    const why = known(`refusal.${code}`) ?? code;
    const page = /^page\[(\d+)\]\.?(.*)$/.exec(field);
    if (page !== null) {
      const [, number = "", name = ""] = page;
      return t(name === "" ? "refusal.page" : "refusal.pageAt", { page: number, field: name, why });
    }
    const place = /^(?:rows|items)\[(\d+)\]\.?(.*)$/.exec(field);
    if (place === null) return field === "" ? why : t("refusal.at", { field, why });
    const [, row = "", name = ""] = place;
    return name === "" ? t("refusal.row", { row, why }) : t("refusal.rowAt", { row, field: name, why });
  };
}
