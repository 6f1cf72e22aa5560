/* The parts of the money of an account. */
import { useText } from "../i18n/i18n";
import { Parts } from "./page";

export function BillingParts() {
  const { t } = useText();
  return (
    <Parts
      label={t("nav.billing")}
      parts={[
        { to: "/billing/plan", text: t("billing.plan") },
        { to: "/billing", text: t("credits.name") },
        { to: "/billing/orders", text: t("nav.orders") },
        { to: "/billing/invoices", text: t("billing.invoices") },
        { to: "/billing/spending", text: t("billing.spending") },
      ]}
    />
  );
}
