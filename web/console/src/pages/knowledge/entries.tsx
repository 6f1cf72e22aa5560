/* Questions with answers, documents and promotions: what a merchant writes down for the bot. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { apart } from "../../ui/apart";
import { useAddress } from "../../ui/address";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { ConfirmDialog } from "../../ui/dialog";
import { FormDialog } from "../../ui/dialogs";
import { useRules } from "../../ui/fields";
import { Find } from "../../ui/filters";
import { FieldFrame, fieldId, placeFieldProblems, TextField, useForm } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { LoadedList } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { Menu } from "../../ui/menu";
import { useNotify } from "../../ui/notify";
import { Teach, Toolbar } from "../../ui/page";
import { useProblemText } from "../../ui/problems";
import { type Column, DataTable } from "../../ui/table";
import { type Entry, type Kind, knowledgeKey, removeEntry, saveEntry, useEntries } from "./reads";

const TITLE_MAX = 300;

interface EditProps {
  shop: Shop;
  kind: Kind;
  entry: Entry | null;
  /** A question that was asked and found no answer: the new entry is for it. */
  asked?: { id: string; question: string } | undefined;
  onClose: () => void;
}

function Edit({ shop, kind, entry, asked, onClose }: EditProps) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const rules = useRules();
  const problemText = useProblemText();
  const [refusal, setRefusal] = useState("");
  const form = useForm(
    {
      title: entry?.title ?? asked?.question.slice(0, TITLE_MAX) ?? "",
      text: entry?.text ?? "",
      url: entry?.url ?? "",
      product: entry?.product ?? "",
    },
    {
      rules: { title: [rules.required], text: [rules.required] },
      draft: `knowledge-${shop.id}-${kind}${entry !== null ? `-${entry.id}` : asked !== undefined ? `-asked-${asked.id}` : ""}`,
    },
  );
  const submit = useSubmit(
    (typed: typeof form.values, key) => saveEntry(shop.id, kind, entry?.id ?? null, typed, key, asked?.id),
    {
      onDone: () => {
        form.reset();
        onClose();
        notify.done(t("know.saved"));
        void queries.invalidateQueries({ queryKey: keys.numbers });
        return queries.invalidateQueries({ queryKey: knowledgeKey(shop.id) });
      },
      onProblem: (problem) => {
        const renamed = problem.fields.map((one) => ({
          ...one,
          field: one.field === "question" ? "title" : one.field === "answer" ? "text" : one.field,
        }));
        if (!placeFieldProblems(form, { fields: renamed })) setRefusal(problemText(problem));
      },
    },
  );
  const id = fieldId(form.id, "text");
  return (
    <FormDialog
      open
      title={t(entry === null ? `know.new.${kind}` : `know.edit.${kind}`)}
      ok={t("know.save")}
      pending={submit.isPending}
      form={form}
      onSubmit={(typed) => {
        setRefusal("");
        submit.send(typed);
      }}
      onCancel={onClose}
    >
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <TextField
        form={form}
        name="title"
        label={t(kind === "faq" ? "know.question" : "know.title")}
        help={t(`know.help.${kind}`)}
        maxLength={TITLE_MAX}
        autoComplete="off"
      />
      <FieldFrame id={id} label={t(kind === "faq" ? "know.answer" : "know.text")} error={form.errors.text}>
        <textarea
          id={id}
          className="input"
          rows={8}
          aria-invalid={form.errors.text !== undefined || undefined}
          aria-describedby={form.errors.text !== undefined ? `${id}-error` : undefined}
          value={form.values.text}
          onChange={({ target }) => form.set("text", target.value)}
        />
      </FieldFrame>
      {kind !== "faq" && (
        <>
          <TextField form={form} name="url" label={t("know.url")} optional autoComplete="off" inputMode="url" />
          <TextField form={form} name="product" label={t("know.ofProduct")} optional autoComplete="off" />
        </>
      )}
    </FormDialog>
  );
}

function Remove({ shop, kind, entry, onClose }: EditProps & { entry: Entry }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const submit = useSubmit(() => removeEntry(shop.id, kind, entry.id), {
    onDone: () => {
      onClose();
      notify.done(t("know.removed"));
      return queries.invalidateQueries({ queryKey: knowledgeKey(shop.id) });
    },
    onProblem: (problem) => {
      onClose();
      notify.problem(problem);
    },
  });
  return (
    <ConfirmDialog
      open
      title={t("know.removeTitle")}
      ok={t("know.remove")}
      danger
      pending={submit.isPending}
      onOk={() => submit.send(undefined)}
      onCancel={onClose}
    >
      <p>{t("know.removeText", { title: apart(entry.title) })}</p>
    </ConfirmDialog>
  );
}

export function Entries({ shop, kind }: { shop: Shop; kind: Kind }) {
  const { t } = useText();
  const [address, write] = useAddress();
  const [editing, setEditing] = useState<Entry | "new" | null>(null);
  const asked = { id: address("id"), question: address("question") };
  const [removing, setRemoving] = useState<Entry | null>(null);
  const { manage } = useMay();
  const search = address("search");
  const read = useEntries(shop.id, kind, search);
  const add = manage && (
    <Button look="primary" icon="plus" onClick={() => setEditing("new")}>
      {t(`know.new.${kind}`)}
    </Button>
  );
  const columns: Column<Entry>[] = [
    {
      key: "title",
      title: t(kind === "faq" ? "know.question" : "know.title"),
      grow: true,
      phone: "main",
      render: (row) =>
        manage ? (
          <button type="button" className="link short" title={row.title} onClick={() => setEditing(row)}>
            {row.title}
          </button>
        ) : (
          <span className="short" title={row.title}>
            {row.title}
          </span>
        ),
    },
    {
      key: "text",
      title: t(kind === "faq" ? "know.answer" : "know.text"),
      grow: true,
      phone: "sub",
      render: ({ text }) => (
        <span className="short" title={text.slice(0, 500)}>
          {text.slice(0, 200)}
        </span>
      ),
    },
    {
      key: "actions",
      title: t("table.actions"),
      actions: true,
      render: (row) =>
        manage && (
          <Menu
            label={t("know.moreOf", { title: row.title })}
            trigger={<Icon name="more" />}
            groups={[
              {
                key: "do",
                items: [
                  { key: "edit", label: t(`know.edit.${kind}`), onPick: () => setEditing(row) },
                  { key: "remove", label: t("know.remove"), onPick: () => setRemoving(row) },
                ],
              },
            ]}
          />
        ),
    },
  ];
  return (
    <>
      <LoadedList read={read}>
        {(rows) =>
          rows.length === 0 && search === "" && !read.isPlaceholderData ? (
            <Teach icon="log" title={t(`know.none.${kind}`)} action={add}>
              {t(`know.teach.${kind}`)}
            </Teach>
          ) : (
            <>
              <Toolbar>
                <Find value={search} label={t("know.find")} onFind={(text) => write({ search: text })} />
                {add}
              </Toolbar>
              <DataTable
                label={t(`know.${kind}`)}
                columns={columns}
                rows={rows}
                rowKey={({ id }) => id}
                empty={t("know.noneFound")}
              />
            </>
          )
        }
      </LoadedList>
      {kind === "faq" && manage && asked.id !== "" && editing === null && (
        <Edit shop={shop} kind={kind} entry={null} asked={asked} onClose={() => write({ id: "", question: "" })} />
      )}
      {editing !== null && (
        <Edit shop={shop} kind={kind} entry={editing === "new" ? null : editing} onClose={() => setEditing(null)} />
      )}
      {removing !== null && <Remove shop={shop} kind={kind} entry={removing} onClose={() => setRemoving(null)} />}
    </>
  );
}
