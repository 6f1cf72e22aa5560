/* What to do next, what there is, and what it cost so far. */
import { Progress } from "antd";
import { Link } from "react-router";
import { useOnboarding, useShops, useSummary, useTransactions, useUser } from "../api/queries";
import type { OnboardingStep, Shop } from "../api/types";
import { type TextKey, useText } from "../i18n/i18n";
import { StatusBadge } from "../ui/badge";
import { CopyButton } from "../ui/copy";
import { IconArrow, IconCheck } from "../ui/icons";
import { LinkButton } from "../ui/link-button";
import { Loaded } from "../ui/loaded";
import { Page, Section } from "../ui/page";
import { TransactionTable } from "../ui/transactions";

type StepId = OnboardingStep["id"];

/** Where the work of a step is done. The chatbot of the first shop: with more shops nobody needs this list any more. */
function placeOf(id: StepId, shops: readonly Shop[]): string {
  const first = shops[0];
  switch (id) {
    case "account":
      return "/security";
    case "credits":
      return "/billing";
    case "shop":
      return "/shops?new=1";
    case "chatbot":
      return first === undefined ? "/shops" : `/shops/${first.id}/chatbot`;
    case "keys":
      return first === undefined ? "/shops" : `/shops/${first.id}/keys`;
  }
}

const TITLES: Readonly<Record<StepId, TextKey>> = {
  account: "step.account",
  credits: "step.credits",
  shop: "step.shop",
  chatbot: "step.chatbot",
  keys: "step.keys",
};
const HELP: Readonly<Record<StepId, TextKey>> = {
  account: "step.accountHelp",
  credits: "step.creditsHelp",
  shop: "step.shopHelp",
  chatbot: "step.chatbotHelp",
  keys: "step.keysHelp",
};

function Step({ step, index, next, to }: { step: OnboardingStep; index: number; next: boolean; to: string }) {
  const { t } = useText();
  const { data } = useUser();
  const email = data?.user?.email;
  return (
    <li className={`step${step.done ? " step-done" : ""}${next ? " step-next" : ""}`}>
      <span className="step-mark" aria-hidden="true">
        {step.done ? <IconCheck /> : <span className="step-number">{index + 1}</span>}
      </span>
      <span>
        <strong>{t(TITLES[step.id])}</strong>
        <span className="unseen"> ({t(step.done ? "step.isDone" : "step.isOpen")})</span>
        {next && <span className="step-side"> — {t(HELP[step.id])}</span>}
      </span>
      {next && (
        <span className="line">
          {step.id === "credits" && email !== undefined && <CopyButton text={email} label={t("step.copyEmail")} />}
          <LinkButton to={to} type="primary" icon={<IconArrow />} iconPlacement="end">
            {t("step.go")}
          </LinkButton>
        </span>
      )}
    </li>
  );
}

function Checklist() {
  const { t } = useText();
  const read = useOnboarding();
  const { data: shops } = useShops();
  return (
    <Loaded read={read} rows={5}>
      {({ steps, done, total }) => {
        const next = steps.find((step) => !step.done);
        if (next === undefined) return null;
        return (
          <Section
            title={t("home.start")}
            extra={
              <span className="line small muted">
                {t("home.progress", { done, total })}
                <Progress
                  percent={total > 0 ? (done / total) * 100 : 0}
                  showInfo={false}
                  aria-label={t("home.progress", { done, total })}
                  style={{ width: 120 }}
                />
              </span>
            }
          >
            <ol className="steps">
              {steps.map((step, index) => (
                <Step
                  key={step.id}
                  step={step}
                  index={index}
                  next={step === next}
                  to={placeOf(step.id, shops?.shops ?? [])}
                />
              ))}
            </ol>
          </Section>
        );
      }}
    </Loaded>
  );
}

const HOME_SHOPS = 5;
const HOME_TRANSACTIONS = 5;

function ShopList() {
  const { t } = useText();
  const read = useShops();
  return (
    <Section title={t("nav.shops")} extra={<Link to="/shops">{t("home.allShops")}</Link>}>
      <Loaded read={read}>
        {({ shops }) =>
          shops.length === 0 ? (
            <p className="muted">{t("shops.none")}</p>
          ) : (
            <ul className="list-plain list-rows">
              {shops.slice(0, HOME_SHOPS).map((shop) => (
                <li key={shop.id}>
                  <Link to={`/shops/${shop.id}`}>{shop.shop_name}</Link>
                  <StatusBadge kind="chatbot" state={shop.chatbot_state} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  );
}

function Balance() {
  const { t, number } = useText();
  const read = useSummary();
  return (
    <Section title={t("credits.name")} extra={<Link to="/billing">{t("nav.billing")}</Link>}>
      <Loaded read={read}>
        {({ credits, held }) => (
          <dl className="figures">
            <div className="figure">
              <dt>{t("credits.available")}</dt>
              <dd>{number(credits)}</dd>
            </div>
            <div className="figure">
              <dt>{t("credits.held")}</dt>
              <dd>{number(held)}</dd>
            </div>
          </dl>
        )}
      </Loaded>
    </Section>
  );
}

function Recent() {
  const { t } = useText();
  const read = useTransactions();
  const rows = read.data?.pages[0];
  if (rows === undefined || rows.length === 0) return null;
  return (
    <Section title={t("home.recent")} extra={<Link to="/billing">{t("home.allTransactions")}</Link>}>
      <TransactionTable rows={rows.slice(0, HOME_TRANSACTIONS)} />
    </Section>
  );
}

export default function Home() {
  const { t } = useText();
  const { data } = useUser();
  const name = data?.user?.name ?? "";
  return (
    <Page title={name === "" ? t("home.welcome") : t("home.welcomeName", { name })} intro={t("home.intro")}>
      <Checklist />
      <div className="grid-2">
        <ShopList />
        <Balance />
      </div>
      <Recent />
    </Page>
  );
}
