import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it, vi } from "vitest";
import type { ReadList } from "../api/queries";
import { TextProvider } from "../i18n/i18n";
import { LoadedList } from "./loaded";

vi.hoisted(() => {
  vi.stubGlobal("window", { location: { origin: "https://console.example" } });
  vi.stubGlobal("document", { cookie: "lang=en" });
});

const drawn = (read: object) =>
  renderToStaticMarkup(
    <TextProvider>
      <LoadedList read={{ isFetching: false, isFetchingNextPage: false, ...read } as ReadList<string>}>
        {(rows) => <p>{rows.length === 0 ? "nothing" : rows.join(" ")}</p>}
      </LoadedList>
    </TextProvider>,
  );
const data = (...pages: string[][]) => ({ pages, pageParams: [] });

describe("a list", () => {
  it("does not say nothing while a page is left that may have something", () => {
    expect(drawn({ data: data([]), hasNextPage: true })).toContain('role="status"');
    expect(drawn({ data: data([]), hasNextPage: true })).not.toContain("nothing");
    expect(drawn({ data: data([], []), hasNextPage: true })).not.toContain("nothing");
    expect(drawn({ data: data([]), hasNextPage: false })).toContain("nothing");
    expect(drawn({ data: data([], ["a"]), hasNextPage: true })).toMatch(/<p>a<\/p>.*Load more/);
  });
  it("says that the next page could not be read, and not that there is nothing", () => {
    const page = drawn({ data: data([]), hasNextPage: true, isFetchNextPageError: true, error: new Error("no") });
    expect(page).not.toContain("nothing");
    expect(page).toContain('role="alert"');
  });
});
