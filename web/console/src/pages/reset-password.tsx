/* The link of the reset mail: token and new password go in one request. Afterwards all sessions have ended, and one
 * signs in normally. */
import { Alert, Button, Form } from "antd";
import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { answer, api } from "../api/client";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { useSessionActs } from "../session";
import { Door } from "../ui/door";
import { PasswordField } from "../ui/fields";
import { placeFieldProblems, useProblemText } from "../ui/problems";

interface Values {
  password: string;
}

export default function ResetPassword() {
  const { t } = useText();
  const [query] = useSearchParams();
  const token = query.get("token") ?? "";
  const navigate = useNavigate();
  const { signedOut } = useSessionActs();
  const problemText = useProblemText();
  const [form] = Form.useForm<Values>();
  const [refusal, setRefusal] = useState("");
  const reset = ({ password }: Values) => answer(api.POST("/auth/password/reset", { body: { token, password } }));
  const submit = useSubmit(reset, {
    repeat: false,
    onDone: async ({ message }) => {
      signedOut();
      await navigate("/login", { replace: true, state: { said: message } });
    },
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem, ["password"])) setRefusal(problemText(problem));
    },
  });
  const send = (values: Values) => {
    setRefusal("");
    submit.send(values);
  };
  return (
    <Door title={t("reset.title")} intro={t("reset.intro")}>
      {token === "" && <Alert type="error" showIcon title={t("link.broken")} />}
      {refusal !== "" && <Alert type="error" showIcon title={refusal} />}
      {token !== "" && (
        <Form form={form} layout="vertical" onFinish={send} requiredMark={false}>
          <PasswordField name="password" label={t("field.newPassword")} fresh focus />
          <Button type="primary" htmlType="submit" block size="large" loading={submit.isPending}>
            {t("reset.submit")}
          </Button>
        </Form>
      )}
      <div className="door-links">
        <Link to="/login">{t("door.toLogin")}</Link>
        <Link to="/forgot">{t("reset.again")}</Link>
      </div>
    </Door>
  );
}
