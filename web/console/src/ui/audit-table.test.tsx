import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { MemoryRouter } from "react-router";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { keys } from "../api/read-keys";
import type { OperatorAuditEntry } from "../api/types";
import { TextProvider } from "../i18n/i18n";
import { AuditTable } from "./audit-table";

const page = vi.hoisted(() => {
  const document = { cookie: "lang=en" };
  vi.stubGlobal("window", { location: { origin: "https://console.example" } });
  vi.stubGlobal("document", document);
  return document;
});

const OFFERS = [
  { code: "basic", kind: "credits", nameEn: "A pack", nameZh: "积分包" },
  { code: "basic", kind: "plan", nameEn: "Starter", nameZh: "入门版" },
  { code: "pro", kind: "plan", nameEn: "Professional", nameZh: "专业版" },
];

function drawn(details: OperatorAuditEntry["details"]): string {
  const queries = new QueryClient();
  queries.setQueryData(keys.offers, { offers: OFFERS });
  const row = { id: 1, action: "plan_changed", resource: "shop", resourceId: 7, actor: "system", actorEmail: null };
  const entry = { ...row, account: null, network: "", userAgent: null, createdAt: "2026-10-15T00:00:00.000Z", details };
  return renderToStaticMarkup(
    <QueryClientProvider client={queries}>
      <MemoryRouter>
        <TextProvider>
          <AuditTable rows={[entry as OperatorAuditEntry]} operator />
        </TextProvider>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

describe("a plan in the trail", () => {
  beforeEach(() => {
    page.cookie = "lang=en";
  });
  it("stands there by its name, in the language of whoever reads it", () => {
    expect(drawn({ plan: "basic", nextPlan: "pro" })).toMatch(/Plan: Starter<.*From the next period on: Professional</);
    page.cookie = "lang=zh-CN";
    expect(drawn({ plan: "basic", nextPlan: "pro" })).toMatch(/: 入门版<.*: 专业版</);
  });
  it("stands there by its code where it is sold no more", () => {
    expect(drawn({ plan: "founders" })).toContain("Plan: founders<");
  });
  it("is nothing else that is called alike", () => {
    const text = drawn({ kind: "plan", name: "basic", code: "pro" });
    expect(text).toContain("Kind: plan<");
    expect(text).toContain("Name: basic<");
    expect(text).toContain("Code: pro<");
  });
});
