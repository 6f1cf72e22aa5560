/* Coupons: what each takes off, what of it is used and given, and its end. Nothing of one is changed: it is ended, and
 * another one made. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { type Coupon, endCoupon, useCoupons } from "../../api/money";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import { useText } from "../../i18n/i18n";
import { Button } from "../../ui/button";
import { ConfirmDialog } from "../../ui/dialog";
import { Day, LastDay } from "../../ui/facts";
import type { IconName } from "../../ui/icon";
import { LoadedList } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { Page, Teach } from "../../ui/page";
import { Pill, type Tone } from "../../ui/pill";
import { Paid, sumText } from "../../ui/sum";
import { type Column, DataTable } from "../../ui/table";
import { useTerms } from "./coupon-terms";
import { NewCoupon } from "./new-coupon";

const STATES: Readonly<Record<Coupon["state"], readonly [Tone, IconName]>> = {
  running: ["on", "good"],
  coming: ["busy", "wait"],
  over: ["off", "stop"],
  used_up: ["due", "stop"],
  ended: ["off", "stop"],
};

function CouponPill({ state }: { state: Coupon["state"] }) {
  const { t } = useText();
  const [tone, icon] = STATES[state];
  return (
    <Pill tone={tone} icon={icon} key={state}>
      {t(`coupon.state.${state}`)}
    </Pill>
  );
}

function Span({ coupon: { from, until } }: { coupon: Coupon }) {
  const { t } = useText();
  if (from === null && until === null) return <>{t("coupon.anyTime")}</>;
  return (
    <>
      {from !== null && <Day at={from} />} – {until !== null && <LastDay at={until} />}
    </>
  );
}

function CouponTable({ rows, end }: { rows: readonly Coupon[]; end: (coupon: Coupon) => void }) {
  const { t, lang, number, money } = useText();
  const terms = useTerms();
  const columns: Column<Coupon>[] = [
    {
      key: "code",
      title: t("coupon.code"),
      grow: true,
      phone: "main",
      render: ({ code, note }) => (
        <code className="short" translate="no" title={note === "" ? code : `${code}: ${note}`}>
          {code}
        </code>
      ),
    },
    { key: "terms", title: t("coupon.terms"), phone: "sub", grow: true, render: terms },
    { key: "span", title: t("coupon.span"), tight: true, phone: "more", render: (coupon) => <Span coupon={coupon} /> },
    {
      key: "uses",
      title: t("coupon.uses"),
      numeric: true,
      phone: "side",
      render: ({ id, uses, mostUses }) => (
        <span className="two-lines">
          <Link to={`/operator/orders?coupon=${id}`}>
            {mostUses > 0
              ? t("coupon.usesOf", { n: number(uses), most: number(mostUses) })
              : t("coupon.usesN", { n: uses })}
          </Link>
          {mostUses > 0 && <span className="small muted">{t("coupon.usesLeft", { n: number(mostUses - uses) })}</span>}
        </span>
      ),
    },
    {
      key: "given",
      title: t("coupon.given"),
      numeric: true,
      phone: "more",
      render: ({ given, mostGiven }) => (
        <span className="two-lines">
          <Paid sum={given} />
          {mostGiven.amount > 0 && (
            <span className="small muted">
              {t("coupon.givenLeft", {
                left: money(mostGiven.amount - given.amount, given.currency),
                most: sumText(lang, mostGiven),
              })}
            </span>
          )}
        </span>
      ),
    },
    {
      key: "state",
      title: t("order.state"),
      tight: true,
      phone: "end",
      render: ({ state }) => <CouponPill state={state} />,
    },
    {
      key: "acts",
      title: t("table.actions"),
      actions: true,
      render: (coupon) =>
        coupon.endedAt === null && (
          <Button small onClick={() => end(coupon)}>
            {t("coupon.end")}
          </Button>
        ),
    },
  ];
  return (
    <DataTable
      label={t("money.coupons")}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      empty={t("list.noMatch")}
    />
  );
}

function Ending({ coupon, onClose }: { coupon: Coupon; onClose: () => void }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const submit = useSubmit((id: number, key) => endCoupon(id, key), {
    onDone: () => {
      void queries.invalidateQueries({ queryKey: keys.coupons });
      onClose();
      notify.done(t("coupon.endedDone"));
    },
    onProblem: (problem) => {
      void queries.invalidateQueries({ queryKey: keys.coupons });
      onClose();
      notify.problem(problem);
    },
  });
  return (
    <ConfirmDialog
      open
      title={t("coupon.endTitle", { code: coupon.code })}
      ok={t("coupon.end")}
      danger
      pending={submit.isPending}
      onOk={() => submit.send(coupon.id)}
      onCancel={onClose}
    >
      <p>{t("coupon.endText")}</p>
    </ConfirmDialog>
  );
}

export function Coupons() {
  const { t } = useText();
  const read = useCoupons();
  const [making, setMaking] = useState(false);
  const [ending, setEnding] = useState<Coupon | null>(null);
  const make = (
    <Button look="primary" icon="plus" onClick={() => setMaking(true)}>
      {t("coupon.new")}
    </Button>
  );
  const some = (read.data?.pages[0]?.length ?? 0) > 0;
  return (
    <Page title={t("money.coupons")} intro={t("coupon.intro")} extra={some && make}>
      <LoadedList read={read} rows={6}>
        {(rows) =>
          rows.length === 0 ? (
            <Teach icon="tag" title={t("coupon.none")} action={make}>
              {t("coupon.noneText")}
            </Teach>
          ) : (
            <CouponTable rows={rows} end={setEnding} />
          )
        }
      </LoadedList>
      {making && <NewCoupon onClose={() => setMaking(false)} />}
      {ending !== null && <Ending coupon={ending} onClose={() => setEnding(null)} />}
    </Page>
  );
}
