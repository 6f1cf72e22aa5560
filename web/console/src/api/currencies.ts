/** An operator may name a price in any currency; in yuan and these an order can be made. */
export const OTHER_CURRENCIES = ["USD", "EUR", "HKD"] as const;
