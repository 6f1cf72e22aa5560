/* Dialogs: Ant Design's Modal keeps the focus inside and gives it back to the button that opened it. */
import { Form, Input, Modal } from "antd";
import { type ReactNode, type SyntheticEvent, useId, useRef, useState } from "react";
import { answer, api } from "../api/client";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { PasswordField, REASON_MAX, useRules } from "./fields";
import { placeFieldProblems, useProblemText } from "./problems";

interface ConfirmProps {
  open: boolean;
  title: string;
  ok: string;
  danger?: boolean;
  pending: boolean;
  onOk: () => void;
  onCancel: () => void;
  children: ReactNode;
}

export function ConfirmDialog({ open, title, ok, danger = false, pending, onOk, onCancel, children }: ConfirmProps) {
  return (
    <Modal
      open={open}
      title={title}
      okText={ok}
      okButtonProps={{ danger }}
      confirmLoading={pending}
      onOk={onOk}
      onCancel={onCancel}
      destroyOnHidden
    >
      {children}
    </Modal>
  );
}

interface FormDialogProps {
  open: boolean;
  title: string;
  ok: string;
  danger?: boolean;
  pending: boolean;
  onCancel: () => void;
  /** Gets the form's id: the OK button submits it, so that Enter works in every field. */
  children: (formId: string) => ReactNode;
}

export function FormDialog({ open, title, ok, danger = false, pending, onCancel, children }: FormDialogProps) {
  const formId = useId();
  const box = useRef<HTMLDivElement>(null);
  // Without animations Ant Design gives the focus to the close button, after the field that wanted it.
  const focusFirst = (shown: boolean) => {
    if (!shown || box.current === null || box.current.contains(document.activeElement)) return;
    box.current.querySelector<HTMLElement>("input, textarea")?.focus();
  };
  // A dialog that is closing is still there for a moment: another Enter in it must not send its form again.
  const holdClosed = (event: SyntheticEvent) => {
    if (open) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <Modal
      open={open}
      title={title}
      okText={ok}
      okButtonProps={{ htmlType: "submit", form: formId, danger }}
      confirmLoading={pending}
      onCancel={onCancel}
      afterOpenChange={focusFirst}
      destroyOnHidden
    >
      <div ref={box} onSubmitCapture={holdClosed}>
        {children(formId)}
      </div>
    </Modal>
  );
}

interface ReauthProps {
  open: boolean;
  onDone: () => void;
  onCancel: () => void;
}

/** Some acts want a sign-in of the last minutes (403 sign_in_again): ask the password, then go on with the act. */
export function ReauthDialog({ open, onDone, onCancel }: ReauthProps) {
  const { t } = useText();
  const problemText = useProblemText();
  const [form] = Form.useForm<{ password: string }>();
  const submit = useSubmit((body: { password: string }) => answer(api.POST("/auth/reauthenticate", { body })), {
    repeat: false,
    onDone,
    onProblem: (problem) => {
      if (placeFieldProblems(form, problem, ["password"])) return;
      form.setFields([{ name: "password", errors: [problemText(problem)] }]);
    },
  });
  return (
    <FormDialog
      open={open}
      title={t("reauth.title")}
      ok={t("reauth.submit")}
      pending={submit.isPending}
      onCancel={onCancel}
    >
      {(formId) => (
        <Form
          id={formId}
          form={form}
          layout="vertical"
          onFinish={(body) => submit.send(body)}
          requiredMark={false}
          preserve={false}
        >
          <p className="muted">{t("reauth.text")}</p>
          <PasswordField name="password" label={t("field.password")} focus />
        </Form>
      )}
    </FormDialog>
  );
}

interface ReasonProps {
  open: boolean;
  title: string;
  text: string;
  ok: string;
  danger?: boolean;
  run: (reason: string, key: string) => Promise<unknown>;
  onDone: () => void;
  onCancel: () => void;
}

/** An operator's act on somebody else's account: never without a reason, which goes into the audit trail. */
export function ReasonDialog({ open, title, text, ok, danger = false, run, onDone, onCancel }: ReasonProps) {
  const { t } = useText();
  const rules = useRules();
  const problemText = useProblemText();
  const [form] = Form.useForm<{ reason: string }>();
  const [refusal, setRefusal] = useState("");
  const submit = useSubmit((reason: string, key) => run(reason, key), {
    onDone,
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem, ["reason"])) setRefusal(problemText(problem));
    },
  });
  return (
    <FormDialog open={open} title={title} ok={ok} danger={danger} pending={submit.isPending} onCancel={onCancel}>
      {(formId) => (
        <Form id={formId} form={form} layout="vertical" preserve={false} onFinish={({ reason }) => submit.send(reason)}>
          <p className="muted">{text}</p>
          {refusal !== "" && (
            <p className="bad" role="alert">
              {refusal}
            </p>
          )}
          <Form.Item name="reason" label={t("field.reason")} rules={[rules.required]} validateTrigger="onSubmit">
            <Input autoFocus maxLength={REASON_MAX} />
          </Form.Item>
        </Form>
      )}
    </FormDialog>
  );
}
