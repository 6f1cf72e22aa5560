/* What waits for an operator: four queues, each beside what it was a week ago, each leading to where it is worked off. */
import type { Overview } from "../../api/queries";
import { useText } from "../../i18n/i18n";
import { Figures } from "../../ui/page";

type Queues = Overview["queues"];

/** Two of them are counted so far only. */
const COUNTED_MAX = 1000;
const isBeyond = (name: keyof Queues, n: number) => (name === "failed" || name === "pastDue") && n >= COUNTED_MAX;

export function TodayQueues({ queues, weekAgo }: Pick<Overview, "queues" | "weekAgo">) {
  const { t, number, signed } = useText();
  const beside = (name: keyof Queues) => {
    if (weekAgo === null) return t("today.notCounted");
    if (isBeyond(name, queues[name]) || isBeyond(name, weekAgo[name]))
      return t("today.countedTo", { n: number(COUNTED_MAX) });
    const change = queues[name] - weekAgo[name];
    if (change === 0) return t("today.same");
    return t("today.change", { change: signed(change), before: number(weekAgo[name]) });
  };
  const queue = (name: keyof Queues, title: string, to: string, tone: "due" | "stop") => ({
    name: title,
    value: isBeyond(name, queues[name]) ? `${number(COUNTED_MAX)}+` : number(queues[name]),
    note: beside(name),
    to,
    tone: queues[name] > 0 ? tone : undefined,
  });
  return (
    <Figures
      figures={[
        queue("failed", t("today.failed"), "/operator/shops?state=failed&sort=oldest", "stop"),
        queue("pastDue", t("today.pastDue"), "/operator/shops?state=pastDue&sort=oldest", "due"),
        queue("renewalsFailing", t("today.renewals"), "/operator/renewals", "stop"),
        queue("deadJobs", t("today.dead"), "/operator/jobs?state=dead", "stop"),
      ]}
    />
  );
}
