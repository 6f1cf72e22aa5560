/* Giving money back: which payment, how much of it, why, and whether what was bought goes too. Above a sum that the house
 * has set a second person agrees before anything leaves. */
import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { askRefund, type Sale, type SalePayment } from "../../api/money";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { FormDialog } from "../../ui/dialogs";
import { REASON_MAX, useRules } from "../../ui/fields";
import { placeFieldProblems, TextField, useForm } from "../../ui/form";
import { digitsOf, minorOf } from "../../ui/minor";
import { useNotify } from "../../ui/notify";
import { ProviderName } from "../../ui/payments";
import { useProblemText } from "../../ui/problems";
import { Paid } from "../../ui/sum";

interface Props {
  sale: Pick<Sale, "number" | "kind">;
  payment: SalePayment;
  onClose: () => void;
}

/** What goes with so much of the money: credits by their share, a plan when all is back and not before. */
export const takenHelp = (kind: Sale["kind"], all: boolean) =>
  kind === "plan"
    ? all
      ? "refund.takesPlan"
      : "refund.takesPlanPart"
    : all
      ? "refund.takesCredits"
      : "refund.takesCreditsPart";

export function RefundDialog({ sale, payment, onClose }: Props) {
  const order = sale.number;
  const { t } = useText();
  const rules = useRules();
  const queries = useQueryClient();
  const notify = useNotify();
  const problemText = useProblemText();
  const tickId = useId();
  const outsideId = useId();
  const [outside, setOutside] = useState(false);
  const [takesBack, setTakesBack] = useState(true);
  const [refusal, setRefusal] = useState("");
  const digits = digitsOf(payment.amount.text);
  const sum = (value: string) =>
    value.trim() === "" || (minorOf(value, digits) ?? 0) > 0
      ? null
      : t("refund.sumFormat", { like: payment.amount.text });
  const form = useForm({ amount: "", reason: "" }, { rules: { amount: [sum], reason: [rules.reason] } });
  const typed = minorOf(form.values.amount, digits);
  const all = typed === null || typed >= payment.left.amount;
  const submit = useSubmit(
    ({ amount, reason, takes, was }: { amount: string; reason: string; takes: boolean; was: boolean }, key) => {
      const minor = minorOf(amount, digits);
      const body = { payment: payment.number, reason, takesBack: takes, outside: was };
      return askRefund(order, minor === null ? body : { ...body, amount: minor }, key);
    },
    {
      onDone: () => {
        void queries.invalidateQueries({ queryKey: keys.operator });
        onClose();
        notify.done(t("refund.asked"));
      },
      onProblem: (problem) => {
        if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
      },
    },
  );
  return (
    <FormDialog
      open
      title={t("refund.give")}
      ok={t("refund.give")}
      danger
      pending={submit.isPending}
      form={form}
      onSubmit={(values) => {
        setRefusal("");
        submit.send({ ...values, takes: payment.counts && takesBack, was: outside });
      }}
      onCancel={onClose}
    >
      <p>
        <ProviderName name={payment.provider} /> · <Paid sum={payment.amount} />
        {payment.refunded.amount > 0 && (
          <span className="muted">
            {" "}
            · {t("payment.refunded")} <Paid sum={payment.refunded} />
          </span>
        )}
      </p>
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <TextField
        form={form}
        name="amount"
        label={t("refund.sum", { currency: payment.amount.currency })}
        help={t("refund.sumHelp")}
        optional
        inputMode="decimal"
        autoComplete="off"
        maxLength={16}
      />
      <TextField
        form={form}
        name="reason"
        label={t("field.reason")}
        help={t("refund.reasonHelp")}
        maxLength={REASON_MAX}
        autoComplete="off"
      />
      {payment.counts && (
        <label className="tick" htmlFor={tickId}>
          <input
            id={tickId}
            type="checkbox"
            checked={takesBack}
            onChange={({ target }) => setTakesBack(target.checked)}
          />
          <span>
            {t("refund.takesBack")}
            <span className="small muted step-help">{t(takenHelp(sale.kind, all))}</span>
          </span>
        </label>
      )}
      <label className="tick" htmlFor={outsideId}>
        <input id={outsideId} type="checkbox" checked={outside} onChange={({ target }) => setOutside(target.checked)} />
        <span>
          {t("refund.outside")}
          <span className="small muted step-help">{t("refund.outsideHelp")}</span>
        </span>
      </label>
    </FormDialog>
  );
}
