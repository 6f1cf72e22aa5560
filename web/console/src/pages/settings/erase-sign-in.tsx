/* Somebody takes their own sign-in out: told what goes and what stays, asked for the password, and then nobody here. */
import { useState } from "react";
import { answer, api } from "../../api/client";
import { useSubmit } from "../../api/submit";
import { useText } from "../../i18n/i18n";
import { sessionMark } from "../../session";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { FormDialog } from "../../ui/dialogs";
import { forgetDrafts } from "../../ui/draft";
import { PasswordField, useRules } from "../../ui/fields";
import { placeFieldProblems, useForm } from "../../ui/form";
import { useProblemText } from "../../ui/problems";

function Ask({ onClose }: { onClose: () => void }) {
  const { t } = useText();
  const rules = useRules();
  const problemText = useProblemText();
  const [refusal, setRefusal] = useState("");
  const form = useForm({ password: "" }, { rules: { password: [rules.typed] } });
  const submit = useSubmit((body: { password: string }) => answer(api.POST("/auth/erase", { body })), {
    repeat: false,
    // A real load of the page: whatever was read for this person is gone from memory with it.
    onDone: () => {
      forgetDrafts();
      window.location.assign("/login");
    },
    onProblem: (problem) => {
      sessionMark.set();
      if (problem.code === "wrong_password") form.refuse({ password: problemText(problem) });
      else if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
    },
  });
  return (
    <FormDialog
      open
      danger
      title={t("erase.title")}
      ok={t("erase.ok")}
      pending={submit.isPending}
      form={form}
      onSubmit={(values) => {
        setRefusal("");
        sessionMark.clear(); // before the request: the event that ends the session here may come before its answer
        submit.send(values);
      }}
      onCancel={onClose}
    >
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <p>{t("erase.text")}</p>
      <PasswordField form={form} name="password" label={t("field.password")} />
    </FormDialog>
  );
}

export default function EraseSignIn() {
  const { t } = useText();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <h2 className="section-title">{t("erase.title")}</h2>
      <p className="muted small">{t("erase.intro")}</p>
      <div>
        <Button look="danger" small onClick={() => setAsking(true)}>
          {t("erase.title")}
        </Button>
      </div>
      {asking && <Ask onClose={() => setAsking(false)} />}
    </>
  );
}
