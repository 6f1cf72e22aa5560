/* What operators wrote down about a customer, for each other: newest first, who and when beside it. Nothing is changed or
 * taken out afterwards; a correction is another note. */
import { useQueryClient } from "@tanstack/react-query";
import { answer, api, once } from "../../api/client";
import { useAccountNotes } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { OperatorNote } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Button } from "../../ui/button";
import { Time } from "../../ui/facts";
import { useRules } from "../../ui/fields";
import { FieldFrame, fieldId, Form, placeFieldProblems, useForm } from "../../ui/form";
import { AskBeforeLeaving } from "../../ui/leaving";
import { LoadedList } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { Section, Teach } from "../../ui/page";

const NOTE_MAX = 2000;

function NewNote({ account }: { account: number }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const rules = useRules();
  const form = useForm({ text: "" }, { rules: { text: [rules.required] }, draft: `account-note-${account}` });
  const submit = useSubmit(
    (body: { text: string }, key) =>
      answer(api.POST("/api/operator/accounts/{id}/notes", { params: { path: { id: account } }, body, ...once(key) })),
    {
      onDone: (_noted, { text }) => {
        if (form.values.text === text) form.reset(); // else somebody types on already
        notify.done(t("customer.noted"));
        return queries.invalidateQueries({ queryKey: keys.accountNotes(account) });
      },
      onProblem: (problem) => {
        if (!placeFieldProblems(form, problem)) notify.problem(problem);
      },
    },
  );
  const id = fieldId(form.id, "text");
  return (
    <Form form={form} onSubmit={submit.send} label={t("customer.newNote")}>
      <FieldFrame id={id} label={t("customer.newNote")} help={t("customer.noteHelp")} error={form.errors.text}>
        <textarea
          id={id}
          className="input"
          rows={3}
          dir="auto"
          maxLength={NOTE_MAX}
          aria-invalid={form.errors.text !== undefined || undefined}
          aria-describedby={form.errors.text === undefined ? `${id}-help` : `${id}-error ${id}-help`}
          value={form.values.text}
          onChange={({ target }) => form.set("text", target.value)}
        />
      </FieldFrame>
      <div>
        <Button type="submit" busy={submit.isPending}>
          {t("customer.note")}
        </Button>
      </div>
      <AskBeforeLeaving when={form.changed && !submit.isPending} />
    </Form>
  );
}

export function NoteList({ notes }: { notes: readonly OperatorNote[] }) {
  return (
    <ul className="notes">
      {notes.map(({ id, text, email, createdAt }) => (
        <li key={id}>
          <p dir="auto">{text}</p>
          <p className="small muted">
            <span translate="no">{email}</span> · <Time at={createdAt} />
          </p>
        </li>
      ))}
    </ul>
  );
}

export function CustomerNotes({ account }: { account: number }) {
  const { t } = useText();
  const read = useAccountNotes(account);
  return (
    <Section title={t("customer.notes")}>
      <div className="settings-form">
        <NewNote account={account} />
      </div>
      <LoadedList read={read} rows={3}>
        {(notes) =>
          notes.length === 0 ? (
            <Teach icon="log" title={t("customer.noNotes")}>
              {t("customer.noNotesText")}
            </Teach>
          ) : (
            <NoteList notes={notes} />
          )
        }
      </LoadedList>
    </Section>
  );
}
