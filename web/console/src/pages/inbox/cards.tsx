/* The products that a reply of the bot showed, as the visitor sees them. Without their pictures: those are fetched from
 * other hosts, which this page does not do. */
import type { InboxMessage } from "../../api/types";
import { useText } from "../../i18n/i18n";

type Card = NonNullable<InboxMessage["cards"]>[number];

export function Cards({ cards }: { cards: readonly Card[] }) {
  const { t } = useText();
  return (
    <ul className="said-cards">
      {cards.map(({ id, title, price, from, available, url }, place) => (
        <li key={`${id}-${place}`} dir="auto">
          {url !== null && /^https?:\/\//i.test(url) ? (
            <a href={url} target="_blank" rel="noreferrer nofollow">
              {title}
            </a>
          ) : (
            title
          )}
          <span className="muted small">
            {price !== null && ` ${from ? t("inbox.cardFrom", { price }) : price}`}
            {!available && ` · ${t("inbox.cardSoldOut")}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
