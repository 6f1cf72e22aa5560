/* One order: the page on which one pays, and the page to which one comes back. What it shows is what the server knows, and
 * changes with it; the address proves nothing, and a browser that was closed has changed nothing. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link, useParams } from "react-router";
import {
  cancelOrder,
  checkOrder,
  type Moment,
  type Order,
  type OtherSum,
  type Payment,
  type Refund,
  reprovisionOrder,
  useOrder,
} from "../../api/money";
import { toProblem } from "../../api/problem";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button, LinkButton } from "../../ui/button";
import { Contact } from "../../ui/contact";
import { ConfirmDialog } from "../../ui/dialog";
import { Fact, Facts, Id, Shop, Time } from "../../ui/facts";
import { Loaded } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { useAnnounce, useNotify } from "../../ui/notify";
import { OrderLines, OrderPill, OrderSums } from "../../ui/order-parts";
import { Detail, Page, Section, Teach } from "../../ui/page";
import { PaymentTable, RefundTable } from "../../ui/payments";
import { nameOf, Paid, sumText } from "../../ui/sum";
import { OrderPapers } from "./papers";
import { Pay } from "./pay";
import { backBy, canPay, isAnswered, isLookedAt, isNews, type Standing, standingOf } from "./standing";

/** "I have paid": the provider is asked, and answers what is true. */
function Asked({ order }: { order: Order }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const submit = useSubmit((number: string, key) => checkOrder(number, key), {
    onDone: (got) => {
      queries.setQueryData(keys.order(order.number), got);
      if (got.stage === "pending") notify.info(t("order.notYet"));
    },
    onProblem: notify.problem,
  });
  return (
    <Button small busy={submit.isPending} onClick={() => submit.send(order.number)}>
      {t("order.iHavePaid")}
    </Button>
  );
}

function Cancel({ order }: { order: Order }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const [asking, setAsking] = useState(false);
  const submit = useSubmit((number: string, key) => cancelOrder(number, key), {
    onDone: (got) => {
      setAsking(false);
      queries.setQueryData(keys.order(order.number), got);
      if (got.stage === "closed") notify.done(t("order.cancelled"));
      else notify.info(t(got.state === "open" ? "order.cancelling" : "order.notCancelled"));
    },
    onProblem: (problem) => {
      setAsking(false);
      notify.problem(problem);
    },
  });
  return (
    <>
      <Button onClick={() => setAsking(true)}>{t("order.cancel")}</Button>
      <ConfirmDialog
        open={asking}
        title={t("order.cancelTitle")}
        ok={t("order.cancel")}
        danger
        pending={submit.isPending}
        onOk={() => submit.send(order.number)}
        onCancel={() => setAsking(false)}
      >
        <p>{t("order.cancelText")}</p>
      </ConfirmDialog>
    </>
  );
}

/** What is paid, and could not be set up, is tried again by itself; and now, by who cannot wait. */
function Reprovision({ order }: { order: Order }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const submit = useSubmit((number: string, key) => reprovisionOrder(number, key), {
    onDone: (got) => {
      queries.setQueryData(keys.order(order.number), got);
    },
    onProblem: (problem) => {
      notify.problem(problem);
      void queries.invalidateQueries({ queryKey: keys.order(order.number) });
    },
  });
  return (
    <Button small busy={submit.isPending} onClick={() => submit.send(order.number)}>
      {t("order.reprovision")}
    </Button>
  );
}

/** The way on from what was bought. */
function Onward({ order }: { order: Order }) {
  const { t } = useText();
  const to = order.shop === null ? "/billing" : `/shops/${order.shop}/install`;
  return (
    <LinkButton small to={to}>
      {t(order.shop === null ? "order.toCredits" : "order.toCode")}
    </LinkButton>
  );
}

const BACK_TEXT = { us: "order.refundedText", others: "order.refundedOutside", both: "order.refundedBoth" } as const;

function Says({ order, standing }: { order: Order; standing: Standing }) {
  const { t } = useText();
  const { manage } = useMay();
  const [openedMs] = useState(Date.now);
  const news = isNews(order, openedMs);
  const { number } = order;
  const credits = order.kind === "credits";
  switch (standing) {
    case "paid":
      if (!news) return null;
      return (
        <Alert tone="good" title={t("order.paid")} action={<Onward order={order} />}>
          {t(credits ? "order.paidCredits" : "order.paidPlan")}
        </Alert>
      );
    case "provisioning":
      if (order.reprovision)
        return (
          <Alert tone="due" title={t("order.stuck", { number })} action={manage && <Reprovision order={order} />}>
            {t("order.stuckText")}
          </Alert>
        );
      return (
        <Alert
          tone="info"
          title={t("order.provisioning", { number })}
          action={
            order.shop !== null && (
              <LinkButton small to={`/shops/${order.shop}`}>
                {t("order.toShop")}
              </LinkButton>
            )
          }
        >
          {t("order.provisioningText")}
        </Alert>
      );
    case "unconfirmed":
      if (isAnswered(order)) return null;
      return (
        <Alert tone="due" title={t("order.unconfirmed", { number })} action={manage && <Asked order={order} />}>
          {t("order.unconfirmedText")}
        </Alert>
      );
    case "failed":
      return (
        <Alert tone="stop" title={t("order.failed")} action={manage && <Asked order={order} />}>
          {t("order.failedText")}
        </Alert>
      );
    case "closed":
      return (
        <Alert tone="info" title={t("order.closed")}>
          {t("order.closedText")}
        </Alert>
      );
    case "refunded":
      return (
        <Alert tone="info" title={t("order.refunded")}>
          {t(BACK_TEXT[backBy(order.refunds)])}
        </Alert>
      );
    case "toPay":
      return null;
  }
}

const OTHER_TEXT = {
  pending: "order.otherText",
  provisioning: "order.otherBeside",
  done: "order.otherBeside",
  refunded: "order.otherRefunded",
  closed: "order.otherClosed",
} as const;

/** Money that came, and is not what was asked for: what it is, and what becomes of it. */
function Other({ sum, stage }: { sum: OtherSum; stage: Order["stage"] }) {
  const { t, lang, day } = useText();
  const { came, asked, again, seenAt } = sum;
  return (
    <Alert
      tone={seenAt === null ? "due" : "info"}
      title={t(again ? "order.otherAgain" : "order.other", { came: sumText(lang, came), asked: sumText(lang, asked) })}
    >
      {seenAt === null ? (
        t(again ? "order.otherAgainText" : OTHER_TEXT[stage])
      ) : (
        <>
          <p>{t("order.otherSeen", { day: day(seenAt) })}</p>
          <Contact lead={t("order.otherWrite")} />
        </>
      )}
    </Alert>
  );
}

function What({ order }: { order: Order }) {
  const { t, lang } = useText();
  return (
    <Section title={nameOf(lang, order.offer)}>
      <OrderLines lines={order.lines} />
      <OrderSums of={order} />
      {order.refunded.amount > 0 && (
        <p>
          {t("order.givenBack")} <Paid sum={order.refunded} />
        </p>
      )}
    </Section>
  );
}

function Timeline({ moments }: { moments: readonly Moment[] }) {
  const { t, known } = useText();
  if (moments.length === 0) return null;
  return (
    <Section title={t("order.timeline")}>
      <ol className="timeline">
        {moments.map(({ at, what, said }) => (
          <li key={`${at} ${what} ${said}`}>
            <span>{known(`moment.${what}`) ?? what}</span>
            <Time at={at} />
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Money({ payments, refunds }: { payments: readonly Payment[]; refunds: readonly Refund[] }) {
  const { t } = useText();
  return (
    <>
      {payments.length > 0 && (
        <Section title={t("payment.title")}>
          <PaymentTable rows={payments} />
        </Section>
      )}
      {refunds.length > 0 && (
        <Section title={t("refund.title")}>
          <RefundTable rows={refunds} />
        </Section>
      )}
    </>
  );
}

function Numbers({ order }: { order: Order }) {
  const { t } = useText();
  return (
    <Section card title={t("order.about")}>
      <Facts>
        <Fact name={t("order.state")}>
          <OrderPill stage={order.stage} />
        </Fact>
        <Fact name={t("order.number")}>
          <Id>{order.number}</Id>
        </Fact>
        {order.shop !== null && (
          <Fact name={t("ledger.shop")}>
            <Shop id={order.shop} />
          </Fact>
        )}
        <Fact name={t("order.placed")}>
          <Time at={order.createdAt} />
        </Fact>
        {order.paidAt !== null && (
          <Fact name={t("order.paidAt")}>
            <Time at={order.paidAt} />
          </Fact>
        )}
      </Facts>
    </Section>
  );
}

/** What changes while somebody looks is also said. */
function useSaid(stage: Order["stage"]): void {
  const { t } = useText();
  const announce = useAnnounce();
  const before = useRef(stage);
  useEffect(() => {
    if (before.current === stage) return;
    before.current = stage;
    announce(t(`stage.${stage}`));
    // The code, or the button, that had the focus may be gone with it: then the page's heading.
    requestAnimationFrame(() => {
      if (document.activeElement === document.body)
        document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
    });
  }, [stage, announce, t]);
}

function Shown({ order }: { order: Order }) {
  const { t } = useText();
  const { manage } = useMay();
  const standing = standingOf(order);
  useSaid(order.stage);
  return (
    <>
      <Says order={order} standing={standing} />
      {order.otherSums.map((sum) => (
        <Other key={sum.payment + sum.at} sum={sum} stage={order.stage} />
      ))}
      {order.creditsHeld > 0 && (
        <Alert tone="info" title={t("order.creditsHeld", { n: order.creditsHeld })}>
          {t("order.creditsHeldText")}
        </Alert>
      )}
      <Detail
        main={
          <>
            <What order={order} />
            <Money payments={order.payments} refunds={order.refunds} />
            <Timeline moments={order.timeline} />
          </>
        }
        side={
          <>
            {canPay(order) && manage && !isLookedAt(order) && <Pay order={order} />}
            <Numbers order={order} />
            <OrderPapers order={order} />
          </>
        }
      />
    </>
  );
}

/** Another's order is one that does not exist, too. */
function Unknown({ number }: { number: string }) {
  const { t } = useText();
  return (
    <Page title={t("order.one")}>
      <Teach
        icon="search"
        title={t("order.unknown")}
        action={
          <LinkButton look="primary" to="/billing/orders">
            {t("order.toOrders")}
          </LinkButton>
        }
        more={<Link to="/billing/plan">{t("buy.seePlans")}</Link>}
      >
        {t("order.unknownText", { number })}
      </Teach>
    </Page>
  );
}

function OneOrder({ number }: { number: string }) {
  const { t } = useText();
  const { manage } = useMay();
  const read = useOrder(number);
  if (read.isError && read.data === undefined && toProblem(read.error).status === 404)
    return <Unknown number={number} />;
  const open = read.data !== undefined && canPay(read.data);
  return (
    <Page
      title={t("order.one")}
      back={{ to: "/billing/orders", text: t("nav.orders") }}
      extra={open && manage && <Cancel order={read.data} />}
    >
      <Loaded read={read} height={480}>
        {(order) => <Shown order={order} />}
      </Loaded>
    </Page>
  );
}

export default function OrderPage() {
  const { number = "" } = useParams();
  return <OneOrder number={number} key={number} />;
}
