/* A session that ended while one was at work: the sign-in comes to the page, not the page to the sign-in, so nothing that
 * was typed is lost. The page behind is not shown meanwhile: whoever sits here now may be somebody else. */
import { useState } from "react";
import { answer, api } from "../api/client";
import { useSubmit } from "../api/submit";
import type { User } from "../api/types";
import { useText } from "../i18n/i18n";
import { sessionMark, useSessionActs } from "../session";
import { Alert } from "./alert";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { forgetDrafts } from "./draft";
import { PasswordField, useRules } from "./fields";
import { Form, placeFieldProblems, useForm } from "./form";
import { useProblemText } from "./problems";

export function SignInAgain({ user }: { user: User }) {
  const { t } = useText();
  const { signedInAgain } = useSessionActs();
  const rules = useRules();
  const problemText = useProblemText();
  const form = useForm({ password: "" }, { rules: { password: [rules.typed] } });
  const [refusal, setRefusal] = useState("");
  const submit = useSubmit(
    ({ password }: { password: string }) =>
      answer(api.POST("/auth/password/login", { body: { email: user.email, password } })),
    {
      repeat: false,
      onDone: ({ user: now }) => {
        if (now.id === user.id) signedInAgain(now);
        else window.location.assign("/");
      },
      onProblem: (problem) => {
        if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
      },
    },
  );
  const leave = () => {
    sessionMark.clear();
    forgetDrafts();
    window.location.assign("/login");
  };
  return (
    <Dialog open title={t("again.title")} closable={false} onClose={() => undefined}>
      <p>{t(user.by_panel ? "again.panel" : "again.text")}</p>
      {!user.by_panel && (
        <>
          <p className="break">
            <strong translate="no">{user.email}</strong>
          </p>
          {refusal !== "" && <Alert tone="stop" title={refusal} />}
          <Form
            form={form}
            onSubmit={(values) => {
              setRefusal("");
              submit.send(values);
            }}
          >
            <input type="text" autoComplete="username" defaultValue={user.email} hidden readOnly />
            <PasswordField form={form} name="password" label={t("field.password")} />
            <Button type="submit" look="primary" wide busy={submit.isPending}>
              {t("login.submit")}
            </Button>
          </Form>
        </>
      )}
      <Button look="quiet" onClick={leave}>
        {t("again.other")}
      </Button>
    </Dialog>
  );
}
