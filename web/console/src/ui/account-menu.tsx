/* Who is signed in, and what belongs to the person and not to the shop. */
import { answer, api, once } from "../api/client";
import { useSubmit } from "../api/submit";
import type { User } from "../api/types";
import { useText } from "../i18n/i18n";
import { sessionMark } from "../session";
import { endSession, isUnheard, leaveUnheard } from "../sign-out";
import { forgetDrafts } from "./draft";
import { useHelpGroup } from "./house-foot";
import { Menu, type MenuItem } from "./menu";
import { useNotify } from "./notify";
import { useSwitchGroups } from "./switches";

export function useSignOut(): () => void {
  const notify = useNotify();
  const { t } = useText();
  const leave = useSubmit(endSession, {
    repeat: false,
    // A real load of the page: whatever was read for this person is gone from memory with it, and the way back as well.
    onDone: () => {
      forgetDrafts();
      window.location.assign("/login");
    },
    onProblem: (problem) => {
      if (isUnheard(problem)) {
        forgetDrafts();
        leaveUnheard(t("nav.signOutLater"));
        return;
      }
      sessionMark.set();
      notify.problem(problem);
    },
  });
  return () => {
    sessionMark.clear(); // before the request: the event that ends the session here may come before its answer
    leave.send(undefined);
  };
}

/** Other accounts that the person works in; another one is another page, so it is loaded anew. */
function useAccounts(user: User): MenuItem[] {
  const notify = useNotify();
  const change = useSubmit(
    (account: number, key) => answer(api.POST("/api/account/switch", { body: { account }, ...once(key) })),
    {
      onDone: () => window.location.assign("/"),
      onProblem: notify.problem,
    },
  );
  if (user.accounts.length < 2) return [];
  return user.accounts
    .filter(({ disabled }) => !disabled)
    .map(({ id, name }) => ({
      key: `account-${id}`,
      label: name,
      icon: "shop" as const,
      chosen: id === user.account?.id,
      onPick: () => change.send(id),
    }));
}

export function AccountMenu({ user }: { user: User }) {
  const { t } = useText();
  const signOut = useSignOut();
  const switches = useSwitchGroups();
  const accounts = useAccounts(user);
  const help = useHelpGroup();
  const name = user.name ?? (user.by_panel ? (user.account?.name ?? user.email) : user.email);
  const under = user.role === "operator" ? t("role.operator") : user.by_panel ? t("account.byPanel") : user.email;
  const first = String.fromCodePoint(name.codePointAt(0) ?? 0x2022).toUpperCase();
  return (
    <Menu
      label={t("account.menu", { name })}
      className="avatar"
      trigger={user.avatar_url ? <img src={user.avatar_url} alt="" /> : <span translate="no">{first}</span>}
      head={
        <div className="menu-head">
          <strong className="short">{name}</strong>
          <span className="muted small short">{under}</span>
        </div>
      }
      groups={[
        {
          key: "own",
          items: [
            { key: "profile", label: t("nav.profile"), icon: "person", to: "/settings/profile" },
            { key: "security", label: t("nav.security"), icon: "shield", to: "/settings/security" },
          ],
        },
        ...(accounts.length > 0 ? [{ key: "accounts", title: t("account.others"), items: accounts }] : []),
        ...switches,
        ...help,
        { key: "leave", items: [{ key: "leave", label: t("nav.signOut"), icon: "leave", onPick: signOut }] },
      ]}
    />
  );
}
