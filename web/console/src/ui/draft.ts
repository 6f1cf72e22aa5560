/* What was typed and not sent, kept in this tab: a reload, a closed dialog or an ended session loses nothing. It belongs
 * to one person in one account: another account of theirs begins empty, and another person's coming throws it away. What is
 * written to a customer is kept by the browser: a phone ends the tabs that nobody looks at, and a laptop is closed. */
const PREFIX = "chathub-draft-";

/** `person-account` of whoever is signed in. */
let owner = "0-0";
const keyOf = (name: string) => `${PREFIX}${owner}-${name}`;

type Where = "tab" | "browser";
const shelf = (where: Where) => (where === "tab" ? sessionStorage : localStorage);

/** Of all drafts, or of those that are not this person's. */
function forgetWhere(isGone: (key: string) => boolean): void {
  for (const where of ["tab", "browser"] as const) {
    try {
      const kept = shelf(where);
      for (const key of Object.keys(kept)) if (key.startsWith(PREFIX) && isGone(key)) kept.removeItem(key);
    } catch {
      // storage may be forbidden: nothing was kept
    }
  }
}

/** Before anything of theirs is drawn. */
export function claimDrafts(person: number, account: number): void {
  const now = `${person}-${account}`;
  if (now === owner) return;
  owner = now;
  forgetWhere((key) => !key.startsWith(`${PREFIX}${person}-`));
}

export function readDraft<V>(name: string | undefined, fields: readonly string[], where: Where = "tab"): Partial<V> {
  if (name === undefined) return {};
  try {
    const kept: unknown = JSON.parse(shelf(where).getItem(keyOf(name)) ?? "{}");
    if (typeof kept !== "object" || kept === null) return {};
    return Object.fromEntries(
      Object.entries(kept).filter(([field, value]) => fields.includes(field) && typeof value === "string"),
    ) as Partial<V>;
  } catch {
    return {}; // storage may be forbidden, or hold what an older console wrote
  }
}

export function keepDraft(name: string, values: object, where: Where = "tab"): void {
  try {
    shelf(where).setItem(keyOf(name), JSON.stringify(values));
  } catch {
    // as above: the draft then lasts as long as the form
  }
}

/** Of what was typed only what differs: the rest is somebody else's, and may be another when the draft is taken up. */
export function keepTyped<V extends Record<string, string>>(name: string, values: V, from: V): void {
  const typed = Object.entries(values).filter(([field, value]) => value !== from[field]);
  if (typed.length === 0) forgetDraft(name);
  else keepDraft(name, Object.fromEntries(typed));
}

export function forgetDraft(name: string | undefined, where: Where = "tab"): void {
  if (name === undefined) return;
  try {
    shelf(where).removeItem(keyOf(name));
  } catch {
    // it was never kept
  }
}

/** Whoever signs out leaves nothing behind. */
export function forgetDrafts(): void {
  forgetWhere(() => true);
}
