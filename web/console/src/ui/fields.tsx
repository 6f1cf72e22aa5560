/* Form fields that several forms share, with the rules that can be told before asking the server. The server decides;
 * these only spare a round trip. */
import { Form, Input } from "antd";
import type { Rule } from "antd/es/form";
import { useText } from "../i18n/i18n";

export const PASSWORD_MIN = 8;
export const REASON_MAX = 200;
export const SHOP_NAME_MAX = 80;

export function useRules() {
  const { t } = useText();
  return {
    required: { required: true, whitespace: true, message: t("field.required") } satisfies Rule,
    // Whether an address can be sent to is the server's to say: it knows international hosts, a pattern here does not.
    email: { pattern: /^\s*[^\s@]+@[^\s@]+\s*$/, message: t("field.email") } satisfies Rule,
    password: { min: PASSWORD_MIN, message: t("field.passwordShort", { n: PASSWORD_MIN }) } satisfies Rule,
  };
}

export function EmailField({ focus = false }: { focus?: boolean }) {
  const { t } = useText();
  const rules = useRules();
  return (
    <Form.Item
      name="email"
      label={t("field.emailLabel")}
      rules={[rules.required, rules.email]}
      validateTrigger="onSubmit"
    >
      <Input type="email" inputMode="email" autoComplete="username" autoFocus={focus} maxLength={254} />
    </Form.Item>
  );
}

interface PasswordProps {
  name: string;
  label: string;
  fresh?: boolean;
  focus?: boolean;
}

/** `fresh`: a new password is chosen; otherwise an existing one is asked for. */
export function PasswordField({ name, label, fresh = false, focus = false }: PasswordProps) {
  const { t } = useText();
  const rules = useRules();
  const required: Rule = { required: true, message: t("field.required") };
  return (
    <Form.Item
      name={name}
      label={label}
      rules={fresh ? [required, rules.password] : [required]}
      validateTrigger="onSubmit"
      extra={fresh ? t("field.passwordHint") : undefined}
    >
      <Input.Password autoComplete={fresh ? "new-password" : "current-password"} autoFocus={focus} />
    </Form.Item>
  );
}
