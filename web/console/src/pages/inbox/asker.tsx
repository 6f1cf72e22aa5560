/* Who asks, as far as it is known: the shop's own word, or the address that they left; and their orders. One whose number
 * and address were said in the chat stands apart: it was named, and says nothing of the others of that address. */
import { useAsker } from "../../api/queries";
import type { CustomerOrder } from "../../api/types";
import { useText } from "../../i18n/i18n";

const without = (orders: readonly CustomerOrder[], those: readonly CustomerOrder[]) =>
  orders.filter(({ number }) => !those.some((one) => one.number === number));

function Orders({ orders }: { orders: readonly CustomerOrder[] }) {
  return (
    <ul className="small">
      {orders.map(({ number, status, statusText, items }) => (
        <li key={number} dir="auto">
          {number} · {statusText ?? status}
          {items.length > 0 && ` · ${items.map(({ title, quantity }) => `${title} × ${quantity}`).join(", ")}`}
        </li>
      ))}
    </ul>
  );
}

export function Asker({ id }: { id: number }) {
  const { t } = useText();
  const { data } = useAsker(id);
  if (data === undefined) return null;
  const { email, vouched, subject } = data;
  const orders = vouched ? data.orders : without(data.orders, data.ordersNamed);
  const named = vouched ? without(data.ordersNamed, data.orders) : data.ordersNamed;
  if (email === "" && !vouched && named.length === 0) return null;
  return (
    <section className="stack" aria-label={t("inbox.asker")}>
      {(email !== "" || vouched) && (
        <p className="small">
          <strong dir="auto">{email || subject}</strong>{" "}
          <span className="muted">{t(vouched ? "inbox.vouched" : "inbox.leftAddress")}</span>
        </p>
      )}
      {named.length > 0 && (
        <div className="small">
          <span className="muted">{t("inbox.ordersNamed")}</span>
          <Orders orders={named} />
        </div>
      )}
      {orders.length > 0 && (
        <details>
          <summary className="small">{t("inbox.orders", { n: orders.length })}</summary>
          <Orders orders={orders} />
        </details>
      )}
    </section>
  );
}
