/* An operator has suspended this shop: why, what becomes of it meanwhile, and whom to write to, where the house says it. */
import type { Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Contact } from "../../ui/contact";

export function Paused({ shop: { suspended_at, suspended_reason } }: { shop: Shop }) {
  const { t, day } = useText();
  return (
    <Alert tone="stop" title={t("stopped.paused")} said={false}>
      {suspended_reason !== null && <p className="break">{t("stopped.pausedWhy", { why: suspended_reason })}</p>}
      {suspended_at !== null && <p>{t("stopped.pausedText", { day: day(suspended_at) })}</p>}
      <Contact lead={t("stopped.pausedWrite")} />
    </Alert>
  );
}
