/* Receipts and invoices of an order, as files to keep. */
import { type Order } from "../../api/money";
import { useText } from "../../i18n/i18n";
import { Section } from "../../ui/page";

export function OrderPapers({ order }: { order: Order }) {
  const { t } = useText();
  if (order.paidAt === null) return null;
  return (
    <Section card title={t("billing.invoices")}>
      {order.number}
    </Section>
  );
}
