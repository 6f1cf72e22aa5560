/* The bills of providers, day by day: what theirs say beside what we have. A day that differs leads to its rows, which
 * stand in the address so that they can be linked. */
import { Link } from "react-router";
import { type Bill, type BillDifference, useBill, useBills } from "../../api/money";
import { useText } from "../../i18n/i18n";
import { idOf, useAddress } from "../../ui/address";
import { Button } from "../../ui/button";
import { Short } from "../../ui/facts";
import { type IconName } from "../../ui/icon";
import { dayText } from "../../ui/lengths";
import { Loaded, LoadedList } from "../../ui/loaded";
import { Section } from "../../ui/page";
import { ProviderName } from "../../ui/payments";
import { Pill, type Tone } from "../../ui/pill";
import { Paid } from "../../ui/sum";
import { saidText } from "../../ui/said";
import { type Column, DataTable } from "../../ui/table";

const LOOKS: Readonly<Record<Bill["state"], { tone: Tone; icon: IconName }>> = {
  waiting: { tone: "busy", icon: "work" },
  agrees: { tone: "on", icon: "good" },
  differs: { tone: "due", icon: "warn" },
  given_up: { tone: "stop", icon: "fail" },
};

function BillPill({ bill: { state } }: { bill: Bill }) {
  const { t } = useText();
  const { tone, icon } = LOOKS[state];
  return (
    <Pill tone={tone} icon={icon}>
      {t(`bill.state.${state}`)}
    </Pill>
  );
}

/** Sums of one kind, a line for each currency: nothing is added up here. */
function Sums({ bill: { sums }, kind, side }: { bill: Bill; kind: "payment" | "refund"; side: "theirs" | "ours" }) {
  const rows = sums.filter((sum) => sum.kind === kind);
  if (rows.length === 0) return "—";
  return rows.map((sum) => (
    <div key={sum[side].currency}>
      <Paid sum={sum[side]} />{" "}
      <span className="small muted">({side === "theirs" ? sum.theirsCount : sum.oursCount})</span>
    </div>
  ));
}

function Days({ rows, show }: { rows: readonly Bill[]; show: (id: number) => void }) {
  const text = useText();
  const { t, lang } = text;
  const sums = (kind: "payment" | "refund", side: "theirs" | "ours"): Column<Bill> => ({
    key: `${kind}.${side}`,
    title: t(`bill.${kind}.${side}`),
    numeric: true,
    phone: "more",
    render: (bill) => <Sums bill={bill} kind={kind} side={side} />,
  });
  const columns: Column<Bill>[] = [
    { key: "day", title: t("takings.day"), phone: "main", tight: true, render: ({ day }) => dayText(lang, day) },
    {
      key: "provider",
      title: t("payment.provider"),
      tight: true,
      phone: "side",
      render: ({ provider }) => <ProviderName name={provider} />,
    },
    { key: "state", title: t("order.state"), tight: true, phone: "sub", render: (bill) => <BillPill bill={bill} /> },
    sums("payment", "theirs"),
    sums("payment", "ours"),
    sums("refund", "theirs"),
    sums("refund", "ours"),
    {
      key: "why",
      title: t("payment.said"),
      grow: true,
      phone: "more",
      render: ({ error, others }) => (
        <Short>{error === null ? (others > 0 ? t("bill.others", { n: others }) : "—") : saidText(text, error)}</Short>
      ),
    },
    {
      key: "acts",
      title: t("table.actions"),
      actions: true,
      render: ({ id, state, differing }) =>
        (state === "differs" || differing > 0) && (
          <Button small onClick={() => show(id)}>
            {t("bill.show", { n: differing })}
          </Button>
        ),
    },
  ];
  return (
    <DataTable label={t("bill.title")} columns={columns} rows={rows} rowKey={({ id }) => id} empty={t("bill.none")} />
  );
}

function DifferenceTable({ rows }: { rows: readonly BillDifference[] }) {
  const { t } = useText();
  const columns: Column<BillDifference>[] = [
    { key: "kind", title: t("mismatch.kind"), phone: "main", tight: true, render: ({ kind }) => t(`bill.of.${kind}`) },
    { key: "fault", title: t("bill.fault"), grow: true, render: ({ fault }) => t(`bill.fault.${fault}`) },
    {
      key: "state",
      title: t("order.state"),
      tight: true,
      phone: "sub",
      render: ({ endedAt }) => (
        <Pill tone={endedAt === null ? "due" : "on"} icon={endedAt === null ? "warn" : "good"}>
          {t(endedAt === null ? "mismatch.open" : "bill.healed")}
        </Pill>
      ),
    },
    {
      key: "order",
      title: t("order.one"),
      grow: true,
      render: ({ order, trade, number }) =>
        order === null ? (
          <Short>{trade ?? number ?? "—"}</Short>
        ) : (
          <Link to={`/operator/orders/${order}`}>{t("mismatch.toOrder")}</Link>
        ),
    },
    { key: "theirs", title: t("bill.theirs"), numeric: true, render: ({ theirs }) => <Paid sum={theirs} /> },
    { key: "ours", title: t("bill.ours"), numeric: true, phone: "end", render: ({ ours }) => <Paid sum={ours} /> },
  ];
  return (
    <DataTable
      label={t("bill.differences")}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      empty={t("list.noMatch")}
    />
  );
}

function Differences({ id, close }: { id: number; close: () => void }) {
  const { t, lang } = useText();
  const read = useBill(id);
  const title =
    read.data === undefined ? t("bill.differences") : t("bill.differencesOf", { day: dayText(lang, read.data.day) });
  return (
    <Section
      card
      title={title}
      extra={
        <Button small onClick={close}>
          {t("dialog.close")}
        </Button>
      }
    >
      <Loaded read={read}>{({ differences }) => <DifferenceTable rows={differences} />}</Loaded>
    </Section>
  );
}

export function Bills() {
  const { t } = useText();
  const [read, write] = useAddress();
  const list = useBills();
  const shown = idOf(read("bill"));
  return (
    <>
      {shown !== undefined && <Differences id={shown} close={() => write({ bill: "" })} />}
      <Section card title={t("bill.title")}>
        <p className="small muted">{t("bill.intro")}</p>
        <LoadedList read={list} rows={4}>
          {(rows) => <Days rows={rows} show={(id) => write({ bill: String(id) })} />}
        </LoadedList>
      </Section>
    </>
  );
}
