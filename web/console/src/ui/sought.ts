/** What is looked for, of what was typed or pasted: without signs of direction, which tables and messengers put around
 * what is copied out of them (`unicode_turns` of the server, which leaves them out too). */
export const soughtOf = (typed: string): string =>
  typed.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "").trim();
