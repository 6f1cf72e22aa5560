/* Granting credits: to whom, how many, what it makes of the balance and of how much money it is, and why. A large grant
 * wants a second look. The reason stands in the audit trail. */
import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { answer, api, once } from "../api/client";
import { useSummary } from "../api/queries";
import { keys } from "../api/read-keys";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { Alert } from "./alert";
import { Money } from "./facts";
import { FormDialog } from "./dialogs";
import { REASON_MAX, useRules } from "./fields";
import { placeFieldProblems, TextField, useForm } from "./form";
import { Icon } from "./icon";
import { useNotify } from "./notify";
import { useProblemText } from "./problems";

/** To whom is part of what is sent: the page may have closed the dialog, and forgotten it, when the answer comes. */
interface Grant {
  email: string;
  amount: number;
  reason: string;
}
export interface Granted {
  email: string;
  credits: number;
}
const FEN = 100;
const AMOUNT_MAX = 1_000_000;
const SECOND_LOOK_FROM = 1000;

function Preview({ credits, amount }: { credits: number; amount: number }) {
  const { t, number } = useText();
  const pricing = useSummary().data?.pricing;

  return (
    <div className="preview" aria-live="polite">
      <span className="muted">{t("grant.balance")}</span>
      <span className="bill-balance">
        <span>{number(credits)}</span>
        <Icon name="arrow" />
        <strong>{number(credits + amount)}</strong>
      </span>
      {pricing !== undefined && amount > 0 && (
        <span className="muted">
          <Money minor={(amount * pricing.price_cny * FEN) / pricing.create_empty_shop_credits} />
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
    { rules: { amount: [rules.required, whole], reason: [rules.required] } },
  );
  const [refusal, setRefusal] = useState("");
  const [sure, setSure] = useState(false);
  const sureId = useId();
  const grant = (body: Grant, key: string) => answer(api.POST("/api/billing/grant", { body, ...once(key) }));
  const submit = useSubmit(grant, {
    onDone: ({ creditsRemaining }, { email }) => {
      void queries.invalidateQueries({ queryKey: keys.operator });
      onClose();
      notify.done(t("grant.done", { email, n: creditsRemaining }));
    },
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
    },
  });
  const amount = /^\d+$/.test(form.values.amount) ? Number(form.values.amount) : 0;
  const large = amount >= SECOND_LOOK_FROM;
  const send = ({ reason }: { reason: string }) => {
    setRefusal("");
    if (large && !sure) setRefusal(t("grant.tick"));
    else submit.send({ email: to.email, amount, reason });
  };
  return (
    <FormDialog
      open
      title={t("grant.title")}
      ok={amount > 0 ? t("grant.submitN", { n: amount }) : t("grant.submit")}
      pending={submit.isPending}
      form={form}
      onSubmit={send}
      onCancel={onClose}
    >
      <p>
        {t("grant.to")}{" "}
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
      <Preview credits={to.credits} amount={amount} />
      <TextField
        form={form}
        name="reason"
        label={t("field.reason")}
        help={t("field.reasonHelp")}
        maxLength={REASON_MAX}
        autoComplete="off"
      />
      {large && (
        <label className="tick" htmlFor={sureId}>
          <input id={sureId} type="checkbox" checked={sure} onChange={({ target }) => setSure(target.checked)} />
          <span>{t("grant.sure", { n: number(amount), email: to.email })}</span>
        </label>
      )}
    </FormDialog>
  );
}
