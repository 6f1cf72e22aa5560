/* The shops of all customers. Search, state and order stand in the address; the server finds, sorts and counts. */
import { Link } from "react-router";
import { useHouse } from "../../api/queries";
import type { HouseFilter, ListedShop } from "../../api/types";
import { type Text, useText } from "../../i18n/i18n";
import { useAddress } from "../../ui/address";
import { LastDay, Person, Short, Time } from "../../ui/facts";
import { Choose, Export, Find, isNarrow } from "../../ui/filters";
import { LoadedList } from "../../ui/loaded";
import { Page, Teach, Toolbar } from "../../ui/page";
import { StatusPill } from "../../ui/pill";
import { type Column, DataTable, type Sort } from "../../ui/table";

const STATES = ["active", "pastDue", "provisioning", "suspended", "failed", "disabled", "paused", "deleted"] as const;
const SORTS = ["newest", "oldest", "name", "nameDown", "ending"] as const;
const SEARCH_MAX = 100;

function useHouseFilter(): HouseFilter {
  const [read] = useAddress();
  const search = read("search").slice(0, SEARCH_MAX) || undefined;
  const state = STATES.find((name) => name === read("state"));
  const sort = SORTS.find((name) => name === read("sort"));
  return { search, state, sort: sort !== undefined && sortsBy(sort, search, state) ? sort : undefined };
}

/** In a state the age is all one can sort by; what ends next is an order of what is on, and not searched. */
function sortsBy(sort: NonNullable<HouseFilter["sort"]>, search?: string, state?: HouseFilter["state"]): boolean {
  if (sort === "ending") return search === undefined && (state === undefined || state === "active");
  return sort === "newest" || sort === "oldest" || state === undefined || search !== undefined;
}

const SORT_OF: Readonly<Record<NonNullable<HouseFilter["sort"]>, Sort>> = {
  newest: { by: "created", down: true },
  oldest: { by: "created", down: false },
  name: { by: "name", down: false },
  nameDown: { by: "name", down: true },
  ending: { by: "ends", down: false },
};

function nameOf({ by, down }: Sort) {
  if (by === "ends") return "ending";
  return by === "name" ? (down ? "nameDown" : "name") : down ? "newest" : "oldest";
}

/** One that is on and not paid says so; the state of the chatbot alone would not. */
const stateOf = (row: ListedShop) =>
  row.status === "deleted"
    ? "deleted"
    : row.status === "suspended"
      ? "paused"
      : row.pastDue
        ? "past_due"
        : row.chatbot_state;

/** Of those that are out: since when, and why. */
function outOf(state: HouseFilter["state"], t: Text["t"]): Column<ListedShop>[] {
  const since = (key: "suspendedAt" | "deletedAt"): Column<ListedShop> => ({
    key,
    title: t(`house.${key}`),
    tight: true,
    render: ({ [key]: at }) => (at === null ? "—" : <Time at={at} />),
  });
  const why: Column<ListedShop> = {
    key: "why",
    title: t("field.reason"),
    grow: true,
    phone: "sub",
    render: ({ suspendedReason }) => (suspendedReason === null ? "—" : <Short>{suspendedReason}</Short>),
  };
  return state === "paused" ? [why, since("suspendedAt")] : state === "deleted" ? [since("deletedAt")] : [];
}

function ShopTable({ rows, filter }: { rows: readonly ListedShop[]; filter: HouseFilter }) {
  const { t } = useText();
  const [, write] = useAddress();
  const columns: Column<ListedShop>[] = [
    {
      key: "name",
      title: t("shop.name"),
      grow: true,
      phone: "main",
      sortable: sortsBy("name", filter.search, filter.state),
      render: (row) => (
        <Link to={`/operator/shops/${row.id}`} className="short" title={row.shop_name}>
          {row.shop_name}
        </Link>
      ),
    },
    {
      key: "domain",
      title: t("shop.domain"),
      grow: true,
      phone: "sub",
      render: (row) => (row.domain === null ? <span className="muted">—</span> : <Short>{row.domain}</Short>),
    },
    {
      key: "state",
      title: t("customer.state"),
      tight: true,
      phone: "end",
      render: (row) => <StatusPill state={stateOf(row)} />,
    },
    ...outOf(filter.state, t),
    {
      key: "ends",
      title: t("house.expiresAt"),
      tight: true,
      sortable: sortsBy("ending", filter.search, filter.state),
      render: (row) =>
        row.expiresAt === null ? (
          <span className="muted">—</span>
        ) : (
          <>
            <LastDay at={row.expiresAt} />
            {!row.renews && <span className="muted"> · {t("house.endsThen")}</span>}
          </>
        ),
    },
    {
      key: "account",
      title: t("customer.one"),
      grow: true,
      render: (row) => <Person id={row.account} email={row.email} name={row.email} />,
    },
    {
      key: "created",
      title: t("house.created"),
      phone: "side",
      sortable: true,
      numeric: true,
      render: (row) => <Time at={row.createdAt} />,
    },
  ];
  return (
    <DataTable
      label={t("house.title")}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      empty={t("list.noMatch")}
      sort={SORT_OF[filter.sort ?? "newest"]}
      onSort={(sort) => write({ sort: nameOf(sort) })}
    />
  );
}

export default function OperatorShops() {
  const { t, number } = useText();
  const [address, write] = useAddress();
  const filter = useHouseFilter();
  const { read, total, more } = useHouse(filter);
  const narrow = isNarrow({ search: filter.search, state: filter.state });
  return (
    <Page
      title={t("house.title")}
      count={more ? undefined : total}
      intro={more && total !== undefined ? t("list.moreThan", { n: number(total) }) : undefined}
    >
      <Toolbar>
        <Find value={address("search")} label={t("house.find")} onFind={(search) => write({ search })} />
        <Choose
          label={t("customer.state")}
          choices={STATES.map((value) => ({ value, text: t(`house.${value}`) }))}
          value={filter.state ?? ""}
          onPick={(state) => write({ state })}
        />
        <span className="end">
          <Export path="/api/operator/shops" wanted={filter} name="chathub-shops" />
        </span>
      </Toolbar>
      <LoadedList read={read} rows={12}>
        {(rows) =>
          rows.length === 0 && !narrow ? (
            <Teach icon="shop" title={t("house.none")}>
              {t("house.noneText")}
            </Teach>
          ) : (
            <ShopTable rows={rows} filter={filter} />
          )
        }
      </LoadedList>
    </Page>
  );
}
