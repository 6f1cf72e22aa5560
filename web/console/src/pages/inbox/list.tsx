/* The list of conversations: by state, by label, or by words that stand in them. */
import { Link } from "react-router";
import { useInbox, useInboxCounts, useLabels } from "../../api/queries";
import type { InboxAsked, InboxFilter, InboxItem } from "../../api/types";
import { type TextKey, useText } from "../../i18n/i18n";
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

/** What the address asks for. */
export function askedOf(search: URLSearchParams): InboxAsked {
  const words = search.get("search")?.trim() ?? "";
  const label = Number(search.get("label"));
  if (words !== "") return { search: words };
  if (Number.isSafeInteger(label) && label > 0) return { label };
  return { filter: FILTERS.find(([name]) => name === search.get("filter"))?.[0] ?? "open" };
}

function Item({ item, here, search }: { item: InboxItem; here: boolean; search: string }) {
  const { t, number } = useText();
  const { conversation: c, visitorName, excerpt, labels } = item;
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
        if (asked.filter !== "open") return <p className="muted">{t("inbox.noneHere")}</p>;
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

export function Narrow({ asked, onAsk }: { asked: InboxAsked; onAsk: (search: Record<string, string>) => void }) {
  const { t, number } = useText();
  const counts = useInboxCounts().data;
  const labels = useLabels().data?.labels ?? [];
  const text = (value: InboxFilter, key: TextKey) => {
    const n = value === "waiting" || value === "mine" || value === "mentions" ? (counts?.[value] ?? 0) : 0;
    return n > 0 ? `${t(key)} ${number(n)}` : t(key);
  };
  const { filter, label, search } = asked;
  return (
    <>
      <div className="toolbar">
        <Find
          value={search ?? ""}
          label={t("inbox.search")}
          onFind={(words) => onAsk(words === "" ? {} : { search: words })}
        />
      </div>
      <Chips
        label={t("inbox.which")}
        all={t("inbox.open")}
        choices={FILTERS.map(([value, key]) => ({ value, text: text(value, key) }))}
        value={filter === undefined ? "-" : filter === "open" ? "" : filter}
        onChoose={(value) => onAsk(value === "" ? {} : { filter: value })}
      />
      {labels.length > 0 && (
        <div className="line">
          <Choose
            label={t("inbox.label")}
            choices={labels.map(({ id, name }) => ({ value: String(id), text: name }))}
            value={label === undefined ? "" : String(label)}
            onPick={(value) => onAsk(value === "" ? {} : { label: value })}
          />
        </div>
      )}
    </>
  );
}
