/* The balance, what things cost, and every change there was. */
import { Link } from "react-router";
import { type Offers, useOffers } from "../api/money";
import { useComing, useConfig, useShops, useSummary, useTransactions, useUser } from "../api/queries";
import type { Transaction } from "../api/types";
import { useText } from "../i18n/i18n";
import { Alert } from "../ui/alert";
import { BalanceChart } from "../ui/balance-chart";
import { BillingParts } from "../ui/billing-parts";
import { LinkButton } from "../ui/button";
import { unpaid } from "../ui/coming";
import { Contact } from "../ui/contact";
import { CopyButton } from "../ui/copy";
import { Fact, Facts, Money } from "../ui/facts";
import { isNarrow } from "../ui/filters";
import { useLastDay } from "../ui/last-day";
import { LedgerExport, LedgerTools, useLedgerFilter } from "../ui/ledger";
import { LedgerProof } from "../ui/ledger-proof";
import { useMay } from "../ui/may";
import { Loaded, LoadedList, Together } from "../ui/loaded";
import { Detail, Figures, Page, Section } from "../ui/page";
import { nameOf, Paid } from "../ui/sum";
import { TransactionTable } from "../ui/transactions";
import { buyAt } from "./money/wish";

const LEDGER = "/api/billing/transactions";

function Prices() {
  const { t } = useText();
  const { data: config } = useConfig();
  const read = useSummary();
  const packs = packsOf(useOffers().data); // where they are sold, they stand beside this with their price
  return (
    <Section card title={t("prices.title")}>
      <Loaded read={read} height={132}>
        {({ pricing }) => (
          <Facts>
            <Fact name={t("prices.chatbot")}>
              {t("credits.n", { n: config?.prices.chatbot ?? pricing.chatbot_credits })}
            </Fact>
            <Fact name={t("prices.renewal")}>
              {t("credits.n", { n: config?.prices.renewal ?? pricing.chatbot_renewal_credits })}
            </Fact>
            {packs.length === 0 && (
              <Fact name={t("credits.n", { n: pricing.create_empty_shop_credits })}>
                <Money minor={pricing.price_cny * 100} />
              </Fact>
            )}
          </Facts>
        )}
      </Loaded>
    </Section>
  );
}

/** What can be paid for: only where somebody takes money. */
const packsOf = (offers: Offers | undefined) =>
  offers === undefined || offers.providers.length === 0 ? [] : offers.offers.filter(({ kind }) => kind === "credits");

function Packs({ packs }: { packs: Offers["offers"] }) {
  const { t, lang } = useText();
  return (
    <ul className="list-rows">
      {packs.map((pack) => (
        <li key={`${pack.code} ${pack.price.currency}`}>
          <span className="two-lines">
            <strong>{t("credits.n", { n: pack.credits })}</strong>
            <span className="small muted">
              <Paid sum={pack.price} />
            </span>
          </span>
          <LinkButton look="primary" to={buyAt(pack)} aria-label={`${t("topup.buy")}: ${nameOf(lang, pack)}`}>
            {t("topup.buy")}
          </LinkButton>
        </li>
      ))}
    </ul>
  );
}

function GetCredits() {
  const { t } = useText();
  const lastDay = useLastDay();
  const { manage } = useMay();
  const packs = packsOf(useOffers().data);
  const owed = unpaid(useComing().data?.attention ?? []);
  const { data } = useUser();
  const email = data?.user?.email;
  return (
    <Section card title={t("topup.title")}>
      {owed !== null && (
        <Alert tone="due" title={t("topup.missing", { n: owed.credits, day: lastDay(owed.by) })} said={false}>
          {owed.shops.join(" · ")}
        </Alert>
      )}
      {packs.length > 0 && manage ? (
        <>
          <Packs packs={packs} />
          <p className="small muted">
            {t("topup.orPlan")} <Link to="/billing/plan">{t("buy.seePlans")}</Link>
          </p>
        </>
      ) : (
        <>
          <p>{t("topup.text")}</p>
          <Contact lead={t("topup.write")} />
          {email !== undefined && <CopyButton text={email} label={t("step.copyEmail")} look="primary" />}
        </>
      )}
    </Section>
  );
}

function History({ rows }: { rows: readonly Transaction[] }) {
  const { t } = useText();
  if (rows.length < 2) return <p className="empty">{t("chart.none")}</p>;
  return <BalanceChart rows={rows} />;
}

export default function Billing() {
  const { t, number } = useText();
  const summary = useSummary();
  const whole = useTransactions();
  const filter = useLedgerFilter();
  const ledger = useTransactions(filter);
  const shops = useShops();
  const coming = useComing();
  const offers = useOffers();
  return (
    <Page title={t("nav.billing")}>
      <BillingParts />
      <Together reads={[summary, whole, ledger, shops, coming, offers]}>
        <Loaded read={summary} height={84}>
          {({ credits, balance, held }) => (
            <Figures
              figures={[
                { name: t("credits.available"), value: number(credits) },
                { name: t("credits.held"), value: number(held) },
                { name: t("credits.balance"), value: number(balance) },
              ]}
            />
          )}
        </Loaded>
        <Detail
          main={
            <Section title={t("chart.balance")}>
              <Loaded read={whole} height={200}>
                {({ pages }) => <History rows={pages.flat()} />}
              </Loaded>
            </Section>
          }
          side={
            <>
              <GetCredits />
              <Prices />
            </>
          }
        />
        <Section title={t("ledger.title")} extra={<LedgerExport path={LEDGER} filter={filter} />}>
          <LedgerTools shops={shops.data?.shops ?? []} filter={filter} />
          <LoadedList read={ledger} rows={12}>
            {(rows) => <TransactionTable rows={rows} narrow={isNarrow(filter)} />}
          </LoadedList>
        </Section>
        <LedgerProof />
      </Together>
    </Page>
  );
}
