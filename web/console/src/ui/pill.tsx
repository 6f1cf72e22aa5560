/* The state of a thing, said one way everywhere: an icon and a word, never the colour alone. What the server's many
 * states mean to a person is this one list. `key` is the state: a browser that translated the page puts its own words
 * into the element, and would keep the old ones if the element stayed. */
import { type TextKey, useText } from "../i18n/i18n";
import { Icon, type IconName } from "./icon";

export type Tone = "on" | "busy" | "due" | "stop" | "off";

interface Meaning {
  text: TextKey;
  tone: Tone;
  icon: IconName;
}

const OFF: Meaning = { text: "state.off", tone: "off", icon: "stop" };
const SETTING_UP: Meaning = { text: "state.settingUp", tone: "busy", icon: "work" };
const ON: Meaning = { text: "state.on", tone: "on", icon: "good" };
const DUE: Meaning = { text: "state.due", tone: "due", icon: "warn" };
const STOPPED: Meaning = { text: "state.stopped", tone: "stop", icon: "stop" };
const FAILED: Meaning = { text: "state.failed", tone: "stop", icon: "fail" };
const DELETED: Meaning = { text: "state.deleted", tone: "stop", icon: "stop" };

const SERVICE: Readonly<Record<string, Meaning>> = {
  off: OFF,
  pending: OFF,
  disabled: OFF,
  creating: SETTING_UP,
  provisioning: SETTING_UP,
  active: ON,
  past_due: DUE,
  suspended: STOPPED,
  paused: { text: "state.paused", tone: "stop", icon: "stop" },
  expired: STOPPED,
  cancelled: OFF,
  deleted: DELETED,
  purged: DELETED,
  failed: FAILED,
};
const JOB: Readonly<Record<string, Meaning>> = {
  ready: { text: "job.ready", tone: "off", icon: "wait" },
  running: { text: "job.running", tone: "busy", icon: "work" },
  done: { text: "job.done", tone: "on", icon: "good" },
  dead: { text: "job.dead", tone: "stop", icon: "fail" },
};
const SECRET: Readonly<Record<string, Meaning>> = {
  active: { text: "secret.active", tone: "on", icon: "good" },
  previous: { text: "secret.previous", tone: "due", icon: "wait" },
  unmade: { text: "secret.unmade", tone: "off", icon: "stop" },
};
const DELIVERY: Readonly<Record<string, Meaning>> = {
  received: { text: "delivery.received", tone: "off", icon: "wait" },
  acted: { text: "delivery.acted", tone: "on", icon: "good" },
  failed: { text: "delivery.failed", tone: "stop", icon: "fail" },
  refused: { text: "delivery.refused", tone: "due", icon: "stop" },
};
const MEANINGS = { service: SERVICE, job: JOB, secret: SECRET, delivery: DELIVERY };

export function Pill({ tone, icon, children }: { tone: Tone; icon?: IconName; children: string }) {
  return (
    <span className={`pill pill-${tone}`} key={children}>
      {icon !== undefined && <Icon name={icon} />}
      <span>{children}</span>
    </span>
  );
}

/** What a shop's list says of it: suspended by an operator comes before how its chat stands. */
export function ShopPill({ shop }: { shop: { status: string; chatbot_state: string } }) {
  return <StatusPill state={shop.status === "suspended" ? "paused" : shop.chatbot_state} />;
}

export function StatusPill({ state, of = "service" }: { state: string; of?: keyof typeof MEANINGS }) {
  const { t } = useText();
  const meaning = MEANINGS[of][state];
  if (meaning === undefined) {
    return (
      <Pill tone="off" key={state}>
        {state}
      </Pill>
    );
  }
  return (
    <Pill tone={meaning.tone} icon={meaning.icon} key={state}>
      {t(meaning.text)}
    </Pill>
  );
}
