/* The payments of an order, and what went back of them. */
import type { ReactNode } from "react";
import type { Payment, Refund } from "../api/money";
import { useText } from "../i18n/i18n";
import { Id, Short, Time } from "./facts";
import type { IconName } from "./icon";
import { Pill, type Tone } from "./pill";
import { saidPlainly, saidText } from "./said";
import { Paid } from "./sum";
import { type Column, DataTable } from "./table";

const PAYMENT: Readonly<Record<Payment["state"], readonly [Tone, IconName]>> = {
  open: ["due", "wait"],
  processing: ["busy", "work"],
  paid: ["on", "good"],
  failed: ["stop", "fail"],
  closed: ["off", "stop"],
};
const REFUND: Readonly<Record<Refund["state"], readonly [Tone, IconName]>> = {
  asked: ["due", "wait"],
  pending: ["busy", "work"],
  done: ["on", "good"],
  failed: ["stop", "fail"],
  refused: ["off", "stop"],
};

export function RefundPill({ state }: { state: Refund["state"] }) {
  const { t } = useText();
  const [tone, icon] = REFUND[state];
  return (
    <Pill tone={tone} icon={icon} key={state}>
      {t(`refund.state.${state}`)}
    </Pill>
  );
}

/** Why it was asked for; and beside it why it was declined, or failed, where that is told. What goes back by itself has a
 * sentence of the server's; a person's stays as it was written. */
export function RefundWhy({ of }: { of: Pick<Refund, "cause" | "reason"> & { error?: string | null } }) {
  const text = useText();
  const cause = text.known(`refund.cause.${of.cause}`) ?? of.cause;
  const byPerson = of.cause === "operator" || of.cause === "outside";
  const why = saidPlainly(text, of.reason) ?? (byPerson && of.reason !== "" ? of.reason : cause);
  const end = of.error == null || of.error === "" ? null : saidText(text, of.error);
  return <Short>{[why, end].filter((part) => part !== null).join(" · ")}</Short>;
}

/** The official name of a provider. One that is not offered any more keeps the name of its row. */
export function ProviderName({ name }: { name: string }) {
  const { known } = useText();
  return <>{known(`provider.${name}`) ?? name}</>;
}

interface Props<R> {
  rows: readonly R[];
  acts?: (row: R) => ReactNode;
  /** For who looks after the house: also what a provider said in its own words. */
  house?: boolean;
}

export function PaymentTable<P extends Payment>({ rows, acts, house = false }: Props<P>) {
  const text = useText();
  const { t } = text;
  const wordsOf = (error: string) =>
    house ? saidText(text, error) : (saidPlainly(text, error) ?? t("saidOf.noClear"));
  const columns: Column<P>[] = [
    {
      key: "provider",
      title: t("payment.provider"),
      phone: "main",
      render: ({ provider }) => <ProviderName name={provider} />,
    },
    {
      key: "state",
      title: t("order.state"),
      phone: "sub",
      tight: true,
      render: ({ state }) => {
        const [tone, icon] = PAYMENT[state];
        return (
          <Pill tone={tone} icon={icon} key={state}>
            {t(`payment.state.${state}`)}
          </Pill>
        );
      },
    },
    {
      key: "error",
      title: t("payment.said"),
      grow: true,
      phone: "more",
      render: ({ error }) => (error === null || error === "" ? "—" : <Short>{wordsOf(error)}</Short>),
    },
    { key: "number", title: t("order.number"), grow: true, render: ({ number }) => <Id>{number}</Id> },
    {
      key: "refunded",
      title: t("payment.refunded"),
      numeric: true,
      phone: "side",
      render: ({ refunded }) => (refunded.amount === 0 ? "—" : <Paid sum={refunded} />),
    },
    {
      key: "amount",
      title: t("line.amount"),
      numeric: true,
      phone: "end",
      render: ({ amount }) => <Paid sum={amount} />,
    },
    ...(acts === undefined ? [] : [{ key: "acts", title: t("table.actions"), actions: true, render: acts }]),
  ];
  return (
    <DataTable
      label={t("payment.title")}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.number}
      empty={t("payment.none")}
    />
  );
}

export function RefundTable<R extends Refund>({ rows, acts }: Props<R>) {
  const { t } = useText();
  const columns: Column<R>[] = [
    {
      key: "cause",
      title: t("refund.cause"),
      grow: true,
      phone: "main",
      render: (row) => <RefundWhy of={row} />,
    },
    {
      key: "state",
      title: t("order.state"),
      phone: "sub",
      tight: true,
      render: ({ state }) => <RefundPill state={state} />,
    },
    { key: "at", title: t("refund.at"), phone: "side", render: ({ createdAt }) => <Time at={createdAt} /> },
    {
      key: "amount",
      title: t("line.amount"),
      numeric: true,
      phone: "end",
      render: ({ amount }) => <Paid sum={amount} />,
    },
    ...(acts === undefined ? [] : [{ key: "acts", title: t("table.actions"), actions: true, render: acts }]),
  ];
  return (
    <DataTable
      label={t("refund.title")}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.number}
      empty={t("refund.none")}
    />
  );
}
