/* A customer of whom a row gives only the number: the name is read once and kept. */
import { useAccount } from "../api/queries";
import { useText } from "../i18n/i18n";
import { Person } from "./facts";
import { Icon } from "./icon";

export function KnownPerson({ id }: { id: number }) {
  const { data, isError } = useAccount(id);
  if (data === undefined && !isError) return <span className="muted">…</span>;
  return <Person id={id} email={data?.account.email ?? null} name={data?.account.email ?? null} />;
}

/** A list is narrowed to one customer: who, and the way back to all. */
export function OfCustomer({ id, onAll }: { id: number; onAll: () => void }) {
  const { t } = useText();
  return (
    <span className="chip chip-chosen chip-of">
      <KnownPerson id={id} />
      <button type="button" aria-label={t("list.allOf", { name: t("customer.one") })} onClick={onAll}>
        <Icon name="close" />
      </button>
    </span>
  );
}
