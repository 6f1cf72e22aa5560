/* What somebody wants to buy, as it stands in the address and as the fields of the page hold it. */
import type { Offer, Wish } from "../../api/money";

export const SEATS_MAX = 1000;
export const PACKS_MAX = 100;

export interface Wanted {
  shop: number | undefined;
  seats: string;
  quantity: string;
  coupon: string;
}

/** A whole number between two others, else null: half-typed numbers ask nobody. */
export function wholeOf(text: string, min: number, max: number): number | null {
  if (!/^\d{1,6}$/.test(text.trim())) return null;
  const n = Number(text);
  return n >= min && n <= max ? n : null;
}

/** Seats can be chosen where a further one has a price. */
export const seatsCanBeChosen = ({ kind, seatPrice }: Pick<Offer, "kind" | "seatPrice">) =>
  kind === "plan" && seatPrice.amount > 0;

/** Null: something is still being typed, or missing. */
export function wishOf(offer: Pick<Offer, "code" | "kind" | "seats" | "seatPrice">, wanted: Wanted): Wish | null {
  const coupon = wanted.coupon.trim();
  const rest = coupon === "" ? {} : { coupon };
  if (offer.kind === "credits") {
    const quantity = wholeOf(wanted.quantity, 1, PACKS_MAX);
    return quantity === null ? null : { offer: offer.code, quantity, ...rest };
  }
  if (wanted.shop === undefined) return null;
  if (!seatsCanBeChosen(offer)) return { offer: offer.code, shop: wanted.shop, ...rest };
  const seats = wholeOf(wanted.seats, offer.seats, SEATS_MAX);
  return seats === null ? null : { offer: offer.code, shop: wanted.shop, seats, ...rest };
}
