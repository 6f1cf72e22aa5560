import { renderToStaticMarkup } from "react-dom/server";
import { MemoryRouter } from "react-router";
import { describe, expect, it, vi } from "vitest";
import type { Shop } from "../../api/types";
import { TextProvider } from "../../i18n/i18n";
import { NeedsChatbot } from "./needs-chatbot";

vi.hoisted(() => {
  vi.stubGlobal("document", { cookie: "lang=en" });
});

const drawn = (chatbot_state: Shop["chatbot_state"]) =>
  renderToStaticMarkup(
    <MemoryRouter>
      <TextProvider>
        <NeedsChatbot shop={{ id: 7, chatbot_state } as Shop} icon="inbox" title="Chat settings">
          Once it is enabled.
        </NeedsChatbot>
      </TextProvider>
    </MemoryRouter>,
  );

describe("a part of a shop without its own chat", () => {
  it("leads to enabling while the chatbot is off", () => {
    expect(drawn("off")).toContain("Once it is enabled.");
    expect(drawn("off")).toContain("Enable chatbot");
  });
  it("does not offer to enable what is on", () => {
    expect(drawn("active")).toContain("An external chatbot server runs the chat");
    expect(drawn("active")).not.toContain("Enable chatbot");
  });
});
