/* Who works in the account: members and open invitations share the seats. Who may change whom the server says. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { answer, api, once } from "../../api/client";
import { useTeam } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { Invitation, Role, TeamMember, TeamPresence } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button, LinkButton } from "../../ui/button";
import { ConfirmDialog } from "../../ui/dialog";
import { FormDialog } from "../../ui/dialogs";
import { Time } from "../../ui/facts";
import { EmailField, useRules } from "../../ui/fields";
import { FieldFrame, Form, placeFieldProblems, TextField, useForm } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { Loaded } from "../../ui/loaded";
import { Menu } from "../../ui/menu";
import { useNotify } from "../../ui/notify";
import { Section } from "../../ui/page";
import { Pill } from "../../ui/pill";
import { useProblemText } from "../../ui/problems";
import { SaveBar } from "../../ui/save-bar";
import { type Column, DataTable } from "../../ui/table";

const NAME_MAX = 80;
const PRESENCE_LOOK_MS = 15_000;
const ROLES: readonly Role[] = ["owner", "admin", "agent", "viewer"];
/** Whom an administrator may make what. */
const givenBy = (mine: Role) => (mine === "owner" ? ROLES : ROLES.slice(1));

function Invite({ mine, onClose }: { mine: Role; onClose: () => void }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const rules = useRules();
  const problemText = useProblemText();
  const [refusal, setRefusal] = useState("");
  const [full, setFull] = useState(false);
  const form = useForm(
    { email: "", role: "agent" },
    { rules: { email: [rules.required, rules.email] }, draft: "invite" },
  );
  const submit = useSubmit(
    ({ email, role }: { email: string; role: string }, key) =>
      answer(api.POST("/api/team/invitations", { body: { email, role: role as Role }, ...once(key) })),
    {
      onDone: ({ email }) => {
        form.reset();
        onClose();
        notify.done(t("team.invited", { email }));
        return queries.invalidateQueries({ queryKey: keys.team });
      },
      onProblem: (problem) => {
        setFull(problem.code === "seats_full");
        if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
      },
    },
  );
  return (
    <FormDialog
      open
      title={t("team.invite")}
      ok={t("team.send")}
      pending={submit.isPending}
      form={form}
      onSubmit={(values) => {
        setRefusal("");
        submit.send(values);
      }}
      onCancel={onClose}
    >
      {refusal !== "" && (
        <Alert
          tone="stop"
          title={refusal}
          action={
            full && (
              <LinkButton small to="/billing/plan">
                {t("team.morePlans")}
              </LinkButton>
            )
          }
        />
      )}
      <EmailField form={form} />
      <FieldFrame id="team-role" label={t("member.role")} help={t(`team.may.${form.values.role as Role}`)}>
        <select
          id="team-role"
          className="input"
          aria-describedby="team-role-help"
          value={form.values.role}
          onChange={({ target }) => form.set("role", target.value)}
        >
          {givenBy(mine).map((role) => (
            <option key={role} value={role}>
              {t(`member.${role}`)}
            </option>
          ))}
        </select>
      </FieldFrame>
    </FormDialog>
  );
}

interface Removing {
  title: string;
  text: string;
  ok: string;
  done: string;
  run: (key: string) => Promise<unknown>;
  /** It is oneself who goes: another account, or none, is shown after that. */
  leaves?: boolean;
}

function Remove({ what, onClose }: { what: Removing; onClose: () => void }) {
  const queries = useQueryClient();
  const notify = useNotify();
  const submit = useSubmit((_input: undefined, key) => what.run(key), {
    onDone: async () => {
      onClose();
      notify.done(what.done);
      if (what.leaves === true) window.location.assign("/");
      else await queries.invalidateQueries({ queryKey: keys.team });
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
      ok={what.ok}
      danger
      pending={submit.isPending}
      onOk={() => submit.send(undefined)}
      onCancel={onClose}
    >
      <p>{what.text}</p>
    </ConfirmDialog>
  );
}

/** Who is there changes without an event: the page looks again while somebody looks at it. */
const usePresence = () =>
  useQuery({
    queryKey: [...keys.team, "presence"],
    queryFn: () => answer(api.GET("/api/team/presence")),
    refetchInterval: PRESENCE_LOOK_MS,
  });

function Presence({ one }: { one: TeamPresence | undefined }) {
  const { t } = useText();
  if (one?.here) {
    return (
      <Pill tone="on" icon="good">
        {t("team.here")}
      </Pill>
    );
  }
  if (!one?.seenAt) return "—";
  return (
    <span className="muted">
      {t("team.lastHere")} <Time at={one.seenAt} />
    </span>
  );
}

function Members({ rows, mine, ask }: { rows: readonly TeamMember[]; mine: Role; ask: (what: Removing) => void }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const change = useSubmit(
    ({ id, role }: { id: number; role: Role; was: Role }) =>
      answer(api.PATCH("/api/team/members/{id}", { params: { path: { id } }, body: { role } })),
    {
      onDone: (_out, { id, role, was }) => {
        notify.done(t("team.changed"), () => change.send({ id, role: was, was: role }));
        return queries.invalidateQueries({ queryKey: keys.team });
      },
      onProblem: notify.problem,
    },
  );
  const presence = usePresence().data?.members;
  const may = (row: TeamMember) => mine === "owner" || row.role !== "owner";
  const leaving = (row: TeamMember): Removing => ({
    title: t("team.leaveTitle"),
    text: t("team.leaveText"),
    ok: t("team.leave"),
    done: t("team.left"),
    leaves: row.you,
    run: (key) => answer(api.POST("/api/team/leave", once(key))),
  });
  const removing = (row: TeamMember): Removing => ({
    title: t("team.removeTitle"),
    text: t("team.removeText", { email: row.email }),
    ok: t("team.remove"),
    done: t("team.removed"),
    run: () => answer(api.DELETE("/api/team/members/{id}", { params: { path: { id: row.person } } })),
  });
  const columns: Column<TeamMember>[] = [
    {
      key: "email",
      title: t("field.emailLabel"),
      grow: true,
      phone: "main",
      render: (row) => (
        <span className="short" title={row.email} translate="no">
          {row.name ?? row.email}
          {row.you && ` (${t("team.you")})`}
        </span>
      ),
    },
    { key: "role", title: t("member.role"), phone: "sub", tight: true, render: (row) => t(`member.${row.role}`) },
    {
      key: "presence",
      title: t("team.presence"),
      phone: "side",
      render: (row) => <Presence one={presence?.find(({ person }) => person === row.person)} />,
    },
    {
      key: "login",
      title: t("customer.lastLogin"),
      render: (row) => (row.lastLoginAt === null ? "—" : <Time at={row.lastLoginAt} />),
    },
    {
      key: "actions",
      title: t("table.actions"),
      actions: true,
      render: (row) => (
        <Menu
          label={t("customer.moreOf", { email: row.email })}
          trigger={<Icon name="more" />}
          groups={[
            {
              key: "roles",
              items: (may(row) && !row.you ? givenBy(mine) : []).map((role) => ({
                key: role,
                label: t("team.make", { role: t(`member.${role}`) }),
                chosen: role === row.role,
                onPick: () => change.send({ id: row.person, role, was: row.role }),
              })),
            },
            {
              key: "go",
              items: row.you
                ? [{ key: "leave", label: t("team.leave"), onPick: () => ask(leaving(row)) }]
                : may(row)
                  ? [{ key: "remove", label: t("team.remove"), onPick: () => ask(removing(row)) }]
                  : [],
            },
          ]}
        />
      ),
    },
  ];
  return (
    <DataTable
      label={t("member.title")}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.person}
      empty={t("member.none")}
    />
  );
}

function Invitations({ rows, ask }: { rows: readonly Invitation[]; ask: (what: Removing) => void }) {
  const { t } = useText();
  const columns: Column<Invitation>[] = [
    {
      key: "email",
      title: t("field.emailLabel"),
      grow: true,
      phone: "main",
      render: (row) => (
        <span className="short" title={row.email} translate="no">
          {row.email}
        </span>
      ),
    },
    { key: "role", title: t("member.role"), phone: "sub", tight: true, render: (row) => t(`member.${row.role}`) },
    { key: "until", title: t("team.until"), phone: "side", render: (row) => <Time at={row.expiresAt} /> },
    {
      key: "actions",
      title: t("table.actions"),
      actions: true,
      render: (row) => (
        <Button
          small
          aria-label={`${t("team.revoke")}: ${row.email}`}
          onClick={() =>
            ask({
              title: t("team.revokeTitle"),
              text: t("team.revokeText", { email: row.email }),
              ok: t("team.revoke"),
              done: t("team.revoked"),
              run: () => answer(api.DELETE("/api/team/invitations/{id}", { params: { path: { id: row.id } } })),
            })
          }
        >
          {t("team.revoke")}
        </Button>
      ),
    },
  ];
  return (
    <DataTable
      label={t("team.open")}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      empty={t("team.noneOpen")}
    />
  );
}

/** What members see in their menu, and who is invited in the letter. */
function AccountName({ name }: { name: string }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const rules = useRules();
  const form = useForm({ name }, { rules: { name: [rules.required] }, draft: "account-name" });
  const submit = useSubmit((body: { name: string }) => answer(api.PATCH("/api/account", { body })), {
    onDone: (got) => {
      queries.setQueryData(keys.user, got);
      form.reset({ name: got.user?.account?.name ?? "" });
      notify.done(t("team.named"));
    },
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem)) notify.problem(problem);
    },
  });
  return (
    <div className="settings-form">
      <Form form={form} onSubmit={submit.send} label={t("team.name")}>
        <TextField
          form={form}
          name="name"
          label={t("team.name")}
          help={t("team.nameHelp")}
          autoComplete="organization"
          maxLength={NAME_MAX}
        />
        <SaveBar form={form} pending={submit.isPending} />
      </Form>
    </div>
  );
}

/** Those whom a panel lets in: it says who they are, so nothing is changed here. */
function PanelsTeam({ members, name }: { members: readonly TeamMember[]; name: string }) {
  const { t } = useText();
  const columns: Column<TeamMember>[] = [
    {
      key: "name",
      title: t("field.name"),
      grow: true,
      phone: "main",
      render: (row) => (
        <span className="short" translate="no">
          {row.name ?? row.email}
          {row.you && ` (${t("team.you")})`}
        </span>
      ),
    },
    { key: "role", title: t("member.role"), phone: "sub", tight: true, render: (row) => t(`member.${row.role}`) },
    {
      key: "login",
      title: t("customer.lastLogin"),
      phone: "side",
      render: (row) => (row.lastLoginAt === null ? "—" : <Time at={row.lastLoginAt} />),
    },
  ];
  return (
    <>
      <AccountName name={name} key={name} />
      <Section title={t("member.title")}>
        <p className="muted">{t("account.byPanelTeam")}</p>
        <DataTable
          label={t("member.title")}
          columns={columns}
          rows={members}
          rowKey={(row) => row.person}
          empty={t("member.none")}
        />
      </Section>
    </>
  );
}

export default function Team({ mine, name, byPanel }: { mine: Role; name: string; byPanel: boolean }) {
  const { t } = useText();
  const read = useTeam();
  const [inviting, setInviting] = useState(false);
  const [asking, setAsking] = useState<Removing | null>(null);
  return (
    <Loaded read={read} height={320}>
      {({ members, invitations, seats }) => {
        if (byPanel) return <PanelsTeam members={members} name={name} />;
        const taken = members.length + invitations.length;
        const full = taken >= seats;
        return (
          <>
            <AccountName name={name} key={name} />
            <Section
              title={t("member.title")}
              extra={
                <Button look="primary" icon="plus" disabled={full} onClick={() => setInviting(true)}>
                  {t("team.invite")}
                </Button>
              }
            >
              <p className="muted">
                {t(full ? "team.full" : "team.seats", { n: taken, seats })}{" "}
                {full && <Link to="/billing/plan">{t("team.morePlans")}</Link>}
              </p>
              <Members rows={members} mine={mine} ask={setAsking} />
            </Section>
            <Section title={t("team.open")}>
              <Invitations rows={invitations} ask={setAsking} />
            </Section>
            {inviting && <Invite mine={mine} onClose={() => setInviting(false)} />}
            {asking !== null && <Remove what={asking} onClose={() => setAsking(null)} />}
          </>
        );
      }}
    </Loaded>
  );
}
