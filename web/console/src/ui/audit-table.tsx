/* The audit trail as a table: for a merchant the own, for an operator everybody's. */
import type { AuditEntry, OperatorAuditEntry } from "../api/types";
import { useText } from "../i18n/i18n";
import { useOffers } from "../api/money";
import { detailName, detailsOf, detailText, namesPlan } from "./audit-words";
import { browserName } from "./browser";
import { Shop, Time } from "./facts";
import { KnownPerson } from "./person";
import { nameOf } from "./sum";
import { type Column, DataTable } from "./table";

const DETAILS_MAX = 6;

/** How plans are called now, in the reader's language; asked for where the trail names one. */
function usePlanName(rows: readonly Entry[]): (code: string) => string | undefined {
  const { lang } = useText();
  const { data } = useOffers(rows.some(({ details }) => namesPlan(details)));
  return (code) => {
    const plan = data?.offers.find((offer) => offer.kind === "plan" && offer.code === code);
    return plan && nameOf(lang, plan);
  };
}

interface DetailsProps {
  details: AuditEntry["details"];
  planName: (code: string) => string | undefined;
}

function Details({ details, planName }: DetailsProps) {
  const text = { ...useText(), planName };
  const entries = Object.entries(detailsOf(details))
    .filter(([, value]: [string, unknown]) => value !== null)
    .slice(0, DETAILS_MAX)
    .map(([name, value]) => [detailName(text, name), detailText(text, name, value)] as const);
  if (entries.length === 0) return "—";
  return (
    <span className="details" title={entries.map((entry) => entry.join(": ")).join("\n")}>
      {entries.map(([name, value]) => (
        <span key={name}>
          {name}: {value}
        </span>
      ))}
    </span>
  );
}

type Entry = AuditEntry | OperatorAuditEntry;

function From({ network, userAgent }: Pick<Entry, "network" | "userAgent">) {
  const parts = [network, userAgent === null ? null : browserName(userAgent)].filter(
    (part) => part !== null && part !== "",
  );
  const text = parts.join(" · ");
  return text === "" ? (
    "—"
  ) : (
    <span className="short" title={text}>
      {text}
    </span>
  );
}

/** Who it was, where the server says it; oneself is known. */
function By({ actor, actorEmail }: Pick<Entry, "actor" | "actorEmail">) {
  const { known } = useText();
  const kind = known(`actor.${actor}`) ?? actor;
  if (actorEmail === null || actor === "you") return kind;
  return (
    <span className="short" title={`${kind} · ${actorEmail}`}>
      {kind} · <span translate="no">{actorEmail}</span>
    </span>
  );
}

interface Props {
  rows: readonly Entry[];
  operator?: boolean;
  /** A filter is on. */
  narrow?: boolean;
}

export function AuditTable({ rows, operator = false, narrow = false }: Props) {
  const { t, known } = useText();
  const planName = usePlanName(rows);
  const resource = ({ resource: kind, resourceId }: Entry) => {
    if (kind === null) return "—";
    if (kind === "shop" && resourceId !== null && !operator) return <Shop id={resourceId} />;
    return known(`resource.${kind}`) ?? kind;
  };
  const account: Column<Entry> = {
    key: "account",
    title: t("customer.one"),
    grow: true,
    render: (row) => ("account" in row && row.account !== null ? <KnownPerson id={row.account} /> : "—"),
  };
  const columns: Column<Entry>[] = [
    { key: "time", title: t("audit.time"), phone: "end", render: (row) => <Time at={row.createdAt} /> },
    {
      key: "action",
      title: t("audit.action"),
      phone: "main",
      render: (row) => known(`action.${row.action}`) ?? row.action,
    },
    { key: "resource", title: t("audit.resource"), grow: true, render: resource },
    ...(operator ? [account] : []),
    {
      key: "actor",
      title: t("audit.actor"),
      grow: true,
      phone: "more",
      render: (row) => <By {...row} />,
    },
    { key: "from", title: t("audit.from"), grow: true, render: (row) => <From {...row} /> },
    {
      key: "details",
      title: t("audit.details"),
      grow: true,
      phone: "sub",
      render: (row) => <Details details={row.details} planName={planName} />,
    },
  ];
  return (
    <DataTable
      label={t("audit.title")}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      empty={t(narrow ? "list.noMatch" : "audit.empty")}
    />
  );
}
