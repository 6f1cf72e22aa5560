/* The orders of all customers. State and provider stand in the address. */
import { Link } from "react-router";
import { ORDER_STATES, PROVIDERS, type Sale, type SaleFilter, useSales } from "../../api/money";
import { useText } from "../../i18n/i18n";
import { useAddress } from "../../ui/address";
import { Time } from "../../ui/facts";
import { Choose, Export, isNarrow } from "../../ui/filters";
import { LoadedList } from "../../ui/loaded";
import { OrderPill } from "../../ui/order-parts";
import { Page, Teach, Toolbar } from "../../ui/page";
import { KnownPerson } from "../../ui/person";
import { nameOf, Paid } from "../../ui/sum";
import { type Column, DataTable } from "../../ui/table";

function useSaleFilter(): SaleFilter {
  const [read] = useAddress();
  return {
    state: ORDER_STATES.find((one) => one === read("state")),
    provider: PROVIDERS.find((one) => one === read("provider")),
  };
}

function SaleTable({ rows }: { rows: readonly Sale[] }) {
  const { t, lang } = useText();
  const columns: Column<Sale>[] = [
    {
      key: "number",
      title: t("order.number"),
      grow: true,
      phone: "sub",
      render: ({ number }) => (
        <Link to={`/operator/orders/${number}`} className="short" title={number} translate="no">
          {number}
        </Link>
      ),
    },
    { key: "what", title: t("order.what"), phone: "main", render: ({ offer }) => nameOf(lang, offer) },
    { key: "account", title: t("customer.one"), grow: true, render: ({ account }) => <KnownPerson id={account} /> },
    { key: "state", title: t("order.state"), tight: true, render: ({ stage }) => <OrderPill stage={stage} /> },
    {
      key: "amount",
      title: t("line.amount"),
      numeric: true,
      phone: "end",
      render: ({ amount }) => <Paid sum={amount} />,
    },
    { key: "at", title: t("order.placed"), phone: "side", render: ({ createdAt }) => <Time at={createdAt} /> },
  ];
  return (
    <DataTable
      label={t("nav.orders")}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.number}
      empty={t("list.noMatch")}
    />
  );
}

export default function Sales() {
  const { t } = useText();
  const [, write] = useAddress();
  const filter = useSaleFilter();
  const read = useSales(filter);
  return (
    <Page title={t("nav.orders")}>
      <Toolbar>
        <Choose
          label={t("order.state")}
          choices={ORDER_STATES.map((value) => ({ value, text: t(`order.state.${value}`) }))}
          value={filter.state ?? ""}
          onPick={(state) => write({ state })}
        />
        <Choose
          label={t("payment.provider")}
          choices={PROVIDERS.map((value) => ({ value, text: t(`provider.${value}`) }))}
          value={filter.provider ?? ""}
          onPick={(provider) => write({ provider })}
        />
        <span className="end">
          <Export path="/api/operator/orders" wanted={filter} name="chathub-orders" />
        </span>
      </Toolbar>
      <LoadedList read={read} rows={12}>
        {(rows) =>
          rows.length === 0 && !isNarrow(filter) ? (
            <Teach icon="billing" title={t("sales.none")}>
              {t("sales.noneText")}
            </Teach>
          ) : (
            <SaleTable rows={rows} />
          )
        }
      </LoadedList>
    </Page>
  );
}
