/* Short messages that leave by themselves, with a way to undo where there is one. What changes on a page without a message (a step of
 * the work, a balance) is said by the announcer's polite region. Never alert() or confirm(). */
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { createPortal } from "react-dom";
import { useText } from "../i18n/i18n";
import { Button } from "./button";
import { topDialog } from "./dialog";
import { Icon } from "./icon";
import { useProblemText } from "./problems";

const SHOWN_MS = 6000;
const WITH_UNDO_MS = 10_000;
const SHOWN_MAX = 3;

interface Toast {
  turn: number;
  tone: "good" | "info" | "stop";
  text: string;
  undo?: (() => void) | undefined;
}
type Show = (toast: Omit<Toast, "turn">) => void;
type Announce = (text: string) => void;

const AnnounceContext = createContext<Announce>(() => undefined);
const ShowContext = createContext<Show>(() => undefined);

function ToastLine({ toast, gone }: { toast: Toast; gone: (turn: number) => void }) {
  const { t } = useText();
  const { turn, tone, text, undo } = toast;
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => gone(turn), undo === undefined ? SHOWN_MS : WITH_UNDO_MS);
    return () => clearTimeout(timer);
  }, [turn, gone, undo, held]);
  return (
    <div
      className={`toast toast-${tone}`}
      role={tone === "stop" ? "alert" : "status"}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon name={tone === "stop" ? "fail" : tone} />
      <span>{text}</span>
      {undo !== undefined && (
        <Button
          small
          onClick={() => {
            gone(turn);
            undo();
          }}
        >
          {t("toast.undo")}
        </Button>
      )}
      <Button look="quiet" small icon="close" aria-label={t("dialog.close")} onClick={() => gone(turn)} />
    </div>
  );
}

/* In the browser's top layer, so that an open dialog does not cover it: shown anew with each message to be the topmost. */
function Toasts({ toasts, gone }: { toasts: readonly Toast[]; gone: (turn: number) => void }) {
  const place = useRef<HTMLDivElement>(null);
  const newest = toasts.at(-1)?.turn;
  useLayoutEffect(() => {
    const element = place.current;
    if (element?.isConnected !== true || typeof element.showPopover !== "function") return;
    if (element.matches(":popover-open")) element.hidePopover();
    if (newest !== undefined) element.showPopover();
  }, [newest]);
  return (
    <div className="toasts" ref={place} popover="manual">
      {toasts.map((toast) => (
        <ToastLine key={toast.turn} toast={toast} gone={gone} />
      ))}
    </div>
  );
}

function Said({ text, turn }: { text: string; turn: number }) {
  // The same text twice must be heard twice: the node is made anew.
  const region = (
    <div className="unseen" role="status" aria-live="polite">
      <span key={turn}>{text}</span>
    </div>
  );
  const host = topDialog();
  return host === undefined ? region : createPortal(region, host);
}

export function Announcer({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ text: "", turn: 0 });
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const turns = useRef(0);
  const announce = useCallback((text: string) => setSaid(({ turn }) => ({ text, turn: turn + 1 })), []);
  const show = useCallback<Show>(
    (toast) => {
      // While a dialog is open the messages are outside of it, and not heard.
      if (topDialog() !== undefined) announce(toast.text);
      turns.current += 1;
      const turn = turns.current;
      setToasts((before) => [...before, { ...toast, turn }].slice(-SHOWN_MAX));
    },
    [announce],
  );
  const gone = useCallback((turn: number) => setToasts((before) => before.filter((one) => one.turn !== turn)), []);
  return (
    <AnnounceContext value={announce}>
      <ShowContext value={show}>
        {children}
        <Said {...said} />
        <Toasts toasts={toasts} gone={gone} />
      </ShowContext>
    </AnnounceContext>
  );
}

export const useAnnounce = () => useContext(AnnounceContext);

export interface Notify {
  done: (text: string, undo?: () => void) => void;
  info: (text: string) => void;
  problem: (cause: unknown) => void;
}

export function useNotify(): Notify {
  const show = useContext(ShowContext);
  const problemText = useProblemText();
  return useMemo(
    () => ({
      done: (text, undo) => show({ tone: "good", text, undo }),
      info: (text) => show({ tone: "info", text }),
      problem: (cause) => show({ tone: "stop", text: problemText(cause) }),
    }),
    [show, problemText],
  );
}
