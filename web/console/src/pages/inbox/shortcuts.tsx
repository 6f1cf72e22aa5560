/* The inbox by keyboard. A key acts only when nobody writes, no dialog or menu is open, and no other key is held. Keys of
 * one sign can be switched off, for who speaks to the computer or strays on the keyboard; kept by this browser. */
import { useEffect, useState } from "react";
import { type TextKey, useText } from "../../i18n/i18n";
import { Dialog, topDialog } from "../../ui/dialog";

const KEYS: readonly [string, TextKey][] = [
  ["J", "inbox.keys.next"],
  ["K", "inbox.keys.previous"],
  ["R", "inbox.keys.reply"],
  ["N", "inbox.keys.note"],
  ["T", "inbox.keys.take"],
  ["E", "inbox.keys.resolve"],
  ["H", "inbox.keys.hand"],
  ["A", "inbox.keys.assign"],
  ["L", "inbox.keys.label"],
  ["S", "inbox.keys.snooze"],
  ["/", "inbox.keys.search"],
  ["?", "inbox.keys.help"],
  ["Enter", "inbox.keys.send"],
  ["Esc", "inbox.keys.leave"],
];

export type Keys = Readonly<Record<string, (() => void) | undefined>>;

const OFF = "chathub-inbox-keys";
const areOn = () => {
  try {
    return localStorage.getItem(OFF) !== "off";
  } catch {
    return true;
  }
};

export function KeysSwitch() {
  const { t } = useText();
  const [on, setOn] = useState(areOn);
  const choose = (value: boolean) => {
    setOn(value);
    try {
      localStorage.setItem(OFF, value ? "on" : "off");
    } catch {
      // Storage may be forbidden: the keys stay as they are.
    }
  };
  return (
    <label className="line">
      <input type="checkbox" checked={on} onChange={({ target }) => choose(target.checked)} />
      {t("inbox.keys.on")}
    </label>
  );
}

const writes = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.matches("input, textarea, select") || target.closest("[role=menu]") !== null);

/** Where Escape goes back to the keys. A menu's own search closes with its menu. */
const leaves = (target: EventTarget | null): target is HTMLElement =>
  target instanceof HTMLElement &&
  target.matches("textarea, input[type=search]") &&
  target.closest("[role=menu]") === null;

/** What a key does is asked for when it is pressed, so that nothing acts on an older page. */
export function useKeys(keys: Keys): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const { key, target } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || topDialog() !== undefined) return;
      if (writes(target)) {
        if (key !== "Escape" || !leaves(target)) return;
        event.preventDefault(); // a browser would empty the search
        target.blur();
        return;
      }
      if (key.length === 1 && !areOn()) return;
      const act = keys[key.length === 1 ? key.toLowerCase() : key];
      if (act === undefined || (event.repeat && key !== "j" && key !== "k")) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [keys]);
}

/** To the neighbour of what is open, or into the list. */
export function step(by: 1 | -1): void {
  const links = Array.from(document.querySelectorAll<HTMLAnchorElement>(".inbox-list a"));
  const here = links.findIndex((link) => link.pathname === window.location.pathname);
  const to = links[here === -1 ? 0 : here + by];
  to?.click();
  to?.scrollIntoView({ block: "nearest" });
}

export const write = (what: "answer" | "note") => {
  document.querySelector<HTMLButtonElement>(`[data-write=${what}]`)?.click();
  document.querySelector<HTMLTextAreaElement>(".composer-text")?.focus();
};

/** With the focus on its first entry; a menu that is not there now has no key. */
export const openMenu = (mark: "hand" | "assign" | "label" | "snooze") =>
  document.querySelector<HTMLButtonElement>(`.inbox-head [data-menu=${mark}]`)?.click();

export function Help() {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  const [keys] = useState<Keys>(() => ({ "?": () => setOpen(true) }));
  useKeys(keys);
  return (
    <>
      <button type="button" className="button button-quiet button-small inbox-help" onClick={() => setOpen(true)}>
        <kbd>?</kbd> {t("inbox.keys")}
      </button>
      <Dialog open={open} title={t("inbox.keys")} onClose={() => setOpen(false)}>
        <dl className="facts">
          {KEYS.map(([key, text]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{t(text)}</dd>
            </div>
          ))}
        </dl>
        <KeysSwitch />
      </Dialog>
    </>
  );
}
