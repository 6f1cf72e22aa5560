/* What a list shows stands in its address: it can be linked, reloaded and gone back to. */
import { useSearchParams } from "react-router";

export function useAddress(): [(name: string) => string, (changes: Readonly<Record<string, string>>) => void] {
  const [query, setQuery] = useSearchParams();
  const read = (name: string) => query.get(name) ?? "";
  const write = (changes: Readonly<Record<string, string>>) =>
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
  return [read, write];
}
