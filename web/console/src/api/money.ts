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
import { OTHER_CURRENCIES } from "./currencies";
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
export type OtherSum = Order["otherSums"][number];
export type Moment = Order["timeline"][number];
export type Begun = Answer<"/api/billing/orders/{number}/pay", "post">;
export type Plans = Answer<"/api/billing/plans", "get">;
export type Plan = Plans["plans"][number];
export type Profile = Answer<"/api/billing/profile", "get">;
type Filled<T> = { readonly [K in keyof T]?: T[K] | undefined };
export type SpentFilter = Filled<{
  from: string;
  to: string;
  kind: "plan" | "credits";
  way: "paid" | "refunded";
  shop: number;
  currency: string;
}>;
export type Spending = Answer<"/api/billing/spending", "get">;
export type SpendingRow = Spending["rows"][number];
export type SpendingAhead = Spending["ahead"];
export type DueRow = SpendingAhead["rows"][number];
export type SpendingAsked = Readonly<{ months: number; ahead: number }>;
export type SpentRow = Answer<"/api/billing/spending/rows", "get">["rows"][number];
export type Paper = Answer<"/api/billing/invoices", "get">["invoices"][number];

/* ---- the operator's ---- */

export type SaleFilter = Readonly<{
  search?: string | undefined;
  state?: OrderState | undefined;
  provider?: (typeof PROVIDERS)[number] | undefined;
  account?: number | undefined;
  coupon?: number | undefined;
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
export type Bill = Answer<"/api/operator/bills", "get">["bills"][number];
export type BillWhole = Answer<"/api/operator/bills/{id}", "get">;
export type BillDifference = BillWhole["differences"][number];
export type Step = "day" | "week" | "month";
export type SpanAsked = Readonly<{ days: number; by: Step }>;
export type MoneyAsked = SpanAsked & Readonly<{ of: "all" | "provider" | "offer" }>;
export type MoneyNumbers = Answer<"/api/operator/numbers/money", "get">;
export type MoneyRow = MoneyNumbers["rows"][number];
export type NumbersStep = MoneyNumbers["steps"][number];
export type PlanNumbers = Answer<"/api/operator/numbers/plans", "get">;
export type PlanSums = PlanNumbers["all"];
export type FailedNumbers = Answer<"/api/operator/numbers/failed", "get">;
export type FailedCause = FailedNumbers["sums"][number]["cause"];
export type Posting = Answer<"/api/operator/postings", "get">["postings"][number];
export type PlanMove = Answer<"/api/operator/plan-moves", "get">["moves"][number];
export type FailedPayment = Answer<"/api/operator/failed-payments", "get">["payments"][number];
export type OwedPayment = Answer<"/api/operator/owed", "get">["payments"][number];
export type OperatorPlan = Answer<"/api/operator/plans/{shop}", "get">;
export type PostingFilter = Filled<{
  from: string;
  to: string;
  provider: string;
  offer: string;
  currency: string;
  way: "came" | "went";
}>;
export const MOVE_KINDS = ["trial", "began", "renewed", "exchanged", "ended", "trialEnded"] as const;
export type MoveFilter = Filled<{ from: string; to: string; kind: (typeof MOVE_KINDS)[number]; paid: boolean }>;
export const FAILED_CAUSES = ["declined", "refused", "unpaid", "givenUp", "unanswered"] as const;
export type FailedFilter = Filled<{ from: string; to: string; cause: FailedCause }>;
export const HAND_STATES = ["asked", "agreed", "declined"] as const;
export type SoldOffer = Answer<"/api/operator/offers", "get">["offers"][number];
export type OfferVersion = Answer<"/api/operator/offer-versions", "get">["versions"][number];
export type OfferBody = Body<"/api/operator/offers", "post">;
export type Coupon = Answer<"/api/operator/coupons", "get">["coupons"][number];
export type CouponBody = Body<"/api/operator/coupons", "post">;
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
/** What is paid and not on yet is tried now. */
export const reprovisionOrder = (number: string, key: string) =>
  answer(api.POST("/api/billing/orders/{number}/reprovision", { ...order(number), ...once(key) }));
/** `replace`: one with other details is taken back by a credit note first. */
export const makeInvoice = (number: string, replace: boolean, key: string) =>
  answer(api.POST("/api/billing/orders/{number}/invoice", { ...order(number), body: { replace }, ...once(key) }));
export const beginTrial = (shop: number, key: string) =>
  answer(api.POST("/api/billing/plans/{shop}/trial", { ...shopOf(shop), ...once(key) }));
export const switchRenewal = (shop: number, on: boolean, key: string) =>
  answer(api.POST("/api/billing/plans/{shop}/renewal", { ...shopOf(shop), body: { on }, ...once(key) }));
/** Of all plans of the account. */
export const putRenewalLetters = (on: boolean) => answer(api.PUT("/api/billing/renewal-letters", { body: { on } }));
/** Another plan, or other seats, from the next period on. */
export const setPlanNext = (shop: number, body: Body<"/api/billing/plans/{shop}/next", "post">, key: string) =>
  answer(api.POST("/api/billing/plans/{shop}/next", { ...shopOf(shop), body, ...once(key) }));
export const planStays = (shop: number) => answer(api.DELETE("/api/billing/plans/{shop}/next", shopOf(shop)));
export const putProfile = (body: Body<"/api/billing/profile", "put">) =>
  answer(api.PUT("/api/billing/profile", { body }));

type OfOrder<Way extends "refund" | "paid" | "paid/agree" | "paid/decline"> = Body<
  `/api/operator/orders/{number}/${Way}`,
  "post"
>;
export const askRefund = (number: string, body: OfOrder<"refund">, key: string) =>
  answer(api.POST("/api/operator/orders/{number}/refund", { ...order(number), body, ...once(key) }));
export const markPaid = (number: string, body: OfOrder<"paid">, key: string) =>
  answer(api.POST("/api/operator/orders/{number}/paid", { ...order(number), body, ...once(key) }));
export const agreePaid = (number: string, body: OfOrder<"paid/agree">, key: string) =>
  answer(api.POST("/api/operator/orders/{number}/paid/agree", { ...order(number), body, ...once(key) }));
export const declinePaid = (number: string, body: OfOrder<"paid/decline">, key: string) =>
  answer(api.POST("/api/operator/orders/{number}/paid/decline", { ...order(number), body, ...once(key) }));
export const agreeRefund = (id: number, key: string) =>
  answer(api.POST("/api/operator/refunds/{id}/agree", { ...rowOf(id), ...once(key) }));
export const declineRefund = (id: number, reason: string, key: string) =>
  answer(api.POST("/api/operator/refunds/{id}/decline", { ...rowOf(id), body: { reason }, ...once(key) }));
export const resolveMismatch = (id: number, resolution: string, key: string) =>
  answer(api.POST("/api/operator/mismatches/{id}/resolve", { ...rowOf(id), body: { resolution }, ...once(key) }));
export const setPlanEnd = (shop: number, body: Body<"/api/operator/plans/{shop}/end", "post">, key: string) =>
  answer(api.POST("/api/operator/plans/{shop}/end", { ...shopOf(shop), body, ...once(key) }));
export type HouseWay = "suspend" | "resume" | "delete" | "restore";
export const changeHouseShop = (id: number, way: HouseWay, reason: string, key: string) =>
  answer(api.POST(`/api/operator/shops/{id}/${way}`, { ...rowOf(id), body: { reason }, ...once(key) }));
export const putOffer = (body: OfferBody, key: string) =>
  answer(api.POST("/api/operator/offers", { body, ...once(key) }));
export const makeCoupon = (body: CouponBody, key: string) =>
  answer(api.POST("/api/operator/coupons", { body, ...once(key) }));
export const endCoupon = (id: number, key: string) =>
  answer(api.POST("/api/operator/coupons/{id}/end", { ...rowOf(id), ...once(key) }));
export const putSeller = (body: Body<"/api/operator/seller", "put">) =>
  answer(api.PUT("/api/operator/seller", { body }));

/* ---- the reads ---- */

const ORDERED_IN: readonly string[] = ["CNY", ...OTHER_CURRENCIES];
export const useOffers = (enabled = true) =>
  useQuery({
    enabled,
    queryKey: keys.offers,
    queryFn: async () => {
      const { offers, ...rest } = await answer(api.GET("/api/billing/offers"));
      return { ...rest, offers: offers.filter(({ price }) => ORDERED_IN.includes(price.currency)) };
    },
    staleTime: 60_000,
  });
/** Null: nothing is asked. */
export const useQuote = (wish: Wish | null) =>
  useQuery({
    queryKey: keys.quote(wish),
    queryFn: () => answer(api.POST("/api/billing/quote", { body: wish ?? { offer: "" } })),
    enabled: wish !== null,
    placeholderData: keepPreviousData,
  });
export const useRenewalLetters = () =>
  useQuery({ queryKey: keys.renewalLetters, queryFn: () => answer(api.GET("/api/billing/renewal-letters")) });
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
export const useSpending = (query: SpendingAsked) =>
  useQuery({
    queryKey: keys.spendingOf(query),
    queryFn: () => answer(api.GET("/api/billing/spending", { params: { query } })),
    placeholderData: keepPreviousData,
  });
export const useSpentRows = (filter: SpentFilter) =>
  usePages<SpentRow>(keys.spentRows(filter), async (after) => {
    const query = { ...filter, ...range(after) };
    const { rows, next } = await answer(api.GET("/api/billing/spending/rows", { params: { query } }));
    return { rows, next };
  });
export const useProfile = () =>
  useQuery({ queryKey: keys.profile, queryFn: () => answer(api.GET("/api/billing/profile")) });
/** Of one order, or all of them. */
export const usePapers = (order?: string) =>
  usePages<Paper>(keys.paperList(order), async (after) => {
    const query = { ...(order !== undefined && { order }), ...range(after) };
    return byId((await answer(api.GET("/api/billing/invoices", { params: { query } }))).invoices);
  });

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
export const useBills = () =>
  usePages<Bill>(keys.billList, async (after) =>
    byId((await answer(api.GET("/api/operator/bills", { params: { query: range(after) } }))).bills),
  );
export const useBill = (id: number) =>
  useQuery({ queryKey: keys.bill(id), queryFn: () => answer(api.GET("/api/operator/bills/{id}", rowOf(id))) });
/** The versions that are sold now. */
export const usePrices = () =>
  useQuery({
    queryKey: keys.prices,
    queryFn: async () => {
      const { offers } = await answer(api.GET("/api/operator/offers", { params: { query: { sold: true } } }));
      return offers;
    },
  });
/** Of one price, newest first. */
export const usePriceVersions = (code: string, currency: string) =>
  usePages<OfferVersion>(keys.priceVersions(code, currency), async (after) => {
    const query = { code, currency, ...range(after) };
    return byId((await answer(api.GET("/api/operator/offer-versions", { params: { query } }))).versions);
  });
export const useCoupons = () =>
  usePages<Coupon>(keys.coupons, async (after) =>
    byId((await answer(api.GET("/api/operator/coupons", { params: { query: range(after) } }))).coupons),
  );
export const useMoneyNumbers = (query: MoneyAsked) =>
  useQuery({
    queryKey: keys.moneyNumbers("money", query),
    queryFn: () => answer(api.GET("/api/operator/numbers/money", { params: { query } })),
    placeholderData: keepPreviousData,
  });
export const usePlanNumbers = (query: SpanAsked) =>
  useQuery({
    queryKey: keys.moneyNumbers("plans", query),
    queryFn: () => answer(api.GET("/api/operator/numbers/plans", { params: { query } })),
    placeholderData: keepPreviousData,
  });
export const useFailedNumbers = (query: SpanAsked) =>
  useQuery({
    queryKey: keys.moneyNumbers("failed", query),
    queryFn: () => answer(api.GET("/api/operator/numbers/failed", { params: { query } })),
    placeholderData: keepPreviousData,
  });
export const usePostings = (filter: PostingFilter) =>
  usePages<Posting>(keys.moneyRows("postings", filter), async (after) => {
    const query = { ...filter, ...range(after) };
    const { postings, next } = await answer(api.GET("/api/operator/postings", { params: { query } }));
    return { rows: postings, next };
  });
export const usePlanMoves = (filter: MoveFilter) =>
  usePages<PlanMove>(keys.moneyRows("moves", filter), async (after) => {
    const query = { ...filter, ...range(after) };
    const { moves, next } = await answer(api.GET("/api/operator/plan-moves", { params: { query } }));
    return { rows: moves, next };
  });
export const useFailedPayments = (filter: FailedFilter) =>
  usePages<FailedPayment>(keys.moneyRows("failed", filter), async (after) => {
    const query = { ...filter, ...range(after) };
    const { payments, next } = await answer(api.GET("/api/operator/failed-payments", { params: { query } }));
    return { rows: payments, next };
  });
export const useOwed = () =>
  usePages<OwedPayment>(keys.moneyRows("owed", {}), async (after) =>
    byId((await answer(api.GET("/api/operator/owed", { params: { query: range(after) } }))).payments),
  );
export const useHands = (state: HandPayment["state"]) =>
  usePages<HandPayment>(keys.moneyRows("hands", { state }), async (after) => {
    const query = { state, ...range(after) };
    return byId((await answer(api.GET("/api/operator/hand-payments", { params: { query } }))).handPayments);
  });
export const useOperatorPlan = (shop: number) =>
  useQuery({
    queryKey: keys.housePlan(shop),
    queryFn: () => answer(api.GET("/api/operator/plans/{shop}", shopOf(shop))),
  });
export const useSeller = () =>
  useQuery({ queryKey: keys.seller, queryFn: () => answer(api.GET("/api/operator/seller")) });
