/* Payments that somebody marked as paid, and whose word it was: those that wait for a second person come first. */
import { Link } from "react-router";
import { HAND_STATES, type HandPayment, useHands } from "../../api/money";
import { useText } from "../../i18n/i18n";
import { useAddress } from "../../ui/address";
import { Short, Time } from "../../ui/facts";
import { Chips } from "../../ui/filters";
import { LoadedList } from "../../ui/loaded";
import { Teach, Toolbar } from "../../ui/page";
import { ProviderName } from "../../ui/payments";
import { KnownPerson } from "../../ui/person";
import { Paid } from "../../ui/sum";
import { type Column, DataTable } from "../../ui/table";
import { HandWord } from "./hand-word";

/** Who said that it came; and, once it has ended, who said so too, or not. */
function By({ hand }: { hand: HandPayment }) {
  const { t } = useText();
  const { state, actor, actorEmail, approver, approverEmail } = hand;
  const lines: string[] = [];
  if (actorEmail !== null) lines.push(t("sale.markedBy", { who: actorEmail }));
  if (state !== "asked" && actor === approver) lines.push(t("hand.takenBack"));
  else if (state !== "asked" && approverEmail !== null) lines.push(t(`hand.by.${state}`, { who: approverEmail }));
  return lines.map((line) => (
    <span key={line} className="small muted short" title={line} translate="no">
      {line}
    </span>
  ));
}

function HandTable({ rows }: { rows: readonly HandPayment[] }) {
  const { t } = useText();
  const columns: Column<HandPayment>[] = [
    {
      key: "order",
      title: t("order.one"),
      phone: "main",
      tight: true,
      render: ({ order }) => <Link to={`/operator/orders/${order}`}>{t("mismatch.toOrder")}</Link>,
    },
    { key: "account", title: t("customer.one"), grow: true, render: ({ account }) => <KnownPerson id={account} /> },
    {
      key: "trade",
      title: t("sale.trade"),
      grow: true,
      phone: "sub",
      render: ({ trade, provider }) => (
        <span className="two-lines">
          <Short>{trade}</Short>
          <span className="small muted short">
            <ProviderName name={provider} />
          </span>
        </span>
      ),
    },
    {
      key: "reason",
      title: t("field.reason"),
      grow: true,
      phone: "more",
      render: (hand) => (
        <span className="two-lines">
          <Short>{hand.reason}</Short>
          <By hand={hand} />
        </span>
      ),
    },
    {
      key: "amount",
      title: t("line.amount"),
      numeric: true,
      phone: "end",
      render: ({ amount }) => <Paid sum={amount} />,
    },
    { key: "at", title: t("note.at"), phone: "side", render: ({ createdAt }) => <Time at={createdAt} /> },
    {
      key: "acts",
      title: t("table.actions"),
      actions: true,
      render: (hand) => hand.state === "asked" && <HandWord hand={hand} />,
    },
  ];
  return (
    <DataTable
      label={t("money.hand")}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      empty={t("list.noMatch")}
    />
  );
}

export function Hands() {
  const { t } = useText();
  const [read, write] = useAddress();
  const state = HAND_STATES.find((one) => one === read("state")) ?? "asked";
  const list = useHands(state);
  return (
    <>
      <Toolbar>
        <Chips
          label={t("order.state")}
          all={t("hand.state.asked")}
          choices={HAND_STATES.filter((one) => one !== "asked").map((value) => ({
            value,
            text: t(`hand.state.${value}`),
          }))}
          value={state === "asked" ? "" : state}
          onChoose={(chosen) => write({ state: chosen })}
        />
      </Toolbar>
      <LoadedList read={list} rows={8}>
        {(rows) =>
          rows.length === 0 && state === "asked" ? (
            <Teach icon="good" title={t("hand.none")}>
              {t("hand.noneText")}
            </Teach>
          ) : (
            <HandTable rows={rows} />
          )
        }
      </LoadedList>
    </>
  );
}
