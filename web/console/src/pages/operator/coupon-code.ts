/* A code that nobody guesses: 60 bits, in signs of which no two look alike. */
const SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LENGTH = 12;
const GROUP = 4;

export function couponCode(random: Uint8Array = crypto.getRandomValues(new Uint8Array(LENGTH))): string {
  const signs = Array.from(random, (byte) => SIGNS.charAt(byte % SIGNS.length));
  const groups = [];
  for (let at = 0; at < signs.length; at += GROUP) groups.push(signs.slice(at, at + GROUP).join(""));
  return groups.join("-");
}

/** As the server takes it, in any case of letters. */
export const isCouponCode = (typed: string) => /^[A-Za-z0-9-]{4,40}$/.test(typed.trim());
