import { Button, Input } from "antd";
import { useEffect, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useAccounts } from "../../api/queries";
import type { Account } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Pill } from "../../ui/badge";
import { GrantDialog } from "../../ui/grant-dialog";
import { LoadedList } from "../../ui/loaded";
import { Page, Section } from "../../ui/page";
import { type Column, DataTable } from "../../ui/table";

/** Typing is not asking: wait until the fingers rest. */
const REST_MS = 300;

function useSearch(): [string, (text: string) => void, string] {
  const [query, setQuery] = useSearchParams();
  const searched = query.get("search") ?? "";
  const [typed, setTyped] = useState(searched);
  useEffect(() => {
    if (typed.trim() === searched) return undefined;
    const timer = setTimeout(
      () => setQuery(typed.trim() === "" ? {} : { search: typed.trim() }, { replace: true }),
      REST_MS,
    );
    return () => clearTimeout(timer);
  }, [typed, searched, setQuery]);
  return [typed, setTyped, searched];
}

export default function Accounts() {
  const { t, number, day, ago } = useText();
  const [typed, setTyped, searched] = useSearch();
  const [granting, setGranting] = useState<string | null>(null);
  const read = useAccounts(searched);
  const columns: Column<Account>[] = [
    {
      key: "email",
      title: t("field.emailLabel"),
      main: true,
      render: (row) => (
        <span className="line">
          <Link to={`/operator/accounts/${row.id}`}>{row.email}</Link>
          {row.role === "operator" && <Pill colour="#3b82f6">{t("role.operator")}</Pill>}
          {row.disabled && <Pill colour="#ef4444">{t("accounts.disabled")}</Pill>}
        </span>
      ),
    },
    { key: "name", title: t("field.name"), render: (row) => row.name ?? "—" },
    { key: "credits", title: t("credits.name"), numeric: true, render: (row) => number(row.credits) },
    { key: "shops", title: t("overview.shops"), numeric: true, render: (row) => number(row.shops) },
    { key: "created", title: t("accounts.since"), tight: true, render: (row) => day(row.createdAt) },
    {
      key: "login",
      title: t("accounts.lastLogin"),
      render: (row) => (row.lastLoginAt === null ? "—" : ago(row.lastLoginAt)),
    },
    {
      key: "actions",
      title: t("table.actions"),
      actions: true,
      render: (row) =>
        row.role === "merchant" && (
          <Button size="small" onClick={() => setGranting(row.email)} aria-label={`${t("grant.title")}: ${row.email}`}>
            {t("grant.short")}
          </Button>
        ),
    },
  ];
  return (
    <Page title={t("nav.accounts")} intro={t("accounts.intro")}>
      <Section
        title={t("accounts.list")}
        extra={
          <Input.Search
            allowClear
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
            aria-label={t("accounts.search")}
            placeholder={t("accounts.search")}
            style={{ width: 280, maxWidth: "100%" }}
          />
        }
      >
        <LoadedList read={read}>
          {(rows) => (
            <DataTable
              label={t("accounts.list")}
              columns={columns}
              rows={rows}
              rowKey={(row) => row.id}
              empty={t("accounts.none")}
            />
          )}
        </LoadedList>
      </Section>
      <GrantDialog email={granting ?? ""} open={granting !== null} onClose={() => setGranting(null)} />
    </Page>
  );
}
