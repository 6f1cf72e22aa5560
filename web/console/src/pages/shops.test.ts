import { describe, expect, it, vi } from "vitest";
import type { Shop } from "../api/types";
import { dayOf } from "../ui/days";
import { chosenShops, shopTable } from "./shops";

vi.hoisted(() => {
  vi.stubGlobal("window", { location: { origin: "https://console.example" } });
  vi.stubGlobal("document", { cookie: "lang=en" });
});

const shop = (id: number, name: string, state: Shop["chatbot_state"], added: string) =>
  ({ id, public_id: `shop-${id}`, shop_name: name, domain: null, chatbot_state: state, created_at: added }) as Shop;
const SHOPS = [
  shop(1, "Tea", "active", "2026-10-01T12:00:00.000Z"),
  shop(2, "Pots", "off", "2026-10-05T12:00:00.000Z"),
  shop(3, "=Cups", "failed", "2026-10-09T12:00:00.000Z"),
];
const NOTHING = { search: "", state: "", from: "", to: "" };
const ids = (asked: Partial<typeof NOTHING>) => chosenShops(SHOPS, { ...NOTHING, ...asked }).map(({ id }) => id);

describe("one's own shops", () => {
  it("are narrowed by words, state and the days on which they were added", () => {
    expect(ids({})).toEqual([1, 2, 3]);
    expect(ids({ search: "SHOP-2" })).toEqual([2]);
    expect(ids({ search: "\u202aSHOP-\u200e2\u202c" })).toEqual([2]);
    expect(ids({ state: "stopped" })).toEqual([3]);
    expect(ids({ state: "constructor" })).toEqual([1, 2, 3]);
    const day = (text: string) => dayOf(new Date(text));
    expect(ids({ from: day("2026-10-05T12:00:00Z") })).toEqual([2, 3]);
    expect(ids({ to: day("2026-10-05T12:00:00Z") })).toEqual([1, 2]);
    expect(ids({ from: "0002-01-01" })).toEqual([1, 2, 3]);
  });
  it("are among the stopped ones when an operator has suspended them, however their chat stands", () => {
    const all = [...SHOPS, { ...shop(4, "Rests", "active", "2026-10-10T12:00:00.000Z"), status: "suspended" } as Shop];
    const inState = (state: string) => chosenShops(all, { ...NOTHING, state }).map(({ id }) => id);
    expect(inState("stopped")).toEqual([3, 4]);
    expect(inState("on")).toEqual([1]);
  });
  it("are saved as a table without formulas", () => {
    expect(shopTable(SHOPS.slice(2))).toBe(
      '\uFEFFid,name,domain,chatbot,createdAt\r\nshop-3,"\'=Cups",,failed,2026-10-09T12:00:00.000Z\r\n',
    );
  });
});
