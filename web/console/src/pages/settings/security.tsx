/* The password, and where one is signed in. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api, once } from "../../api/client";
import { useSessions } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { Session, User } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { browserName } from "../../ui/browser";
import { Button } from "../../ui/button";
import { Time } from "../../ui/facts";
import { PasswordField, useRules } from "../../ui/fields";
import { Form, placeFieldProblems, useForm } from "../../ui/form";
import { AskBeforeLeaving } from "../../ui/leaving";
import { Loaded } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { Section } from "../../ui/page";
import { Pill } from "../../ui/pill";
import { useProblemText } from "../../ui/problems";
import { type Column, DataTable } from "../../ui/table";

type Passwords = { currentPassword: string; newPassword: string };
const EMPTY: Passwords = { currentPassword: "", newPassword: "" };

function ChangePassword({ user }: { user: User }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const rules = useRules();
  const problemText = useProblemText();
  const form = useForm<Passwords>(EMPTY, {
    rules: { currentPassword: [rules.typed], newPassword: [rules.typed, rules.password] },
  });
  const [refusal, setRefusal] = useState("");
  const submit = useSubmit((body: Passwords) => answer(api.POST("/auth/password/change", { body })), {
    repeat: false,
    onDone: ({ message }) => {
      form.reset(EMPTY);
      void queries.invalidateQueries({ queryKey: keys.sessions });
      notify.done(message);
    },
    onProblem: (problem) => {
      if (problem.code === "wrong_password") form.refuse({ currentPassword: problemText(problem) });
      else if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
    },
  });
  return (
    <Section title={t("password.title")}>
      <div className="settings-form stack stack-tight">
        {refusal !== "" && <Alert tone="stop" title={refusal} />}
        <AskBeforeLeaving when={form.changed} />
        <Form
          form={form}
          onSubmit={(values) => {
            setRefusal("");
            submit.send(values);
          }}
        >
          {/* Password managers want to know whose password this is. */}
          <input type="text" autoComplete="username" defaultValue={user.email} hidden readOnly />
          <PasswordField form={form} name="currentPassword" label={t("password.current")} />
          <PasswordField form={form} name="newPassword" label={t("field.newPassword")} fresh />
          <div className="line">
            <Button type="submit" look="primary" busy={submit.isPending}>
              {t("password.submit")}
            </Button>
            <span className="muted small">{t("password.note")}</span>
          </div>
        </Form>
      </div>
    </Section>
  );
}

function SessionTable({ sessions }: { sessions: readonly Session[] }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const end = useSubmit((id: number) => answer(api.DELETE("/auth/sessions/{id}", { params: { path: { id } } })), {
    onDone: () => {
      void queries.invalidateQueries({ queryKey: keys.sessions });
      notify.done(t("sessions.ended"));
    },
    onProblem: notify.problem,
  });
  const nameOf = ({ userAgent }: Session) => (userAgent === null ? t("sessions.unknown") : browserName(userAgent));
  const columns: Column<Session>[] = [
    {
      key: "where",
      title: t("sessions.where"),
      phone: "main",
      render: (row) => (
        <span className="line">
          {nameOf(row)}
          {row.current && <Pill tone="on">{t("sessions.this")}</Pill>}
        </span>
      ),
    },
    { key: "network", title: t("sessions.network"), phone: "sub", render: (row) => row.network ?? "—" },
    { key: "seen", title: t("sessions.seen"), phone: "side", render: (row) => <Time at={row.lastSeenAt} /> },
    { key: "since", title: t("sessions.since"), render: (row) => <Time at={row.createdAt} /> },
    {
      key: "actions",
      title: t("table.actions"),
      actions: true,
      render: (row) =>
        !row.current && (
          <Button
            small
            busy={end.isPending && end.sent === row.id}
            onClick={() => end.send(row.id)}
            aria-label={`${t("sessions.end")}: ${nameOf(row)} ${row.network ?? ""}`}
          >
            {t("sessions.end")}
          </Button>
        ),
    },
  ];
  return <DataTable label={t("sessions.title")} columns={columns} rows={sessions} rowKey={(row) => row.id} empty="" />;
}

function Sessions() {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const read = useSessions();
  const endOthers = useSubmit((_: undefined, key) => answer(api.POST("/auth/sessions/end-others", once(key))), {
    repeat: false,
    onDone: ({ ended }) => {
      void queries.invalidateQueries({ queryKey: keys.sessions });
      notify.done(t("sessions.othersEnded", { n: ended }));
    },
    onProblem: notify.problem,
  });
  const others = (read.data?.sessions.length ?? 0) > 1;
  return (
    <Section
      title={t("sessions.title")}
      extra={
        others && (
          <Button look="danger" small busy={endOthers.isPending} onClick={() => endOthers.send(undefined)}>
            {t("sessions.endOthers")}
          </Button>
        )
      }
    >
      <Loaded read={read} height={80}>
        {({ sessions }) => <SessionTable sessions={sessions} />}
      </Loaded>
    </Section>
  );
}

export function Security({ user }: { user: User }) {
  const { t } = useText();
  return (
    <>
      {user.by_panel ? <p className="muted">{t("account.byPanelHelp")}</p> : <ChangePassword user={user} />}
      <Sessions />
    </>
  );
}
