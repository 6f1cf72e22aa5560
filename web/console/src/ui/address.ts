/* What a list shows stands in its address: it can be linked, reloaded and gone back to. */
import { useLocation, useSearchParams } from "react-router";

export function useAddress(): [(name: string) => string, (changes: Readonly<Record<string, string>>) => void] {
  const [query, setQuery] = useSearchParams();
  const { pathname } = useLocation();
  const read = (name: string) => query.get(name) ?? "";
  const write = (changes: Readonly<Record<string, string>>) => {
    // The next page may be on its way already, while this one is still shown: a late search must not lead back.
    if (window.location.pathname !== pathname) return;
    setQuery(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [name, value] of Object.entries(changes)) {
          if (value === "") next.delete(name);
          else next.set(name, value);
        }
        return next;
      },
      { replace: true },
    );
  };
  return [read, write];
}

/** A number of a row that stands in the address; what is none is left out. */
export function idOf(text: string): number | undefined {
  const id = Number(text);
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
}
