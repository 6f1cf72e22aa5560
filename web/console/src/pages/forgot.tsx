import { Alert, Button, Form } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { answer, api } from "../api/client";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { Door } from "../ui/door";
import { EmailField } from "../ui/fields";
import { MailSent } from "../ui/mail-sent";
import { placeFieldProblems, useProblemText } from "../ui/problems";

interface Values {
  email: string;
}

export default function Forgot() {
  const { t } = useText();
  const problemText = useProblemText();
  const [form] = Form.useForm<Values>();
  const [refusal, setRefusal] = useState("");
  const [sent, setSent] = useState<{ email: string; message: string } | null>(null);
  const ask = (body: Values) => answer(api.POST("/auth/password/forgot", { body }));
  const submit = useSubmit(ask, {
    repeat: false,
    onDone: ({ message }, { email }) => setSent({ email, message }),
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem, ["email"])) setRefusal(problemText(problem));
    },
  });
  const back = (
    <div className="door-links">
      <Link to="/login">{t("door.toLogin")}</Link>
    </div>
  );
  if (sent !== null) {
    return (
      <Door title={t("forgot.sentTitle")}>
        <MailSent email={sent.email} message={sent.message} again={(email) => ask({ email })} />
        {back}
      </Door>
    );
  }
  const send = (values: Values) => {
    setRefusal("");
    submit.send(values);
  };
  return (
    <Door title={t("forgot.title")} intro={t("forgot.intro")}>
      {refusal !== "" && <Alert type="error" showIcon title={refusal} />}
      <Form form={form} layout="vertical" onFinish={send} requiredMark={false}>
        <EmailField focus />
        <Button type="primary" htmlType="submit" block size="large" loading={submit.isPending}>
          {t("forgot.submit")}
        </Button>
      </Form>
      {back}
    </Door>
  );
}
