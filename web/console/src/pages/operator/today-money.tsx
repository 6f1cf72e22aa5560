/* Money that waits for an operator. The first figure is nothing, or somebody has to look at once. */
import type { Takings } from "../../api/money";
import { useText } from "../../i18n/i18n";
import { Figures } from "../../ui/page";

type Counts = Pick<Takings, "owed" | "refundsAsked" | "handPaymentsAsked" | "openMismatches">;

export function TodayMoney({ owed, refundsAsked, handPaymentsAsked, openMismatches }: Counts) {
  const { t, number } = useText();
  const waits = refundsAsked + handPaymentsAsked;
  return (
    <Figures
      figures={[
        {
          name: t("takings.owed"),
          value: number(owed),
          note: t(owed === 0 ? "takings.owedNone" : "takings.owedSome"),
          to: "/operator/money/mismatches",
          tone: owed > 0 ? "stop" : undefined,
        },
        {
          name: t("takings.waits"),
          value: number(waits),
          note: t("takings.waitsOf", { refunds: refundsAsked, hand: handPaymentsAsked }),
          to: "/operator/money/refunds",
          tone: waits > 0 ? "due" : undefined,
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
