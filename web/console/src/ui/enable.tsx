/* Enabling the chatbot: the question with its price, the steps as they happen, and each way it can end. */
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useState } from "react";
import { answer, api, once } from "../api/client";
import type { Problem } from "../api/problem";
import { useChatbot, useConfig, useUser } from "../api/queries";
import { keys } from "../api/read-keys";
import { useSubmit } from "../api/submit";
import type { Answer, Chatbot } from "../api/types";
import { type TextKey, useText } from "../i18n/i18n";
import { Alert } from "./alert";
import { Button, LinkButton } from "./button";
import { monthLater } from "./days";
import { Dialog } from "./dialog";
import { Icon } from "./icon";
import { usePaidDay } from "./last-day";
import { MoneyStep } from "./money-step";
import { useNotify } from "./notify";
import { useProblemText } from "./problems";
import { ProvisionSteps } from "./provision-steps";
import { ShortCreditsDialog } from "./short-credits";

export const FEATURES: readonly TextKey[] = [
  "chatbot.feature1",
  "chatbot.feature2",
  "chatbot.feature3",
  "chatbot.feature4",
];

export function Features() {
  const { t } = useText();
  return (
    <ul className="offer">
      {FEATURES.map((feature) => (
        <li key={feature}>
          <Icon name="check" />
          {t(feature)}
        </li>
      ))}
    </ul>
  );
}

type Enabled = Answer<"/api/shops/{id}/chatbot/enable", "post">;

function Done({ enabled }: { enabled: Enabled }) {
  const { t, number } = useText();
  return (
    <div className="result">
      <Icon name="good" />
      <h3>{t("enable.done")}</h3>
      <p className="muted">
        <span translate="no" className="break">
          Bot ID: {enabled.botId ?? t("enable.making")}
        </span>
        {enabled.creditsRemaining !== undefined && (
          <>
            <br />
            {t("enable.remaining", { n: number(enabled.creditsRemaining) })}
          </>
        )}
      </p>
    </div>
  );
}

/** What the dialog shows: the question, the work, or the good end. Bad ends are told beside it. */
function useEnable(shop: number, onClose: () => void) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const [short, setShort] = useState<Problem | null>(null);
  const [refusal, setRefusal] = useState<Problem | null>(null);
  const [enabled, setEnabled] = useState<Enabled | null>(null);
  const readAgain = () => {
    for (const queryKey of [keys.shop(shop), keys.shops, keys.billing, keys.user, keys.onboarding]) {
      void queries.invalidateQueries({ queryKey });
    }
  };
  const submit = useSubmit(
    (id: number, key) =>
      answer(api.POST("/api/shops/{id}/chatbot/enable", { params: { path: { id } }, body: {}, ...once(key) })),
    {
      onDone: (out) => {
        readAgain();
        if (out.status === "provisioning") {
          notify.info(t("enable.later"));
          onClose();
        } else setEnabled(out);
      },
      onProblem: (problem) => {
        readAgain();
        if (problem.code === "insufficient_credits") {
          onClose();
          setShort(problem);
        } else setRefusal(problem);
      },
    },
  );
  const ask = () => {
    setRefusal(null);
    submit.send(shop);
  };
  const forget = () => {
    setEnabled(null);
    setRefusal(null);
  };
  return { submit, ask, forget, enabled, refusal, short, closeShort: () => setShort(null) };
}

function Question({ price, chatbot, again }: { price: number; chatbot: Chatbot | undefined; again: boolean }) {
  const { t } = useText();
  const day = usePaidDay();
  const { data: config } = useConfig();
  const { data } = useUser();
  const monthly = chatbot?.renewalPrice ?? config?.prices.renewal;
  const from = chatbot?.freeUntil ?? monthLater(new Date()).toISOString();
  const later = monthly === undefined ? undefined : t("enable.laterFrom", { n: monthly, day: day(from) });
  return (
    <MoneyStep
      what={price > 0 ? t("enable.price", { n: price }) : t("enable.free")}
      now={price}
      before={chatbot?.available ?? data?.user?.credits}
      later={later}
      undo={t("enable.undo")}
    >
      {!again && (
        <>
          <p>{t("enable.includes")}</p>
          <Features />
        </>
      )}
    </MoneyStep>
  );
}

interface Offer {
  shop: number;
  price: number;
}

function EnableDialog({ shop, price, open, onClose }: Offer & { open: boolean; onClose: () => void }) {
  const { t } = useText();
  const problemText = useProblemText();
  const { submit, ask, forget, enabled, refusal, short, closeShort } = useEnable(shop, onClose);
  const close = () => {
    forget();
    onClose();
  };
  const finished = enabled !== null;
  const footer = finished ? (
    <>
      <Button onClick={close}>{t("dialog.close")}</Button>
      <LinkButton look="primary" to={`/shops/${shop}/install`} onClick={close}>
        {t("enable.toEmbed")}
      </LinkButton>
    </>
  ) : (
    <>
      <Button onClick={close}>{t(submit.isPending ? "enable.background" : "dialog.cancel")}</Button>
      <Button look="primary" busy={submit.isPending} onClick={ask} data-first="">
        {t(refusal === null ? "enable.ok" : "enable.again")}
      </Button>
    </>
  );
  return (
    <>
      <Dialog open={open} title={t("enable.title")} onClose={close} footer={footer}>
        {refusal !== null && (
          <Alert tone="stop" title={t("enable.failed")}>
            {problemText(refusal)}
          </Alert>
        )}
        {enabled !== null && <Done enabled={enabled} />}
        {!finished && <Asked shop={shop} price={price} working={submit.isPending} again={refusal !== null} />}
      </Dialog>
      <ShortCreditsDialog problem={short} onClose={closeShort} />
    </>
  );
}

function Asked({ shop, price, working, again }: Offer & { working: boolean; again: boolean }) {
  const { t } = useText();
  const { data } = useChatbot(shop);
  if (working) return <ProvisionSteps steps={data?.steps ?? []} />;
  return (
    <>
      <Question price={price} chatbot={data} again={again} />
      <p>{t("enable.sure")}</p>
    </>
  );
}

const OfferContext = createContext<(offer: Offer) => void>(() => undefined);

/** Holds the dialog for the buttons inside. Not each button its own: a button is gone the moment the chatbot is on, and
 * would take the good news with it. */
export function EnableHost({ children }: { children: ReactNode }) {
  const [offer, setOffer] = useState<Offer>({ shop: 0, price: 0 });
  const [open, setOpen] = useState(false);
  const ask = useCallback((asked: Offer) => {
    setOffer(asked);
    setOpen(true);
  }, []);
  return (
    <OfferContext value={ask}>
      {children}
      {offer.shop > 0 && <EnableDialog {...offer} open={open} onClose={() => setOpen(false)} key={offer.shop} />}
    </OfferContext>
  );
}

interface ButtonProps extends Offer {
  credits: number;
  label?: string;
  small?: boolean;
}

/** The button, or, where it cannot be pressed, why, and the way on beside it. */
export function EnableButton({ shop, price, credits, label, small = false }: ButtonProps) {
  const { t } = useText();
  const { data: config } = useConfig();
  const ask = useContext(OfferContext);
  const off = config?.chatbotFeature === false;
  const short = credits < price;
  const why = off ? t("chatbot.featureOff") : short ? t("enable.short", { n: price }) : "";
  return (
    <span className="line">
      <Button
        look={small ? "plain" : "primary"}
        small={small}
        disabled={why !== ""}
        onClick={() => ask({ shop, price })}
      >
        {label ?? (price > 0 ? t("enable.button", { n: price }) : t("enable.buttonFree"))}
      </Button>
      {why !== "" && <span className="small muted">{why}</span>}
      {short && !off && (
        <LinkButton to="/billing" small={small}>
          {t("enable.getCredits", { n: price - credits })}
        </LinkButton>
      )}
    </span>
  );
}
