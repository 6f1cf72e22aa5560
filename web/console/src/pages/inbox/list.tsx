/* The list of conversations: by state, by label, or by words that stand in them. */
import { Link } from "react-router";
import { useInbox, useInboxCounts, useLabels, useShops } from "../../api/queries";
import type { InboxAsked, InboxFilter, InboxItem } from "../../api/types";
import { type TextKey, useText } from "../../i18n/i18n";
import { apart } from "../../ui/apart";
import { Time } from "../../ui/facts";
import { Chips, Choose, Find } from "../../ui/filters";
import { LoadedList } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { Teach } from "../../ui/page";
import { LabelMarks } from "./labels";
import { OwnerPill } from "./owner-pill";

const FILTERS: readonly [InboxFilter, TextKey][] = [
  ["waiting", "inbox.waiting"],
  ["mine", "inbox.mine"],
  ["mentions", "inbox.mentions"],
  ["unassigned", "inbox.unassigned"],
  ["bot", "inbox.bot"],
  ["snoozed", "inbox.snoozed"],
  ["resolved", "inbox.resolved"],
];

const numberOf = (text: string | null) => {
  const n = Number(text);
  return Number.isSafeInteger(n) && n > 0 ? n : undefined;
};

/** What the address asks for: one of words, label and state, and of one shop where it names it. */
export function askedOf(search: URLSearchParams): InboxAsked {
  const words = search.get("search")?.trim() ?? "";
  const label = numberOf(search.get("label"));
  const shop = numberOf(search.get("shop"));
  const of = shop === undefined ? {} : { shop };
  if (words !== "") return { ...of, search: words };
  if (label !== undefined) return { ...of, label };
  return { ...of, filter: FILTERS.find(([name]) => name === search.get("filter"))?.[0] ?? "open" };
}

function Item({ item, here, search }: { item: InboxItem; here: boolean; search: string }) {
  const { t, number } = useText();
  const { conversation: c, visitorName, excerpt, labels, found } = item;
  return (
    <li>
      <Link
        to={{ pathname: `/inbox/${c.id}`, search }}
        className={here ? "inbox-item inbox-here" : "inbox-item"}
        aria-current={here ? "true" : undefined}
      >
        <span className="inbox-line">
          <strong className="short" dir="auto">
            {visitorName || t("inbox.visitor", { n: c.id })}
          </strong>
          <Time at={c.lastAt} />
        </span>
        <span className="short muted" dir="auto">
          {excerpt || t("inbox.noWords")}
        </span>
        {found !== null && found.by !== "words" && (
          <span className="short muted">
            {t(found.by === "order" ? "inbox.foundOrder" : "inbox.foundCustomer", { what: apart(found.text) })}
          </span>
        )}
        <span className="inbox-line">
          <OwnerPill conversation={c} />
          {c.unread > 0 && (
            <span className="inbox-unread">
              {number(c.unread)}
              <span className="unseen"> {t("inbox.unread")}</span>
            </span>
          )}
        </span>
        <LabelMarks carried={labels} />
      </Link>
    </li>
  );
}

export function List({ asked, chosen, search }: { asked: InboxAsked; chosen: number | null; search: string }) {
  const { t } = useText();
  const { books } = useMay();
  const read = useInbox(asked);
  return (
    <LoadedList read={read} rows={6}>
      {(items) => {
        if (items.length > 0) {
          return (
            <ul className="inbox-list">
              {items.map((item) => (
                <Item key={item.conversation.id} item={item} here={item.conversation.id === chosen} search={search} />
              ))}
            </ul>
          );
        }
        if (asked.search !== undefined) return <p className="muted">{t("inbox.noneFound")}</p>;
        if (asked.filter !== "open" || asked.shop !== undefined) return <p className="muted">{t("inbox.noneHere")}</p>;
        return (
          <Teach
            icon="inbox"
            title={t("inbox.noneTitle")}
            action={books && <Link to="/shops">{t("inbox.noneGo")}</Link>}
          >
            {t("inbox.none")}
          </Teach>
        );
      }}
    </LoadedList>
  );
}

/** The same without the shop, as an address says it. */
function askedFor({ filter, label, search }: InboxAsked): Record<string, string> {
  if (search !== undefined) return { search };
  if (label !== undefined) return { label: String(label) };
  return filter === undefined || filter === "open" ? {} : { filter };
}

export function Narrow({ asked, onAsk }: { asked: InboxAsked; onAsk: (search: Record<string, string>) => void }) {
  const { t, number } = useText();
  const counts = useInboxCounts().data;
  const labels = useLabels().data?.labels ?? [];
  const { filter, label, search, shop } = asked;
  const text = (value: InboxFilter, key: TextKey) => {
    if (shop !== undefined) return t(key); // the numbers are of all shops
    const n = value === "waiting" || value === "mine" || value === "mentions" ? (counts?.[value] ?? 0) : 0;
    return n > 0 ? `${t(key)} ${number(n)}` : t(key);
  };
  const { books } = useMay();
  const shops = useShops().data?.shops ?? [];
  const places = shops.map(({ id, shop_name }) => ({ value: String(id), text: shop_name }));
  // One that is there no more narrows the list all the same.
  if (shop !== undefined && !shops.some(({ id }) => id === shop))
    places.push({ value: String(shop), text: `${t("inbox.shop")} ${shop}` });
  const kept: Record<string, string> = shop === undefined ? {} : { shop: String(shop) };
  const ask = (one: Record<string, string>) => onAsk({ ...kept, ...one });
  return (
    <>
      <div className="toolbar">
        <Find
          value={search ?? ""}
          label={t("inbox.search")}
          onFind={(words) => ask(words === "" ? {} : { search: words })}
        />
      </div>
      <Chips
        label={t("inbox.which")}
        all={t("inbox.open")}
        choices={FILTERS.map(([value, key]) => ({ value, text: text(value, key) }))}
        value={filter === undefined ? "-" : filter === "open" ? "" : filter}
        onChoose={(value) => ask(value === "" ? {} : { filter: value })}
      />
      {labels.length > 0 && (
        <div className="line">
          <Choose
            label={t("inbox.label")}
            choices={labels.map(({ id, name }) => ({ value: String(id), text: name }))}
            value={label === undefined ? "" : String(label)}
            onPick={(value) => ask(value === "" ? {} : { label: value })}
          />
        </div>
      )}
      {(shop !== undefined || shops.length > 1) && (
        <div className="line">
          {shops.length > 0 && (
            <Choose
              label={t("inbox.shop")}
              choices={places}
              value={shop === undefined ? "" : String(shop)}
              onPick={(value) => onAsk({ ...askedFor(asked), ...(value !== "" && { shop: value }) })}
            />
          )}
          {shop !== undefined && books && <Link to={`/shops/${shop}/chat`}>{t("chatset.title")}</Link>}
        </div>
      )}
    </>
  );
}
