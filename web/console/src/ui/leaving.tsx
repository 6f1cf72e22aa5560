/* Leaving a page with typing on it asks first: inside the console by a dialog of ours, out of it by the browser's own. */
import { useEffect } from "react";
import { useBlocker } from "react-router";
import { useText } from "../i18n/i18n";
import { ConfirmDialog } from "./dialog";

export function AskBeforeLeaving({ when }: { when: boolean }) {
  const { t } = useText();
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => when && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (!when) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [when]);
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
