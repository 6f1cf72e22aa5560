import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { MemoryRouter } from "react-router";
import { describe, expect, it, vi } from "vitest";
import { keys } from "../../api/read-keys";
import type { Chatbot, Shop } from "../../api/types";
import { TextProvider } from "../../i18n/i18n";
import { EnableHost } from "../../ui/enable";
import { ShopTable } from "../shops";
import { NeedsChatbot } from "./needs-chatbot";
import { Overview } from "./overview";

// What the modules below look at while they are read. There is no browser: pages are drawn as text.
vi.hoisted(() => {
  vi.stubGlobal("window", { location: { origin: "https://console.example" } });
  vi.stubGlobal("document", { cookie: "lang=en" });
});

const shop: Shop = {
  id: 7,
  public_id: "shop-7",
  shop_name: "Tea",
  slug: "tea",
  domain: null,
  status: "active",
  chatbot_enabled: false,
  chatbot_bot_id: null,
  chatbot_state: "off",
  created_at: "2026-10-15T00:00:00.000Z",
} as Shop;

function chatbot(state: Chatbot["state"]): Chatbot {
  const subscription = {
    status: "active",
    startedAt: shop.created_at,
    expiresAt: "2026-11-15T00:00:00.000Z",
    renewsFor: 10,
    source: "credits",
    automatic: true,
    renewalPrice: 10,
    nextRenewalAt: "2026-11-15T00:00:00.000Z",
    stopsAt: null,
    topUp: 0,
  } as const;
  return {
    state,
    botId: null,
    botName: "Tea Assistant",
    botState: "pending",
    backend: "chatbot",
    managedHere: false,
    syncScopes: [],
    price: 50,
    available: 100,
    balanceAfter: 50,
    topUp: 0,
    renewalPrice: 10,
    stoppedBy: state === "suspended" ? "unpaid" : null,
    embedCode: null,
    enabledAt: null,
    error: state === "failed" ? { code: "chatbot_enable_failed", message: "No." } : null,
    canEnable: state !== "active" && state !== "provisioning",
    freeUntil: null,
    steps: [],
    attempts: 0,
    nextAttemptAt: null,
    subscription: state === "active" || state === "suspended" ? subscription : null,
    launchUrl: null,
  };
}

function client(role = "owner"): QueryClient {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  queries.setQueryData(keys.user, { user: { credits: 100, role: "merchant", account: { role } } });
  queries.setQueryData(keys.config, { chatbotFeature: true, prices: { chatbot: 50, renewal: 10 } });
  return queries;
}

function drawn(page: React.ReactNode, queries: QueryClient): string {
  return renderToStaticMarkup(
    <QueryClientProvider client={queries}>
      <TextProvider>
        <MemoryRouter>{page}</MemoryRouter>
      </TextProvider>
    </QueryClientProvider>,
  );
}

const STATES = ["off", "pending", "provisioning", "failed", "active", "suspended", "disabled"] as const;

describe("enabling the chatbot", () => {
  it.each(STATES)("is offered on the page when the server says that it can be: %s", (state) => {
    const queries = client();
    const bot = chatbot(state);
    queries.setQueryData(keys.chatbot(shop.id), bot);
    const page = drawn(<Overview shop={shop} />, queries);
    expect(/Enable chatbot|Try again/.test(page)).toBe(bot.canEnable);
    expect(page.includes("You can leave this page")).toBe(state === "provisioning");
  });

  it.each([true, false])("leads to pages of the backend's own only where there are such: managed here %s", (here) => {
    const queries = client();
    queries.setQueryData(keys.chatbot(shop.id), { ...chatbot("active"), managedHere: here });
    expect(drawn(<Overview shop={shop} />, queries).includes("Open chatbot admin")).toBe(!here);
  });

  it.each([
    [0, "2026-12-30T00:00:00.000Z", true],
    [10, "2026-11-22T00:00:00.000Z", false],
    [10, null, false],
  ])(
    "%i credits renew it, and it stops %s: whether a plan pays behind the month is said, and nothing to switch",
    (price, stops, behind) => {
      const queries = client();
      const bot = chatbot("active");
      const subscription = bot.subscription && { ...bot.subscription, renewalPrice: price, stopsAt: stops };
      queries.setQueryData(keys.chatbot(shop.id), { ...bot, subscription });
      const page = drawn(<Overview shop={shop} />, queries);
      expect(page.includes("the plan of this shop pays for it")).toBe(behind);
      expect(page.includes("Renew automatically")).toBe(!behind);
    },
  );

  const listed = (state: (typeof STATES)[number], role?: string, status: Shop["status"] = "active") =>
    drawn(
      <EnableHost>
        <ShopTable
          shops={[{ ...shop, status, chatbot_state: state }]}
          credits={100}
          sort={{ by: "name", down: false }}
          onSort={() => undefined}
          onDelete={() => undefined}
        />
      </EnableHost>,
      client(role),
    );

  it.each(STATES)("is offered in the list of shops: %s", (state) => {
    expect(listed(state).includes("Enable chatbot")).toBe(chatbot(state).canEnable);
  });

  it.each(STATES)("a suspended shop says so, whatever its chat, and cannot be enabled anywhere: %s", (state) => {
    const row = listed(state, "owner", "suspended");
    expect(row).toContain("Suspended");
    expect(row).not.toContain("Enable chatbot");
    const part = (
      <NeedsChatbot shop={{ ...shop, status: "suspended", chatbot_state: state }} icon="billing" title="Subscription">
        None yet.
      </NeedsChatbot>
    );
    expect(drawn(part, client())).not.toContain("<a ");
  });

  it.each(STATES)("is offered to nobody who may not spend: %s", (state) => {
    const queries = client("viewer");
    queries.setQueryData(keys.chatbot(shop.id), chatbot(state));
    expect(drawn(<Overview shop={shop} />, queries)).not.toMatch(/Enable chatbot|Try again|Disable/);
    expect(listed(state, "viewer")).not.toContain("Enable chatbot");
  });
});
