/* Creating an account. The server answers alike for known and unknown addresses, and nothing exists until the address
 * is confirmed; so what follows is always "look into your mail". */
import { Alert, Button, Form, Input } from "antd";
import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { answer, api } from "../api/client";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { CONFIRM_PATH, ConfirmDoor, type ConfirmState } from "../ui/confirm";
import { Door } from "../ui/door";
import { EmailField, PasswordField } from "../ui/fields";
import { placeFieldProblems, useProblemText } from "../ui/problems";

interface Values {
  email: string;
  password: string;
  name?: string;
}
const FIELDS = ["email", "password", "name"];
const NAME_MAX = 80;

function RegisterForm() {
  const { t } = useText();
  const problemText = useProblemText();
  const [form] = Form.useForm<Values>();
  const [refusal, setRefusal] = useState("");
  const navigate = useNavigate();
  const register = (values: Values) => {
    const { name, ...needed } = values;
    const body = name === undefined || name.trim() === "" ? needed : { ...needed, name };
    return answer(api.POST("/auth/password/register", { body }));
  };
  const submit = useSubmit(register, {
    repeat: false,
    onDone: (_out, { email }) =>
      navigate(CONFIRM_PATH, { state: { email, sentAt: Date.now() } satisfies ConfirmState }),
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem, FIELDS)) setRefusal(problemText(problem));
    },
  });
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

export default function Register() {
  const [query] = useSearchParams();
  return query.has("confirm") ? <ConfirmDoor /> : <RegisterForm />;
}
