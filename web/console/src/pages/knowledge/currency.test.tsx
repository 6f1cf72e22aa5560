import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it, vi } from "vitest";
import { keys } from "../../api/read-keys";
import type { Shop } from "../../api/types";
import { TextProvider } from "../../i18n/i18n";
import { CurrencyWanted } from "./currency";
import { knowledgeKey } from "./reads";

vi.hoisted(() => {
  vi.stubGlobal("document", { cookie: "lang=en" });
  vi.stubGlobal("window", { location: { origin: "https://chat.example" } });
});

function drawn(summary: { currency: string | null; products: number }, role = "owner") {
  const client = new QueryClient();
  client.setQueryData([...knowledgeKey(7), "summary"], summary);
  client.setQueryData(keys.user, { user: { role: "merchant", account: { role } } });
  return renderToStaticMarkup(
    <QueryClientProvider client={client}>
      <TextProvider>
        <CurrencyWanted shop={{ id: 7 } as Shop} />
      </TextProvider>
    </QueryClientProvider>,
  );
}

describe("products whose prices wait for the shop's currency", () => {
  it("are counted, and who runs the shop chooses it", () => {
    const page = drawn({ currency: null, products: 1200 });
    expect(page).toContain("wait for the shop’s currency: 1,200");
    expect(page).toContain('<option value="VND">');
  });
  it("are told to an agent, who cannot choose", () => {
    const page = drawn({ currency: null, products: 2 }, "agent");
    expect(page).toContain("wait for the shop’s currency: 2");
    expect(page).not.toContain("<select");
  });
  it("are none once it is known, or where nothing is sold yet", () => {
    expect(drawn({ currency: "USD", products: 2 })).toBe("");
    expect(drawn({ currency: null, products: 0 })).toBe("");
  });
});
