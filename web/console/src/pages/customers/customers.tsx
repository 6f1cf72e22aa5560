/* The customers of the account's shops: of whom a name or an address is known, who was seen last first. */
import { Link } from "react-router";
import { useKnownCustomers, useShops } from "../../api/queries";
import type { CustomersAsked, KnownCustomer } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { idOf, useAddress } from "../../ui/address";
import { LinkButton } from "../../ui/button";
import { Shop, Time } from "../../ui/facts";
import { endOf, startOf } from "../../ui/days";
import { Choose, Days, Export, Find, isNarrow } from "../../ui/filters";
import { LoadedList } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { Page, Teach, Toolbar } from "../../ui/page";
import { Pill } from "../../ui/pill";
import { type Column, DataTable, type Sort } from "../../ui/table";

const SEARCH_MAX = 100;

const sortOf = ({ sort }: CustomersAsked): Sort => ({ by: "seen", down: sort !== "oldest" });

interface TableProps {
  rows: readonly KnownCustomer[];
  asked: CustomersAsked;
  onSort: (sort: Sort) => void;
}

export function CustomerTable({ rows, asked, onSort }: TableProps) {
  const { t } = useText();
  const columns: Column<KnownCustomer>[] = [
    {
      key: "name",
      title: t("people.name"),
      grow: true,
      phone: "main",
      render: ({ id, name, email, subject }) => {
        const shown = name || email || subject;
        return (
          <Link to={`/customers/${id}`} className="short" title={shown} dir="auto">
            {shown}
          </Link>
        );
      },
    },
    {
      key: "email",
      title: t("people.email"),
      grow: true,
      phone: "sub",
      render: ({ email }) =>
        email === "" ? (
          <span className="muted">—</span>
        ) : (
          <span className="short" title={email} translate="no">
            {email}
          </span>
        ),
    },
    {
      key: "marks",
      title: t("people.marks"),
      tight: true,
      phone: "end",
      render: ({ vouched, blocked }) => (
        <>
          {vouched && <Pill tone="on">{t("people.signedIn")}</Pill>}
          {blocked && <Pill tone="stop">{t("people.blocked")}</Pill>}
        </>
      ),
    },
    { key: "shop", title: t("people.shop"), grow: true, render: ({ shop }) => <Shop id={shop} /> },
    {
      key: "seen",
      title: t("people.seen"),
      numeric: true,
      phone: "side",
      sortable: asked.search === undefined,
      render: ({ seenAt }) => <Time at={seenAt} />,
    },
  ];
  return (
    <DataTable
      label={t("nav.people")}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      empty={t(isNarrow({ ...asked, sort: undefined }) ? "list.noMatch" : "people.none")}
      sort={sortOf(asked)}
      onSort={onSort}
    />
  );
}

function useAsked(): CustomersAsked {
  const [address] = useAddress();
  const search = address("search").slice(0, SEARCH_MAX) || undefined;
  const asked = {
    search,
    shop: idOf(address("shop")),
    // What is searched comes in an order of its own.
    sort: address("sort") === "oldest" && search === undefined ? ("oldest" as const) : undefined,
    from: startOf(address("from")),
    to: endOf(address("to")),
  };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
}

export default function Customers() {
  const { t, number } = useText();
  const [address, write] = useAddress();
  const shops = useShops();
  const { books } = useMay();
  const asked = useAsked();
  const { read, total, more } = useKnownCustomers(asked);
  const narrow = isNarrow({ ...asked, sort: undefined });
  return (
    <Page
      title={t("nav.people")}
      count={more ? undefined : total}
      intro={more && total !== undefined ? t("list.moreThan", { n: number(total) }) : t("people.intro")}
    >
      <Toolbar>
        <Find value={address("search")} label={t("people.find")} onFind={(text) => write({ search: text })} />
        {(shops.data?.shops.length ?? 0) > 1 && (
          <Choose
            label={t("people.shop")}
            choices={(shops.data?.shops ?? []).map(({ id, shop_name: text }) => ({ value: String(id), text }))}
            value={asked.shop === undefined ? "" : String(asked.shop)}
            onPick={(value) => write({ shop: value })}
          />
        )}
        <Days from={address("from")} to={address("to")} onDays={write} />
        <span className="end">
          <Export path="/api/customers" wanted={asked} name="chathub-customers" />
        </span>
      </Toolbar>
      <LoadedList read={read} rows={12}>
        {(rows) =>
          rows.length === 0 && !narrow && !read.isPlaceholderData ? (
            <Teach
              icon="people"
              title={t("people.none")}
              action={books && <LinkButton to="/shops">{t("visitors.noneAct")}</LinkButton>}
            >
              {t("people.noneText")}
            </Teach>
          ) : (
            <CustomerTable rows={rows} asked={asked} onSort={({ down }) => write({ sort: down ? "" : "oldest" })} />
          )
        }
      </LoadedList>
    </Page>
  );
}
