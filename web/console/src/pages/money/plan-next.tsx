/* What a plan that renews from credits becomes with its next period: shown, set, and taken back. Until then the shop has what
 * was paid for it. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Offer, type Plan, planStays, setPlanNext } from "../../api/money";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { FormDialog } from "../../ui/dialogs";
import { FieldFrame, fieldId, placeFieldProblems, TextField, useForm } from "../../ui/form";
import { useLastDay } from "../../ui/last-day";
import { useNotify } from "../../ui/notify";
import { useProblemText } from "../../ui/problems";
import { nameOf, sumText } from "../../ui/sum";
import { SEATS_MAX, seatsCanBeChosen, wholeOf } from "./wish";

/** The plans that it can become: each once, in yuan where it has a price in them. */
export function choicesOf(sold: readonly Offer[]): Offer[] {
  const plans = sold.filter(({ kind }) => kind === "plan");
  return [...new Set(plans.map(({ code }) => code))].flatMap((of) => {
    const prices = plans.filter(({ code }) => code === of);
    return prices.find(({ price }) => price.currency === "CNY") ?? prices.slice(0, 1);
  });
}

function Choose({ plan, choices, onClose }: { plan: Plan; choices: readonly Offer[]; onClose: () => void }) {
  const { t, lang } = useText();
  const lastDay = useLastDay();
  const queries = useQueryClient();
  const notify = useNotify();
  const problemText = useProblemText();
  const [refusal, setRefusal] = useState("");
  const first = choices.find(({ code }) => code === plan.offer) ?? choices[0];
  const form = useForm({ offer: first?.code ?? "", seats: String(plan.seats) }, {});
  const offer = choices.find(({ code }) => code === form.values.offer) ?? first;
  const submit = useSubmit((body: { offer: string; seats: number }, key) => setPlanNext(plan.shop, body, key), {
    onDone: () => {
      void queries.invalidateQueries({ queryKey: keys.plans });
      onClose();
      notify.done(t("plan.nextSet"));
    },
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
    },
  });
  if (offer === undefined) return null;
  const seated = seatsCanBeChosen(offer);
  const id = fieldId(form.id, "offer");
  const send = ({ seats: typed }: { seats: string }) => {
    const seats = seated ? wholeOf(typed, offer.seats, SEATS_MAX) : offer.seats;
    if (seats === null) form.refuse({ seats: t("buy.whole", { min: offer.seats, max: SEATS_MAX }) });
    else submit.send({ offer: offer.code, seats });
  };
  return (
    <FormDialog
      open
      title={t("plan.nextTitle")}
      ok={t("plan.nextOk")}
      pending={submit.isPending}
      form={form}
      onSubmit={send}
      onCancel={onClose}
    >
      <p className="muted">{t("plan.nextText", { day: lastDay(plan.until) })}</p>
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <FieldFrame id={id} label={t("billing.plan")}>
        <select
          id={id}
          className="input select-short"
          value={offer.code}
          onChange={({ target }) => {
            const chosen = choices.find(({ code }) => code === target.value);
            form.change({ offer: target.value, seats: String(chosen?.seats ?? plan.seats) });
          }}
        >
          {choices.map((one) => (
            <option key={one.code} value={one.code}>
              {`${nameOf(lang, one)} · ${sumText(lang, one.price)} · ${t("plan.seats", { n: one.seats })}`}
            </option>
          ))}
        </select>
      </FieldFrame>
      {seated && (
        <TextField
          form={form}
          name="seats"
          label={t("plan.seatsName")}
          help={t("buy.seatsHelp", { n: offer.seats, price: sumText(lang, offer.seatPrice) })}
          inputMode="numeric"
          autoComplete="off"
          maxLength={4}
        />
      )}
      <p className="small muted">{t("plan.nextLess")}</p>
    </FormDialog>
  );
}

function Wished({ plan, next }: { plan: Plan; next: NonNullable<Plan["next"]> }) {
  const { t, lang } = useText();
  const lastDay = useLastDay();
  const queries = useQueryClient();
  const notify = useNotify();
  const submit = useSubmit(() => planStays(plan.shop), {
    onDone: () => {
      void queries.invalidateQueries({ queryKey: keys.plans });
      notify.done(t("plan.nextKept"));
    },
    onProblem: notify.problem,
  });
  const gone = plan.renewsFor === null;
  const of = { day: lastDay(plan.until), name: nameOf(lang, next), seats: next.seats, n: plan.renewsFor ?? 0 };
  return (
    <Alert
      tone={gone ? "due" : "info"}
      title={t(gone ? "plan.nextGone" : "plan.nextIs", of)}
      said={false}
      action={
        <Button small busy={submit.isPending} onClick={() => submit.send(null)}>
          {t("plan.nextKeep")}
        </Button>
      }
    />
  );
}

export function NextPeriod({ plan, sold }: { plan: Plan; sold: readonly Offer[] }) {
  const { t } = useText();
  const [choosing, setChoosing] = useState(false);
  const choices = choicesOf(sold);
  if (plan.next !== null) return <Wished plan={plan} next={plan.next} />;
  if (!plan.renews) return <p className="small muted">{t("plan.nextHint")}</p>;
  if (choices.length === 0) return null;
  return (
    <div>
      <Button small onClick={() => setChoosing(true)}>
        {t("plan.nextButton")}
      </Button>
      {choosing && <Choose plan={plan} choices={choices} onClose={() => setChoosing(false)} />}
    </div>
  );
}
