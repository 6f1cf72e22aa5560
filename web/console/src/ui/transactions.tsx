import { useState } from "react";
import { useDeletedShops, useShops } from "../api/queries";
import type { Transaction } from "../api/types";
import { useText } from "../i18n/i18n";
import { Credits, Shop, Short, Time } from "./facts";
import { Receipt } from "./receipt";
import { type Column, DataTable } from "./table";

/** The deleted shops are asked for only when a row speaks of a shop that is not there any more. */
function useDeletedName(rows: readonly Transaction[], own: boolean): (id: number) => string | undefined {
  const here = useShops(own).data?.shops;
  const isHere = (id: number) => here?.some((shop) => shop.id === id) === true;
  const missing = here !== undefined && rows.some(({ relatedShopId: id }) => id !== null && !isHere(id));
  const deleted = useDeletedShops(missing).data?.shops;
  return (id) => deleted?.find((shop) => shop.id === id)?.shop_name;
}

interface Props {
  rows: readonly Transaction[];
  /** The shops are the reader's own; else their names, as far as they are known. */
  names?: Readonly<Record<number, string>>;
  /** A filter is on. */
  narrow?: boolean;
}

/** The ledger: every change of a balance, with what it left and the number it is asked for by. */
export function TransactionTable({ rows, names, narrow = false }: Props) {
  const { t, known } = useText();
  const [open, setOpen] = useState<Transaction | null>(null);
  const deletedName = useDeletedName(rows, names === undefined);
  const shop = ({ relatedShopId: id }: Transaction) => {
    if (id === null) return "—";
    if (names !== undefined) return <Short>{names[id] ?? t("shop.gone")}</Short>;
    return <Shop id={id} name={deletedName(id)} />;
  };
  const columns: Column<Transaction>[] = [
    { key: "time", title: t("ledger.time"), phone: "side", render: (row) => <Time at={row.createdAt} /> },
    {
      key: "reason",
      title: t("ledger.reason"),
      phone: "main",
      render: (row) => (
        <button type="button" className="cell-open" onClick={() => setOpen(row)} title={t("receipt.open")}>
          {known(`reason.${row.reason}`) ?? row.reason}
        </button>
      ),
    },
    { key: "shop", title: t("ledger.shop"), grow: true, phone: "sub", render: shop },
    {
      key: "reference",
      title: t("ledger.reference"),
      grow: true,
      render: (row) => (
        <code translate="no" className="short" title={row.reference}>
          {row.reference ?? row.id}
        </code>
      ),
    },
    {
      key: "amount",
      title: t("ledger.amount"),
      numeric: true,
      phone: "end",
      render: (row) => <Credits n={row.amount} signed />,
    },
    { key: "after", title: t("ledger.after"), numeric: true, render: (row) => <Credits n={row.balanceAfter} /> },
  ];
  return (
    <>
      <DataTable
        label={t("ledger.title")}
        columns={columns}
        rows={rows}
        rowKey={(row) => row.id}
        empty={t(narrow ? "list.noMatch" : "ledger.empty")}
      />
      <Receipt entry={open} shop={shop} onClose={() => setOpen(null)} />
    </>
  );
}
