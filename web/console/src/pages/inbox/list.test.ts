import { expect, it, vi } from "vitest";
import { askedOf } from "./list";

vi.hoisted(() => {
  vi.stubGlobal("window", { location: { origin: "https://console.example" } });
  vi.stubGlobal("document", { cookie: "lang=en" });
  vi.stubGlobal("sessionStorage", { getItem: () => null });
});

const asked = (address: string) => askedOf(new URLSearchParams(address));

it("asks of all shops, or of the one that the address names beside state, label or words", () => {
  expect(asked("")).toEqual({ filter: "open" });
  expect(asked("shop=7")).toEqual({ filter: "open", shop: 7 });
  expect(asked("shop=7&filter=waiting")).toEqual({ filter: "waiting", shop: 7 });
  expect(asked("shop=7&label=3")).toEqual({ label: 3, shop: 7 });
  expect(asked("shop=7&search=W1")).toEqual({ search: "W1", shop: 7 });
  for (const none of ["0", "-1", "x", "1.5", ""]) expect(asked(`shop=${none}`)).toEqual({ filter: "open" });
});
