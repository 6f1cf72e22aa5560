/* The account's inbox as it happens: each event names its conversation, and what is shown of that is read again. Beside it
 * who types, which nobody keeps. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { keys } from "../../api/read-keys";

const EVENTS = ["message", "note", "read", "conversation", "reset"] as const;
const TYPING_MS = 6000;
const PAUSE_MS = 3000;

/** By conversation: "" for a visitor without a name. */
export type Typing = Readonly<Record<number, string | undefined>>;

interface Told {
  conversation?: number;
  side?: string;
  name?: string;
}

function parsed(data: unknown): Told {
  try {
    return typeof data === "string" ? (JSON.parse(data) as Told) : {};
  } catch {
    return {};
  }
}

export function useInboxLive(): Typing {
  const queries = useQueryClient();
  const [typing, setTyping] = useState<Typing>({});
  useEffect(() => {
    let source: EventSource | null = null;
    let timer = 0;
    const ends = new Map<number, number>();
    const stale = (queryKey: readonly unknown[]) => void queries.invalidateQueries({ queryKey });
    const stop = (id: number) => {
      clearTimeout(ends.get(id));
      setTyping((all) => ({ ...all, [id]: undefined }));
    };
    const open = () => {
      source = new EventSource("/api/inbox/events");
      // Whatever was told while nobody listened.
      source.onopen = () => stale(keys.inbox);
      source.onerror = () => {
        if (source?.readyState !== EventSource.CLOSED) return;
        timer = window.setTimeout(open, PAUSE_MS);
      };
      for (const type of EVENTS) {
        source.addEventListener(type, ({ data }: MessageEvent) => {
          const { conversation } = parsed(data);
          if (conversation === undefined) stale(keys.inbox);
          else {
            stale(keys.inboxLists);
            stale(keys.thread(conversation));
            if (type === "message") stop(conversation);
          }
        });
      }
      source.addEventListener("typing", ({ data }: MessageEvent) => {
        const { conversation: id, side, name } = parsed(data);
        if (id === undefined || side !== "visitor") return;
        setTyping((all) => ({ ...all, [id]: name ?? "" }));
        clearTimeout(ends.get(id));
        ends.set(
          id,
          window.setTimeout(() => stop(id), TYPING_MS),
        );
      });
    };
    open();
    return () => {
      source?.close();
      clearTimeout(timer);
      for (const end of ends.values()) clearTimeout(end);
    };
  }, [queries]);
  return typing;
}
