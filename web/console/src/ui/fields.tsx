/* Fields that several forms share, with the rules that can be told before asking the server. */
import { useText } from "../i18n/i18n";
import { dayOf } from "./days";
import { type FormState, type Rule, SecretField, TextField } from "./form";

export const PASSWORD_MIN = 8;
export const REASON_MIN = 2;
export const REASON_MAX = 200;
export const SHOP_NAME_MAX = 80;

/** Addresses are judged by the server alone (international domains have several right spellings); this only sees what
 * is no address at all. */
const LIKE_EMAIL = /^[^\s@]+@[^\s@]+$/;

export function useRules(): Record<"required" | "typed" | "email" | "password" | "reason" | "notPast", Rule> {
  const { t } = useText();
  return {
    required: (value) => (value.trim() === "" ? t("field.required") : null),
    /** Spaces count: a password may be made of them. */
    typed: (value) => (value === "" ? t("field.required") : null),
    /** Why something is done, for the trail. */
    reason: (value) =>
      Array.from(value.trim()).length < REASON_MIN ? t("field.reasonShort", { n: REASON_MIN }) : null,
    /** Of a day of the reader; none is none. */
    notPast: (value) => (value !== "" && value < dayOf(new Date()) ? t("field.dayPast") : null),
    email: (value) => (LIKE_EMAIL.test(value.trim()) ? null : t("field.email")),
    password: (value) =>
      Array.from(value).length < PASSWORD_MIN ? t("field.passwordShort", { n: PASSWORD_MIN }) : null,
  };
}

export function EmailField<V extends { email: string }>({ form }: { form: FormState<V> }) {
  const { t } = useText();
  // Not type=email: a browser would rewrite an international domain before anybody sees it.
  return (
    <TextField
      form={form}
      name="email"
      label={t("field.emailLabel")}
      inputMode="email"
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
      maxLength={254}
    />
  );
}

interface PasswordProps<V> {
  form: FormState<V>;
  name: keyof V & string;
  label: string;
  fresh?: boolean;
}

/** `fresh`: a new password is chosen; otherwise an existing one is asked for. */
export function PasswordField<V>({ form, name, label, fresh = false }: PasswordProps<V>) {
  const { t } = useText();
  return (
    <SecretField
      form={form}
      name={name}
      label={label}
      autoComplete={fresh ? "new-password" : "current-password"}
      {...(fresh && { help: t("field.passwordHint") })}
    />
  );
}
