/* Where an order stands, as somebody who comes back from paying wants to know it: in one of these ways, and none of them
 * is read from the address that brought them. */
import type { Order } from "../../api/money";

export type Standing =
  | "toPay" // nothing was begun
  | "failed" // the last try failed, and it can be paid another way
  | "unconfirmed" // something was begun, and nobody has said that it is paid
  | "provisioning"
  | "paid"
  | "closed"
  | "refunded";

/** How long "you have just paid" is news. */
const NEWS_MS = 24 * 60 * 60 * 1000;

export function standingOf({ stage, state, payments }: Pick<Order, "stage" | "state" | "payments">): Standing {
  if (stage === "done") return "paid";
  if (stage !== "pending") return stage;
  if (state === "processing" || payments.some((one) => one.state === "processing" || one.state === "paid"))
    return "unconfirmed";
  // Any that is open may be paid by now, also behind a later one that failed.
  if (payments.some((one) => one.state === "open")) return "unconfirmed";
  return payments.at(-1)?.state === "failed" ? "failed" : "toPay";
}

/** All that was begun has brought money, and of another sum: then that is told, and not that nothing is confirmed. */
export function isAnswered({ payments, otherSums }: Pick<Order, "payments" | "otherSums">): boolean {
  // One that is paid, with the order still to be paid, is told by nothing else.
  if (payments.some(({ state }) => state === "paid")) return false;
  const begun = payments.filter(({ state }) => state === "open" || state === "processing");
  return begun.length > 0 && begun.every(({ number }) => otherSums.some(({ payment }) => payment === number));
}

/** Whoever has sent another sum is not asked for more, as long as a person looks at it. */
export const isLookedAt = ({ otherSums }: Pick<Order, "otherSums">) =>
  otherSums.some(({ again, seenAt }) => !again && seenAt === null);

/** By us it goes the way it came, and may still be going; what somebody else has given back is there already. */
export function backBy(
  refunds: readonly Pick<Order["refunds"][number], "state" | "cause">[],
): "us" | "others" | "both" {
  const done = refunds.filter(({ state }) => state === "done" || state === "pending");
  const others = done.filter(({ cause }) => cause === "outside").length;
  return others === 0 ? "us" : others === done.length ? "others" : "both";
}

/** Another way of paying can be begun. */
export const canPay = ({ state, stage }: Pick<Order, "stage" | "state">) => stage === "pending" && state === "open";

export const isNews = ({ paidAt }: Pick<Order, "paidAt">, nowMs: number) =>
  paidAt !== null && nowMs - Date.parse(paidAt) < NEWS_MS;
