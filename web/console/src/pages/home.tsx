/* What needs one, what to do next, what pays for it until when, what there is, and what it cost so far. */
import { Link } from "react-router";
import { usePlans } from "../api/money";
import {
  useComing,
  useHomeFigures,
  useOnboarding,
  useShops,
  useSummary,
  useTransactions,
  useUser,
  useWaiting,
} from "../api/queries";
import type { OnboardingStep, Shop } from "../api/types";
import { type TextKey, useText } from "../i18n/i18n";
import { AttentionBanners } from "../ui/attention";
import { LinkButton } from "../ui/button";
import { Icon } from "../ui/icon";
import { Loaded, Together } from "../ui/loaded";
import { useMay } from "../ui/may";
import { Detail, Page, Section } from "../ui/page";
import { ShopPill } from "../ui/pill";
import { TransactionTable } from "../ui/transactions";
import { HomeChart, HomeQueue, talked } from "./home-chart";
import { HomeNumbers } from "./home-figures";
import { HomePlan } from "./home-plan";

type StepId = OnboardingStep["id"];

/** Where the work of a step is done: at the first shop that still lacks it. */
function placeOf(id: StepId, shops: readonly Shop[]): string {
  const lacking = shops.find((shop) => shop.chatbot_state !== "active") ?? shops[0];
  const enabled = shops.find((shop) => shop.chatbot_state === "active") ?? shops[0];
  switch (id) {
    case "account":
      return "/settings/security";
    case "credits":
      return "/billing";
    case "shop":
      return "/shops?new=1";
    case "chatbot":
      return lacking === undefined ? "/shops?new=1" : `/shops/${lacking.id}`;
    case "keys":
      return enabled === undefined ? "/shops?new=1" : `/shops/${enabled.id}/keys`;
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

/** The shop first: it needs nobody's help, and whoever has one knows what the credits are for. */
const ORDER: readonly StepId[] = ["account", "shop", "credits", "chatbot", "keys"];

function Step({ step, index, next, to }: { step: OnboardingStep; index: number; next: boolean; to: string }) {
  const { t } = useText();
  return (
    <li className={`step${step.done ? " step-done" : ""}${next ? " step-next" : ""}`}>
      <span className="step-mark">
        {step.done ? <Icon name="good" /> : <span className="step-number">{index + 1}</span>}
      </span>
      <span>
        <strong>{t(TITLES[step.id])}</strong>
        <span className="unseen"> ({t(step.done ? "step.isDone" : "step.isOpen")})</span>
        {!step.done && <span className="step-help">{t(HELP[step.id])}</span>}
      </span>
      {next && (
        <span className="line">
          <LinkButton to={to} look="primary" iconAfter="arrow">
            {t(TITLES[step.id])}
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
    <Loaded read={read} height={320}>
      {({ steps: told, done, total }) => {
        const steps = [...told].sort((a, b) => ORDER.indexOf(a.id) - ORDER.indexOf(b.id));
        const next = steps.find((step) => !step.done);
        if (next === undefined) return null;
        return (
          <Section
            card
            title={t("home.start")}
            extra={
              <span className="line small muted">
                {t("home.progress", { done, total })}
                <progress className="progress" max={total} value={done} aria-label={t("home.start")} />
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

const HOME_ROWS = 5;

function ShopList({ shops }: { shops: readonly Shop[] }) {
  const { t } = useText();
  if (shops.length === 0) return null;
  return (
    <Section title={t("nav.shops")} extra={<Link to="/shops">{t("home.allShopsN", { n: shops.length })}</Link>}>
      <ul className="list-rows">
        {shops.slice(0, HOME_ROWS).map((shop) => (
          <li key={shop.id}>
            <Link to={`/shops/${shop.id}`} className="short" title={shop.shop_name}>
              {shop.shop_name}
            </Link>
            <ShopPill shop={shop} />
          </li>
        ))}
      </ul>
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
      <TransactionTable rows={rows.slice(0, HOME_ROWS)} />
    </Section>
  );
}

export default function Home() {
  const { t } = useText();
  const { data } = useUser();
  const shops = useShops();
  const onboarding = useOnboarding();
  const summary = useSummary();
  const ledger = useTransactions();
  const coming = useComing();
  const figures = useHomeFigures();
  const waiting = useWaiting();
  const plans = usePlans();
  const { manage } = useMay();
  const user = data?.user ?? null;
  const name = user?.name ?? "";
  const daily = figures.data?.daily ?? [];
  const queue = (
    <Loaded read={waiting}>
      {(items) => <HomeQueue items={items} waiting={figures.data?.waiting ?? items.length} />}
    </Loaded>
  );
  return (
    <Page title={name === "" ? t("home.welcome") : t("home.welcomeName", { name })}>
      <Together reads={[shops, onboarding, summary, ledger, coming, figures, waiting, plans]}>
        {user !== null && <AttentionBanners user={user} />}
        {manage && <Checklist />}
        <Loaded read={plans}>
          {(had) => <Loaded read={shops}>{({ shops: all }) => <HomePlan plans={had} shops={all} />}</Loaded>}
        </Loaded>
        <Loaded read={figures} height={104}>
          {(told) => (
            <HomeNumbers figures={told} available={summary.data?.credits ?? null} held={summary.data?.held ?? 0} />
          )}
        </Loaded>
        {talked(daily) ? (
          <Detail main={<HomeChart daily={daily} whole={figures.data?.conversations.before !== null} />} side={queue} />
        ) : (
          (waiting.data?.length ?? 0) > 0 && queue
        )}
        <Loaded read={shops} height={40}>
          {({ shops: all }) => <ShopList shops={all} />}
        </Loaded>
        <Recent />
      </Together>
    </Page>
  );
}
