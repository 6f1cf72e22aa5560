/* What a plan has, in words, and where the plan of a shop stands. */
import type { Offer, Plan } from "../api/money";
import { useText } from "../i18n/i18n";
import { Icon, type IconName } from "./icon";
import { Pill, type Tone } from "./pill";
import { sumText } from "./sum";

const STATES: Readonly<Record<Plan["state"], readonly [Tone, IconName]>> = {
  trial: ["on", "good"],
  active: ["on", "good"],
  grace: ["due", "warn"],
  ended: ["stop", "stop"],
};

export function PlanPill({ state }: { state: Plan["state"] }) {
  const { t } = useText();
  const [tone, icon] = STATES[state];
  return (
    <Pill tone={tone} icon={icon} key={state}>
      {t(`plan.state.${state}`)}
    </Pill>
  );
}

/** How many websites a plan lets in: 0 is any number of them. */
export function useWebsites(): (n: number) => string {
  const { t } = useText();
  return (n) => (n <= 0 ? t("plan.anyWebsites") : t("plan.websites", { n }));
}

export function PlanHas({ offer }: { offer: Offer }) {
  const { t, lang } = useText();
  const websites = useWebsites();
  const has = [
    t("plan.bot"),
    t("plan.seats", { n: offer.seats }),
    ...(offer.seatPrice.amount > 0 ? [t("plan.moreSeats", { price: sumText(lang, offer.seatPrice) })] : []),
    websites(offer.websites),
  ];
  return (
    <ul className="offer">
      {has.map((line) => (
        <li key={line}>
          <Icon name="check" />
          {line}
        </li>
      ))}
    </ul>
  );
}
