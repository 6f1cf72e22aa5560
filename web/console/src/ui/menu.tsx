/* A button with a menu, by the keyboard too: arrows go through it, Home and End jump, Escape and Tab leave. */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Icon, type IconName } from "./icon";

export interface MenuItem {
  key: string;
  label: string;
  icon?: IconName | undefined;
  /** One of several to choose from. */
  chosen?: boolean | undefined;
  danger?: boolean | undefined;
  lang?: string | undefined;
  to?: string | undefined;
  /** An address outside of the console. */
  href?: string | undefined;
  onPick?: (() => void) | undefined;
}
export interface MenuGroup {
  key: string;
  title?: string | undefined;
  items: readonly MenuItem[];
}

interface Props {
  label: string;
  trigger: ReactNode;
  groups: readonly MenuGroup[];
  className?: string;
  /** What stands above the items: who is signed in. */
  head?: ReactNode;
  side?: "left" | "right";
  /** By which a key of the page finds it. */
  mark?: string;
}

/** A page opens beside this one; a mail program or a telephone takes the others. */
function openOutside(address: string): void {
  const link = document.createElement("a");
  link.href = address;
  if (address.startsWith("https://")) {
    link.target = "_blank";
    link.rel = "noreferrer";
  }
  link.click();
}

const ITEM = "[role=menuitem], [role=menuitemradio]";

function step(key: string, at: number, count: number): number | null {
  if (key === "ArrowDown") return (at + 1) % count;
  if (key === "ArrowUp") return (at - 1 + count) % count;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  return null;
}

function Items({ groups, pick }: { groups: readonly MenuGroup[]; pick: (item: MenuItem) => void }) {
  return groups.map(({ key, title, items }) => (
    <div key={key} role="group" aria-label={title} className="menu-group">
      {title !== undefined && (
        <div className="menu-title" aria-hidden="true">
          {title}
        </div>
      )}
      {items.map((item) => (
        <button
          key={item.key}
          type="button"
          tabIndex={-1}
          role={item.chosen === undefined ? "menuitem" : "menuitemradio"}
          aria-checked={item.chosen}
          lang={item.lang}
          className={item.danger === true ? "menu-item menu-danger" : "menu-item"}
          onClick={() => pick(item)}
        >
          {item.icon !== undefined && <Icon name={item.icon} />}
          <span>{item.label}</span>
          {item.chosen === true && <Icon name="check" />}
        </button>
      ))}
    </div>
  ));
}

export function Menu({
  label,
  trigger,
  groups,
  className = "button button-quiet button-icon",
  head,
  side = "right",
  mark,
}: Props) {
  const [open, setOpen] = useState(false);
  const [up, setUp] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const navigate = useNavigate();
  useLayoutEffect(() => {
    if (!open || list.current === null || button.current === null) return;
    const from = button.current.getBoundingClientRect();
    setUp(from.bottom + list.current.offsetHeight + 8 > window.innerHeight && from.top > list.current.offsetHeight + 8);
    const items = list.current.querySelectorAll<HTMLElement>(ITEM);
    (list.current.querySelector<HTMLElement>("[aria-checked=true]") ?? items[0])?.focus({ preventScroll: true });
  }, [open]);
  useEffect(() => {
    if (!open) return undefined;
    const away = ({ target }: Event) => {
      if (place.current?.contains(target as Node) !== true) setOpen(false);
    };
    document.addEventListener("pointerdown", away);
    document.addEventListener("focusin", away);
    return () => {
      document.removeEventListener("pointerdown", away);
      document.removeEventListener("focusin", away);
    };
  }, [open]);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const keys = (event: KeyboardEvent) => {
    if (!open) {
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      setOpen(true);
      return;
    }
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
      return;
    }
    if (event.key === "Tab") setOpen(false);
    const items = Array.from(list.current?.querySelectorAll<HTMLElement>(ITEM) ?? []);
    const to = step(event.key, items.indexOf(document.activeElement as HTMLElement), items.length);
    if (to === null) return;
    event.preventDefault();
    items[to]?.focus();
  };
  const pick = (item: MenuItem) => {
    close();
    item.onPick?.();
    if (item.to !== undefined) void navigate(item.to);
    if (item.href !== undefined) openOutside(item.href);
  };
  return (
    <div className="menu" ref={place} onKeyDown={keys}>
      <button
        ref={button}
        type="button"
        className={className}
        data-menu={mark}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {trigger}
      </button>
      {open && (
        <div className={`menu-list menu-${side}${up ? " menu-up" : ""}`} ref={list}>
          {head}
          <div role="menu" id={id} aria-label={label}>
            <Items groups={groups} pick={pick} />
          </div>
        </div>
      )}
    </div>
  );
}
