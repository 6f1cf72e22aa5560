/* An operator has suspended this shop: why, what becomes of it meanwhile, and whom to write to. */
import { useConfig } from "../../api/queries";
import type { Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { outside, shownContact } from "../../ui/house-foot";

export function Paused({ shop: { suspended_at, suspended_reason } }: { shop: Shop }) {
  const { t, day } = useText();
  const contact = useConfig().data?.house.supportContact ?? null;
  return (
    <Alert tone="stop" title={t("stopped.paused")} said={false}>
      {suspended_reason !== null && <p className="break">{t("stopped.pausedWhy", { why: suspended_reason })}</p>}
      {suspended_at !== null && <p>{t("stopped.pausedText", { day: day(suspended_at) })}</p>}
      {contact === null ? (
        <p>{t("stopped.pausedAsk")}</p>
      ) : (
        <p>
          {t("stopped.pausedWrite")}{" "}
          <a href={contact} {...outside(contact)} translate="no">
            {shownContact(contact)}
          </a>
        </p>
      )}
    </Alert>
  );
}
