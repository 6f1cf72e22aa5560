/* Money that goes back: above a set sum a second person agrees first, or declines. Those that wait come first. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { agreeRefund, declineRefund, REFUND_STATES, useRefunds, type SaleRefund } from "../../api/money";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import { useText } from "../../i18n/i18n";
import { useAddress } from "../../ui/address";
import { Button } from "../../ui/button";
import { ConfirmDialog } from "../../ui/dialog";
import { ReasonDialog } from "../../ui/dialogs";
import { Short, Time } from "../../ui/facts";
import { Chips } from "../../ui/filters";
import { LoadedList } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { Teach, Toolbar } from "../../ui/page";
import { ProviderName, RefundPill } from "../../ui/payments";
import { KnownPerson } from "../../ui/person";
import { Paid } from "../../ui/sum";
import { saidText } from "../../ui/said";
import { type Column, DataTable } from "../../ui/table";

interface Deciding {
  row: SaleRefund;
  way: "agree" | "decline" | "giveUp";
}

function Agree({ row, onClose }: { row: SaleRefund; onClose: () => void }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const submit = useSubmit((id: number, key) => agreeRefund(id, key), {
    onDone: () => {
      onClose();
      notify.done(t("refund.agreeDone"));
      return queries.invalidateQueries({ queryKey: keys.operator });
    },
    onProblem: (problem) => {
      onClose();
      notify.problem(problem);
    },
  });
  return (
    <ConfirmDialog
      open
      title={t("refund.agreeTitle")}
      ok={t("refund.agree")}
      pending={submit.isPending}
      onOk={() => submit.send(row.id)}
      onCancel={onClose}
    >
      <p>
        <Paid sum={row.amount} /> · {row.reason}
      </p>
      <p className="muted">{t("refund.agreeText")}</p>
    </ConfirmDialog>
  );
}

function Decline({ row, way, onClose }: { row: SaleRefund; way: "decline" | "giveUp"; onClose: () => void }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  return (
    <ReasonDialog
      open
      title={t(`refund.${way}Title`)}
      text={t(`refund.${way}Text`)}
      ok={t(`refund.${way}`)}
      danger
      run={(reason, key) => declineRefund(row.id, reason, key)}
      onDone={() => {
        void queries.invalidateQueries({ queryKey: keys.operator });
        onClose();
        notify.done(t(`refund.${way}Done`));
      }}
      onCancel={onClose}
    />
  );
}

/** Why it goes back; what came of it when it did not; and who said so. */
function Why({ row: { cause, reason, error, approverEmail } }: { row: SaleRefund }) {
  const text = useText();
  const parts = [
    reason === "" ? (text.known(`refund.cause.${cause}`) ?? cause) : saidText(text, reason),
    error === null || error === "" ? null : saidText(text, error),
    approverEmail === null ? null : text.t("refund.lastWord", { who: approverEmail }),
  ];
  return <Short>{parts.filter((part) => part !== null).join(" · ")}</Short>;
}

function RefundRows({ rows, decide }: { rows: readonly SaleRefund[]; decide: (deciding: Deciding) => void }) {
  const { t } = useText();
  const columns: Column<SaleRefund>[] = [
    {
      key: "order",
      title: t("order.one"),
      tight: true,
      phone: "main",
      render: ({ order }) => <Link to={`/operator/orders/${order}`}>{t("mismatch.toOrder")}</Link>,
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
      grow: true,
      render: ({ provider }) => (
        <span className="short">
          <ProviderName name={provider} />
        </span>
      ),
    },
    {
      key: "why",
      title: t("refund.cause"),
      grow: true,
      phone: "more",
      render: (row) => <Why row={row} />,
    },
    {
      key: "state",
      title: t("order.state"),
      tight: true,
      phone: "sub",
      render: ({ state }) => <RefundPill state={state} />,
    },
    {
      key: "amount",
      title: t("line.amount"),
      numeric: true,
      phone: "end",
      render: ({ amount }) => <Paid sum={amount} />,
    },
    { key: "at", title: t("refund.at"), phone: "side", render: ({ createdAt }) => <Time at={createdAt} /> },
    {
      key: "acts",
      title: t("table.actions"),
      actions: true,
      render: (row) =>
        row.mayGiveUp ? (
          <Button small onClick={() => decide({ row, way: "giveUp" })}>
            {t("refund.giveUp")}
          </Button>
        ) : row.state === "asked" ? (
          <span className="line">
            {row.mine ? (
              <span className="small muted">{t("refund.byYou")}</span>
            ) : (
              <Button small onClick={() => decide({ row, way: "agree" })}>
                {t("refund.agree")}
              </Button>
            )}
            <Button small onClick={() => decide({ row, way: "decline" })}>
              {t("refund.decline")}
            </Button>
          </span>
        ) : null,
    },
  ];
  return (
    <DataTable
      label={t("money.refunds")}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      empty={t("list.noMatch")}
    />
  );
}

export function Refunds() {
  const { t } = useText();
  const [read, write] = useAddress();
  const [deciding, setDeciding] = useState<Deciding | null>(null);
  const state = REFUND_STATES.find((one) => one === read("state")) ?? "asked";
  const list = useRefunds(state);
  return (
    <>
      <Toolbar>
        <Chips
          label={t("order.state")}
          all={t("refund.state.asked")}
          choices={REFUND_STATES.filter((one) => one !== "asked").map((value) => ({
            value,
            text: t(`refund.state.${value}`),
          }))}
          value={state === "asked" ? "" : state}
          onChoose={(chosen) => write({ state: chosen })}
        />
      </Toolbar>
      <LoadedList read={list} rows={8}>
        {(rows) =>
          rows.length === 0 && state === "asked" ? (
            <Teach icon="good" title={t("refund.noneWaits")}>
              {t("refund.noneWaitsText")}
            </Teach>
          ) : (
            <RefundRows rows={rows} decide={setDeciding} />
          )
        }
      </LoadedList>
      {deciding?.way === "agree" && <Agree row={deciding.row} onClose={() => setDeciding(null)} />}
      {deciding && deciding.way !== "agree" && (
        <Decline row={deciding.row} way={deciding.way} onClose={() => setDeciding(null)} />
      )}
    </>
  );
}
