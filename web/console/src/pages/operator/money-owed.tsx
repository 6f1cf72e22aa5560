/* What is paid, and neither delivered for nor given back: there must be none, so this page is empty or an alarm. */
import { Link } from "react-router";
import { type OwedPayment, useOwed } from "../../api/money";
import { useText } from "../../i18n/i18n";
import { Time } from "../../ui/facts";
import { LoadedList } from "../../ui/loaded";
import { Teach } from "../../ui/page";
import { ProviderName } from "../../ui/payments";
import { KnownPerson } from "../../ui/person";
import { Paid } from "../../ui/sum";
import { type Column, DataTable } from "../../ui/table";

function OwedTable({ rows }: { rows: readonly OwedPayment[] }) {
  const { t } = useText();
  const columns: Column<OwedPayment>[] = [
    {
      key: "order",
      title: t("order.one"),
      phone: "main",
      tight: true,
      render: ({ order }) => <Link to={`/operator/orders/${order}`}>{t("mismatch.toOrder")}</Link>,
    },
    { key: "account", title: t("customer.one"), grow: true, render: ({ account }) => <KnownPerson id={account} /> },
    {
      key: "provider",
      title: t("payment.provider"),
      phone: "sub",
      tight: true,
      render: ({ provider }) => <ProviderName name={provider} />,
    },
    {
      key: "refunded",
      title: t("payment.refunded"),
      numeric: true,
      render: ({ refunded }) => (refunded.amount === 0 ? "—" : <Paid sum={refunded} />),
    },
    {
      key: "amount",
      title: t("line.amount"),
      numeric: true,
      phone: "end",
      render: ({ amount }) => <Paid sum={amount} />,
    },
    {
      key: "at",
      title: t("order.paidAt"),
      phone: "side",
      render: ({ paidAt }) => (paidAt === null ? "—" : <Time at={paidAt} />),
    },
  ];
  return (
    <DataTable
      label={t("money.owed")}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      empty={t("list.noMatch")}
    />
  );
}

export function Owed() {
  const { t } = useText();
  const list = useOwed();
  return (
    <LoadedList read={list} rows={8}>
      {(rows) =>
        rows.length === 0 ? (
          <Teach icon="good" title={t("owed.none")}>
            {t("owed.noneText")}
          </Teach>
        ) : (
          <OwedTable rows={rows} />
        )
      }
    </LoadedList>
  );
}
