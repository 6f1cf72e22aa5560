/* Payments that came to nothing, by the day and by their cause; each number leads to the payments. */
import { Link, useNavigate } from "react-router";
import {
  FAILED_CAUSES,
  type FailedCause,
  type FailedFilter,
  type FailedNumbers,
  type FailedPayment,
  useFailedNumbers,
  useFailedPayments,
} from "../../api/money";
import { useText } from "../../i18n/i18n";
import { useAddress } from "../../ui/address";
import { BarChart, type Tone } from "../../ui/bar-chart";
import { Short, Time } from "../../ui/facts";
import { Choose } from "../../ui/filters";
import { dayText } from "../../ui/lengths";
import { Loaded, LoadedList } from "../../ui/loaded";
import { Figures, Section, Toolbar } from "../../ui/page";
import { ProviderName } from "../../ui/payments";
import { KnownPerson } from "../../ui/person";
import { Paid } from "../../ui/sum";
import { saidText } from "../../ui/said";
import { type Column, DataTable } from "../../ui/table";
import { momentsOf, rowsAt } from "./money-bars";
import { momentOf, SpanNote, SpanTools, useSpan, Within } from "./money-span";

/** What somebody said no to, what could not be had, and what nobody paid. */
const TONES: readonly (readonly [Tone, readonly FailedCause[]])[] = [
  ["on", ["declined"]],
  ["due", ["refused", "unanswered"]],
  ["off", ["unpaid", "givenUp"]],
];

interface Line {
  day: string;
  moments: ReturnType<typeof momentsOf>;
  of: Readonly<Record<FailedCause, number>>;
  all: number;
}

function linesOf({ steps, rows, timezone }: FailedNumbers): Line[] {
  return steps.map((step) => {
    const those = rows.filter(({ day }) => day === step.day);
    const n = (cause: FailedCause) => those.find((row) => row.cause === cause)?.payments ?? 0;
    return {
      day: step.day,
      moments: momentsOf(step, timezone),
      of: Object.fromEntries(FAILED_CAUSES.map((cause) => [cause, n(cause)])) as Line["of"],
      all: those.reduce((sum, { payments }) => sum + payments, 0),
    };
  });
}

function Chart({ numbers }: { numbers: FailedNumbers }) {
  const { t, lang } = useText();
  const navigate = useNavigate();
  const lines = linesOf(numbers);
  const all = numbers.sums.reduce((sum, { payments }) => sum + payments, 0);
  return (
    <Section card title={t("failed.chart")}>
      <BarChart
        label={t("failed.label", { n: all })}
        onPick={(at) => {
          const line = lines[at];
          if (line !== undefined) void navigate(rowsAt("failures", line.moments));
        }}
        bars={lines.map(({ day, of }) => ({
          label: dayText(lang, day),
          parts: TONES.map(([tone, causes]) => ({ tone, value: causes.reduce((sum, cause) => sum + of[cause], 0) })),
        }))}
      />
      <p className="small muted">{t("failed.label", { n: all })}</p>
    </Section>
  );
}

function Lines({ numbers }: { numbers: FailedNumbers }) {
  const { t, lang, number } = useText();
  const leading = (n: number, filter: FailedFilter) =>
    n === 0 ? number(n) : <Link to={rowsAt("failures", filter)}>{number(n)}</Link>;
  const columns: Column<Line>[] = [
    {
      key: "day",
      title: t(`span.one.${numbers.by}`),
      phone: "main",
      tight: true,
      render: ({ day }) => dayText(lang, day),
    },
    ...FAILED_CAUSES.map((cause): Column<Line> => ({
      key: cause,
      title: t(`failed.of.${cause}`),
      numeric: true,
      phone: "more",
      render: ({ of, moments }) => leading(of[cause], { ...moments, cause }),
    })),
    {
      key: "all",
      title: t("failed.all"),
      numeric: true,
      phone: "more",
      render: ({ all, moments }) => leading(all, moments),
    },
  ];
  return (
    <Section title={t("failed.lines")}>
      <DataTable
        label={t("failed.lines")}
        columns={columns}
        rows={linesOf(numbers)
          .filter(({ all }) => all > 0)
          .reverse()}
        rowKey={({ day }) => day}
        empty={t("failed.none")}
      />
    </Section>
  );
}

export function Failed() {
  const { t, number } = useText();
  const asked = useSpan();
  const read = useFailedNumbers(asked);
  return (
    <>
      <SpanTools path="/api/operator/numbers/failed" name="chathub-failed" asked={asked} />
      <Loaded read={read} height={480}>
        {(numbers) => (
          <>
            <Figures
              figures={numbers.sums.map(({ cause, payments }) => ({
                name: t(`failed.of.${cause}`),
                value: number(payments),
                ...(payments > 0 &&
                  numbers.steps.length > 0 && {
                    to: rowsAt("failures", {
                      from: numbers.steps[0]?.begins,
                      to: numbers.steps.at(-1)?.ends,
                      cause,
                    }),
                  }),
              }))}
            />
            <Chart numbers={numbers} />
            <Lines numbers={numbers} />
            <SpanNote {...numbers} />
          </>
        )}
      </Loaded>
    </>
  );
}

/* ---- the rows ---- */

function FailedTable({ rows }: { rows: readonly FailedPayment[] }) {
  const text = useText();
  const { t } = text;
  const columns: Column<FailedPayment>[] = [
    {
      key: "cause",
      title: t("refund.cause"),
      phone: "main",
      tight: true,
      render: ({ cause, order }) => <Link to={`/operator/orders/${order}`}>{t(`failed.of.${cause}`)}</Link>,
    },
    {
      key: "said",
      title: t("payment.said"),
      grow: true,
      phone: "more",
      render: ({ said }) => <Short>{said === null ? "—" : saidText(text, said)}</Short>,
    },
    {
      key: "account",
      title: t("customer.one"),
      grow: true,
      phone: "more",
      render: ({ account }) => <KnownPerson id={account} />,
    },
    {
      key: "provider",
      title: t("payment.provider"),
      phone: "sub",
      tight: true,
      render: ({ provider }) => <ProviderName name={provider} />,
    },
    {
      key: "amount",
      title: t("line.amount"),
      numeric: true,
      phone: "end",
      render: ({ amount }) => <Paid sum={amount} />,
    },
    { key: "at", title: t("note.at"), phone: "side", render: ({ at }) => <Time at={at} /> },
  ];
  return (
    <DataTable
      label={t("money.failures")}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      empty={t("list.noMatch")}
    />
  );
}

export function Failures() {
  const { t } = useText();
  const [read, write] = useAddress();
  const filter: FailedFilter = {
    from: momentOf(read("from")),
    to: momentOf(read("to")),
    cause: FAILED_CAUSES.find((one) => one === read("cause")),
  };
  const list = useFailedPayments(filter);
  return (
    <>
      <Toolbar>
        <Choose
          label={t("refund.cause")}
          choices={FAILED_CAUSES.map((value) => ({ value, text: t(`failed.of.${value}`) }))}
          value={filter.cause ?? ""}
          onPick={(cause) => write({ cause })}
        />
        <Within from={filter.from} to={filter.to} part="failures" back="failed" />
      </Toolbar>
      <LoadedList read={list} rows={8}>
        {(rows) => <FailedTable rows={rows} />}
      </LoadedList>
    </>
  );
}
