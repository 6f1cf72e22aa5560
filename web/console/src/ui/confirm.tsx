/* Between signing up and confirming the address: where to look, and another mail. What was sent to whom stands in the
 * state of the history's entry, which a reload keeps and the address bar does not show. */
import { useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import { answer, api } from "../api/client";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { Alert } from "./alert";
import { Button } from "./button";
import { Door } from "./door";
import { EmailField, useRules } from "./fields";
import { Form, placeFieldProblems, useForm } from "./form";
import { MailSent } from "./mail-sent";
import { useProblemText } from "./problems";

export const CONFIRM_PATH = "/register?confirm=1";
export interface ConfirmState {
  email?: string;
  /** When the mail was asked for; not given: nothing was sent yet. */
  sentAt?: number;
}

const sendAgain = (email: string) => answer(api.POST("/auth/resend-verification", { body: { email } }));

export function ResendForm({ email }: { email?: string | undefined }) {
  const { t } = useText();
  const navigate = useNavigate();
  const rules = useRules();
  const problemText = useProblemText();
  const form = useForm({ email: email ?? "" }, { rules: { email: [rules.required, rules.email] } });
  const [refusal, setRefusal] = useState("");
  const submit = useSubmit(sendAgain, {
    repeat: false,
    onDone: (_out, sent) =>
      navigate(CONFIRM_PATH, { state: { email: sent, sentAt: Date.now() } satisfies ConfirmState }),
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
    },
  });
  return (
    <>
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <Form
        form={form}
        onSubmit={(values) => {
          setRefusal("");
          submit.send(values.email);
        }}
      >
        <EmailField form={form} />
        <Button type="submit" look="primary" wide busy={submit.isPending}>
          {t("confirm.submit")}
        </Button>
      </Form>
    </>
  );
}

export function ConfirmDoor() {
  const { t } = useText();
  const { email, sentAt } = (useLocation().state as ConfirmState | null) ?? {};
  const back = (
    <div className="door-links">
      <Link to="/login">{t("door.toLogin")}</Link>
      <Link to="/register">{t("login.register")}</Link>
    </div>
  );
  if (email !== undefined && sentAt !== undefined) {
    return (
      <Door title={t("register.sentTitle")}>
        <MailSent email={email} message={t("confirm.sent")} sentAt={sentAt} again={sendAgain} />
        {back}
      </Door>
    );
  }
  return (
    <Door title={t("confirm.title")} intro={t("confirm.intro")}>
      <ResendForm email={email} />
      {back}
    </Door>
  );
}
