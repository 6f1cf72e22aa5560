/* The versions of one price: since when each is sold, by whom, and how many orders stand at it. */
import { type OfferVersion, usePriceVersions } from "../../api/money";
import { useText } from "../../i18n/i18n";
import { Short, Time } from "../../ui/facts";
import { LoadedList } from "../../ui/loaded";
import { Page } from "../../ui/page";
import { Pill } from "../../ui/pill";
import { useWebsites } from "../../ui/plan-parts";
import { nameOf, Paid } from "../../ui/sum";
import { type Column, DataTable } from "../../ui/table";

/** Orders are counted so far. */
const COUNTED_MAX = 1000;

/** What a plan or a pack has, in a few words. */
export function useHas() {
  const { t } = useText();
  const websites = useWebsites();
  return (offer: Pick<OfferVersion, "kind" | "credits" | "seats" | "websites">) =>
    offer.kind === "credits"
      ? t("credits.n", { n: offer.credits })
      : `${t("plan.seats", { n: offer.seats })} · ${websites(offer.websites)}`;
}

function Since({ row }: { row: OfferVersion }) {
  const { t } = useText();
  return row.sold ? (
    <>
      <Time at={row.createdAt} /> <Pill tone="on">{t("price.now")}</Pill>
    </>
  ) : (
    <>
      <Time at={row.createdAt} /> – {row.replacedAt !== null && <Time at={row.replacedAt} />}
    </>
  );
}

export function VersionTable({ rows }: { rows: readonly OfferVersion[] }) {
  const { t, number } = useText();
  const has = useHas();
  const columns: Column<OfferVersion>[] = [
    {
      key: "version",
      title: t("price.version"),
      phone: "main",
      render: ({ version }) => t("price.versionN", { n: number(version) }),
    },
    { key: "since", title: t("price.since"), grow: true, phone: "sub", render: (row) => <Since row={row} /> },
    {
      key: "by",
      title: t("price.by"),
      grow: true,
      render: ({ actor, actorEmail }) =>
        actor === null ? t("price.byProgram") : actorEmail === null ? t("person.unnamed") : <Short>{actorEmail}</Short>,
    },
    { key: "has", title: t("price.has"), grow: true, render: has },
    {
      key: "more",
      title: t("price.seatPrice"),
      numeric: true,
      render: ({ seatPrice }) => (seatPrice.amount === 0 ? "—" : <Paid sum={seatPrice} />),
    },
    {
      key: "orders",
      title: t("price.orders"),
      numeric: true,
      phone: "side",
      render: ({ orders }) =>
        orders > COUNTED_MAX ? t("price.ordersMore", { n: number(COUNTED_MAX) }) : t("price.ordersN", { n: orders }),
    },
    { key: "price", title: t("price.price"), numeric: true, phone: "end", render: ({ price }) => <Paid sum={price} /> },
  ];
  return (
    <DataTable
      label={t("price.versions")}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      empty={t("price.noVersions")}
    />
  );
}

export function PriceVersions({ code, currency }: { code: string; currency: string }) {
  const { t, lang } = useText();
  const read = usePriceVersions(code, currency);
  const newest = read.data?.pages[0]?.[0];
  return (
    <Page
      title={t("price.versionsOf", { name: newest === undefined ? code : nameOf(lang, newest) })}
      back={{ to: "/operator/catalogue/prices", text: t("money.prices") }}
      intro={t("price.versionsText")}
    >
      <LoadedList read={read} rows={4}>
        {(rows) => <VersionTable rows={rows} />}
      </LoadedList>
    </Page>
  );
}
