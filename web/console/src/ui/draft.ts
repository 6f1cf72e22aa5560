/* What was typed and not sent, kept in this tab: a reload, a closed dialog or an ended session loses nothing. */
const PREFIX = "chathub-draft-";

export function readDraft<V>(name: string | undefined, fields: readonly string[]): Partial<V> {
  if (name === undefined) return {};
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(PREFIX + name) ?? "{}");
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
    sessionStorage.setItem(PREFIX + name, JSON.stringify(values));
  } catch {
    // as above: the draft then lasts as long as the form
  }
}

export function forgetDraft(name: string | undefined): void {
  if (name === undefined) return;
  try {
    sessionStorage.removeItem(PREFIX + name);
  } catch {
    // it was never kept
  }
}

/** Whoever signs out leaves nothing behind. */
export function forgetDrafts(): void {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  } catch {
    // nothing was kept
  }
}
