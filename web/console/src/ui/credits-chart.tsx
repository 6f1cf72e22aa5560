/* Where all credits ever granted are now: spent, reserved, or still to be spent. */
import { useMemo } from "react";
import type { Overview } from "../api/queries";
import { useText } from "../i18n/i18n";
import { useTheme } from "../theme/theme";
import { Chart, palette } from "./chart";

export default function CreditsChart({ credits }: { credits: Overview["credits"] }) {
  const { t, number } = useText();
  const { dark } = useTheme();
  const free = credits.outstanding - credits.held;
  const option = useMemo(() => {
    const colours = palette(dark);
    return {
      tooltip: {
        trigger: "item",
        backgroundColor: colours.card,
        borderColor: colours.line,
        textStyle: { color: colours.text },
      },
      legend: { orient: "vertical", right: 12, top: "center", textStyle: { color: colours.text } },
      series: [
        {
          type: "pie",
          radius: ["56%", "84%"],
          center: ["32%", "50%"],
          label: { show: false },
          itemStyle: { borderColor: dark ? "#17181c" : "#ffffff", borderWidth: 2 },
          data: [
            { name: t("overview.free"), value: free, itemStyle: { color: colours.brand } },
            { name: t("credits.held"), value: credits.held, itemStyle: { color: "#f59e0b" } },
            { name: t("overview.spent"), value: credits.spent, itemStyle: { color: "#10b981" } },
          ],
        },
      ],
    };
  }, [credits, free, dark, t]);
  const label = t("chart.creditsLabel", {
    free: number(free),
    held: number(credits.held),
    spent: number(credits.spent),
  });
  return <Chart option={option} label={label} />;
}
