/* Where one can go: the menu and the search read the same list. A place stands here from the day its page exists. */
import type { TextKey } from "../i18n/i18n";
import type { IconName } from "./icon";

export interface Place {
  to: string;
  text: TextKey;
  icon: IconName;
  /** Begins a group of this name. */
  group?: TextKey;
  /** What also counts as being here. */
  under?: string;
}

const MERCHANT: readonly Place[] = [
  { to: "/home", text: "nav.home", icon: "home" },
  { to: "/inbox", text: "nav.inbox", icon: "inbox" },
  { to: "/shops", text: "nav.shops", icon: "shop" },
  { to: "/billing", text: "nav.billing", icon: "billing" },
  { to: "/settings/activity", text: "nav.settings", icon: "settings", under: "/settings" },
];
const OPERATOR: readonly Place[] = [
  { to: "/operator", text: "nav.today", icon: "today" },
  { to: "/operator/customers", text: "nav.customers", icon: "people" },
  { to: "/operator/renewals", text: "nav.renewals", icon: "billing", group: "nav.money" },
  { to: "/operator/shops", text: "house.title", icon: "shop", group: "nav.fleet" },
  { to: "/operator/deliveries", text: "nav.deliveries", icon: "inbox" },
  { to: "/operator/jobs", text: "nav.jobs", icon: "jobs", group: "nav.system" },
  { to: "/operator/audit", text: "nav.operatorAudit", icon: "log" },
];

export const placesOf = (operator: boolean): readonly Place[] => (operator ? OPERATOR : MERCHANT);

/** Not in the menu, but found. */
const OWN: readonly Place[] = [
  { to: "/settings/profile", text: "nav.profile", icon: "person" },
  { to: "/settings/security", text: "nav.security", icon: "shield" },
];
const OWN_MERCHANT: readonly Place[] = [
  { to: "/settings/team", text: "nav.team", icon: "people" },
  { to: "/settings/activity", text: "nav.activity", icon: "log" },
  { to: "/shops?new=1", text: "shops.new", icon: "plus" },
];

export function findable(operator: boolean): readonly Place[] {
  const menu = placesOf(operator).filter(({ under }) => under === undefined);
  return [...menu, ...(operator ? [] : OWN_MERCHANT), ...OWN];
}

export function isHere({ to, under }: Place, pathname: string): boolean {
  if (under !== undefined) return pathname.startsWith(under);
  if (to === "/operator" || to === "/home") return pathname === to;
  return pathname === to || pathname.startsWith(`${to}/`);
}
