/* What the account has spent in money, by month, and what comes due. Each bar and each line leads to its payments and
 * refunds, and each of those to its order. What is shown, and of which months, stands in the address. */
import type { ReactNode } from "react";
import { Link, useNavigate } from "react-router";
import {
  type Spending,
  type SpendingRow,
  type SpentFilter,
  type SpentRow,
  useSpending,
  useSpentRows,
} from "../../api/money";
import { useShops } from "../../api/queries";
import { useText } from "../../i18n/i18n";
import { useAddress } from "../../ui/address";
import { BarChart } from "../../ui/bar-chart";
import { BillingParts } from "../../ui/billing-parts";
import { LinkButton } from "../../ui/button";
import { Shop, Time } from "../../ui/facts";
import { Chips, Export } from "../../ui/filters";
import { Loaded, LoadedList, Together } from "../../ui/loaded";
import { Figures, Page, Section, Teach, Toolbar } from "../../ui/page";
import { nameOf, Paid, sumText } from "../../ui/sum";
import { type Column, DataTable } from "../../ui/table";
import {
  filterOf,
  monthOf,
  monthsTo,
  monthText,
  rowsAt,
  rowsOf,
  SPENT_KINDS,
  SPENT_WAYS,
  spendingBars,
} from "./spending-bars";
import { Ahead } from "./spending-ahead";

const MONTHS = [6, 12, 24, 36] as const;
const AHEAD = [3, 6, 12] as const;
const USUAL = { months: 12, ahead: 3 } as const;

function useAsked() {
  const [read] = useAddress();
  return {
    months: MONTHS.find((one) => String(one) === read("months")) ?? USUAL.months,
    ahead: AHEAD.find((one) => String(one) === read("ahead")) ?? USUAL.ahead,
  };
}

/** Chips whose meaning is not plain from their words. */
function Named({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="line">
      <span className="small muted" aria-hidden="true">
        {label}
      </span>
      {children}
    </div>
  );
}

/** So many months; the usual number is what stands there when none is chosen. */
function MonthChips({ name, label, all }: { name: "months" | "ahead"; label: string; all: readonly number[] }) {
  const { t } = useText();
  const [, write] = useAddress();
  const value = useAsked()[name];
  return (
    <Named label={label}>
      <Chips
        label={label}
        all={t("spending.months", { n: USUAL[name] })}
        choices={all
          .filter((n) => n !== USUAL[name])
          .map((n) => ({ value: String(n), text: t("spending.months", { n }) }))}
        value={value === USUAL[name] ? "" : String(value)}
        onChoose={(chosen) => write({ [name]: chosen })}
      />
    </Named>
  );
}

function Chart({ spending, currency }: { spending: Spending; currency: string }) {
  const { t, lang } = useText();
  const navigate = useNavigate();
  const sum = spending.sums.find(({ paid }) => paid.currency === currency);
  const label = t("spending.label", { currency });
  const lead = (at: number) => {
    const month = spending.months[at]?.month;
    if (month !== undefined) void navigate(rowsAt({ month, currency }));
  };
  return (
    <Section card title={t("spending.chart", { currency })}>
      {sum !== undefined && (
        <Figures
          figures={[
            {
              name: t("spending.paid"),
              value: sumText(lang, sum.paid),
              note: t("spending.payments", { n: sum.payments }),
            },
            {
              name: t("spending.back"),
              value: sumText(lang, sum.refunded),
              note: t("spending.refunds", { n: sum.refunds }),
            },
            { name: t("spending.net"), value: sumText(lang, sum.net) },
          ]}
        />
      )}
      <BarChart
        label={label}
        bars={spendingBars(spending, currency, (month) => monthText(lang, month))}
        onPick={lead}
      />
      <p className="small muted">{label}</p>
    </Section>
  );
}

function Lines({ spending }: { spending: Spending }) {
  const { t, lang } = useText();
  const columns: Column<SpendingRow>[] = [
    {
      key: "month",
      title: t("spending.month"),
      phone: "main",
      tight: true,
      render: (row) => <Link to={rowsOf(row)}>{monthText(lang, row.month)}</Link>,
    },
    { key: "kind", title: t("spending.kind"), phone: "sub", render: ({ kind }) => t(`spending.kind.${kind}`) },
    {
      key: "shop",
      title: t("ledger.shop"),
      phone: "side",
      grow: true,
      render: ({ shop }) => (shop === null ? "—" : <Shop id={shop} />),
    },
    { key: "paid", title: t("spending.paid"), numeric: true, render: ({ paid }) => <Paid sum={paid} /> },
    { key: "back", title: t("spending.back"), numeric: true, render: ({ refunded }) => <Paid sum={refunded} /> },
    { key: "net", title: t("spending.net"), numeric: true, phone: "end", render: ({ net }) => <Paid sum={net} /> },
  ];
  return (
    <Section title={t("spending.lines")}>
      <DataTable
        label={t("spending.lines")}
        columns={columns}
        rows={[...spending.rows].reverse()}
        rowKey={rowsOf}
        empty={t("spending.noneSpan")}
      />
    </Section>
  );
}

function SpentTable({ rows }: { rows: readonly SpentRow[] }) {
  const { t, lang } = useText();
  const columns: Column<SpentRow>[] = [
    {
      key: "what",
      title: t("order.what"),
      grow: true,
      phone: "main",
      render: (row) => (
        <Link to={`/orders/${row.order}`} className="short">
          {nameOf(lang, row)}
        </Link>
      ),
    },
    {
      key: "way",
      title: t("spending.way"),
      tight: true,
      phone: "sub",
      render: ({ way }) => t(`spending.way.${way}`),
    },
    {
      key: "shop",
      title: t("ledger.shop"),
      grow: true,
      render: ({ shop }) => (shop === null ? "—" : <Shop id={shop} />),
    },
    {
      key: "amount",
      title: t("line.amount"),
      numeric: true,
      phone: "end",
      render: ({ amount }) => <Paid sum={amount} />,
    },
    { key: "at", title: t("ahead.at"), phone: "side", render: ({ at }) => <Time at={at} /> },
  ];
  return (
    <DataTable
      label={t("spending.lines")}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      empty={t("spending.rowsNone")}
    />
  );
}

function Rows({ filter }: { filter: SpentFilter }) {
  const { t } = useText();
  const [, write] = useAddress();
  const read = useSpentRows(filter);
  return (
    <>
      <Toolbar>
        <Named label={t("spending.kind")}>
          <Chips
            label={t("spending.kind")}
            choices={SPENT_KINDS.map((value) => ({ value, text: t(`spending.kind.${value}`) }))}
            value={filter.kind ?? ""}
            onChoose={(kind) => write({ kind, ...(kind === "credits" && { shop: "" }) })}
          />
        </Named>
        <Named label={t("spending.way")}>
          <Chips
            label={t("spending.way")}
            choices={SPENT_WAYS.map((value) => ({ value, text: t(`spending.way.${value}`) }))}
            value={filter.way ?? ""}
            onChoose={(way) => write({ way })}
          />
        </Named>
        <span className="line">
          {filter.shop !== undefined && <Shop id={filter.shop} />}
          {filter.currency !== undefined && <span className="muted">{filter.currency}</span>}
        </span>
      </Toolbar>
      <LoadedList read={read} rows={8}>
        {(rows) => <SpentTable rows={rows} />}
      </LoadedList>
    </>
  );
}

/** By whose clock a month begins, and what counts in it. */
function Note({ zone }: { zone: string }) {
  const { t } = useText();
  return <p className="muted small">{t("spending.note", { zone })}</p>;
}

function Months({ spending }: { spending: Spending }) {
  const { t } = useText();
  const { months } = useAsked();
  const currencies = spending.sums.map(({ paid }) => paid.currency).sort();
  if (spending.rows.length === 0 && spending.ahead.rows.length === 0)
    return (
      <Teach
        icon="billing"
        title={t("spending.none", { n: months })}
        action={
          <LinkButton look="primary" to="/billing/plan">
            {t("buy.seePlans")}
          </LinkButton>
        }
        more={<LinkButton to="/billing">{t("buy.seeCredits")}</LinkButton>}
      >
        {t("spending.noneText")}
      </Teach>
    );
  return (
    <>
      {currencies.map((currency) => (
        <Chart key={currency} spending={spending} currency={currency} />
      ))}
      <Lines spending={spending} />
      <Note zone={spending.timezone} />
      <Section title={t("ahead.title")}>
        <Ahead ahead={spending.ahead} zone={spending.timezone} />
      </Section>
    </>
  );
}

function MonthRows({ month }: { month: string }) {
  const { t } = useText();
  const [read] = useAddress();
  // No more months than reach it: of many there may be more than is counted at once.
  const spending = useSpending({ months: monthsTo(month, new Date()), ahead: 1 });
  return (
    <Loaded read={spending} rows={8}>
      {({ months, timezone }) => {
        const asked = months.find((one) => one.month === month);
        if (asked === undefined) return <p className="empty">{t("spending.rowsNone")}</p>;
        return (
          <>
            <Rows filter={{ ...filterOf(read), from: asked.begins, to: asked.ends }} />
            <Note zone={timezone} />
          </>
        );
      }}
    </Loaded>
  );
}

/* What is chosen stands above whatever comes of it: of too many months fewer can be asked for, and of none more. */
function AllMonths() {
  const { t } = useText();
  const asked = useAsked();
  const read = useSpending(asked);
  const shops = useShops();
  return (
    <>
      <Toolbar>
        <MonthChips name="months" label={t("spending.span")} all={MONTHS} />
        <MonthChips name="ahead" label={t("ahead.span")} all={AHEAD} />
        <span className="end">
          <Export path="/api/billing/spending" wanted={{ months: asked.months }} name="chathub-spending" />
        </span>
      </Toolbar>
      <Together reads={[read, shops]}>
        <Loaded read={read} height={480}>
          {(spending) => <Months spending={spending} />}
        </Loaded>
      </Together>
    </>
  );
}

export default function SpendingPage() {
  const { t, lang } = useText();
  const [read] = useAddress();
  const month = monthOf(read);
  if (month === null)
    return (
      <Page title={t("billing.spending")}>
        <BillingParts />
        <AllMonths />
      </Page>
    );
  return (
    <Page
      title={t("spending.rows", { month: monthText(lang, month) })}
      part={month}
      back={{ to: "/billing/spending", text: t("spending.toMonths") }}
    >
      <BillingParts />
      <MonthRows month={month} />
    </Page>
  );
}
