/* The own account: name, password, and where one is signed in. */
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Form, Input } from "antd";
import { useState } from "react";
import { answer, api, once } from "../api/client";
import { useSessions, useUser } from "../api/queries";
import { keys } from "../api/read-keys";
import { useSubmit } from "../api/submit";
import type { Session, User } from "../api/types";
import { useText } from "../i18n/i18n";
import { Pill } from "../ui/badge";
import { browserName } from "../ui/browser";
import { PasswordField, useRules } from "../ui/fields";
import { Loaded } from "../ui/loaded";
import { useNotify } from "../ui/notify";
import { Page, Section } from "../ui/page";
import { placeFieldProblems, useProblemText } from "../ui/problems";
import { type Column, DataTable } from "../ui/table";

const NAME_MAX = 80;

function Profile({ user }: { user: User }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const rules = useRules();
  const [form] = Form.useForm<{ name: string }>();
  const submit = useSubmit((body: { name: string }) => answer(api.PATCH("/api/user", { body })), {
    onDone: (got) => {
      queries.setQueryData(keys.user, got);
      notify.done(t("profile.saved"));
    },
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem, ["name"])) notify.problem(problem);
    },
  });
  return (
    <Section title={t("profile.title")}>
      <Form
        form={form}
        layout="vertical"
        initialValues={{ name: user.name ?? "" }}
        onFinish={(body) => submit.send(body)}
        requiredMark={false}
      >
        <Form.Item label={t("field.emailLabel")}>
          <Input value={user.email} readOnly autoComplete="off" aria-label={t("field.emailLabel")} />
        </Form.Item>
        <Form.Item name="name" label={t("field.name")} rules={[rules.required]} validateTrigger="onSubmit">
          <Input autoComplete="name" maxLength={NAME_MAX} />
        </Form.Item>
        <Button htmlType="submit" loading={submit.isPending}>
          {t("shop.save")}
        </Button>
      </Form>
    </Section>
  );
}

interface Passwords {
  currentPassword: string;
  newPassword: string;
}

function ChangePassword({ user }: { user: User }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const problemText = useProblemText();
  const [form] = Form.useForm<Passwords>();
  const [refusal, setRefusal] = useState("");
  const submit = useSubmit((body: Passwords) => answer(api.POST("/auth/password/change", { body })), {
    repeat: false,
    onDone: ({ message }) => {
      form.resetFields();
      void queries.invalidateQueries({ queryKey: keys.sessions });
      notify.done(message);
    },
    onProblem: (problem) => {
      if (problem.code === "wrong_password")
        form.setFields([{ name: "currentPassword", errors: [problemText(problem)] }]);
      else if (!placeFieldProblems(form, problem, ["currentPassword", "newPassword"])) setRefusal(problemText(problem));
    },
  });
  const send = (values: Passwords) => {
    setRefusal("");
    submit.send(values);
  };
  return (
    <Section title={t("password.title")}>
      {refusal !== "" && <Alert type="error" showIcon title={refusal} className="form-alert" />}
      <Form form={form} layout="vertical" onFinish={send} requiredMark={false}>
        {/* Password managers want to know whose password this is. */}
        <input type="email" autoComplete="username" defaultValue={user.email} hidden readOnly />
        <PasswordField name="currentPassword" label={t("password.current")} />
        <PasswordField name="newPassword" label={t("field.newPassword")} fresh />
        <Button type="primary" htmlType="submit" loading={submit.isPending}>
          {t("password.submit")}
        </Button>
      </Form>
      <p className="muted small after-form">{t("password.note")}</p>
    </Section>
  );
}

function SessionTable({ sessions }: { sessions: readonly Session[] }) {
  const { t, ago, time } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const readAgain = () => void queries.invalidateQueries({ queryKey: keys.sessions });
  const end = useSubmit((id: number) => answer(api.DELETE("/auth/sessions/{id}", { params: { path: { id } } })), {
    onDone: () => {
      readAgain();
      notify.done(t("sessions.ended"));
    },
    onProblem: notify.problem,
  });
  const columns: Column<Session>[] = [
    {
      key: "where",
      title: t("sessions.where"),
      main: true,
      render: (row) => (
        <span className="line">
          {row.userAgent === null ? t("sessions.unknown") : browserName(row.userAgent)}
          {row.current && <Pill colour="#10b981">{t("sessions.this")}</Pill>}
        </span>
      ),
    },
    { key: "network", title: t("sessions.network"), render: (row) => row.network ?? "—" },
    { key: "seen", title: t("sessions.seen"), render: (row) => ago(row.lastSeenAt) },
    { key: "since", title: t("sessions.since"), render: (row) => time(row.createdAt) },
    {
      key: "actions",
      title: t("table.actions"),
      actions: true,
      render: (row) =>
        !row.current && (
          <Button
            size="small"
            loading={end.isPending && end.sent === row.id}
            onClick={() => end.send(row.id)}
            aria-label={`${t("sessions.end")}: ${row.userAgent === null ? "" : browserName(row.userAgent)} ${row.network ?? ""}`}
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
          <Button danger loading={endOthers.isPending} onClick={() => endOthers.send(undefined)}>
            {t("sessions.endOthers")}
          </Button>
        )
      }
    >
      <Loaded read={read}>{({ sessions }) => <SessionTable sessions={sessions} />}</Loaded>
    </Section>
  );
}

export default function Security() {
  const { t } = useText();
  const { data } = useUser();
  const user = data?.user ?? null;
  return (
    <Page title={t("nav.security")} intro={t("security.intro")}>
      {user !== null && (
        <div className="grid-even">
          <ChangePassword user={user} />
          <Profile user={user} key={user.id} />
        </div>
      )}
      <Sessions />
    </Page>
  );
}
