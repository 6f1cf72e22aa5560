/* What a plan can become with its next period, and when its credits are taken. A plan that renews is renewed from a day before
 * its end, and one that becomes another from minutes before it; whoever changes his mind behind that pays within a minute. */
import type { Offer, Plan } from "../../api/money";

const RENEWS_BEFORE_MS = 24 * 60 * 60 * 1000;
const NEXT_BEFORE_MS = 10 * 60 * 1000;

type Ends = Pick<Plan, "until">;

/** It renews as it is, and its time has come: all that is missing is the wish, or credits. */
export const renewsNow = ({ until }: Ends, nowMs: number) => Date.parse(until) - nowMs <= RENEWS_BEFORE_MS;
/** What is set now begins at once. */
export const nextIsNow = ({ until }: Ends, nowMs: number) => Date.parse(until) - nowMs <= NEXT_BEFORE_MS;

/** The plans that it can become: those with a price in the currency of its own. */
export const choicesOf = (sold: readonly Offer[], { currency }: Pick<Plan, "currency">): Offer[] =>
  sold.filter(({ kind, price }) => kind === "plan" && price.currency === currency);

/** Only then is anything renewed from credits: they have a price in the plan's own currency. */
export const creditsAreSold = (sold: readonly Offer[], { currency }: Pick<Plan, "currency">): boolean =>
  sold.some(({ kind, price }) => kind === "credits" && price.currency === currency);

/** With what somebody chooses: the seats that it has, where it stays the same plan. */
export const seatsFirst = (offer: Pick<Offer, "code" | "seats">, plan: Pick<Plan, "offer" | "seats">) =>
  offer.code === plan.offer ? Math.max(plan.seats, offer.seats) : offer.seats;

/** Nothing would change by it. */
export const isSame = (plan: Pick<Plan, "offer" | "seats">, code: string, seats: number | null) =>
  code === plan.offer && seats === plan.seats;

type Renewal = Ends & Pick<Plan, "renews" | "renewsFor" | "renewsNot" | "next">;

/** What is said beside the switch of its renewal. */
export function renewalSays(plan: Renewal, on: boolean, nowMs: number) {
  const due = plan.next === null ? renewsNow(plan, nowMs) : nextIsNow(plan, nowMs);
  if (!on) return due ? "plan.renewsAtOnce" : "plan.renewsOff";
  if (plan.renewsNot !== null) return `plan.not.${plan.renewsNot}` as const;
  if (due) return "plan.renewsDue";
  return plan.next === null ? "plan.renewsOn" : "plan.renewsNext";
}
