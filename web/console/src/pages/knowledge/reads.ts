/* What the pages of knowledge read and send. Everything of a shop is kept under the shop's own key, so that its event
 * has it read again. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { paths } from "../../../../shared/api.gen";
import { answer, api, once } from "../../api/client";
import { fileName } from "../../api/file-name";
import { problemFromAnswer, toProblem } from "../../api/problem";
import type { ReadList } from "../../api/queries";
import { keys } from "../../api/read-keys";
import type { Answer } from "../../api/types";

export type Listed = Answer<"/api/shops/{id}/knowledge/products", "get">["products"][number];
export type Seen = Answer<"/api/shops/{id}/knowledge/products/{product}", "get">;
export type Summary = Answer<"/api/shops/{id}/knowledge", "get">;
export type Imported = Summary["imports"][number];
export type Feed = Answer<"/api/shops/{id}/knowledge/feeds", "get">["feeds"][number];
export type DocumentFile = Answer<"/api/shops/{id}/knowledge/document-files", "get">["files"][number];
export type Preview = Answer<"/api/shops/{id}/knowledge/files/{file}/preview", "post">;
export type Currency = NonNullable<
  NonNullable<
    paths["/api/shops/{id}/knowledge/feeds"]["post"]["requestBody"]
  >["content"]["application/json"]["currency"]
>;
export type Column = Preview["columns"][number];
export type Refusal = Preview["refused"][number];
export type Intake = Answer<"/api/shops/{id}/knowledge/intakes/{intake}", "get">;

/** Questions, documents and promotions in one shape: a page does not ask which they are. */
export type Kind = "faq" | "documents" | "promotions";
export interface Entry {
  id: string;
  title: string;
  text: string;
  url: string | null;
  product: string | null;
}

export const knowledgeKey = (shop: number) => [...keys.shop(shop), "knowledge"];
const PAGE_ROWS = 50;

export const useSummary = (shop: number) =>
  useQuery({
    queryKey: [...knowledgeKey(shop), "summary"],
    queryFn: () => answer(api.GET("/api/shops/{id}/knowledge", { params: { path: { id: shop } } })),
  });

export const useFeeds = (shop: number) =>
  useQuery({
    queryKey: [...knowledgeKey(shop), "feeds"],
    queryFn: () => answer(api.GET("/api/shops/{id}/knowledge/feeds", { params: { path: { id: shop } } })),
  });

export const useDocumentFiles = (shop: number) =>
  useQuery({
    queryKey: [...knowledgeKey(shop), "document-files"],
    queryFn: () => answer(api.GET("/api/shops/{id}/knowledge/document-files", { params: { path: { id: shop } } })),
  });

export const useProduct = (shop: number, product: string) =>
  useQuery({
    queryKey: [...knowledgeKey(shop), "product", product],
    queryFn: () =>
      answer(api.GET("/api/shops/{id}/knowledge/products/{product}", { params: { path: { id: shop, product } } })),
  });

export const useIntake = (shop: number, intake: number) =>
  useQuery({
    queryKey: [...knowledgeKey(shop), "intake", intake],
    queryFn: () =>
      answer(api.GET("/api/shops/{id}/knowledge/intakes/{intake}", { params: { path: { id: shop, intake } } })),
    refetchInterval: ({ state }) =>
      state.data !== undefined && (state.data.status === "done" || state.data.status === "failed") ? false : 1000,
  });

interface PageOf<T> {
  rows: T[];
  next: number | null;
}

/** A search gives the best at once, without pages. */
function useList<T>(
  queryKey: readonly unknown[],
  search: string,
  page: (query: { limit: number; after?: number; search?: string }) => Promise<PageOf<T>>,
): ReadList<T> {
  const whole = useInfiniteQuery({
    queryKey: [...queryKey, search],
    queryFn: ({ pageParam }) =>
      page({
        limit: PAGE_ROWS,
        ...(pageParam !== undefined && { after: pageParam }),
        ...(search !== "" && { search }),
      }),
    initialPageParam: undefined as number | undefined,
    placeholderData: keepPreviousData,
    getNextPageParam: ({ next }) => next ?? undefined,
    select: ({ pages, pageParams }) => ({ pages: pages.map(({ rows }) => rows), pageParams }),
  });
  return whole;
}

export const useProducts = (shop: number, search: string) =>
  useList<Listed>([...knowledgeKey(shop), "products"], search, async (query) => {
    const got = await answer(api.GET("/api/shops/{id}/knowledge/products", { params: { path: { id: shop }, query } }));
    return { rows: got.products, next: got.next };
  });

export const useEntries = (shop: number, kind: Kind, search: string) =>
  useList<Entry>([...knowledgeKey(shop), kind], search, async (query) => {
    const params = { params: { path: { id: shop }, query } };
    if (kind === "faq") {
      const got = await answer(api.GET("/api/shops/{id}/knowledge/faq", params));
      const rows = got.faq.map(({ id, question, answer: text }) => ({
        id,
        title: question,
        text,
        url: null,
        product: null,
      }));
      return { rows, next: got.next };
    }
    if (kind === "documents") {
      const got = await answer(api.GET("/api/shops/{id}/knowledge/documents", params));
      return { rows: got.documents, next: got.next };
    }
    const got = await answer(api.GET("/api/shops/{id}/knowledge/promotions", params));
    return { rows: got.promotions, next: got.next };
  });

export interface Typed {
  title: string;
  text: string;
  url: string;
  product: string;
}

/** `entry` null: a new one. */
/** `named`: the id that a new question gets, where it answers one that was asked. */
export function saveEntry(
  shop: number,
  kind: Kind,
  entry: string | null,
  typed: Typed,
  key: string,
  named?: string,
): Promise<unknown> {
  const path = { id: shop, entry: entry ?? "" };
  const more = {
    ...(typed.url !== "" && { url: typed.url }),
    ...(typed.product !== "" && { product: typed.product }),
  };
  const body = { title: typed.title, text: typed.text, ...more };
  const question = { question: typed.title, answer: typed.text };
  if (kind === "faq") {
    return entry === null
      ? answer(
          api.POST("/api/shops/{id}/knowledge/faq", {
            params: { path },
            body: { ...question, ...(named !== undefined && { id: named }) },
            ...once(key),
          }),
        )
      : answer(api.PUT("/api/shops/{id}/knowledge/faq/{entry}", { params: { path }, body: question }));
  }
  if (kind === "documents") {
    return entry === null
      ? answer(api.POST("/api/shops/{id}/knowledge/documents", { params: { path }, body, ...once(key) }))
      : answer(api.PUT("/api/shops/{id}/knowledge/documents/{entry}", { params: { path }, body }));
  }
  return entry === null
    ? answer(api.POST("/api/shops/{id}/knowledge/promotions", { params: { path }, body, ...once(key) }))
    : answer(api.PUT("/api/shops/{id}/knowledge/promotions/{entry}", { params: { path }, body }));
}

export function removeEntry(shop: number, kind: Kind, entry: string): Promise<unknown> {
  const params = { params: { path: { id: shop, entry } } };
  if (kind === "faq") return answer(api.DELETE("/api/shops/{id}/knowledge/faq/{entry}", params));
  if (kind === "documents") return answer(api.DELETE("/api/shops/{id}/knowledge/documents/{entry}", params));
  return answer(api.DELETE("/api/shops/{id}/knowledge/promotions/{entry}", params));
}

async function sendBody(url: string, body: BodyInit, type: string, key: string): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, { method: "POST", body, headers: { "Idempotency-Key": key, "Content-Type": type } });
  } catch (cause) {
    throw toProblem(cause);
  }
  const said: unknown = await response.json().catch(() => null);
  if (!response.ok) throw problemFromAnswer(response, said);
  return said;
}

/** A file goes as it is: the body of the request. */
export async function sendFile(shop: number, file: File, key: string): Promise<number> {
  const query = new URLSearchParams({ name: fileName(file, "file") }); // a name may hold half a character, too
  const type = file.type === "" ? "application/octet-stream" : file.type;
  const said = await sendBody(`/api/shops/${shop}/knowledge/files?${query.toString()}`, file, type, key);
  return (said as { file: number }).file;
}

/** A file that says this alone. */
export const sendCurrency = (shop: number, currency: Currency, key: string): Promise<unknown> =>
  sendBody(`/api/shops/${shop}/knowledge/import`, JSON.stringify({ currency }), "application/json", key);
