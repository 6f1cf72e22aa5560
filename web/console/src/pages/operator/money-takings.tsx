/* What came in and went back, by day and by provider. First what must be nothing: money that was taken and neither
 * delivered for nor given back. */
import { useState } from "react";
import { type TakingsDay, useTakings } from "../../api/money";
import { csvText } from "../../api/csv-text";
import { useText } from "../../i18n/i18n";
import { useAddress } from "../../ui/address";
import { BarChart } from "../../ui/bar-chart";
import { Button } from "../../ui/button";
import { dayOf } from "../../ui/days";
import { Chips, saveFile } from "../../ui/filters";
import { Loaded } from "../../ui/loaded";
import { dayText } from "../../ui/lengths";
import { useNotify } from "../../ui/notify";
import { Section, Toolbar } from "../../ui/page";
import { ProviderName } from "../../ui/payments";
import { Paid } from "../../ui/sum";
import { type Column, DataTable } from "../../ui/table";
import { barsOf, currenciesOf, firstDay } from "./takings-days";
import { TodayMoney } from "./today-money";

const DAYS = [7, 30, 90] as const;
const USUAL = 30;

function Chart({
  rows,
  currency,
  days,
  todayMs,
}: {
  rows: readonly TakingsDay[];
  currency: string;
  days: number;
  todayMs: number;
}) {
  const { t, lang } = useText();
  const label = t("takings.label", { days, currency });
  return (
    <Section card title={t("takings.chart", { days, currency })}>
      <BarChart label={label} bars={barsOf(rows, currency, days, todayMs, (day) => dayText(lang, day))} />
      <p className="small muted">{label}</p>
    </Section>
  );
}

function Save({ rows }: { rows: readonly TakingsDay[] }) {
  const { t } = useText();
  const notify = useNotify();
  const save = () => {
    const lines = rows.map(({ day, provider, came, went }) => [
      day.slice(0, 10),
      provider,
      came.currency,
      came.text,
      went.text,
    ]);
    const text = csvText(["day", "provider", "currency", "came", "went"], lines);
    saveFile(new Blob([text], { type: "text/csv" }), `chathub-money-${dayOf(new Date())}.csv`);
    notify.done(t("list.saved"));
  };
  return (
    <Button small icon="download" disabled={rows.length === 0} onClick={save}>
      {t("list.export")}
    </Button>
  );
}

function DayTable({ rows }: { rows: readonly TakingsDay[] }) {
  const { t, lang } = useText();
  const columns: Column<TakingsDay>[] = [
    {
      key: "day",
      title: t("takings.day"),
      phone: "main",
      tight: true,
      render: ({ day }) => dayText(lang, day.slice(0, 10)),
    },
    {
      key: "provider",
      title: t("payment.provider"),
      phone: "sub",
      grow: true,
      render: ({ provider }) => <ProviderName name={provider} />,
    },
    { key: "came", title: t("takings.in"), numeric: true, phone: "end", render: ({ came }) => <Paid sum={came} /> },
    { key: "went", title: t("takings.back"), numeric: true, phone: "side", render: ({ went }) => <Paid sum={went} /> },
  ];
  return (
    <Section title={t("takings.byDay")} extra={<Save rows={rows} />}>
      <DataTable
        label={t("takings.byDay")}
        columns={columns}
        rows={rows}
        rowKey={(row) => `${row.day} ${row.provider} ${row.came.currency}`}
        empty={t("takings.none")}
      />
    </Section>
  );
}

export function Takings() {
  const { t } = useText();
  const [address, write] = useAddress();
  const [todayMs] = useState(Date.now);
  const days = DAYS.find((one) => String(one) === address("days")) ?? USUAL;
  const read = useTakings({ from: firstDay(todayMs, days) });
  return (
    <>
      <Toolbar>
        <Chips
          label={t("list.days")}
          all={t("takings.days", { n: USUAL })}
          choices={DAYS.filter((one) => one !== USUAL).map((n) => ({
            value: String(n),
            text: t("takings.days", { n }),
          }))}
          value={days === USUAL ? "" : String(days)}
          onChoose={(chosen) => write({ days: chosen })}
        />
      </Toolbar>
      <Loaded read={read} height={480}>
        {(numbers) => (
          <>
            <TodayMoney {...numbers} />
            {currenciesOf(numbers.days).map((currency) => (
              <Chart key={currency} rows={numbers.days} currency={currency} days={days} todayMs={todayMs} />
            ))}
            <DayTable rows={numbers.days} />
          </>
        )}
      </Loaded>
    </>
  );
}
