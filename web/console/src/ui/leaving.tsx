/* Leaving a page with typing on it asks first: inside the console by a dialog of ours, out of it by the browser's own.
 * A page may hold several forms, and a dialog another; the router asks one only, so they report to the one of the frame. */
import { useEffect } from "react";
import { useBlocker } from "react-router";
import { useText } from "../i18n/i18n";
import { ConfirmDialog } from "./dialog";

/** One mark for each form that holds unsent typing. */
const changed = new Set<object>();

/** A form says so while it holds unsent typing. */
export function AskBeforeLeaving({ when }: { when: boolean }) {
  useEffect(() => {
    if (!when) return undefined;
    const mark = {};
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    changed.add(mark);
    window.addEventListener("beforeunload", ask);
    return () => {
      changed.delete(mark);
      window.removeEventListener("beforeunload", ask);
    };
  }, [when]);
  return null;
}

/** Once, around all pages. */
export function LeavingGuard() {
  const { t } = useText();
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => changed.size > 0 && currentLocation.pathname !== nextLocation.pathname,
  );
  return (
    <ConfirmDialog
      open={blocker.state === "blocked"}
      title={t("leaving.title")}
      ok={t("leaving.go")}
      danger
      pending={false}
      onOk={() => blocker.proceed?.()}
      onCancel={() => blocker.reset?.()}
    >
      <p>{t("leaving.text")}</p>
    </ConfirmDialog>
  );
}
