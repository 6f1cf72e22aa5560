/* The templates that pages are made of: one heading with its actions, the document's title, and the focus on the heading
 * after a change of page, so that keyboard and screen reader begin where the eyes do.
 *
 *   Page       what all have in common
 *   Dashboard  figures, then work
 *   Toolbar    of a list: search, filters, export; all of it in the address
 *   Detail     two thirds facts, one third money and identifiers
 *   Settings   sections left, a form right, and a save bar only when something changed */
import { type ReactNode, useEffect, useLayoutEffect, useRef } from "react";
import { Link, NavLink, useLocation } from "react-router";
import { useText } from "../i18n/i18n";
import { Icon } from "./icon";

/** The first page of a visit keeps the browser's own focus. */
let visited = "";

interface Props {
  title: string;
  /** How many, of a list. */
  count?: number | undefined;
  intro?: ReactNode;
  extra?: ReactNode;
  back?: { to: string; text: string };
  narrow?: boolean;
  /** What is shown in the place of the whole, where the address says so behind its `?`: a page of its own. */
  part?: string;
  children: ReactNode;
}

export function Page({ title, count, intro, extra, back, narrow = false, part = "", children }: Props) {
  const { number } = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  const { pathname } = useLocation();
  const place = `${pathname} ${part}`;
  useEffect(() => {
    document.title = `${title} · Chathub`;
  }, [title]);
  useEffect(() => {
    if (visited !== "" && visited !== place) heading.current?.focus({ preventScroll: true });
    if (visited !== place) window.scrollTo({ top: 0 });
    visited = place;
  }, [place]);
  return (
    <div className={narrow ? "page page-narrow" : "page"}>
      <div className="page-head">
        <div className="page-title">
          {back !== undefined && (
            <Link to={back.to} className="page-back">
              <Icon name="back" />
              {back.text}
            </Link>
          )}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {count !== undefined && <span className="page-count">{number(count)}</span>}
          {intro !== undefined && <div className="page-intro">{intro}</div>}
        </div>
        {extra !== undefined && <div className="page-extra">{extra}</div>}
      </div>
      {children}
    </div>
  );
}

interface SectionProps {
  title: string;
  extra?: ReactNode;
  children: ReactNode;
  id?: string;
  /** A frame around it: to group, not to decorate. */
  card?: boolean;
}

export function Section({ title, extra, children, id, card = false }: SectionProps) {
  return (
    <section className={card ? "section card" : "section"} id={id} aria-label={title}>
      <div className="section-head">
        <h2>{title}</h2>
        {extra}
      </div>
      {children}
    </section>
  );
}

/** What destroys stands apart, with what it does in words. */
export function DangerZone({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="section card danger" aria-label={title}>
      <div className="section-head">
        <h2>{title}</h2>
      </div>
      {children}
    </section>
  );
}

export function DangerLine({ text, children }: { text: string; children: ReactNode }) {
  return (
    <div className="danger-line">
      <p>{text}</p>
      {children}
    </div>
  );
}

export interface FigureProps {
  name: string;
  value: ReactNode;
  note?: ReactNode;
  to?: string;
  /** Something to look at. */
  tone?: "due" | "stop" | undefined;
}

export function Figures({ figures }: { figures: readonly FigureProps[] }) {
  return (
    <dl className="figures">
      {figures.map(({ name, value, note, to, tone }) => (
        <div key={name} className={tone === undefined ? "figure" : `figure figure-${tone}`}>
          <dt>{to === undefined ? name : <Link to={to}>{name}</Link>}</dt>
          <dd>
            {value}
            {note !== undefined && <small>{note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function Toolbar({ children }: { children: ReactNode }) {
  return <div className="toolbar">{children}</div>;
}

/** Facts left, money and identifiers right; below each other where there is no room. */
export function Detail({ main, side }: { main: ReactNode; side: ReactNode }) {
  return (
    <div className="detail">
      <div className="stack">{main}</div>
      <div className="stack">{side}</div>
    </div>
  );
}

export interface Part {
  to: string;
  text: string;
}

/** The parts of one thing, each with its address. */
export function Parts({ label, parts }: { label: string; parts: readonly Part[] }) {
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // On a phone not all of them have room: the one that is shown stands in sight.
  useLayoutEffect(() => {
    const here = nav.current?.querySelector('[aria-current="page"]');
    if (nav.current === null || here == null) return;
    const [all, one] = [nav.current.getBoundingClientRect(), here.getBoundingClientRect()];
    nav.current.scrollLeft += one.left + one.width / 2 - all.left - all.width / 2;
  }, [pathname]);
  return (
    <nav className="parts" aria-label={label} ref={nav}>
      {parts.map(({ to, text }) => (
        <NavLink key={to} to={to} end>
          {text}
        </NavLink>
      ))}
    </nav>
  );
}

export function Settings({ label, parts, children }: { label: string; parts: readonly Part[]; children: ReactNode }) {
  return (
    <div className="settings">
      <Parts label={label} parts={parts} />
      <div className="settings-main stack">{children}</div>
    </div>
  );
}

/** What a page without anything on it says: what this is, why one wants it, one thing to do, and where to read more. */
export function Teach({
  icon,
  title,
  children,
  action,
  more,
}: {
  icon: Parameters<typeof Icon>[0]["name"];
  title: string;
  children: ReactNode;
  action?: ReactNode;
  more?: ReactNode;
}) {
  return (
    <div className="teach">
      <span className="teach-icon">
        <Icon name={icon} />
      </span>
      <h2>{title}</h2>
      <p>{children}</p>
      {action}
      {more !== undefined && <div className="small">{more}</div>}
    </div>
  );
}
