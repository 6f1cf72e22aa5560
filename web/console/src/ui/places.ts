/* Where one can go: the menu and the search read the same list. A place stands here from the day its page exists. */
import type { TextKey } from "../i18n/i18n";
import type { IconName } from "./icon";
import type { May } from "./may";

export interface Place {
  to: string;
  text: TextKey;
  icon: IconName;
  /** Begins a group of this name. */
  group?: TextKey;
  /** What also counts as being here. */
  under?: string;
  /** For whom; not given: for all. */
  when?: (may: May) => boolean;
}

const books = (may: May) => may.books;
const manage = (may: May) => may.manage;

const MERCHANT: readonly Place[] = [
  { to: "/home", text: "nav.home", icon: "home", when: books },
  { to: "/inbox", text: "nav.inbox", icon: "inbox" },
  { to: "/visitors", text: "nav.visitors", icon: "people" },
  { to: "/customers", text: "nav.people", icon: "person" },
  { to: "/knowledge", text: "nav.knowledge", icon: "book", when: books },
  { to: "/numbers", text: "nav.numbers", icon: "chart" },
  { to: "/shops", text: "nav.shops", icon: "shop", when: books },
  { to: "/billing", text: "nav.billing", icon: "billing", when: books },
  { to: "/settings/activity", text: "nav.settings", icon: "settings", under: "/settings", when: books },
  { to: "/settings/profile", text: "nav.settings", icon: "settings", under: "/settings", when: (may) => !may.books },
];
const OPERATOR: readonly Place[] = [
  { to: "/operator", text: "nav.today", icon: "today" },
  { to: "/operator/customers", text: "nav.customers", icon: "people" },
  { to: "/operator/orders", text: "nav.orders", icon: "log", group: "nav.money" },
  { to: "/operator/money/takings", text: "nav.books", icon: "billing", under: "/operator/money" },
  { to: "/operator/renewals", text: "nav.renewals", icon: "wait" },
  { to: "/operator/catalogue/prices", text: "nav.prices", icon: "card", group: "nav.catalogue" },
  { to: "/operator/catalogue/coupons", text: "nav.coupons", icon: "tag" },
  { to: "/operator/shops", text: "house.title", icon: "shop", group: "nav.fleet" },
  { to: "/operator/deliveries", text: "nav.deliveries", icon: "inbox" },
  { to: "/operator/jobs", text: "nav.jobs", icon: "jobs", group: "nav.system" },
  { to: "/operator/pages/terms", text: "nav.pages", icon: "globe", under: "/operator/pages" },
  { to: "/operator/audit", text: "nav.operatorAudit", icon: "log" },
];

const allowed = (places: readonly Place[], may: May) => places.filter(({ when }) => when === undefined || when(may));

export const placesOf = (operator: boolean, may: May): readonly Place[] => allowed(operator ? OPERATOR : MERCHANT, may);

/** Not in the menu, but found. */
const OWN: readonly Place[] = [
  { to: "/settings/profile", text: "nav.profile", icon: "person" },
  { to: "/settings/security", text: "nav.security", icon: "shield" },
];
const OWN_MERCHANT: readonly Place[] = [
  { to: "/settings/team", text: "nav.team", icon: "people", when: manage },
  { to: "/settings/inbox", text: "inbox.ready", icon: "inbox" },
  { to: "/settings/activity", text: "nav.activity", icon: "log", when: books },
  { to: "/shops?new=1", text: "shops.new", icon: "plus", when: manage },
];

export function findable(operator: boolean, may: May): readonly Place[] {
  const menu = placesOf(operator, may).filter(({ under }) => under === undefined);
  return [...menu, ...(operator ? [] : allowed(OWN_MERCHANT, may)), ...OWN];
}

export function isHere({ to, under }: Place, pathname: string): boolean {
  if (under !== undefined) return pathname.startsWith(under);
  if (to === "/operator" || to === "/home") return pathname === to;
  return pathname === to || pathname.startsWith(`${to}/`);
}
