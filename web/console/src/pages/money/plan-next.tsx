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
import { ConfirmDialog } from "../../ui/dialog";
import { FormDialog } from "../../ui/dialogs";
import { FieldFrame, fieldId, placeFieldProblems, TextField, useForm } from "../../ui/form";
import { useLastDay } from "../../ui/last-day";
import { useNotify } from "../../ui/notify";
import { useProblemText } from "../../ui/problems";
import { nameOf, sumText } from "../../ui/sum";
import { choicesOf, creditsAreSold, isSame, nextIsNow, renewsNow, seatsFirst } from "./next";
import { SEATS_MAX, seatsCanBeChosen, wholeOf } from "./wish";

interface ChooseProps {
  plan: Plan;
  choices: readonly Offer[];
  first: Offer;
  onClose: () => void;
}

function Choose({ plan, choices, first, onClose }: ChooseProps) {
  const { t, lang } = useText();
  const lastDay = useLastDay();
  const queries = useQueryClient();
  const notify = useNotify();
  const problemText = useProblemText();
  const [refusal, setRefusal] = useState("");
  const [nowMs] = useState(Date.now);
  const now = nextIsNow(plan, nowMs);
  const form = useForm({ offer: first.code, seats: String(seatsFirst(first, plan)) }, {});
  const offer = choices.find(({ code }) => code === form.values.offer) ?? first;
  const submit = useSubmit((body: { offer: string; seats: number }, key) => setPlanNext(plan.shop, body, key), {
    onDone: () => {
      void queries.invalidateQueries({ queryKey: keys.plans });
      onClose();
      notify.done(t(now ? "plan.nextSetNow" : "plan.nextSet"));
    },
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
    },
  });
  const seated = seatsCanBeChosen(offer);
  const id = fieldId(form.id, "offer");
  const seats = seated ? wholeOf(form.values.seats, offer.seats, SEATS_MAX) : offer.seats;
  const send = () => {
    if (seats === null) form.refuse({ seats: t("buy.whole", { min: offer.seats, max: SEATS_MAX }) });
    else submit.send({ offer: offer.code, seats });
  };
  return (
    <FormDialog
      open
      title={t("plan.nextTitle")}
      ok={t("plan.nextOk")}
      idle={isSame(plan, offer.code, seats)}
      pending={submit.isPending}
      form={form}
      onSubmit={send}
      onCancel={onClose}
    >
      <p className="muted">{t(now ? "plan.nextNow" : "plan.nextText", { day: lastDay(plan.until) })}</p>
      {!plan.renews && <p className="muted">{t("plan.nextSwitches")}</p>}
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <FieldFrame id={id} label={t("billing.plan")}>
        <select
          id={id}
          className="input select-short"
          value={offer.code}
          onChange={({ target }) => {
            const chosen = choices.find(({ code }) => code === target.value) ?? first;
            form.change({ offer: chosen.code, seats: String(seatsFirst(chosen, plan)) });
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
  const [asking, setAsking] = useState(false);
  const kept = asking ? t("plan.nextKeptNow", { n: next.staysFor ?? 0 }) : t("plan.nextKept");
  const submit = useSubmit(() => planStays(plan.shop), {
    onDone: () => {
      setAsking(false);
      void queries.invalidateQueries({ queryKey: keys.plans });
      notify.done(kept);
    },
    onProblem: (problem) => {
      setAsking(false);
      notify.problem(problem);
    },
  });
  // Others have been renewed by then: without its wish it is renewed at once, and that is asked about.
  const keep = () => {
    if (next.staysFor !== null && renewsNow(plan, Date.now())) setAsking(true);
    else submit.send(null);
  };
  const not = plan.renewsNot;
  const of = { day: lastDay(plan.until), name: nameOf(lang, next), seats: next.seats, n: plan.renewsFor ?? 0 };
  return (
    <>
      <Alert
        tone={not === null ? "info" : "due"}
        title={t(not === null ? "plan.nextIs" : "plan.nextGone", of)}
        said={false}
        action={
          <Button small busy={submit.isPending} onClick={keep}>
            {t("plan.nextKeep")}
          </Button>
        }
      />
      <ConfirmDialog
        open={asking}
        title={t("plan.nextKeep")}
        ok={t("plan.nextKeep")}
        pending={submit.isPending}
        onOk={() => submit.send(null)}
        onCancel={() => setAsking(false)}
      >
        <p>{kept}</p>
      </ConfirmDialog>
    </>
  );
}

export function NextPeriod({ plan, sold }: { plan: Plan; sold: readonly Offer[] }) {
  const { t } = useText();
  const [choosing, setChoosing] = useState(false);
  const choices = choicesOf(sold, plan);
  const first = choices.find(({ code }) => code === plan.offer) ?? choices[0];
  if (plan.next !== null) return <Wished plan={plan} next={plan.next} />;
  if (first === undefined) return null;
  // Said once: beside the renewal, where that is why it is none.
  if (!creditsAreSold(sold, plan))
    return plan.renewsNot === "noCredits" ? null : <p className="small muted">{t("plan.not.noCredits")}</p>;
  return (
    <div>
      <Button small onClick={() => setChoosing(true)}>
        {t("plan.nextButton")}
      </Button>
      {choosing && <Choose plan={plan} choices={choices} first={first} onClose={() => setChoosing(false)} />}
    </div>
  );
}
