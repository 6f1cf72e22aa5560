/* A customer, or a shop, of whom a row gives only the number: the name is read once and kept. */
import { Link } from "react-router";
import { useAccount, useHouseShop } from "../api/queries";
import { useText } from "../i18n/i18n";
import { Person } from "./facts";
import { Icon } from "./icon";

export function KnownPerson({ id }: { id: number }) {
  const { data, isError } = useAccount(id);
  if (data === undefined && !isError) return <span className="muted">…</span>;
  return <Person id={id} email={data?.account.email ?? null} name={data?.account.email ?? null} />;
}

/** A shop of any account. One that was purged has no name left. */
export function KnownShop({ id, plain = false }: { id: number; plain?: boolean }) {
  const { t } = useText();
  const { data, isError } = useHouseShop(id);
  if (data === undefined && !isError) return <span className="muted">…</span>;
  const name = data?.shop_name || t("house.one", { id });
  if (plain) return <span className="short">{name}</span>;
  return (
    <Link to={`/operator/shops/${id}`} className="short" title={name}>
      {name}
    </Link>
  );
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
