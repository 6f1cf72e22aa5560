/* Conversations with customers: the list left, one of them right; on a phone one after the other. What is shown is read
 * again by the stream of the account's inbox, so that colleagues see each other's work as it happens. */
import { useState } from "react";
import { useParams, useSearchParams } from "react-router";
import "../../theme/inbox.css";
import { useText } from "../../i18n/i18n";
import { Page } from "../../ui/page";
import { askedOf, List, Narrow } from "./list";
import { Help, type Keys, step, useKeys } from "./shortcuts";
import { TellMenu, useTelling } from "./tell";
import { Thread } from "./thread";
import { NOBODY, useInboxLive } from "./use-inbox-live";

export default function Inbox() {
  const { t } = useText();
  const { id } = useParams();
  const [search, setSearch] = useSearchParams();
  const companies = useInboxLive(useTelling());
  const asked = askedOf(search);
  const chosen = id !== undefined && /^\d+$/.test(id) ? Number(id) : null;
  const kept = search.toString();
  const [keys] = useState<Keys>(() => ({
    j: () => step(1),
    k: () => step(-1),
    "/": () => document.querySelector<HTMLInputElement>(".inbox-side input[type=search]")?.focus(),
  }));
  useKeys(keys);
  return (
    <Page title={t("nav.inbox")} extra={<TellMenu />}>
      <div className={chosen === null ? "inbox" : "inbox inbox-one"}>
        <div className="inbox-side">
          <Narrow asked={asked} onAsk={(to) => setSearch(to, { replace: true })} />
          <List asked={asked} chosen={chosen} search={kept === "" ? "" : `?${kept}`} />
          <Help />
        </div>
        <div className="inbox-main">
          {chosen === null ? (
            <p className="muted inbox-choose">{t("inbox.choose")}</p>
          ) : (
            <Thread
              key={chosen}
              id={chosen}
              company={companies[chosen] ?? NOBODY}
              back={kept === "" ? "/inbox" : `/inbox?${kept}`}
            />
          )}
        </div>
      </div>
    </Page>
  );
}
