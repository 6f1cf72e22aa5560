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
export interface Offer {
  code: string;
  version: number;
  kind: "plan" | "credits";
  nameEn: string;
  nameZh: string;
  price: Sum;
  days: number;
  seats: number;
  seatPrice: Sum;
  /** -1 or 0: any number. */
  websites: number;
  credits: number;
}
export interface Provider {
  name: string;
  nameEn: string;
  nameZh: string;
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
  until?: string | null;
}
export type OrderState = "open" | "processing" | "paid" | "closed" | "refunded";
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
  state: "asked" | "pending" | "done" | "failed" | "refused";
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
export interface Order {
  listAmount: Sum;
  discount: Sum;
  credited: Sum;
  number: string;
  state: OrderState;
  stage: Stage;
  kind: "plan" | "credits";
  offer: { code: string; nameEn: string; nameZh: string };
  shop: number | null;
  lines: OrderLine[];
  amount: Sum;
  refunded: Sum;
  expiresAt: string;
  paidAt: string | null;
  createdAt: string;
  payments: Payment[];
  refunds: Refund[];
  timeline: Moment[];
}
export interface Begun {
  order: Order;
  payment: Payment;
  url?: string | null;
  scan?: string | null;
  qr?: string | null;
}
export interface Plan {
  shop: number;
  shopName: string;
  offer: string;
  nameEn: string;
  nameZh: string;
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
  const body: unknown = await response.json().catch(() => undefined);
  return response.ok ? { data: body as T, response } : { error: body, response };
}

const read = <T>(path: string, asked?: Asked) => answer(reply<T>(withQuery(path, asked), {}));

const send = <T>(path: string, body: unknown, key?: string, method = "POST") =>
  answer(
    reply<T>(path, {
      method,
      headers: { "Content-Type": "application/json", ...(key !== undefined && { "Idempotency-Key": key }) },
      body: JSON.stringify(body),
    }),
  );

const at = (number: string) => `/api/billing/orders/${encodeURIComponent(number)}`;
export const placeOrder = (wish: Wish, key: string) => send<Order>("/api/billing/orders", wish, key);
export const beginPayment = (number: string, provider: string, key: string) =>
  send<Begun>(`${at(number)}/pay`, { provider }, key);
/** "I have paid": the provider is asked. */
export const checkOrder = (number: string, key: string) => send<Order>(`${at(number)}/check`, {}, key);
export const cancelOrder = (number: string, key: string) => send<Order>(`${at(number)}/cancel`, {}, key);
export const beginTrial = (shop: number, key: string) => send<Plan>(`/api/billing/plans/${shop}/trial`, {}, key);
export const switchRenewal = (shop: number, on: boolean, key: string) =>
  send<Plan>(`/api/billing/plans/${shop}/renewal`, { on }, key);

/* ---- the reads ---- */

export const useOffers = () =>
  useQuery({ queryKey: keys.offers, queryFn: () => read<Offers>("/api/billing/offers"), staleTime: 60_000 });
export const useQuote = (wish: Wish | null) =>
  useQuery({
    queryKey: keys.quote(wish),
    queryFn: () => send<Quote>("/api/billing/quote", wish),
    enabled: wish !== null,
    placeholderData: keepPreviousData,
  });
export const usePlans = (enabled = true) =>
  useQuery({ queryKey: keys.plans, queryFn: () => read<Plans>("/api/billing/plans"), enabled });

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

/** The server says behind what the next page begins. */
function usePages<T>(
  queryKey: readonly unknown[],
  page: (after: string | undefined) => Promise<{ rows: T[]; next: string | null }>,
): UseInfiniteQueryResult<InfiniteData<T[]>> {
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => page(pageParam),
    initialPageParam: undefined as string | undefined,
    placeholderData: keepPreviousData,
    getNextPageParam: ({ next }) => next ?? undefined,
    select: ({ pages, pageParams }) => ({ pages: pages.map(({ rows }) => rows), pageParams }),
  });
}

interface OrderPage {
  orders: Order[];
  next: string | null;
}
export const useOrders = () =>
  usePages<Order>(keys.orderList, async (after) => {
    const { orders, next } = await read<OrderPage>("/api/billing/orders", { after });
    return { rows: orders, next };
  });

/* ---- papers ---- */

export interface InvoiceProfile {
  title: string;
  taxNumber: string;
  address: string;
  email: string;
}
export interface Invoice {
  id: number;
  number: string;
  order: string;
  kind: "receipt" | "invoice";
  title: string;
  amount: Sum;
  createdAt: string;
}

/* ---- the operator's ---- */

export const ORDER_STATES = ["open", "processing", "paid", "closed", "refunded"] as const;
export const REFUND_STATES = ["asked", "pending", "done", "failed", "refused"] as const;
export const PROVIDERS = ["alipay", "wechat", "stripe", "sandbox"] as const;

export interface Note {
  at: string;
  provider: string;
  what: string;
  said: string;
  delivery: number | null;
}
export interface Sale extends Order {
  account: number;
  notes: Note[];
  mismatches: Mismatch[];
  /** Somebody has marked it paid by hand, and a second person has to agree. */
  marked: boolean;
}
export type SaleFilter = Readonly<{
  state?: OrderState | undefined;
  provider?: (typeof PROVIDERS)[number] | undefined;
}>;
export interface Mismatch {
  id: number;
  kind: string;
  provider: string;
  order: string | null;
  payment: string | null;
  account: number | null;
  delivery: number | null;
  trade: string | null;
  amount: Sum | null;
  said: string;
  resolvedAt: string | null;
  resolution: string | null;
  createdAt: string;
}
export interface WaitingRefund extends Refund {
  order: string;
  account: number;
  mine: boolean;
  provider: string;
  takesBack: boolean;
  error: string | null;
}
export interface Taking {
  provider: string;
  in: Sum;
  back: Sum;
}
export interface Takings {
  owed: number;
  refundsWaiting: number;
  mismatchesOpen: number;
  all: { in: Sum; back: Sum }[];
  providers: Taking[];
  days: { day: string; sums: { in: Sum; back: Sum }[] }[];
}
export interface OfferBody {
  code: string;
  kind: Offer["kind"];
  currency: string;
  nameEn: string;
  nameZh: string;
  price: number;
  seatPrice: number;
  days: number;
  seats: number;
  websites: number;
  credits: number;
}

const sale = (number: string) => `/api/operator/orders/${encodeURIComponent(number)}`;
export const askRefund = (
  number: string,
  body: { payment: string; amount?: number; reason: string; takesBack: boolean },
  key: string,
) => send<Sale>(`${sale(number)}/refund`, body, key);
export const markPaid = (number: string, body: { payment: string; reason: string; trade: string }, key: string) =>
  send<Sale>(`${sale(number)}/paid`, body, key);
export const agreePaid = (number: string, key: string) => send<Sale>(`${sale(number)}/paid/agree`, {}, key);
const decide = (way: "agree" | "decline") => (id: number, reason: string, key: string) =>
  send<WaitingRefund>(`/api/operator/refunds/${id}/${way}`, { reason }, key);
export const agreeRefund = decide("agree");
export const declineRefund = decide("decline");
export const resolveMismatch = (id: number, resolution: string, key: string) =>
  send<Mismatch>(`/api/operator/mismatches/${id}/resolve`, { resolution }, key);
export const putOffer = (body: OfferBody, key: string) => send<Offer>("/api/operator/offers", body, key);

interface SalePage {
  orders: Sale[];
  next: string | null;
}
export const useSales = (filter: SaleFilter) =>
  usePages<Sale>(keys.saleList(filter), async (after) => {
    const { orders, next } = await read<SalePage>("/api/operator/orders", { ...filter, after });
    return { rows: orders, next };
  });
export const useSale = (number: string) =>
  useQuery({ queryKey: keys.sale(number), queryFn: () => read<Sale>(sale(number)) });
interface RefundPage {
  refunds: WaitingRefund[];
  next: string | null;
}
export const useRefunds = (state: WaitingRefund["state"]) =>
  usePages<WaitingRefund>(keys.refundList(state), async (after) => {
    const { refunds, next } = await read<RefundPage>("/api/operator/refunds", { state, after });
    return { rows: refunds, next };
  });
interface MismatchPage {
  mismatches: Mismatch[];
  next: string | null;
}
export const useMismatches = (open: boolean) =>
  usePages<Mismatch>(keys.mismatchList(open), async (after) => {
    const { mismatches, next } = await read<MismatchPage>("/api/operator/mismatches", {
      open: open ? true : undefined,
      after,
    });
    return { rows: mismatches, next };
  });
export const useAllOffers = () =>
  useQuery({ queryKey: keys.prices, queryFn: () => read<{ offers: Offer[] }>("/api/operator/offers") });
export const useTakings = (days: number) =>
  useQuery({
    queryKey: keys.takingsOf(days),
    queryFn: () => read<Takings>("/api/operator/money", { days }),
    placeholderData: keepPreviousData,
  });
