/* One order as the house sees it: its payments, all that was heard and asked about it, what does not agree, and what one
 * can do: give back, or say by hand that it was paid. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { markPaid, type Note, type Sale, type SalePayment, useSale } from "../../api/money";
import { toProblem } from "../../api/problem";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { FormDialog } from "../../ui/dialogs";
import { Fact, Facts, Id, Short, Time } from "../../ui/facts";
import { REASON_MAX, useRules } from "../../ui/fields";
import { placeFieldProblems, TextField, useForm } from "../../ui/form";
import { Loaded } from "../../ui/loaded";
import { MismatchTable } from "../../ui/mismatches";
import { useNotify } from "../../ui/notify";
import { OrderLines, OrderSums } from "../../ui/order-parts";
import { Detail, Page, Section } from "../../ui/page";
import { PaymentTable, ProviderName, RefundTable } from "../../ui/payments";
import { KnownPerson, KnownShop } from "../../ui/person";
import { useProblemText } from "../../ui/problems";
import { nameOf, Paid } from "../../ui/sum";
import { saidText } from "../../ui/said";
import { type Column, DataTable } from "../../ui/table";
import NotFound from "../not-found";
import { comesOf, HandWord } from "./hand-word";
import { RefundDialog } from "./refund-dialog";
import { StatePill } from "./state-pill";

/** Paid in a way that no provider tells of: what a second person has to agree to. */
function MarkPaid({ sale, payment, onClose }: { sale: Sale; payment: SalePayment; onClose: () => void }) {
  const { t } = useText();
  const order = sale.number;
  const back = comesOf(sale.state) === "back";
  const rules = useRules();
  const queries = useQueryClient();
  const notify = useNotify();
  const problemText = useProblemText();
  const [refusal, setRefusal] = useState("");
  const form = useForm({ trade: "", reason: "" }, { rules: { trade: [rules.required], reason: [rules.reason] } });
  const submit = useSubmit(
    (values: { trade: string; reason: string }, key) => markPaid(order, { payment: payment.number, ...values }, key),
    {
      onDone: () => {
        void queries.invalidateQueries({ queryKey: keys.sale(order) });
        onClose();
        notify.done(t("sale.marked"));
      },
      onProblem: (problem) => {
        if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
      },
    },
  );
  return (
    <FormDialog
      open
      title={t("sale.mark")}
      ok={t("sale.mark")}
      danger
      pending={submit.isPending}
      form={form}
      onSubmit={(values) => {
        setRefusal("");
        submit.send(values);
      }}
      onCancel={onClose}
    >
      <p>
        <ProviderName name={payment.provider} /> · <Paid sum={payment.amount} />
      </p>
      <p className="muted">{t("sale.markText")}</p>
      {back && <Alert tone="due" title={t("sale.markBack")} />}
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <TextField form={form} name="trade" label={t("sale.trade")} help={t("sale.tradeHelp")} maxLength={64} />
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

function Payments({ sale }: { sale: Sale }) {
  const { t } = useText();
  const [giving, setGiving] = useState<SalePayment | null>(null);
  const [marking, setMarking] = useState<SalePayment | null>(null);
  // Marked already: what is left to do stands beside it.
  const waits = ({ number }: SalePayment) =>
    sale.handPayments.some(({ payment, state }) => payment === number && state === "asked");
  return (
    <Section title={t("payment.title")}>
      <PaymentTable
        house
        rows={sale.payments}
        acts={(row) =>
          row.state === "paid"
            ? row.left.amount > 0 && (
                <Button small onClick={() => setGiving(row)}>
                  {t("refund.give")}
                </Button>
              )
            : !waits(row) && (
                <Button small onClick={() => setMarking(row)}>
                  {t("sale.mark")}
                </Button>
              )
        }
      />
      {giving !== null && <RefundDialog sale={sale} payment={giving} onClose={() => setGiving(null)} />}
      {marking !== null && <MarkPaid sale={sale} payment={marking} onClose={() => setMarking(null)} />}
    </Section>
  );
}

function Notes({ notes, currency }: { notes: readonly Note[]; currency: string }) {
  const text = useText();
  const { t, known } = text;
  const columns: Column<Note>[] = [
    {
      key: "what",
      title: t("note.what"),
      phone: "main",
      tight: true,
      render: ({ what }) => known(`moment.${what}`) ?? what,
    },
    {
      key: "provider",
      title: t("payment.provider"),
      tight: true,
      render: ({ provider }) => (provider === "" ? "—" : <ProviderName name={provider} />),
    },
    {
      key: "said",
      title: t("payment.said"),
      grow: true,
      phone: "sub",
      render: ({ said }) => (said === "" ? "—" : <Short>{saidText(text, said, currency)}</Short>),
    },
    {
      key: "delivery",
      title: t("delivery.one"),
      tight: true,
      phone: "end",
      render: ({ delivery }) =>
        delivery === null ? "—" : <Link to={`/operator/deliveries/${delivery}`}>{String(delivery)}</Link>,
    },
    { key: "at", title: t("note.at"), phone: "side", render: ({ at }) => <Time at={at} /> },
  ];
  return (
    <Section title={t("note.title")}>
      <DataTable
        label={t("note.title")}
        columns={columns}
        rows={notes}
        rowKey={(note) => notes.indexOf(note)}
        empty={t("note.none")}
      />
    </Section>
  );
}

/** What somebody has marked as paid, and a second person has to look at. */
function Marked({ sale }: { sale: Sale }) {
  const { t } = useText();
  return sale.handPayments
    .filter(({ state }) => state === "asked")
    .map((hand) => (
      <Alert key={hand.id} tone="due" title={t("sale.waits")} action={<HandWord hand={hand} />}>
        <ProviderName name={hand.provider} /> · <span translate="no">{hand.trade}</span> · {hand.reason}
        <br />
        {t("sale.waitsText")}
      </Alert>
    ));
}

function About({ sale }: { sale: Sale }) {
  const { t } = useText();
  return (
    <Section card title={t("order.about")}>
      <Facts>
        <Fact name={t("order.state")}>
          <StatePill state={sale.state} />
        </Fact>
        <Fact name={t("order.number")}>
          <Id>{sale.number}</Id>
        </Fact>
        <Fact name={t("customer.one")}>
          <KnownPerson id={sale.account} />
        </Fact>
        {sale.shop !== null && (
          <Fact name={t("ledger.shop")}>
            <KnownShop id={sale.shop} />
          </Fact>
        )}
        <Fact name={t("order.placed")}>
          <Time at={sale.createdAt} />
        </Fact>
        {sale.paidAt !== null && (
          <Fact name={t("order.paidAt")}>
            <Time at={sale.paidAt} />
          </Fact>
        )}
        <Fact name={t("line.amount")}>
          <Paid sum={sale.amount} />
        </Fact>
        {sale.refunded.amount > 0 && (
          <Fact name={t("payment.refunded")}>
            <Paid sum={sale.refunded} />
          </Fact>
        )}
      </Facts>
    </Section>
  );
}

function Shown({ sale }: { sale: Sale }) {
  const { t, lang } = useText();
  return (
    <Detail
      main={
        <>
          <Section title={nameOf(lang, sale)}>
            <OrderLines lines={sale.lines} />
            <OrderSums of={sale} />
          </Section>
          {sale.mismatches.length > 0 && (
            <Section title={t("mismatch.title")}>
              <MismatchTable rows={sale.mismatches} />
            </Section>
          )}
          <Payments sale={sale} />
          {sale.refunds.length > 0 && (
            <Section title={t("refund.title")}>
              <RefundTable rows={sale.refunds} />
            </Section>
          )}
          <Notes notes={sale.notes} currency={sale.amount.currency} />
        </>
      }
      side={
        <>
          <Marked sale={sale} />
          <About sale={sale} />
        </>
      }
    />
  );
}

function OneSale({ number }: { number: string }) {
  const { t } = useText();
  const read = useSale(number);
  if (read.isError && read.data === undefined && toProblem(read.error).status === 404) return <NotFound />;
  return (
    <Page title={t("order.one")} back={{ to: "/operator/orders", text: t("nav.orders") }}>
      <Loaded read={read} height={480}>
        {(sale) => <Shown sale={sale} />}
      </Loaded>
    </Page>
  );
}

export default function SalePage() {
  const { number = "" } = useParams();
  return <OneSale number={number} key={number} />;
}
