/* Switching the chatbot on: the question with its price, the steps as they happen, and each way it can end. */
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Modal, Result, Tooltip } from "antd";
import { createContext, type ReactNode, useCallback, useContext, useState } from "react";
import { answer, api, once } from "../api/client";
import type { Problem } from "../api/problem";
import { useChatbot, useConfig } from "../api/queries";
import { keys } from "../api/read-keys";
import { useSubmit } from "../api/submit";
import type { Answer } from "../api/types";
import { type TextKey, useText } from "../i18n/i18n";
import { LinkButton } from "./link-button";
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
        <li key={feature}>{t(feature)}</li>
      ))}
    </ul>
  );
}

type Enabled = Answer<"/api/shops/{id}/chatbot/enable", "post">;

function Done({ enabled }: { enabled: Enabled }) {
  const { t, number } = useText();
  return (
    <Result
      status="success"
      title={t("enable.done")}
      subTitle={
        <>
          <span className="break">Bot ID: {enabled.botId ?? t("enable.making")}</span>
          {enabled.creditsRemaining !== undefined && (
            <>
              <br />
              {t("enable.remaining", { n: number(enabled.creditsRemaining) })}
            </>
          )}
        </>
      }
    />
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
        } else {
          setEnabled(out);
          notify.done(t("enable.done"));
        }
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

function EnableDialog({
  shop,
  price,
  open,
  onClose,
}: {
  shop: number;
  price: number;
  open: boolean;
  onClose: () => void;
}) {
  const { t } = useText();
  const problemText = useProblemText();
  const { submit, ask, forget, enabled, refusal, short, closeShort } = useEnable(shop, onClose);
  const close = () => {
    forget();
    onClose();
  };
  const finished = enabled !== null;
  return (
    <>
      <Modal
        open={open}
        title={t(finished ? "enable.doneTitle" : "enable.title")}
        okText={t(refusal === null ? "enable.ok" : "enable.again")}
        cancelText={submit.isPending ? t("enable.background") : undefined}
        confirmLoading={submit.isPending}
        onOk={ask}
        onCancel={close}
        destroyOnHidden
        footer={
          finished
            ? [
                <Button key="close" onClick={close}>
                  {t("dialog.close")}
                </Button>,
                <LinkButton key="embed" to={`/shops/${shop}/chatbot`} onGo={close} type="primary">
                  {t("enable.toEmbed")}
                </LinkButton>,
              ]
            : undefined
        }
      >
        {refusal !== null && (
          <Alert
            className="form-alert"
            type="error"
            showIcon
            title={t("enable.failed")}
            description={problemText(refusal)}
          />
        )}
        {enabled !== null && <Done enabled={enabled} />}
        {submit.isPending && <DialogSteps shop={shop} />}
        {!finished && !submit.isPending && (
          <div>
            <p>{price > 0 ? t("enable.price", { n: price }) : t("enable.free")}</p>
            {refusal === null && (
              <>
                <p>{t("enable.includes")}</p>
                <Features />
              </>
            )}
            <p>{t("enable.sure")}</p>
          </div>
        )}
      </Modal>
      <ShortCreditsDialog problem={short} onClose={closeShort} />
    </>
  );
}

function DialogSteps({ shop }: { shop: number }) {
  const { data } = useChatbot(shop);
  return <ProvisionSteps steps={data?.steps ?? []} />;
}

interface Offer {
  shop: number;
  price: number;
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
}

/** The button, and why it cannot be pressed: as tooltip for the mouse and as text for everyone. */
export function EnableButton({ shop, price, credits, label }: ButtonProps) {
  const { t } = useText();
  const { data: config } = useConfig();
  const ask = useContext(OfferContext);
  const off = config?.chatbotFeature === false;
  const short = credits < price;
  const why = off ? t("chatbot.featureOff") : short ? t("enable.short", { n: price }) : "";
  return (
    <>
      <Tooltip title={why}>
        <span>
          <Button type="primary" disabled={why !== ""} onClick={() => ask({ shop, price })}>
            {label ?? (price > 0 ? t("enable.button", { n: price }) : t("enable.buttonFree"))}
          </Button>
        </span>
      </Tooltip>
      {why !== "" && <span className="small muted">{why}</span>}
    </>
  );
}
