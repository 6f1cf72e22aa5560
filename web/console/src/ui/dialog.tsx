/* Dialogs, on the browser's own <dialog>: it keeps the focus inside, makes the page behind it inert and stands above
 * everything. Ours on top: the focus goes to the first field and comes back to what opened it, Escape asks us first, and
 * a press beside a dialog that holds typing does nothing. Rejected: a portal with a focus trap written by hand. */
import { type KeyboardEvent, type ReactNode, type SyntheticEvent, useId, useLayoutEffect, useRef } from "react";
import { createPortal } from "react-dom";
import { useText } from "../i18n/i18n";
import { Button } from "./button";

/* Open dialogs, the newest last. What is said aloud while one is open must be inside it: outside is inert. */
const open: HTMLElement[] = [];
export const topDialog = (): HTMLElement | undefined => open.at(-1);

const FIELDS = "[data-first], input:not([type=hidden]):not([hidden]), select, textarea";

export const focusFirstField = (within: ParentNode | null) => within?.querySelector<HTMLElement>(FIELDS)?.focus();

const focusHeading = () => document.querySelector<HTMLElement>("main h1")?.focus();

const GONE_WITHIN_MS = 10_000;

/** Calls `then` when this element, which has the focus, is taken out with it; not once the reader has gone on. */
function whenGone(element: HTMLElement, then: () => void) {
  const look = () => {
    if (element.isConnected && document.activeElement === element) return;
    end();
    if (!element.isConnected && document.activeElement === document.body && topDialog() === undefined) then();
  };
  const changes = new MutationObserver(look);
  const late = setTimeout(() => end(), GONE_WITHIN_MS);
  const end = () => {
    changes.disconnect();
    clearTimeout(late);
  };
  changes.observe(document.body, { childList: true, subtree: true });
}

/** Shows it as long as the component lives. */
function useModal() {
  const ref = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const opener = document.activeElement;
    element.showModal();
    open.push(element);
    focusFirstField(element);
    return () => {
      open.splice(open.indexOf(element), 1);
      element.close();
      // What opened it may be gone by now (a button for what has just been done), or go when its list has come again:
      // then the page's heading.
      requestAnimationFrame(() => {
        if (topDialog() !== undefined) return;
        if (opener instanceof HTMLElement && opener.isConnected && opener !== document.body) {
          opener.focus();
          whenGone(opener, focusHeading);
        } else focusHeading();
      });
    };
  }, []);
  return ref;
}

interface Props {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ReactNode;
  footer?: ReactNode;
  /** False: only its own buttons end it. */
  closable?: boolean;
  /** Holds typing: a press beside it does not end it. */
  holds?: boolean;
  /** panel: at the right edge, from top to bottom, for what is looked at; drawer: the phone's menu alone. */
  kind?: "box" | "panel" | "drawer" | "palette";
}

function Shown({
  title,
  onClose,
  children,
  footer,
  closable = true,
  holds = false,
  kind = "box",
}: Omit<Props, "open">) {
  const { t } = useText();
  const ref = useModal();
  const titleId = useId();
  const pressedBeside = useRef(false);
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    if (closable) onClose();
  };
  // The browser has ways of its own to end a dialog (a phone's back gesture).
  const ended = (event: SyntheticEvent<HTMLDialogElement>) => {
    const element = ref.current;
    if (element === null || event.target !== element) return;
    if (closable) onClose();
    else if (!element.open) element.showModal();
  };
  return (
    <dialog
      ref={ref}
      className={`dialog dialog-${kind}`}
      aria-labelledby={titleId}
      onKeyDown={keys}
      onClose={ended}
      onPointerDown={({ target }) => {
        pressedBeside.current = target === ref.current;
      }}
      onClick={({ target }) => {
        if (target === ref.current && pressedBeside.current && closable && !holds) onClose();
      }}
    >
      <div className="dialog-box">
        <div className={kind === "palette" ? "unseen" : "dialog-head"}>
          <h2 id={titleId}>{title}</h2>
          {closable && kind !== "palette" && (
            <Button look="quiet" small icon="close" aria-label={t("dialog.close")} onClick={onClose} />
          )}
        </div>
        {kind === "box" || kind === "panel" ? <div className="dialog-body">{children}</div> : children}
        {footer !== undefined && <div className="dialog-foot">{footer}</div>}
      </div>
    </dialog>
  );
}

export function Dialog({ open: isOpen, ...rest }: Props) {
  return isOpen ? createPortal(<Shown {...rest} />, document.body) : null;
}

interface ConfirmProps {
  open: boolean;
  title: string;
  ok: string;
  danger?: boolean;
  pending: boolean;
  onOk: () => void;
  onCancel: () => void;
  children: ReactNode;
}

/** A question with one answer that changes something. */
export function ConfirmDialog({
  open: isOpen,
  title,
  ok,
  danger = false,
  pending,
  onOk,
  onCancel,
  children,
}: ConfirmProps) {
  const { t } = useText();
  return (
    <Dialog
      open={isOpen}
      title={title}
      onClose={onCancel}
      footer={
        <>
          <Button onClick={onCancel}>{t("dialog.cancel")}</Button>
          <Button look={danger ? "danger" : "primary"} busy={pending} onClick={onOk}>
            {ok}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
