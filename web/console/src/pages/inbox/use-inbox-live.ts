/* The account's inbox as it happens: each event names its conversation, and what is shown of that is read again. Beside it
 * who types, which nobody keeps. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { keys } from "../../api/read-keys";
import { streamHeard } from "../../live/down";
import { Stream } from "../../live/stream";

const EVENTS = [
  "message",
  "note",
  "read",
  "conversation",
  "mention",
  "reset",
  "typing",
  "looking",
  "sessions.changed",
] as const;
const TYPING_MS = 6000;
const LOOKING_MS = 45_000;

export interface Looker {
  person: number;
  name: string;
}
export interface Writer extends Looker {
  note: boolean;
}
/** Who is in a conversation now: the visitor who types ("": without a name), the colleagues who do, those who look. */
export interface Company {
  typing: string | undefined;
  writes: Readonly<Record<number, Writer>>;
  looks: Readonly<Record<number, Looker>>;
}
export const NOBODY: Company = { typing: undefined, writes: {}, looks: {} };

const without = <V>(all: Readonly<Record<number, V>>, person: number) =>
  Object.fromEntries(Object.entries(all).filter(([key]) => Number(key) !== person));
type Companies = Readonly<Record<number, Company | undefined>>;

interface Told {
  conversation?: number;
  side?: string;
  name?: string;
  person?: number;
  note?: boolean;
  owner?: string;
  assignee?: number;
  message?: { author?: string; text?: string | null };
}

export type OnTold = (type: string, told: Told & { conversation: number }) => void;

export function useInboxLive(onTold: OnTold): Companies {
  const queries = useQueryClient();
  const [companies, setCompanies] = useState<Companies>({});
  const heard = useRef(onTold);
  useEffect(() => {
    heard.current = onTold;
  }, [onTold]);
  useEffect(() => {
    const ends = new Map<string, number>();
    const stale = (queryKey: readonly unknown[]) => void queries.invalidateQueries({ queryKey });
    const change = (id: number, to: (now: Company) => Company) =>
      setCompanies((all) => ({ ...all, [id]: to(all[id] ?? NOBODY) }));
    /** It is so for a while, unless it is said again. */
    const awhile = (key: string, ms: number, over: () => void) => {
      clearTimeout(ends.get(key));
      ends.set(key, window.setTimeout(over, ms));
    };
    const typed = ({ conversation: id, side, person = 0, name = "", note = false }: Told) => {
      if (id === undefined) return;
      if (side === "visitor") {
        change(id, (now) => ({ ...now, typing: name }));
        awhile(`typing-${id}`, TYPING_MS, () => change(id, (now) => ({ ...now, typing: undefined })));
        return;
      }
      change(id, (now) => ({ ...now, writes: { ...now.writes, [person]: { person, name, note } } }));
      const rests = () => change(id, (now) => ({ ...now, writes: without(now.writes, person) }));
      awhile(`writes-${id}-${person}`, TYPING_MS, rests);
    };
    const looked = ({ conversation: id, person, name = "" }: Told) => {
      if (id === undefined || person === undefined) return;
      change(id, (now) => ({ ...now, looks: { ...now.looks, [person]: { person, name } } }));
      awhile(`looks-${id}-${person}`, LOOKING_MS, () =>
        change(id, (now) => ({ ...now, looks: without(now.looks, person) })),
      );
    };
    const happened = (type: string, told: Told) => {
      const { conversation } = told;
      if (conversation === undefined) {
        stale(keys.inbox);
        return;
      }
      stale(keys.inboxLists);
      stale(keys.thread(conversation));
      if (told.message?.author === "bot") stale(keys.asker(conversation)); // it may have told an order
      if (type === "message" && told.message?.author === "visitor")
        change(conversation, (now) => ({ ...now, typing: undefined }));
      else if (type === "message" || type === "note") change(conversation, (now) => ({ ...now, writes: {} }));
      heard.current(type, { ...told, conversation });
    };
    const stream = new Stream(
      ({ type, data }) => {
        const told = data as Told & { up?: boolean };
        if (type === "state") {
          const up = told.up === true;
          streamHeard("inbox", up);
          if (up) stale(keys.inbox); // whatever was told while nobody listened
        } else if (type === "typing") typed(told);
        else if (type === "looking") looked(told);
        else if (type === "sessions.changed")
          stale(keys.user); // who looks may be another by now, or nobody here
        else happened(type, told);
      },
      () => new EventSource("/api/inbox/events"),
      EVENTS,
    );
    stream.start();
    return () => {
      stream.stop();
      streamHeard("inbox", true);
      for (const end of ends.values()) clearTimeout(end);
    };
  }, [queries]);
  return companies;
}
