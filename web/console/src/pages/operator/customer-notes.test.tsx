import { renderToStaticMarkup } from "react-dom/server";
import { expect, it, vi } from "vitest";
import { TextProvider } from "../../i18n/i18n";
import { NoteList } from "./customer-notes";

vi.hoisted(() => {
  vi.stubGlobal("window", { location: { origin: "https://console.example" } });
  vi.stubGlobal("document", { cookie: "lang=en" });
});

it("shows what was noted as text, with who and when", () => {
  const page = renderToStaticMarkup(
    <TextProvider>
      <NoteList
        notes={[
          {
            id: 2,
            text: "Pays <b>late</b>\nCall before",
            author: 1,
            email: "boss@chathub.example",
            createdAt: "2026-10-15T00:00:00.000Z",
          },
        ]}
      />
    </TextProvider>,
  );
  expect(page).toContain("Pays &lt;b&gt;late&lt;/b&gt;\nCall before");
  expect(page).toContain("boss@chathub.example");
  expect(page).toContain('dateTime="2026-10-15T00:00:00.000Z"');
});
