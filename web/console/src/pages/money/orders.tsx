/* All that the account has ordered, the newest first. */
import { Link } from "react-router";
import { type OrderBrief, useOrders } from "../../api/money";
import { useText } from "../../i18n/i18n";
import { BillingParts } from "../../ui/billing-parts";
import { LinkButton } from "../../ui/button";
import { Export } from "../../ui/filters";
import { Shop, Time } from "../../ui/facts";
import { LoadedList } from "../../ui/loaded";
import { OrderPill } from "../../ui/order-parts";
import { Page, Teach, Toolbar } from "../../ui/page";
import { nameOf, Paid } from "../../ui/sum";
import { type Column, DataTable } from "../../ui/table";

function OrderTable({ rows }: { rows: readonly OrderBrief[] }) {
  const { t, lang } = useText();
  const columns: Column<OrderBrief>[] = [
    {
      key: "what",
      title: t("order.what"),
      grow: true,
      phone: "main",
      render: (row) => (
        <Link to={`/orders/${row.number}`} className="short">
          {nameOf(lang, row.offer)}
        </Link>
      ),
    },
    {
      key: "shop",
      title: t("ledger.shop"),
      grow: true,
      render: ({ shop }) => (shop === null ? "—" : <Shop id={shop} />),
    },
    {
      key: "number",
      title: t("order.number"),
      tight: true,
      render: ({ number }) => <code translate="no">{number}</code>,
    },
    {
      key: "state",
      title: t("order.state"),
      tight: true,
      phone: "sub",
      render: ({ stage }) => <OrderPill stage={stage} />,
    },
    {
      key: "amount",
      title: t("line.amount"),
      numeric: true,
      phone: "end",
      render: ({ amount }) => <Paid sum={amount} />,
    },
    { key: "at", title: t("order.placed"), phone: "side", render: ({ createdAt }) => <Time at={createdAt} /> },
  ];
  return <DataTable label={t("nav.orders")} columns={columns} rows={rows} rowKey={(row) => row.number} empty="" />;
}

export function OrdersPage() {
  const { t } = useText();
  const read = useOrders();
  return (
    <Page title={t("nav.orders")}>
      <BillingParts />
      <LoadedList read={read} rows={8}>
        {(rows) =>
          rows.length === 0 ? (
            <Teach
              icon="billing"
              title={t("order.none")}
              action={
                <LinkButton look="primary" to="/billing/plan">
                  {t("buy.seePlans")}
                </LinkButton>
              }
              more={<LinkButton to="/billing">{t("buy.seeCredits")}</LinkButton>}
            >
              {t("order.noneText")}
            </Teach>
          ) : (
            <>
              <Toolbar>
                <span className="end">
                  <Export path="/api/billing/orders" wanted={{}} name="chathub-orders" />
                </span>
              </Toolbar>
              <OrderTable rows={rows} />
            </>
          )
        }
      </LoadedList>
    </Page>
  );
}
