/* Everything that is read, one hook each. */
import {
  type InfiniteData,
  keepPreviousData,
  QueryClient,
  type UseInfiniteQueryResult,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from "@tanstack/react-query";
import { useMemo } from "react";
import { answer, api } from "./client";
import { Problem } from "./problem";
import { keys } from "./read-keys";
import { threadWith } from "./thread-with";
import type {
  Account,
  AccountFilter,
  Answer,
  AuditEntry,
  AuditFilter,
  CustomersAsked,
  CustomerTalk,
  Delivery,
  DeliveryFilter,
  FailingRenewal,
  HouseFilter,
  InboxAsked,
  InboxItem,
  InboxThread,
  Job,
  JobFilter,
  JobSkip,
  KnownCustomer,
  LedgerFilter,
  ListedShop,
  NumbersAsked,
  OperatorAuditEntry,
  OperatorNote,
  Transaction,
} from "./types";

const READ_RETRIES_MAX = 2;
const FRESH_MS = 10_000;

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        networkMode: "always",
        retry: (failures, cause) => cause instanceof Problem && cause.passing && failures < READ_RETRIES_MAX,
      },
    },
  });
}

export type Read<T> = UseQueryResult<T>;
export type ReadList<T> = UseInfiniteQueryResult<InfiniteData<T[]>>;

/** The first question was sent by public/early.js, before this file was there. */
async function firstUser(): Promise<Answer<"/api/user", "get"> | null> {
  const early = window.chathubUser;
  delete window.chathubUser;
  try {
    const response = await early;
    return response?.ok === true ? ((await response.json()) as Answer<"/api/user", "get">) : null;
  } catch {
    return null;
  }
}

export const useUser = () =>
  useQuery({
    queryKey: keys.user,
    queryFn: async () => (await firstUser()) ?? answer(api.GET("/api/user")),
    staleTime: 60_000,
  });
export const useConfig = () =>
  useQuery({ queryKey: keys.config, queryFn: () => answer(api.GET("/api/config")), staleTime: Infinity });
export const useShops = (enabled = true) =>
  useQuery({ queryKey: keys.shops, queryFn: () => answer(api.GET("/api/shops")), enabled });
export const useDeletedShops = (enabled: boolean) =>
  useQuery({
    queryKey: keys.deletedShops,
    queryFn: () => answer(api.GET("/api/shops", { params: { query: { deleted: true } } })),
    enabled,
  });
export const useShop = (id: number) =>
  useQuery({
    queryKey: keys.shop(id),
    queryFn: () => answer(api.GET("/api/shops/{id}/status", { params: { path: { id } } })),
  });

/** Provisioning moves by live events; this slow look is for a browser whose event stream is broken. */
const PROVISIONING_LOOK_MS = 3000;
export const useChatbot = (id: number) =>
  useQuery({
    queryKey: keys.chatbot(id),
    queryFn: () => answer(api.GET("/api/shops/{id}/chatbot", { params: { path: { id } } })),
    refetchInterval: (query) => (query.state.data?.state === "provisioning" ? PROVISIONING_LOOK_MS : false),
  });
export const useChatSettings = (id: number) =>
  useQuery({
    queryKey: keys.chatSettings(id),
    queryFn: () => answer(api.GET("/api/shops/{id}/chatbot/settings", { params: { path: { id } } })),
  });
/** Nobody tells of a visitor who comes or goes: the page looks. */
const VISITORS_LOOK_MS = 5000;
const HERE_LOOK_MS = 15_000;
export const useVisitors = () =>
  useQuery({
    queryKey: keys.visitors,
    queryFn: () => answer(api.GET("/api/visitors")),
    refetchInterval: VISITORS_LOOK_MS,
  });
/** Where the visitor of a conversation is now, a row a tab. */
export const useHere = (conversation: number) =>
  useQuery({
    queryKey: keys.here(conversation),
    queryFn: () => answer(api.GET("/api/visitors", { params: { query: { conversation } } })),
    refetchInterval: HERE_LOOK_MS,
  });
export const useKnownCustomer = (id: number) =>
  useQuery({
    queryKey: keys.customer(id),
    queryFn: () => answer(api.GET("/api/customers/{id}", { params: { path: { id } } })),
  });
export const useNumbers = (asked: NumbersAsked) =>
  useQuery({
    queryKey: keys.numbersOf(asked),
    queryFn: () => answer(api.GET("/api/numbers", { params: { query: asked } })),
    placeholderData: keepPreviousData,
  });
/** Questions that found no answer. */
export const useGaps = (asked: NumbersAsked) =>
  useQuery({
    queryKey: keys.gaps(asked),
    queryFn: () => answer(api.GET("/api/numbers/gaps", { params: { query: asked } })),
    placeholderData: keepPreviousData,
  });
export const useSecrets = (id: number) =>
  useQuery({
    queryKey: keys.secrets(id),
    queryFn: () => answer(api.GET("/api/shops/{id}/secrets", { params: { path: { id } } })),
  });
export const useSummary = () =>
  useQuery({ queryKey: keys.summary, queryFn: () => answer(api.GET("/api/billing/summary")) });
/** Whether the own ledger is whole, looked at now. */
export const useLedgerProof = () =>
  useQuery({ queryKey: keys.ledgerProof, queryFn: () => answer(api.GET("/api/billing/ledger")) });
/** The balance, and what must be looked at soon. */
export const useComing = (enabled = true) =>
  useQuery({ queryKey: keys.attention, queryFn: () => answer(api.GET("/api/home")), enabled });
/** Conversations are not among the events of the account: the page looks. */
const FIGURES_LOOK_MS = 5 * 60_000;
export const useHomeFigures = () =>
  useQuery({
    queryKey: keys.homeFigures,
    queryFn: () => answer(api.GET("/api/home/figures")),
    refetchInterval: FIGURES_LOOK_MS,
  });
export const useOnboarding = () =>
  useQuery({ queryKey: keys.onboarding, queryFn: () => answer(api.GET("/api/onboarding")) });
/** Outside of the inbox nobody tells: the menu and the first page look. */
const COUNTS_LOOK_MS = 30_000;
/** Notes that name whoever is signed in, and that they have not looked at: neither an agent's page nor one on which the
 * note was looked at elsewhere is told. */
export const useMentions = (enabled: boolean) =>
  useQuery({
    queryKey: keys.mentions,
    queryFn: () => answer(api.GET("/api/inbox/mentions")),
    enabled,
    refetchInterval: COUNTS_LOOK_MS,
  });
export const useInbox = (asked: InboxAsked): ReadList<InboxItem> =>
  useInfiniteQuery({
    queryKey: keys.inboxList(asked),
    queryFn: async ({ pageParam }) =>
      answer(
        api.GET("/api/inbox", { params: { query: { ...asked, ...(pageParam !== null && { after: pageParam }) } } }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    select: ({ pages, pageParams }) => ({ pages: pages.map(({ items }) => items), pageParams }),
  });
/** As many as one answer may have: they come by their last word, and who waits longest is found among them. */
const WAITING_ROWS = 100;
/** Who waits for a person. */
export const useWaiting = () =>
  useQuery({
    queryKey: keys.waiting,
    queryFn: async () =>
      (await answer(api.GET("/api/inbox", { params: { query: { filter: "waiting", limit: WAITING_ROWS } } }))).items,
    refetchInterval: COUNTS_LOOK_MS,
  });
export const useAsker = (id: number) =>
  useQuery({
    queryKey: keys.asker(id),
    queryFn: () => answer(api.GET("/api/inbox/{id}/asker", { params: { path: { id } } })),
  });
export const useInboxCounts = () =>
  useQuery({
    queryKey: keys.inboxCounts,
    queryFn: () => answer(api.GET("/api/inbox/counts")),
    refetchInterval: COUNTS_LOOK_MS,
  });
export const useLabels = () => useQuery({ queryKey: keys.labels, queryFn: () => answer(api.GET("/api/labels")) });
export const useReplies = () => useQuery({ queryKey: keys.replies, queryFn: () => answer(api.GET("/api/replies")) });
const colleaguesRead = { queryKey: keys.colleagues, queryFn: () => answer(api.GET("/api/inbox/colleagues")) };
export const useColleagues = () => useQuery(colleaguesRead);
/** For what is done or told once: it waits for them, while a page that is young has none yet. */
export const colleaguesOf = async (queries: QueryClient) =>
  (await queries.query({ ...colleaguesRead, staleTime: "static" })).colleagues;
export const useBefore = (id: number) =>
  useQuery({
    queryKey: keys.before(id),
    queryFn: () => answer(api.GET("/api/inbox/{id}/before", { params: { path: { id } } })),
  });
export function useThread(id: number) {
  const queries = useQueryClient();
  return useQuery({
    queryKey: keys.thread(id),
    queryFn: async () =>
      threadWith(
        await answer(api.GET("/api/inbox/{id}", { params: { path: { id } } })),
        queries.getQueryData<InboxThread>(keys.thread(id)),
      ),
  });
}
export const useSessions = () =>
  useQuery({ queryKey: keys.sessions, queryFn: () => answer(api.GET("/auth/sessions")) });
export const useTeam = () => useQuery({ queryKey: keys.team, queryFn: () => answer(api.GET("/api/team")) });
export const useOverview = (enabled = true) =>
  useQuery({ queryKey: keys.overview, queryFn: () => answer(api.GET("/api/operator/overview")), enabled });
export const useAccount = (id: number) =>
  useQuery({
    queryKey: keys.account(id),
    queryFn: () => answer(api.GET("/api/operator/accounts/{id}", { params: { path: { id } } })),
  });

/* Lists page by key: the next page begins after the last row's id; a page that is not full is the last one. */
export const PAGE_ROWS = 50;
const ACTED_MS = 2000;

interface KeysetOptions<T, K> {
  enabled?: boolean;
  /** What the next page begins after. */
  keyOf: (row: T) => K;
}

function useKeyset<T, K = number>(
  queryKey: readonly unknown[],
  page: (after: K | undefined) => Promise<T[]>,
  { enabled = true, keyOf }: KeysetOptions<T, K>,
): ReadList<T> {
  return useInfiniteQuery({
    queryKey,
    enabled,
    queryFn: ({ pageParam }) => page(pageParam as K | undefined),
    initialPageParam: undefined as K | undefined,
    // Another filter: the rows of the one before stay until the answer is there, so that nothing jumps.
    placeholderData: keepPreviousData,
    getNextPageParam: (last: T[]) => (last.length < PAGE_ROWS ? undefined : last.slice(-1).map(keyOf)[0]),
  });
}

interface Counted<T> {
  read: ReadList<T>;
  /** How many there are in all; not given: not known yet. */
  total: number | undefined;
  /** There are more than that. */
  more: boolean;
}

/** Lists whose order one can choose: the server says how many there are, and behind what the next page begins. */
function useCounted<T>(
  queryKey: readonly unknown[],
  page: (
    after: string | undefined,
  ) => Promise<{ rows: T[]; total: number | undefined; more: boolean; next: string | null }>,
  enabled = true,
): Counted<T> {
  const whole = useInfiniteQuery({
    queryKey,
    enabled,
    queryFn: ({ pageParam }) => page(pageParam),
    initialPageParam: undefined as string | undefined,
    placeholderData: keepPreviousData,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const pages = whole.data?.pages;
  const rows = useMemo(() => pages?.map((one) => one.rows), [pages]);
  const last = pages?.at(-1);
  const data = rows === undefined ? undefined : { pages: rows, pageParams: whole.data?.pageParams ?? [] };
  const counted = pages?.find(({ total }) => total !== undefined) ?? last;
  return { read: { ...whole, data } as ReadList<T>, total: counted?.total, more: counted?.more ?? false };
}

const useKeysetList = <T extends { id: number }>(
  queryKey: readonly unknown[],
  page: (after: number | undefined) => Promise<T[]>,
  enabled = true,
) => useKeyset(queryKey, page, { enabled, keyOf: ({ id }) => id });

const range = (after: number | undefined) => (after === undefined ? { limit: PAGE_ROWS } : { limit: PAGE_ROWS, after });

const WHOLE: LedgerFilter = {};
export const useTransactions = (filter = WHOLE) =>
  useKeysetList<Transaction>(keys.transactions(filter), async (after) => {
    const query = { ...range(after), ...filter, detail: true };
    const got = await answer(api.GET("/api/billing/transactions", { params: { query } }));
    return got.transactions;
  });
export const useAccountTransactions = (id: number, filter = WHOLE) =>
  useKeysetList<Transaction>(keys.accountTransactions(id, filter), async (after) => {
    const params = { path: { id }, query: { ...range(after), ...filter, detail: true } };
    const got = await answer(api.GET("/api/operator/accounts/{id}/transactions", { params }));
    return got.transactions;
  });
export const useAudit = ({ from, to, action }: AuditFilter) =>
  useKeysetList<AuditEntry>(keys.auditList({ from, to, action }), async (after) => {
    const query = { ...range(after), from, to, action };
    const got = await answer(api.GET("/api/audit", { params: { query } }));
    return got.entries;
  });
export const useOperatorAudit = (filter: AuditFilter) =>
  useKeysetList<OperatorAuditEntry>(keys.operatorAuditList(filter), async (after) => {
    const got = await answer(api.GET("/api/operator/audit", { params: { query: { ...range(after), ...filter } } }));
    return got.entries;
  });
/** By name, of whatever has a page. Never the answer to other words, here and below: Enter opens the first. */
export const useFound = (typed: string) =>
  useQuery({
    queryKey: keys.found(typed),
    queryFn: async () => (await answer(api.GET("/api/search", { params: { query: { q: typed } } }))).results,
    enabled: typed !== "",
  });
const FOUND_ROWS = 5;
export const useFoundPeople = (typed: string) =>
  useQuery({
    queryKey: keys.foundPeople(typed),
    queryFn: async () =>
      (await answer(api.GET("/api/customers", { params: { query: { search: typed, limit: FOUND_ROWS } } }))).customers,
    enabled: typed !== "",
  });
export const useFoundTalks = (typed: string) =>
  useQuery({
    queryKey: keys.foundTalks(typed),
    queryFn: async () =>
      (await answer(api.GET("/api/inbox", { params: { query: { search: typed, limit: FOUND_ROWS } } }))).items,
    enabled: typed !== "",
  });
/** Accounts in an order that one can choose; a search is not counted. */
export const useAccounts = (filter: AccountFilter) =>
  useCounted<Account>(keys.accountList(filter), async (after) => {
    const query = { ...filter, limit: PAGE_ROWS, ...(after !== undefined && { after: Number(after) }) };
    const { accounts, total, more } = await answer(api.GET("/api/operator/accounts", { params: { query } }));
    const last = accounts.length < PAGE_ROWS ? undefined : accounts.at(-1);
    return { rows: accounts, total: total ?? undefined, more, next: last === undefined ? null : String(last.id) };
  });
/** A search is not counted. */
export const useKnownCustomers = (asked: CustomersAsked) =>
  useCounted<KnownCustomer>(keys.customerList(asked), async (after) => {
    const query = { ...asked, ...(after !== undefined && { after }) };
    const { customers, total, more, next } = await answer(api.GET("/api/customers", { params: { query } }));
    return { rows: customers, total: total ?? undefined, more, next };
  });
/** What was said with a customer. */
export const useCustomerTalks = (id: number) =>
  useKeysetList<CustomerTalk>(keys.customerTalks(id), async (after) => {
    const params = { path: { id }, query: range(after) };
    return (await answer(api.GET("/api/customers/{id}/conversations", { params }))).conversations;
  });
/** What operators wrote down about an account. */
export const useAccountNotes = (id: number) =>
  useKeysetList<OperatorNote>(keys.accountNotes(id), async (after) => {
    const params = { path: { id }, query: range(after) };
    return (await answer(api.GET("/api/operator/accounts/{id}/notes", { params }))).notes;
  });
/** Renewals that fail although nobody owes anything. */
export const useRenewals = () =>
  useKeyset<FailingRenewal>(
    keys.renewals,
    async (after) => (await answer(api.GET("/api/operator/renewals", { params: { query: range(after) } }))).renewals,
    { keyOf: ({ shop }) => shop },
  );
export const useGrantPreview = (email: string, amount: number, kind: "grant" | "correction") =>
  useQuery({
    queryKey: keys.grantPreview(email, amount, kind),
    queryFn: () => answer(api.GET("/api/billing/grant/preview", { params: { query: { email, amount, kind } } })),
    enabled: amount > 0,
    placeholderData: keepPreviousData,
  });
export const useJobs = (filter: JobFilter) =>
  useKeysetList<Job>(keys.jobList(filter), async (after) => {
    const query = { ...range(after), ...filter };
    const got = await answer(api.GET("/api/operator/jobs", { params: { query } }));
    return got.jobs;
  });
/** Rows that a job left out because they failed. */
export const useJobSkips = () =>
  useKeyset<JobSkip, { afterKind: string; afterItem: number }>(
    keys.jobSkips,
    async (after) => {
      const query = { limit: PAGE_ROWS, ...after };
      return (await answer(api.GET("/api/operator/jobs/skips", { params: { query } }))).skips;
    },
    { keyOf: ({ kind, item }) => ({ afterKind: kind, afterItem: item }) },
  );
/** The shops of all customers. */
export const useHouse = (filter: HouseFilter) =>
  useCounted<ListedShop>(keys.houseList(filter), async (after) => {
    const query = { ...filter, after, limit: PAGE_ROWS };
    const { shops, ...rest } = await answer(api.GET("/api/operator/shops", { params: { query } }));
    return { rows: shops, ...rest };
  });
export const useHouseShop = (id: number) =>
  useQuery({
    queryKey: keys.houseShop(id),
    queryFn: () => answer(api.GET("/api/operator/shops/{id}", { params: { path: { id } } })),
  });
export const useDeliveries = (filter: DeliveryFilter) =>
  useKeysetList<Delivery>(keys.deliveryList(filter), async (after) => {
    const query = { ...range(after), ...filter };
    return (await answer(api.GET("/api/operator/deliveries", { params: { query } }))).deliveries;
  });
/** One row of the list, without its contents; null: there is none. One that is being acted on is asked for again. */
export const useDeliveryRow = (id: number) =>
  useQuery({
    queryKey: keys.deliveryRow(id),
    queryFn: async () => {
      const query = { after: id + 1, limit: 1 };
      const got = await answer(api.GET("/api/operator/deliveries", { params: { query } }));
      return got.deliveries.find((row) => row.id === id) ?? null;
    },
    refetchInterval: ({ state }) => (state.data?.state === "received" ? ACTED_MS : false),
  });
/** With its contents: that somebody looked is written down, so nothing reads it by itself again. */
export const useDelivery = (id: number) =>
  useQuery({
    queryKey: keys.delivery(id),
    queryFn: () => answer(api.GET("/api/operator/deliveries/{id}", { params: { path: { id } } })),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

export type Overview = Answer<"/api/operator/overview", "get">;
