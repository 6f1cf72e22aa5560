/* What several pages show of an order: what it buys, line by line, and where it stands. */
import type { Order, OrderLine, Quote } from "../api/money";
import { useText } from "../i18n/i18n";
import { Day, LastDay } from "./facts";
import { Pill, type Tone } from "./pill";
import type { IconName } from "./icon";
import { Paid } from "./sum";
import { type Column, DataTable } from "./table";

const STAGES: Readonly<Record<Order["stage"], readonly [Tone, IconName]>> = {
  pending: ["due", "wait"],
  provisioning: ["busy", "work"],
  done: ["on", "good"],
  closed: ["off", "stop"],
  refunded: ["off", "back"],
};

export function OrderPill({ stage }: { stage: Order["stage"] }) {
  const { t } = useText();
  const [tone, icon] = STAGES[stage];
  return (
    <Pill tone={tone} icon={icon} key={stage}>
      {t(`stage.${stage}`)}
    </Pill>
  );
}

function Span({ from, to }: { from: string; to: string }) {
  return (
    <>
      <Day at={from} /> – <LastDay at={to} />
    </>
  );
}

/** What makes it less stands below, in the sums. */
const LESS = ["discount", "credited"];

export function OrderLines({ lines }: { lines: readonly OrderLine[] }) {
  const { t, known, number } = useText();
  const columns: Column<OrderLine>[] = [
    {
      key: "what",
      title: t("line.what"),
      grow: true,
      phone: "main",
      render: ({ what }) => known(`line.${what}`) ?? what,
    },
    {
      key: "each",
      title: t("line.each"),
      tight: true,
      phone: "sub",
      render: ({ quantity, price }) => (
        <>
          {number(quantity)} × <Paid sum={price} />
        </>
      ),
    },
    {
      key: "span",
      title: t("line.span"),
      tight: true,
      phone: "side",
      render: ({ from, to }) => (from === null || to === null ? "—" : <Span from={from} to={to} />),
    },
    {
      key: "amount",
      title: t("line.amount"),
      numeric: true,
      phone: "end",
      render: ({ amount }) => <Paid sum={amount} />,
    },
  ];
  return (
    <DataTable
      label={t("line.title")}
      columns={columns}
      rows={lines.filter(({ what }) => !LESS.includes(what))}
      rowKey={(line) => lines.indexOf(line)}
      empty={t("line.none")}
    />
  );
}

/** From the prices of the list to what is to be paid: each step that there is. */
export function OrderSums({ of }: { of: Pick<Quote, "listAmount" | "discount" | "coupon" | "credited" | "amount"> }) {
  const { t } = useText();
  const less = [
    { name: of.coupon == null ? t("bill.discount") : t("bill.coupon", { code: of.coupon }), sum: of.discount },
    { name: t("bill.credited"), sum: of.credited },
  ].filter(({ sum }) => sum.amount !== 0);
  return (
    <dl className="bill bill-sums">
      {less.length > 0 && (
        <div>
          <dt>{t("bill.list")}</dt>
          <dd>
            <Paid sum={of.listAmount} />
          </dd>
        </div>
      )}
      {less.map(({ name, sum }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            − <Paid sum={sum} />
          </dd>
        </div>
      ))}
      <div className="bill-total">
        <dt>{t("bill.total")}</dt>
        <dd>
          <Paid sum={of.amount} />
        </dd>
      </div>
    </dl>
  );
}
