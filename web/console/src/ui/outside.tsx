/* Instead of every page: the person was removed from the account that it showed, or belongs to none. Nothing of that
 * account is left on the screen; where they work besides is one press away. */
import type { Membership, User } from "../api/types";
import { useText } from "../i18n/i18n";
import { useSignOut } from "./account-menu";
import { Button } from "./button";
import { Door } from "./door";

/** `left`: the one that they were removed from; null: they are in none. */
export function Outside({ user, left }: { user: User; left: Membership | null }) {
  const { t } = useText();
  const signOut = useSignOut();
  const other = user.account;
  return (
    <Door
      title={left === null ? t("outside.none") : t("outside.title", { account: left.name })}
      intro={<p>{t(left === null ? "outside.noneText" : "outside.text")}</p>}
    >
      {other !== null && (
        // A real load of the page: nothing that was read before goes along.
        <Button look="primary" wide onClick={() => window.location.assign("/")}>
          <span className="short">{t("outside.other", { account: other.name })}</span>
        </Button>
      )}
      {other === null && (
        <>
          <p className="small muted break">{t("outside.as", { email: user.email })}</p>
          <Button wide onClick={() => window.location.assign("/settings/profile")}>
            {t("nav.profile")}
          </Button>
        </>
      )}
      <Button look="quiet" wide onClick={signOut}>
        {t("nav.signOut")}
      </Button>
    </Door>
  );
}
