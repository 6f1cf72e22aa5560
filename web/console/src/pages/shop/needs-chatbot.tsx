/* Where a part of the shop is empty until the chatbot is enabled: what would be here, and the way there. Of a chatbot that
 * is on and served elsewhere: where this is decided. */
import type { ReactNode } from "react";
import type { Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { LinkButton } from "../../ui/button";
import type { IconName } from "../../ui/icon";
import { Teach } from "../../ui/page";

export function NeedsChatbot({
  shop,
  icon,
  title,
  children,
}: {
  shop: Shop;
  icon: IconName;
  title: string;
  children: ReactNode;
}) {
  const { t } = useText();
  const on = shop.chatbot_state === "active";
  return (
    <Teach
      icon={icon}
      title={title}
      action={
        // One that is suspended cannot be enabled: why stands above.
        shop.status !== "suspended" && (
          <LinkButton {...(!on && { look: "primary" })} to={`/shops/${shop.id}`}>
            {t(on ? "shop.overview" : "enable.buttonFree")}
          </LinkButton>
        )
      }
    >
      {on ? t("shop.elsewhere") : children}
    </Teach>
  );
}
