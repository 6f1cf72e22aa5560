/* What the house offers: what is sold for how much, and the coupons that make it cheaper. The part is in the address. */
import { useParams } from "react-router";
import { useText } from "../../i18n/i18n";
import { useAddress } from "../../ui/address";
import { Page } from "../../ui/page";
import NotFound from "../not-found";
import { Coupons } from "./coupons";
import { Prices } from "./money-prices";
import { PriceVersions } from "./price-versions";

const PARTS = ["prices", "coupons"] as const;

export default function CataloguePage() {
  const { t } = useText();
  const { part = "" } = useParams();
  const [read] = useAddress();
  const here = PARTS.find((one) => one === part);
  if (here === undefined) return <NotFound />;
  if (here === "coupons") return <Coupons />;
  if (read("code") !== "") return <PriceVersions code={read("code")} currency={read("currency") || "CNY"} />;
  return (
    <Page title={t("money.prices")}>
      <Prices />
    </Page>
  );
}
