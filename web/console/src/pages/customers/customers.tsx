/* The customers of the account's shops: of whom a name or an address is known, who was seen last first. */
import { Link } from "react-router";
import { useKnownCustomers, useShops } from "../../api/queries";
import type { CustomersAsked, KnownCustomer } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { idOf, useAddress } from "../../ui/address";
import { LinkButton } from "../../ui/button";
import { Shop, Time } from "../../ui/facts";
import { Choose, Find, isNarrow } from "../../ui/filters";
import { LoadedList } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { Page, Teach, Toolbar } from "../../ui/page";
import { Pill } from "../../ui/pill";
import { type Column, DataTable } from "../../ui/table";

const SEARCH_MAX = 100;

export function CustomerTable({ rows, narrow }: { rows: readonly KnownCustomer[]; narrow: boolean }) {
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
      render: ({ seenAt }) => <Time at={seenAt} />,
    },
  ];
  return (
    <DataTable
      label={t("nav.people")}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      empty={t(narrow ? "list.noMatch" : "people.none")}
    />
  );
}

export default function Customers() {
  const { t } = useText();
  const [address, write] = useAddress();
  const shops = useShops();
  const { books } = useMay();
  const search = address("search").slice(0, SEARCH_MAX) || undefined;
  const shop = idOf(address("shop"));
  const asked: CustomersAsked = { ...(search !== undefined && { search }), ...(shop !== undefined && { shop }) };
  const read = useKnownCustomers(asked);
  const narrow = isNarrow(asked);
  return (
    <Page title={t("nav.people")} intro={t("people.intro")}>
      <Toolbar>
        <Find value={address("search")} label={t("people.find")} onFind={(text) => write({ search: text })} />
        {(shops.data?.shops.length ?? 0) > 1 && (
          <Choose
            label={t("people.shop")}
            choices={(shops.data?.shops ?? []).map(({ id, shop_name: text }) => ({ value: String(id), text }))}
            value={shop === undefined ? "" : String(shop)}
            onPick={(value) => write({ shop: value })}
          />
        )}
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
            <CustomerTable rows={rows} narrow={narrow} />
          )
        }
      </LoadedList>
    </Page>
  );
}
