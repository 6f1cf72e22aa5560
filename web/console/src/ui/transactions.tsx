import { Link } from "react-router";
import { useShops } from "../api/queries";
import type { Transaction } from "../api/types";
import { useText } from "../i18n/i18n";
import { type Column, DataTable } from "./table";

/** The ledger: every change of a balance, with what it left. `linked`: the shops are the reader's own. */
export function TransactionTable({ rows, linked = true }: { rows: readonly Transaction[]; linked?: boolean }) {
  const { t, known, time, number, signed } = useText();
  const { data } = useShops();
  const nameOf = (id: number) => (linked ? data?.shops.find((shop) => shop.id === id)?.shop_name : undefined);
  const shop = ({ relatedShopId: id }: Transaction) => {
    if (id === null) return "—";
    const name = nameOf(id);
    return name === undefined ? `#${id}` : <Link to={`/shops/${id}`}>{name}</Link>;
  };
  const columns: Column<Transaction>[] = [
    { key: "time", title: t("ledger.time"), tight: true, render: (row) => time(row.createdAt) },
    {
      key: "reason",
      title: t("ledger.reason"),
      main: true,
      render: (row) => known(`reason.${row.reason}`) ?? row.reason,
    },
    { key: "shop", title: t("ledger.shop"), render: shop },
    {
      key: "amount",
      title: t("ledger.amount"),
      numeric: true,
      render: (row) => <span className={row.amount > 0 ? "good" : ""}>{signed(row.amount)}</span>,
    },
    { key: "after", title: t("ledger.after"), numeric: true, render: (row) => number(row.balanceAfter) },
  ];
  return (
    <DataTable
      label={t("ledger.title")}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      empty={t("ledger.empty")}
    />
  );
}
