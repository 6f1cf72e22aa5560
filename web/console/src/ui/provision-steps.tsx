/* The named steps of switching on, live. Said once when each changes. */
import { useEffect, useRef } from "react";
import type { ChatbotStep } from "../api/types";
import { useText } from "../i18n/i18n";
import { IconCheck, IconClose, IconRunning, IconWaiting } from "./icons";
import { useAnnounce } from "./notify";

const MARKS: Readonly<Record<ChatbotStep["state"], React.ReactNode>> = {
  waiting: <IconWaiting />,
  running: <IconRunning spin />,
  done: <IconCheck />,
  failed: <IconClose />,
};

export function ProvisionSteps({ steps }: { steps: readonly ChatbotStep[] }) {
  const { t, time } = useText();
  const announce = useAnnounce();
  const last = steps.findLast((step) => step.state !== "waiting");
  const said = last === undefined ? "" : `${t(`provision.${last.name}`)}: ${t(`provision.state.${last.state}`)}`;
  const before = useRef(said);
  useEffect(() => {
    if (said !== "" && said !== before.current) announce(said);
    before.current = said;
  }, [said, announce]);
  return (
    <ol className="steps" aria-label={t("provision.title")}>
      {steps.map((step) => (
        <li key={step.name} className={`step step-${step.state}`}>
          <span className="step-mark" aria-hidden="true">
            {MARKS[step.state]}
          </span>
          <span>
            {t(`provision.${step.name}`)} <span className="unseen">({t(`provision.state.${step.state}`)})</span>
          </span>
          <span className="step-side">{step.at === null ? "" : time(step.at)}</span>
        </li>
      ))}
    </ol>
  );
}
