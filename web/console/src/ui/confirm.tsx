/* Between signing up and confirming the address: where to look, and another mail. What was sent to whom stands in the
 * state of the history's entry, which a reload keeps and the address bar does not show. */
import { Alert, Button, Form } from "antd";
import { useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import { answer, api } from "../api/client";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { Door } from "./door";
import { EmailField } from "./fields";
import { MailSent } from "./mail-sent";
import { placeFieldProblems, useProblemText } from "./problems";

export const CONFIRM_PATH = "/register?confirm=1";
export interface ConfirmState {
  email?: string;
  /** When the mail was asked for; not given: nothing was sent yet. */
  sentAt?: number;
}

const sendAgain = (email: string) => answer(api.POST("/auth/resend-verification", { body: { email } }));

export function ResendForm({ email, focus = false }: { email?: string | undefined; focus?: boolean }) {
  const { t } = useText();
  const navigate = useNavigate();
  const problemText = useProblemText();
  const [form] = Form.useForm<{ email: string }>();
  const [refusal, setRefusal] = useState("");
  const submit = useSubmit(sendAgain, {
    repeat: false,
    onDone: (_out, sent) =>
      navigate(CONFIRM_PATH, { state: { email: sent, sentAt: Date.now() } satisfies ConfirmState }),
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem, ["email"])) setRefusal(problemText(problem));
    },
  });
  return (
    <>
      {refusal !== "" && <Alert type="error" showIcon title={refusal} />}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ email }}
        onFinish={(values) => {
          setRefusal("");
          submit.send(values.email);
        }}
      >
        <EmailField focus={focus} />
        <Button type="primary" htmlType="submit" block size="large" loading={submit.isPending}>
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
      <ResendForm email={email} focus />
      {back}
    </Door>
  );
}
