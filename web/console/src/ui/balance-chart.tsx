/* The balance over time, as steps: it stays what it was until an entry changes it. Only entries that the server listed
 * are drawn; nothing is filled in. */
import { useMemo } from "react";
import type { Transaction } from "../api/types";
import { useText } from "../i18n/i18n";
import { useTheme } from "../theme/theme";
import { Chart, palette } from "./chart";

export default function BalanceChart({ rows }: { rows: readonly Transaction[] }) {
  const { t, time, number } = useText();
  const { dark } = useTheme();
  const option = useMemo(() => {
    const colours = palette(dark);
    const points = rows.map((row) => [Date.parse(row.createdAt), row.balanceAfter]).reverse();
    return {
      grid: { left: 8, right: 16, top: 16, bottom: 4, containLabel: true },
      tooltip: {
        trigger: "axis",
        backgroundColor: colours.card,
        borderColor: colours.line,
        textStyle: { color: colours.text },
        formatter: (hits: { value: [number, number] }[]) => {
          const value = hits[0]?.value;
          return value === undefined ? "" : `${time(new Date(value[0]).toISOString())}<br><b>${number(value[1])}</b>`;
        },
      },
      xAxis: {
        type: "time",
        axisLabel: { color: colours.text, hideOverlap: true },
        axisLine: { lineStyle: { color: colours.line } },
      },
      yAxis: {
        type: "value",
        min: 0,
        minInterval: 1,
        axisLabel: { color: colours.text, formatter: (value: number) => number(value) },
        splitLine: { lineStyle: { color: colours.line } },
      },
      series: [
        {
          type: "line",
          step: "end",
          data: points,
          symbolSize: 7,
          lineStyle: { color: colours.brand, width: 2 },
          itemStyle: { color: colours.brand },
          areaStyle: { color: colours.brand, opacity: 0.12 },
        },
      ],
    };
  }, [rows, dark, time, number]);
  const newest = rows[0];
  const label = t("chart.balanceLabel", { entries: rows.length, n: newest?.balanceAfter ?? 0 });
  return <Chart option={option} label={label} />;
}
