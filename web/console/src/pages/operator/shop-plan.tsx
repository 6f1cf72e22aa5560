/* The plan of a shop as the house sees it: until when, what made it so, and what one can do: set its end, with a reason. And
 * the shop itself: suspended and let back, deleted and restored, each with a reason. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { changeHouseShop, type HouseWay, type OperatorPlan, setPlanEnd, useOperatorPlan } from "../../api/money";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { HouseShop } from "../../api/types";
import { type Text, useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { dayOf, endOf, lastOf } from "../../ui/days";
import { FormDialog, ReasonDialog } from "../../ui/dialogs";
import { Day, Fact, Facts, LastDay } from "../../ui/facts";
import { REASON_MAX, useRules } from "../../ui/fields";
import { placeFieldProblems, TextField, useForm } from "../../ui/form";
import { Loaded } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { DangerLine, DangerZone, Section } from "../../ui/page";
import { useProblemText } from "../../ui/problems";
import { nameOf, Paid } from "../../ui/sum";
import { type Column, DataTable } from "../../ui/table";

type Had = NonNullable<OperatorPlan["plan"]>;
type Period = OperatorPlan["periods"][number];

/** Until the end of a day of the reader; without one: now. */
function SetEnd({ plan, now, onClose }: { plan: Had; now: boolean; onClose: () => void }) {
  const { t } = useText();
  const rules = useRules();
  const queries = useQueryClient();
  const notify = useNotify();
  const problemText = useProblemText();
  const [refusal, setRefusal] = useState("");
  const form = useForm(
    { until: dayOf(new Date(lastOf(plan.until))), reason: "" },
    {
      rules: {
        until: now ? [] : [(day) => (endOf(day) === undefined ? t("house.endDay") : null), rules.notPast],
        reason: [rules.reason],
      },
    },
  );
  const submit = useSubmit(
    ({ until, reason }: { until: string; reason: string }, key) =>
      setPlanEnd(plan.shop, { was: plan.until, reason, ...(!now && { until: endOf(until) ?? "" }) }, key),
    {
      onDone: () => {
        onClose();
        notify.done(t("house.endSet"));
        return queries.invalidateQueries({ queryKey: keys.operator });
      },
      onProblem: (problem) => {
        if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
      },
    },
  );
  return (
    <FormDialog
      open
      title={t(now ? "house.endNow" : "house.setEnd")}
      ok={t(now ? "house.endNow" : "house.setEnd")}
      danger={now}
      pending={submit.isPending}
      form={form}
      onSubmit={(values) => {
        setRefusal("");
        submit.send(values);
      }}
      onCancel={onClose}
    >
      <p className="muted">{t(now ? "house.endNowText" : "house.setEndText")}</p>
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      {!now && (
        <TextField
          form={form}
          name="until"
          label={t("house.lastDay")}
          help={t("house.lastDayHelp")}
          type="date"
          min={dayOf(new Date())}
        />
      )}
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

function Periods({ rows }: { rows: readonly Period[] }) {
  const { t, lang, known } = useText();
  const columns: Column<Period>[] = [
    { key: "plan", title: t("billing.plan"), phone: "main", grow: true, render: (row) => nameOf(lang, row) },
    {
      key: "for",
      title: t("house.givenFor"),
      phone: "sub",
      grow: true,
      render: ({ order, key }) =>
        order === null ? (
          (known(`house.givenFor.${key.split(":")[0] ?? ""}`) ?? key)
        ) : (
          <Link to={`/operator/orders/${order}`}>{t("mismatch.toOrder")}</Link>
        ),
    },
    {
      key: "span",
      title: t("line.span"),
      tight: true,
      phone: "side",
      render: ({ from, to, endedAt }) => (
        <>
          <Day at={from} /> – {endedAt === null ? <LastDay at={to} /> : <Day at={endedAt} />}
        </>
      ),
    },
    { key: "paid", title: t("line.amount"), numeric: true, phone: "end", render: ({ paid }) => <Paid sum={paid} /> },
  ];
  return <DataTable label={t("house.periods")} columns={columns} rows={rows} rowKey={({ id }) => id} empty="—" />;
}

function Shown({ plan, periods, deleted }: { plan: Had; periods: readonly Period[]; deleted: boolean }) {
  const { t, lang, number } = useText();
  const [setting, setSetting] = useState<"date" | "now" | null>(null);
  const [shownMs, setShownMs] = useState(Date.now);
  return (
    <>
      <Facts>
        <Fact name={t("billing.plan")}>{nameOf(lang, plan)}</Fact>
        <Fact name={t("house.source")}>{t(plan.source === "trial" ? "plan.state.trial" : "house.paidPlan")}</Fact>
        <Fact name={t("plan.until")}>
          <LastDay at={plan.until} />
        </Fact>
        <Fact name={t("plan.seatsName")}>{number(plan.seats)}</Fact>
        <Fact name={t("house.renews")}>{t(plan.renews ? "house.yes" : "house.no")}</Fact>
      </Facts>
      {!deleted && (
        <p className="line">
          <Button small onClick={() => setSetting("date")}>
            {t("house.setEnd")}
          </Button>
          {Date.parse(plan.until) > shownMs && (
            <Button small look="danger" onClick={() => setSetting("now")}>
              {t("house.endNow")}
            </Button>
          )}
        </p>
      )}
      <Periods rows={periods} />
      {setting !== null && (
        <SetEnd
          plan={plan}
          now={setting === "now"}
          onClose={() => {
            setSetting(null);
            setShownMs(Date.now()); // what was ended just now is over
          }}
        />
      )}
    </>
  );
}

/** Of a deleted shop no end can be set. */
export function PlanOf({ read, deleted }: { read: ReturnType<typeof useOperatorPlan>; deleted: boolean }) {
  const { t } = useText();
  return (
    <Section title={t("billing.plan")}>
      <Loaded read={read} height={120}>
        {({ plan, periods }) =>
          plan === null ? (
            <p className="muted">{t("house.noPlan")}</p>
          ) : (
            <Shown plan={plan} periods={periods} deleted={deleted} />
          )
        }
      </Loaded>
    </Section>
  );
}

/** What can be done to a shop in this state. */
const WAYS: Readonly<Record<string, readonly HouseWay[]>> = {
  active: ["suspend", "delete"],
  suspended: ["resume", "delete"],
  deleted: ["restore"],
};
/** A plan that runs is paid: it ends with the shop, and no money goes back by itself. */
export function deleteText({ t, lang, day }: Pick<Text, "t" | "lang" | "day">, plan: Had | null, nowMs = Date.now()) {
  if (plan === null || Date.parse(plan.until) <= nowMs) return t("house.deleteText");
  const of = { plan: nameOf(lang, plan), day: day(lastOf(plan.until)) };
  return `${t("house.deleteText")} ${t(plan.source === "trial" ? "house.deleteTrial" : "house.deletePlan", of)}`;
}

const isHard = (way: HouseWay) => way === "suspend" || way === "delete";

/** Suspended: its chat stops, and its merchant reads why. Deleted as its merchant would: the chat stops at once, and all of
 * it goes after the days in which it can be restored. */
export function ShopSwitch({ shop, plan }: { shop: HouseShop; plan: Had | null }) {
  const text = useText();
  const { t } = text;
  const queries = useQueryClient();
  const notify = useNotify();
  const [asking, setAsking] = useState<HouseWay | null>(null);
  const ways = WAYS[shop.status] ?? [];
  if (ways.length === 0) return null;
  return (
    <DangerZone title={t("house.zone")}>
      {ways.map((way) => (
        <DangerLine text={t(`house.${way}Text`)} key={way}>
          <Button look={isHard(way) ? "danger" : "plain"} onClick={() => setAsking(way)}>
            {t(`house.${way}`)}
          </Button>
        </DangerLine>
      ))}
      {asking !== null && (
        <ReasonDialog
          open
          title={t(`house.${asking}`)}
          text={asking === "delete" ? deleteText(text, plan) : t(`house.${asking}Text`)}
          ok={t(`house.${asking}`)}
          danger={isHard(asking)}
          run={(reason, key) => changeHouseShop(shop.id, asking, reason, key)}
          onDone={() => {
            setAsking(null);
            notify.done(t(`house.${asking}Done`));
            void queries.invalidateQueries({ queryKey: keys.operator });
          }}
          onCancel={() => setAsking(null)}
        />
      )}
    </DangerZone>
  );
}
