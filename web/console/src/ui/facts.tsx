/* How single things are written, everywhere alike: a sum, a moment, a name to copy, a person, a shop. */
import type { ReactNode } from "react";
import { Link } from "react-router";
import { useShops } from "../api/queries";
import { useText } from "../i18n/i18n";
import { CopyButton } from "./copy";
import { useLastDay, usePaidDay } from "./last-day";
import { useMay } from "./may";

/** A number of credits. `signed`: a change, with its sign. */
export function Credits({ n, signed = false, unit = false }: { n: number; signed?: boolean; unit?: boolean }) {
  const { t, number, signed: withSign } = useText();
  if (unit) return <span className="amount">{t("credits.n", { n })}</span>;
  return <span className={signed && n > 0 ? "amount good" : "amount"}>{signed ? withSign(n) : number(n)}</span>;
}

/** Money, in minor units: fen of a yuan. Outside China the yuan is CN¥, because ¥ alone is also the yen. */
export function Money({ minor, currency = "CNY" }: { minor: number; currency?: string }) {
  const { money } = useText();
  return <span className="amount">{money(minor, currency)}</span>;
}

/** How long ago or in how long; the exact moment, with seconds and zone, on asking. */
export function Time({ at }: { at: string }) {
  const { near, exact } = useText();
  return (
    <time dateTime={at} title={exact(at)} className="tight">
      {near(at)}
    </time>
  );
}

/** A day that matters as such: since when something is paid. */
export function Day({ at }: { at: string }) {
  const { exact } = useText();
  const day = usePaidDay();
  return (
    <time dateTime={at} title={exact(at)} className="tight">
      {day(at)}
    </time>
  );
}

/** Until when something is paid: the last day of it. */
export function LastDay({ at }: { at: string }) {
  const { exact } = useText();
  const lastDay = useLastDay();
  return (
    <time dateTime={at} title={exact(at)} className="tight">
      {lastDay(at)}
    </time>
  );
}

/** An identifier: never translated, to be copied. */
export function Id({ children, label }: { children: string; label?: string }) {
  const { t } = useText();
  return (
    <span className="id">
      <code translate="no">{children}</code>
      <CopyButton text={children} quiet label={t("copy.named", { name: label ?? children })} />
    </span>
  );
}

/** Long values end in an ellipsis, with the whole on asking. */
export function Short({ children }: { children: string }) {
  return (
    <span className="short" title={children}>
      {children}
    </span>
  );
}

/** An account as an operator sees it: a name that leads there. */
export function Person({ id, email, name }: { id: number; email?: string | null; name?: string | null }) {
  const { t } = useText();
  const shown = name ?? email ?? t("person.unnamed");
  return (
    <Link to={`/operator/customers/${id}`} className="short" title={email ?? shown}>
      {shown}
    </Link>
  );
}

/** One of the reader's own shops. One that is not among them any more keeps its name where the name is known. */
export function Shop({ id, name }: { id: number; name?: string | undefined }) {
  const { t } = useText();
  const { data } = useShops();
  const here = data?.shops.find((shop) => shop.id === id);
  const { books } = useMay();
  if (here !== undefined) {
    if (!books) return <span className="short">{here.shop_name}</span>; // whose page they may not see
    return (
      <Link to={`/shops/${id}`} className="short" title={here.shop_name}>
        {here.shop_name}
      </Link>
    );
  }
  if (data === undefined) return <span className="muted">…</span>;
  return <span className="break">{name === undefined ? t("shop.gone") : t("shop.goneNamed", { name })}</span>;
}

/** Facts in two columns. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="facts">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
