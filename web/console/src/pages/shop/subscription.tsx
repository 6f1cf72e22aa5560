/* What the chatbot of this shop costs, until when it is paid, and what comes next. */
import { useChatbot } from "../../api/queries";
import type { Chatbot, Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Day, Fact, Facts } from "../../ui/facts";
import { Loaded } from "../../ui/loaded";
import { Section } from "../../ui/page";
import { StatusPill } from "../../ui/pill";
import { NeedsChatbot } from "./needs-chatbot";

export function SubscriptionFacts({ subscription }: { subscription: NonNullable<Chatbot["subscription"]> }) {
  const { t } = useText();
  return (
    <Facts>
      <Fact name={t("subscription.since")}>
        <Day at={subscription.startedAt} />
      </Fact>
      <Fact name={t("subscription.until")}>
        <Day at={subscription.expiresAt} />
      </Fact>
      {subscription.renewsFor !== null && (
        <Fact name={t("subscription.renews")}>{t("subscription.monthly", { n: subscription.renewsFor })}</Fact>
      )}
    </Facts>
  );
}

export function SubscriptionPart({ shop }: { shop: Shop }) {
  const { t } = useText();
  const read = useChatbot(shop.id);
  return (
    <Loaded read={read} height={240}>
      {({ subscription }) =>
        subscription === null ? (
          <NeedsChatbot shop={shop} icon="billing" title={t("subscription.title")}>
            {t("subscription.none")}
          </NeedsChatbot>
        ) : (
          <Section card title={t("subscription.title")} extra={<StatusPill state={subscription.status} />}>
            <SubscriptionFacts subscription={subscription} />
          </Section>
        )
      }
    </Loaded>
  );
}
