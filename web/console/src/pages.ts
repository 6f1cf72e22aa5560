/* The pages, each a file of its own in the browser: the first visit loads the frame and one page. The page that the
 * address names is asked for at once, beside the first question to the server, not after its answer. */
import { also } from "./i18n/also";
import { loadTexts } from "./i18n/i18n";
import { LANGS } from "./i18n/lang";
import { fetchAhead, fetchPart } from "./load-part";

export const pages = {
  login: () => import("./pages/login"),
  register: () => import("./pages/register"),
  forgot: () => import("./pages/forgot"),
  verifyEmail: () => import("./pages/verify-email"),
  resetPassword: () => import("./pages/reset-password"),
  join: () => import("./pages/join"),
  home: also("home", () => import("./pages/home")),
  shops: () => import("./pages/shops"),
  shop: also("chat", () => import("./pages/shop/shop")),
  inbox: also("chat", () => import("./pages/inbox/inbox")),
  elsewhere: also("chat", () => import("./pages/inbox/elsewhere")),
  visitors: also("chat", () => import("./pages/visitors")),
  people: also("chat", () => import("./pages/customers/customers")),
  person: also("chat", () => import("./pages/customers/customer")),
  knowledge: also("chat", () => import("./pages/knowledge/knowledge")),
  numbers: also("chat", () => import("./pages/numbers/numbers")),
  billing: also("money", () => import("./pages/billing")),
  buying: also("money", () => import("./pages/money/buying")),
  spending: also(
    "money",
    also("spending", () => import("./pages/money/spending")),
  ),
  order: also(
    "money",
    also("said", () => import("./pages/money/order")),
  ),
  settings: also(
    "chat",
    also(
      "said",
      also("settings", () => import("./pages/settings/settings")),
    ),
  ),
  today: also("operator", () => import("./pages/operator/today")),
  customers: also("operator", () => import("./pages/operator/customers")),
  customer: also(
    "audit",
    also(
      "operator",
      also("said", () => import("./pages/operator/customer")),
    ),
  ),
  renewals: also("operator", () => import("./pages/operator/renewals")),
  operatorShops: also("operator", () => import("./pages/operator/shops")),
  operatorShop: also(
    "money",
    also(
      "operator",
      also("said", () => import("./pages/operator/shop")),
    ),
  ),
  jobs: also("operator", () => import("./pages/operator/jobs")),
  jobSkips: also("operator", () => import("./pages/operator/job-skips")),
  deliveries: also(
    "operator",
    also("said", () => import("./pages/operator/deliveries")),
  ),
  delivery: also(
    "operator",
    also("said", () => import("./pages/operator/delivery")),
  ),
  sitePages: also("operator", () => import("./pages/operator/site-pages")),
  operatorAudit: also(
    "audit",
    also(
      "operator",
      also("said", () => import("./pages/operator/audit")),
    ),
  ),
  sales: also(
    "money",
    also("operator", () => import("./pages/operator/sales")),
  ),
  sale: also(
    "money",
    also(
      "operator",
      also("said", () => import("./pages/operator/sale")),
    ),
  ),
  money: also(
    "money",
    also(
      "operator",
      also("said", () => import("./pages/operator/money")),
    ),
  ),
  catalogue: also(
    "money",
    also("operator", () => import("./pages/operator/catalogue")),
  ),
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
  [/^\/billing\/spending/, "spending"],
  [/^\/billing\/./, "buying"],
  [/^\/billing/, "billing"],
  [/^\/orders/, "order"],
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
  [/^\/operator\/pages/, "sitePages"],
  [/^\/operator\/audit/, "operatorAudit"],
  [/^\/operator\/orders\/./, "sale"],
  [/^\/operator\/orders/, "sales"],
  [/^\/operator\/money/, "money"],
  [/^\/operator\/catalogue/, "catalogue"],
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
    "buying",
    "order",
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
    "sales",
    "sale",
    "money",
    "catalogue",
    "sitePages",
    "settings",
  ],
};

export const fetchOthers = (role: "merchant" | "operator") =>
  fetchAhead(
    [
      ...AHEAD[role].map((name) => pages[name]),
      () => import("./ui/sign-in-again"), // before it is wanted: then a file may not come
      ...LANGS.map((lang) => () => loadTexts(lang)),
    ],
    AHEAD_AFTER_MS,
  );
