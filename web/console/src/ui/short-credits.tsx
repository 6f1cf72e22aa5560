/* Refused for want of credits: what is needed, what is there, and what to do about it. */
import { useNavigate } from "react-router";
import type { Problem } from "../api/problem";
import { useText } from "../i18n/i18n";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Fact, Facts } from "./facts";

export function ShortCreditsDialog({ problem, onClose }: { problem: Problem | null; onClose: () => void }) {
  const { t } = useText();
  const navigate = useNavigate();
  const need = problem?.number("need") ?? null;
  const have = problem?.number("have") ?? null;
  const go = () => {
    onClose();
    void navigate("/billing");
  };
  return (
    <Dialog
      open={problem !== null}
      title={t("short.title")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("dialog.cancel")}</Button>
          <Button look="primary" onClick={go}>
            {t("short.go")}
          </Button>
        </>
      }
    >
      <Facts>
        {need !== null && <Fact name={t("short.need")}>{t("credits.n", { n: need })}</Fact>}
        {have !== null && <Fact name={t("short.have")}>{t("credits.n", { n: have })}</Fact>}
      </Facts>
      {need !== null && have !== null && <p>{t("short.text", { n: need - have })}</p>}
    </Dialog>
  );
}
