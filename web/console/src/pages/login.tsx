import { useEffect, useState } from "react";
import { Link, useLocation } from "react-router";
import { answer, api } from "../api/client";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { sessionMark, useSessionActs } from "../session";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { CONFIRM_PATH, type ConfirmState } from "../ui/confirm";
import { Door } from "../ui/door";
import { EmailField, PasswordField, useRules } from "../ui/fields";
import { Form, placeFieldProblems, useForm } from "../ui/form";
import { useProblemText } from "../ui/problems";

type Values = { email: string; password: string };

export default function Login() {
  const { t } = useText();
  const location = useLocation();
  const { signedIn } = useSessionActs();
  const rules = useRules();
  const problemText = useProblemText();
  const form = useForm<Values>(
    { email: "", password: "" },
    { rules: { email: [rules.required, rules.email], password: [rules.typed] } },
  );
  const [refusal, setRefusal] = useState("");
  const [refused, setRefused] = useState<string | null>(null);
  useEffect(() => sessionMark.clear(), []);
  const submit = useSubmit((body: Values) => answer(api.POST("/auth/password/login", { body })), {
    repeat: false,
    onDone: ({ user }) => signedIn(user),
    onProblem: (problem, { email }) => {
      setRefused(problem.code === "invalid_credentials" ? email : null);
      if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
    },
  });
  const { said, ended = false } = (location.state as { said?: string; ended?: boolean } | null) ?? {};
  return (
    <Door title={t("login.title")} intro={t("login.intro")}>
      {said !== undefined && refusal === "" && <Alert tone="good" title={said} />}
      {ended && refusal === "" && <Alert tone="info" title={t("login.ended")} />}
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      {refused !== null && (
        <p className="muted">
          {t("login.unconfirmed")}{" "}
          <Link to={CONFIRM_PATH} state={{ email: refused } satisfies ConfirmState}>
            {t("login.sendAgain")}
          </Link>
        </p>
      )}
      <Form
        form={form}
        onSubmit={(values) => {
          setRefusal("");
          submit.send(values);
        }}
      >
        <EmailField form={form} />
        <PasswordField form={form} name="password" label={t("field.password")} />
        <Button type="submit" look="primary" wide busy={submit.isPending}>
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
