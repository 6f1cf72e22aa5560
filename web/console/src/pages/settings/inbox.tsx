/* What a team keeps for its inbox: ready answers and labels. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api, once } from "../../api/client";
import { useLabels, useReplies } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { CannedReply, ChatLabel } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { ConfirmDialog } from "../../ui/dialog";
import { FormDialog } from "../../ui/dialogs";
import { useRules } from "../../ui/fields";
import { FieldFrame, type FormState, placeFieldProblems, TextField, useForm } from "../../ui/form";
import { Loaded } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { Section, Teach } from "../../ui/page";
import { useProblemText } from "../../ui/problems";
import { type Column, DataTable } from "../../ui/table";
import { LabelMark } from "../inbox/labels";
import "../../theme/inbox.css";

const COLOURS: readonly ChatLabel["colour"][] = ["grey", "red", "orange", "yellow", "green", "teal", "blue", "purple"];
const SHORTCUT_MAX = 32;
const TEXT_MAX = 4000;
const NAME_MAX = 40;

function useSaved<V extends Record<string, string>>(
  form: FormState<V>,
  save: (values: V, key: string) => Promise<unknown>,
  { done, stale, onClose }: { done: string; stale: readonly unknown[]; onClose: () => void },
) {
  const queries = useQueryClient();
  const notify = useNotify();
  const problemText = useProblemText();
  const [refusal, setRefusal] = useState("");
  const submit = useSubmit(save, {
    onDone: () => {
      form.reset();
      onClose();
      notify.done(done);
      return queries.invalidateQueries({ queryKey: stale });
    },
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
    },
  });
  const send = (values: V) => {
    setRefusal("");
    submit.send(values);
  };
  return { send, pending: submit.isPending, refusal };
}

function ReplyDialog({ reply, onClose }: { reply: CannedReply | null; onClose: () => void }) {
  const { t } = useText();
  const rules = useRules();
  const form = useForm(
    { shortcut: reply?.shortcut ?? "", text: reply?.text ?? "" },
    { rules: { shortcut: [rules.required], text: [rules.required] }, draft: `reply-${reply?.id ?? "new"}` },
  );
  const { send, pending, refusal } = useSaved(
    form,
    (body: { shortcut: string; text: string }, key): Promise<unknown> =>
      reply === null
        ? answer(api.POST("/api/replies", { body, ...once(key) }))
        : answer(api.PUT("/api/replies/{id}", { params: { path: { id: reply.id } }, body })),
    { done: t("inbox.ready.saved"), stale: keys.replies, onClose },
  );
  const textId = `${form.id}-text`;
  return (
    <FormDialog
      open
      title={t(reply === null ? "inbox.ready.new" : "inbox.ready")}
      ok={t("inbox.save")}
      pending={pending}
      form={form}
      onSubmit={send}
      onCancel={onClose}
    >
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <TextField
        form={form}
        name="shortcut"
        label={t("inbox.ready.shortcut")}
        help={t("inbox.ready.shortcutHelp")}
        maxLength={SHORTCUT_MAX}
        autoCapitalize="none"
      />
      <FieldFrame id={textId} label={t("inbox.ready.text")} help={t("inbox.ready.textHelp")} error={form.errors.text}>
        <textarea
          id={textId}
          className="input"
          rows={5}
          dir="auto"
          maxLength={TEXT_MAX}
          value={form.values.text}
          aria-describedby={`${textId}-help`}
          onChange={({ target }) => form.set("text", target.value)}
        />
      </FieldFrame>
    </FormDialog>
  );
}

function LabelDialog({ label, onClose }: { label: ChatLabel | null; onClose: () => void }) {
  const { t } = useText();
  const rules = useRules();
  const form = useForm<{ name: string; colour: string }>(
    { name: label?.name ?? "", colour: label?.colour ?? "grey" },
    { rules: { name: [rules.required] }, draft: `label-${label?.id ?? "new"}` },
  );
  const { send, pending, refusal } = useSaved(
    form,
    ({ name, colour }: { name: string; colour: string }, key): Promise<unknown> => {
      const body = { name, colour: colour as ChatLabel["colour"] };
      return label === null
        ? answer(api.POST("/api/labels", { body, ...once(key) }))
        : answer(api.PUT("/api/labels/{id}", { params: { path: { id: label.id } }, body }));
    },
    { done: t("inbox.label.saved"), stale: keys.labels, onClose },
  );
  const colourId = `${form.id}-colour`;
  return (
    <FormDialog
      open
      title={t(label === null ? "inbox.label.new" : "inbox.label")}
      ok={t("inbox.save")}
      pending={pending}
      form={form}
      onSubmit={send}
      onCancel={onClose}
    >
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <TextField form={form} name="name" label={t("inbox.label.name")} maxLength={NAME_MAX} />
      <FieldFrame id={colourId} label={t("inbox.label.colour")}>
        <select
          id={colourId}
          className="input"
          value={form.values.colour}
          onChange={({ target }) => form.set("colour", target.value)}
        >
          {COLOURS.map((colour) => (
            <option key={colour} value={colour}>
              {t(`inbox.colour.${colour}`)}
            </option>
          ))}
        </select>
      </FieldFrame>
    </FormDialog>
  );
}

interface Gone {
  title: string;
  text: string;
  done: string;
  stale: readonly unknown[];
  run: () => Promise<unknown>;
}

function Remove({ what, onClose }: { what: Gone; onClose: () => void }) {
  const queries = useQueryClient();
  const notify = useNotify();
  const submit = useSubmit(() => what.run(), {
    onDone: () => {
      onClose();
      notify.done(what.done);
      return queries.invalidateQueries({ queryKey: what.stale });
    },
    onProblem: (problem) => {
      onClose();
      notify.problem(problem);
    },
  });
  return (
    <ConfirmDialog
      open
      title={what.title}
      ok={what.title}
      danger
      pending={submit.isPending}
      onOk={() => submit.send(undefined)}
      onCancel={onClose}
    >
      <p>{what.text}</p>
    </ConfirmDialog>
  );
}

type Open = { reply: CannedReply | null } | { label: ChatLabel | null } | { gone: Gone } | null;

function Buttons({ edit, remove, name }: { edit: () => void; remove: () => void; name: string }) {
  const { t } = useText();
  return (
    <span className="line">
      <Button small look="quiet" aria-label={`${t("inbox.edit")}: ${name}`} onClick={edit}>
        {t("inbox.edit")}
      </Button>
      <Button small look="quiet" icon="close" aria-label={`${t("inbox.remove")}: ${name}`} onClick={remove} />
    </span>
  );
}

export function InboxSettings({ writes }: { writes: boolean }) {
  const { t } = useText();
  const replies = useReplies();
  const labels = useLabels();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const replyColumns: Column<CannedReply>[] = [
    {
      key: "shortcut",
      title: t("inbox.ready.shortcut"),
      tight: true,
      phone: "main",
      render: (row) => `/${row.shortcut}`,
    },
    {
      key: "text",
      title: t("inbox.ready.text"),
      grow: true,
      phone: "sub",
      render: (row) => (
        <span className="short" dir="auto" title={row.text}>
          {row.text}
        </span>
      ),
    },
  ];
  const labelColumns: Column<ChatLabel>[] = [
    {
      key: "name",
      title: t("inbox.label.name"),
      grow: true,
      phone: "main",
      render: (row) => <LabelMark label={row} />,
    },
  ];
  if (writes) {
    replyColumns.push({
      key: "acts",
      title: t("inbox.edit"),
      actions: true,
      render: (row) => (
        <Buttons
          name={`/${row.shortcut}`}
          edit={() => setOpen({ reply: row })}
          remove={() =>
            setOpen({
              gone: {
                title: t("inbox.ready.remove"),
                text: t("inbox.ready.removeText", { name: row.shortcut }),
                done: t("inbox.ready.gone"),
                stale: keys.replies,
                run: () => answer(api.DELETE("/api/replies/{id}", { params: { path: { id: row.id } } })),
              },
            })
          }
        />
      ),
    });
    labelColumns.push({
      key: "acts",
      title: t("inbox.edit"),
      actions: true,
      render: (row) => (
        <Buttons
          name={row.name}
          edit={() => setOpen({ label: row })}
          remove={() =>
            setOpen({
              gone: {
                title: t("inbox.label.remove"),
                text: t("inbox.label.removeText"),
                done: t("inbox.label.gone"),
                stale: keys.inbox,
                run: async () => {
                  await answer(api.DELETE("/api/labels/{id}", { params: { path: { id: row.id } } }));
                  await labels.refetch();
                },
              },
            })
          }
        />
      ),
    });
  }
  return (
    <>
      <Section
        title={t("inbox.ready")}
        extra={
          writes && (
            <Button small icon="plus" onClick={() => setOpen({ reply: null })}>
              {t("inbox.ready.new")}
            </Button>
          )
        }
      >
        <Loaded read={replies}>
          {({ replies: rows }) => (
            <DataTable
              label={t("inbox.ready")}
              columns={replyColumns}
              rows={rows}
              rowKey={(row) => row.id}
              empty={
                <Teach icon="inbox" title={t("inbox.ready.noneTitle")}>
                  {t("inbox.ready.none")}
                </Teach>
              }
            />
          )}
        </Loaded>
      </Section>
      <Section
        title={t("inbox.labels")}
        extra={
          writes && (
            <Button small icon="plus" onClick={() => setOpen({ label: null })}>
              {t("inbox.label.new")}
            </Button>
          )
        }
      >
        <Loaded read={labels}>
          {({ labels: rows }) => (
            <DataTable
              label={t("inbox.labels")}
              columns={labelColumns}
              rows={rows}
              rowKey={(row) => row.id}
              empty={<p className="muted">{t("inbox.label.none")}</p>}
            />
          )}
        </Loaded>
      </Section>
      {open !== null && "reply" in open && <ReplyDialog reply={open.reply} onClose={close} />}
      {open !== null && "label" in open && <LabelDialog label={open.label} onClose={close} />}
      {open !== null && "gone" in open && <Remove what={open.gone} onClose={close} />}
    </>
  );
}
