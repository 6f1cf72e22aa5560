/* Who is on the shops' pages now, and a conversation begun by hand. */
import { useState } from "react";
import { useNavigate } from "react-router";
import { answer, api, once } from "../api/client";
import { newKey } from "../api/keys";
import { useShops, useVisitors } from "../api/queries";
import { useSubmit } from "../api/submit";
import type { PresentVisitor } from "../api/types";
import { useText } from "../i18n/i18n";
import { Button, LinkButton } from "../ui/button";
import { FormDialog } from "../ui/dialogs";
import { Short, Time } from "../ui/facts";
import { useRules } from "../ui/fields";
import { FieldFrame, fieldId, useForm } from "../ui/form";
import { Loaded } from "../ui/loaded";
import { useMay } from "../ui/may";
import { useNotify } from "../ui/notify";
import { Page, Teach } from "../ui/page";
import { PageLink } from "../ui/page-link";
import { shortUrl } from "../ui/short-url";
import { type Column, DataTable } from "../ui/table";
import { useQuicker } from "./inbox/quicker";

const TEXT_MAX = 4000;
/** There is no conversation yet. */
const BEGINNING = { epoch: 1 };

function Talk({ visitor, onClose }: { visitor: PresentVisitor; onClose: () => void }) {
  const { t } = useText();
  const notify = useNotify();
  const navigate = useNavigate();
  const rules = useRules();
  const form = useForm({ text: "" }, { rules: { text: [rules.required] }, draft: `visitor-${visitor.id}` });
  const [clientId] = useState(newKey);
  const quicker = useQuicker(BEGINNING);
  const submit = useSubmit(
    ({ text, epoch }: { text: string; epoch: number }, key) =>
      answer(
        api.POST("/api/visitors/{id}/messages", {
          params: { path: { id: visitor.id } },
          body: { text, clientId, epoch },
          ...once(key),
        }),
      ),
    {
      onDone: ({ conversation }) => {
        form.reset();
        void navigate(`/inbox/${conversation}`);
      },
      onProblem: (problem) => {
        if (quicker.refused(problem, "inbox.notSent")) return;
        onClose();
        notify.problem(problem.status === 404 ? new Error(t("visitors.left")) : problem);
      },
    },
  );
  const id = fieldId(form.id, "text");
  return (
    <FormDialog
      open
      title={t("visitors.talk")}
      ok={t("visitors.send")}
      pending={submit.isPending}
      form={form}
      onSubmit={({ text }) => {
        quicker.forget();
        submit.send({ text, epoch: quicker.seen() });
      }}
      onCancel={onClose}
    >
      <p className="muted">{t("visitors.talkText")}</p>
      <FieldFrame id={id} label={t("visitors.words")} error={form.errors.text}>
        <textarea
          id={id}
          className="input"
          rows={4}
          dir="auto"
          maxLength={TEXT_MAX}
          value={form.values.text}
          onChange={({ target }) => form.set("text", target.value)}
        />
      </FieldFrame>
      <p className="small" role="status">
        {quicker.line}
      </p>
    </FormDialog>
  );
}

function Present({ rows }: { rows: readonly PresentVisitor[] }) {
  const { t } = useText();
  const may = useMay();
  const shops = useShops();
  const [talking, setTalking] = useState<PresentVisitor | null>(null);
  const nameOf = (id: number) => shops.data?.shops.find((shop) => shop.id === id)?.shop_name ?? "";
  const columns: Column<PresentVisitor>[] = [
    {
      key: "page",
      title: t("visitors.page"),
      phone: "main",
      grow: true,
      render: ({ page }) =>
        page === "" ? <span className="muted">{t("visitors.unknown")}</span> : <PageLink page={page} />,
    },
    {
      key: "shop",
      title: t("visitors.shop"),
      phone: "sub",
      grow: true,
      render: ({ shop, name }) => <Short>{name === "" ? nameOf(shop) : `${name} · ${nameOf(shop)}`}</Short>,
    },
    {
      key: "referrer",
      title: t("visitors.referrer"),
      grow: true,
      render: ({ referrer }) => (
        <span className="short" title={referrer}>
          {referrer === "" ? "–" : shortUrl(referrer)}
        </span>
      ),
    },
    {
      key: "since",
      title: t("visitors.since"),
      tight: true,
      phone: "side",
      render: ({ since }) => <Time at={since} />,
    },
    {
      key: "language",
      title: t("visitors.language"),
      tight: true,
      render: ({ language }) => <span translate="no">{language}</span>,
    },
    {
      key: "act",
      title: t("visitors.act"),
      actions: true,
      phone: "end",
      render: (row) =>
        row.conversation === null && may.books && !may.manage ? null : row.conversation === null ? (
          <Button small onClick={() => setTalking(row)}>
            {t("visitors.hello")}
          </Button>
        ) : (
          <LinkButton small to={`/inbox/${row.conversation}`}>
            {t("visitors.open")}
          </LinkButton>
        ),
    },
  ];
  return (
    <>
      <DataTable label={t("visitors.title")} columns={columns} rows={rows} rowKey={({ id }) => id} empty="" />
      {talking !== null && <Talk visitor={talking} onClose={() => setTalking(null)} />}
    </>
  );
}

export default function Visitors() {
  const { t } = useText();
  const read = useVisitors();
  const may = useMay();
  return (
    <Page title={t("visitors.title")} count={read.data?.visitors.length} intro={t("visitors.intro")}>
      <Loaded read={read} rows={5}>
        {({ visitors }) =>
          visitors.length === 0 ? (
            <Teach
              icon="people"
              title={t("visitors.none")}
              action={may.books && <LinkButton to="/shops">{t("visitors.noneAct")}</LinkButton>}
            >
              {t("visitors.noneText")}
            </Teach>
          ) : (
            <Present rows={visitors} />
          )
        }
      </Loaded>
    </Page>
  );
}
