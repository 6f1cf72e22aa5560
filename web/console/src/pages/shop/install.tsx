/* The one line that brings the chat onto the site. */
import { useChatbot } from "../../api/queries";
import type { Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { CodeBox } from "../../ui/copy";
import { Loaded } from "../../ui/loaded";
import { Section } from "../../ui/page";
import { InstallationPart } from "./installation";
import { NeedsChatbot } from "./needs-chatbot";

export function Install({ shop }: { shop: Shop }) {
  const { t } = useText();
  const read = useChatbot(shop.id);
  return (
    <Loaded read={read} height={240}>
      {({ embedCode }) =>
        embedCode === null ? (
          <NeedsChatbot shop={shop} icon="code" title={t("embed.title")}>
            {t("embed.none")}
          </NeedsChatbot>
        ) : (
          <div className="stack">
            <Section card title={t("embed.title")}>
              <p>{t("embed.text")}</p>
              <CodeBox text={embedCode} label={t("embed.title")} />
              {shop.domain !== null && <p className="muted small">{t("embed.where", { domain: shop.domain })}</p>}
            </Section>
            <InstallationPart shop={shop} />
          </div>
        )
      }
    </Loaded>
  );
}
