/* The frame around all pages of somebody who is signed in: where one can go, which shop, what needs one, who one is, and
 * the live connection. Where there is no room the side becomes a drawer. */
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Link, useLocation } from "react-router";
import { useInboxCounts, useShops } from "../api/queries";
import type { User } from "../api/types";
import { useText } from "../i18n/i18n";
import { onStreams, streamHeard, watchDown } from "../live/down";
import { startLive } from "../live/live";
import logo from "../logo.svg";
import { AccountMenu } from "./account-menu";
import { Bell } from "./attention";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { HouseFoot } from "./house-foot";
import { Icon } from "./icon";
import { mayOf } from "./may";
import { Menu, type MenuItem } from "./menu";
import { useAnnounce } from "./notify";
import { Palette } from "./palette";
import { isHere, type Place, placesOf } from "./places";

function Brand() {
  return (
    <Link to="/" className="brand">
      <img src={logo} alt="" width="28" height="28" />
      Chathub
    </Link>
  );
}

function Balance({ credits }: { credits: number }) {
  const { t, number } = useText();
  return (
    <Link to="/billing" className="credits">
      <span className="muted">{t("credits.name")}</span>
      <strong>{number(credits)}</strong>
    </Link>
  );
}

const SWITCHER_MAX = 8;

function ShopSwitcher({ manage }: { manage: boolean }) {
  const { t, number } = useText();
  const { pathname } = useLocation();
  const { data } = useShops();
  const shops = data?.shops ?? [];
  const id = Number(/^\/shops\/(\d+)/.exec(pathname)?.[1] ?? 0);
  const here = shops.find((shop) => shop.id === id);
  if (shops.length === 0) return <div className="switcher-room" />;
  const items: MenuItem[] = shops.slice(0, SWITCHER_MAX).map((shop) => ({
    key: String(shop.id),
    label: shop.shop_name,
    icon: "shop",
    chosen: shop.id === id,
    to: `/shops/${shop.id}`,
  }));
  return (
    <Menu
      side="left"
      className="switcher"
      label={t("switcher.label", { name: here?.shop_name ?? t("switcher.all") })}
      trigger={
        <>
          <Icon name="shop" />
          <span className="short">{here?.shop_name ?? t("switcher.all")}</span>
          <Icon name="chevron" />
        </>
      }
      groups={[
        { key: "shops", items },
        {
          key: "more",
          items: [
            { key: "all", label: t("switcher.allN", { n: number(shops.length) }), to: "/shops" },
            ...(manage ? [{ key: "new", label: t("shops.new"), icon: "plus" as const, to: "/shops?new=1" }] : []),
          ],
        },
      ]}
    />
  );
}

const BADGE_MOST = 99;

/** How many wait for a person. */
function InboxCount() {
  const { t, number } = useText();
  const waiting = useInboxCounts().data?.waiting ?? 0;
  if (waiting === 0) return null;
  return (
    <span className="nav-count">
      <span aria-hidden="true">{waiting > BADGE_MOST ? `${number(BADGE_MOST)}+` : number(waiting)}</span>
      <span className="unseen">{t("nav.waitingN", { n: waiting })}</span>
    </span>
  );
}

function Line({ place, gone }: { place: Place; gone?: (() => void) | undefined }) {
  const { t } = useText();
  const { pathname } = useLocation();
  return (
    <>
      {place.group !== undefined && <li className="nav-group">{t(place.group)}</li>}
      <li>
        <Link to={place.to} aria-current={isHere(place, pathname) ? "page" : undefined} onClick={gone}>
          <Icon name={place.icon} />
          {t(place.text)}
          {place.to === "/inbox" && <InboxCount />}
        </Link>
      </li>
    </>
  );
}

function Side({ user, gone }: { user: User; gone?: () => void }) {
  const { t } = useText();
  const operator = user.role === "operator";
  const may = mayOf(user);
  const owns = !operator && may.books;
  return (
    <div className="side-inner">
      <Brand />
      {owns && <ShopSwitcher manage={may.manage} />}
      <nav aria-label={t("nav.label")}>
        <ul className="nav">
          {placesOf(operator, may).map((place) => (
            <Line key={place.to} place={place} gone={gone} />
          ))}
        </ul>
      </nav>
      <div className="side-foot">{owns && <Balance credits={user.credits} />}</div>
    </div>
  );
}

function useLive(account: number, here: boolean, books: boolean): boolean {
  const queries = useQueryClient();
  const [down, setDown] = useState(false);
  useEffect(() => {
    if (!here) return undefined;
    const watch = watchDown(setDown);
    const deaf = onStreams(watch.heard);
    // The account's events are of what an agent does not see; the inbox has its own, and says by itself when it is down.
    const live = books ? startLive(queries, account) : null;
    live?.onState((up) => streamHeard("account", up));
    return () => {
      deaf();
      streamHeard("account", true);
      watch.close();
      live?.close();
      setDown(false);
    };
  }, [queries, account, here, books]);
  return down;
}

/** A balance that changes by itself (a grant, a renewal) is also said. */
function useSaidCredits(credits: number): void {
  const { t } = useText();
  const announce = useAnnounce();
  const before = useRef(credits);
  useEffect(() => {
    if (before.current !== credits) announce(t("credits.now", { n: credits }));
    before.current = credits;
  }, [credits, announce, t]);
}

/** Ctrl-K, or ⌘K. */
function useShortcut(open: () => void): void {
  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey)
        return;
      event.preventDefault();
      open();
    };
    window.addEventListener("keydown", keys);
    return () => window.removeEventListener("keydown", keys);
  }, [open]);
}

function Top({ user, openMenu, openSearch }: { user: User; openMenu: () => void; openSearch: () => void }) {
  const { t } = useText();
  return (
    <header className="top">
      <span className="top-menu">
        <Button look="quiet" icon="menu" aria-label={t("nav.open")} onClick={openMenu} />
        <Brand />
      </span>
      <button
        type="button"
        className="search"
        onClick={openSearch}
        aria-label={`${t("palette.open")} Ctrl K`}
        aria-keyshortcuts="Control+K Meta+K"
      >
        <Icon name="search" />
        <span className="search-text">{t("palette.open")}</span> <kbd>Ctrl K</kbd>
      </button>
      <Bell user={user} />
      <AccountMenu user={user} />
    </header>
  );
}

/** `here`: the session lives. When it has ended the pages stay as they are, unseen, until somebody signs in again. */
export function Frame({ user, here, children }: { user: User; here: boolean; children: ReactNode }) {
  const { t } = useText();
  const [menu, setMenu] = useState(false);
  const [search, setSearch] = useState(false);
  const [openSearch] = useState(() => () => setSearch(true));
  const down = useLive(user.id, here, mayOf(user).books);
  useSaidCredits(user.credits);
  useShortcut(openSearch);
  return (
    <>
      <a href="#main" className="skip">
        {t("nav.skip")}
      </a>
      <div className={here ? "frame" : "frame frame-hidden"}>
        <aside className="side" aria-label={t("nav.side")}>
          <Side user={user} />
        </aside>
        <Top user={user} openMenu={() => setMenu(true)} openSearch={openSearch} />
        <main id="main" className="main" tabIndex={-1}>
          {children}
        </main>
        <HouseFoot />
      </div>
      <Dialog open={menu} title={t("nav.menu")} kind="drawer" onClose={() => setMenu(false)}>
        <Side user={user} gone={() => setMenu(false)} />
      </Dialog>
      <Palette open={search} operator={user.role === "operator"} onClose={() => setSearch(false)} />
      {down && (
        <div className="offline" role="status">
          <Icon name="work" turns /> {t("live.down")}
        </div>
      )}
    </>
  );
}
