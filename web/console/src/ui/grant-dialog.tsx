/* Granting credits: to whom, how many, and why. The reason stands in the audit trail. */
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Form, Input, InputNumber } from "antd";
import { useState } from "react";
import { answer, api, once } from "../api/client";
import { keys } from "../api/read-keys";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { FormDialog } from "./dialogs";
import { REASON_MAX, useRules } from "./fields";
import { useNotify } from "./notify";
import { placeFieldProblems, useProblemText } from "./problems";

interface Values {
  amount: number;
  reason: string;
}
/** To whom is part of what is sent: the page may have closed the dialog, and forgotten it, when the answer comes. */
interface Grant extends Values {
  email: string;
}
const AMOUNT_MAX = 1_000_000;

export function GrantDialog({ email, open, onClose }: { email: string; open: boolean; onClose: () => void }) {
  const { t, number } = useText();
  const rules = useRules();
  const queries = useQueryClient();
  const notify = useNotify();
  const problemText = useProblemText();
  const [form] = Form.useForm<Values>();
  const [refusal, setRefusal] = useState("");
  const grant = (body: Grant, key: string) => answer(api.POST("/api/billing/grant", { body, ...once(key) }));
  const submit = useSubmit(grant, {
    onDone: ({ creditsRemaining }, { email: granted }) => {
      void queries.invalidateQueries({ queryKey: keys.operator });
      onClose();
      notify.done(t("grant.done", { email: granted, n: number(creditsRemaining) }));
    },
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem, ["amount", "reason"])) setRefusal(problemText(problem));
    },
  });
  const send = (values: Values) => {
    setRefusal("");
    submit.send({ email, ...values });
  };
  return (
    <FormDialog
      open={open}
      title={t("grant.title")}
      ok={t("grant.submit")}
      pending={submit.isPending}
      onCancel={onClose}
    >
      {(formId) => (
        <Form id={formId} form={form} layout="vertical" onFinish={send} preserve={false} requiredMark={false}>
          <p>
            {t("grant.to")} <strong className="break">{email}</strong>
          </p>
          {refusal !== "" && <Alert type="error" showIcon title={refusal} className="form-alert" />}
          <Form.Item
            name="amount"
            label={t("grant.amount")}
            rules={[{ required: true, message: t("field.required") }]}
            validateTrigger="onSubmit"
          >
            <InputNumber
              autoFocus
              min={1}
              max={AMOUNT_MAX}
              precision={0}
              style={{ width: "100%" }}
              inputMode="numeric"
            />
          </Form.Item>
          <Form.Item
            name="reason"
            label={t("field.reason")}
            rules={[rules.required]}
            validateTrigger="onSubmit"
            extra={t("grant.reasonHelp")}
          >
            <Input maxLength={REASON_MAX} />
          </Form.Item>
        </Form>
      )}
    </FormDialog>
  );
}
