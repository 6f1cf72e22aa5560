/* Who is signed in here. The server's cookie is the truth; this only keeps what it told us last. */
import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { keys } from "./api/read-keys";
import type { User } from "./api/types";
import { isLang, langFromCookie } from "./i18n/lang";
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

export interface SessionActs {
  signedIn: (user: User) => void;
  signedOut: () => void;
}

export function useSessionActs(): SessionActs {
  const queries = useQueryClient();
  const { setLang } = useText();
  return useMemo(() => {
    // Nothing of the account before may be seen. Not clear(): components on screen would go on watching what was thrown
    // away and never learn who signed in.
    const forget = () => {
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "user" && queryKey[0] !== "config" });
    };
    return {
      signedIn: (user) => {
        // A language chosen on this device stays; a new device begins with the account's.
        if (langFromCookie(document.cookie) === null && isLang(user.lang)) setLang(user.lang);
        forget();
        queries.setQueryData(keys.user, { user });
      },
      signedOut: () => {
        queries.setQueryData(keys.user, { user: null });
        forget();
      },
    };
  }, [queries, setLang]);
}
