/* The frame around all pages of somebody who is signed in: where one can go, who one is, and the live connection. On a
 * phone the side becomes a drawer. */
import { useQueryClient } from "@tanstack/react-query";
import { Button, Drawer } from "antd";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Link, NavLink } from "react-router";
import { answer, api } from "../api/client";
import { useSubmit } from "../api/submit";
import type { User } from "../api/types";
import { type TextKey, useText } from "../i18n/i18n";
import { watchDown } from "../live/down";
import { startLive } from "../live/live";
import logo from "../logo.svg";
import { sessionMark } from "../session";
import * as icons from "./icons";
import { useAnnounce, useNotify } from "./notify";
import { LanguageSwitch, ThemeSwitch } from "./switches";

interface Place {
  to: string;
  text: TextKey;
  Icon: typeof icons.IconHome;
  exact?: boolean;
}

const MERCHANT: readonly Place[] = [
  { to: "/", text: "nav.home", Icon: icons.IconHome, exact: true },
  { to: "/shops", text: "nav.shops", Icon: icons.IconShop },
  { to: "/billing", text: "nav.billing", Icon: icons.IconBilling },
  { to: "/audit", text: "nav.audit", Icon: icons.IconAudit },
  { to: "/security", text: "nav.security", Icon: icons.IconSecurity },
];
const OPERATOR: readonly Place[] = [
  { to: "/operator", text: "nav.overview", Icon: icons.IconOverview, exact: true },
  { to: "/operator/accounts", text: "nav.accounts", Icon: icons.IconAccounts },
  { to: "/operator/jobs", text: "nav.jobs", Icon: icons.IconJobs },
  { to: "/operator/audit", text: "nav.operatorAudit", Icon: icons.IconAudit },
  { to: "/security", text: "nav.security", Icon: icons.IconSecurity },
];

function Brand() {
  return (
    <Link to="/" className="brand">
      <img src={logo} alt="" />
      Chathub
    </Link>
  );
}

function Credits({ credits }: { credits: number }) {
  const { t, number } = useText();
  return (
    <Link to="/billing" className="credits">
      <span className="muted">{t("credits.name")}</span>
      <strong>{number(credits)}</strong>
    </Link>
  );
}

function Who({ user }: { user: User }) {
  const { t } = useText();
  const notify = useNotify();
  const leave = useSubmit(() => answer(api.POST("/auth/logout")), {
    repeat: false,
    // A real load of the page: whatever was read for this person is gone from memory with it, and the way back as well.
    onDone: () => window.location.assign("/login"),
    onProblem: (problem) => {
      sessionMark.set();
      notify.problem(problem);
    },
  });
  const signOut = () => {
    sessionMark.clear(); // before the request: the event that ends the session here may come before its answer
    leave.send(undefined);
  };
  const name = user.name ?? user.email;
  return (
    <div className="who">
      <span className="avatar" aria-hidden="true">
        {(name.codePointAt(0) === undefined ? "" : String.fromCodePoint(name.codePointAt(0) ?? 0)).toUpperCase()}
      </span>
      <div className="who-text">
        <strong>{name}</strong>
        <span className="muted small">
          {user.role === "operator" ? t("role.operator") : user.name !== null && user.email}
        </span>
      </div>
      <Button
        type="text"
        icon={<icons.IconSignOut />}
        aria-label={t("nav.signOut")}
        title={t("nav.signOut")}
        loading={leave.isPending}
        onClick={signOut}
      />
    </div>
  );
}

function Side({ user, gone }: { user: User; gone?: () => void }) {
  const { t } = useText();
  const places = user.role === "operator" ? OPERATOR : MERCHANT;
  return (
    <div className="side-inner">
      <Brand />
      <nav aria-label={t("nav.label")}>
        <ul className="nav">
          {places.map(({ to, text, Icon, exact }) => (
            <li key={to}>
              <NavLink to={to} end={exact === true} onClick={gone}>
                <Icon aria-hidden="true" />
                {t(text)}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <div className="side-foot">
        {user.role === "merchant" && <Credits credits={user.credits} />}
        <div className="line line-between">
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
        <Who user={user} />
      </div>
    </div>
  );
}

function useLive(account: number): boolean {
  const queries = useQueryClient();
  const [down, setDown] = useState(false);
  useEffect(() => {
    const live = startLive(queries, account);
    const watch = watchDown(setDown);
    live.onState(watch.heard);
    return () => {
      watch.close();
      live.close();
    };
  }, [queries, account]);
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

export function Frame({ user, children }: { user: User; children: ReactNode }) {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  const down = useLive(user.id);
  useSaidCredits(user.credits);
  return (
    <>
      <a href="#main" className="skip">
        {t("nav.skip")}
      </a>
      <div className="frame">
        <header className="top">
          <Button type="text" icon={<icons.IconMenu />} aria-label={t("nav.open")} onClick={() => setOpen(true)} />
          <Brand />
          {user.role === "merchant" && <Credits credits={user.credits} />}
        </header>
        <aside className="side" aria-label={t("nav.side")}>
          <Side user={user} />
        </aside>
        <Drawer open={open} onClose={() => setOpen(false)} placement="left" size={280} title={t("nav.menu")}>
          <Side user={user} gone={() => setOpen(false)} />
        </Drawer>
        <main id="main" className="main" tabIndex={-1}>
          {children}
        </main>
      </div>
      {down && (
        <div className="offline" role="status">
          <icons.IconRunning spin aria-hidden="true" /> {t("live.down")}
        </div>
      )}
    </>
  );
}
