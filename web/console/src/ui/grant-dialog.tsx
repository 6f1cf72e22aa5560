/* Granting credits, and taking back what was granted by mistake: to whom, how many, what it makes of the balance and of how
 * much money it is, and why. A large change wants a second look; what is large, and every number, is the server's. The
 * reason stands in the audit trail. */
import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { answer, api, once } from "../api/client";
import { useGrantPreview } from "../api/queries";
import { keys } from "../api/read-keys";
import { useSubmit } from "../api/submit";
import type { Answer } from "../api/types";
import { useText } from "../i18n/i18n";
import { Alert } from "./alert";
import { Money } from "./facts";
import { FormDialog } from "./dialogs";
import { REASON_MAX, useRules } from "./fields";
import { placeFieldProblems, TextField, useForm } from "./form";
import { Icon } from "./icon";
import { useNotify } from "./notify";
import { useProblemText } from "./problems";
import { useResting } from "./resting";

/** To whom is part of what is sent: the page may have closed the dialog, and forgotten it, when the answer comes. */
interface Grant {
  email: string;
  amount: number;
  reason: string;
  confirm: boolean;
  kind: Kind;
}
export interface Granted {
  email: string;
  credits: number;
}
const AMOUNT_MAX = 1_000_000;
const KINDS = ["grant", "correction"] as const;
type Kind = (typeof KINDS)[number];
type Numbers = Answer<"/api/billing/grant/preview", "get">;

/** What the server says that it would do. */
function Preview({ credits, numbers }: { credits: number; numbers: Numbers | undefined }) {
  const { t, number } = useText();
  return (
    <div className="preview" aria-live="polite">
      <span className="muted">{t("grant.balance")}</span>
      <span className="bill-balance">
        <span>{number(numbers?.before ?? credits)}</span>
        {numbers?.allowed !== false && (
          <>
            <Icon name="arrow" />
            <strong>{numbers === undefined ? "…" : number(numbers.after)}</strong>
          </>
        )}
      </span>
      {numbers !== undefined && (
        <span className="muted">
          <Money minor={numbers.valueFen} />
          {numbers.held > 0 && <> · {t("credits.heldN", { n: numbers.held })}</>}
        </span>
      )}
    </div>
  );
}

export function GrantDialog({ to, onClose }: { to: Granted | null; onClose: () => void }) {
  return to === null ? null : <GrantForm to={to} onClose={onClose} key={to.email} />;
}

function GrantForm({ to, onClose }: { to: Granted; onClose: () => void }) {
  const { t, number } = useText();
  const rules = useRules();
  const queries = useQueryClient();
  const notify = useNotify();
  const problemText = useProblemText();
  const whole = (value: string) =>
    /^\d+$/.test(value) && Number(value) > 0 && Number(value) <= AMOUNT_MAX
      ? null
      : t("grant.whole", { n: AMOUNT_MAX });
  const form = useForm(
    { amount: "", reason: "" },
    { rules: { amount: [rules.required, whole], reason: [rules.reason] } },
  );
  const [refusal, setRefusal] = useState("");
  const [sure, setSure] = useState(false);
  const sureId = useId();
  const [kind, setKind] = useState<Kind>("grant");
  const [large, setLarge] = useState(false);
  const grant = ({ kind: way, ...body }: Grant, key: string) =>
    way === "grant"
      ? answer(api.POST("/api/billing/grant", { body, ...once(key) }))
      : answer(api.POST("/api/billing/correction", { body, ...once(key) }));
  const submit = useSubmit(grant, {
    onDone: ({ creditsRemaining }, { email, kind: way }) => {
      void queries.invalidateQueries({ queryKey: keys.operator });
      onClose();
      notify.done(t(way === "grant" ? "grant.done" : "grant.corrected", { email, n: creditsRemaining }));
    },
    onProblem: (problem) => {
      if (problem.code === "confirm_needed") setLarge(true);
      if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
    },
  });
  const amount = /^\d+$/.test(form.values.amount) ? Number(form.values.amount) : 0;
  const rested = Number(useResting(String(amount)));
  const asked = amount <= AMOUNT_MAX ? rested : 0;
  const preview = useGrantPreview(to.email, asked, kind);
  const numbers = amount > 0 ? preview.data : undefined;
  const wantsTick = large || numbers?.needsConfirm === true;
  const send = ({ reason }: { reason: string }) => {
    setRefusal("");
    if (wantsTick && !sure) setRefusal(t("grant.tick"));
    else submit.send({ email: to.email, amount, reason, confirm: wantsTick, kind });
  };
  return (
    <FormDialog
      open
      title={t(kind === "grant" ? "grant.title" : "grant.correct")}
      ok={amount > 0 ? t(`grant.${kind}N`, { n: amount }) : t(`grant.${kind}`)}
      danger={kind === "correction"}
      pending={submit.isPending}
      form={form}
      onSubmit={send}
      onCancel={onClose}
    >
      <div className="line" role="group" aria-label={t("grant.kind")}>
        {KINDS.map((way) => (
          <button
            key={way}
            type="button"
            className="chip"
            aria-pressed={way === kind}
            onClick={() => {
              setKind(way);
              setRefusal("");
              setSure(false);
            }}
          >
            {t(`grant.${way}Way`)}
          </button>
        ))}
      </div>
      <p>
        {t(kind === "grant" ? "grant.to" : "grant.from")}{" "}
        <strong className="break" translate="no">
          {to.email}
        </strong>
      </p>
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <TextField
        form={form}
        name="amount"
        label={t("grant.amount")}
        inputMode="numeric"
        autoComplete="off"
        maxLength={7}
      />
      <Preview credits={to.credits} numbers={numbers} />
      {numbers?.allowed === false && (
        <Alert tone="due" title={t(`grant.${kind}Not`, { n: numbers.before - numbers.held })} />
      )}
      <TextField
        form={form}
        name="reason"
        label={t("field.reason")}
        help={t("field.reasonHelp")}
        maxLength={REASON_MAX}
        autoComplete="off"
      />
      {wantsTick && (
        <label className="tick" htmlFor={sureId}>
          <input id={sureId} type="checkbox" checked={sure} onChange={({ target }) => setSure(target.checked)} />
          <span>{t(`grant.${kind}Sure`, { n: number(amount), email: to.email })}</span>
        </label>
      )}
    </FormDialog>
  );
}
