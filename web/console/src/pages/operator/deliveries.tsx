/* What others delivered here: payment notices, callbacks, synchronised chats. What was not acted on comes first to mind. */
import { Link } from "react-router";
import { useDeliveries } from "../../api/queries";
import type { Delivery, DeliveryFilter } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { useAddress } from "../../ui/address";
import { endOf, startOf } from "../../ui/days";
import { Short, Time } from "../../ui/facts";
import { Chips, Days, Export, isNarrow } from "../../ui/filters";
import { Icon } from "../../ui/icon";
import { LoadedList } from "../../ui/loaded";
import { Page, Teach, Toolbar } from "../../ui/page";
import { KnownPerson } from "../../ui/person";
import { StatusPill } from "../../ui/pill";
import { type Column, DataTable } from "../../ui/table";

const STATES = ["received", "acted", "failed", "refused"] as const;
const SENDER_MAX = 64;

function useDeliveryFilter(): DeliveryFilter {
  const [read] = useAddress();
  return {
    from: startOf(read("from")),
    to: endOf(read("to")),
    state: STATES.find((state) => state === read("state")),
    sender: read("sender").slice(0, SENDER_MAX) || undefined,
  };
}

function DeliveryTable({ rows }: { rows: readonly Delivery[] }) {
  const { t, number } = useText();
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
      render: (row) => (row.outcome === null ? "—" : <Short>{row.outcome}</Short>),
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
  return (
    <DataTable
      label={t("nav.deliveries")}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      empty={t("list.noMatch")}
    />
  );
}

export default function Deliveries() {
  const { t } = useText();
  const [address, write] = useAddress();
  const filter = useDeliveryFilter();
  const read = useDeliveries(filter);
  return (
    <Page title={t("nav.deliveries")} intro={t("delivery.intro")}>
      <Toolbar>
        {filter.sender !== undefined && (
          <span className="chip chip-chosen chip-of">
            <span translate="no">{filter.sender}</span>
            <button
              type="button"
              aria-label={t("list.allOf", { name: t("delivery.sender") })}
              onClick={() => write({ sender: "" })}
            >
              <Icon name="close" />
            </button>
          </span>
        )}
        <Chips
          label={t("delivery.filter")}
          choices={STATES.map((value) => ({ value, text: t(`delivery.${value}`) }))}
          value={filter.state ?? ""}
          onChoose={(state) => write({ state })}
        />
        <Days from={address("from")} to={address("to")} onDays={write} />
        <span className="end">
          <Export path="/api/operator/deliveries" wanted={filter} name="chathub-deliveries" />
        </span>
      </Toolbar>
      <LoadedList read={read} rows={12}>
        {(rows) =>
          rows.length === 0 && !isNarrow(filter) ? (
            <Teach icon="inbox" title={t("delivery.none")}>
              {t("delivery.noneText")}
            </Teach>
          ) : (
            <DeliveryTable rows={rows} />
          )
        }
      </LoadedList>
    </Page>
  );
}
