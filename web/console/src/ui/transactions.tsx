import { Link } from "react-router";
import { useDeletedShops, useShops } from "../api/queries";
import type { Transaction } from "../api/types";
import { useText } from "../i18n/i18n";
import { type Column, DataTable } from "./table";

interface ShopName {
  name: string;
  /** "gone" with a name can still be restored. */
  state: "here" | "gone" | "unknown";
}

/** The deleted shops are asked for only when a row speaks of a shop that is not there any more. */
function useShopNames(rows: readonly Transaction[], linked: boolean): (id: number) => ShopName {
  const here = useShops(linked).data?.shops;
  const isHere = (id: number) => here?.some((shop) => shop.id === id) === true;
  const missing = here !== undefined && rows.some(({ relatedShopId: id }) => id !== null && !isHere(id));
  const deleted = useDeletedShops(missing).data?.shops;
  return (id) => {
    const name = here?.find((shop) => shop.id === id)?.shop_name;
    if (name !== undefined) return { name, state: "here" };
    if (here === undefined) return { name: "", state: "unknown" };
    return { name: deleted?.find((shop) => shop.id === id)?.shop_name ?? "", state: "gone" };
  };
}

/** The ledger: every change of a balance, with what it left. `linked`: the shops are the reader's own. */
export function TransactionTable({ rows, linked = true }: { rows: readonly Transaction[]; linked?: boolean }) {
  const { t, known, time, number, signed } = useText();
  const shopOf = useShopNames(rows, linked);
  const shop = ({ relatedShopId: id }: Transaction) => {
    if (id === null) return "—";
    const { name, state } = shopOf(id);
    if (state === "unknown") return `#${id}`;
    if (state === "here")
      return (
        <Link to={`/shops/${id}`} className="break">
          {name}
        </Link>
      );
    return (
      <span className="break">{name === "" ? t("ledger.deleted", { n: id }) : t("ledger.deletedNamed", { name })}</span>
    );
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
