/* The named steps of enabling, live, as the server wrote them down. Said once when each changes. */
import { useEffect, useRef } from "react";
import type { ChatbotStep } from "../api/types";
import { useText } from "../i18n/i18n";
import { Time } from "./facts";
import { Icon, type IconName } from "./icon";
import { useAnnounce } from "./notify";

const MARKS: Readonly<Record<ChatbotStep["state"], IconName>> = {
  waiting: "wait",
  running: "work",
  done: "good",
  failed: "fail",
  undone: "wait",
};

export function ProvisionSteps({ steps }: { steps: readonly ChatbotStep[] }) {
  const { t, known } = useText();
  const announce = useAnnounce();
  const nameOf = (step: ChatbotStep) => known(`provision.${step.name}`) ?? step.name;
  const last = steps.findLast((step) => step.state !== "waiting");
  const said = last === undefined ? "" : `${nameOf(last)}: ${t(`provision.state.${last.state}`)}`;
  const before = useRef(said);
  useEffect(() => {
    if (said !== "" && said !== before.current) announce(said);
    before.current = said;
  }, [said, announce]);
  return (
    <ol className="steps" aria-label={t("provision.title")}>
      {steps.map((step) => (
        <li key={step.name} className={`step step-${step.state}`}>
          <span className="step-mark">
            <Icon name={MARKS[step.state]} turns={step.state === "running"} />
          </span>
          <span>
            {nameOf(step)}{" "}
            <span className="unseen" key={step.state}>
              ({t(`provision.state.${step.state}`)})
            </span>
          </span>
          <span className="step-side">{step.at !== null && <Time at={step.at} />}</span>
        </li>
      ))}
    </ol>
  );
}
