/* The token of a mail's link. It stands behind `#`, which never reaches a server or a log, and leaves the address bar as
 * soon as it is read. Links of mails sent by 0.1.0 have it in the query. */
import { useEffect, useState } from "react";

export function readToken({ search, hash }: { search: string; hash: string }): string {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token") ?? new URLSearchParams(search).get("token") ?? "";
}

/* Kept for a reload, which would find an address without it; only in this tab. */
const KEPT = "chathub-link-token";

function kept(path: string): string {
  try {
    const [at, token = ""] = (sessionStorage.getItem(KEPT) ?? "").split(" ", 2);
    return at === path ? token : "";
  } catch {
    return "";
  }
}

export function useLinkToken(): string {
  const { pathname } = window.location;
  const [token] = useState(() => readToken(window.location) || kept(pathname));
  useEffect(() => {
    if (token === "" || readToken(window.location) === "") return;
    try {
      sessionStorage.setItem(KEPT, `${pathname} ${token}`);
    } catch {
      // storage may be forbidden: then a reload needs the mail again
    }
    window.history.replaceState(window.history.state, "", pathname);
  }, [token, pathname]);
  return token;
}

export function forgetLinkToken(): void {
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // it was never kept
  }
}
