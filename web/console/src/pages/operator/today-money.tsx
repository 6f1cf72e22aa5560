/* Money that waits for an operator. The first figure is nothing, or somebody has to look at once. */
import type { Takings } from "../../api/money";
import { useText } from "../../i18n/i18n";
import { Figures } from "../../ui/page";

export function TodayMoney({
  owed,
  refundsWaiting,
  mismatchesOpen,
}: Pick<Takings, "owed" | "refundsWaiting" | "mismatchesOpen">) {
  const { t, number } = useText();
  const figure = (name: string, n: number, to: string, tone: "due" | "stop", note?: string) => ({
    name,
    value: number(n),
    to,
    tone: n > 0 ? tone : undefined,
    ...(note !== undefined && { note }),
  });
  return (
    <Figures
      figures={[
        figure(
          t("takings.owed"),
          owed,
          "/operator/money/mismatches",
          "stop",
          t(owed === 0 ? "takings.owedNone" : "takings.owedSome"),
        ),
        figure(t("takings.refundsWait"), refundsWaiting, "/operator/money/refunds", "due"),
        figure(t("takings.mismatches"), mismatchesOpen, "/operator/money/mismatches", "due"),
      ]}
    />
  );
}
