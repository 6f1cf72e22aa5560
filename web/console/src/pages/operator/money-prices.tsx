/* What is sold, and for how much. A price is never changed: a new version takes its place, and orders keep theirs. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { type Offer, type OfferBody, putOffer, usePrices } from "../../api/money";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { FormDialog } from "../../ui/dialogs";
import { useRules } from "../../ui/fields";
import { placeFieldProblems, TextField, useForm } from "../../ui/form";
import { Loaded } from "../../ui/loaded";
import { digitsOf, minorOf } from "../../ui/minor";
import { useNotify } from "../../ui/notify";
import { Section } from "../../ui/page";
import { useProblemText } from "../../ui/problems";
import { nameOf, Paid } from "../../ui/sum";
import { type Column, DataTable } from "../../ui/table";
import { useHas } from "./price-versions";

const NAME_MAX = 80;
const FIELDS = {
  plan: ["price", "days", "seats", "seatPrice", "websites"],
  credits: ["price", "credits"],
} as const;

const versionsAt = (code: string, currency: string) =>
  `/operator/catalogue/prices?${new URLSearchParams({ code, currency }).toString()}`;

function valuesOf(offer: Offer) {
  return {
    nameEn: offer.nameEn,
    nameZh: offer.nameZh,
    price: offer.price.text,
    days: String(offer.days),
    seats: String(offer.seats),
    seatPrice: offer.seatPrice.text,
    websites: String(offer.websites),
    credits: String(offer.credits),
  };
}

function NewVersion({ offer, onClose }: { offer: Offer; onClose: () => void }) {
  const { t, lang } = useText();
  const rules = useRules();
  const queries = useQueryClient();
  const notify = useNotify();
  const problemText = useProblemText();
  const [refusal, setRefusal] = useState("");
  const digits = digitsOf(offer.price.text);
  const sum = (value: string) =>
    minorOf(value, digits) === null ? t("refund.sumFormat", { like: offer.price.text }) : null;
  const whole = (value: string) => (/^\d{1,9}$/.test(value.trim()) ? null : t("price.whole"));
  const form = useForm(valuesOf(offer), {
    rules: {
      nameEn: [rules.required],
      nameZh: [rules.required],
      price: [sum],
      seatPrice: [sum],
      days: [whole],
      seats: [whole],
      websites: [whole],
      credits: [whole],
    },
  });
  const submit = useSubmit((body: OfferBody, key) => putOffer(body, key), {
    onDone: () => {
      for (const queryKey of [keys.prices, keys.offers]) void queries.invalidateQueries({ queryKey });
      onClose();
      notify.done(t("price.made"));
    },
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
    },
  });
  const send = (values: ReturnType<typeof valuesOf>) => {
    setRefusal("");
    submit.send({
      code: offer.code,
      kind: offer.kind,
      currency: offer.price.currency,
      nameEn: values.nameEn.trim(),
      nameZh: values.nameZh.trim(),
      price: minorOf(values.price, digits) ?? 0,
      seatPrice: minorOf(values.seatPrice, digits) ?? 0,
      days: Number(values.days),
      seats: Number(values.seats),
      websites: Number(values.websites),
      credits: Number(values.credits),
    });
  };
  return (
    <FormDialog
      open
      title={t("price.newOf", { name: nameOf(lang, offer) })}
      ok={t("price.new")}
      pending={submit.isPending}
      form={form}
      onSubmit={send}
      onCancel={onClose}
    >
      <p className="muted">{t("price.newText")}</p>
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <TextField form={form} name="nameZh" label={t("price.nameZh")} maxLength={NAME_MAX} lang="zh-CN" />
      <TextField form={form} name="nameEn" label={t("price.nameEn")} maxLength={NAME_MAX} lang="en" />
      {FIELDS[offer.kind].map((name) => (
        <TextField
          key={name}
          form={form}
          name={name}
          label={t(`price.${name}`)}
          {...(name === "websites" && { help: t("price.websitesHelp") })}
          {...(name === "seatPrice" && { help: t("price.seatPriceHelp") })}
          inputMode={name === "price" || name === "seatPrice" ? "decimal" : "numeric"}
          autoComplete="off"
          maxLength={16}
        />
      ))}
    </FormDialog>
  );
}

function OfferTable({ offers, change }: { offers: readonly Offer[]; change: (offer: Offer) => void }) {
  const { t, lang, number } = useText();
  const has = useHas();
  const columns: Column<Offer>[] = [
    { key: "name", title: t("order.what"), phone: "main", grow: true, render: (offer) => nameOf(lang, offer) },
    {
      key: "code",
      title: t("price.code"),
      grow: true,
      render: ({ code }) => (
        <code className="short" translate="no" title={code}>
          {code}
        </code>
      ),
    },
    { key: "has", title: t("price.has"), phone: "sub", grow: true, render: has },
    {
      key: "more",
      title: t("price.seatPrice"),
      numeric: true,
      render: ({ seatPrice }) => (seatPrice.amount === 0 ? "—" : <Paid sum={seatPrice} />),
    },
    {
      key: "version",
      title: t("price.version"),
      numeric: true,
      phone: "side",
      render: ({ code, price, version }) => (
        <Link to={versionsAt(code, price.currency)} aria-label={t("price.versionsN", { n: version })}>
          {number(version)}
        </Link>
      ),
    },
    { key: "price", title: t("price.price"), numeric: true, phone: "end", render: ({ price }) => <Paid sum={price} /> },
    {
      key: "acts",
      title: t("table.actions"),
      actions: true,
      render: (offer) => (
        <Button small onClick={() => change(offer)}>
          {t("price.new")}
        </Button>
      ),
    },
  ];
  return (
    <DataTable
      label={t("money.prices")}
      columns={columns}
      rows={offers}
      rowKey={({ code, price }) => `${code} ${price.currency}`}
      empty={t("plan.noneSold")}
    />
  );
}

export function Prices() {
  const { t } = useText();
  const read = usePrices();
  const [changing, setChanging] = useState<Offer | null>(null);
  return (
    <Section title={t("price.sold")}>
      <p className="muted">{t("price.intro")}</p>
      <Loaded read={read} rows={4}>
        {(offers) => <OfferTable offers={offers} change={setChanging} />}
      </Loaded>
      {changing !== null && <NewVersion offer={changing} onClose={() => setChanging(null)} />}
    </Section>
  );
}
