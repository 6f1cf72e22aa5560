import { answer, api } from "../../api/client";
import type { CustomerErased } from "../../api/types";

/** All that is kept of them: so many browsers with each request, until none is left. */
export async function eraseCustomer(id: number): Promise<void> {
  let next: number | null = id;
  while (next !== null) {
    const erased: CustomerErased = await answer(
      api.DELETE("/api/inbox/{id}/customer", { params: { path: { id: next } } }),
    );
    ({ next } = erased);
  }
}
