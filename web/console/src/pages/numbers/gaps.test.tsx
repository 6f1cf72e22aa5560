import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { MemoryRouter } from "react-router";
import { describe, expect, it, vi } from "vitest";
import { keys } from "../../api/read-keys";
import type { Gap, NumbersSum } from "../../api/types";
import { TextProvider } from "../../i18n/i18n";
import NumbersPage from "./numbers";

vi.hoisted(() => {
  vi.stubGlobal("window", { location: { origin: "https://console.example" } });
  vi.stubGlobal("document", { cookie: "lang=en" });
});

const asked = { days: 28 };
const gap: Gap = {
  shop: 7,
  question: "do-you-engrave",
  text: "Do you engrave?",
  entry: "do-you-engrave",
  asked: 2,
  conversation: 11,
  lastAt: "2026-10-15T00:00:00.000Z",
};

/** The page where so many conversations began, and these questions found no answer; null: they could not be read. */
async function drawn(conversations: number, gaps: readonly Gap[] | null): Promise<string> {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false, retryOnMount: false } } });
  const sum = { conversations, byAssistant: 0, byPerson: 0, unanswered: conversations, rated: 0 } as NumbersSum;
  const numbers = { all: sum, days: [], hours: [], waiting: 0, from: "2026-10-01", to: "2026-10-28", timezone: "UTC" };
  queries.setQueryData(keys.numbersOf(asked), numbers);
  queries.setQueryData(keys.shops, { shops: [] });
  if (gaps !== null) queries.setQueryData(keys.gaps(asked), { gaps });
  else
    await queries
      .query({ queryKey: keys.gaps(asked), queryFn: () => Promise.reject(new Error("no")) })
      .catch(() => undefined);
  return renderToStaticMarkup(
    <QueryClientProvider client={queries}>
      <MemoryRouter>
        <TextProvider>
          <NumbersPage />
        </TextProvider>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

describe("questions without an answer", () => {
  it("stand beside a period in which no conversation began: they were asked in one that is older", async () => {
    const page = await drawn(0, [gap]);
    expect(page).toContain("No new conversations");
    expect(page).toContain("Do you engrave?");
  });
  it("are not spoken of where there are none, and nothing else is counted", async () => {
    const page = await drawn(0, []);
    expect(page).toContain("No new conversations");
    expect(page).not.toContain("Questions without an answer");
  });
  it("are said to be none where conversations began", async () => {
    expect(await drawn(2, [])).toContain("Questions without an answer");
  });
  it("are said to be unread when they cannot be read, also beside an empty period", async () => {
    expect(await drawn(0, null)).toContain('role="alert"');
  });
});
