/* Money that waits for an operator. The first figure is nothing, or somebody has to look at once. */
import type { Overview } from "../../api/queries";
import { useText } from "../../i18n/i18n";
import { Figures } from "../../ui/page";

type Counts = Pick<Overview, "owed"> & Overview["money"];

export function TodayMoney({ owed, refundsAsked, handPaymentsAsked, openMismatches }: Counts) {
  const { t, number } = useText();
  return (
    <Figures
      figures={[
        {
          name: t("takings.owed"),
          value: number(owed),
          note: t(owed === 0 ? "takings.owedNone" : "takings.owedSome"),
          to: "/operator/money/owed",
          tone: owed > 0 ? "stop" : undefined,
        },
        {
          name: t("takings.refundsWait"),
          value: number(refundsAsked),
          note: t("takings.waits"),
          to: "/operator/money/refunds",
          tone: refundsAsked > 0 ? "due" : undefined,
        },
        {
          name: t("takings.handsWait"),
          value: number(handPaymentsAsked),
          note: t("takings.waits"),
          to: "/operator/money/hand",
          tone: handPaymentsAsked > 0 ? "due" : undefined,
        },
        {
          name: t("takings.mismatches"),
          value: number(openMismatches),
          to: "/operator/money/mismatches",
          tone: openMismatches > 0 ? "due" : undefined,
        },
      ]}
    />
  );
}
