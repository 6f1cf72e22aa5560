/* The state of an order as operators see it: without what became of it afterwards. */
import type { OrderState } from "../../api/money";
import { useText } from "../../i18n/i18n";
import type { IconName } from "../../ui/icon";
import { Pill, type Tone } from "../../ui/pill";

const STATES: Readonly<Record<OrderState, readonly [Tone, IconName]>> = {
  open: ["due", "wait"],
  processing: ["busy", "work"],
  paid: ["on", "good"],
  closed: ["off", "stop"],
  refunded: ["off", "back"],
};

export function StatePill({ state }: { state: OrderState }) {
  const { t } = useText();
  const [tone, icon] = STATES[state];
  return (
    <Pill tone={tone} icon={icon} key={state}>
      {t(`order.state.${state}`)}
    </Pill>
  );
}
