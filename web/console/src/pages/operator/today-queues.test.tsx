import { renderToStaticMarkup } from "react-dom/server";
import { MemoryRouter } from "react-router";
import { expect, it, vi } from "vitest";
import { TextProvider } from "../../i18n/i18n";
import { TodayQueues } from "./today-queues";

vi.hoisted(() => {
  vi.stubGlobal("document", { cookie: "lang=en" });
});

const queues = { failed: 3, pastDue: 0, renewalsFailing: 2, deadJobs: 1 };

function drawn(weekAgo: typeof queues | null, now = queues): string {
  return renderToStaticMarkup(
    <MemoryRouter>
      <TextProvider>
        <TodayQueues queues={now} weekAgo={weekAgo} />
      </TextProvider>
    </MemoryRouter>,
  );
}
const told = (page: string) =>
  [...page.matchAll(/<dd>(.*?)<\/dd>/g)].map(([, dd = ""]) => dd.replace(/<[^>]*>/g, " ").trim());

it("shows each queue beside what was counted a week ago", () => {
  expect(told(drawn({ failed: 1, pastDue: 4, renewalsFailing: 2, deadJobs: 0 }))).toEqual([
    "3 +2: 1 a week ago",
    "0 −4: 4 a week ago",
    "2 As a week ago",
    "1 +1: 0 a week ago",
  ]);
});

it("does not compare what is more than is counted", () => {
  const many = { failed: 1000, pastDue: 999, renewalsFailing: 1000, deadJobs: 1 };
  expect(told(drawn(many, many))).toEqual([
    "1,000+ Counted up to 1,000 only",
    "999 As a week ago",
    "1,000 As a week ago",
    "1 As a week ago",
  ]);
});

it("compares with nothing where nothing was counted", () => {
  expect(told(drawn(null))).toEqual([3, 0, 2, 1].map((n) => `${n} Not counted a week ago`));
});

it("leads to the rows of each queue", () => {
  const leads = [...drawn(null).matchAll(/href="([^"]*)"/g)].map(([, to = ""]) => to.replaceAll("&amp;", "&"));
  expect(leads).toEqual([
    "/operator/shops?state=failed&sort=oldest",
    "/operator/shops?state=pastDue&sort=oldest",
    "/operator/renewals",
    "/operator/jobs?state=dead",
  ]);
});
