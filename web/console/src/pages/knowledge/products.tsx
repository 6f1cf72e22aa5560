/* The products that a shop's bot knows, and all that it knows of one. */
import { Link } from "react-router";
import type { Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { useAddress } from "../../ui/address";
import { LinkButton } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Fact, Facts, Id, Money } from "../../ui/facts";
import { Find } from "../../ui/filters";
import { Loaded, LoadedList } from "../../ui/loaded";
import { Teach, Toolbar } from "../../ui/page";
import { Pill } from "../../ui/pill";
import { type Column, DataTable } from "../../ui/table";
import { CurrencyWanted } from "./currency";
import { type Listed, type Seen, useProduct, useProducts } from "./reads";

function Stock({ available }: { available: boolean }) {
  const { t } = useText();
  return <Pill tone={available ? "on" : "off"}>{t(available ? "know.inStock" : "know.outOfStock")}</Pill>;
}

function Price({ price, currency, variants }: { price: number | null; currency: string; variants: number }) {
  const { t } = useText();
  if (price !== null) return <Money minor={price} currency={currency} />;
  return <span className="muted">{t(variants > 0 ? "know.byVariant" : "know.noPrice")}</span>;
}

function Variants({ seen }: { seen: Seen }) {
  const { t } = useText();
  const columns: Column<Seen["variants"][number]>[] = [
    {
      key: "options",
      title: t("know.variant"),
      grow: true,
      phone: "main",
      render: ({ id, options }) => (
        <span translate="no">{options.map(({ name, value }) => `${name}: ${value}`).join(", ") || id}</span>
      ),
    },
    { key: "sku", title: t("know.sku"), grow: true, phone: "sub", render: ({ sku, id }) => <Id>{sku ?? id}</Id> },
    {
      key: "price",
      title: t("know.price"),
      numeric: true,
      phone: "end",
      render: ({ price }) => <Price price={price} currency={seen.currency} variants={0} />,
    },
    { key: "stock", title: t("know.stock"), phone: "side", render: ({ available }) => <Stock available={available} /> },
  ];
  return (
    <DataTable label={t("know.variants")} columns={columns} rows={seen.variants} rowKey={({ id }) => id} empty="" />
  );
}

function SeenProduct({ seen }: { seen: Seen }) {
  const { t } = useText();
  return (
    <div className="stack">
      <Facts>
        <Fact name={t("know.id")}>
          <Id>{seen.id}</Id>
        </Fact>
        <Fact name={t("know.price")}>
          <Price price={seen.price} currency={seen.currency} variants={seen.variants.length} />
        </Fact>
        <Fact name={t("know.stock")}>
          <Stock available={seen.available} />
        </Fact>
        {seen.url !== null && (
          <Fact name={t("know.url")}>
            <a href={seen.url} target="_blank" rel="noreferrer" className="break" translate="no">
              {seen.url}
            </a>
          </Fact>
        )}
      </Facts>
      {seen.description !== "" && <p className="lines">{seen.description}</p>}
      {seen.variants.length > 0 && <Variants seen={seen} />}
      {seen.texts.map(({ id, title, text }) => (
        <section key={id}>
          <h3>{title}</h3>
          <p className="lines">{text}</p>
        </section>
      ))}
    </div>
  );
}

function ProductDialog({ shop, id, onClose }: { shop: Shop; id: string; onClose: () => void }) {
  const { t } = useText();
  const read = useProduct(shop.id, id);
  return (
    <Dialog open title={read.data?.title ?? t("know.product")} kind="panel" onClose={onClose}>
      <Loaded read={read} height={320}>
        {(seen) => <SeenProduct seen={seen} />}
      </Loaded>
    </Dialog>
  );
}

export function Products({ shop }: { shop: Shop }) {
  const { t } = useText();
  const [address, write] = useAddress();
  const search = address("search");
  const shown = address("product");
  const read = useProducts(shop.id, search);
  const columns: Column<Listed>[] = [
    {
      key: "title",
      title: t("know.product"),
      grow: true,
      phone: "main",
      render: ({ id, title }) => (
        <Link
          to={`?${new URLSearchParams({ ...(search !== "" && { search }), product: id }).toString()}`}
          className="short"
          title={title}
        >
          {title}
        </Link>
      ),
    },
    { key: "id", title: t("know.id"), grow: true, phone: "sub", render: ({ id }) => <Id>{id}</Id> },
    {
      key: "price",
      title: t("know.price"),
      numeric: true,
      phone: "end",
      render: (row) => <Price price={row.price} currency={row.currency} variants={row.variants} />,
    },
    { key: "variants", title: t("know.variants"), numeric: true, render: ({ variants }) => variants },
    { key: "stock", title: t("know.stock"), phone: "side", render: ({ available }) => <Stock available={available} /> },
  ];
  return (
    <>
      <CurrencyWanted shop={shop} />
      <LoadedList read={read}>
        {(rows) =>
          rows.length === 0 && search === "" && !read.isPlaceholderData ? (
            <Teach
              icon="shop"
              title={t("know.noProducts")}
              action={
                <LinkButton look="primary" to={`/knowledge/${shop.id}/sources`}>
                  {t("know.bring")}
                </LinkButton>
              }
            >
              {t("know.teachProducts")}
            </Teach>
          ) : (
            <>
              <Toolbar>
                <Find value={search} label={t("know.findProducts")} onFind={(text) => write({ search: text })} />
              </Toolbar>
              <DataTable
                label={t("know.products")}
                columns={columns}
                rows={rows}
                rowKey={({ id }) => id}
                empty={t("know.noneFound")}
              />
            </>
          )
        }
      </LoadedList>
      {shown !== "" && <ProductDialog shop={shop} id={shown} onClose={() => write({ product: "" })} />}
    </>
  );
}
