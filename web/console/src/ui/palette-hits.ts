/* What Ctrl-K has found, and which of it is chosen: by name and not by place, since answers come while one looks. */
import type { TextKey } from "../i18n/i18n";
import type { IconName } from "./icon";

export interface Hit {
  key: string;
  to: string;
  icon: IconName;
  text: string;
  side?: string | undefined;
}
export interface Group {
  title: TextKey;
  hits: readonly Hit[];
}

interface Asked<T> {
  data: readonly T[] | undefined;
  isError: boolean;
}

/** All together or none: an answer that comes later never pushes another one down from under a finger. */
export const haveAnswered = (...reads: readonly Asked<unknown>[]) =>
  reads.every(({ data, isError }) => data !== undefined || isError);

/** The chosen one; the first while nobody has chosen, or when it is found no more. */
export const chosenOf = (hits: readonly Hit[], key: string | null): Hit | undefined =>
  hits.find((hit) => hit.key === key) ?? hits[0];

/** The one before or behind it, round and round. */
export function besideOf(hits: readonly Hit[], key: string | null, move: 1 | -1): string | null {
  const chosen = chosenOf(hits, key);
  if (chosen === undefined) return null;
  return hits[(hits.indexOf(chosen) + move + hits.length) % hits.length]?.key ?? null;
}
