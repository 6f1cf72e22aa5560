/* The link of the reset mail: token and new password go in one request. Afterwards all sessions have ended, and one
 * signs in normally. */
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { answer, api } from "../api/client";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { forgetLinkToken, useLinkToken } from "../link-token";
import { sessionMark, useSessionActs } from "../session";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { Door } from "../ui/door";
import { PasswordField, useRules } from "../ui/fields";
import { Form, placeFieldProblems, useForm } from "../ui/form";
import { useProblemText } from "../ui/problems";

type Values = { password: string };

export default function ResetPassword() {
  const { t } = useText();
  const token = useLinkToken();
  const navigate = useNavigate();
  const { signedOut } = useSessionActs();
  const rules = useRules();
  const problemText = useProblemText();
  const form = useForm<Values>({ password: "" }, { rules: { password: [rules.typed, rules.password] } });
  const [refusal, setRefusal] = useState("");
  const reset = ({ password }: Values) => answer(api.POST("/auth/password/reset", { body: { token, password } }));
  const submit = useSubmit(reset, {
    repeat: false,
    onDone: async ({ message }) => {
      forgetLinkToken();
      sessionMark.clear();
      signedOut();
      await navigate("/login", { replace: true, state: { said: message } });
    },
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
    },
  });
  return (
    <Door title={t("reset.title")} intro={t("reset.intro")}>
      {token === "" && <Alert tone="stop" title={t("link.broken")} />}
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      {token !== "" && (
        <Form
          form={form}
          onSubmit={(values) => {
            setRefusal("");
            submit.send(values);
          }}
        >
          <PasswordField form={form} name="password" label={t("field.newPassword")} fresh />
          <Button type="submit" look="primary" wide busy={submit.isPending}>
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
