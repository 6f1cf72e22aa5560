/* What a merchant must look at soon, out of what the server says of the months to come. */
import type { Attention as Coming } from "../api/types";
import type { Text } from "../i18n/i18n";

export interface Attention {
  key: string;
  tone: "due" | "stop";
  text: string;
  to: string;
  action: string;
}

/** What the balance does not cover is one thing to do, however many shops it is for: by the first of the days. */
export function unpaid(coming: readonly Coming[]): { credits: number; by: string; shops: readonly string[] } | null {
  const owing = coming.filter(({ kind, amount }) => kind !== "ending" && amount > 0);
  const first = owing.map(({ by }) => by).sort()[0];
  if (first === undefined) return null;
  return {
    credits: owing.reduce((sum, { amount }) => sum + amount, 0),
    by: first,
    shops: owing.map(({ shopName }) => shopName),
  };
}

export function moneyAttention(
  coming: readonly Coming[],
  { t }: Pick<Text, "t">,
  lastDay: (end: string) => string,
): readonly Attention[] {
  const owed = unpaid(coming);
  const late = coming.some(({ kind, amount }) => kind === "renewal_unpaid" && amount > 0);
  const pay = owed !== null && {
    key: "pay",
    tone: late ? ("stop" as const) : ("due" as const),
    text: t(owed.shops.length > 1 ? "attention.payMany" : "attention.pay", {
      n: owed.credits,
      day: lastDay(owed.by),
      name: owed.shops[0] ?? "",
      shops: owed.shops.length,
    }),
    to: "/billing",
    action: t("short.go"),
  };
  /* What an order or a trial paid for misses no credits: it ends, or has ended. */
  const ending = coming.filter(({ kind, source }) => kind === "ending" || source !== "credits");
  return [
    ...(pay ? [pay] : []),
    ...ending.map((one): Attention => ({
      key: `ending-${one.shop}`,
      tone: one.kind === "renewal_unpaid" ? "stop" : "due",
      text: t(one.source === "credits" ? "attention.ending" : "attention.over", {
        name: one.shopName,
        day: lastDay(one.by),
      }),
      to: `/shops/${one.shop}/subscription`,
      action: t("attention.look"),
    })),
  ];
}
