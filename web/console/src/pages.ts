/* The pages, each a file of its own in the browser: the first visit loads the frame and one page. The page that the
 * address names is asked for at once, beside the first question to the server, not after its answer. */
import { loadPartTexts, loadTexts, type Part } from "./i18n/i18n";
import { LANGS } from "./i18n/lang";
import { fetchAhead, fetchPart } from "./load-part";

/** A page with the words that it alone, or its kind, says: asked for together, and here when both are. */
const also =
  <T>(part: Part, load: () => Promise<T>) =>
  async (): Promise<T> => {
    const [page] = await Promise.all([load(), loadPartTexts(part)]);
    return page;
  };

export const pages = {
  login: () => import("./pages/login"),
  register: () => import("./pages/register"),
  forgot: () => import("./pages/forgot"),
  verifyEmail: () => import("./pages/verify-email"),
  resetPassword: () => import("./pages/reset-password"),
  join: () => import("./pages/join"),
  home: () => import("./pages/home"),
  shops: () => import("./pages/shops"),
  shop: also("chat", () => import("./pages/shop/shop")),
  inbox: also("chat", () => import("./pages/inbox/inbox")),
  visitors: also("chat", () => import("./pages/visitors")),
  people: also("chat", () => import("./pages/customers/customers")),
  person: also("chat", () => import("./pages/customers/customer")),
  knowledge: also("chat", () => import("./pages/knowledge/knowledge")),
  numbers: also("chat", () => import("./pages/numbers/numbers")),
  billing: () => import("./pages/billing"),
  settings: also(
    "chat",
    also("settings", () => import("./pages/settings/settings")),
  ),
  today: also("operator", () => import("./pages/operator/today")),
  customers: also("operator", () => import("./pages/operator/customers")),
  customer: also("operator", () => import("./pages/operator/customer")),
  renewals: also("operator", () => import("./pages/operator/renewals")),
  operatorShops: also("operator", () => import("./pages/operator/shops")),
  operatorShop: also("operator", () => import("./pages/operator/shop")),
  jobs: also("operator", () => import("./pages/operator/jobs")),
  jobSkips: also("operator", () => import("./pages/operator/job-skips")),
  deliveries: also("operator", () => import("./pages/operator/deliveries")),
  delivery: also("operator", () => import("./pages/operator/delivery")),
  operatorAudit: also("operator", () => import("./pages/operator/audit")),
  notFound: () => import("./pages/not-found"),
};

type Name = keyof typeof pages;
const FIRST: readonly [RegExp, Name][] = [
  [/^\/login/, "login"],
  [/^\/register/, "register"],
  [/^\/forgot/, "forgot"],
  [/^\/auth\/verify-email/, "verifyEmail"],
  [/^\/auth\/reset-password/, "resetPassword"],
  [/^\/auth\/join/, "join"],
  [/^\/home/, "home"],
  [/^\/shops\/./, "shop"],
  [/^\/shops/, "shops"],
  [/^\/inbox/, "inbox"],
  [/^\/visitors/, "visitors"],
  [/^\/customers\/./, "person"],
  [/^\/customers/, "people"],
  [/^\/knowledge/, "knowledge"],
  [/^\/numbers/, "numbers"],
  [/^\/billing/, "billing"],
  [/^\/settings/, "settings"],
  [/^\/operator\/customers\/./, "customer"],
  [/^\/operator\/customers/, "customers"],
  [/^\/operator\/renewals/, "renewals"],
  [/^\/operator\/shops\/./, "operatorShop"],
  [/^\/operator\/shops/, "operatorShops"],
  [/^\/operator\/jobs\/skips/, "jobSkips"],
  [/^\/operator\/jobs/, "jobs"],
  [/^\/operator\/deliveries\/./, "delivery"],
  [/^\/operator\/deliveries/, "deliveries"],
  [/^\/operator\/audit/, "operatorAudit"],
  [/^\/operator$/, "today"],
];

export function fetchFirst(pathname: string): void {
  const name = FIRST.find(([pattern]) => pattern.test(pathname))?.[1];
  // Whoever draws the page asks again, and hears what went wrong.
  if (name !== undefined) fetchPart<unknown>(pages[name]).catch(() => undefined);
}

const AHEAD_AFTER_MS = 2000;
const AHEAD: Readonly<Record<"merchant" | "operator", readonly Name[]>> = {
  merchant: [
    "home",
    "shops",
    "shop",
    "inbox",
    "visitors",
    "people",
    "person",
    "knowledge",
    "numbers",
    "billing",
    "settings",
    "notFound",
  ],
  operator: [
    "today",
    "customers",
    "customer",
    "operatorShops",
    "operatorShop",
    "renewals",
    "jobs",
    "jobSkips",
    "deliveries",
    "operatorAudit",
    "settings",
  ],
};

export const fetchOthers = (role: "merchant" | "operator") =>
  fetchAhead(
    [...AHEAD[role].map((name) => pages[name]), ...LANGS.map((lang) => () => loadTexts(lang))],
    AHEAD_AFTER_MS,
  );
