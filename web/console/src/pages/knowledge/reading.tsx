/* How something is read in, as the tables of sources tell it: of feeds, of the store's server and of files. */
import { useText } from "../../i18n/i18n";
import { Pill } from "../../ui/pill";
import type { Refusal } from "./reads";
import { useRefusals } from "./refusals";

const TONES = { never: "off", reading: "busy", writing: "busy", read: "on", done: "on", failed: "stop" } as const;

export function ReadingPill({ state, children }: { state: keyof typeof TONES; children: string }) {
  return <Pill tone={TONES[state]}>{children}</Pill>;
}

/** The first of what was refused, in words. */
export function Refused({ list }: { list: readonly Refusal[] }) {
  const say = useRefusals();
  if (list[0] === undefined) return null;
  return <span className="muted small">{say(list[0])}</span>;
}

export function Address({ url }: { url: string }) {
  return (
    <span className="short" title={url} translate="no">
      {url}
    </span>
  );
}

/** How many rows it brought, of whatever kind. */
export function RowCount({ of }: { of: { products: number; texts: number; orders: number } }) {
  const { number } = useText();
  return <>{number(of.products + of.texts + of.orders)}</>;
}
