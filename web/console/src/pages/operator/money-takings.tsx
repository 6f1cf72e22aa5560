/* What came in and went back, by day and by provider. First what must be nothing: money that was taken and neither
 * delivered for nor given back. */
import { Link } from "react-router";
import { type Taking, type Takings as Numbers, useTakings } from "../../api/money";
import { useText } from "../../i18n/i18n";
import { useAddress } from "../../ui/address";
import { BarChart } from "../../ui/bar-chart";
import { Chips, Export } from "../../ui/filters";
import { dayText } from "../../ui/lengths";
import { Loaded } from "../../ui/loaded";
import { Section, Toolbar } from "../../ui/page";
import { ProviderName } from "../../ui/payments";
import { Paid, sumText } from "../../ui/sum";
import { type Column, DataTable } from "../../ui/table";
import { TodayMoney } from "./today-money";

const DAYS = ["7", "30", "90"] as const;

/** The bars of one currency, a day each, as whole minor units: they are drawn, not said. */
export function barsOf(days: Numbers["days"], currency: string, lang: string) {
  return days.map(({ day, sums }) => {
    const sum = sums.find((one) => one.in.currency === currency);
    const back = sum?.back.amount ?? 0;
    return {
      label: dayText(lang, day),
      parts: [
        { tone: "on" as const, value: Math.max((sum?.in.amount ?? 0) - back, 0) },
        { tone: "due" as const, value: back },
      ],
    };
  });
}

function Chart({ numbers, currency }: { numbers: Numbers; currency: string }) {
  const { t, lang } = useText();
  const all = numbers.all.find((one) => one.in.currency === currency);
  if (all === undefined) return null;
  const label = t("takings.label", {
    days: numbers.days.length,
    in: sumText(lang, all.in),
    back: sumText(lang, all.back),
  });
  return (
    <Section card title={t("takings.chart", { days: numbers.days.length, currency })}>
      <BarChart label={label} bars={barsOf(numbers.days, currency, lang)} />
      <p className="small muted">{label}</p>
    </Section>
  );
}

function ByProvider({ rows }: { rows: readonly Taking[] }) {
  const { t } = useText();
  const columns: Column<Taking>[] = [
    {
      key: "provider",
      title: t("payment.provider"),
      phone: "main",
      grow: true,
      render: ({ provider }) => <ProviderName name={provider} />,
    },
    { key: "in", title: t("takings.in"), numeric: true, phone: "end", render: (row) => <Paid sum={row.in} /> },
    { key: "back", title: t("takings.back"), numeric: true, phone: "side", render: ({ back }) => <Paid sum={back} /> },
    {
      key: "orders",
      title: t("nav.orders"),
      actions: true,
      render: ({ provider }) => <Link to={`/operator/orders?provider=${provider}`}>{t("takings.orders")}</Link>,
    },
  ];
  return (
    <Section title={t("takings.byProvider")}>
      <DataTable
        label={t("takings.byProvider")}
        columns={columns}
        rows={rows}
        rowKey={(row) => `${row.provider} ${row.in.currency}`}
        empty={t("takings.none")}
      />
    </Section>
  );
}

export function Takings() {
  const { t } = useText();
  const [address, write] = useAddress();
  const days = DAYS.find((one) => one === address("days")) ?? "30";
  const read = useTakings(Number(days));
  return (
    <>
      <Toolbar>
        <Chips
          label={t("list.days")}
          all={t("takings.days", { n: 30 })}
          choices={DAYS.filter((one) => one !== "30").map((value) => ({
            value,
            text: t("takings.days", { n: Number(value) }),
          }))}
          value={days === "30" ? "" : days}
          onChoose={(chosen) => write({ days: chosen })}
        />
        <span className="end">
          <Export path="/api/operator/money" wanted={{ days: Number(days) }} name="chathub-money" />
        </span>
      </Toolbar>
      <Loaded read={read} height={480}>
        {(numbers) => (
          <>
            <TodayMoney {...numbers} />
            {numbers.all.map(({ in: { currency } }) => (
              <Chart key={currency} numbers={numbers} currency={currency} />
            ))}
            <ByProvider rows={numbers.providers} />
          </>
        )}
      </Loaded>
    </>
  );
}
