/* A list as a file for spreadsheets. The server gives it in pages, each naming the next; put together they are one table. */
import { problemFromAnswer, toProblem } from "./problem";

export type Wanted = Readonly<Record<string, string | number | boolean | undefined>>;

/** Without it a spreadsheet takes UTF-8 for the machine's own letters. */
const BYTE_ORDER_MARK = "\uFEFF";

/** The address behind `rel="next"`, as long as it is one of ours. */
export function nextOf(link: string | null): string | null {
  const found = /<(\/(?!\/)[^>]*)>\s*;\s*rel="?next"?/.exec(link ?? "");
  return found?.[1] ?? null;
}

export function csvAddress(path: string, wanted: Wanted): string {
  const query = new URLSearchParams({ format: "csv" });
  for (const [name, value] of Object.entries(wanted)) if (value !== undefined) query.set(name, String(value));
  return `${path}?${query.toString()}`;
}

/** Throws a Problem when a page does not come: half a ledger is none. */
export async function readCsv(path: string, wanted: Wanted): Promise<Blob> {
  const parts: BlobPart[] = [BYTE_ORDER_MARK];
  let next: string | null = csvAddress(path, wanted);
  while (next !== null) {
    let response: Response;
    try {
      response = await fetch(next, { credentials: "same-origin" });
    } catch (cause) {
      throw toProblem(cause);
    }
    if (!response.ok) throw problemFromAnswer(response, (await response.json().catch(() => undefined)) as unknown);
    parts.push(await response.text());
    next = nextOf(response.headers.get("Link"));
  }
  return new Blob(parts, { type: "text/csv;charset=utf-8" });
}
