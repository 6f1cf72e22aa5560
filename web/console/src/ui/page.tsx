/* The frame of each page's content: one heading, its actions, the document's title, and the focus on the heading after
 * a change of page, so that keyboard and screen reader begin where the eyes do. */
import { type ReactNode, useEffect, useRef } from "react";
import { useLocation } from "react-router";

/** The first page of a visit keeps the browser's own focus. */
let visited = "";

interface Props {
  title: string;
  intro?: ReactNode;
  extra?: ReactNode;
  above?: ReactNode;
  narrow?: boolean;
  children: ReactNode;
}

export function Page({ title, intro, extra, above, narrow = false, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    document.title = `${title} · Chathub`;
  }, [title]);
  useEffect(() => {
    if (visited !== "" && visited !== pathname) heading.current?.focus({ preventScroll: true });
    if (visited !== pathname) window.scrollTo({ top: 0 });
    visited = pathname;
  }, [pathname]);
  return (
    <div className={narrow ? "page page-narrow" : "page"}>
      {above}
      <div className="page-head">
        <div className="page-title">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {intro !== undefined && <div className="page-intro">{intro}</div>}
        </div>
        {extra !== undefined && <div className="page-extra">{extra}</div>}
      </div>
      {children}
    </div>
  );
}

/** A card with a real heading. */
export function Section({
  title,
  extra,
  children,
  id,
}: {
  title: string;
  extra?: ReactNode;
  children: ReactNode;
  id?: string;
}) {
  return (
    <section className="card" id={id} aria-label={title}>
      <div className="card-head">
        <h2>{title}</h2>
        {extra}
      </div>
      {children}
    </section>
  );
}
