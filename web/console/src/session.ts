/* Who is signed in here. The server's cookie is the truth; this only keeps what it told us last. */
import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { keys } from "./api/read-keys";
import type { Membership, User } from "./api/types";
import { keepLang } from "./i18n/lang";
import { useText } from "./i18n/i18n";

/* That this tab was signed in, kept over a reload: whoever finds the session gone is told so, but not who left. */
const MARK = "chathub-signed-in";
export const sessionMark = {
  set: () => {
    try {
      sessionStorage.setItem(MARK, "1");
    } catch {
      // storage may be forbidden: then a session ends without a word
    }
  },
  clear: () => {
    try {
      sessionStorage.removeItem(MARK);
    } catch {
      // it was never set
    }
  },
  isSet: (): boolean => {
    try {
      return sessionStorage.getItem(MARK) !== null;
    } catch {
      return false;
    }
  },
};

/** The account that this page shows, of which the person is no member any more; null: they are, or never were. */
export function leftAccount(known: User | null, now: User | null): Membership | null {
  const was = known?.account ?? null;
  if (was === null || now === null || now.id !== known?.id || now.account?.id === was.id) return null;
  return now.accounts.some(({ id }) => id === was.id) ? null : was;
}

export interface SessionActs {
  signedIn: (user: User) => void;
  /** The same person, on the page that was left standing: everything on it is read again. */
  signedInAgain: (user: User) => void;
  signedOut: () => void;
  /** Nothing of the account before may be seen. */
  forget: () => void;
}

export function useSessionActs(): SessionActs {
  const queries = useQueryClient();
  const { lang } = useText();
  return useMemo(() => {
    // Not clear(): components on screen would go on watching what was thrown away and never learn who signed in.
    const forget = () => {
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "user" && queryKey[0] !== "config" });
    };
    return {
      signedIn: (user) => {
        keepLang(lang); // the language on the screen is the choice: signing in does not change it
        forget();
        queries.setQueryData(keys.user, { user });
      },
      signedInAgain: (user) => {
        queries.setQueryData(keys.user, { user });
        void queries.invalidateQueries();
      },
      signedOut: () => {
        queries.setQueryData(keys.user, { user: null });
      },
      forget,
    };
  }, [queries, lang]);
}
