/* The link of the confirmation mail. Opening it changes nothing (mail scanners open links too); the button does. In
 * another browser than the one that registered, the password chosen there is asked as well. */
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { answer, api } from "../api/client";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { forgetLinkToken, useLinkToken } from "../link-token";
import { useSessionActs } from "../session";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { ResendForm } from "../ui/confirm";
import { Door } from "../ui/door";
import { PasswordField, useRules } from "../ui/fields";
import { Form, placeFieldProblems, useForm } from "../ui/form";
import { useNotify } from "../ui/notify";
import { useProblemText } from "../ui/problems";

type Values = { password?: string };

export default function VerifyEmail() {
  const { t } = useText();
  const token = useLinkToken();
  const navigate = useNavigate();
  const { signedIn } = useSessionActs();
  const notify = useNotify();
  const rules = useRules();
  const problemText = useProblemText();
  const [askPassword, setAskPassword] = useState(false);
  const form = useForm({ password: "" }, { rules: askPassword ? { password: [rules.typed] } : {} });
  const [refusal, setRefusal] = useState("");
  const [dead, setDead] = useState(token === "");
  const verify = (values: Values) => answer(api.POST("/auth/verify-email", { body: { token, ...values } }));
  const submit = useSubmit(verify, {
    repeat: false,
    onDone: async ({ user }) => {
      forgetLinkToken();
      signedIn(user);
      notify.done(t("verify.done"));
      await navigate("/", { replace: true });
    },
    onProblem: (problem, values) => {
      const first = problem.code === "password_needed" && values.password === undefined;
      if (problem.code === "password_needed") setAskPassword(true);
      if (first || placeFieldProblems(form, problem)) return;
      if (problem.code === "invalid_token") {
        forgetLinkToken();
        setDead(true);
      }
      setRefusal(problemText(problem));
    },
  });
  const links = (
    <div className="door-links">
      <Link to="/login">{t("door.toLogin")}</Link>
      <Link to="/register">{t("login.register")}</Link>
    </div>
  );
  if (dead) {
    return (
      <Door title={t("verify.title")}>
        <Alert tone="stop" title={token === "" ? t("link.broken") : t("verify.dead")} />
        <ResendForm />
        {links}
      </Door>
    );
  }
  return (
    <Door title={t("verify.title")} intro={askPassword ? t("verify.passwordIntro") : t("verify.intro")}>
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <Form
        form={form}
        onSubmit={({ password }) => {
          setRefusal("");
          submit.send(askPassword ? { password } : {});
        }}
      >
        {askPassword && <PasswordField form={form} name="password" label={t("field.password")} />}
        <Button type="submit" look="primary" wide busy={submit.isPending}>
          {t("verify.submit")}
        </Button>
      </Form>
      {links}
    </Door>
  );
}
