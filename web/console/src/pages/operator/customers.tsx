import { useState } from "react";
import { Link } from "react-router";
import { useAccounts, useOverview } from "../../api/queries";
import type { Account } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { useAddress } from "../../ui/address";
import { Credits, Time } from "../../ui/facts";
import { Find } from "../../ui/filters";
import { GrantDialog, type Granted } from "../../ui/grant-dialog";
import { Icon } from "../../ui/icon";
import { LoadedList } from "../../ui/loaded";
import { Menu } from "../../ui/menu";
import { Page, Toolbar } from "../../ui/page";
import { Pill } from "../../ui/pill";
import { type Column, DataTable } from "../../ui/table";

function CustomerTable({ rows, onGrant }: { rows: readonly Account[]; onGrant: (to: Granted) => void }) {
  const { t, number } = useText();
  const columns: Column<Account>[] = [
    {
      key: "email",
      title: t("field.emailLabel"),
      grow: true,
      phone: "main",
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
    { key: "created", title: t("customer.since"), render: (row) => <Time at={row.createdAt} /> },
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
                ...(row.role === "merchant"
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
      empty={t("customer.noMatch")}
    />
  );
}

export default function Customers() {
  const { t } = useText();
  const [address, write] = useAddress();
  const [granting, setGranting] = useState<Granted | null>(null);
  const read = useAccounts(address("search"));
  const counted = useOverview();
  return (
    <Page title={t("nav.customers")} count={address("search") === "" ? counted.data?.accounts : undefined}>
      <Toolbar>
        <Find value={address("search")} label={t("customer.find")} onFind={(search) => write({ search })} />
      </Toolbar>
      <LoadedList read={read} rows={12}>
        {(rows) => <CustomerTable rows={rows} onGrant={setGranting} />}
      </LoadedList>
      <GrantDialog to={granting} onClose={() => setGranting(null)} />
    </Page>
  );
}
