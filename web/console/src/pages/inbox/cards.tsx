/* The products that a reply of the bot showed, as the visitor sees them. Without their pictures: those are fetched from
 * other hosts, which this page does not do. And what the reply stands on, which visitors are not told. */
import type { InboxMessage } from "../../api/types";
import { useText } from "../../i18n/i18n";

type Card = NonNullable<InboxMessage["cards"]>[number];
type Source = NonNullable<InboxMessage["sources"]>[number];

function Title({ title, url }: { title: string; url: string | null }) {
  if (url === null || !/^https?:\/\//i.test(url)) return title;
  return (
    <a href={url} target="_blank" rel="noreferrer nofollow">
      {title}
    </a>
  );
}

export function Cards({ cards }: { cards: readonly Card[] }) {
  const { t } = useText();
  return (
    <ul className="said-cards">
      {cards.map(({ id, title, price, from, available, url }, place) => (
        <li key={`${id}-${place}`} dir="auto">
          <Title title={title} url={url} />
          <span className="muted small">
            {price !== null && ` ${from ? t("inbox.cardFrom", { price }) : price}`}
            {!available && ` · ${t("inbox.cardSoldOut")}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

export function Sources({ sources }: { sources: readonly Source[] }) {
  const { t } = useText();
  return (
    <details className="small muted">
      <summary>{t("chatset.why")}</summary>
      <ul className="said-cards">
        {sources.map(({ kind, id, title, url }) => (
          <li key={`${kind} ${id}`} dir="auto">
            {t(`chatset.source.${kind}`)}: <Title title={title || id} url={url} />
          </li>
        ))}
      </ul>
    </details>
  );
}
