/* A coupon that begins. What it says stays: so each field says what it does before anybody has ordered with it. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Coupon, type CouponBody, makeCoupon, type SoldOffer, usePrices } from "../../api/money";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { endOf, lastOf, startOf } from "../../ui/days";
import { FormDialog } from "../../ui/dialogs";
import { useRules } from "../../ui/fields";
import { FieldFrame, fieldId, type FormState, placeFieldProblems, TextField, useForm } from "../../ui/form";
import { digitsOf, minorOf } from "../../ui/minor";
import { useNotify } from "../../ui/notify";
import { useProblemText } from "../../ui/problems";
import { nameOf } from "../../ui/sum";
import { useTerms } from "./coupon-terms";
import { couponCode, isCouponCode } from "./coupon-code";

const KINDS: readonly Coupon["kind"][] = ["percent", "amount"];
const CODE_MAX = 40;
const NOTE_MAX = 200;
const MONTHS_MAX = 120;
const EMPTY = {
  code: "",
  kind: "percent" as string,
  currency: "CNY",
  percent: "",
  off: "",
  months: "",
  once: "yes",
  from: "",
  until: "",
  mostUses: "",
  mostGiven: "",
  offers: "",
  note: "",
};
type Values = typeof EMPTY;

/** A number that may be left out: 0 then. Null: it is none, or too large. */
function wholeOf(typed: string, max: number): number | null {
  const text = typed.trim();
  if (text === "") return 0;
  return /^\d{1,10}$/.test(text) && Number(text) <= max ? Number(text) : null;
}

const USES_MAX = 1_000_000_000;
const namesOf = (offers: string) => offers.split(" ").filter((code) => code !== "");

function bodyOf(values: Values, digits: number): CouponBody {
  const from = startOf(values.from);
  const until = endOf(values.until);
  const offers = namesOf(values.offers);
  return {
    code: values.code.trim(),
    kind: values.kind as Coupon["kind"],
    currency: values.currency,
    off: values.kind === "amount" ? (minorOf(values.off, digits) ?? 0) : 0,
    percent: values.kind === "percent" ? (wholeOf(values.percent, 100) ?? 0) : 0,
    months: wholeOf(values.months, MONTHS_MAX) ?? 0,
    once: values.once !== "",
    mostUses: wholeOf(values.mostUses, USES_MAX) ?? 0,
    mostGiven: values.mostGiven.trim() === "" ? 0 : (minorOf(values.mostGiven, digits) ?? 0),
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
    ...(offers.length > 0 && { offers }),
    ...(values.note.trim() !== "" && { note: values.note.trim() }),
  };
}

function Select({
  form,
  name,
  label,
  choices,
}: {
  form: FormState<Values>;
  name: "kind" | "currency";
  label: string;
  choices: readonly { value: string; text: string }[];
}) {
  const id = fieldId(form.id, name);
  return (
    <FieldFrame id={id} label={label}>
      <select
        id={id}
        className="input select-short"
        value={form.values[name]}
        onChange={({ target }) => form.change({ ...form.values, [name]: target.value, offers: "" })}
      >
        {choices.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </FieldFrame>
  );
}

function CodeField({ form }: { form: FormState<Values> }) {
  const { t } = useText();
  const id = fieldId(form.id, "code");
  const error = form.errors.code;
  return (
    <FieldFrame id={id} label={t("coupon.code")} help={t("coupon.codeHelp")} error={error}>
      <div className="line">
        <input
          id={id}
          className="input select-short"
          value={form.values.code}
          maxLength={CODE_MAX}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          aria-invalid={error !== undefined || undefined}
          aria-describedby={error === undefined ? `${id}-help` : `${id}-error ${id}-help`}
          onChange={({ target }) => form.set("code", target.value)}
        />
        <Button onClick={() => form.set("code", couponCode())}>{t("coupon.draw")}</Button>
      </div>
    </FieldFrame>
  );
}

/** None chosen: all of them. */
function OffersField({ form, sold }: { form: FormState<Values>; sold: readonly SoldOffer[] }) {
  const { t, lang } = useText();
  const chosen = namesOf(form.values.offers);
  const months = (wholeOf(form.values.months, MONTHS_MAX) ?? 0) > 0;
  const toggle = (code: string) =>
    form.set("offers", (chosen.includes(code) ? chosen.filter((one) => one !== code) : [...chosen, code]).join(" "));
  return (
    <fieldset className="ways">
      <legend>{t("coupon.offers")}</legend>
      {sold
        .filter(({ kind }) => !months || kind === "plan")
        .map((offer) => (
          <label className="tick" key={offer.code}>
            <input type="checkbox" checked={chosen.includes(offer.code)} onChange={() => toggle(offer.code)} />
            <span>{nameOf(lang, offer)}</span>
          </label>
        ))}
      <div className="field-help">{t("coupon.offersHelp")}</div>
    </fieldset>
  );
}

function DayField({ form, name, label }: { form: FormState<Values>; name: "from" | "until"; label: string }) {
  const id = fieldId(form.id, name);
  const error = form.errors[name];
  return (
    <FieldFrame id={id} label={label} error={error} optional>
      <input
        id={id}
        type="date"
        className="input select-short"
        value={form.values[name]}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={error === undefined ? undefined : `${id}-error`}
        onChange={({ target }) => form.set(name, target.value)}
      />
    </FieldFrame>
  );
}

function useCouponForm() {
  const { t } = useText();
  const rules = useRules();
  const whole = (max: number) => (value: string) => (wholeOf(value, max) === null ? t("coupon.whole", { max }) : null);
  return useForm(EMPTY, {
    draft: "coupon",
    rules: {
      code: [(value) => (isCouponCode(value) ? null : t("coupon.codeFormat"))],
      percent: [whole(100)],
      months: [whole(MONTHS_MAX)],
      mostUses: [whole(USES_MAX)],
      until: [rules.notPast],
    },
  });
}

/** What the rules of one field alone cannot say: sums have as many digits as their currency. */
function useFaults(like: string) {
  const { t } = useText();
  return (values: Values): Partial<Record<keyof Values, string>> | null => {
    const sum = (typed: string) => (minorOf(typed, digitsOf(like)) === null ? t("refund.sumFormat", { like }) : null);
    const body = bodyOf(values, digitsOf(like));
    const name = values.kind === "percent" ? "percent" : "off";
    const much = (name === "off" ? sum(values.off) : null) ?? (body[name] === 0 ? t("coupon.muchMissing") : null);
    const most = values.mostGiven.trim() === "" ? null : sum(values.mostGiven);
    const turned = values.from !== "" && values.until !== "" && values.until < values.from;
    if (much === null && most === null && !turned) return null;
    return {
      ...(turned && { until: t("coupon.untilBefore") }),
      ...(much !== null && { [name]: much }),
      ...(most !== null && { mostGiven: most }),
    };
  };
}

/** The coupon in one sentence as it will stand in the list, while it is typed; nothing until it takes something off. */
function Says({ values, currency, like }: { values: Values; currency: string; like: string }) {
  const { t, day, money } = useText();
  const terms = useTerms();
  const body = bodyOf(values, digitsOf(like));
  const { kind, from, until } = body;
  const [off, percent, months] = [body.off ?? 0, body.percent ?? 0, body.months ?? 0];
  const [mostUses, mostGiven, once] = [body.mostUses ?? 0, body.mostGiven ?? 0, body.once ?? false];
  if (off === 0 && percent === 0) return null;
  const text = values.off.trim();
  const says = [
    terms({ kind, off: { amount: off, currency, text }, percent, months, once, offers: namesOf(values.offers) }),
    ...(from == null ? [] : [t("coupon.saysFrom", { day: day(from) })]),
    ...(until == null ? [] : [t("coupon.saysUntil", { day: day(lastOf(until)) })]),
    ...(mostUses > 0 ? [t("coupon.saysUses", { n: mostUses })] : []),
    ...(mostGiven > 0 ? [t("coupon.saysGiven", { sum: money(mostGiven, currency) })] : []),
  ];
  return (
    <Alert tone="info" title={t("coupon.says")} said={false}>
      {says.join(" · ")}
    </Alert>
  );
}

function HowMuch({ form, currency }: { form: FormState<Values>; currency: string }) {
  const { t } = useText();
  if (form.values.kind === "percent")
    return (
      <TextField
        form={form}
        name="percent"
        label={t("coupon.percent")}
        inputMode="numeric"
        maxLength={3}
        autoComplete="off"
      />
    );
  return (
    <TextField
      form={form}
      name="off"
      label={t("coupon.off", { currency })}
      inputMode="decimal"
      maxLength={16}
      autoComplete="off"
    />
  );
}

export function NewCoupon({ onClose }: { onClose: () => void }) {
  const { t } = useText();
  const { data: sold = [] } = usePrices();
  const queries = useQueryClient();
  const notify = useNotify();
  const problemText = useProblemText();
  const [refusal, setRefusal] = useState("");
  const currencies = [...new Set(sold.map(({ price }) => price.currency))];
  const form = useCouponForm();
  const wanted = form.values.currency;
  const currency = currencies.includes(wanted) ? wanted : (currencies[0] ?? wanted);
  const like = sold.find(({ price }) => price.currency === currency)?.price.text ?? "50.00";
  const faults = useFaults(like);
  const submit = useSubmit((body: CouponBody, key) => makeCoupon(body, key), {
    onDone: ({ code }) => {
      form.reset(EMPTY);
      void queries.invalidateQueries({ queryKey: keys.coupons });
      onClose();
      notify.done(t("coupon.made", { code }));
    },
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
    },
  });
  const send = (values: Values) => {
    setRefusal("");
    const found = faults(values);
    if (found === null) submit.send(bodyOf({ ...values, currency }, digitsOf(like)));
    else form.refuse(found);
  };
  return (
    <FormDialog
      open
      title={t("coupon.new")}
      ok={t("coupon.make")}
      pending={submit.isPending}
      form={form}
      onSubmit={send}
      onCancel={onClose}
    >
      <p className="muted">{t("coupon.newText")}</p>
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <CodeField form={form} />
      <Select
        form={form}
        name="kind"
        label={t("coupon.kind")}
        choices={KINDS.map((value) => ({ value, text: t(`coupon.kind.${value}`) }))}
      />
      {currencies.length > 1 && (
        <Select
          form={form}
          name="currency"
          label={t("coupon.currency")}
          choices={currencies.map((value) => ({ value, text: value }))}
        />
      )}
      <HowMuch form={form} currency={currency} />
      <TextField
        form={form}
        name="months"
        label={t("coupon.months")}
        help={t("coupon.monthsHelp")}
        optional
        inputMode="numeric"
        maxLength={3}
        autoComplete="off"
      />
      <label className="tick">
        <input
          type="checkbox"
          checked={form.values.once !== ""}
          onChange={({ target }) => form.set("once", target.checked ? "yes" : "")}
        />
        <span>{t("coupon.once")}</span>
      </label>
      <OffersField form={form} sold={sold.filter(({ price }) => price.currency === currency)} />
      <DayField form={form} name="from" label={t("coupon.from")} />
      <DayField form={form} name="until" label={t("coupon.until")} />
      <TextField
        form={form}
        name="mostUses"
        label={t("coupon.mostUses")}
        optional
        inputMode="numeric"
        maxLength={10}
        autoComplete="off"
      />
      <TextField
        form={form}
        name="mostGiven"
        label={t("coupon.mostGiven", { currency })}
        help={t("coupon.mostGivenHelp")}
        optional
        inputMode="decimal"
        maxLength={16}
        autoComplete="off"
      />
      <TextField form={form} name="note" label={t("coupon.note")} optional maxLength={NOTE_MAX} autoComplete="off" />
      <Says values={{ ...form.values, currency }} currency={currency} like={like} />
    </FormDialog>
  );
}
