import { renderToStaticMarkup } from "react-dom/server";
import { MemoryRouter } from "react-router";
import { describe, expect, it, vi } from "vitest";
import type { HomeFigures } from "../api/types";
import { TextProvider } from "../i18n/i18n";
import { HomeNumbers } from "./home-figures";

vi.hoisted(() => {
  vi.stubGlobal("document", { cookie: "lang=en" });
});

const week: HomeFigures = {
  days: 7,
  timezone: "UTC",
  from: "2026-10-09",
  to: "2026-10-15",
  waiting: 2,
  conversations: { now: 12, before: 9 },
  byAssistant: { now: 5, before: 5 },
  balance: { now: 250, before: 300 },
  daily: [],
};

function drawn(figures: HomeFigures, held = 0): string[] {
  const text = renderToStaticMarkup(
    <MemoryRouter>
      <TextProvider>
        <HomeNumbers figures={figures} available={250 - held} held={held} />
      </TextProvider>
    </MemoryRouter>,
  );
  return [...text.matchAll(/<dd>(.*?)<\/dd>/g)].map(([, dd = ""]) => dd.replace(/<[^>]*>/g, " ").trim());
}

describe("the first page's figures", () => {
  it("stand beside those of the days before", () => {
    expect(drawn(week)).toEqual([
      "2 Right now",
      "12 +3: 9 in the week before",
      "5 As before",
      "250 Balance a week ago: 300",
    ]);
    expect(drawn({ ...week, conversations: { now: 0, before: 4 } })[1]).toBe("0 −4: 4 in the week before");
    expect(drawn(week, 50)[3]).toBe("200 50 more reserved · Balance a week ago: 300");
  });
  it("are compared with nothing where nothing was", () => {
    const none = { now: 3, before: null };
    const told = drawn({ ...week, conversations: none, byAssistant: none, balance: none });
    expect(told.slice(1)).toEqual([
      "3 No whole week before to compare with",
      "3 No whole week before to compare with",
      "250 No whole week before to compare with",
    ]);
  });
  it("are not guessed when there is too much to count", () => {
    const many = { now: null, before: null };
    const told = drawn({ ...week, conversations: many, byAssistant: many });
    expect(told.slice(0, 3)).toEqual(["2 Right now", "– Too many to count here", "– Too many to count here"]);
  });
  it("do not call an unread balance nothing", () => {
    const text = renderToStaticMarkup(
      <MemoryRouter>
        <TextProvider>
          <HomeNumbers figures={week} available={null} held={0} />
        </TextProvider>
      </MemoryRouter>,
    );
    expect(text).toContain("<dd>–<small>Balance a week ago: 300</small></dd>");
  });
});
