/* What pays for the shops, as the first page says it: that there is a free trial and what becomes of it, until when a trial
 * or a plan goes, and what to do when it is over. An end is its last day, here as everywhere. */
import { useState } from "react";
import { Link } from "react-router";
import type { Plan, Plans } from "../api/money";
import { useUser } from "../api/queries";
import type { Shop } from "../api/types";
import { type TextKey, useText } from "../i18n/i18n";
import { LinkButton } from "../ui/button";
import { useLastDay } from "../ui/last-day";
import { useMay } from "../ui/may";
import { Section } from "../ui/page";
import { nameOf } from "../ui/sum";

const DAY_MS = 86_400_000;
const ROWS = 5;
/** What ends in so many days is seen to, and what is over for so many is known. */
const SOON_MS = 7 * DAY_MS;
const NEWS_MS = 30 * DAY_MS;

/** It goes on by itself, as long as there are credits. */
const goesOn = ({ renews, renewsFor }: Pick<Plan, "renews" | "renewsFor">) => renews && renewsFor !== null;

/** Which sentence says how it stands. */
export function sayingOf(plan: Pick<Plan, "state" | "source" | "renews" | "renewsFor" | "next">): TextKey {
  const { state, source, renews, next } = plan;
  if (state === "trial") return goesOn(plan) ? "home.planTrialRenews" : "home.planTrial";
  if (state === "active") {
    if (!renews) return "home.planActive";
    if (!goesOn(plan)) return "home.planRenewsNot";
    return next === null ? "home.planRenews" : "home.planNext";
  }
  if (source === "trial") return state === "grace" ? "home.planTrialGrace" : "home.planTrialEnded";
  return state === "grace" ? "home.planGrace" : "home.planEnded";
}

/** What somebody has to see first: where the chat will stop, where it has stopped (the last one first), and what is paid. */
function urgency(plan: Plan, nowMs: number): number {
  if (plan.state === "grace") return 0;
  if (plan.state === "ended") return 2;
  return !goesOn(plan) && Date.parse(plan.until) - nowMs <= SOON_MS ? 1 : 3;
}

/** Without those that are over while something else pays for the chat, or long over. */
export function plansToSay(plans: readonly Plan[], shops: readonly Shop[], nowMs: number): Plan[] {
  const on = new Set(shops.filter((shop) => shop.chatbot_state === "active").map(({ id }) => id));
  const rests = new Set(shops.filter((shop) => shop.status === "suspended").map(({ id }) => id));
  return plans
    .filter(({ shop, state, until }) => {
      if (rests.has(shop)) return false;
      return state !== "ended" || (!on.has(shop) && nowMs - Date.parse(until) <= NEWS_MS);
    })
    .sort(
      (a, b) =>
        urgency(a, nowMs) - urgency(b, nowMs) || (a.state === "ended" ? -1 : 1) * a.until.localeCompare(b.until),
    );
}

function Row({ plan, first }: { plan: Plan; first: boolean }) {
  const { t, lang } = useText();
  const lastDay = useLastDay();
  const { manage } = useMay();
  const bought = plan.state === "active" && !(plan.renews && !goesOn(plan));
  return (
    <li className="stack stack-tight">
      <span className="two-lines">
        <strong className="break">
          {plan.shopName} · {nameOf(lang, plan)}
        </strong>
        <span className="muted">
          {t(sayingOf(plan), { day: lastDay(plan.until), name: nameOf(lang, plan.next ?? plan) })}
        </span>
      </span>
      <span className="line">
        <LinkButton
          small
          look={first && manage && !bought ? "primary" : "plain"}
          to={`/billing/plan?shop=${plan.shop}`}
        >
          {t(bought || !manage ? "home.planSee" : "home.planChoose")}
        </LinkButton>
      </span>
    </li>
  );
}

/** Nobody has begun it: what it is, until when it would go, and what comes behind it. */
function Trial({ days, shop }: { days: number; shop: Shop | undefined }) {
  const { t } = useText();
  const lastDay = useLastDay();
  const [nowMs] = useState(Date.now);
  const end = new Date(nowMs + days * DAY_MS).toISOString();
  return (
    <Section card title={t("home.trial", { n: days })}>
      <div className="stack stack-tight">
        <p>{t("home.trialText", { n: days, day: lastDay(end) })}</p>
        <p className="muted">{t("home.trialAfter")}</p>
        <div className="line">
          <LinkButton to={shop === undefined ? "/shops?new=1" : `/billing/plan?shop=${shop.id}`}>
            {t(shop === undefined ? "home.trialShop" : "home.trialGo")}
          </LinkButton>
          {shop === undefined && <LinkButton to="/billing/plan">{t("home.planSee")}</LinkButton>}
        </div>
      </div>
    </Section>
  );
}

export function HomePlan({ plans: { plans, trial }, shops }: { plans: Plans; shops: readonly Shop[] }) {
  const { t } = useText();
  const { manage } = useMay();
  const byPanel = useUser().data?.user?.by_panel === true;
  const [nowMs] = useState(Date.now);
  const rows = plansToSay(plans, shops, nowMs);
  const open = shops.find(({ status }) => status !== "suspended");
  // Where a chat is on, something pays for it: credits, or the panel that the shop came from.
  const free = trial.available && manage && !byPanel && !shops.some((shop) => shop.chatbot_state === "active");
  if (rows.length === 0) return free ? <Trial days={trial.days} shop={open} /> : null;
  return (
    <Section card title={t("home.plan")}>
      <ul className="stack">
        {rows.slice(0, ROWS).map((plan, index) => (
          <Row key={plan.shop} plan={plan} first={index === 0} />
        ))}
      </ul>
      {rows.length > ROWS && <Link to="/billing/plan">{t("home.planAll")}</Link>}
    </Section>
  );
}
