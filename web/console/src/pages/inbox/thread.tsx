/* One conversation: what was said, by whom, and the ways to act. Whoever writes answers as a person, and the bot is silent
 * from then on. */
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Link } from "react-router";
import { answer, api } from "../../api/client";
import { useAsker, useBefore, useHere, useThread, useUser } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { InboxConversation, InboxMessage, InboxNote, InboxThread } from "../../api/types";
import { type TextKey, useText } from "../../i18n/i18n";
import { Button } from "../../ui/button";
import { Shop, Time } from "../../ui/facts";
import { Face } from "../../ui/face";
import { Icon } from "../../ui/icon";
import { Loaded } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { PageLink } from "../../ui/page-link";
import { Asker } from "./asker";
import { Acts, useActs } from "./acts";
import { useColleagueName } from "./colleague-name";
import { Composer } from "./composer";
import { Transcript } from "./transcript";
import { CustomerData } from "./customer-data";
import { LabelMarks } from "./labels";
import { OwnerPill } from "./owner-pill";
import { Cards, Sources } from "./cards";
import { Picture } from "./pictures";
import { type Keys, openMenu, useKeys, write } from "./shortcuts";
import type { Company, Looker } from "./use-inbox-live";

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
  const nameOf = useColleagueName();
  const colleague = nameOf(message.person ?? 0, message.name);
  const name =
    author === "person"
      ? colleague
      : (!house && message.name) || (author === "visitor" && visitor) || t(AUTHORS[author]);
  return (
    <li className={`said said-${author}`}>
      <span className="said-who small muted" dir="auto">
        {(author === "bot" || author === "person") && <Face picture={message.picture} name={name} />}
        {name}
        {" · "}
        <time dateTime={at} title={exact(at)}>
          {clock(at)}
        </time>
        {message.byMail && ` · ${t("inbox.byMail")}`}
        {read && ` · ${t("inbox.read")}`}
      </span>
      <div className="said-words" dir="auto">
        {image !== undefined && <Picture image={image} name={text} />}
        {image === undefined && (notice ? t(notice, { name: colleague }) : text)}
      </div>
      {message.cards !== undefined && <Cards cards={message.cards} />}
      {message.sources !== undefined && <Sources sources={message.sources} />}
    </li>
  );
}

function NoteLine({ note }: { note: InboxNote }) {
  const { t, exact, clock } = useText();
  const nameOf = useColleagueName();
  return (
    <li className="said said-note">
      <span className="said-who small muted" dir="auto">
        {t("inbox.note")} · {nameOf(note.person, note.name)} ·{" "}
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

function Facts({ thread: { conversation: c, visitor } }: { thread: InboxThread }) {
  const { t } = useText();
  const seen = useHere(c.id);
  const here = (seen.isError ? [] : (seen.data?.visitors ?? [])).filter(({ page }) => page !== "");
  const asker = useAsker(c.id).data; // it shows the address that counts
  return (
    <dl className="facts inbox-facts">
      <div>
        <dt>{t("inbox.shop")}</dt>
        <dd>
          <Shop id={c.shop} />
        </dd>
      </div>
      {here.length > 0 && (
        <div>
          <dt>{t("inbox.here")}</dt>
          {here.map(({ id, page }) => (
            <dd key={id} className="short">
              <PageLink page={page} />
            </dd>
          ))}
        </div>
      )}
      {here.length === 0 && visitor.page !== "" && (
        <div>
          <dt>{t("inbox.page")}</dt>
          <dd className="short">
            <PageLink page={visitor.page} />
          </dd>
        </div>
      )}
      <div>
        <dt>{t("inbox.seen")}</dt>
        <dd>
          <Time at={visitor.seenAt} />
        </dd>
      </div>
      {visitor.email !== "" && asker !== undefined && visitor.email !== asker.email && (
        <div>
          <dt>{t("inbox.email")}</dt>
          <dd className="short" title={visitor.email}>
            {visitor.email}
          </dd>
        </div>
      )}
      {c.score > 0 && (
        <div>
          <dt>{t("inbox.score")}</dt>
          <dd className="lines" dir="auto">
            {t("inbox.scoreOf", { score: c.score })}
            {c.scoreWords !== "" && ` · ${c.scoreWords}`}
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
function useReading({ id, lastNumber, readByTeam, unread }: InboxConversation, acts: boolean) {
  const told = useRef(0);
  const [seen, setSeen] = useState(document.visibilityState === "visible");
  useEffect(() => {
    const look = () => setSeen(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  useEffect(() => {
    if (!acts || !seen || unread === 0 || lastNumber <= Math.max(readByTeam, told.current)) return;
    told.current = lastNumber;
    api.POST("/api/inbox/{id}/read", { params: { path: { id } }, body: { number: lastNumber } }).catch(() => {
      told.current = 0; // with the next message
    });
  }, [acts, id, lastNumber, readByTeam, unread, seen]);
}

const LOOK_MS = 30_000;

/** Colleagues see that it is open here, as long as somebody looks; what named them here is seen. */
function useLooking(id: number, acts: boolean): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (!acts) return undefined;
    const say = () => {
      if (document.visibilityState !== "visible") return;
      api
        .POST("/api/inbox/{id}/looking", { params: { path: { id } } })
        .then(() => queries.invalidateQueries({ queryKey: keys.mentions }))
        .catch(() => undefined); // the next one says it
    };
    say();
    const timer = setInterval(say, LOOK_MS);
    return () => clearInterval(timer);
  }, [acts, id, queries]);
}

function Before({ id }: { id: number }) {
  const { t, day } = useText();
  const earlier = useBefore(id).data?.earlier ?? [];
  if (earlier.length === 0) return null;
  return (
    <details className="inbox-before">
      <summary>
        {t("inbox.earlierTalks")} ({earlier.length})
      </summary>
      <ul>
        {earlier.map((one) => (
          <li key={one.id}>
            <Link to={`/inbox/${one.id}`}>
              {day(one.lastAt)} · {t("inbox.earlierTalk", { n: one.messages })}
            </Link>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Who else has it open, or writes in it. */
function Others({ company }: { company: Company }) {
  const { t } = useText();
  const me = useUser().data?.user;
  const looks = Object.values(company.looks).filter(({ person }) => person !== me?.id);
  const writes = Object.values(company.writes).filter(({ person }) => person !== me?.id);
  const names = (some: readonly Looker[]) => some.map(({ name }) => name).join(", ");
  return (
    <p className="small inbox-others" role="status">
      {writes.length > 0
        ? t(writes.every(({ note }) => note) ? "inbox.alsoNotes" : "inbox.alsoTypes", { name: names(writes) })
        : looks.length > 0 && t("inbox.alsoHere", { name: names(looks) })}
    </p>
  );
}

const WIDE = "(min-width: 861px)";

/** What is known of the customer: on a phone behind a press, so that what is said and the answer stand on one screen. */
function About({ children }: { children: ReactNode }) {
  const { t } = useText();
  const [wide, setWide] = useState(() => window.matchMedia(WIDE).matches);
  useEffect(() => {
    const query = window.matchMedia(WIDE);
    const look = () => setWide(query.matches);
    query.addEventListener("change", look);
    return () => query.removeEventListener("change", look);
  }, []);
  if (wide) return children;
  return (
    <details className="inbox-about">
      <summary>{t("inbox.about")}</summary>
      {children}
    </details>
  );
}

interface OpenProps {
  thread: InboxThread;
  company: Company;
  again: () => void;
  back: string;
}

function Open({ thread, company, again, back }: OpenProps) {
  const { t } = useText();
  const { conversation: c, visitor, labels } = thread;
  const submit = useActs(c, again);
  const answers = useUser().data?.user?.account?.role !== "viewer"; // whoever only looks would be refused each act
  useReading(c, answers);
  useLooking(c.id, answers);
  const keys = useMemo<Keys>(
    () =>
      answers
        ? {
            r: () => write("answer"),
            n: () => write("note"),
            t: c.status === "open" ? () => submit.send({ what: "take" }) : undefined,
            e: () => submit.send({ what: c.status === "open" ? "resolve" : "reopen" }),
            h: () => openMenu("hand"),
            a: () => openMenu("assign"),
            l: () => openMenu("label"),
            s: () => openMenu("snooze"),
          }
        : {},
    [answers, submit, c.status],
  );
  useKeys(keys);
  return (
    <>
      <div className="inbox-head">
        <h2 className="short" dir="auto">
          {visitor.name || t("inbox.visitor", { n: c.id })}
        </h2>
        <OwnerPill conversation={c} />
        <LabelMarks carried={labels} />
        {answers && <Acts conversation={c} carried={labels} submit={submit} />}
      </div>
      <About>
        <Facts thread={thread} />
        <Asker id={c.id} />
        <Before id={c.id} />
        {answers && <Transcript id={c.id} sent={again} />}
        <CustomerData id={thread.conversation.id} back={back} />
      </About>
      <Said thread={thread} typing={company.typing} />
      <Others company={company} />
      {answers && <Composer conversation={c} sent={again} customer={visitor.name} />}
    </>
  );
}

export function Thread({ id, company, back }: { id: number; company: Company; back: string }) {
  const { t } = useText();
  const read = useThread(id);
  return (
    <section className="inbox-thread" aria-label={t("inbox.conversation")}>
      <Link to={back} className="page-back inbox-back">
        <Icon name="back" />
        {t("inbox.all")}
      </Link>
      <Loaded read={read} height={480}>
        {(thread) => <Open thread={thread} company={company} again={() => void read.refetch()} back={back} />}
      </Loaded>
    </section>
  );
}
