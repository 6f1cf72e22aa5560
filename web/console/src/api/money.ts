/* What is sold for money, as the API says it: one function or hook each. Sums are shown in the words of the server
 * (`text`), which knows how many minor units a currency has; nothing is added up here. */
import {
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  type UseInfiniteQueryResult,
  useQuery,
} from "@tanstack/react-query";
import { answer } from "./client";
import { keys } from "./read-keys";

export interface Sum {
  amount: number;
  currency: string;
  text: string;
}
interface Named {
  nameEn: string;
  nameZh: string;
}
export interface Offer extends Named {
  code: string;
  version: number;
  kind: "plan" | "credits";
  price: Sum;
  days: number;
  seats: number;
  seatPrice: Sum;
  websites: number;
  credits: number;
}
export interface Provider extends Named {
  name: string;
  ways: string[];
  currencies: string[];
}
export interface Offers {
  offers: Offer[];
  providers: Provider[];
  trialDays: number;
}
export interface Wish {
  offer: string;
  shop?: number;
  seats?: number;
  quantity?: number;
  coupon?: string;
}
export interface OrderLine {
  what: string;
  quantity: number;
  price: Sum;
  amount: Sum;
  from: string | null;
  to: string | null;
}
export interface Quote {
  lines: OrderLine[];
  listAmount: Sum;
  discount: Sum;
  credited: Sum;
  amount: Sum;
  until: string | null;
}
export const ORDER_STATES = ["open", "processing", "paid", "closed", "refunded"] as const;
export const REFUND_STATES = ["asked", "pending", "done", "failed", "refused"] as const;
export const PROVIDERS = ["alipay", "wechat", "stripe", "sandbox"] as const;
export type OrderState = (typeof ORDER_STATES)[number];
export type Stage = "pending" | "provisioning" | "done" | "closed" | "refunded";
export interface Payment {
  number: string;
  provider: string;
  way: string;
  state: "open" | "processing" | "paid" | "failed" | "closed";
  amount: Sum;
  refunded: Sum;
  error: string | null;
}
export interface Refund {
  id: number;
  number: string;
  payment: string;
  state: (typeof REFUND_STATES)[number];
  cause: string;
  reason: string;
  amount: Sum;
  createdAt: string;
  endedAt: string | null;
}
export interface Moment {
  at: string;
  what: string;
  said: string;
}
export interface OrderBrief {
  number: string;
  state: OrderState;
  stage: Stage;
  kind: Offer["kind"];
  offer: Named & { code: string };
  shop: number | null;
  seats: number;
  quantity: number;
  listAmount: Sum;
  discount: Sum;
  credited: Sum;
  amount: Sum;
  refunded: Sum;
  expiresAt: string;
  paidAt: string | null;
  createdAt: string;
}
export interface Order extends OrderBrief {
  lines: OrderLine[];
  payments: Payment[];
  refunds: Refund[];
  timeline: Moment[];
}
export interface Begun {
  order: Order;
  payment: Payment;
  url: string | null;
  scan: string | null;
  qr: string | null;
}
export interface Plan extends Named {
  shop: number;
  shopName: string;
  offer: string;
  source: "order" | "trial";
  seats: number;
  websites: number;
  beganAt: string;
  until: string;
  renews: boolean;
  /** Credits, as prices are today; null: it cannot be renewed so. */
  renewsFor: number | null;
  state: "trial" | "active" | "grace" | "ended";
}
export interface Plans {
  plans: Plan[];
  trial: { available: boolean; days: number };
}
export interface Contact {
  taxNumber: string;
  address: string;
  phone: string;
  bank: string;
  bankAccount: string;
  email: string;
}
export const PROFILE_KINDS = ["company", "person", "abroad"] as const;
export interface Profile extends Contact {
  kind: (typeof PROFILE_KINDS)[number];
  title: string;
  updatedAt: string | null;
}
export interface Paper {
  id: number;
  number: string;
  kind: "invoice" | "receipt" | "credit_note";
  order: string;
  corrects: string | null;
  title: string;
  amount: Sum;
  refunded: Sum;
  issuedAt: string;
  url: string;
}

/* ---- the operator's ---- */

export type SaleFilter = Readonly<{
  state?: OrderState | undefined;
  provider?: (typeof PROVIDERS)[number] | undefined;
  account?: number | undefined;
  from?: string | undefined;
  to?: string | undefined;
}>;
export interface SaleBrief extends Named {
  number: string;
  account: number;
  shop: number | null;
  state: OrderState;
  kind: Offer["kind"];
  offer: string;
  version: number;
  amount: Sum;
  refunded: Sum;
  provider: string | null;
  createdAt: string;
  expiresAt: string;
  paidAt: string | null;
}
export interface SalePayment extends Payment {
  counts: boolean;
  /** What may still be asked back. */
  left: Sum;
  trade: string | null;
}
export interface HandPayment {
  id: number;
  payment: string;
  provider: string;
  state: "asked" | "agreed" | "declined";
  trade: string;
  reason: string;
  createdAt: string;
}
export interface Note {
  at: string;
  provider: string;
  what: string;
  said: string;
  delivery: number | null;
}
export interface Mismatch {
  id: number;
  kind: string;
  provider: string | null;
  order: string | null;
  account: number | null;
  delivery: number | null;
  trade: string | null;
  amount: Sum | null;
  said: string | null;
  createdAt: string;
  resolvedAt: string | null;
  resolution: string | null;
}
export interface SaleRefund extends Refund {
  order: string;
  account: number;
  provider: string;
  takesBack: boolean;
  tries: number;
  error: string | null;
  /** You asked for it. */
  mine: boolean;
}
export interface Sale extends SaleBrief {
  listAmount: Sum;
  discount: Sum;
  credited: Sum;
  lines: OrderLine[];
  payments: SalePayment[];
  refunds: SaleRefund[];
  handPayments: HandPayment[];
  mismatches: Mismatch[];
  notes: Note[];
}
export interface TakingsDay {
  day: string;
  provider: string;
  came: Sum;
  went: Sum;
}
export interface Takings {
  owed: number;
  openMismatches: number;
  refundsAsked: number;
  refundsPending: number;
  handPaymentsAsked: number;
  days: TakingsDay[];
}
export interface SoldOffer extends Offer {
  id: number;
  sold: boolean;
  createdAt: string;
  replacedAt: string | null;
}
export interface OfferBody extends Named {
  code: string;
  kind: Offer["kind"];
  currency: string;
  price: number;
  seatPrice: number;
  days: number;
  seats: number;
  websites: number;
  credits: number;
}
export interface Seller extends Contact {
  name: string;
  abroad: boolean;
  updatedAt: string | null;
}

/* ---- the requests ---- */

type Asked = Readonly<Record<string, string | number | boolean | undefined>>;

function withQuery(path: string, asked: Asked = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) if (value !== undefined) query.set(name, String(value));
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}

async function reply<T>(path: string, init: RequestInit) {
  const response = await fetch(path, { credentials: "same-origin", ...init });
  const body = (await response.json().catch(() => undefined)) as T | undefined;
  return response.ok ? { data: body as T, response } : { error: body, response };
}

const read = <T>(path: string, asked?: Asked): Promise<T> => answer(reply<T>(withQuery(path, asked), {}));

function send<T>(path: string, body?: object, key?: string, method = "POST"): Promise<T> {
  const headers: Record<string, string> = {};
  if (key !== undefined) headers["Idempotency-Key"] = key;
  if (body === undefined) return answer(reply<T>(path, { method, headers }));
  headers["Content-Type"] = "application/json";
  return answer(reply<T>(path, { method, headers, body: JSON.stringify(body) }));
}

const at = (number: string) => `/api/billing/orders/${encodeURIComponent(number)}`;
export const placeOrder = (wish: Wish, key: string) => send<Order>("/api/billing/orders", wish, key);
export const beginPayment = (number: string, provider: string, key: string) =>
  send<Begun>(`${at(number)}/pay`, { provider }, key);
/** "I have paid": the provider is asked. */
export const checkOrder = (number: string, key: string) => send<Order>(`${at(number)}/check`, undefined, key);
export const cancelOrder = (number: string, key: string) => send<Order>(`${at(number)}/cancel`, undefined, key);
export const makeInvoice = (number: string, key: string) =>
  send<{ invoice: Paper }>(`${at(number)}/invoice`, undefined, key);
export const beginTrial = (shop: number, key: string) => send<Plan>(`/api/billing/plans/${shop}/trial`, undefined, key);
export const switchRenewal = (shop: number, on: boolean, key: string) =>
  send<Plan>(`/api/billing/plans/${shop}/renewal`, { on }, key);
export const putProfile = (body: Omit<Profile, "updatedAt">) =>
  send<Profile>("/api/billing/profile", body, undefined, "PUT");

const sale = (number: string) => `/api/operator/orders/${encodeURIComponent(number)}`;
export interface RefundBody {
  payment: string;
  amount?: number;
  reason: string;
  takesBack: boolean;
}
export const askRefund = (number: string, body: RefundBody, key: string) =>
  send<SaleRefund>(`${sale(number)}/refund`, body, key);
export const markPaid = (number: string, body: { payment: string; reason: string; trade: string }, key: string) =>
  send<HandPayment>(`${sale(number)}/paid`, body, key);
export const decidePaid = (number: string, payment: string, way: "agree" | "decline", key: string) =>
  send<HandPayment>(`${sale(number)}/paid/${way}`, { payment }, key);
export const agreeRefund = (id: number, key: string) =>
  send<SaleRefund>(`/api/operator/refunds/${id}/agree`, undefined, key);
export const declineRefund = (id: number, reason: string, key: string) =>
  send<SaleRefund>(`/api/operator/refunds/${id}/decline`, { reason }, key);
export const resolveMismatch = (id: number, resolution: string, key: string) =>
  send<Mismatch>(`/api/operator/mismatches/${id}/resolve`, { resolution }, key);
export const putOffer = (body: OfferBody, key: string) => send<SoldOffer>("/api/operator/offers", body, key);
export const putSeller = (body: Omit<Seller, "updatedAt">) =>
  send<Seller>("/api/operator/seller", body, undefined, "PUT");

/* ---- the reads ---- */

export const useOffers = () =>
  useQuery({ queryKey: keys.offers, queryFn: () => read<Offers>("/api/billing/offers"), staleTime: 60_000 });
export const useQuote = (wish: Wish | null) =>
  useQuery({
    queryKey: keys.quote(wish),
    queryFn: () => send<Quote>("/api/billing/quote", wish ?? {}),
    enabled: wish !== null,
    placeholderData: keepPreviousData,
  });
export const usePlans = () => useQuery({ queryKey: keys.plans, queryFn: () => read<Plans>("/api/billing/plans") });

/** A payment is told by a server event; this slow look is for a browser whose event stream is broken. */
const PAYING_LOOK_MS = 10_000;
export const useOrder = (number: string) =>
  useQuery({
    queryKey: keys.order(number),
    queryFn: () => read<Order>(at(number)),
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && (data.stage === "provisioning" || (data.stage === "pending" && data.payments.length > 0))
        ? PAYING_LOOK_MS
        : false,
  });

/** The server says behind what the next page begins; null: this is the last one. */
function usePages<T>(
  queryKey: readonly unknown[],
  page: (after: number | undefined) => Promise<{ rows: T[]; next: number | null }>,
): UseInfiniteQueryResult<InfiniteData<T[]>> {
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => page(pageParam),
    initialPageParam: undefined as number | undefined,
    placeholderData: keepPreviousData,
    getNextPageParam: ({ next }) => next ?? undefined,
    select: ({ pages, pageParams }) => ({ pages: pages.map(({ rows }) => rows), pageParams }),
  });
}

const PAGE_ROWS = 50;
/** Lists that say nothing of a next page: a full one may have one. */
const byId = <T extends { id: number }>(rows: T[]) => ({
  rows,
  next: rows.length < PAGE_ROWS ? null : (rows.at(-1)?.id ?? null),
});

export const useOrders = () =>
  usePages<OrderBrief>(keys.orderList, async (after) => {
    const { orders, next } = await read<{ orders: OrderBrief[]; next: string | null }>("/api/billing/orders", {
      after,
      limit: PAGE_ROWS,
    });
    return { rows: orders, next: next === null ? null : Number(next) };
  });
export const useProfile = () =>
  useQuery({ queryKey: keys.profile, queryFn: () => read<Profile>("/api/billing/profile") });
export const usePapers = () =>
  usePages<Paper>(keys.paperList, async (after) =>
    byId((await read<{ invoices: Paper[] }>("/api/billing/invoices", { after, limit: PAGE_ROWS })).invoices),
  );

export const useSales = (filter: SaleFilter) =>
  usePages<SaleBrief>(keys.saleList(filter), async (after) => {
    const { orders, next } = await read<{ orders: SaleBrief[]; next: number | null }>("/api/operator/orders", {
      ...filter,
      after,
      limit: PAGE_ROWS,
    });
    return { rows: orders, next };
  });
export const useSale = (number: string) =>
  useQuery({ queryKey: keys.sale(number), queryFn: () => read<Sale>(sale(number)) });
export const useRefunds = (state: Refund["state"]) =>
  usePages<SaleRefund>(keys.refundList(state), async (after) =>
    byId((await read<{ refunds: SaleRefund[] }>("/api/operator/refunds", { state, after, limit: PAGE_ROWS })).refunds),
  );
export const useMismatches = (open: boolean) =>
  usePages<Mismatch>(keys.mismatchList(open), async (after) => {
    const asked = { open: open ? true : undefined, after, limit: PAGE_ROWS };
    return byId((await read<{ mismatches: Mismatch[] }>("/api/operator/mismatches", asked)).mismatches);
  });
/** The versions that are sold now. */
export const usePrices = () =>
  useQuery({
    queryKey: keys.prices,
    queryFn: async () =>
      (await read<{ offers: SoldOffer[] }>("/api/operator/offers", { limit: PAGE_ROWS })).offers.filter(
        ({ sold }) => sold,
      ),
  });
export const useTakings = (asked: { from?: string } = {}) =>
  useQuery({
    queryKey: keys.takingsOf(asked.from),
    queryFn: () => read<Takings>("/api/operator/money", asked),
    placeholderData: keepPreviousData,
  });
export const useSeller = () => useQuery({ queryKey: keys.seller, queryFn: () => read<Seller>("/api/operator/seller") });
