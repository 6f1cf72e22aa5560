/* The audit trail as a table: for a merchant the own, for an operator everybody's. */
import { Link } from "react-router";
import type { AuditEntry, OperatorAuditEntry } from "../api/types";
import { type Text, useText } from "../i18n/i18n";
import { browserName } from "./browser";
import { type Column, DataTable } from "./table";

const DETAILS_MAX = 6;

/** Words of the server's that have their texts elsewhere; those of the others stand at `detail.<name>.<word>`. */
const WORDS: Readonly<Record<string, string>> = {
  backend: "chatbot.backend",
  kind: "secret",
  state: "chatbot.state",
  status: "subscription.state",
};
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** What stands in the trail, as a person says it; what we do not know as it stands there. */
export function detailText({ known, time }: Pick<Text, "known" | "time">, name: string, value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  if (TIME.test(value)) return time(value);
  return known(`${WORDS[name] ?? `detail.${name}`}.${value}`) ?? value;
}

function Details({ details }: { details: AuditEntry["details"] }) {
  const text = useText();
  const entries = Object.entries(details)
    .filter(([, value]: [string, unknown]) => value !== null)
    .slice(0, DETAILS_MAX);
  if (entries.length === 0) return "—";
  return (
    <span className="details">
      {entries.map(([name, value]) => (
        <span key={name}>
          {text.known(`detail.${name}`) ?? name}: {detailText(text, name, value)}
        </span>
      ))}
    </span>
  );
}

type Entry = AuditEntry | OperatorAuditEntry;

/** An operator also sees whose trail an entry stands in. */
function owner(row: Entry) {
  if (!("account" in row) || row.account === null) return "—";
  return <Link to={`/operator/accounts/${row.account}`}>#{row.account}</Link>;
}

export function AuditTable({ rows, operator = false }: { rows: readonly Entry[]; operator?: boolean }) {
  const { t, known, time } = useText();
  const resource = ({ resource: kind, resourceId }: Entry) => {
    if (kind === null) return "—";
    const name = known(`resource.${kind}`) ?? kind;
    return resourceId === null ? name : `${name} #${resourceId}`;
  };
  const from = ({ network, userAgent }: Entry) => {
    const parts = [network, userAgent === null ? null : browserName(userAgent)].filter(
      (part) => part !== null && part !== "",
    );
    return parts.length === 0 ? "—" : parts.join(" · ");
  };
  const account: Column<Entry> = { key: "account", title: t("jobs.account"), tight: true, render: owner };
  const columns: Column<Entry>[] = [
    { key: "time", title: t("audit.time"), tight: true, render: (row) => time(row.createdAt) },
    {
      key: "action",
      title: t("audit.action"),
      main: true,
      tight: true,
      render: (row) => known(`action.${row.action}`) ?? row.action,
    },
    { key: "resource", title: t("audit.resource"), tight: true, render: resource },
    ...(operator ? [account] : []),
    { key: "actor", title: t("audit.actor"), tight: true, render: (row) => known(`actor.${row.actor}`) ?? row.actor },
    { key: "from", title: t("audit.from"), render: (row) => <span className="small">{from(row)}</span> },
    { key: "details", title: t("audit.details"), render: (row) => <Details details={row.details} /> },
  ];
  return (
    <DataTable
      label={t("audit.title")}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      empty={t("audit.empty")}
    />
  );
}
