/* Conversations with customers: the list left, one of them right; on a phone one after the other. What is shown is read
 * again by the stream of the account's inbox, so that colleagues see each other's work as it happens. */
import { Link, useParams, useSearchParams } from "react-router";
import "../../theme/inbox.css";
import { useInbox } from "../../api/queries";
import type { InboxFilter, InboxItem } from "../../api/types";
import { type TextKey, useText } from "../../i18n/i18n";
import { Time } from "../../ui/facts";
import { Chips } from "../../ui/filters";
import { LoadedList } from "../../ui/loaded";
import { Page, Teach } from "../../ui/page";
import { OwnerPill } from "./owner-pill";
import { Thread } from "./thread";
import { useInboxLive } from "./use-inbox-live";

const FILTERS: readonly [InboxFilter, TextKey][] = [
  ["waiting", "inbox.waiting"],
  ["mine", "inbox.mine"],
  ["unassigned", "inbox.unassigned"],
  ["bot", "inbox.bot"],
  ["snoozed", "inbox.snoozed"],
  ["resolved", "inbox.resolved"],
];

function Item({ item, here, search }: { item: InboxItem; here: boolean; search: string }) {
  const { t, number } = useText();
  const { conversation: c, visitorName, excerpt } = item;
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
        <span className="inbox-line">
          <OwnerPill conversation={c} />
          {c.unread > 0 && (
            <span className="inbox-unread">
              {number(c.unread)}
              <span className="unseen"> {t("inbox.unread")}</span>
            </span>
          )}
        </span>
      </Link>
    </li>
  );
}

function List({ filter, chosen, search }: { filter: InboxFilter; chosen: number | null; search: string }) {
  const { t } = useText();
  const read = useInbox(filter);
  return (
    <LoadedList read={read} rows={6}>
      {(items) =>
        items.length === 0 ? (
          filter === "open" ? (
            <Teach icon="inbox" title={t("inbox.noneTitle")} action={<Link to="/shops">{t("inbox.noneGo")}</Link>}>
              {t("inbox.none")}
            </Teach>
          ) : (
            <p className="muted">{t("inbox.noneHere")}</p>
          )
        ) : (
          <ul className="inbox-list">
            {items.map((item) => (
              <Item key={item.conversation.id} item={item} here={item.conversation.id === chosen} search={search} />
            ))}
          </ul>
        )
      }
    </LoadedList>
  );
}

export default function Inbox() {
  const { t } = useText();
  const { id } = useParams();
  const [search, setSearch] = useSearchParams();
  const typing = useInboxLive();
  const asked = search.get("filter");
  const filter = FILTERS.find(([name]) => name === asked)?.[0] ?? "open";
  const chosen = id !== undefined && /^\d+$/.test(id) ? Number(id) : null;
  const kept = search.toString();
  return (
    <Page title={t("nav.inbox")}>
      <div className={chosen === null ? "inbox" : "inbox inbox-one"}>
        <div className="inbox-side">
          <Chips
            label={t("inbox.which")}
            all={t("inbox.open")}
            choices={FILTERS.map(([value, text]) => ({ value, text: t(text) }))}
            value={filter === "open" ? "" : filter}
            onChoose={(value) => setSearch(value === "" ? {} : { filter: value }, { replace: true })}
          />
          <List filter={filter} chosen={chosen} search={kept === "" ? "" : `?${kept}`} />
        </div>
        <div className="inbox-main">
          {chosen === null ? (
            <p className="muted inbox-choose">{t("inbox.choose")}</p>
          ) : (
            <Thread key={chosen} id={chosen} typing={typing[chosen]} back={kept === "" ? "/inbox" : `/inbox?${kept}`} />
          )}
        </div>
      </div>
    </Page>
  );
}
