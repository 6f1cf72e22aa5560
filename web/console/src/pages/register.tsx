/* Creating an account. The server answers alike for known and unknown addresses, and nothing exists until the address
 * is confirmed; so what follows is always "look into your mail". */
import { Alert, Button, Form, Input } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { answer, api } from "../api/client";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { Door } from "../ui/door";
import { EmailField, PasswordField } from "../ui/fields";
import { MailSent } from "../ui/mail-sent";
import { placeFieldProblems, useProblemText } from "../ui/problems";

interface Values {
  email: string;
  password: string;
  name?: string;
}
const FIELDS = ["email", "password", "name"];
const NAME_MAX = 80;

export default function Register() {
  const { t } = useText();
  const problemText = useProblemText();
  const [form] = Form.useForm<Values>();
  const [refusal, setRefusal] = useState("");
  const [sent, setSent] = useState<{ email: string; message: string } | null>(null);
  const register = (values: Values) => {
    const { name, ...needed } = values;
    const body = name === undefined || name.trim() === "" ? needed : { ...needed, name };
    return answer(api.POST("/auth/password/register", { body }));
  };
  const submit = useSubmit(register, {
    repeat: false,
    onDone: ({ message }, { email }) => setSent({ email, message }),
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem, FIELDS)) setRefusal(problemText(problem));
    },
  });
  if (sent !== null) {
    const again = (email: string) => answer(api.POST("/auth/resend-verification", { body: { email } }));
    return (
      <Door title={t("register.sentTitle")}>
        <MailSent email={sent.email} message={sent.message} again={again} />
        <div className="door-links">
          <Link to="/login">{t("door.toLogin")}</Link>
        </div>
      </Door>
    );
  }
  const send = (values: Values) => {
    setRefusal("");
    submit.send(values);
  };
  return (
    <Door title={t("register.title")} intro={t("register.intro")}>
      {refusal !== "" && <Alert type="error" showIcon title={refusal} />}
      <Form form={form} layout="vertical" onFinish={send}>
        <Form.Item name="name" label={t("field.name")}>
          <Input autoComplete="name" autoFocus maxLength={NAME_MAX} />
        </Form.Item>
        <EmailField />
        <PasswordField name="password" label={t("field.password")} fresh />
        <Button type="primary" htmlType="submit" block size="large" loading={submit.isPending}>
          {t("register.submit")}
        </Button>
      </Form>
      <div className="door-links">
        <p>
          {t("register.have")} <Link to="/login">{t("login.submit")}</Link>
        </p>
      </div>
    </Door>
  );
}
