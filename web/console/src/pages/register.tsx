/* Creating an account. The server answers alike for known and unknown addresses, and nothing exists until the address
 * is confirmed; so what follows is always "look into your mail". */
import { useEffect, useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { answer, api } from "../api/client";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { Alert } from "../ui/alert";
import { Button } from "../ui/button";
import { chosenPlan, isPlanCode, keepChosenPlan } from "../ui/chosen-plan";
import { CONFIRM_PATH, ConfirmDoor, type ConfirmState } from "../ui/confirm";
import { Door } from "../ui/door";
import { EmailField, PasswordField, useRules } from "../ui/fields";
import { Form, placeFieldProblems, TextField, useForm } from "../ui/form";
import { useProblemText } from "../ui/problems";

type Values = { name: string; email: string; password: string };
const NAME_MAX = 80;

/** Of the plans that the program begins with; an operator's own is called by its code. */
function usePlanName(): string | null {
  const { known } = useText();
  const [query] = useSearchParams();
  const asked = query.get("plan");
  useEffect(() => keepChosenPlan(asked), [asked]);
  const [kept] = useState(chosenPlan);
  const code = asked !== null && isPlanCode(asked) ? asked : kept;
  return code === null ? null : (known(`register.plan.${code}`) ?? code);
}

function RegisterForm() {
  const { t } = useText();
  const rules = useRules();
  const problemText = useProblemText();
  const form = useForm<Values>(
    { name: "", email: "", password: "" },
    { rules: { email: [rules.required, rules.email], password: [rules.typed, rules.password] } },
  );
  const [refusal, setRefusal] = useState("");
  const plan = usePlanName();
  const navigate = useNavigate();
  const register = (values: Values) => {
    const { name, ...needed } = values;
    const body = name.trim() === "" ? needed : { ...needed, name };
    return answer(api.POST("/auth/password/register", { body }));
  };
  const submit = useSubmit(register, {
    repeat: false,
    onDone: (_out, { email }) =>
      navigate(CONFIRM_PATH, { state: { email, sentAt: Date.now() } satisfies ConfirmState }),
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
    },
  });
  return (
    <Door title={t("register.title")} intro={t("register.intro")}>
      {plan !== null && <p className="muted">{t("register.plan", { plan })}</p>}
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <Form
        form={form}
        onSubmit={(values) => {
          setRefusal("");
          submit.send(values);
        }}
      >
        <TextField form={form} name="name" label={t("field.name")} optional autoComplete="name" maxLength={NAME_MAX} />
        <EmailField form={form} />
        <PasswordField form={form} name="password" label={t("field.password")} fresh />
        <Button type="submit" look="primary" wide busy={submit.isPending}>
          {t("register.submit")}
        </Button>
      </Form>
      <div className="door-links">
        <p>
          {t("register.have")} <Link to="/login">{t("login.submit")}</Link>
        </p>
      </div>
    </Door>
  );
}

export default function Register() {
  const [query] = useSearchParams();
  return query.has("confirm") ? <ConfirmDoor /> : <RegisterForm />;
}
