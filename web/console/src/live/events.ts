/* What a server event means for the screens: which reads are out of date. Events carry ids and states, never whole rows,
 * so the answer to each is "read it again"; the server stays the only one who knows. */
import { keys } from "../api/read-keys";

/** Every event type of GET /api/events. EventSource delivers a named event only to a listener of that name. */
export const EVENT_TYPES = [
  "shop.changed",
  "chatbot.changed",
  "credits.changed",
  "order.changed",
  "plan.changed",
  "sessions.changed",
  "mention",
  "hint",
  "reset",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** Beside the server's: the stream itself began or broke (state), as the tab that holds it tells the others. */
export interface LiveMessage {
  type: EventType | "state";
  data: unknown;
}

type Key = readonly unknown[];
export const EVERYTHING: Key = [];

function member(data: unknown, name: string): unknown {
  return typeof data === "object" && data !== null ? (data as Record<string, unknown>)[name] : undefined;
}

function shopKeys(data: unknown): Key[] {
  const shop = member(data, "shop");
  return typeof shop === "number" ? [keys.shop(shop)] : [["shop"]];
}

/* An account's page shows its shops and its ledger too: their keys begin with `accounts`. */
const HINTS: Record<string, readonly Key[]> = {
  overview: [keys.overview],
  jobs: [keys.jobs, keys.overview],
  accounts: [keys.accounts, keys.overview, keys.operatorAudit],
  grants: [keys.accounts, keys.overview, keys.operatorAudit],
  money: [
    keys.sales,
    keys.refunds,
    keys.mismatches,
    keys.bills,
    keys.takings,
    keys.prices,
    keys.coupons,
    keys.overview,
  ],
};

/** Keys (prefixes) to read again after this event. */
export function staleAfter(type: EventType, data: unknown): readonly Key[] {
  switch (type) {
    case "shop.changed":
      return [keys.shops, ...shopKeys(data), keys.spending, keys.attention, keys.onboarding, keys.audit];
    // What comes due depends on whether a chat is on, and on its shop being there.
    case "chatbot.changed":
      return [keys.shops, ...shopKeys(data), keys.spending, keys.orders, keys.attention, keys.onboarding, keys.audit];
    // What a shop's page says of the balance (what is missing, what is left afterwards) is the server's as well.
    case "credits.changed":
      return [
        keys.billing,
        keys.spending,
        keys.user,
        keys.shops,
        ["shop"],
        keys.attention,
        keys.onboarding,
        keys.audit,
      ];
    case "order.changed":
      return [keys.orders, keys.papers, keys.spending];
    case "plan.changed":
      return [keys.plans, keys.quotes, keys.spending, keys.team, keys.shops, ...shopKeys(data), keys.attention];
    case "sessions.changed":
      return [keys.sessions, keys.user, keys.team, keys.audit];
    case "mention":
      return [keys.mentions];
    case "hint": {
      const kind = member(data, "kind");
      return typeof kind === "string" ? (HINTS[kind] ?? [keys.operator]) : [keys.operator];
    }
    case "reset":
      return [EVERYTHING];
  }
}
