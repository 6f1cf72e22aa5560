/* What was typed and not sent, kept in this tab: a reload, a closed dialog or an ended session loses nothing. It belongs
 * to one person in one account: another account of theirs begins empty, and another person's coming throws it away. */
const PREFIX = "chathub-draft-";

/** `person-account` of whoever is signed in. */
let owner = "0-0";
const keyOf = (name: string) => `${PREFIX}${owner}-${name}`;

/** Of all drafts, or of those that are not this person's. */
function forgetWhere(isGone: (key: string) => boolean): void {
  try {
    for (const key of Object.keys(sessionStorage))
      if (key.startsWith(PREFIX) && isGone(key)) sessionStorage.removeItem(key);
  } catch {
    // storage may be forbidden: nothing was kept
  }
}

/** Before anything of theirs is drawn. */
export function claimDrafts(person: number, account: number): void {
  const now = `${person}-${account}`;
  if (now === owner) return;
  owner = now;
  forgetWhere((key) => !key.startsWith(`${PREFIX}${person}-`));
}

export function readDraft<V>(name: string | undefined, fields: readonly string[]): Partial<V> {
  if (name === undefined) return {};
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(keyOf(name)) ?? "{}");
    if (typeof kept !== "object" || kept === null) return {};
    return Object.fromEntries(
      Object.entries(kept).filter(([field, value]) => fields.includes(field) && typeof value === "string"),
    ) as Partial<V>;
  } catch {
    return {}; // storage may be forbidden, or hold what an older console wrote
  }
}

export function keepDraft(name: string, values: object): void {
  try {
    sessionStorage.setItem(keyOf(name), JSON.stringify(values));
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

export function forgetDraft(name: string | undefined): void {
  if (name === undefined) return;
  try {
    sessionStorage.removeItem(keyOf(name));
  } catch {
    // it was never kept
  }
}

/** Whoever signs out leaves nothing behind. */
export function forgetDrafts(): void {
  forgetWhere(() => true);
}
