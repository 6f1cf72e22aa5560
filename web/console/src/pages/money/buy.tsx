/* Before an order is made: for which shop, how many seats or packs, and what that comes to, line by line, as the server
 * says it. Nothing is bought by looking. */
import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useNavigate } from "react-router";
import {
  type Offer,
  placeOrder,
  type Plan,
  type Quote,
  useOffers,
  usePlans,
  useQuote,
  type Wish,
} from "../../api/money";
import { type Problem, toProblem } from "../../api/problem";
import { useShops } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { idOf, useAddress } from "../../ui/address";
import { Alert } from "../../ui/alert";
import { Button, LinkButton } from "../../ui/button";
import { forgetChosenPlan } from "../../ui/chosen-plan";
import { FieldFrame } from "../../ui/form";
import { useLastDay } from "../../ui/last-day";
import { Failed, Loaded, Together, Waiting } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { OrderLines, OrderSums } from "../../ui/order-parts";
import { Detail, Page, Section, Teach } from "../../ui/page";
import { PlanHas } from "../../ui/plan-parts";
import { useProblemText } from "../../ui/problems";
import { useResting } from "../../ui/resting";
import { nameOf, sumText } from "../../ui/sum";
import { PickShop, Rests } from "./plan";
import { offerOf, PACKS_MAX, SEATS_MAX, seatsCanBeChosen, type Wanted, wholeOf, wishOf } from "./wish";

const COUPON_MAX = 40;
const COUPON_MONTH_DAYS = 30;

function NumberField({
  label,
  help,
  value,
  min,
  max,
  onValue,
}: {
  label: string;
  help: string;
  value: string;
  min: number;
  max: number;
  onValue: (value: string) => void;
}) {
  const { t } = useText();
  const id = useId();
  const wrong = wholeOf(value, min, max) === null;
  return (
    <FieldFrame id={id} label={label} help={help} error={wrong ? t("buy.whole", { min, max }) : undefined}>
      <input
        id={id}
        className="input input-number"
        type="number"
        inputMode="numeric"
        min={min}
        max={max}
        value={value}
        aria-invalid={wrong || undefined}
        aria-describedby={wrong ? `${id}-error ${id}-help` : `${id}-help`}
        onChange={({ target }) => onValue(target.value)}
      />
    </FieldFrame>
  );
}

/** Asked about when it is complete, not while it is typed: each question counts as a try. */
function CouponField({ value, onValue }: { value: string; onValue: (value: string) => void }) {
  const { t } = useText();
  const id = useId();
  const [typed, setTyped] = useState(value);
  const [seen, setSeen] = useState(value);
  if (value !== seen) {
    setSeen(value);
    setTyped(value);
  }
  const use = () => onValue(typed.trim());
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        use();
      }}
    >
      <FieldFrame id={id} label={t("buy.coupon")} optional>
        <div className="line">
          <input
            id={id}
            className="input select-short"
            value={typed}
            maxLength={COUPON_MAX}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            onChange={({ target }) => setTyped(target.value)}
            onBlur={use}
          />
          <Button type="submit" disabled={typed.trim() === value}>
            {t("buy.couponUse")}
          </Button>
        </div>
      </FieldFrame>
    </form>
  );
}

/** What the coupon does: off what, for how long, and what of it is left for later. */
export function CouponTerms({
  terms,
  discount,
}: {
  terms: NonNullable<Quote["couponTerms"]>;
  discount: Quote["discount"];
}) {
  const { t, lang, number } = useText();
  const { kind, off, percent, months, days, daysLeft } = terms;
  const sum = sumText(lang, off);
  // It leaves something to be paid: where its sum is not all taken off, that is not promised.
  const whole = Math.floor(months === 0 ? off.amount : (off.amount * days) / COUPON_MONTH_DAYS);
  const much =
    kind === "percent" ? `${number(percent)} %` : discount.amount < whole ? t("buy.couponMost", { much: sum }) : sum;
  const says =
    months === 0
      ? [t("buy.couponOff", { much })]
      : [
          t(kind === "percent" ? "buy.couponMonths" : "buy.couponEach", { much, n: months }),
          t("buy.couponDays", { n: days }),
          daysLeft === 0 ? t("buy.couponLast") : t("buy.couponLeft", { n: daysLeft }),
        ];
  return (
    <ul className="small muted">
      {says.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function Sums({ quote }: { quote: Quote }) {
  const { t } = useText();
  const lastDay = useLastDay();
  return (
    <>
      <OrderLines lines={quote.lines} />
      <OrderSums of={quote} />
      {quote.couponTerms !== null && <CouponTerms terms={quote.couponTerms} discount={quote.discount} />}
      {quote.until != null && <p className="muted">{t("buy.until", { day: lastDay(quote.until) })}</p>}
    </>
  );
}

/** The number of the open order that is in the way. */
const openOrder = (problem: Problem | null) => {
  const number = problem?.code === "order_open" ? problem.facts["number"] : undefined;
  return typeof number === "string" ? number : null;
};

function Refused({ problem, without }: { problem: Problem; without: () => void }) {
  const { t } = useText();
  const problemText = useProblemText();
  const number = openOrder(problem);
  if (problem.code.startsWith("coupon_"))
    return (
      <Alert
        tone="due"
        title={problemText(problem)}
        action={
          <Button small onClick={without}>
            {t("buy.couponWithout")}
          </Button>
        }
      />
    );
  if (number === null) return <Alert tone="stop" title={problemText(problem)} />;
  return (
    <Alert
      tone="due"
      title={t("buy.open")}
      action={
        <LinkButton small to={`/orders/${number}`}>
          {t("buy.toOpen")}
        </LinkButton>
      }
    >
      {t("buy.openText")}
    </Alert>
  );
}

function useOrdering(wish: Wish | null) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [refused, setRefusal] = useState<{ problem: Problem; wish: string } | null>(null);
  const submit = useSubmit((wanted: Wish, key) => placeOrder(wanted, key), {
    onDone: ({ number }, wanted) => {
      if (wanted.shop !== undefined) forgetChosenPlan();
      return navigate(`/orders/${number}`);
    },
    onProblem: (problem, wanted) => {
      setRefusal({ problem, wish: JSON.stringify(wanted) });
      // What was quoted is not to be had any more: a coupon may have been used up meanwhile.
      void queries.invalidateQueries({ queryKey: keys.quotes });
    },
  });
  // Of what is wished now: another wish has another answer.
  const refusal = refused?.wish === JSON.stringify(wish) ? refused.problem : null;
  const order = () => {
    setRefusal(null);
    if (wish !== null) submit.send(wish);
  };
  return { submit, refusal, order };
}

function Bill({ offer, wish, without }: { offer: Offer; wish: Wish | null; without: () => void }) {
  const { t, lang } = useText();
  // What is asked for rests as the typing does: a number with two digits is not asked for twice.
  const rested = useResting(JSON.stringify(wish));
  const read = useQuote(wish === null ? null : (JSON.parse(rested) as Wish | null));
  const { submit, refusal, order } = useOrdering(wish);
  const fresh = !read.isPlaceholderData && rested === JSON.stringify(wish);
  const amount = wish !== null && fresh ? read.data?.amount : undefined;
  return (
    <Section card title={t("buy.bill")}>
      {refusal !== null && <Refused problem={refusal} without={without} />}
      {read.data !== undefined && !read.isError && <Sums quote={read.data} />}
      {refusal === null && read.isError && toProblem(read.error).status < 500 && (
        <Refused problem={toProblem(read.error)} without={without} />
      )}
      {read.isError && toProblem(read.error).status >= 500 && (
        <Failed cause={read.error} again={() => void read.refetch()} />
      )}
      {read.isPending && wish !== null && <Waiting rows={3} />}
      {wish === null && <p className="muted">{t("buy.missing")}</p>}
      <Button look="primary" wide disabled={amount === undefined} busy={submit.isPending} onClick={order}>
        {amount === undefined ? t("buy.order") : t("buy.orderFor", { amount: sumText(lang, amount) })}
      </Button>
      <p className="small muted">{t(offer.kind === "plan" ? "buy.nextPlan" : "buy.nextCredits")}</p>
    </Section>
  );
}

interface Asking {
  offer: Offer;
  shops: readonly Shop[];
  plans: readonly Plan[];
}

function Wishing({ offer, shops, plans }: Asking) {
  const { t, lang, number } = useText();
  const lastDay = useLastDay();
  const { manage } = useMay();
  const [read, write] = useAddress();
  const asked = idOf(read("shop"));
  const shop = offer.kind === "plan" ? (shops.find(({ id }) => id === asked) ?? shops[0])?.id : undefined;
  const present = plans.find((plan) => plan.shop === shop);
  const had = present?.offer === offer.code ? present.seats : undefined;
  const [typed, setTyped] = useState({
    seats: read("seats"),
    quantity: read("quantity") || "1",
    coupon: read("coupon"),
  });
  const type = (name: keyof typeof typed) => (value: string) => {
    setTyped((before) => ({ ...before, [name]: value }));
    write({ [name]: value });
  };
  const [chosen, setChosen] = useState(typed.seats !== "");
  // As long as nobody chose, the seats that the shop has, or those of the price.
  const seats = chosen ? typed.seats : String(Math.max(had ?? 0, offer.seats));
  const wanted: Wanted = { ...typed, shop, seats };
  const wish = wishOf(offer, wanted);
  const name = nameOf(lang, offer);
  return (
    <Detail
      main={
        <Section title={name}>
          <div className="stack">
            {offer.kind === "plan" && <PlanHas offer={offer} />}
            {offer.kind === "plan" && present?.source === "trial" && present.state !== "ended" && (
              <Alert tone="info" title={t("buy.endsTrial", { day: lastDay(present.until) })} said={false} />
            )}
            {offer.kind === "plan" && shop !== undefined && (
              <PickShop
                shops={shops}
                value={shop}
                onPick={(id) => {
                  setChosen(false);
                  write({ shop: id, seats: "" });
                }}
              />
            )}
            {seatsCanBeChosen(offer) && (
              <NumberField
                label={t("plan.seatsName")}
                help={t("buy.seatsHelp", { n: offer.seats, price: sumText(lang, offer.seatPrice) })}
                value={wanted.seats}
                min={offer.seats}
                max={SEATS_MAX}
                onValue={(value) => {
                  setChosen(true);
                  type("seats")(value);
                }}
              />
            )}
            {offer.kind === "credits" && (
              <NumberField
                label={t("buy.packs")}
                help={t("buy.packsHelp", { n: number(offer.credits), price: sumText(lang, offer.price) })}
                value={wanted.quantity}
                min={1}
                max={PACKS_MAX}
                onValue={type("quantity")}
              />
            )}
            {manage && <CouponField value={typed.coupon} onValue={type("coupon")} />}
          </div>
        </Section>
      }
      side={
        manage ? (
          <Bill
            offer={offer}
            wish={wish}
            without={() => type("coupon")("")}
            key={`${offer.code} ${offer.price.currency}`}
          />
        ) : (
          <p className="muted">{t("buy.notYours")}</p>
        )
      }
    />
  );
}

function NothingToBuy() {
  const { t } = useText();
  return (
    <Teach
      icon="billing"
      title={t("buy.nothing")}
      action={
        <LinkButton look="primary" to="/billing/plan">
          {t("buy.seePlans")}
        </LinkButton>
      }
      more={<LinkButton to="/billing">{t("buy.seeCredits")}</LinkButton>}
    >
      {t("buy.nothingText")}
    </Teach>
  );
}

export function BuyPage() {
  const { t } = useText();
  const [read] = useAddress();
  const offers = useOffers();
  const plans = usePlans();
  const shops = useShops();
  return (
    <Page title={t("buy.title")} back={{ to: "/billing/plan", text: t("billing.plan") }}>
      <Together reads={[offers, plans, shops]}>
        <Loaded read={offers} height={320}>
          {({ offers: sold }) => {
            const offer = offerOf(sold, read("offer"), read("currency"));
            const own = shops.data?.shops ?? [];
            if (offer === undefined || (offer.kind === "plan" && own.length === 0)) return <NothingToBuy />;
            const open = own.filter(({ status }) => status !== "suspended");
            const asked = own.find(({ id }) => id === idOf(read("shop"))) ?? (open.length === 0 ? own[0] : undefined);
            if (offer.kind === "plan" && asked?.status === "suspended") return <Rests shop={asked} />;
            return <Wishing offer={offer} shops={open} plans={plans.data?.plans ?? []} />;
          }}
        </Loaded>
      </Together>
    </Page>
  );
}
