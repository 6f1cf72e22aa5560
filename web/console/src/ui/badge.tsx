/* Status pills in the colours that members of the replaced systems know: the colour itself as dot and, at 13 %, as
 * ground. The text takes a darker (on dark screens: lighter) tone of it, because the colours themselves on their own
 * tint reach only 2.3:1 and 4.5:1 is needed to be read by everyone. */
import { useText } from "../i18n/i18n";

const GREEN = "#10b981";
const BLUE = "#3b82f6";
const AMBER = "#f59e0b";
const RED = "#ef4444";
const GREY = "#6b7280";

const COLOURS: Readonly<Record<string, string>> = {
  active: GREEN,
  done: GREEN,
  provisioning: BLUE,
  creating: BLUE,
  running: BLUE,
  pending: AMBER,
  ready: AMBER,
  previous: AMBER,
  past_due: AMBER,
  suspended: RED,
  failed: RED,
  dead: RED,
  disabled: GREY,
  deleted: GREY,
  off: GREY,
  expired: GREY,
  cancelled: GREY,
};

export function Pill({ colour, children }: { colour: string; children: string }) {
  return (
    <span className="pill" style={{ "--pill": colour } as React.CSSProperties}>
      <span className="pill-dot" aria-hidden="true" />
      {children}
    </span>
  );
}

/** `kind` says whose state it is: the same word means different things for a chatbot, a shop and a job. */
export function StatusBadge({
  kind,
  state,
}: {
  kind: "chatbot" | "shop" | "job" | "subscription" | "secret";
  state: string;
}) {
  const { known } = useText();
  return <Pill colour={COLOURS[state] ?? GREY}>{known(`${kind}.state.${state}`) ?? state}</Pill>;
}
