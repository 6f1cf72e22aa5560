/* The chatbot of a shop in each of its states: offered, being set up, failed, working, suspended. */
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useState } from "react";
import { answer, api, once } from "../../api/client";
import { useChatbot, useUser } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { Chatbot, Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { StatusBadge } from "../../ui/badge";
import { CodeBox } from "../../ui/copy";
import { ConfirmDialog } from "../../ui/dialogs";
import { EnableButton, EnableHost, Features } from "../../ui/enable";
import { Loaded } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { Section } from "../../ui/page";
import { ProvisionSteps } from "../../ui/provision-steps";
import { LaunchButton } from "./launch";

interface Props {
  shop: Shop;
  chatbot: Chatbot;
}

function Offer({ shop, chatbot }: Props) {
  const { t, day } = useText();
  const { data } = useUser();
  return (
    <Section title={t("chatbot.offerTitle")}>
      <p>{t("chatbot.offerText")}</p>
      <Features />
      {chatbot.freeUntil !== null && <p className="good">{t("chatbot.freeUntil", { day: day(chatbot.freeUntil) })}</p>}
      <div className="line">
        <EnableButton shop={shop.id} price={chatbot.price} credits={data?.user?.credits ?? 0} />
      </div>
    </Section>
  );
}

function Working({ chatbot }: Props) {
  const { t, time } = useText();
  return (
    <Section title={t("provision.title")} extra={<StatusBadge kind="chatbot" state={chatbot.state} />}>
      <ProvisionSteps steps={chatbot.steps} />
      {chatbot.attempts > 1 && (
        <p className="muted small">
          {t("provision.attempts", { n: chatbot.attempts })}{" "}
          {chatbot.nextAttemptAt !== null && t("provision.next", { time: time(chatbot.nextAttemptAt) })}
        </p>
      )}
      <p className="muted small">{t("provision.leave")}</p>
    </Section>
  );
}

function FailedEnable({ shop, chatbot }: Props) {
  const { t } = useText();
  const { data } = useUser();
  return (
    <Section title={t("provision.title")} extra={<StatusBadge kind="chatbot" state={chatbot.state} />}>
      <div className="stack">
        <Alert
          type="error"
          showIcon
          title={t("enable.failed")}
          description={
            <>
              {chatbot.error?.message ?? ""} {t("chatbot.released")}
            </>
          }
        />
        <ProvisionSteps steps={chatbot.steps} />
        <div className="line">
          <EnableButton
            shop={shop.id}
            price={chatbot.price}
            credits={data?.user?.credits ?? 0}
            label={t("enable.again")}
          />
        </div>
      </div>
    </Section>
  );
}

function Embed({ code }: { code: string }) {
  const { t } = useText();
  return (
    <Section title={t("embed.title")}>
      <p>{t("embed.text")}</p>
      <CodeBox text={code} label={t("embed.title")} />
    </Section>
  );
}

function Facts({ chatbot }: { chatbot: Chatbot }) {
  const { t, known, time } = useText();
  return (
    <dl className="facts">
      <dt>{t("chatbot.botName")}</dt>
      <dd>{chatbot.botName ?? "—"}</dd>
      <dt>Bot ID</dt>
      <dd className="mono">{chatbot.botId ?? t("enable.making")}</dd>
      <dt>{t("chatbot.botState")}</dt>
      <dd>{known(`chatbot.bot.${chatbot.botState}`) ?? chatbot.botState}</dd>
      <dt>{t("chatbot.backend")}</dt>
      <dd>{known(`chatbot.backend.${chatbot.backend}`) ?? chatbot.backend}</dd>
      {chatbot.enabledAt !== null && (
        <>
          <dt>{t("chatbot.enabledAt")}</dt>
          <dd>{time(chatbot.enabledAt)}</dd>
        </>
      )}
    </dl>
  );
}

function Subscription({ subscription }: { subscription: NonNullable<Chatbot["subscription"]> }) {
  const { t, day } = useText();
  return (
    <Section title={t("subscription.title")} extra={<StatusBadge kind="subscription" state={subscription.status} />}>
      <dl className="facts">
        <dt>{t("subscription.since")}</dt>
        <dd>{day(subscription.startedAt)}</dd>
        <dt>{t("subscription.until")}</dt>
        <dd>{day(subscription.expiresAt)}</dd>
        {subscription.renewsFor !== null && (
          <>
            <dt>{t("subscription.renews")}</dt>
            <dd>{t("credits.n", { n: subscription.renewsFor })}</dd>
          </>
        )}
      </dl>
    </Section>
  );
}

function DisableButton({ shop }: { shop: Shop }) {
  const { t, day } = useText();
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
        notify.done(freeUntil === null ? t("disable.done") : t("disable.doneFree", { day: day(freeUntil) }));
      },
      onProblem: notify.problem,
    },
  );
  return (
    <>
      <Button danger onClick={() => setOpen(true)}>
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

function Enabled({ shop, chatbot }: Props) {
  const { t } = useText();
  const { data } = useUser();
  const builtin = chatbot.backend === "builtin";
  return (
    <div className="stack">
      {chatbot.state === "suspended" && (
        <Alert type="warning" showIcon title={t("chatbot.suspended")} description={chatbot.error?.message} />
      )}
      {chatbot.embedCode !== null && <Embed code={chatbot.embedCode} />}
      <div className="grid-2">
        <Section title={t("chatbot.name")} extra={<StatusBadge kind="chatbot" state={chatbot.state} />}>
          <div className="stack">
            <Facts chatbot={chatbot} />
            <div className="line">
              {chatbot.state === "suspended" ? (
                <EnableButton shop={shop.id} price={chatbot.price} credits={data?.user?.credits ?? 0} />
              ) : (
                <LaunchButton shop={shop.id} builtin={builtin} />
              )}
              <DisableButton shop={shop} />
            </div>
            {builtin && chatbot.state !== "suspended" && <p className="muted small">{t("launch.builtin")}</p>}
          </div>
        </Section>
        {chatbot.subscription !== null && <Subscription subscription={chatbot.subscription} />}
      </div>
    </div>
  );
}

export function ChatbotTab({ shop }: { shop: Shop }) {
  return (
    <EnableHost>
      <ChatbotState shop={shop} />
    </EnableHost>
  );
}

function ChatbotState({ shop }: { shop: Shop }) {
  const read = useChatbot(shop.id);
  return (
    <Loaded read={read} rows={8}>
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
