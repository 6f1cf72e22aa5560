/* Idempotency keys. One key stands for one submit: while its outcome is unknown (no answer, a 5xx) the same content is
 * sent with the same key, also when the person presses the button again; so nothing is bought or made twice. */

/** 128 random bits as a UUID. randomUUID exists only in secure contexts; a console on plain HTTP still needs keys. */
export function newKey(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export class SubmitKeys {
  private open: { content: string; key: string } | null = null;

  keyFor(input: unknown): string {
    const content = JSON.stringify([input]);
    if (this.open?.content !== content) this.open = { content, key: newKey() };
    return this.open.key;
  }

  /** The outcome is known: the next submit, even of the same content, is a new wish. */
  settled(): void {
    this.open = null;
  }
}
