/* Forms. The server judges; the rules here only spare a round trip. An error leaves when its field is typed in; the first
 * wrong field gets the focus; the browser's own bubbles never come (they speak the browser's language, not the page's).
 * What was typed is kept: a form with a draft name stores it in this tab until it is sent, and leaving a changed form
 * asks (ui/leaving.tsx). Passwords are never stored. */
import { type InputHTMLAttributes, type ReactNode, type SyntheticEvent, useId, useState } from "react";
import type { FieldProblem, Problem } from "../api/problem";
import { useText } from "../i18n/i18n";
import { Button } from "./button";
import { forgetDraft, keepDraft, keepTyped, readDraft } from "./draft";

export type Rule = (value: string) => string | null;
type Names<V> = keyof V & string;
type Errors<V> = Partial<Record<keyof V, string | undefined>>;

interface Options<V> {
  rules?: Partial<Record<keyof V, readonly Rule[]>>;
  /** The name under which unsent typing is kept. */
  draft?: string | undefined;
  /** All fields are kept, also those that nobody typed into: the form knows by a revision that the row became another. */
  keepsAll?: boolean;
}

export interface FormState<V> {
  id: string;
  values: V;
  errors: Errors<V>;
  changed: boolean;
  /** It began with what was typed, and not sent, an earlier time. */
  kept: boolean;
  set: (name: Names<V>, value: string) => void;
  /** All values at once, as if they had been typed. */
  change: (values: V) => void;
  refuse: (errors: Errors<V>) => void;
  check: () => boolean;
  /** Begin anew, with these values or the first ones; the draft is forgotten. */
  reset: (values?: V) => void;
}

function firstError<V extends Record<string, string>>(values: V, rules: Options<V>["rules"]): Errors<V> {
  const errors: Errors<V> = {};
  for (const name of Object.keys(values) as Names<V>[]) {
    for (const rule of rules?.[name] ?? []) {
      const error = rule(values[name] ?? "");
      if (error === null) continue;
      errors[name] = error;
      break;
    }
  }
  return errors;
}

export const fieldId = (form: string, name: string) => `${form}-${name}`;

/** After the errors are on the screen. */
function focusFirst<V>(form: string, values: V, errors: Errors<V>): void {
  const name = Object.keys(values as object).find((one) => errors[one as keyof V] !== undefined);
  if (name !== undefined) requestAnimationFrame(() => document.getElementById(fieldId(form, name))?.focus());
}

const differ = <V extends Record<string, string>>(values: V, from: V) =>
  Object.keys(from).some((name) => values[name] !== from[name]);

export function useForm<V extends Record<string, string>>(
  initial: V,
  { rules = {}, draft, keepsAll = false }: Options<V> = {},
): FormState<V> {
  const id = useId();
  const [first, setFirst] = useState(initial);
  const [values, setValues] = useState<V>(() => ({ ...initial, ...readDraft<V>(draft, Object.keys(initial)) }));
  const [errors, setErrors] = useState<Errors<V>>({});
  const [kept, setKept] = useState(() => draft !== undefined && differ(values, initial));
  const changed = differ(values, first);
  const keep = (typed: V) => {
    if (draft === undefined) return;
    if (keepsAll) keepDraft(draft, typed);
    else keepTyped(draft, typed, first);
  };
  return {
    id,
    values,
    errors,
    changed,
    kept,
    set: (name, value) => {
      setValues((before) => ({ ...before, [name]: value }));
      keep({ ...values, [name]: value });
      setErrors((before) => ({ ...before, [name]: undefined }));
    },
    change: (to) => {
      setValues(to);
      keep(to);
      setErrors({});
    },
    refuse: (found) => {
      setErrors(found);
      focusFirst(id, values, found);
    },
    check: () => {
      const found = firstError(values, rules);
      setErrors(found);
      focusFirst(id, values, found);
      return Object.keys(found).length === 0;
    },
    reset: (to) => {
      const next = to ?? first;
      setFirst(next);
      setValues(next);
      setErrors({});
      setKept(false);
      forgetDraft(draft);
    },
  };
}

/** Puts the server's field errors at their fields. True when at least one found its place; else show the sentence.
 * `formats`: what to say of a field that is not written rightly, where the server's sentence for all fields says too
 * little. */
export function placeFieldProblems<V>(
  form: Pick<FormState<V>, "values" | "refuse">,
  problem: Pick<Problem, "fields">,
  formats: Readonly<Record<string, string>> = {},
): boolean {
  const isOurs = ({ field }: FieldProblem) => Object.hasOwn(form.values as object, field);
  const placed = problem.fields.filter(isOurs);
  const errors: Record<string, string> = {};
  for (const { field, code, message } of placed)
    errors[field] ??= code === "format" ? (formats[field] ?? message) : message;
  if (placed.length > 0) form.refuse(errors as Errors<V>);
  return placed.length > 0;
}

interface FormProps<V> {
  form: FormState<V>;
  onSubmit: (values: V) => void;
  children: ReactNode;
  /** Its buttons may stand outside: they name this. */
  id?: string;
  label?: string;
}

export function Form<V>({ form, onSubmit, children, id, label }: FormProps<V>) {
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (form.check()) onSubmit(form.values);
  };
  return (
    <form id={id} className="form" noValidate onSubmit={send} aria-label={label}>
      {children}
    </form>
  );
}

type InputProps = Omit<
  InputHTMLAttributes<HTMLInputElement>,
  "form" | "name" | "value" | "onChange" | "id" | "className"
>;

interface FieldProps<V> {
  form: FormState<V>;
  name: Names<V>;
  label: string;
  help?: ReactNode;
  optional?: boolean;
}

interface FrameProps {
  id: string;
  label: string;
  help?: ReactNode;
  error?: string | undefined;
  optional?: boolean;
  children: ReactNode;
}

/** Label, field, help and error: the place of the error is there before it, so that nothing jumps onto the next label. */
export function FieldFrame({ id, label, help, error, optional = false, children }: FrameProps) {
  const { t } = useText();
  return (
    <div className={error === undefined ? "field" : "field field-wrong"}>
      <label htmlFor={id}>
        {label}
        {optional && <span className="muted"> {t("field.optional")}</span>}
      </label>
      {children}
      {error !== undefined && (
        <div className="field-error" id={`${id}-error`} role="alert">
          {error}
        </div>
      )}
      {help !== undefined && (
        <div className="field-help" id={`${id}-help`}>
          {help}
        </div>
      )}
    </div>
  );
}

export function TextField<V>({ form, name, label, help, optional, ...input }: FieldProps<V> & InputProps) {
  const id = fieldId(form.id, name);
  const error = form.errors[name];
  return (
    <FieldFrame id={id} label={label} help={help} error={error} optional={optional ?? false}>
      <input
        className="input"
        {...input}
        {...described(id, help, error)}
        value={(form.values as Record<string, string>)[name] ?? ""}
        onChange={({ target }) => form.set(name, target.value)}
      />
    </FieldFrame>
  );
}

function described(id: string, help: unknown, error: string | undefined) {
  const by = [error !== undefined && `${id}-error`, help !== undefined && `${id}-help`].filter(Boolean).join(" ");
  return { id, "aria-invalid": error !== undefined || undefined, "aria-describedby": by === "" ? undefined : by };
}

/** With a switch that shows what is typed: better than typing it twice. */
export function SecretField<V>({ form, name, label, help, ...input }: FieldProps<V> & InputProps) {
  const { t } = useText();
  const [shown, setShown] = useState(false);
  const id = fieldId(form.id, name);
  const error = form.errors[name];
  return (
    <FieldFrame id={id} label={label} help={help} error={error}>
      <div className="input-with">
        <input
          className="input"
          {...input}
          {...described(id, help, error)}
          type={shown ? "text" : "password"}
          value={(form.values as Record<string, string>)[name] ?? ""}
          onChange={({ target }) => form.set(name, target.value)}
        />
        <Button
          look="quiet"
          small
          icon="eye"
          aria-label={t("field.showTyped")}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
        />
      </div>
    </FieldFrame>
  );
}
