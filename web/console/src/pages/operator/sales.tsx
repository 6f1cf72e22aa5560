/* The orders of all customers, found by a number or an address too. What is asked for stands in the address. */
import { Link } from "react-router";
import { ORDER_STATES, PROVIDERS, type SaleBrief, type SaleFilter, useSales } from "../../api/money";
import { useText } from "../../i18n/i18n";
import { idOf, useAddress } from "../../ui/address";
import { endOf, startOf } from "../../ui/days";
import { Short, Time } from "../../ui/facts";
import { Choose, Days, Export, Find, isNarrow } from "../../ui/filters";
import { Icon } from "../../ui/icon";
import { LoadedList } from "../../ui/loaded";
import { Page, Teach, Toolbar } from "../../ui/page";
import { KnownPerson, OfCustomer } from "../../ui/person";
import { nameOf, Paid } from "../../ui/sum";
import { type Column, DataTable } from "../../ui/table";
import { StatePill } from "./state-pill";

const SEARCH_MAX = 100;

function useSaleFilter(): SaleFilter {
  const [read] = useAddress();
  return {
    search: read("search").slice(0, SEARCH_MAX) || undefined,
    state: ORDER_STATES.find((one) => one === read("state")),
    provider: PROVIDERS.find((one) => one === read("provider")),
    account: idOf(read("account")),
    coupon: idOf(read("coupon")),
    from: startOf(read("from")),
    to: endOf(read("to")),
  };
}

function SaleTable({ rows }: { rows: readonly SaleBrief[] }) {
  const { t, lang } = useText();
  const columns: Column<SaleBrief>[] = [
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
    {
      key: "what",
      title: t("order.what"),
      grow: true,
      phone: "main",
      render: (row) => <Short>{nameOf(lang, row)}</Short>,
    },
    {
      key: "account",
      title: t("customer.one"),
      grow: true,
      phone: "more",
      render: ({ account }) => <KnownPerson id={account} />,
    },
    {
      key: "state",
      title: t("order.state"),
      tight: true,
      phone: "more",
      render: ({ state }) => <StatePill state={state} />,
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
  const [address, write] = useAddress();
  const filter = useSaleFilter();
  const read = useSales(filter);
  return (
    <Page title={t("nav.orders")}>
      <Toolbar>
        <Find value={address("search")} label={t("sales.find")} onFind={(search) => write({ search })} />
        {filter.account !== undefined && <OfCustomer id={filter.account} onAll={() => write({ account: "" })} />}
        {filter.coupon !== undefined && (
          <span className="chip chip-chosen chip-of">
            <Link to="/operator/catalogue/coupons">{t("sales.withCoupon")}</Link>
            <button
              type="button"
              aria-label={t("list.allOf", { name: t("money.coupons") })}
              onClick={() => write({ coupon: "" })}
            >
              <Icon name="close" />
            </button>
          </span>
        )}
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
        <Days from={address("from")} to={address("to")} onDays={write} />
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
