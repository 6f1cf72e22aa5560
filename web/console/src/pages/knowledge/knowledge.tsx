/* What a shop's bot knows, and where it has it from. */
import { Navigate, useNavigate, useParams } from "react-router";
import { useShops } from "../../api/queries";
import type { Shop } from "../../api/types";
import { type TextKey, useText } from "../../i18n/i18n";
import { idOf } from "../../ui/address";
import { LinkButton } from "../../ui/button";
import { Choose } from "../../ui/filters";
import { Loaded } from "../../ui/loaded";
import { Page, Parts, Teach } from "../../ui/page";
import NotFound from "../not-found";
import { Entries } from "./entries";
import { Products } from "./products";
import { Sources } from "./sources";

const PARTS: readonly [string, TextKey][] = [
  ["products", "know.products"],
  ["faq", "know.faq"],
  ["documents", "know.documents"],
  ["promotions", "know.promotions"],
  ["sources", "know.sources"],
];

function PartOf({ shop, part }: { shop: Shop; part: string }) {
  if (part === "products") return <Products shop={shop} />;
  if (part === "sources") return <Sources shop={shop} />;
  if (part === "faq" || part === "documents" || part === "promotions")
    return <Entries key={part} shop={shop} kind={part} />;
  return <NotFound />;
}

function Pick({ shops, shop, part }: { shops: readonly Shop[]; shop: Shop; part: string }) {
  const { t } = useText();
  const navigate = useNavigate();
  if (shops.length < 2) return null;
  return (
    <Choose
      label={t("inbox.shop")}
      choices={shops.map(({ id, shop_name }) => ({ value: String(id), text: shop_name }))}
      value={String(shop.id)}
      onPick={(id) => void navigate(id === "" ? "/shops" : `/knowledge/${id}/${part}`)}
    />
  );
}

export default function Knowledge() {
  const { t } = useText();
  const { shop: named = "", part = "products" } = useParams();
  const read = useShops();
  return (
    <Loaded read={read} height={480}>
      {({ shops }) => {
        const first = shops[0];
        if (first === undefined) {
          return (
            <Page title={t("nav.knowledge")}>
              <Teach
                icon="shop"
                title={t("know.noShop")}
                action={
                  <LinkButton look="primary" to="/shops?new=1">
                    {t("shops.first")}
                  </LinkButton>
                }
              >
                {t("know.teach")}
              </Teach>
            </Page>
          );
        }
        if (named === "") return <Navigate to={`/knowledge/${first.id}/products`} replace />;
        const shop = shops.find(({ id }) => id === idOf(named));
        if (shop === undefined) return <NotFound />;
        return (
          <Page
            title={t("nav.knowledge")}
            intro={shops.length > 1 ? shop.shop_name : t("know.intro")}
            extra={<Pick shops={shops} shop={shop} part={part} />}
          >
            <Parts
              label={t("nav.knowledge")}
              parts={PARTS.map(([key, text]) => ({ to: `/knowledge/${shop.id}/${key}`, text: t(text) }))}
            />
            <PartOf key={shop.id} shop={shop} part={part} />
          </Page>
        );
      }}
    </Loaded>
  );
}
