/* A customer of whom a row gives only the number: the name is read once and kept. */
import { useAccount } from "../api/queries";
import { Person } from "./facts";

export function KnownPerson({ id }: { id: number }) {
  const { data, isError } = useAccount(id);
  if (data === undefined && !isError) return <span className="muted">…</span>;
  return <Person id={id} email={data?.account.email ?? null} name={data?.account.email ?? null} />;
}
