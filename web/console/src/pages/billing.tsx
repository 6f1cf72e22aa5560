/* Credits: what is there, how it came to be, what things cost. */
import { Skeleton } from "antd";
import { Suspense } from "react";
import { useSummary, useTransactions, useUser } from "../api/queries";
import type { Transaction } from "../api/types";
import { useText } from "../i18n/i18n";
import { CopyButton } from "../ui/copy";
import { late } from "../ui/late";
import { Loaded, LoadedList } from "../ui/loaded";
import { Page, Section } from "../ui/page";
import { TransactionTable } from "../ui/transactions";

const BalanceChart = late(() => import("../ui/balance-chart"));

function Figures() {
  const { t, number } = useText();
  const read = useSummary();
  return (
    <Loaded read={read}>
      {({ credits, held, balance }) => (
        <dl className="figures">
          <div className="figure">
            <dt>{t("credits.available")}</dt>
            <dd>{number(credits)}</dd>
          </div>
          <div className="figure">
            <dt>{t("credits.held")}</dt>
            <dd>{number(held)}</dd>
          </div>
          <div className="figure">
            <dt>{t("credits.balance")}</dt>
            <dd>{number(balance)}</dd>
          </div>
        </dl>
      )}
    </Loaded>
  );
}

function Prices() {
  const { t, number } = useText();
  const read = useSummary();
  return (
    <Section title={t("prices.title")}>
      <Loaded read={read}>
        {({ pricing }) => (
          <dl className="facts">
            <dt>{t("prices.chatbot")}</dt>
            <dd>{t("credits.n", { n: pricing.chatbot_credits })}</dd>
            <dt>{t("prices.renewal")}</dt>
            <dd>{t("credits.n", { n: pricing.chatbot_renewal_credits })}</dd>
            <dt>{t("prices.worth")}</dt>
            <dd>{t("prices.worthIs", { n: pricing.create_empty_shop_credits, price: number(pricing.price_cny) })}</dd>
          </dl>
        )}
      </Loaded>
    </Section>
  );
}

function HowToGet() {
  const { t } = useText();
  const { data } = useUser();
  const email = data?.user?.email;
  return (
    <Section title={t("topup.title")}>
      <p>{t("topup.text")}</p>
      {email !== undefined && (
        <p className="line topup">
          <strong className="break">{email}</strong>
          <CopyButton text={email} size="small" />
        </p>
      )}
    </Section>
  );
}

/** A line needs two points; before that the table says it all. */
const CHART_MIN = 2;

function Chart({ rows }: { rows: readonly Transaction[] }) {
  const { t } = useText();
  if (rows.length < CHART_MIN) return null;
  return (
    <Section title={t("chart.balance")}>
      <Suspense fallback={<Skeleton.Node active style={{ width: "100%", height: 220 }} />}>
        <BalanceChart rows={rows} />
      </Suspense>
    </Section>
  );
}

export default function Billing() {
  const { t } = useText();
  const read = useTransactions();
  return (
    <Page title={t("nav.billing")} intro={t("billing.intro")}>
      <Figures />
      <Chart rows={read.data?.pages.flat() ?? []} />
      <div className="grid-2">
        <Prices />
        <HowToGet />
      </div>
      <Section title={t("ledger.title")}>
        <LoadedList read={read}>{(rows) => <TransactionTable rows={rows} />}</LoadedList>
      </Section>
    </Page>
  );
}
