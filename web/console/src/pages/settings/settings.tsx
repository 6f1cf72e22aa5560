/* What belongs to the account and the person. The part is in the address. */
import { useParams } from "react-router";
import { useUser } from "../../api/queries";
import { also } from "../../i18n/also";
import { useText } from "../../i18n/i18n";
import { late } from "../../ui/late";
import { useMay } from "../../ui/may";
import { Page, type Part, Settings } from "../../ui/page";
import NotFound from "../not-found";
import { InboxSettings } from "./inbox";
import { Profile } from "./profile";
import { Security } from "./security";

// The trail brings its words.
const Activity = late(also("audit", () => import("./activity")));
const Team = late(() => import("./team"));

export default function SettingsPage() {
  const { t } = useText();
  const { part = "" } = useParams();
  const { data } = useUser();
  const user = data?.user ?? null;
  const merchant = user?.role === "merchant";
  const mine = user?.account?.role;
  const { books, manage } = useMay();
  const parts: Part[] = [
    ...(merchant && manage ? [{ to: "/settings/team", text: t("nav.team") }] : []),
    ...(merchant ? [{ to: "/settings/inbox", text: t("inbox.settings") }] : []),
    ...(merchant && books ? [{ to: "/settings/activity", text: t("nav.activity") }] : []),
    { to: "/settings/profile", text: t("nav.profile") },
    { to: "/settings/security", text: t("nav.security") },
  ];
  const here = parts.find(({ to }) => to === `/settings/${part}`);
  if (here === undefined) return user === null ? null : <NotFound />;
  return (
    <Page title={here.text}>
      <Settings label={t("nav.settings")} parts={parts}>
        {part === "team" && mine !== undefined && (
          <Team mine={mine} name={user?.account?.name ?? ""} byPanel={user?.by_panel === true} />
        )}
        {part === "inbox" && <InboxSettings writes={mine !== undefined && mine !== "viewer"} />}
        {part === "activity" && <Activity />}
        {part === "profile" && user !== null && <Profile user={user} key={user.id} />}
        {part === "security" && user !== null && <Security user={user} />}
      </Settings>
    </Page>
  );
}
