/* The operator's money: what came and went, new and lost plans, payments that came to nothing, what waits for somebody, what
 * does not agree, and who sells. The part is in the address; rows behind a number are parts without a tab. */
import { useParams } from "react-router";
import { useText } from "../../i18n/i18n";
import { late } from "../../ui/late";
import { Page, Parts } from "../../ui/page";
import NotFound from "../not-found";
import { Hands } from "./money-hands";
import { Mismatches } from "./money-mismatches";
import { Owed } from "./money-owed";
import { Refunds } from "./money-refunds";
import { SellerPart } from "./money-seller";

const Counts = late(() => import("./money-counts"));

const PARTS = ["takings", "plans", "failed", "refunds", "hand", "mismatches", "seller"] as const;
const ROWS = ["postings", "moves", "failures", "owed"] as const;
const PAGES = { refunds: Refunds, hand: Hands, mismatches: Mismatches, seller: SellerPart, owed: Owed };
type Here = (typeof PARTS)[number] | (typeof ROWS)[number];

function Part({ here }: { here: Here }) {
  switch (here) {
    case "takings":
    case "plans":
    case "failed":
    case "postings":
    case "moves":
    case "failures":
      return <Counts key={here} part={here} />;
    default: {
      const Shown = PAGES[here];
      return <Shown />;
    }
  }
}

export default function MoneyPage() {
  const { t } = useText();
  const { part = "" } = useParams();
  const here = [...PARTS, ...ROWS].find((one) => one === part);
  if (here === undefined) return <NotFound />;
  return (
    <Page title={t(`money.${here}`)}>
      <Parts
        label={t("nav.money")}
        parts={PARTS.map((one) => ({ to: `/operator/money/${one}`, text: t(`money.${one}`) }))}
      />
      <Part here={here} />
    </Page>
  );
}
