import { renderToStaticMarkup } from "react-dom/server";
import { expect, it, vi } from "vitest";
import api from "../../../../shared/api.gen.ts?raw";
import type { Installation } from "../../api/types";
import { enChat } from "../../i18n/en-chat";
import { TextProvider } from "../../i18n/i18n";
import { Findings } from "./installation";

vi.hoisted(() => {
  vi.stubGlobal("window", { location: { origin: "https://console.example" } });
  vi.stubGlobal("document", { cookie: "lang=en" });
});

const drawn = (findings: Installation["findings"]) =>
  renderToStaticMarkup(
    <TextProvider>
      <Findings
        found={{
          state: "done",
          page: "https://tea.example/",
          findings,
          askedAt: "2026-11-28T00:00:00.000Z",
          checkedAt: "2026-11-28T00:00:01.000Z",
        }}
      />
    </TextProvider>,
  );

it("says each line with what to do, and what came from the page as text", () => {
  const page = drawn([
    { code: "chat_on", level: "good", detail: "" },
    { code: "shop_other", level: "bad", detail: "<b>shop-8</b>" },
  ]);
  expect(page).toContain("The chatbot is on.");
  expect(page).toContain("In the way of the chat: 1.");
  expect(page).toContain("&lt;b&gt;shop-8&lt;/b&gt;");
  expect(drawn([{ code: "script_several", level: "warn", detail: "2" }])).toContain("It should work");
  expect(drawn([{ code: "chat_on", level: "good", detail: "" }])).toContain("All is as it should be.");
});

it("has words for every code of the server", () => {
  const codes = /code: ("chat_on"[^;]*);/.exec(api)?.[1]?.match(/\w+/g) ?? [];
  expect(codes.length).toBeGreaterThan(40);
  expect(codes.filter((code) => !(`install.${code}` in enChat))).toEqual([]);
});
