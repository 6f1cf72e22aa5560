import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { MemoryRouter } from "react-router";
import { expect, it, vi } from "vitest";
import { keys } from "../api/read-keys";
import type { User } from "../api/types";
import { TextProvider } from "../i18n/i18n";
import { AttentionBanners } from "./attention";

vi.hoisted(() => {
  vi.stubGlobal("window", { location: { origin: "https://console.example" } });
  vi.stubGlobal("document", { cookie: "lang=en" });
});

const none = { refundsAsked: 0, handPaymentsAsked: 0, openMismatches: 0 };

function drawn(numbers: Readonly<{ owed: number; money: typeof none }>): string {
  const queries = new QueryClient();
  queries.setQueryData(keys.overview, { ...numbers, renewalsFailing: 0, jobs: { dead: 0 } });
  return renderToStaticMarkup(
    <QueryClientProvider client={queries}>
      <MemoryRouter>
        <TextProvider>
          <AttentionBanners user={{ role: "operator" } as User} />
        </TextProvider>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

it("money that waits for an operator is told, each with the way to it", () => {
  expect(drawn({ owed: 0, money: none })).toBe("");
  for (const [numbers, text, to] of [
    [{ owed: 0, money: { ...none, openMismatches: 2 } }, "2 mismatches are open", "mismatches"],
    [{ owed: 0, money: { ...none, refundsAsked: 1 } }, "1 refund waits", "refunds"],
    [{ owed: 0, money: { ...none, handPaymentsAsked: 3 } }, "3 payments that were marked as paid wait", "hand"],
    [{ owed: 1, money: none }, "1 payment was neither delivered for nor given back", "owed"],
  ] as const) {
    const page = drawn(numbers);
    expect(page).toContain(text);
    expect(page).toContain(`href="/operator/money/${to}"`);
  }
});
