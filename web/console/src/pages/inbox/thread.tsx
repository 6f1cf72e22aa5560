/* One conversation: what was said, by whom, and the ways to act. Whoever writes answers as a person, and the bot is silent
 * from then on. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { answer, api, once } from "../../api/client";
import { useThread, useUser } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { InboxConversation, InboxMessage, InboxNote, InboxThread } from "../../api/types";
import { type TextKey, useText } from "../../i18n/i18n";
import { Button } from "../../ui/button";
import { Shop, Time } from "../../ui/facts";
import { Icon } from "../../ui/icon";
import { Loaded } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { Asker } from "./asker";
import { Composer } from "./composer";
import { CustomerData } from "./customer-data";
import { OwnerPill } from "./owner-pill";
import { Picture } from "./pictures";

const EARLIER_ROWS = 100;
type Line = { kind: "message"; at: string; message: InboxMessage } | { kind: "note"; at: string; note: InboxNote };

/** Notes stand behind the message that was the last when they were written. */
function lines({ messages, notes }: Pick<InboxThread, "messages" | "notes">): readonly Line[] {
  const first = messages[0]?.number ?? 0;
  const behind = (number: number) =>
    notes
      .filter((note) => (number === 0 ? note.behind < first : note.behind === number))
      .sort((a, b) => a.number - b.number)
      .map((note): Line => ({ kind: "note", at: note.at, note }));
  return [
    ...behind(0),
    ...messages.flatMap((message): Line[] => [{ kind: "message", at: message.at, message }, ...behind(message.number)]),
  ];
}

const AUTHORS: Readonly<Record<InboxMessage["author"], TextKey>> = {
  visitor: "inbox.theVisitor",
  bot: "inbox.isBot",
  person: "inbox.aPerson",
  house: "inbox.theHouse",
};

/** What the house said, in the words of who reads it here; the visitor has it in theirs. */
const NOTICES: Readonly<Record<string, TextKey>> = {
  joined: "inbox.noticeJoined",
  waiting: "inbox.noticeWaiting",
  away: "inbox.noticeAway",
  assistant: "inbox.noticeAssistant",
  still_waiting: "inbox.noticeStillWaiting",
};

function MessageLine({ message, read, visitor }: { message: InboxMessage; read: boolean; visitor: string }) {
  const { t, exact, clock } = useText();
  const { author, text, at, image } = message;
  const house = author === "house";
  const notice = NOTICES[message.notice ?? ""];
  const name = (!house && message.name) || (author === "visitor" && visitor) || t(AUTHORS[author]);
  return (
    <li className={`said said-${author}`}>
      <span className="said-who small muted" dir="auto">
        {name}
        {" · "}
        <time dateTime={at} title={exact(at)}>
          {clock(at)}
        </time>
        {read && ` · ${t("inbox.read")}`}
      </span>
      <div className="said-words" dir="auto">
        {image !== undefined && <Picture image={image} name={text} />}
        {image === undefined && (notice ? t(notice, { name: message.name || t("inbox.aPerson") }) : text)}
      </div>
    </li>
  );
}

function NoteLine({ note }: { note: InboxNote }) {
  const { t, exact, clock } = useText();
  return (
    <li className="said said-note">
      <span className="said-who small muted" dir="auto">
        {t("inbox.note")} · {note.name || t("inbox.aPerson")} ·{" "}
        <time dateTime={note.at} title={exact(note.at)}>
          {clock(note.at)}
        </time>
      </span>
      <div className="said-words" dir="auto">
        {note.text}
      </div>
    </li>
  );
}

/** What was said before the oldest message that is shown. */
function useEarlier({ conversation: { id }, messages }: InboxThread) {
  const queries = useQueryClient();
  const notify = useNotify();
  const before = messages[0]?.number ?? 0;
  return useSubmit(
    () => answer(api.GET("/api/inbox/{id}", { params: { path: { id }, query: { before, limit: EARLIER_ROWS } } })),
    {
      onDone: (page) => {
        const messages = page.messages.filter(({ number }) => number < before);
        queries.setQueryData<InboxThread>(
          keys.thread(id),
          (now) => now && { ...now, messages: [...messages, ...now.messages], more: page.more },
        );
      },
      onProblem: (problem) => notify.problem(problem),
    },
  );
}

function Said({ thread, typing }: { thread: InboxThread; typing: string | undefined }) {
  const { t, day } = useText();
  const earlier = useEarlier(thread);
  const box = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const { conversation: c, visitor } = thread;
  const all = lines(thread);
  const last = c.lastNumber;
  useLayoutEffect(() => {
    const log = box.current;
    if (log !== null && follows.current) log.scrollTop = log.scrollHeight;
  }, [last, c.id, all.length, typing]);
  const onScroll = () => {
    const log = box.current;
    if (log !== null) follows.current = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  };
  return (
    <div className="said-log" ref={box} onScroll={onScroll} role="log" aria-label={t("inbox.log")} tabIndex={0}>
      {thread.more && (
        <p className="said-more">
          <Button
            small
            busy={earlier.isPending}
            onClick={() => {
              follows.current = false;
              earlier.send(undefined);
            }}
          >
            {t("inbox.earlier")}
          </Button>
        </p>
      )}
      <ol>
        {all.map((line, index) => {
          const d = day(line.at);
          const before = all[index - 1];
          const key = line.kind === "note" ? `n${line.note.number}` : `m${line.message.number}`;
          return [
            (before === undefined || day(before.at) !== d) && (
              <li key={`d${key}`} className="said-day small muted">
                {d}
              </li>
            ),
            line.kind === "note" ? (
              <NoteLine key={key} note={line.note} />
            ) : (
              <MessageLine
                key={key}
                message={line.message}
                read={line.message.author !== "visitor" && line.message.number === c.readByVisitor}
                visitor={visitor.name}
              />
            ),
          ];
        })}
      </ol>
      {typing !== undefined && (
        <p className="small muted" role="status">
          {t("inbox.types", { name: typing || t("inbox.theVisitor") })}
        </p>
      )}
    </div>
  );
}

type Act = "take" | "bot" | "team" | "resolve" | "reopen" | "snooze";
const DAY_MS = 86_400_000;

/** Each act names the epoch that the page shows: whoever was quicker wins, and the other is told. */
function run(c: InboxConversation, act: Act, key: string) {
  const params = { path: { id: c.id } };
  const { epoch } = c;
  const state = (status: "open" | "snoozed" | "resolved", until?: string) =>
    answer(
      api.POST("/api/inbox/{id}/state", { params, body: { status, epoch, ...(until && { until }) }, ...once(key) }),
    );
  switch (act) {
    case "take":
      return answer(api.POST("/api/inbox/{id}/take", { params, body: { epoch }, ...once(key) }));
    case "bot":
    case "team":
      return answer(api.POST("/api/inbox/{id}/hand", { params, body: { to: act, epoch }, ...once(key) }));
    case "resolve":
      return state("resolved");
    case "reopen":
      return state("open");
    case "snooze":
      return state("snoozed", new Date(Date.now() + DAY_MS).toISOString());
  }
}

function Acts({ conversation: c, again }: { conversation: InboxConversation; again: () => void }) {
  const { t } = useText();
  const notify = useNotify();
  const { data } = useUser();
  const submit = useSubmit((act: Act, key) => run(c, act, key), {
    onDone: again,
    onProblem: (problem) => {
      notify.problem(problem);
      again();
    },
  });
  const button = (act: Act, text: TextKey, look: "primary" | "plain" = "plain") => (
    <Button key={act} small look={look} busy={submit.isPending && submit.sent === act} onClick={() => submit.send(act)}>
      {t(text)}
    </Button>
  );
  const mine = c.owner === "person" && c.person === data?.user?.id;
  const open = c.status === "open";
  return (
    <div className="line">
      {open && !mine && button("take", "inbox.take", "primary")}
      {open && c.owner !== "bot" && button("bot", "inbox.toBot")}
      {open && mine && button("team", "inbox.toTeam")}
      {open && button("snooze", "inbox.snooze")}
      {c.status === "resolved" ? button("reopen", "inbox.reopen") : button("resolve", "inbox.resolve")}
    </div>
  );
}

function Facts({ thread: { conversation: c, visitor } }: { thread: InboxThread }) {
  const { t } = useText();
  return (
    <dl className="facts inbox-facts">
      <div>
        <dt>{t("inbox.shop")}</dt>
        <dd>
          <Shop id={c.shop} />
        </dd>
      </div>
      {visitor.page !== "" && (
        <div>
          <dt>{t("inbox.page")}</dt>
          <dd className="short" title={visitor.page}>
            {visitor.page}
          </dd>
        </div>
      )}
      <div>
        <dt>{t("inbox.seen")}</dt>
        <dd>
          <Time at={visitor.seenAt} />
        </dd>
      </div>
      {visitor.email !== "" && (
        <div>
          <dt>{t("inbox.email")}</dt>
          <dd className="short" title={visitor.email}>
            {visitor.email}
          </dd>
        </div>
      )}
      {visitor.language !== "" && (
        <div>
          <dt>{t("inbox.language")}</dt>
          <dd>{visitor.language}</dd>
        </div>
      )}
    </dl>
  );
}

/** What stands on the screen is read: told once for each newest number, while somebody looks. */
function useReading({ id, lastNumber, readByTeam, unread }: InboxConversation) {
  const told = useRef(0);
  const [seen, setSeen] = useState(document.visibilityState === "visible");
  useEffect(() => {
    const look = () => setSeen(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  useEffect(() => {
    if (!seen || unread === 0 || lastNumber <= Math.max(readByTeam, told.current)) return;
    told.current = lastNumber;
    api.POST("/api/inbox/{id}/read", { params: { path: { id } }, body: { number: lastNumber } }).catch(() => {
      told.current = 0; // with the next message
    });
  }, [id, lastNumber, readByTeam, unread, seen]);
}

interface OpenProps {
  thread: InboxThread;
  typing: string | undefined;
  again: () => void;
  back: string;
}

function Open({ thread, typing, again, back }: OpenProps) {
  const { t } = useText();
  const { conversation: c, visitor } = thread;
  useReading(c);
  return (
    <>
      <div className="inbox-head">
        <h2 className="short" dir="auto">
          {visitor.name || t("inbox.visitor", { n: c.id })}
        </h2>
        <OwnerPill conversation={c} />
        <Acts conversation={c} again={again} />
      </div>
      <Facts thread={thread} />
      <Asker id={c.id} />
      <CustomerData thread={thread} back={back} />
      <Said thread={thread} typing={typing} />
      <Composer conversation={c} sent={again} />
    </>
  );
}

export function Thread({ id, typing, back }: { id: number; typing: string | undefined; back: string }) {
  const { t } = useText();
  const read = useThread(id);
  return (
    <section className="inbox-thread" aria-label={t("inbox.conversation")}>
      <Link to={back} className="page-back inbox-back">
        <Icon name="back" />
        {t("inbox.all")}
      </Link>
      <Loaded read={read} height={480}>
        {(thread) => <Open thread={thread} typing={typing} again={() => void read.refetch()} back={back} />}
      </Loaded>
    </section>
  );
}
