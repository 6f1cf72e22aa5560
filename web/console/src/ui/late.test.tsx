import { Suspense } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it, vi } from "vitest";
import { fetchPart } from "../load-part";
import { late } from "./late";

vi.hoisted(() => {
  vi.stubGlobal("document", { cookie: "lang=en" });
});

describe("a page that is a file of its own", () => {
  it("is waited for, and drawn at once when it has arrived before", async () => {
    const load = () => Promise.resolve({ default: () => <p>here</p> });
    const Page = late(load);
    const drawn = () =>
      renderToStaticMarkup(
        <Suspense fallback="waits">
          <Page />
        </Suspense>,
      );
    expect(drawn()).toContain("waits");
    await fetchPart(load);
    expect(drawn()).toContain("<p>here</p>");
    expect(drawn()).not.toContain("waits");
  });
});
