/* Paying an order: with whom, and then either a code to scan, or the provider's own page. A code is drawn by our server;
 * no other service sees the address that it holds. That it was paid is told by the page of the order, live. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";
import { type Begun, beginPayment, type Order, type Provider, useOffers } from "../../api/money";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { Contact } from "../../ui/contact";
import { Countdown } from "../../ui/countdown";
import { focusFirstField } from "../../ui/dialog";
import { Loaded } from "../../ui/loaded";
import { useAnnounce, useNotify } from "../../ui/notify";
import { Section } from "../../ui/page";
import { useProblemText } from "../../ui/problems";
import { nameOf, Paid, sumText } from "../../ui/sum";

/** A provider that has not answered yet is asked again so often, so far apart. */
const AGAIN_MAX = 10;
const AGAIN_MS = 3000;

const takes = (order: Order) => (one: Provider) => one.currencies.includes(order.amount.currency);
const isKnown = ({ url, qr }: Begun) => (url ?? "") !== "" || (qr ?? "") !== "";

interface Trying {
  provider: string;
  turn: number;
}

/** Begins, and asks again while the provider has not said where one pays. */
function usePaying(order: Order) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const [code, setCode] = useState<Begun | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const [trying, setTrying] = useState<Trying | null>(null);
  const submit = useSubmit(({ provider }: Trying, key) => beginPayment(order.number, provider, key), {
    onDone: (begun, { provider, turn }) => {
      queries.setQueryData(keys.order(order.number), begun.order);
      if (!isKnown(begun)) {
        // One that was refused is told by the order's page; to begin again would make another payment.
        const open = begun.payment.state === "open";
        const again = open && turn < AGAIN_MAX;
        setTrying(again ? { provider, turn: turn + 1 } : null);
        if (open && !again) notify.info(t("pay.noAnswer"));
        return;
      }
      setTrying(null);
      if ((begun.qr ?? "") !== "") setCode(begun);
      else window.location.assign(begun.url ?? "");
    },
    onProblem: (problem) => {
      setTrying(null);
      setRefusal(problem);
    },
  });
  const { send, isPending } = submit;
  useEffect(() => {
    if (trying === null || isPending) return undefined;
    const timer = setTimeout(() => send(trying), AGAIN_MS);
    return () => clearTimeout(timer);
    // `send` is made anew with each picture, and the same.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [trying, isPending]);
  const begin = (provider: string) => {
    setRefusal(null);
    setCode(null);
    send({ provider, turn: 0 });
  };
  return { begin, busy: isPending || trying !== null, code, refusal, forget: () => setCode(null) };
}

function Ways({
  providers,
  value,
  onValue,
}: {
  providers: readonly Provider[];
  value: string;
  onValue: (name: string) => void;
}) {
  const { t, lang } = useText();
  const group = useId();
  return (
    <fieldset className="ways">
      <legend>{t("pay.with")}</legend>
      {providers.map((one) => (
        <label key={one.name} className="way">
          <input
            type="radio"
            name={group}
            value={one.name}
            checked={one.name === value}
            onChange={() => onValue(one.name)}
          />
          <span>
            {nameOf(lang, one)}
            {one.name === "sandbox" && <span className="small muted step-help">{t("pay.sandbox")}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function Code({ begun, provider, until, onEnd }: { begun: Begun; provider: string; until: string; onEnd: () => void }) {
  const { t, lang } = useText();
  const amount = sumText(lang, begun.payment.amount);
  const place = useRef<HTMLDivElement>(null);
  // The button that was pressed is gone: what took its place is what is read next.
  useEffect(() => place.current?.focus(), []);
  return (
    <div ref={place} className="scan" role="group" tabIndex={-1} aria-label={t("pay.codeReady", { provider, amount })}>
      <img
        className="scan-code"
        width="240"
        height="240"
        alt={t("pay.codeOf", { provider, amount })}
        src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(begun.qr ?? "")}`}
      />
      <p className="scan-amount">
        <Paid sum={begun.payment.amount} />
      </p>
      <p>{t("pay.scan", { provider })}</p>
      <p className="muted">
        {t("pay.left")} <Countdown until={until} onEnd={onEnd} />
      </p>
    </div>
  );
}

/** The way that was begun last, when one comes back; else the first. */
const firstOf = (order: Order, providers: readonly Provider[]) =>
  providers.find(({ name }) => name === order.payments.at(-1)?.provider)?.name ?? providers[0]?.name ?? "";

function Choosing({ order, providers }: { order: Order; providers: readonly Provider[] }) {
  const { t, lang } = useText();
  const problemText = useProblemText();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState("");
  const { begin, busy, code, refusal, forget } = usePaying(order);
  const announce = useAnnounce();
  const place = useRef<HTMLDivElement>(null);
  const ended = () => {
    announce(t("pay.ranOut"));
    void queries.invalidateQueries({ queryKey: keys.order(order.number) });
  };
  const otherWay = () => {
    forget();
    requestAnimationFrame(() => focusFirstField(place.current));
  };
  const value = chosen === "" ? firstOf(order, providers) : chosen;
  const name = providers.find((one) => one.name === value);
  if (name === undefined)
    return (
      <Alert tone="due" title={t("pay.none")}>
        {t("pay.noneText")}
        <Contact lead={t("pay.noneWrite")} />
      </Alert>
    );
  if (code !== null) {
    return (
      <>
        <Code begun={code} provider={nameOf(lang, name)} until={order.expiresAt} onEnd={ended} />
        <div className="line line-middle">
          <Button onClick={otherWay}>{t("pay.other")}</Button>
        </div>
      </>
    );
  }
  return (
    <div ref={place} className="stack">
      {refusal !== null && <Alert tone="stop" title={problemText(refusal)} />}
      <Ways providers={providers} value={value} onValue={setChosen} />
      <Button look="primary" wide busy={busy} onClick={() => begin(value)}>
        {t("pay.pay", { amount: sumText(lang, order.amount) })}
      </Button>
      <p className="small muted">
        {t("pay.until")} <Countdown until={order.expiresAt} onEnd={ended} />
      </p>
    </div>
  );
}

export function Pay({ order }: { order: Order }) {
  const { t } = useText();
  const offers = useOffers();
  return (
    <Section card title={t("pay.title")}>
      <Loaded read={offers} height={200}>
        {({ providers }) => (
          <div className="stack">
            <Choosing order={order} providers={providers.filter(takes(order))} />
          </div>
        )}
      </Loaded>
    </Section>
  );
}
