import { Alert, Button, Form } from "antd";
import { useEffect, useState } from "react";
import { Link, useLocation } from "react-router";
import { answer, api } from "../api/client";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { sessionMark, useSessionActs } from "../session";
import { CONFIRM_PATH, type ConfirmState } from "../ui/confirm";
import { Door } from "../ui/door";
import { EmailField, PasswordField } from "../ui/fields";
import { placeFieldProblems, useProblemText } from "../ui/problems";

interface Values {
  email: string;
  password: string;
}

export default function Login() {
  const { t } = useText();
  const location = useLocation();
  const { signedIn } = useSessionActs();
  const problemText = useProblemText();
  const [form] = Form.useForm<Values>();
  const [refusal, setRefusal] = useState("");
  const [refused, setRefused] = useState<string | null>(null);
  useEffect(() => sessionMark.clear(), []);
  const submit = useSubmit((body: Values) => answer(api.POST("/auth/password/login", { body })), {
    repeat: false,
    onDone: ({ user }) => signedIn(user),
    onProblem: (problem, { email }) => {
      setRefused(problem.code === "invalid_credentials" ? email : null);
      if (!placeFieldProblems(form, problem, ["email", "password"])) setRefusal(problemText(problem));
    },
  });
  const { said, ended = false } = (location.state as { said?: string; ended?: boolean } | null) ?? {};
  const send = (values: Values) => {
    setRefusal("");
    submit.send(values);
  };
  return (
    <Door title={t("login.title")} intro={t("login.intro")}>
      {said !== undefined && refusal === "" && <Alert type="success" showIcon title={said} role="status" />}
      {ended && refusal === "" && <Alert type="info" showIcon title={t("login.ended")} role="status" />}
      {refusal !== "" && <Alert type="error" showIcon title={refusal} />}
      {refused !== null && (
        <p className="muted">
          {t("login.unconfirmed")}{" "}
          <Link to={CONFIRM_PATH} state={{ email: refused } satisfies ConfirmState}>
            {t("login.sendAgain")}
          </Link>
        </p>
      )}
      <Form form={form} layout="vertical" onFinish={send} requiredMark={false}>
        <EmailField focus />
        <PasswordField name="password" label={t("field.password")} />
        <Button type="primary" htmlType="submit" block size="large" loading={submit.isPending}>
          {t("login.submit")}
        </Button>
      </Form>
      <div className="door-links">
        <Link to="/forgot">{t("login.forgot")}</Link>
        <Link to="/register">{t("login.register")}</Link>
      </div>
    </Door>
  );
}
