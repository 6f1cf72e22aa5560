/* Refused for want of credits: what is needed, what is there, and what to do about it. */
import { Modal } from "antd";
import { useNavigate } from "react-router";
import type { Problem } from "../api/problem";
import { useText } from "../i18n/i18n";

export function ShortCreditsDialog({ problem, onClose }: { problem: Problem | null; onClose: () => void }) {
  const { t, number } = useText();
  const navigate = useNavigate();
  const need = problem?.number("need") ?? null;
  const have = problem?.number("have") ?? null;
  return (
    <Modal
      open={problem !== null}
      title={t("short.title")}
      okText={t("short.go")}
      onOk={() => {
        onClose();
        void navigate("/billing");
      }}
      onCancel={onClose}
    >
      <dl className="facts">
        {need !== null && (
          <>
            <dt>{t("short.need")}</dt>
            <dd>{t("credits.n", { n: need })}</dd>
          </>
        )}
        {have !== null && (
          <>
            <dt>{t("short.have")}</dt>
            <dd>{t("credits.n", { n: have })}</dd>
          </>
        )}
      </dl>
      <p>{t("short.text", { n: need !== null && have !== null ? number(need - have) : "" })}</p>
    </Modal>
  );
}
