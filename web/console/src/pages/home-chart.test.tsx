import { renderToStaticMarkup } from "react-dom/server";
import { MemoryRouter } from "react-router";
import { describe, expect, it, vi } from "vitest";
import type { InboxItem } from "../api/types";
import { TextProvider } from "../i18n/i18n";
import { HomeChart, HomeQueue } from "./home-chart";

vi.hoisted(() => {
  vi.stubGlobal("window", { location: { origin: "https://console.example" } });
  vi.stubGlobal("document", { cookie: "lang=en" });
});

const drawn = (page: React.ReactNode) =>
  renderToStaticMarkup(
    <MemoryRouter>
      <TextProvider>{page}</TextProvider>
    </MemoryRouter>,
  );
const day = (n: number, byAssistant: number, byPerson: number, unanswered: number) => ({
  day: `2026-10-0${n}`,
  byAssistant,
  byPerson,
  unanswered,
});

describe("the first page's chart", () => {
  it("says in words what it draws, and the sums of both weeks", () => {
    const page = drawn(<HomeChart daily={[day(1, 2, 1, 0), day(2, 4, 0, 3)]} />);
    expect(page).toContain("Conversations of the last 2 days");
    expect([...page.matchAll(/<dd>(\d+)<\/dd>/g)].map(([, n]) => n)).toEqual(["6", "1", "3"]);
    expect(page).toMatch(/role="img" aria-label="[^"]*10[^"]*7/);
  });
  it("says that days may stand empty where both weeks are not there", () => {
    expect(drawn(<HomeChart daily={[day(1, 2, 1, 0)]} whole={false} />)).toContain("still kept stand empty");
    expect(drawn(<HomeChart daily={[day(1, 2, 1, 0)]} whole />)).not.toContain("stand empty");
  });
  it("is left out where nothing was said", () => {
    expect(drawn(<HomeChart daily={[day(1, 0, 0, 0)]} />)).toBe("");
    expect(drawn(<HomeChart daily={[]} />)).toBe("");
  });
});

describe("the first page's queue", () => {
  const item = (id: number, visitorName: string, excerpt: string) =>
    ({ conversation: { id, lastAt: "2026-10-15T00:00:00.000Z" }, visitorName, excerpt }) as InboxItem;
  it("leads to who waits", () => {
    const page = drawn(<HomeQueue items={[item(7, "Ann", "Where is it?"), item(9, "", "")]} waiting={2} />);
    expect(page).toContain('href="/inbox/7?filter=waiting"');
    expect(page).toContain("Where is it?");
    expect(page).toContain('href="/inbox/9?filter=waiting"');
  });
  it("says that nobody waits", () => {
    expect(drawn(<HomeQueue items={[]} waiting={0} />)).toContain("Nobody is waiting.");
  });
  it("shows who waits longest, whoever spoke last, and how many there are", () => {
    const waits = (id: number, hour: number) =>
      ({
        conversation: {
          id,
          lastAt: `2026-10-15T2${id % 4}:00:00.000Z`,
          waitingSince: `2026-10-15T0${hour}:00:00.000Z`,
        },
        visitorName: "",
        excerpt: "",
      }) as InboxItem;
    const items = [
      waits(1, 8),
      waits(2, 7),
      waits(3, 6),
      waits(4, 5),
      waits(5, 4),
      waits(6, 3),
      waits(7, 2),
      waits(8, 1),
    ];
    const page = drawn(<HomeQueue items={items} waiting={9} />);
    expect([...page.matchAll(/\/inbox\/(\d+)\?/g)].map(([, id]) => id)).toEqual(["8", "7", "6", "5", "4", "3"]);
    expect(page).toContain("2026-10-15T01:00:00.000Z");
    expect(page).toContain("All who wait (9)");
    expect(drawn(<HomeQueue items={items.slice(0, 2)} waiting={2} />)).not.toContain("All who wait");
  });
});
