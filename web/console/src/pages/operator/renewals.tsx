/* Renewals that fail for a reason that is not the customer's: each is somebody's chatbot, so each has a name. */
import { Link } from "react-router";
import { useAccount, useRenewals } from "../../api/queries";
import type { FailingRenewal } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Short, Time } from "../../ui/facts";
import { Export } from "../../ui/filters";
import { LoadedList } from "../../ui/loaded";
import { Page, Teach, Toolbar } from "../../ui/page";
import { KnownPerson } from "../../ui/person";
import { type Column, DataTable } from "../../ui/table";

function ShopOf({ row }: { row: FailingRenewal }) {
  const { t } = useText();
  const { data, isError } = useAccount(row.account);
  const name = data?.shops.find(({ id }) => id === row.shop)?.shop_name;
  if (data === undefined && !isError) return <span className="muted">…</span>;
  if (name === undefined) return <Short>{t("shop.gone")}</Short>;
  return (
    <Link to={`/operator/shops/${row.shop}`} className="short" title={name}>
      {name}
    </Link>
  );
}

function RenewalTable({ rows }: { rows: readonly FailingRenewal[] }) {
  const { t, number } = useText();
  const columns: Column<FailingRenewal>[] = [
    { key: "shop", title: t("ledger.shop"), grow: true, phone: "main", render: (row) => <ShopOf row={row} /> },
    {
      key: "account",
      title: t("customer.one"),
      grow: true,
      phone: "sub",
      render: (row) => <KnownPerson id={row.account} />,
    },
    {
      key: "error",
      title: t("renewals.error"),
      grow: true,
      render: (row) => (
        <code className="short" translate="no" title={row.error}>
          {row.error}
        </code>
      ),
    },
    { key: "tries", title: t("jobs.attempts"), numeric: true, phone: "end", render: (row) => number(row.tries) },
    { key: "since", title: t("renewals.since"), render: (row) => <Time at={row.since} /> },
    { key: "next", title: t("renewals.next"), phone: "side", render: (row) => <Time at={row.nextTryAt} /> },
  ];
  return <DataTable label={t("nav.renewals")} columns={columns} rows={rows} rowKey={(row) => row.shop} empty={null} />;
}

export default function Renewals() {
  const { t } = useText();
  const read = useRenewals();
  return (
    <Page title={t("nav.renewals")} intro={t("renewals.intro")}>
      <Toolbar>
        <span className="end">
          <Export path="/api/operator/renewals" wanted={{}} name="chathub-renewals" />
        </span>
      </Toolbar>
      <LoadedList read={read} rows={12}>
        {(rows) =>
          rows.length === 0 ? (
            <Teach icon="good" title={t("renewals.none")}>
              {t("renewals.noneText")}
            </Teach>
          ) : (
            <RenewalTable rows={rows} />
          )
        }
      </LoadedList>
    </Page>
  );
}
