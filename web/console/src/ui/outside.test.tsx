import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { MemoryRouter } from "react-router";
import { expect, it, vi } from "vitest";
import { keys } from "../api/read-keys";
import type { Membership, User } from "../api/types";
import { TextProvider } from "../i18n/i18n";
import { Announcer } from "./notify";
import { Outside } from "./outside";

vi.hoisted(() => {
  vi.stubGlobal("window", { location: { origin: "https://console.example" } });
  vi.stubGlobal("document", { cookie: "lang=en" });
});
// They ask the browser for its colours.
vi.mock("./switches", () => ({ LanguageSwitch: () => null, ThemeSwitch: () => null, useSwitchGroups: () => [] }));

const tea: Membership = { id: 3, name: "Tea House", role: "agent", disabled: false };
const own: Membership = { id: 8, name: "Own", role: "owner", disabled: false };

function drawn(account: Membership | null, left: Membership | null): string {
  const user = {
    id: 5,
    email: "nia@helpers.example",
    account,
    accounts: account === null ? [] : [account],
  } as unknown as User;
  const queries = new QueryClient();
  queries.setQueryData(keys.config, {});
  return renderToStaticMarkup(
    <QueryClientProvider client={queries}>
      <MemoryRouter>
        <TextProvider>
          <Announcer>
            <Outside user={user} left={left} />
          </Announcer>
        </TextProvider>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

it("says where one is no longer, and where to go on", () => {
  const page = drawn(own, tea);
  expect(page).toContain("You are no longer in Tea House");
  expect(page).toContain("Go on in Own");
  expect(page).not.toContain("You are signed in as");
});

it("leaves who is in no account their profile and the way out", () => {
  const page = drawn(null, null);
  expect(page).toContain("You are in no team");
  expect(page).toContain("You are signed in as nia@helpers.example.");
  expect(page).not.toContain("Go on in");
  for (const way of ["Profile", "Sign out"]) expect(page).toContain(way);
  expect(drawn(null, tea)).toContain("You are no longer in Tea House");
});
