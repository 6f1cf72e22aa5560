/* Dialogs with a form: of a password asked again, of a reason. */
import { type ReactNode, useId, useState } from "react";
import { answer, api } from "../api/client";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { Alert } from "./alert";
import { Button } from "./button";
import { Dialog, focusFirstField } from "./dialog";
import { PasswordField, REASON_MAX, useRules } from "./fields";
import { Form, type FormState, placeFieldProblems, TextField, useForm } from "./form";
import { AskBeforeLeaving } from "./leaving";
import { useProblemText } from "./problems";

interface FormDialogProps<V> {
  open: boolean;
  title: string;
  ok: string;
  danger?: boolean;
  /** Nothing would change by it, so it cannot be sent. */
  idle?: boolean;
  pending: boolean;
  form: FormState<V>;
  onSubmit: (values: V) => void;
  onCancel: () => void;
  children: ReactNode;
}

export function FormDialog<V>({
  open,
  title,
  ok,
  danger = false,
  idle = false,
  pending,
  form,
  onSubmit,
  onCancel,
  children,
}: FormDialogProps<V>) {
  const { t } = useText();
  const formId = useId();
  const anew = () => {
    form.reset();
    // The pressed button goes with what it says, and all around the dialog is inert.
    requestAnimationFrame(() => focusFirstField(document.getElementById(formId)));
  };
  return (
    <Dialog
      open={open}
      title={title}
      onClose={onCancel}
      holds={form.changed}
      footer={
        <>
          <Button onClick={onCancel}>{t("dialog.cancel")}</Button>
          <Button type="submit" form={formId} look={danger ? "danger" : "primary"} disabled={idle} busy={pending}>
            {ok}
          </Button>
        </>
      }
    >
      <Form
        id={formId}
        form={form}
        onSubmit={(values) => {
          if (!pending) onSubmit(values);
        }}
      >
        {form.kept && (
          <p className="line small muted">
            {t("draft.kept")}
            <Button small look="quiet" onClick={anew}>
              {t("draft.anew")}
            </Button>
          </p>
        )}
        {children}
      </Form>
      {/* Once it is sent, what follows may lead to another page. */}
      <AskBeforeLeaving when={form.changed && !pending} />
    </Dialog>
  );
}

interface ReauthProps {
  open: boolean;
  onDone: () => void;
  onCancel: () => void;
}

/** Some acts want a sign-in of the last minutes (403 sign_in_again): ask the password, then go on with the act. */
export function ReauthDialog({ open, onDone, onCancel }: ReauthProps) {
  return open ? <Reauth onDone={onDone} onCancel={onCancel} /> : null;
}

function Reauth({ onDone, onCancel }: Omit<ReauthProps, "open">) {
  const { t } = useText();
  const rules = useRules();
  const problemText = useProblemText();
  const form = useForm({ password: "" }, { rules: { password: [rules.typed] } });
  const submit = useSubmit((body: { password: string }) => answer(api.POST("/auth/reauthenticate", { body })), {
    repeat: false,
    onDone,
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem)) form.refuse({ password: problemText(problem) });
    },
  });
  return (
    <FormDialog
      open
      title={t("reauth.title")}
      ok={t("reauth.submit")}
      pending={submit.isPending}
      form={form}
      onSubmit={submit.send}
      onCancel={onCancel}
    >
      <p className="muted">{t("reauth.text")}</p>
      <PasswordField form={form} name="password" label={t("field.password")} />
    </FormDialog>
  );
}

interface ReasonProps {
  title: string;
  text: string;
  ok: string;
  danger?: boolean;
  run: (reason: string, key: string) => Promise<unknown>;
  onDone: () => void;
  onCancel: () => void;
}

/** An operator's act on somebody else's account: never without a reason, which goes into the audit trail. */
export function ReasonDialog({ open, ...rest }: ReasonProps & { open: boolean }) {
  return open ? <Reason {...rest} /> : null;
}

function Reason({ title, text, ok, danger = false, run, onDone, onCancel }: ReasonProps) {
  const { t } = useText();
  const rules = useRules();
  const problemText = useProblemText();
  const form = useForm({ reason: "" }, { rules: { reason: [rules.reason] } });
  const [refusal, setRefusal] = useState("");
  const submit = useSubmit((reason: string, key) => run(reason, key), {
    onDone,
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
    },
  });
  return (
    <FormDialog
      open
      title={title}
      ok={ok}
      danger={danger}
      pending={submit.isPending}
      form={form}
      onSubmit={({ reason }) => {
        setRefusal("");
        submit.send(reason);
      }}
      onCancel={onCancel}
    >
      <p className="muted">{text}</p>
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <TextField
        form={form}
        name="reason"
        label={t("field.reason")}
        help={t("field.reasonHelp")}
        maxLength={REASON_MAX}
      />
    </FormDialog>
  );
}
