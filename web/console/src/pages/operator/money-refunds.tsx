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
import { Fact, Facts, Short, Time } from "../../ui/facts";
import { Chips } from "../../ui/filters";
import { LoadedList } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { Teach, Toolbar } from "../../ui/page";
import { ProviderName } from "../../ui/payments";
import { KnownPerson } from "../../ui/person";
import { Paid } from "../../ui/sum";
import { saidText } from "../../ui/said";
import { type Column, DataTable } from "../../ui/table";

interface Deciding {
  row: SaleRefund;
  way: "agree" | "decline" | "giveUp";
}

/** What goes with the money. */
function Taken({ row }: { row: SaleRefund }) {
  const { t } = useText();
  if (row.endsPlan) return <>{t("refund.planEnds")}</>;
  if (row.kind === "plan") return <>{t(row.takesBack ? "refund.planPart" : "refund.kept")}</>;
  return <>{row.credits > 0 ? t("refund.creditsGo", { n: row.credits }) : t("refund.kept")}</>;
}

/** Everything that one agrees to, or not. */
function What({ row }: { row: SaleRefund }) {
  const { t, known } = useText();
  return (
    <Facts>
      <Fact name={t("line.amount")}>
        <Paid sum={row.amount} /> · <ProviderName name={row.provider} />
      </Fact>
      <Fact name={t("refund.way")}>{t(isOutside(row) ? "refund.wayOutside" : "refund.wayByUs")}</Fact>
      <Fact name={t("refund.bought")}>
        <Taken row={row} />
      </Fact>
      <Fact name={t("refund.cause")}>{row.reason || (known(`refund.cause.${row.cause}`) ?? row.cause)}</Fact>
      {row.actor !== null && (
        <Fact name={t("refund.by")}>
          <span translate="no">{row.actorEmail ?? "—"}</span>
        </Fact>
      )}
      <Fact name={t("customer.one")}>
        <KnownPerson id={row.account} />
      </Fact>
      <Fact name={t("order.one")}>
        <Link to={`/operator/orders/${row.order}`} translate="no">
          {row.order}
        </Link>
      </Fact>
    </Facts>
  );
}

const isOutside = ({ cause }: SaleRefund) => cause === "outside";

function Agree({ row, onClose }: { row: SaleRefund; onClose: () => void }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const submit = useSubmit((id: number, key) => agreeRefund(id, key), {
    onDone: () => {
      onClose();
      notify.done(t(isOutside(row) ? "refund.agreeDoneOutside" : "refund.agreeDone"));
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
      <What row={row} />
      <p className="muted">{t(isOutside(row) ? "refund.agreeTextOutside" : "refund.agreeText")}</p>
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
      text={t(way === "decline" && isOutside(row) ? "refund.declineTextOutside" : `refund.${way}Text`)}
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
      render: ({ account, provider }) => (
        <span className="two-lines">
          <KnownPerson id={account} />
          <span className="small muted short">
            <ProviderName name={provider} />
          </span>
        </span>
      ),
    },
    {
      key: "why",
      title: t("refund.cause"),
      grow: true,
      phone: "sub",
      render: (row) => (
        <span className="two-lines">
          <Why row={row} />
          <span className="small muted short">
            {isOutside(row) && <>{t("refund.wayOutside")} · </>}
            <Taken row={row} />
            {row.actorEmail !== null && (
              <>
                {" · "}
                <span translate="no">{row.actorEmail}</span>
              </>
            )}
          </span>
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
