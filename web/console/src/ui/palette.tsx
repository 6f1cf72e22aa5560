/* Ctrl-K: go anywhere by typing. Pages and one's own shops are known here. Asked for are a merchant's customers and
 * conversations, by the search of their own pages, and an operator's customers with their shops. */
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { useNavigate } from "react-router";
import { useFound, useFoundPeople, useFoundTalks, useShops } from "../api/queries";
import type { Found, InboxItem, KnownCustomer } from "../api/types";
import { useText } from "../i18n/i18n";
import { Dialog } from "./dialog";
import { Icon } from "./icon";
import { useMay } from "./may";
import { besideOf, chosenOf, type Group, haveAnswered, type Hit } from "./palette-hits";
import { findable } from "./places";
import { useResting } from "./resting";
import { soughtOf } from "./sought";

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

interface Far {
  groups: readonly Group[];
  /** There is an answer for these words. */
  answered: boolean;
}

/** A merchant's own: none for an operator, who has no shops. */
function useMerchantHits(asked: string): Far {
  const { t } = useText();
  const people = useFoundPeople(asked);
  const talks = useFoundTalks(asked);
  const talkHit = ({ conversation: { id }, visitorName, excerpt }: InboxItem): Hit => ({
    key: `talk-${id}`,
    to: `/inbox/${id}`,
    icon: "inbox",
    text: visitorName || t("inbox.visitor", { n: id }),
    side: excerpt || undefined,
  });
  if (asked === "" || !haveAnswered(people, talks)) return { groups: [], answered: asked === "" };
  return {
    groups: [
      { title: "nav.people", hits: (people.data ?? []).map(customerHit) },
      { title: "palette.talks", hits: (talks.data ?? []).map(talkHit) },
    ],
    answered: true,
  };
}

function useOperatorHits(asked: string): Far {
  const read = useFound(asked);
  if (asked === "" || !haveAnswered(read)) return { groups: [], answered: asked === "" };
  const hitsOf = (wanted: Found["kind"]) =>
    (read.data ?? [])
      .filter(({ kind }) => kind === wanted)
      .slice(0, HITS_MAX)
      .map(hitOf);
  return {
    groups: [
      { title: "nav.customers", hits: hitsOf("account") },
      { title: "nav.shops", hits: hitsOf("shop") },
    ],
    answered: true,
  };
}

/** What is known here stands first and at once; below it what is asked for, when it is the answer to these very words. */
function useGroups(typed: string, operator: boolean): Far {
  const { t } = useText();
  const wanted = soughtOf(typed).toLowerCase();
  const rested = useResting(wanted) === wanted;
  const may = useMay();
  const shops = useShops(!operator && may.books).data?.shops ?? [];
  const asked = rested ? wanted : "";
  const merchant = useMerchantHits(operator ? "" : asked);
  const house = useOperatorHits(operator ? asked : "");
  const far = operator ? house : merchant;
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
  const groups: readonly Group[] = [
    { title: "nav.shops", hits: wanted === "" ? shopHits.slice(0, 3) : shopHits },
    { title: "palette.pages", hits: pages },
    ...far.groups,
  ];
  return { groups: groups.filter(({ hits }) => hits.length > 0), answered: rested && far.answered };
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
  const [at, setAt] = useState<string | null>(null);
  const id = useId();
  const { groups, answered } = useGroups(typed, operator);
  const hits = groups.flatMap((group) => group.hits);
  const chosen = chosenOf(hits, at);
  const go = (hit: Hit | undefined) => {
    if (hit === undefined) return;
    onClose();
    void navigate(hit.to);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const moves: Record<string, 1 | -1> = { ArrowDown: 1, ArrowUp: -1 };
    const move = moves[event.key];
    if (move !== undefined && hits.length > 0) {
      event.preventDefault();
      setAt(besideOf(hits, at, move));
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
            setAt(null);
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
                onPointerMove={() => setAt(hit.key)}
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
      {hits.length === 0 && answered && (
        <p className="empty" role="status">
          {t("palette.none", { typed: typed.trim() })}
        </p>
      )}
    </>
  );
}
