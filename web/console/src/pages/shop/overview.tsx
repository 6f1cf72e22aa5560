/* The chatbot of a shop in each of its states: offered, being set up, failed, working, stopped. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api, once } from "../../api/client";
import { useChatbot } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { Chatbot, Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button, LinkButton } from "../../ui/button";
import { ConfirmDialog } from "../../ui/dialog";
import { EnableButton, EnableHost, Features } from "../../ui/enable";
import { Day, Fact, Facts, Id, Time } from "../../ui/facts";
import { useLastDay } from "../../ui/last-day";
import { Loaded } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { useNotify } from "../../ui/notify";
import { DangerLine, DangerZone, Detail, Section } from "../../ui/page";
import { StatusPill } from "../../ui/pill";
import { ProvisionSteps } from "../../ui/provision-steps";
import { LaunchButton } from "./launch";
import { SubscriptionCard } from "./subscription";

interface Props {
  shop: Shop;
  chatbot: Chatbot;
}

function Enable({ shop, chatbot, label }: Props & { label?: string }) {
  const { t } = useText();
  const { manage } = useMay();
  if (shop.status === "suspended") return null; // why not stands above
  if (!manage) return <p className="muted">{t("may.not")}</p>;
  return (
    <EnableButton
      shop={shop.id}
      price={chatbot.price}
      credits={chatbot.available}
      {...(label !== undefined && { label })}
    />
  );
}

function Offer({ shop, chatbot }: Props) {
  const { t } = useText();
  const lastDay = useLastDay();
  return (
    <Section card title={t("chatbot.offerTitle")}>
      <div className="stack stack-tight">
        <p>{t("chatbot.offerText")}</p>
        <Features />
        {chatbot.freeUntil !== null ? (
          <p className="good">{t("chatbot.freeUntil", { day: lastDay(chatbot.freeUntil) })}</p>
        ) : (
          <p className="muted">{t("chatbot.costs", { n: chatbot.price, monthly: chatbot.renewalPrice })}</p>
        )}
        <Enable shop={shop} chatbot={chatbot} />
      </div>
    </Section>
  );
}

function Working({ chatbot }: Props) {
  const { t } = useText();
  return (
    <Section card title={t("provision.title")} extra={<StatusPill state={chatbot.state} />}>
      <ProvisionSteps steps={chatbot.steps} />
      {chatbot.attempts > 1 && (
        <p className="muted small">
          {t("provision.attempts", { n: chatbot.attempts })}{" "}
          {chatbot.nextAttemptAt !== null && (
            <>
              {t("provision.next")} <Time at={chatbot.nextAttemptAt} />
            </>
          )}
        </p>
      )}
      <p className="muted small">{t("provision.leave")}</p>
    </Section>
  );
}

function FailedEnable({ shop, chatbot }: Props) {
  const { t } = useText();
  return (
    <Section card title={t("provision.title")} extra={<StatusPill state={chatbot.state} />}>
      <div className="stack stack-tight">
        <Alert tone="stop" title={t("enable.failed")}>
          {chatbot.error?.message ?? ""} {t("chatbot.released")}
        </Alert>
        <ProvisionSteps steps={chatbot.steps} />
        <Enable shop={shop} chatbot={chatbot} label={t("enable.again")} />
      </div>
    </Section>
  );
}

function About({ chatbot }: { chatbot: Chatbot }) {
  const { t, known } = useText();
  return (
    <Facts>
      <Fact name={t("chatbot.botName")}>{chatbot.botName ?? "—"}</Fact>
      <Fact name={t("chatbot.botState")}>{known(`chatbot.bot.${chatbot.botState}`) ?? chatbot.botState}</Fact>
      <Fact name={t("chatbot.backend")}>{known(`chatbot.backend.${chatbot.backend}`) ?? chatbot.backend}</Fact>
      {chatbot.enabledAt !== null && (
        <Fact name={t("chatbot.enabledAt")}>
          <Day at={chatbot.enabledAt} />
        </Fact>
      )}
      <Fact name="Bot ID">{chatbot.botId === null ? t("enable.making") : <Id>{chatbot.botId}</Id>}</Fact>
    </Facts>
  );
}

function DisableButton({ shop }: { shop: Shop }) {
  const { t } = useText();
  const lastDay = useLastDay();
  const queries = useQueryClient();
  const notify = useNotify();
  const [open, setOpen] = useState(false);
  const submit = useSubmit(
    (id: number, key) =>
      answer(api.POST("/api/shops/{id}/chatbot/disable", { params: { path: { id } }, ...once(key) })),
    {
      onDone: ({ freeUntil }) => {
        for (const queryKey of [keys.shop(shop.id), keys.shops, keys.onboarding])
          void queries.invalidateQueries({ queryKey });
        setOpen(false);
        notify.done(freeUntil === null ? t("disable.done") : t("disable.doneFree", { day: lastDay(freeUntil) }));
      },
      onProblem: notify.problem,
    },
  );
  return (
    <>
      <Button look="danger" onClick={() => setOpen(true)}>
        {t("disable.button")}
      </Button>
      <ConfirmDialog
        open={open}
        title={t("disable.title")}
        ok={t("disable.button")}
        danger
        pending={submit.isPending}
        onOk={() => submit.send(shop.id)}
        onCancel={() => setOpen(false)}
      >
        <p>{t("disable.text")}</p>
      </ConfirmDialog>
    </>
  );
}

function ToPlan({ shop, small = false }: { shop: number; small?: boolean }) {
  const { t } = useText();
  return (
    <LinkButton small={small} look="primary" to={`/billing/plan?shop=${shop}`}>
      {t("stopped.toPlan")}
    </LinkButton>
  );
}

/** A chatbot may be managed here: a button that signs one in to this same page would lead nowhere. */
function Enabled({ shop, chatbot }: Props) {
  const { t } = useText();
  const lastDay = useLastDay();
  const { manage } = useMay();
  const stopped = chatbot.state === "suspended";
  const asked = shop.status !== "suspended"; // nothing is paid for what an operator keeps off
  const byPlan = chatbot.subscription !== null && chatbot.subscription.source !== "credits";
  const planEnded = byPlan && (chatbot.stoppedBy === "unpaid" || chatbot.stoppedBy === "ended");
  return (
    <div className="stack">
      {stopped && chatbot.stoppedBy !== "operator" && (
        <Alert
          tone="stop"
          title={t("chatbot.stopped")}
          action={
            <span className="line">
              {planEnded && <ToPlan shop={shop.id} />}
              <Enable shop={shop} chatbot={chatbot} />
            </span>
          }
          said={false}
        >
          {planEnded ? t("stopped.plan") : chatbot.stoppedBy !== null && t(`stopped.${chatbot.stoppedBy}`)}{" "}
          {t(planEnded ? "stopped.planAgain" : "stopped.again", { n: chatbot.price })}
        </Alert>
      )}
      {asked && chatbot.subscription?.status === "past_due" && chatbot.subscription.source !== "credits" && (
        <Alert
          tone="due"
          title={t("subscription.over", {
            day: lastDay(chatbot.subscription.stopsAt ?? chatbot.subscription.expiresAt),
          })}
          action={<ToPlan shop={shop.id} small />}
          said={false}
        >
          {t("subscription.overHelp")}
        </Alert>
      )}
      {asked && chatbot.subscription?.status === "past_due" && chatbot.subscription.source === "credits" && (
        <Alert
          tone="due"
          title={t("subscription.topUp", {
            n: chatbot.subscription.topUp,
            day: lastDay(chatbot.subscription.stopsAt ?? chatbot.subscription.expiresAt),
          })}
          action={
            <LinkButton small to="/billing">
              {t("short.go")}
            </LinkButton>
          }
          said={false}
        >
          {t("subscription.pastDue", { n: chatbot.subscription.renewalPrice })}
        </Alert>
      )}
      <Detail
        main={
          <Section
            card
            title={t("chatbot.name")}
            extra={
              <span className="line">
                {!stopped && manage && !chatbot.managedHere && <LaunchButton shop={shop.id} />}
                {!stopped && chatbot.embedCode !== null && (
                  <LinkButton look="primary" small icon="code" to={`/shops/${shop.id}/install`}>
                    {t("shop.install")}
                  </LinkButton>
                )}
              </span>
            }
          >
            <About chatbot={chatbot} />
          </Section>
        }
        side={
          chatbot.subscription !== null && (
            <Section card title={t("subscription.title")} extra={<StatusPill state={chatbot.subscription.status} />}>
              <SubscriptionCard shop={shop.id} subscription={chatbot.subscription} />
            </Section>
          )
        }
      />
      {manage && (
        <DangerZone title={t("shop.danger")}>
          <DangerLine text={t("disable.text")}>
            <DisableButton shop={shop} />
          </DangerLine>
        </DangerZone>
      )}
    </div>
  );
}

export function Overview({ shop }: { shop: Shop }) {
  return (
    <EnableHost>
      <ChatbotState shop={shop} />
    </EnableHost>
  );
}

function ChatbotState({ shop }: { shop: Shop }) {
  const read = useChatbot(shop.id);
  return (
    <Loaded read={read} height={400}>
      {(chatbot) => {
        switch (chatbot.state) {
          case "off":
          case "disabled":
          case "pending": // asked for once, and nothing is under way
            return <Offer shop={shop} chatbot={chatbot} />;
          case "provisioning":
            return <Working shop={shop} chatbot={chatbot} />;
          case "failed":
            return <FailedEnable shop={shop} chatbot={chatbot} />;
          case "active":
          case "suspended":
            return <Enabled shop={shop} chatbot={chatbot} />;
        }
      }}
    </Loaded>
  );
}
