/* What does not agree between a provider and us, each with its kind, what was said, and whether somebody has looked. */
import { type ReactNode } from "react";
import { Link } from "react-router";
import type { Mismatch } from "../api/money";
import { useText } from "../i18n/i18n";
import { Short, Time } from "./facts";
import { ProviderName } from "./payments";
import { Pill } from "./pill";
import { Paid } from "./sum";
import { saidText } from "./said";
import { type Column, DataTable } from "./table";

/** What was said, and, once somebody has looked, what came of it and who that was. */
function Said({ row: { said, amount, resolution, resolverEmail, resolvedAt } }: { row: Mismatch }) {
  const text = useText();
  const parts = [
    said === null ? null : saidText(text, said, amount?.currency),
    resolution,
    resolvedAt === null || resolverEmail === null ? null : text.t("mismatch.by", { who: resolverEmail }),
  ];
  return <Short>{parts.filter(Boolean).join(" · ") || "—"}</Short>;
}

export function MismatchTable({
  rows,
  acts,
  empty,
}: {
  rows: readonly Mismatch[];
  acts?: (row: Mismatch) => ReactNode;
  empty?: string;
}) {
  const { t, known } = useText();
  const columns: Column<Mismatch>[] = [
    {
      key: "kind",
      title: t("mismatch.kind"),
      phone: "main",
      tight: true,
      render: ({ kind }) => known(`mismatch.of.${kind}`) ?? kind,
    },
    {
      key: "state",
      title: t("order.state"),
      tight: true,
      phone: "sub",
      render: ({ resolvedAt }) =>
        resolvedAt === null ? (
          <Pill tone="due" icon="warn">
            {t("mismatch.open")}
          </Pill>
        ) : (
          <Pill tone="on" icon="good">
            {t("mismatch.resolved")}
          </Pill>
        ),
    },
    {
      key: "said",
      title: t("payment.said"),
      grow: true,
      phone: "more",
      render: (row) => <Said row={row} />,
    },
    {
      key: "provider",
      title: t("payment.provider"),
      tight: true,
      render: ({ provider }) => (provider === null ? "—" : <ProviderName name={provider} />),
    },
    {
      key: "order",
      title: t("order.one"),
      tight: true,
      phone: "more",
      render: ({ order, delivery }) =>
        order !== null ? (
          <Link to={`/operator/orders/${order}`}>{t("mismatch.toOrder")}</Link>
        ) : delivery !== null ? (
          <Link to={`/operator/deliveries/${delivery}`}>{t("delivery.one")}</Link>
        ) : (
          "—"
        ),
    },
    {
      key: "amount",
      title: t("line.amount"),
      numeric: true,
      phone: "end",
      render: ({ amount }) => (amount === null ? "—" : <Paid sum={amount} />),
    },
    { key: "at", title: t("mismatch.at"), phone: "side", render: ({ createdAt }) => <Time at={createdAt} /> },
    ...(acts === undefined ? [] : [{ key: "acts", title: t("table.actions"), actions: true, render: acts }]),
  ];
  return (
    <DataTable
      label={t("mismatch.title")}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      empty={empty ?? t("list.noMatch")}
    />
  );
}
