import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it, vi } from "vitest";

vi.hoisted(() => {
  vi.stubGlobal("window", { location: { origin: "https://console.example" } });
  vi.stubGlobal("document", { cookie: "lang=en" });
});

import { TextProvider } from "../../i18n/i18n";
import { RefundWhy } from "../../ui/payments";
import { comesOf } from "./hand-word";
import { takenHelp } from "./refund-dialog";

describe("what a second person agrees to", () => {
  it("is no delivery where the order is paid, and no sure one where it is closed", () => {
    expect(comesOf("open")).toBe("delivered");
    expect(comesOf("processing")).toBe("delivered");
    expect(comesOf("closed")).toBe("perhaps");
    expect(comesOf("paid")).toBe("back");
    expect(comesOf("refunded")).toBe("back");
  });
  it("is why it was asked for, and why somebody said no", () => {
    const shown = (of: Parameters<typeof RefundWhy>[0]["of"]) =>
      renderToStaticMarkup(
        <TextProvider>
          <RefundWhy of={of} />
        </TextProvider>,
      );
    expect(shown({ cause: "operator", reason: "Bought twice", error: "Not so" })).toContain(">Bought twice · Not so<");
    expect(shown({ cause: "operator", reason: "Bought twice", error: null })).toContain(">Bought twice<");
  });
});

describe("what goes with a refund", () => {
  it("is a plan when all is back, and credits by their share", () => {
    expect(takenHelp("plan", true)).toBe("refund.takesPlan");
    expect(takenHelp("plan", false)).toBe("refund.takesPlanPart");
    expect(takenHelp("credits", true)).toBe("refund.takesCredits");
    expect(takenHelp("credits", false)).toBe("refund.takesCreditsPart");
  });
});
