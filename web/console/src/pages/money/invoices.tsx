import { useText } from "../../i18n/i18n";
import { BillingParts } from "../../ui/billing-parts";
import { Page } from "../../ui/page";

export function InvoicesPage() {
  const { t } = useText();
  return (
    <Page title={t("billing.invoices")}>
      <BillingParts />
    </Page>
  );
}
