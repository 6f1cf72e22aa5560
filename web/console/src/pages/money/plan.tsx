/* Plans: what the shop has now and until when, what each plan has and costs, and the way to it. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import {
  beginTrial,
  type Offer,
  type Offers,
  type Plan,
  type Plans,
  switchRenewal,
  useOffers,
  usePlans,
} from "../../api/money";
import { useShops } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { idOf, useAddress } from "../../ui/address";
import { Alert } from "../../ui/alert";
import { BillingParts } from "../../ui/billing-parts";
import { Button, LinkButton } from "../../ui/button";
import { chosenPlan, forgetChosenPlan } from "../../ui/chosen-plan";
import { Fact, Facts, LastDay } from "../../ui/facts";
import { useLastDay } from "../../ui/last-day";
import { Loaded, Together } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { useNotify } from "../../ui/notify";
import { Page, Section, Teach } from "../../ui/page";
import { Pill } from "../../ui/pill";
import { PlanHas, PlanPill, useWebsites } from "../../ui/plan-parts";
import { nameOf, Paid, sumText } from "../../ui/sum";
import { renewalSays } from "./next";
import { NextPeriod } from "./plan-next";
import { RenewalLetters } from "./renewal-letters";
import { buyAt, offerOf } from "./wish";

/** The plan that a trial gives. */
const TRIAL_OF = "basic";

function TrialButton({ shop, days }: { shop: number; days: number }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const submit = useSubmit(beginTrial, {
    onDone: () => {
      forgetChosenPlan();
      notify.done(t("plan.trialBegan", { n: days }));
      for (const queryKey of [keys.plans, keys.shops, keys.shop(shop)]) void queries.invalidateQueries({ queryKey });
    },
    onProblem: notify.problem,
  });
  return (
    <Button look="primary" busy={submit.isPending} onClick={() => submit.send(shop)}>
      {t("plan.try", { n: days })}
    </Button>
  );
}

function RenewalSwitch({ plan }: { plan: Plan }) {
  const { t, lang } = useText();
  const lastDay = useLastDay();
  const queries = useQueryClient();
  const notify = useNotify();
  const submit = useSubmit((on: boolean, key) => switchRenewal(plan.shop, on, key), {
    onDone: () => queries.invalidateQueries({ queryKey: keys.plans }),
    onProblem: notify.problem,
  });
  const [nowMs] = useState(Date.now);
  const on = submit.isPending ? submit.sent === true : plan.renews;
  const says = t(renewalSays(plan, on, nowMs), {
    day: lastDay(plan.until),
    n: plan.renewsFor ?? 0,
    name: nameOf(lang, plan.next ?? plan),
    seats: (plan.next ?? plan).seats,
  });
  return (
    <label className="tick">
      <input
        type="checkbox"
        role="switch"
        checked={on}
        aria-busy={submit.isPending}
        onChange={({ target }) => submit.send(target.checked)}
      />
      <span>
        {t("plan.renews")}
        <span className="small muted step-help">{says}</span>
      </span>
    </label>
  );
}

function Present({ plan, on, rests, sold }: { plan: Plan; on: boolean; rests: boolean; sold: readonly Offer[] }) {
  const { t, lang, number } = useText();
  const lastDay = useLastDay();
  const { manage } = useMay();
  const websites = useWebsites();
  return (
    <div className="stack stack-tight">
      {plan.state === "grace" && (
        <Alert tone="due" title={t("plan.graceText", { day: lastDay(plan.until) })} said={false} />
      )}
      {plan.state === "ended" && !rests && (
        <Alert
          tone={on ? "info" : "stop"}
          title={t(on ? "plan.endedOn" : "plan.endedText", { day: lastDay(plan.until) })}
          said={false}
        />
      )}
      <Facts>
        <Fact name={t("billing.plan")}>
          {nameOf(lang, plan)}
          {plan.source === "trial" && <span className="muted"> · {t("plan.state.trial")}</span>}
        </Fact>
        <Fact name={t("plan.until")}>
          <LastDay at={plan.until} />
        </Fact>
        <Fact name={t("plan.seatsName")}>{number(plan.seats)}</Fact>
        <Fact name={t("plan.websitesName")}>{websites(plan.websites)}</Fact>
      </Facts>
      {manage && plan.state !== "ended" && (
        <>
          {plan.renews || plan.renewsNot === null ? (
            <RenewalSwitch plan={plan} />
          ) : (
            <p className="small muted">
              {t(`plan.not.${plan.renewsNot}`, { name: nameOf(lang, plan), seats: plan.seats })}
            </p>
          )}
          <NextPeriod plan={plan} sold={sold} />
        </>
      )}
      {manage && plan.state !== "ended" && plan.renews && <RenewalLetters />}
    </div>
  );
}

function None({ shop, trial }: { shop: Shop; trial: Plans["trial"] }) {
  const { t } = useText();
  const { manage } = useMay();
  const can = trial.available && manage;
  return (
    <div className="stack stack-tight">
      <p>{t(can ? "plan.noneTry" : "plan.none", { n: trial.days })}</p>
      {can && (
        <div className="line">
          <TrialButton shop={shop.id} days={trial.days} />
          <span className="small muted">{t("plan.tryHelp")}</span>
        </div>
      )}
      {can && shop.chatbot_state === "active" && <p className="small muted">{t("plan.tryPaid")}</p>}
    </div>
  );
}

interface CardProps {
  offer: Offer;
  shop: number;
  plan: Plan | undefined;
  first: boolean;
  /** It has a price in another currency too. */
  twice: boolean;
}

function Card({ offer, shop, plan, first, twice }: CardProps) {
  const { t, lang } = useText();
  const { manage } = useMay();
  const own = plan?.offer === offer.code && plan.source === "order";
  const word = plan === undefined || plan.source === "trial" ? "plan.choose" : own ? "plan.renew" : "plan.change";
  const name = nameOf(lang, offer);
  return (
    <li className={own ? "card plan plan-own" : "card plan"}>
      <div className="section-head">
        <h3>{name}</h3>
        {own && <Pill tone="on">{t("plan.yours")}</Pill>}
      </div>
      <p className="plan-price">
        <strong>
          <Paid sum={offer.price} />
        </strong>{" "}
        <span className="muted">{t("plan.forDays", { n: offer.days })}</span>
      </p>
      <PlanHas offer={offer} />
      {manage && (
        <LinkButton
          wide
          look={own || (plan === undefined && first) ? "primary" : "plain"}
          to={buyAt(offer, shop)}
          aria-label={`${t(word)}: ${name}${twice ? `, ${sumText(lang, offer.price)}` : ""}`}
        >
          {t(word)}
        </LinkButton>
      )}
    </li>
  );
}

/** What was chosen on the landing page, before there was an account: one press from here. */
function Chosen({ offer, shop, onNot }: { offer: Offer; shop: number; onNot: () => void }) {
  const { t, lang } = useText();
  return (
    <Alert
      tone="info"
      title={t("plan.chosen", { name: nameOf(lang, offer) })}
      said={false}
      action={
        <span className="line">
          <LinkButton small look="primary" to={buyAt(offer, shop)}>
            {t("plan.chosenGo")}
          </LinkButton>
          <Button small onClick={onNot}>
            {t("plan.chosenNot")}
          </Button>
        </span>
      }
    >
      {t("plan.chosenText")}
    </Alert>
  );
}

/** Which shop: the one of the address, else the first. */
function useShopOf(shops: readonly Shop[]): Shop | undefined {
  const [read] = useAddress();
  const asked = idOf(read("shop"));
  return shops.find(({ id }) => id === asked) ?? shops[0];
}

export function PickShop({
  shops,
  value,
  onPick,
}: {
  shops: readonly Shop[];
  value: number;
  onPick: (id: string) => void;
}) {
  const { t } = useText();
  return (
    <label className="field">
      <span>{t("plan.forShop")}</span>
      <select className="input select-short" value={value} onChange={({ target }) => onPick(target.value)}>
        {shops.map(({ id, shop_name: name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What is bought for a shop that an operator has suspended is refused. */
export function Rests({ shop }: { shop: Shop }) {
  const { t } = useText();
  return (
    <Alert
      tone="stop"
      title={t("plan.rests")}
      said={false}
      action={<LinkButton to={`/shops/${shop.id}`}>{t("plan.restsWhy")}</LinkButton>}
    />
  );
}

function Standing({ offers, plans, shops }: { offers: Offers; plans: Plans; shops: readonly Shop[] }) {
  const { t } = useText();
  const [, write] = useAddress();
  const shop = useShopOf(shops);
  const sold = offers.offers.filter(({ kind }) => kind === "plan");
  const plan = plans.plans.find((one) => one.shop === shop?.id);
  const { manage } = useMay();
  const [code, setCode] = useState(chosenPlan);
  // Whoever has paid for a plan, or chose the one of the trial and may still try it, needs no word of it.
  const free = plan === undefined || plan.source === "trial";
  const wished = free && manage && code !== null ? offerOf(sold, code, "") : undefined;
  const yuan = sold.find(({ price }) => price.currency === "CNY") ?? sold[0];
  const first = wished ?? (plans.trial.available ? undefined : yuan);
  if (shop === undefined) {
    return (
      <Teach
        icon="shop"
        title={t("shops.none")}
        action={
          <LinkButton look="primary" to="/shops?new=1">
            {t("shops.new")}
          </LinkButton>
        }
      >
        {t("plan.noShop")}
      </Teach>
    );
  }
  const rests = shop.status === "suspended";
  return (
    <>
      {shops.length > 1 && <PickShop shops={shops} value={shop.id} onPick={(id) => write({ shop: id })} />}
      <Section card title={t("plan.ofShop", { name: shop.shop_name })} extra={plan && <PlanPill state={plan.state} />}>
        {rests && <Rests shop={shop} />}
        {plan === undefined ? (
          <None shop={shop} trial={rests ? { ...plans.trial, available: false } : plans.trial} />
        ) : (
          <Present plan={plan} on={shop.chatbot_state === "active"} rests={rests} sold={offers.offers} />
        )}
      </Section>
      {!rests && wished !== undefined && !(plans.trial.available && wished.code === TRIAL_OF) && (
        <Chosen
          offer={wished}
          shop={shop.id}
          onNot={() => {
            forgetChosenPlan();
            setCode(null);
          }}
        />
      )}
      {rests ? null : (
        <Section title={t("plan.all")}>
          {sold.length === 0 ? (
            <p className="empty">{t("plan.noneSold")}</p>
          ) : (
            <ul className="plans">
              {sold.map((offer) => (
                <Card
                  key={`${offer.code} ${offer.price.currency}`}
                  offer={offer}
                  shop={shop.id}
                  plan={plan}
                  first={offer === first}
                  twice={sold.some((one) => one !== offer && one.code === offer.code)}
                />
              ))}
            </ul>
          )}
          <p className="small muted">
            {t("plan.orCredits")} <Link to={`/shops/${shop.id}/subscription`}>{t("subscription.title")}</Link>
          </p>
        </Section>
      )}
    </>
  );
}

export function PlanPage() {
  const { t } = useText();
  const offers = useOffers();
  const plans = usePlans();
  const shops = useShops();
  return (
    <Page title={t("billing.plan")}>
      <BillingParts />
      <Together reads={[offers, plans, shops]}>
        <Loaded read={offers} height={320}>
          {(sold) => (
            <Loaded read={plans} height={320}>
              {(had) => (
                <Loaded read={shops}>{({ shops: all }) => <Standing offers={sold} plans={had} shops={all} />}</Loaded>
              )}
            </Loaded>
          )}
        </Loaded>
      </Together>
    </Page>
  );
}
