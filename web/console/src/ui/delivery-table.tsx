/* What others delivered, as a table: from whom, what came of it, for whom. */
import { Link } from "react-router";
import type { Delivery } from "../api/types";
import { useText } from "../i18n/i18n";
import { Short, Time } from "./facts";
import { KnownPerson } from "./person";
import { StatusPill } from "./pill";
import { saidText } from "./said";
import { type Column, DataTable } from "./table";

export function DeliveryTable({ rows, empty }: { rows: readonly Delivery[]; empty: string }) {
  const text = useText();
  const { t, number } = text;
  const columns: Column<Delivery>[] = [
    {
      key: "id",
      title: t("delivery.one"),
      grow: true,
      phone: "main",
      render: (row) => (
        <Link
          to={`/operator/deliveries/${row.id}`}
          className="short"
          title={row.senderId ?? String(row.id)}
          translate="no"
        >
          {row.senderId ?? String(row.id)}
        </Link>
      ),
    },
    {
      key: "sender",
      title: t("delivery.sender"),
      tight: true,
      render: (row) => (
        <Link to={`/operator/deliveries?sender=${encodeURIComponent(row.sender)}`} translate="no">
          {row.sender}
        </Link>
      ),
    },
    {
      key: "state",
      title: t("delivery.state"),
      phone: "end",
      render: (row) => <StatusPill of="delivery" state={row.state} />,
    },
    {
      key: "outcome",
      title: t("delivery.outcome"),
      grow: true,
      phone: "sub",
      render: (row) => (row.outcome === null ? "—" : <Short>{saidText(text, row.outcome)}</Short>),
    },
    {
      key: "account",
      title: t("customer.one"),
      grow: true,
      render: (row) => (row.account === null ? "—" : <KnownPerson id={row.account} />),
    },
    { key: "copies", title: t("delivery.copies"), numeric: true, render: (row) => number(row.copies) },
    { key: "at", title: t("delivery.receivedAt"), phone: "side", render: (row) => <Time at={row.receivedAt} /> },
  ];
  return <DataTable label={t("nav.deliveries")} columns={columns} rows={rows} rowKey={(row) => row.id} empty={empty} />;
}
