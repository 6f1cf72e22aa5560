/* What came in and went back, from the books: by day, week or month, in each currency, by provider or by what was bought.
 * Each bar and each line leads to the rows that make it up. First what must be nothing: money that was taken and neither
 * delivered for nor given back. */
import { Link, useNavigate } from "react-router";
import { type MoneyAsked, type MoneyNumbers, useMoneyNumbers, usePrices } from "../../api/money";
import { useOverview } from "../../api/queries";
import { useText } from "../../i18n/i18n";
import { useAddress } from "../../ui/address";
import { BarChart } from "../../ui/bar-chart";
import { Chips } from "../../ui/filters";
import { dayText } from "../../ui/lengths";
import { Loaded, Together } from "../../ui/loaded";
import { Figures, Section } from "../../ui/page";
import { ProviderName } from "../../ui/payments";
import { nameOf, Paid, sumText } from "../../ui/sum";
import { type Column, DataTable } from "../../ui/table";
import { currenciesOf, linesOf, momentsOf, moneyBars, type MoneyLine, rowsAt, wholeOf } from "./money-bars";
import { SpanNote, SpanTools, useSpan } from "./money-span";
import { TodayMoney } from "./today-money";

const OF = ["provider", "offer"] as const;

function Chart({ numbers, currency }: { numbers: MoneyNumbers; currency: string }) {
  const { t, lang } = useText();
  const navigate = useNavigate();
  const sum = numbers.sums.find(({ came }) => came.currency === currency);
  const label = t("takings.label", { currency });
  const all = { ...wholeOf(numbers), currency };
  const lead = (at: number) => {
    const step = numbers.steps[at];
    if (step !== undefined) void navigate(rowsAt("postings", { ...momentsOf(step, numbers.timezone), currency }));
  };
  return (
    <Section card title={t("takings.chart", { currency })}>
      {sum !== undefined && (
        <Figures
          figures={[
            {
              name: t("takings.in"),
              value: sumText(lang, sum.came),
              note: t("takings.payments", { n: sum.payments }),
              to: rowsAt("postings", { ...all, way: "came" }),
            },
            {
              name: t("takings.back"),
              value: sumText(lang, sum.went),
              note: t("takings.refunds", { n: sum.refunds }),
              to: rowsAt("postings", { ...all, way: "went" }),
            },
            { name: t("takings.net"), value: sumText(lang, sum.net), to: rowsAt("postings", all) },
          ]}
        />
      )}
      <BarChart label={label} bars={moneyBars(numbers, currency, (day) => dayText(lang, day))} onPick={lead} />
      <p className="small muted">{label}</p>
    </Section>
  );
}

/** As it is called now; what is sold no more has its code alone. */
function SoldName({ code, currency }: { code: string; currency: string }) {
  const { lang } = useText();
  const those = usePrices().data?.filter((offer) => offer.code === code) ?? [];
  const offer = those.find(({ price }) => price.currency === currency) ?? those[0];
  return offer === undefined ? <code translate="no">{code}</code> : <span title={code}>{nameOf(lang, offer)}</span>;
}

function Lines({ numbers }: { numbers: MoneyNumbers }) {
  const { t, lang } = useText();
  const named = {
    all: [],
    provider: [
      {
        key: "name",
        title: t("payment.provider"),
        phone: "sub" as const,
        grow: true,
        render: ({ name }: MoneyLine) => <ProviderName name={name} />,
      },
    ],
    offer: [
      {
        key: "name",
        title: t("order.what"),
        phone: "sub" as const,
        grow: true,
        render: ({ name, came }: MoneyLine) => <SoldName code={name} currency={came.currency} />,
      },
    ],
  };
  const columns: Column<MoneyLine>[] = [
    {
      key: "day",
      title: t(`span.one.${numbers.by}`),
      phone: "main",
      tight: true,
      render: ({ day, filter }) => <Link to={rowsAt("postings", filter)}>{dayText(lang, day)}</Link>,
    },
    ...named[numbers.of],
    { key: "came", title: t("takings.in"), numeric: true, phone: "more", render: ({ came }) => <Paid sum={came} /> },
    { key: "went", title: t("takings.back"), numeric: true, phone: "more", render: ({ went }) => <Paid sum={went} /> },
    { key: "net", title: t("takings.net"), numeric: true, phone: "more", render: ({ net }) => <Paid sum={net} /> },
  ];
  return (
    <Section title={t("takings.lines")}>
      <DataTable
        label={t("takings.lines")}
        columns={columns}
        rows={linesOf(numbers)}
        rowKey={(row) => `${row.day} ${row.name} ${row.came.currency}`}
        empty={t("takings.none")}
      />
    </Section>
  );
}

export function Takings() {
  const { t } = useText();
  const [address, write] = useAddress();
  const span = useSpan();
  const of = OF.find((one) => one === address("of")) ?? "all";
  const asked: MoneyAsked = { ...span, of };
  const read = useMoneyNumbers(asked);
  const overview = useOverview();
  return (
    <Together reads={[read, overview]}>
      <Loaded read={overview} height={84}>
        {({ owed, money }) => <TodayMoney owed={owed} {...money} />}
      </Loaded>
      <SpanTools path="/api/operator/numbers/money" name="chathub-money" asked={asked}>
        <Chips
          label={t("takings.of")}
          all={t("takings.of.all")}
          choices={OF.map((value) => ({ value, text: t(`takings.of.${value}`) }))}
          value={of === "all" ? "" : of}
          onChoose={(chosen) => write({ of: chosen })}
        />
      </SpanTools>
      <Loaded read={read} height={480}>
        {(numbers) => (
          <>
            {currenciesOf(numbers).map((currency) => (
              <Chart key={currency} numbers={numbers} currency={currency} />
            ))}
            <Lines numbers={numbers} />
            <SpanNote {...numbers} />
          </>
        )}
      </Loaded>
    </Together>
  );
}
