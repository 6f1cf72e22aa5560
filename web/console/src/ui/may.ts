/* What the person who is signed in may do in the account that the session acts in. The server judges each request; this
 * keeps from the screen what it would refuse, and no more. */
import { useUser } from "../api/queries";
import type { User } from "../api/types";

export interface May {
  /** See money, settings and the trail: an agent sees customers. */
  books: boolean;
  /** Spend credits, change shops, show secrets. */
  manage: boolean;
}

export function mayOf({ role, account }: Pick<User, "role" | "account">): May {
  if (role === "operator") return { books: true, manage: true };
  const mine = account?.role;
  const manage = mine === "owner" || mine === "admin";
  return { books: manage || mine === "viewer", manage };
}

const NOTHING: May = { books: false, manage: false };

export function useMay(): May {
  const user = useUser().data?.user ?? null;
  return user === null ? NOTHING : mayOf(user);
}
