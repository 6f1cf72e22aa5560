/* The link of the confirmation mail. Opening it changes nothing (mail scanners open links too); the button does. In
 * another browser than the one that registered, the password chosen there is asked as well. */
import { Alert, Button, Form } from "antd";
import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { answer, api } from "../api/client";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { useSessionActs } from "../session";
import { ResendForm } from "../ui/confirm";
import { Door } from "../ui/door";
import { PasswordField } from "../ui/fields";
import { useNotify } from "../ui/notify";
import { placeFieldProblems, useProblemText } from "../ui/problems";

interface Values {
  password?: string;
}

export default function VerifyEmail() {
  const { t } = useText();
  const [query] = useSearchParams();
  const token = query.get("token") ?? "";
  const navigate = useNavigate();
  const { signedIn } = useSessionActs();
  const notify = useNotify();
  const problemText = useProblemText();
  const [form] = Form.useForm<Values>();
  const [askPassword, setAskPassword] = useState(false);
  const [refusal, setRefusal] = useState("");
  const [dead, setDead] = useState(token === "");
  const verify = (values: Values) => answer(api.POST("/auth/verify-email", { body: { token, ...values } }));
  const submit = useSubmit(verify, {
    repeat: false,
    onDone: async ({ user }) => {
      signedIn(user);
      notify.done(t("verify.done"));
      await navigate("/", { replace: true });
    },
    onProblem: (problem, values) => {
      const first = problem.code === "password_needed" && values.password === undefined;
      if (problem.code === "password_needed") setAskPassword(true);
      if (first || placeFieldProblems(form, problem, ["password"])) return;
      if (problem.code === "invalid_token") setDead(true);
      setRefusal(problemText(problem));
    },
  });
  const send = (values: Values) => {
    setRefusal("");
    submit.send(values);
  };
  const links = (
    <div className="door-links">
      <Link to="/login">{t("door.toLogin")}</Link>
      <Link to="/register">{t("login.register")}</Link>
    </div>
  );
  if (dead) {
    return (
      <Door title={t("verify.title")}>
        <Alert type="error" showIcon title={token === "" ? t("link.broken") : t("verify.dead")} />
        <ResendForm />
        {links}
      </Door>
    );
  }
  return (
    <Door title={t("verify.title")} intro={askPassword ? t("verify.passwordIntro") : t("verify.intro")}>
      {refusal !== "" && <Alert type="error" showIcon title={refusal} />}
      <Form form={form} layout="vertical" onFinish={send} requiredMark={false}>
        {askPassword && <PasswordField name="password" label={t("field.password")} focus />}
        <Button type="primary" htmlType="submit" block size="large" loading={submit.isPending}>
          {t("verify.submit")}
        </Button>
      </Form>
      {links}
    </Door>
  );
}
