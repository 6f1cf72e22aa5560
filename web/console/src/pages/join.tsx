/* The link of an invitation. Opening it only looks; joining is a press. Who has no account yet signs up here: the link
 * came to the mailbox, which proves the address. Who is signed in with another address is told which one is meant. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Link, useNavigate } from "react-router";
import { answer, api } from "../api/client";
import { toProblem } from "../api/problem";
import { useUser } from "../api/queries";
import { keys } from "../api/read-keys";
import { useSubmit } from "../api/submit";
import type { Invited, User } from "../api/types";
import { useText } from "../i18n/i18n";
import { forgetLinkToken, useLinkToken } from "../link-token";
import { useSessionActs } from "../session";
import { Alert } from "../ui/alert";
import { Button, LinkButton } from "../ui/button";
import { Door } from "../ui/door";
import { PasswordField, useRules } from "../ui/fields";
import { FieldFrame, Form, placeFieldProblems, TextField, useForm } from "../ui/form";
import { Failed, Waiting } from "../ui/loaded";
import { useNotify } from "../ui/notify";
import { loginPath } from "../ui/path";
import { useProblemText } from "../ui/problems";

const NAME_MAX = 80;

function useJoined(account: string): (user: User) => Promise<void> {
  const { t } = useText();
  const navigate = useNavigate();
  const notify = useNotify();
  const { signedIn } = useSessionActs();
  return async (user) => {
    forgetLinkToken();
    signedIn(user);
    notify.done(t("join.done", { account }));
    await navigate("/", { replace: true });
  };
}

function Accept({ token, invited }: { token: string; invited: Invited }) {
  const { t } = useText();
  const problemText = useProblemText();
  const joined = useJoined(invited.account);
  const [refusal, setRefusal] = useState("");
  const submit = useSubmit(() => answer(api.POST("/auth/invitation/accept", { body: { token } })), {
    repeat: false,
    onDone: ({ user }) => joined(user),
    onProblem: (problem) => setRefusal(problemText(problem)),
  });
  return (
    <>
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <Button look="primary" wide busy={submit.isPending} onClick={() => submit.send(undefined)}>
        {t("join.accept")}
      </Button>
    </>
  );
}

function SignUp({ token, invited }: { token: string; invited: Invited }) {
  const { t } = useText();
  const rules = useRules();
  const problemText = useProblemText();
  const joined = useJoined(invited.account);
  const form = useForm({ name: "", password: "" }, { rules: { password: [rules.typed, rules.password] } });
  const [refusal, setRefusal] = useState("");
  const join = ({ name, password }: { name: string; password: string }) => {
    const body = name.trim() === "" ? { token, password } : { token, password, name };
    return answer(api.POST("/auth/invitation/register", { body }));
  };
  const submit = useSubmit(join, {
    repeat: false,
    onDone: ({ user }) => joined(user),
    onProblem: (problem) => {
      if (!placeFieldProblems(form, problem)) setRefusal(problemText(problem));
    },
  });
  return (
    <>
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <Form
        form={form}
        onSubmit={(values) => {
          setRefusal("");
          submit.send(values);
        }}
      >
        <FieldFrame id="join-email" label={t("field.emailLabel")}>
          <input
            id="join-email"
            className="input"
            value={invited.email}
            readOnly
            autoComplete="username"
            translate="no"
          />
        </FieldFrame>
        <TextField form={form} name="name" label={t("field.name")} optional autoComplete="name" maxLength={NAME_MAX} />
        <PasswordField form={form} name="password" label={t("field.password")} fresh />
        <Button type="submit" look="primary" wide busy={submit.isPending}>
          {t("join.signUp")}
        </Button>
      </Form>
    </>
  );
}

function Invitation({ token, invited, user }: { token: string; invited: Invited; user: User | null }) {
  const { t } = useText();
  if (invited.expired) return <Alert tone="stop" title={t("join.expired", { inviter: invited.inviter })} />;
  if (user === null && !invited.registered) return <SignUp token={token} invited={invited} />;
  if (user !== null && user.email.toLowerCase() === invited.email.toLowerCase()) {
    return <Accept token={token} invited={invited} />;
  }
  if (user !== null) {
    return (
      <>
        <Alert tone="due" title={t("join.other", { email: invited.email, mine: user.email })} />
        <LinkButton to="/" wide>
          {t("join.home")}
        </LinkButton>
      </>
    );
  }
  return (
    <>
      <p className="muted">{t("join.known", { email: invited.email })}</p>
      <LinkButton look="primary" wide to={loginPath("/auth/join")}>
        {t("login.submit")}
      </LinkButton>
    </>
  );
}

function Frame({ intro, children }: { intro?: ReactNode; children: ReactNode }) {
  const { t } = useText();
  return (
    <Door title={t("join.title")} intro={intro}>
      {children}
    </Door>
  );
}

export default function Join() {
  const { t } = useText();
  const token = useLinkToken();
  const who = useUser();
  const read = useQuery({
    queryKey: keys.invited(token),
    queryFn: () => answer(api.POST("/auth/invitation", { body: { token } })),
    enabled: token !== "",
    retry: false,
    staleTime: Infinity,
  });
  const dead = token === "" || (read.isError && toProblem(read.error).code === "invalid_token");
  if (dead) {
    return (
      <Frame>
        <Alert tone="stop" title={t(token === "" ? "link.broken" : "join.dead")} />
        <div className="door-links">
          <Link to="/login">{t("door.toLogin")}</Link>
        </div>
      </Frame>
    );
  }
  if (read.data === undefined || who.data === undefined) {
    const failed = [read, who].find(({ isError }) => isError);
    return (
      <Frame>
        {failed === undefined ? <Waiting /> : <Failed cause={failed.error} again={() => void failed.refetch()} />}
      </Frame>
    );
  }
  const { inviter, account, role } = read.data;
  return (
    <Frame
      intro={t(account === inviter ? "join.introOwn" : "join.intro", { inviter, account, role: t(`member.${role}`) })}
    >
      <Invitation token={token} invited={read.data} user={who.data.user} />
    </Frame>
  );
}
