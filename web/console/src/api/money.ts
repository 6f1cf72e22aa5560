/* What is sold for money, as the API says it: one function or hook each. Sums are shown in the words of the server
 * (`text`), which knows how many minor units a currency has; nothing is added up here. */
import {
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  type UseInfiniteQueryResult,
  useQuery,
} from "@tanstack/react-query";
import { answer, api, once } from "./client";
import { keys } from "./read-keys";
import type { Answer, Body } from "./types";

export const ORDER_STATES = ["open", "processing", "paid", "closed", "refunded"] as const;
export const REFUND_STATES = ["asked", "pending", "done", "failed", "refused"] as const;
export const PROVIDERS = ["alipay", "wechat", "stripe", "sandbox"] as const;
export const PROFILE_KINDS = ["company", "person", "abroad"] as const;

export type Offers = Answer<"/api/billing/offers", "get">;
export type Offer = Offers["offers"][number];
export type Provider = Offers["providers"][number];
export type Sum = Offer["price"];
export type Wish = Body<"/api/billing/quote", "post">;
export type Quote = Answer<"/api/billing/quote", "post">;
export type Order = Answer<"/api/billing/orders/{number}", "get">;
export type OrderBrief = Answer<"/api/billing/orders", "get">["orders"][number];
export type OrderState = Order["state"];
export type OrderLine = Order["lines"][number];
export type Payment = Order["payments"][number];
export type Refund = Order["refunds"][number];
export type Moment = Order["timeline"][number];
export type Begun = Answer<"/api/billing/orders/{number}/pay", "post">;
export type Plans = Answer<"/api/billing/plans", "get">;
export type Plan = Plans["plans"][number];
export type Profile = Answer<"/api/billing/profile", "get">;
export type Paper = Answer<"/api/billing/invoices", "get">["invoices"][number];

/* ---- the operator's ---- */

export type SaleFilter = Readonly<{
  state?: OrderState | undefined;
  provider?: (typeof PROVIDERS)[number] | undefined;
  account?: number | undefined;
  from?: string | undefined;
  to?: string | undefined;
}>;
export type SaleBrief = Answer<"/api/operator/orders", "get">["orders"][number];
export type Sale = Answer<"/api/operator/orders/{number}", "get">;
export type SalePayment = Sale["payments"][number];
export type SaleRefund = Answer<"/api/operator/refunds", "get">["refunds"][number];
export type HandPayment = Sale["handPayments"][number];
export type Note = Sale["notes"][number];
export type Mismatch = Answer<"/api/operator/mismatches", "get">["mismatches"][number];
export type Takings = Answer<"/api/operator/money", "get">;
export type TakingsDay = Takings["days"][number];
export type SoldOffer = Answer<"/api/operator/offers", "get">["offers"][number];
export type OfferBody = Body<"/api/operator/offers", "post">;
export type Seller = Answer<"/api/operator/seller", "get">;

/* ---- the requests ---- */

const order = (number: string) => ({ params: { path: { number } } });
const shopOf = (shop: number) => ({ params: { path: { shop } } });
const rowOf = (id: number) => ({ params: { path: { id } } });

export const placeOrder = (body: Wish, key: string) => answer(api.POST("/api/billing/orders", { body, ...once(key) }));
export const beginPayment = (number: string, provider: string, key: string) =>
  answer(api.POST("/api/billing/orders/{number}/pay", { ...order(number), body: { provider }, ...once(key) }));
/** "I have paid": the provider is asked. */
export const checkOrder = (number: string, key: string) =>
  answer(api.POST("/api/billing/orders/{number}/check", { ...order(number), ...once(key) }));
export const cancelOrder = (number: string, key: string) =>
  answer(api.POST("/api/billing/orders/{number}/cancel", { ...order(number), ...once(key) }));
export const makeInvoice = (number: string, key: string) =>
  answer(api.POST("/api/billing/orders/{number}/invoice", { ...order(number), ...once(key) }));
export const beginTrial = (shop: number, key: string) =>
  answer(api.POST("/api/billing/plans/{shop}/trial", { ...shopOf(shop), ...once(key) }));
export const switchRenewal = (shop: number, on: boolean, key: string) =>
  answer(api.POST("/api/billing/plans/{shop}/renewal", { ...shopOf(shop), body: { on }, ...once(key) }));
export const putProfile = (body: Body<"/api/billing/profile", "put">) =>
  answer(api.PUT("/api/billing/profile", { body }));

type OfOrder<Way extends "refund" | "paid" | "paid/agree"> = Body<`/api/operator/orders/{number}/${Way}`, "post">;
export const askRefund = (number: string, body: OfOrder<"refund">, key: string) =>
  answer(api.POST("/api/operator/orders/{number}/refund", { ...order(number), body, ...once(key) }));
export const markPaid = (number: string, body: OfOrder<"paid">, key: string) =>
  answer(api.POST("/api/operator/orders/{number}/paid", { ...order(number), body, ...once(key) }));
export const decidePaid = (number: string, body: OfOrder<"paid/agree">, way: "agree" | "decline", key: string) =>
  answer(api.POST(`/api/operator/orders/{number}/paid/${way}`, { ...order(number), body, ...once(key) }));
export const agreeRefund = (id: number, key: string) =>
  answer(api.POST("/api/operator/refunds/{id}/agree", { ...rowOf(id), ...once(key) }));
export const declineRefund = (id: number, reason: string, key: string) =>
  answer(api.POST("/api/operator/refunds/{id}/decline", { ...rowOf(id), body: { reason }, ...once(key) }));
export const resolveMismatch = (id: number, resolution: string, key: string) =>
  answer(api.POST("/api/operator/mismatches/{id}/resolve", { ...rowOf(id), body: { resolution }, ...once(key) }));
export const putOffer = (body: OfferBody, key: string) =>
  answer(api.POST("/api/operator/offers", { body, ...once(key) }));
export const putSeller = (body: Body<"/api/operator/seller", "put">) =>
  answer(api.PUT("/api/operator/seller", { body }));

/* ---- the reads ---- */

export const useOffers = () =>
  useQuery({ queryKey: keys.offers, queryFn: () => answer(api.GET("/api/billing/offers")), staleTime: 60_000 });
/** Null: nothing is asked. */
export const useQuote = (wish: Wish | null) =>
  useQuery({
    queryKey: keys.quote(wish),
    queryFn: () => answer(api.POST("/api/billing/quote", { body: wish ?? { offer: "" } })),
    enabled: wish !== null,
    placeholderData: keepPreviousData,
  });
export const usePlans = () => useQuery({ queryKey: keys.plans, queryFn: () => answer(api.GET("/api/billing/plans")) });

/** A payment is told by a server event; this slow look is for a browser whose event stream is broken. */
const PAYING_LOOK_MS = 10_000;
export const useOrder = (number: string) =>
  useQuery({
    queryKey: keys.order(number),
    queryFn: () => answer(api.GET("/api/billing/orders/{number}", order(number))),
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
const range = (after: number | undefined) => ({ limit: PAGE_ROWS, ...(after !== undefined && { after }) });

export const useOrders = () =>
  usePages<OrderBrief>(keys.orderList, async (after) => {
    const { orders, next } = await answer(api.GET("/api/billing/orders", { params: { query: range(after) } }));
    return { rows: orders, next: next === null ? null : Number(next) };
  });
export const useProfile = () =>
  useQuery({ queryKey: keys.profile, queryFn: () => answer(api.GET("/api/billing/profile")) });
export const usePapers = () =>
  usePages<Paper>(keys.paperList, async (after) =>
    byId((await answer(api.GET("/api/billing/invoices", { params: { query: range(after) } }))).invoices),
  );

export const useSales = (filter: SaleFilter) =>
  usePages<SaleBrief>(keys.saleList(filter), async (after) => {
    const query = { ...filter, ...range(after) };
    const { orders, next } = await answer(api.GET("/api/operator/orders", { params: { query } }));
    return { rows: orders, next };
  });
export const useSale = (number: string) =>
  useQuery({
    queryKey: keys.sale(number),
    queryFn: () => answer(api.GET("/api/operator/orders/{number}", order(number))),
  });
export const useRefunds = (state: Refund["state"]) =>
  usePages<SaleRefund>(keys.refundList(state), async (after) => {
    const query = { state, ...range(after) };
    return byId((await answer(api.GET("/api/operator/refunds", { params: { query } }))).refunds);
  });
export const useMismatches = (open: boolean) =>
  usePages<Mismatch>(keys.mismatchList(open), async (after) => {
    const query = { ...(open && { open }), ...range(after) };
    return byId((await answer(api.GET("/api/operator/mismatches", { params: { query } }))).mismatches);
  });
/** The versions that are sold now. */
export const usePrices = () =>
  useQuery({
    queryKey: keys.prices,
    queryFn: async () => {
      const { offers } = await answer(api.GET("/api/operator/offers", { params: { query: range(undefined) } }));
      return offers.filter(({ sold }) => sold);
    },
  });
export const useTakings = (query: { from?: string } = {}) =>
  useQuery({
    queryKey: keys.takingsOf(query.from),
    queryFn: () => answer(api.GET("/api/operator/money", { params: { query } })),
    placeholderData: keepPreviousData,
  });
export const useSeller = () =>
  useQuery({ queryKey: keys.seller, queryFn: () => answer(api.GET("/api/operator/seller")) });
