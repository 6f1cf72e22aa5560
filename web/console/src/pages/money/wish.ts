/* What somebody wants to buy, as it stands in the address and as the fields of the page hold it. */
import { OTHER_CURRENCIES } from "../../api/currencies";
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

/** The price that the address names: the code alone may have one in each currency. */
export const offerOf = <O extends Pick<Offer, "code" | "price">>(sold: readonly O[], code: string, currency: string) =>
  sold.find((one) => one.code === code && one.price.currency === (currency || "CNY")) ??
  (currency === "" ? sold.find((one) => one.code === code) : undefined);

/** Where it is bought. */
export function buyAt({ code, price }: Pick<Offer, "code" | "price">, shop?: number): string {
  const query = new URLSearchParams({ offer: code });
  if (shop !== undefined) query.set("shop", String(shop));
  if (price.currency !== "CNY") query.set("currency", price.currency);
  return `/billing/buy?${query.toString()}`;
}

/** Seats can be chosen where a further one has a price. */
export const seatsCanBeChosen = ({ kind, seatPrice }: Pick<Offer, "kind" | "seatPrice">) =>
  kind === "plan" && seatPrice.amount > 0;

/** Null: something is still being typed, or missing. */
export function wishOf(
  offer: Pick<Offer, "code" | "kind" | "price" | "seats" | "seatPrice">,
  wanted: Wanted,
): Wish | null {
  // Yuan are what a wish without a currency means.
  const currency = OTHER_CURRENCIES.find((one) => one === offer.price.currency);
  if (currency === undefined && offer.price.currency !== "CNY") return null;
  const rest = {
    ...(currency !== undefined && { currency }),
    ...(wanted.coupon !== "" && { coupon: wanted.coupon }),
  };
  if (offer.kind === "credits") {
    const quantity = wholeOf(wanted.quantity, 1, PACKS_MAX);
    return quantity === null ? null : { offer: offer.code, quantity, ...rest };
  }
  if (wanted.shop === undefined) return null;
  if (!seatsCanBeChosen(offer)) return { offer: offer.code, shop: wanted.shop, ...rest };
  const seats = wholeOf(wanted.seats, offer.seats, SEATS_MAX);
  return seats === null ? null : { offer: offer.code, shop: wanted.shop, seats, ...rest };
}
