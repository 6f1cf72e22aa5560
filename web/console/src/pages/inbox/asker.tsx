/* Who asks, as far as it is known: the shop's own word, or the address that they left; and their orders. */
import { useAsker } from "../../api/queries";
import { useText } from "../../i18n/i18n";

export function Asker({ id }: { id: number }) {
  const { t } = useText();
  const { data } = useAsker(id);
  if (data === undefined || (data.email === "" && !data.vouched)) return null;
  return (
    <section className="stack" aria-label={t("inbox.asker")}>
      <p className="small">
        <strong dir="auto">{data.email || data.subject}</strong>{" "}
        <span className="muted">{t(data.vouched ? "inbox.vouched" : "inbox.leftAddress")}</span>
      </p>
      {data.orders.length > 0 && (
        <details>
          <summary className="small">{t("inbox.orders", { n: data.orders.length })}</summary>
          <ul className="small">
            {data.orders.map(({ number, status, statusText, items }) => (
              <li key={number} dir="auto">
                {number} · {statusText ?? status}
                {items.length > 0 && ` · ${items.map(({ title, quantity }) => `${title} × ${quantity}`).join(", ")}`}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
