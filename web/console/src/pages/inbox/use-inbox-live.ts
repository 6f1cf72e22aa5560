/* The account's inbox as it happens: each event names its conversation, and what is shown of that is read again. Beside it
 * who types, which nobody keeps. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { keys } from "../../api/read-keys";
import { streamHeard } from "../../live/down";
import { Stream } from "../../live/stream";

const EVENTS = ["message", "note", "read", "conversation", "mention", "reset", "typing", "looking"] as const;
const TYPING_MS = 6000;
const LOOKING_MS = 45_000;

export interface Looker {
  person: number;
  name: string;
}
/** Who is in a conversation now: the visitor who types ("": without a name), the colleague who does, those who look. */
export interface Company {
  typing: string | undefined;
  writes: string | undefined;
  looks: Readonly<Record<number, Looker>>;
}
export const NOBODY: Company = { typing: undefined, writes: undefined, looks: {} };
type Companies = Readonly<Record<number, Company | undefined>>;

interface Told {
  conversation?: number;
  side?: string;
  name?: string;
  person?: number;
  owner?: string;
  assignee?: number;
  message?: { author?: string; text?: string | null };
}

type OnTold = (type: string, told: Told & { conversation: number }) => void;

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
    const still = (id: number, who: "typing" | "writes") => change(id, (now) => ({ ...now, [who]: undefined }));
    const typed = ({ conversation: id, side, name = "" }: Told) => {
      if (id === undefined) return;
      const who = side === "visitor" ? "typing" : "writes";
      change(id, (now) => ({ ...now, [who]: name }));
      awhile(`${who}-${id}`, TYPING_MS, () => still(id, who));
    };
    const looked = ({ conversation: id, person, name = "" }: Told) => {
      if (id === undefined || person === undefined) return;
      change(id, (now) => ({ ...now, looks: { ...now.looks, [person]: { person, name } } }));
      const gone = ({ looks, ...now }: Company) => ({
        ...now,
        looks: Object.fromEntries(Object.entries(looks).filter(([key]) => Number(key) !== person)),
      });
      awhile(`looks-${id}-${person}`, LOOKING_MS, () => change(id, gone));
    };
    const happened = (type: string, told: Told) => {
      const { conversation } = told;
      if (conversation === undefined) {
        stale(keys.inbox);
        return;
      }
      stale(keys.inboxLists);
      stale(keys.thread(conversation));
      if (type === "message") still(conversation, told.message?.author === "visitor" ? "typing" : "writes");
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
