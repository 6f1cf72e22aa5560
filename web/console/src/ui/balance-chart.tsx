/* The balance over time. Only entries that the server listed are drawn; nothing is filled in. */
import type { Transaction } from "../api/types";
import { useText } from "../i18n/i18n";
import { StepChart } from "./step-chart";

export function BalanceChart({ rows }: { rows: readonly Transaction[] }) {
  const { t } = useText();
  const points = rows.map((row) => ({ atMs: Date.parse(row.createdAt), value: row.balanceAfter })).reverse();
  const label = t("chart.balanceLabel", { entries: rows.length, n: rows[0]?.balanceAfter ?? 0 });
  return <StepChart points={points} label={label} />;
}
