import { expect, it } from "vitest";
import type { Membership, User } from "./api/types";
import { leftAccount } from "./session";

const tea: Membership = { id: 3, name: "Tea House", role: "agent", disabled: false };
const own: Membership = { id: 8, name: "Own", role: "owner", disabled: false };
const user = (account: Membership | null, ...accounts: Membership[]) => ({ id: 5, account, accounts }) as User;

it("says which account a person was removed from", () => {
  expect(leftAccount(user(tea, tea), user(null))).toBe(tea);
  expect(leftAccount(user(tea, tea, own), user(own, own))).toBe(tea);
});

it("is silent when they only switched, became another role, or another person came", () => {
  expect(leftAccount(user(tea, tea, own), user(own, tea, own))).toBeNull();
  expect(leftAccount(user(tea, tea), user({ ...tea, role: "viewer" }, { ...tea, role: "viewer" }))).toBeNull();
  expect(leftAccount(user(tea, tea), { ...user(own, own), id: 6 })).toBeNull();
  expect(leftAccount(user(tea, tea), null)).toBeNull();
  expect(leftAccount(user(null), user(own, own))).toBeNull();
  expect(leftAccount(null, user(own, own))).toBeNull();
});
