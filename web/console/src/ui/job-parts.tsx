/* The two pages about background work. */
import { useText } from "../i18n/i18n";
import { Parts } from "./page";

export function JobParts() {
  const { t } = useText();
  return (
    <Parts
      label={t("nav.jobs")}
      parts={[
        { to: "/operator/jobs", text: t("jobs.all") },
        { to: "/operator/jobs/skips", text: t("skips.title") },
      ]}
    />
  );
}
