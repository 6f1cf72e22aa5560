/* Who answers in a conversation, the same everywhere: the bot, nobody yet, a person by name. */
import type { InboxConversation } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { useColleagueName } from "./colleague-name";

export function OwnerPill({ conversation: c }: { conversation: InboxConversation }) {
  const { t } = useText();
  const nameOf = useColleagueName();
  if (c.status === "resolved") return <span className="pill pill-off">{t("inbox.isResolved")}</span>;
  if (c.status === "snoozed") return <span className="pill pill-off">{t("inbox.isSnoozed")}</span>;
  if (c.owner === "waiting") return <span className="pill pill-due">{t("inbox.isWaiting")}</span>;
  if (c.owner === "person") return <span className="pill pill-on">{nameOf(c.person, c.name)}</span>;
  return <span className="pill pill-bot">{t("inbox.isBot")}</span>;
}
