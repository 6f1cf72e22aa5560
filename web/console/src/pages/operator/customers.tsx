import { useState } from "react";
import { Link } from "react-router";
import { useAccounts } from "../../api/queries";
import type { Account, AccountFilter } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { useAddress } from "../../ui/address";
import { Credits, Time } from "../../ui/facts";
import { endOf, startOf } from "../../ui/days";
import { Choose, Days, Export, Find, isNarrow } from "../../ui/filters";
import { GrantDialog, type Granted } from "../../ui/grant-dialog";
import { Icon } from "../../ui/icon";
import { LoadedList } from "../../ui/loaded";
import { Menu } from "../../ui/menu";
import { Page, Toolbar } from "../../ui/page";
import { Pill } from "../../ui/pill";
import { type Column, DataTable, type Sort } from "../../ui/table";

const SORTS = ["newest", "oldest", "email", "emailDown"] as const;
const SEARCH_MAX = 100;

function useAccountFilter(): AccountFilter {
  const [read] = useAddress();
  const search = read("search").slice(0, SEARCH_MAX) || undefined;
  const state = read("state") === "disabled" ? "disabled" : undefined;
  const sort = SORTS.find((name) => name === read("sort"));
  const byEmail = sort === "email" || sort === "emailDown";
  // What is searched comes newest first, and the disabled ones are in the order of their age.
  const kept = search !== undefined || (state !== undefined && byEmail) ? undefined : sort;
  return { search, state, sort: kept, from: startOf(read("from")), to: endOf(read("to")) };
}

const sortOf = ({ sort = "newest" }: AccountFilter): Sort => ({
  by: sort === "email" || sort === "emailDown" ? "email" : "created",
  down: sort === "newest" || sort === "emailDown",
});

const nameOf = ({ by, down }: Sort) => (by === "email" ? (down ? "emailDown" : "email") : down ? "newest" : "oldest");

interface TableProps {
  rows: readonly Account[];
  filter: AccountFilter;
  onGrant: (to: Granted) => void;
}

function CustomerTable({ rows, filter, onGrant }: TableProps) {
  const { t, number } = useText();
  const [, write] = useAddress();
  const columns: Column<Account>[] = [
    {
      key: "email",
      title: t("field.emailLabel"),
      grow: true,
      phone: "main",
      sortable: filter.search === undefined && filter.state === undefined,
      render: (row) => (
        <Link to={`/operator/customers/${row.id}`} className="short" title={row.email} translate="no">
          {row.email}
        </Link>
      ),
    },
    {
      key: "name",
      title: t("field.name"),
      grow: true,
      phone: "sub",
      render: (row) =>
        row.name === null ? (
          <span className="muted">—</span>
        ) : (
          <span className="short" title={row.name}>
            {row.name}
          </span>
        ),
    },
    {
      key: "state",
      title: t("customer.state"),
      tight: true,
      phone: "end",
      render: (row) => (
        <>
          {row.role === "operator" && <Pill tone="busy">{t("role.operator")}</Pill>}
          {row.merchantId !== null && <Pill tone="off">{t("customer.ofPanel")}</Pill>}
          {row.disabled && <Pill tone="stop">{t("customer.disabled")}</Pill>}
        </>
      ),
    },
    {
      key: "credits",
      title: t("credits.name"),
      numeric: true,
      phone: "side",
      render: (row) => <Credits n={row.credits} />,
    },
    { key: "shops", title: t("overview.shops"), numeric: true, render: (row) => number(row.shops) },
    {
      key: "created",
      title: t("customer.since"),
      numeric: true,
      sortable: filter.search === undefined,
      render: (row) => <Time at={row.createdAt} />,
    },
    {
      key: "login",
      title: t("customer.lastLogin"),
      render: (row) => (row.lastLoginAt === null ? "—" : <Time at={row.lastLoginAt} />),
    },
    {
      key: "actions",
      title: t("table.actions"),
      actions: true,
      render: (row) => (
        <Menu
          label={t("customer.moreOf", { email: row.email })}
          trigger={<Icon name="more" />}
          groups={[
            {
              key: "acts",
              items: [
                { key: "open", label: t("customer.open"), to: `/operator/customers/${row.id}` },
                ...(row.role === "merchant" && row.merchantId === null
                  ? [
                      {
                        key: "grant",
                        label: t("grant.title"),
                        onPick: () => onGrant({ email: row.email, credits: row.credits }),
                      },
                    ]
                  : []),
              ],
            },
          ]}
        />
      ),
    },
  ];
  return (
    <DataTable
      label={t("nav.customers")}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      empty={t(isNarrow({ ...filter, sort: undefined }) ? "list.noMatch" : "customer.noMatch")}
      sort={sortOf(filter)}
      onSort={(sort) => write({ sort: nameOf(sort) })}
    />
  );
}

export default function Customers() {
  const { t, number } = useText();
  const [address, write] = useAddress();
  const [granting, setGranting] = useState<Granted | null>(null);
  const filter = useAccountFilter();
  const { read, total, more } = useAccounts(filter);
  return (
    <Page
      title={t("nav.customers")}
      count={more ? undefined : total}
      intro={more && total !== undefined ? t("list.moreThan", { n: number(total) }) : undefined}
    >
      <Toolbar>
        <Find value={address("search")} label={t("customer.find")} onFind={(search) => write({ search })} />
        <Choose
          label={t("customer.state")}
          choices={[{ value: "disabled", text: t("customer.disabled") }]}
          value={filter.state ?? ""}
          onPick={(state) => write({ state })}
        />
        <Days from={address("from")} to={address("to")} onDays={write} />
        <span className="end">
          <Export path="/api/operator/accounts" wanted={filter} name="chathub-customers" />
        </span>
      </Toolbar>
      <LoadedList read={read} rows={12}>
        {(rows) => <CustomerTable rows={rows} filter={filter} onGrant={setGranting} />}
      </LoadedList>
      <GrantDialog to={granting} onClose={() => setGranting(null)} />
    </Page>
  );
}
