import { useState } from "react";
import { Link } from "react-router";
import { answer, api } from "../api/client";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { Door } from "../ui/door";
import { EmailField, useRules } from "../ui/fields";
import { Form, placeFieldProblems, useForm } from "../ui/form";
import { MailSent } from "../ui/mail-sent";
import { useProblemText } from "../ui/problems";

type Values = { email: string };

export default function Forgot() {
  const { t } = useText();
  const rules = useRules();
  const problemText = useProblemText();
  const form = useForm<Values>({ email: "" }, { rules: { email: [rules.required, rules.email] } });
  const [refusal, setRefusal] = useState("");
  const [sent, setSent] = useState<{ email: string; message: string } | null>(null);
  const ask = (body: Values) => answer(api.POST("/auth/password/forgot", { body }));
  const submit = useSubmit(ask, {
    repeat: false,
    onDone: ({ message }, { email }) => setSent({ email, message }),
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
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
  return (
    <Door title={t("forgot.title")} intro={t("forgot.intro")}>
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <Form
        form={form}
        onSubmit={(values) => {
          setRefusal("");
          submit.send(values);
        }}
      >
        <EmailField form={form} />
        <Button type="submit" look="primary" wide busy={submit.isPending}>
          {t("forgot.submit")}
        </Button>
      </Form>
      {back}
    </Door>
  );
}
