/* The operator's money: what came and went by day and provider, refunds that wait for somebody, what does not agree, and
 * what is sold for how much. The part is in the address. */
import { useParams } from "react-router";
import { useText } from "../../i18n/i18n";
import { Page, Parts } from "../../ui/page";
import NotFound from "../not-found";
import { Mismatches } from "./money-mismatches";
import { Prices } from "./money-prices";
import { Refunds } from "./money-refunds";
import { SellerPart } from "./money-seller";
import { Takings } from "./money-takings";

const PARTS = ["takings", "refunds", "mismatches", "prices", "seller"] as const;
const PAGES = { takings: Takings, refunds: Refunds, mismatches: Mismatches, prices: Prices, seller: SellerPart };

export default function MoneyPage() {
  const { t } = useText();
  const { part = "" } = useParams();
  const here = PARTS.find((one) => one === part);
  if (here === undefined) return <NotFound />;
  const Shown = PAGES[here];
  return (
    <Page title={t(`money.${here}`)}>
      <Parts
        label={t("nav.money")}
        parts={PARTS.map((one) => ({ to: `/operator/money/${one}`, text: t(`money.${one}`) }))}
      />
      <Shown />
    </Page>
  );
}
