/* New and lost plans, and the trials that became paid: a share of those that began on the same days. Each number leads to the
 * plans that it counts. */
import { Link, useNavigate } from "react-router";
import {
  MOVE_KINDS,
  type MoveFilter,
  type PlanMove,
  type PlanNumbers,
  type PlanSums,
  usePlanMoves,
  usePlanNumbers,
} from "../../api/money";
import { useText } from "../../i18n/i18n";
import { useAddress } from "../../ui/address";
import { BarChart } from "../../ui/bar-chart";
import { Time } from "../../ui/facts";
import { Choose } from "../../ui/filters";
import { dayText } from "../../ui/lengths";
import { Loaded, LoadedList } from "../../ui/loaded";
import { Figures, Section, Toolbar } from "../../ui/page";
import { KnownPerson, KnownShop } from "../../ui/person";
import { ShareBar } from "../../ui/share-bar";
import { nameOf } from "../../ui/sum";
import { type Column, DataTable } from "../../ui/table";
import { momentsOf, rowsAt, wholeOf } from "./money-bars";
import { momentOf, SpanNote, SpanTools, useSpan, Within } from "./money-span";

type Line = PlanSums & Readonly<{ day: string; moments: ReturnType<typeof momentsOf> }>;
const NONE: PlanSums = { began: 0, renewed: 0, exchanged: 0, ended: 0, trial: 0, trialPaid: 0, trialEnded: 0 };

/** All steps, in the order of time. */
const linesOf = ({ steps, rows, timezone }: PlanNumbers): Line[] =>
  steps.map((step) => ({
    ...(rows.find(({ day }) => day === step.day) ?? NONE),
    day: step.day,
    moments: momentsOf(step, timezone),
  }));

function usePercent(): (part: number, all: number) => string {
  const { lang } = useText();
  const format = new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: 0 });
  return (part, all) => (all === 0 ? "–" : format.format(part / all));
}

function Charts({ numbers }: { numbers: PlanNumbers }) {
  const { t, lang } = useText();
  const navigate = useNavigate();
  const { all } = numbers;
  const lines = linesOf(numbers);
  const lead = (more: Omit<MoveFilter, "from" | "to">) => (at: number) => {
    const line = lines[at];
    if (line !== undefined) void navigate(rowsAt("moves", { ...line.moments, ...more }));
  };
  const plans = t("plans.label", { began: all.began, ended: all.ended });
  const trials = t("plans.trialsLabel", { n: all.trial, paid: all.trialPaid });
  return (
    <div className="even">
      <Section card title={t("plans.chart")}>
        <BarChart
          label={plans}
          onPick={lead({})}
          bars={lines.map(({ day, began, renewed, exchanged, ended }) => ({
            label: dayText(lang, day),
            parts: [
              { tone: "on", value: began },
              { tone: "due", value: renewed + exchanged },
              { tone: "off", value: ended },
            ],
          }))}
        />
        <ShareBar
          label={plans}
          shares={[
            { name: t("move.of.began"), value: all.began, tone: "on" },
            { name: t("plans.kept"), value: all.renewed + all.exchanged, tone: "due" },
            { name: t("move.of.ended"), value: all.ended, tone: "off" },
          ]}
        />
      </Section>
      <Section card title={t("plans.trials")}>
        <BarChart
          label={trials}
          onPick={lead({ kind: "trial" })}
          bars={lines.map(({ day, trial, trialPaid }) => ({
            label: dayText(lang, day),
            parts: [
              { tone: "on", value: trialPaid },
              { tone: "off", value: trial - trialPaid },
            ],
          }))}
        />
        <ShareBar
          label={trials}
          shares={[
            { name: t("plans.trialPaid"), value: all.trialPaid, tone: "on" },
            { name: t("plans.trialNot"), value: all.trial - all.trialPaid, tone: "off" },
          ]}
        />
      </Section>
    </div>
  );
}

function Lines({ numbers }: { numbers: PlanNumbers }) {
  const { t, lang, number } = useText();
  const percent = usePercent();
  const leading = (n: number, line: Line, more: MoveFilter) =>
    n === 0 ? number(n) : <Link to={rowsAt("moves", { ...line.moments, ...more })}>{number(n)}</Link>;
  const count = (kind: "began" | "renewed" | "exchanged" | "ended" | "trial"): Column<Line> => ({
    key: kind,
    title: t(`move.of.${kind}`),
    numeric: true,
    phone: "more",
    render: (line) => leading(line[kind], line, { kind }),
  });
  const columns: Column<Line>[] = [
    {
      key: "day",
      title: t(`span.one.${numbers.by}`),
      phone: "main",
      tight: true,
      render: ({ day }) => dayText(lang, day),
    },
    count("began"),
    count("renewed"),
    count("exchanged"),
    count("ended"),
    count("trial"),
    {
      key: "paid",
      title: t("plans.trialPaid"),
      numeric: true,
      phone: "more",
      render: (line) => (
        <>
          {leading(line.trialPaid, line, { kind: "trial", paid: true })}
          {line.trial > 0 && <span className="muted"> · {percent(line.trialPaid, line.trial)}</span>}
        </>
      ),
    },
  ];
  const rows = linesOf(numbers)
    .filter(({ began, renewed, exchanged, ended, trial }) => began + renewed + exchanged + ended + trial > 0)
    .reverse();
  return (
    <Section title={t("plans.lines")}>
      <DataTable
        label={t("plans.lines")}
        columns={columns}
        rows={rows}
        rowKey={({ day }) => day}
        empty={t("plans.none")}
      />
    </Section>
  );
}

/** The address of all moves of a kind in the time that is shown. */
const movesOf = (numbers: PlanNumbers, kind: "began" | "renewed" | "ended" | "trial") =>
  rowsAt("moves", { ...wholeOf(numbers), kind });

export function PlanTrade() {
  const { t, number } = useText();
  const percent = usePercent();
  const asked = useSpan();
  const read = usePlanNumbers(asked);
  return (
    <>
      <SpanTools path="/api/operator/numbers/plans" name="chathub-plans" asked={asked} />
      <Loaded read={read} height={480}>
        {(numbers) => (
          <>
            <Figures
              figures={[
                { name: t("move.of.began"), value: number(numbers.all.began), to: movesOf(numbers, "began") },
                { name: t("move.of.renewed"), value: number(numbers.all.renewed), to: movesOf(numbers, "renewed") },
                { name: t("move.of.ended"), value: number(numbers.all.ended), to: movesOf(numbers, "ended") },
                { name: t("move.of.trial"), value: number(numbers.all.trial), to: movesOf(numbers, "trial") },
                {
                  name: t("plans.trialPaid"),
                  value: percent(numbers.all.trialPaid, numbers.all.trial),
                  note: t("plans.trialOf", { n: numbers.all.trialPaid, all: numbers.all.trial }),
                },
              ]}
            />
            <Charts numbers={numbers} />
            <Lines numbers={numbers} />
            <SpanNote {...numbers} />
          </>
        )}
      </Loaded>
    </>
  );
}

/* ---- the rows ---- */

function useFilter(): MoveFilter {
  const [read] = useAddress();
  return {
    from: momentOf(read("from")),
    to: momentOf(read("to")),
    kind: MOVE_KINDS.find((one) => one === read("kind")),
    paid: read("paid") === "" ? undefined : read("paid") === "true",
  };
}

function MoveTable({ rows }: { rows: readonly PlanMove[] }) {
  const { t, lang } = useText();
  const columns: Column<PlanMove>[] = [
    { key: "kind", title: t("move.kind"), phone: "main", tight: true, render: ({ kind }) => t(`move.of.${kind}`) },
    { key: "plan", title: t("billing.plan"), phone: "sub", grow: true, render: (row) => nameOf(lang, row) },
    {
      key: "shop",
      title: t("ledger.shop"),
      phone: "end",
      grow: true,
      render: ({ shop }) => <KnownShop id={shop} />,
    },
    { key: "account", title: t("customer.one"), grow: true, render: ({ account }) => <KnownPerson id={account} /> },
    {
      key: "paid",
      title: t("plans.trialPaid"),
      tight: true,
      render: ({ paidAt }) => (paidAt === null ? "—" : <Time at={paidAt} />),
    },
    { key: "at", title: t("note.at"), phone: "side", render: ({ at }) => <Time at={at} /> },
  ];
  return (
    <DataTable
      label={t("money.moves")}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      empty={t("list.noMatch")}
    />
  );
}

export function PlanMoves() {
  const { t } = useText();
  const [, write] = useAddress();
  const filter = useFilter();
  const list = usePlanMoves(filter);
  return (
    <>
      <Toolbar>
        <Choose
          label={t("move.kind")}
          choices={MOVE_KINDS.map((value) => ({ value, text: t(`move.of.${value}`) }))}
          value={filter.kind ?? ""}
          onPick={(kind) => write({ kind, paid: "" })}
        />
        <Within from={filter.from} to={filter.to} part="moves" back="plans" />
      </Toolbar>
      <LoadedList read={list} rows={8}>
        {(rows) => <MoveTable rows={rows} />}
      </LoadedList>
    </>
  );
}
