import { expect, it, vi } from "vitest";
import type { User } from "../api/types";
import { mayOf } from "./may";
import { findable, placesOf } from "./places";

vi.hoisted(() => {
  vi.stubGlobal("window", { location: { origin: "https://console.example" } });
  vi.stubGlobal("document", { cookie: "lang=en" });
});

type Account = NonNullable<User["account"]>;
const may = (role: Account["role"] | null) =>
  mayOf({ role: "merchant", account: role === null ? null : ({ role } as Account) });

it("keeps money from an agent, and changes from a viewer", () => {
  expect(may("owner")).toEqual({ books: true, manage: true });
  expect(may("admin")).toEqual({ books: true, manage: true });
  expect(may("viewer")).toEqual({ books: true, manage: false });
  expect(may("agent")).toEqual({ books: false, manage: false });
  expect(may(null)).toEqual({ books: false, manage: false });
});

it("leads nobody to what is not for them", () => {
  const to = (role: Account["role"]) => placesOf(false, may(role)).map((place) => place.to);
  const found = (role: Account["role"]) => findable(false, may(role)).map((place) => place.to);
  expect(to("owner")).toEqual(expect.arrayContaining(["/home", "/inbox", "/shops", "/billing", "/settings/activity"]));
  for (const path of ["/home", "/shops", "/billing", "/settings/activity"]) expect(to("agent")).not.toContain(path);
  expect(to("agent")).toEqual(expect.arrayContaining(["/inbox", "/settings/profile"]));
  expect(found("viewer")).not.toContain("/settings/team");
  expect(found("viewer")).not.toContain("/shops?new=1");
  expect(found("owner")).toContain("/settings/team");
});
