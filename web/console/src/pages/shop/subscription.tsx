/* What the chatbot of this shop costs, until when it is paid, and what comes next. */
import { useChatbot } from "../../api/queries";
import type { Shop, Subscription } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Day, Fact, Facts, LastDay } from "../../ui/facts";
import { useLastDay, usePaidDay } from "../../ui/last-day";
import { Loaded } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { Section } from "../../ui/page";
import { StatusPill } from "../../ui/pill";
import { RenewalSwitch } from "../../ui/renewal";
import { NeedsChatbot } from "./needs-chatbot";

export function SubscriptionFacts({ subscription }: { subscription: Subscription }) {
  const { t } = useText();
  return (
    <Facts>
      <Fact name={t("subscription.since")}>
        <Day at={subscription.startedAt} />
      </Fact>
      <Fact name={t("subscription.until")}>
        <LastDay at={subscription.expiresAt} />
      </Fact>
      {subscription.nextRenewalAt !== null && (
        <Fact name={t("subscription.renews")}>
          {t("credits.n", { n: subscription.renewalPrice })} · <Day at={subscription.nextRenewalAt} />
        </Fact>
      )}
      {subscription.stopsAt !== null && (
        <Fact name={t("subscription.stops")}>
          <LastDay at={subscription.stopsAt} />
        </Fact>
      )}
      {subscription.source !== "credits" && (
        <Fact name={t("subscription.source")}>{t(`subscription.${subscription.source}`)}</Fact>
      )}
    </Facts>
  );
}

/** With the switch, as long as there is something that credits renew. */
export function SubscriptionCard({ shop, subscription }: { shop: number; subscription: Subscription }) {
  const runs = subscription.status === "active" || subscription.status === "past_due";
  const byCredits = subscription.source === "credits";
  const { t } = useText();
  const [day, lastDay] = [usePaidDay(), useLastDay()];
  const { manage } = useMay();
  const { stopsAt, expiresAt } = subscription;
  // The month of credits is used up first; then a plan pays, and credits renew nothing.
  const planBehind = byCredits && subscription.renewalPrice === 0 && stopsAt !== null && stopsAt > expiresAt;
  return (
    <div className="stack stack-tight">
      <SubscriptionFacts subscription={subscription} />
      {planBehind && (
        <p className="muted">{t("subscription.planBehind", { from: day(expiresAt), to: lastDay(stopsAt) })}</p>
      )}
      {runs && byCredits && !planBehind && manage && <RenewalSwitch shop={shop} subscription={subscription} />}
    </div>
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
            <SubscriptionCard shop={shop.id} subscription={subscription} />
          </Section>
        )
      }
    </Loaded>
  );
}
