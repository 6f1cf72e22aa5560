/* What can be done with a conversation. Each act names the epoch that the page shows: of two people who act in the same
 * moment one wins, and the other is told by whom. */
import { useQueryClient } from "@tanstack/react-query";
import { answer, api, once, type Problem } from "../../api/client";
import { useColleagues, useUser } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { InboxConversation, InboxThread } from "../../api/types";
import { type TextKey, useText } from "../../i18n/i18n";
import { Button } from "../../ui/button";
import { Menu } from "../../ui/menu";
import { useNotify } from "../../ui/notify";
import { type Carried, LabelMenu } from "./labels";
import { quickerName } from "./quicker";

export type Act =
  | { what: "take" | "bot" | "team" | "resolve" | "reopen" }
  | { what: "assign"; person: number }
  | { what: "snooze"; until: string };

function run(c: InboxConversation, act: Act, key: string) {
  const params = { path: { id: c.id } };
  const { epoch } = c;
  const state = (status: "open" | "snoozed" | "resolved", until?: string) =>
    answer(
      api.POST("/api/inbox/{id}/state", { params, body: { status, epoch, ...(until && { until }) }, ...once(key) }),
    );
  switch (act.what) {
    case "take":
      return answer(api.POST("/api/inbox/{id}/take", { params, body: { epoch }, ...once(key) }));
    case "bot":
    case "team":
      return answer(api.POST("/api/inbox/{id}/hand", { params, body: { to: act.what, epoch }, ...once(key) }));
    case "assign":
      return answer(api.POST("/api/inbox/{id}/assign", { params, body: { person: act.person, epoch }, ...once(key) }));
    case "resolve":
      return state("resolved");
    case "reopen":
      return state("open");
    case "snooze":
      return state("snoozed", act.until);
  }
}

export function useActs(c: InboxConversation, again: () => void) {
  const { t } = useText();
  const notify = useNotify();
  const queries = useQueryClient();
  const refused = async (problem: Problem) => {
    const name = problem.code === "conversation_moved" ? await quickerName(queries, problem) : "";
    if (name === "") notify.problem(problem);
    else notify.info(t("inbox.takenBy", { name }));
  };
  return useSubmit((act: Act, key) => run(c, act, key), {
    onDone: ({ conversation }) => {
      // At once: the next act names the epoch that this one made.
      queries.setQueryData<InboxThread>(keys.thread(c.id), (now) => now && { ...now, conversation });
      again();
    },
    onProblem: (problem) => {
      void refused(problem);
      again();
    },
  });
}

const HOUR_MS = 3_600_000;
const MORNING = 9;
const afterHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();

/** The next morning, or that of the next Monday, where the reader sits. */
function morning(days: number): string {
  const at = new Date();
  at.setDate(at.getDate() + days);
  at.setHours(MORNING, 0, 0, 0);
  return at.toISOString();
}
const untilMonday = () => ((8 - new Date().getDay()) % 7) + (new Date().getDay() === 1 ? 7 : 0);

export function Acts({
  conversation: c,
  carried,
  submit,
}: {
  conversation: InboxConversation;
  carried: Carried;
  submit: ReturnType<typeof useActs>;
}) {
  const { t } = useText();
  const { data } = useUser();
  const team = useColleagues().data?.colleagues ?? [];
  const me = data?.user?.id;
  const button = (what: "take" | "resolve" | "reopen", text: TextKey, look: "primary" | "plain" = "plain") => (
    <Button
      small
      look={look}
      busy={submit.isPending && submit.sent?.what === what}
      onClick={() => submit.send({ what })}
    >
      {t(text)}
    </Button>
  );
  const small = "button button-plain button-small";
  const mine = c.owner === "person" && c.person === me;
  const open = c.status === "open";
  const snooze = (key: string, text: TextKey, until: () => string) => ({
    key,
    label: t(text),
    onPick: () => submit.send({ what: "snooze", until: until() }),
  });
  const colleagues = team
    .filter(({ answers }) => answers)
    .map(({ person, name, email }) => ({
      key: String(person),
      label: person === me ? t("inbox.me", { name: name || email }) : name || email,
      chosen: c.assignee === person,
      onPick: () => submit.send({ what: "assign", person }),
    }));
  const nobody = {
    key: "0",
    label: t("inbox.assignNobody"),
    chosen: c.assignee === 0,
    onPick: () => submit.send({ what: "assign", person: 0 }),
  };
  const hand = [
    ...(c.owner !== "bot" ? [{ key: "bot", label: t("inbox.toBot"), onPick: () => submit.send({ what: "bot" }) }] : []),
    ...(c.owner !== "waiting"
      ? [{ key: "team", label: t("inbox.toTeam"), onPick: () => submit.send({ what: "team" }) }]
      : []),
  ];
  return (
    <div className="line">
      {open && !mine && button("take", "inbox.take", "primary")}
      {open && (
        <Menu
          mark="hand"
          label={t("inbox.hand")}
          trigger={t("inbox.hand")}
          className={small}
          groups={[{ key: "to", items: hand }]}
        />
      )}
      {open && (
        <Menu
          mark="assign"
          label={t("inbox.assign")}
          trigger={t("inbox.assign")}
          className={small}
          groups={[{ key: "team", items: [...colleagues, nobody] }]}
        />
      )}
      <LabelMenu id={c.id} carried={carried} />
      {open && (
        <Menu
          mark="snooze"
          label={t("inbox.snoozeUntil")}
          trigger={t("inbox.snoozeUntil")}
          className={small}
          groups={[
            {
              key: "until",
              items: [
                snooze("hour", "inbox.snoozeHour", () => afterHours(1)),
                snooze("hours", "inbox.snoozeEvening", () => afterHours(4)),
                snooze("day", "inbox.snoozeTomorrow", () => morning(1)),
                snooze("week", "inbox.snoozeWeek", () => morning(untilMonday())),
              ],
            },
          ]}
        />
      )}
      {c.status === "open" ? button("resolve", "inbox.resolve") : button("reopen", "inbox.reopen")}
    </div>
  );
}
