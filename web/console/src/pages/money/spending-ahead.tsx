/* What comes due, row by row with what is assumed of it: what is said in numbers is the server's. */
import { Link } from "react-router";
import type { DueRow, SpendingAhead } from "../../api/money";
import { useText } from "../../i18n/i18n";
import { Credits, Shop } from "../../ui/facts";
import { type FigureProps, Figures } from "../../ui/page";
import { Pill } from "../../ui/pill";
import { nameOf, Paid, sumText } from "../../ui/sum";
import { type Column, DataTable } from "../../ui/table";
import { dayIn, monthText } from "./spending-bars";

function What({ row }: { row: DueRow }) {
  const { t, lang } = useText();
  const { nameEn, nameZh } = row;
  const plan = nameEn !== null && nameZh !== null;
  return (
    <span className="two-lines">
      <Link to={plan ? `/billing/plan?shop=${row.shop}` : `/shops/${row.shop}/subscription`}>
        {plan ? nameOf(lang, { nameEn, nameZh }) : t("ahead.month")}
      </Link>
      <span className="small muted">{t(`ahead.assumes.${row.assumes}`)}</span>
    </span>
  );
}

function Amount({ row }: { row: DueRow }) {
  const { t } = useText();
  if (row.amount !== null) return <Paid sum={row.amount} />;
  if (row.credits === null) return <>—</>;
  return (
    <span className="two-lines">
      <Credits n={row.credits} unit />
      {!row.covered && <Pill tone="due">{t("ahead.short")}</Pill>}
    </span>
  );
}

/** Of each month in which money is due, and of the credits where some are taken. */
function useFigures({ sums, credits }: SpendingAhead, zone: string): FigureProps[] {
  const { t, lang, number } = useText();
  const several = new Set(sums.map(({ amount }) => amount.currency)).size > 1;
  const money = sums.map(({ month, amount, dues }) => ({
    name: several ? `${monthText(lang, month)} (${amount.currency})` : monthText(lang, month),
    value: sumText(lang, amount),
    note: t("ahead.dues", { n: dues }),
  }));
  if (credits.needed === 0) return money;
  const short = credits.missing > 0 ? ("due" as const) : undefined;
  return [
    ...money,
    { name: t("ahead.needed"), value: number(credits.needed), note: t("ahead.have", { n: credits.available }) },
    { name: t("ahead.missing"), value: number(credits.missing), to: "/billing", tone: short },
    {
      name: t("ahead.runOut"),
      value: credits.runOutAt === null ? t("ahead.runOutNever") : dayIn(lang, credits.runOutAt, zone),
      tone: short,
    },
  ];
}

/** In the zone of the months: on the edge of one, a day of the browser's would stand in the month beside it. */
function DueDay({ at, zone }: { at: string; zone: string }) {
  const { lang, exact } = useText();
  return (
    <time dateTime={at} title={exact(at)} className="tight">
      {dayIn(lang, at, zone)}
    </time>
  );
}

export function Ahead({ ahead, zone }: { ahead: SpendingAhead; zone: string }) {
  const { t } = useText();
  const figures = useFigures(ahead, zone);
  const columns: Column<DueRow>[] = [
    { key: "what", title: t("ahead.what"), grow: true, phone: "main", render: (row) => <What row={row} /> },
    { key: "shop", title: t("ledger.shop"), grow: true, phone: "sub", render: ({ shop }) => <Shop id={shop} /> },
    { key: "at", title: t("ahead.at"), tight: true, phone: "side", render: ({ at }) => <DueDay at={at} zone={zone} /> },
    { key: "amount", title: t("line.amount"), numeric: true, phone: "end", render: (row) => <Amount row={row} /> },
  ];
  return (
    <div className="stack stack-tight">
      {figures.length > 0 && <Figures figures={figures} />}
      <DataTable
        label={t("ahead.title")}
        columns={columns}
        rows={ahead.rows}
        rowKey={({ at, shop, assumes }) => `${at} ${shop} ${assumes}`}
        empty={t("ahead.none")}
      />
      <p className="muted small">{t("ahead.intro")}</p>
    </div>
  );
}
