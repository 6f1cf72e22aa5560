/* Ctrl-K: go anywhere by typing. Pages and one's own shops are known here. Asked for are a merchant's customers and
 * conversations, by the search of their own pages, and an operator's customers with their shops. */
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { useNavigate } from "react-router";
import { useFound, useFoundPeople, useFoundTalks, useShops } from "../api/queries";
import type { Found, InboxItem, KnownCustomer } from "../api/types";
import { type TextKey, useText } from "../i18n/i18n";
import { Dialog } from "./dialog";
import { Icon, type IconName } from "./icon";
import { useMay } from "./may";
import { findable } from "./places";
import { useResting } from "./resting";

interface Hit {
  key: string;
  to: string;
  icon: IconName;
  text: string;
  side?: string | undefined;
}
interface Group {
  title: TextKey;
  hits: readonly Hit[];
}

const HITS_MAX = 7;

const matches = (typed: string, ...texts: (string | null)[]) =>
  texts.some((text) => text !== null && text.toLowerCase().includes(typed));

const hitOf = ({ kind, id, account, title, detail }: Found): Hit => ({
  key: `${kind}-${id}`,
  to: kind === "shop" ? `/operator/shops/${id}` : `/operator/customers/${account}`,
  icon: kind === "shop" ? "shop" : "person",
  text: title,
  side: detail === title ? undefined : (detail ?? undefined),
});

const customerHit = ({ id, name, email, subject }: KnownCustomer): Hit => ({
  key: `customer-${id}`,
  to: `/customers/${id}`,
  icon: "person",
  text: name || email || subject,
  side: name === "" || email === "" ? undefined : email,
});

/** A merchant's own: none for an operator, who has no shops. */
function useMerchantHits(asked: string): Readonly<Record<"people" | "talks", readonly Hit[]>> {
  const { t } = useText();
  const people = useFoundPeople(asked).data ?? [];
  const talks = useFoundTalks(asked).data ?? [];
  const talkHit = ({ conversation: { id }, visitorName, excerpt }: InboxItem): Hit => ({
    key: `talk-${id}`,
    to: `/inbox/${id}`,
    icon: "inbox",
    text: visitorName || t("inbox.visitor", { n: id }),
    side: excerpt || undefined,
  });
  return asked === "" ? { people: [], talks: [] } : { people: people.map(customerHit), talks: talks.map(talkHit) };
}

function useGroups(typed: string, operator: boolean): readonly Group[] {
  const { t } = useText();
  const wanted = typed.trim().toLowerCase();
  const resting = useResting(wanted);
  const may = useMay();
  const shops = useShops(!operator && may.books).data?.shops ?? [];
  const asked = operator && resting !== "";
  const answered = useFound(asked ? resting : "").data;
  const found = asked && answered !== undefined ? answered : [];
  const { people, talks } = useMerchantHits(operator ? "" : resting);
  const pages = findable(operator, may)
    .map(({ to, text, icon }) => ({ key: to, to, icon, text: t(text) }))
    .filter(({ text }) => matches(wanted, text));
  const shopHits = shops
    .filter((shop) => matches(wanted, shop.shop_name, shop.domain, shop.public_id))
    .slice(0, HITS_MAX)
    .map((shop): Hit => ({
      key: `shop-${shop.id}`,
      to: `/shops/${shop.id}`,
      icon: "shop",
      text: shop.shop_name,
      side: shop.domain ?? undefined,
    }));
  const hitsOf = (wantedKind: Found["kind"]) =>
    found
      .filter(({ kind }) => kind === wantedKind)
      .slice(0, HITS_MAX)
      .map(hitOf);
  const groups: Group[] = [
    { title: "nav.shops", hits: wanted === "" ? shopHits.slice(0, 3) : shopHits },
    { title: "nav.customers", hits: hitsOf("account") },
    { title: "nav.shops", hits: hitsOf("shop") },
    { title: "nav.people", hits: people },
    { title: "palette.talks", hits: talks },
    { title: "palette.pages", hits: pages },
  ];
  return groups.filter(({ hits }) => hits.length > 0);
}

export function Palette({ open, operator, onClose }: { open: boolean; operator: boolean; onClose: () => void }) {
  const { t } = useText();
  return (
    <Dialog open={open} title={t("palette.title")} kind="palette" onClose={onClose}>
      <Finder operator={operator} onClose={onClose} />
    </Dialog>
  );
}

function Finder({ operator, onClose }: { operator: boolean; onClose: () => void }) {
  const { t } = useText();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const groups = useGroups(typed, operator);
  const hits = groups.flatMap((group) => group.hits);
  const chosen = hits[Math.min(at, hits.length - 1)];
  const go = (hit: Hit | undefined) => {
    if (hit === undefined) return;
    onClose();
    void navigate(hit.to);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const move = moves[event.key];
    if (move !== undefined && hits.length > 0) {
      event.preventDefault();
      setAt((Math.min(at, hits.length - 1) + move + hits.length) % hits.length);
    }
    if (event.key === "Enter") {
      event.preventDefault();
      go(chosen);
    }
  };
  const optionId = (hit: Hit) => `${id}-${hits.indexOf(hit)}`;
  useEffect(() => {
    if (chosen !== undefined)
      document.getElementById(`${id}-${hits.indexOf(chosen)}`)?.scrollIntoView({ block: "nearest" });
  });
  return (
    <>
      <div className="palette-field">
        <Icon name="search" />
        <input
          role="combobox"
          aria-expanded={hits.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={chosen === undefined ? undefined : optionId(chosen)}
          aria-label={t("palette.title")}
          placeholder={t(operator ? "palette.placeholderOperator" : "palette.placeholder")}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => {
            setTyped(target.value);
            setAt(0);
          }}
          onKeyDown={keys}
        />
        <kbd>Esc</kbd>
      </div>
      <div className="palette-list" role="listbox" id={`${id}-list`} aria-label={t("palette.title")}>
        {groups.map(({ title, hits: found }) => (
          <div key={found[0]?.key} role="group" aria-label={t(title)}>
            <div className="menu-title" aria-hidden="true">
              {t(title)}
            </div>
            {found.map((hit) => (
              <div
                key={hit.key}
                id={optionId(hit)}
                role="option"
                aria-selected={hit === chosen}
                className={hit === chosen ? "palette-hit palette-chosen" : "palette-hit"}
                onPointerMove={() => setAt(hits.indexOf(hit))}
                onClick={() => go(hit)}
              >
                <Icon name={hit.icon} />
                <span className="short">{hit.text}</span>
                {hit.side !== undefined && <span className="muted small short">{hit.side}</span>}
              </div>
            ))}
          </div>
        ))}
      </div>
      {hits.length === 0 && (
        <p className="empty" role="status">
          {t("palette.none", { typed: typed.trim() })}
        </p>
      )}
    </>
  );
}
