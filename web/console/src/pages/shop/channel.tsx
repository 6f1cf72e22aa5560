/* The channel of a shop's own server: where replies are sent, how the last tries went, the keys that both sides need, and
 * what the server has to send. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { answer, api } from "../../api/client";
import { useSecrets } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { Answer, Secret, Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { CodeBox } from "../../ui/copy";
import { ConfirmDialog } from "../../ui/dialog";
import { FormDialog } from "../../ui/dialogs";
import { Time } from "../../ui/facts";
import { useRules } from "../../ui/fields";
import { placeFieldProblems, TextField, useForm } from "../../ui/form";
import { Loaded } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { Section, Teach } from "../../ui/page";
import { Pill } from "../../ui/pill";
import { useProblemText } from "../../ui/problems";
import { type Column, DataTable } from "../../ui/table";
import { ChannelTest } from "./channel-test";
import { SecretTable } from "./keys";
import { NeedsChatbot } from "./needs-chatbot";

type Channel = Answer<"/api/shops/{id}/channel", "get">;
type Send = Channel["sends"][number];
const LOOK_MS = 5000;
const path = (shop: Shop) => ({ params: { path: { id: shop.id } } });

/** Why a try failed, in words: the server's are for programs. */
function useWhy(): (error: string) => string {
  const { t, known } = useText();
  return (error) => {
    const status = /^answered (\d{3})$/.exec(error)?.[1];
    if (status !== undefined) return t("channel.answered", { status });
    return known(`channel.error.${error.replaceAll(" ", "_")}`) ?? t("channel.error.else");
  };
}

function AddressDialog({ shop, now, onClose }: { shop: Shop; now: string | null; onClose: () => void }) {
  const { t, known } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const rules = useRules();
  const problemText = useProblemText();
  const [refusal, setRefusal] = useState("");
  const form = useForm({ url: now ?? "https://" }, { rules: { url: [rules.required] }, draft: `channel-${shop.id}` });
  const submit = useSubmit(
    (url: string) => answer(api.PUT("/api/shops/{id}/channel", { ...path(shop), body: { url } })),
    {
      onDone: (got) => {
        queries.setQueryData(keys.channel(shop.id), got);
        form.reset();
        notify.done(t(now === null ? "channel.opened" : "channel.moved"));
        onClose();
      },
      onProblem: (problem) => {
        const fields = problem.fields.map((one) => ({
          ...one,
          message: known(`channel.fault.${one.code}`) ?? one.message,
        }));
        if (!placeFieldProblems(form, { fields })) setRefusal(problemText(problem));
      },
    },
  );
  return (
    <FormDialog
      open
      title={t(now === null ? "channel.open" : "channel.change")}
      ok={t(now === null ? "channel.open" : "channel.save")}
      pending={submit.isPending}
      form={form}
      onSubmit={({ url }) => {
        setRefusal("");
        submit.send(url.trim());
      }}
      onCancel={onClose}
    >
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <TextField
        form={form}
        name="url"
        label={t("channel.url")}
        help={t("channel.urlHelp")}
        inputMode="url"
        spellCheck={false}
        autoComplete="off"
        maxLength={500}
      />
    </FormDialog>
  );
}

function State({ channel }: { channel: Channel }) {
  const { t, number } = useText();
  const why = useWhy();
  const last = channel.sends[0];
  const waits = channel.error !== "";
  return (
    <div className="stack stack-tight">
      <p className="line">
        {waits ? (
          <Pill tone="due" icon="warn">
            {t("channel.failing")}
          </Pill>
        ) : last === undefined ? (
          <Pill tone="off" icon="wait">
            {t("channel.unused")}
          </Pill>
        ) : (
          <Pill tone="on" icon="good">
            {t("channel.working")}
          </Pill>
        )}
        <code className="break" translate="no">
          {channel.url}
        </code>
      </p>
      {waits && (
        <Alert tone="due" title={why(channel.error)}>
          {t("channel.retried")}
        </Alert>
      )}
      {channel.skipped > 0 && (
        <Alert tone="stop" title={t("channel.skipped", { n: number(channel.skipped) })}>
          {t("channel.skippedText")}
        </Alert>
      )}
    </div>
  );
}

function Sends({ sends }: { sends: readonly Send[] }) {
  const { t } = useText();
  const why = useWhy();
  const columns: Column<Send>[] = [
    { key: "at", title: t("channel.at"), phone: "sub", render: ({ at }) => <Time at={at} /> },
    {
      key: "message",
      title: t("channel.message"),
      phone: "main",
      render: ({ conversation, number }) => (
        <Link to={`/inbox/${conversation}`}>{t("channel.messageOf", { number, conversation })}</Link>
      ),
    },
    {
      key: "outcome",
      title: t("channel.outcome"),
      phone: "side",
      grow: true,
      render: ({ sent, givenUp, error }) => (
        <span>
          <Pill tone={sent ? "on" : givenUp ? "stop" : "due"} icon={sent ? "good" : givenUp ? "fail" : "wait"}>
            {t(sent ? "channel.sent" : givenUp ? "channel.givenUp" : "channel.again")}
          </Pill>{" "}
          {error !== "" && <span className="muted small">{why(error)}</span>}
        </span>
      ),
    },
  ];
  return (
    <DataTable
      label={t("channel.sends")}
      columns={columns}
      rows={sends}
      rowKey={({ at, conversation, number }) => `${at} ${conversation} ${number}`}
      empty={t("channel.noSends")}
    />
  );
}

function HowTo({ shop }: { shop: Shop }) {
  const { t } = useText();
  const sample = [
    `curl -X POST ${window.location.origin}/api/shops/${shop.id}/channel/messages \\`,
    `  -H 'Authorization: Bearer chsk_…' -H 'Content-Type: application/json' \\`,
    `  -d '{"customerId":"u-17","id":"m-1","name":"Ann","language":"en","text":"…"}'`,
  ].join("\n");
  return (
    <Section card title={t("channel.howTo")}>
      <div className="stack">
        <p>{t("channel.howToIn")}</p>
        <CodeBox text={sample} label={t("channel.sample")} look="plain" />
        <p>{t("channel.howToOut")}</p>
      </div>
    </Section>
  );
}

function Opened({ shop, channel, secrets }: { shop: Shop; channel: Channel; secrets: readonly Secret[] }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const why = useWhy();
  const [open, setOpen] = useState<"address" | "close" | null>(null);
  const close = useSubmit(() => answer(api.DELETE("/api/shops/{id}/channel", path(shop))), {
    onDone: (got) => {
      setOpen(null);
      queries.setQueryData(keys.channel(shop.id), got);
      notify.done(t("channel.closed"));
    },
    onProblem: (problem) => {
      setOpen(null);
      notify.problem(problem);
      void queries.invalidateQueries({ queryKey: keys.channel(shop.id) });
    },
  });
  return (
    <div className="stack">
      <Section
        card
        title={t("channel.where")}
        extra={
          <span className="line">
            <Button onClick={() => setOpen("address")}>{t("channel.change")}</Button>
            <Button look="danger" onClick={() => setOpen("close")}>
              {t("channel.close")}
            </Button>
          </span>
        }
      >
        <State channel={channel} />
      </Section>
      <ChannelTest shop={shop} why={why} />
      <Section title={t("channel.sends")}>
        <p className="muted">{t("channel.sendsText")}</p>
        <Sends sends={channel.sends} />
      </Section>
      <Section title={t("channel.keys")}>
        <p className="muted">{t("channel.keysText")}</p>
        <SecretTable shop={shop.id} secrets={secrets} only={["webhook", "service"]} />
      </Section>
      <HowTo shop={shop} />
      {open === "address" && <AddressDialog shop={shop} now={channel.url} onClose={() => setOpen(null)} />}
      <ConfirmDialog
        open={open === "close"}
        title={t("channel.closeTitle")}
        ok={t("channel.close")}
        danger
        pending={close.isPending}
        onOk={() => close.send(undefined)}
        onCancel={() => setOpen(null)}
      >
        <p>{t("channel.closeText")}</p>
      </ConfirmDialog>
    </div>
  );
}

export default function ChannelPart({ shop }: { shop: Shop }) {
  const { t } = useText();
  const [opening, setOpening] = useState(false);
  const secrets = useSecrets(shop.id);
  const read = useQuery({
    queryKey: keys.channel(shop.id),
    queryFn: () => answer(api.GET("/api/shops/{id}/channel", path(shop))),
    refetchInterval: ({ state }) => (state.data?.url ? LOOK_MS : false),
  });
  return (
    <Loaded read={secrets} height={280}>
      {({ secrets: list }) =>
        list.length === 0 ? (
          <NeedsChatbot shop={shop} icon="code" title={t("channel.title")}>
            {t("channel.none")}
          </NeedsChatbot>
        ) : (
          <Loaded read={read} height={280}>
            {(channel) =>
              channel.url !== null ? (
                <Opened shop={shop} channel={channel} secrets={list} />
              ) : (
                <>
                  <Teach
                    icon="code"
                    title={t("channel.teachTitle")}
                    action={
                      <Button look="primary" onClick={() => setOpening(true)}>
                        {t("channel.open")}
                      </Button>
                    }
                  >
                    {t("channel.teach")}
                  </Teach>
                  {opening && <AddressDialog shop={shop} now={null} onClose={() => setOpening(false)} />}
                </>
              )
            }
          </Loaded>
        )
      }
    </Loaded>
  );
}
