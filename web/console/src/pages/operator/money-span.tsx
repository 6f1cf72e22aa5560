/* Which days the operator's numbers are of, and in which steps: both stand in the address. */
import type { ReactNode } from "react";
import type { SpanAsked } from "../../api/money";
import { useText } from "../../i18n/i18n";
import { useAddress } from "../../ui/address";
import { Chips, Export } from "../../ui/filters";
import { dayText, daysText } from "../../ui/lengths";
import { Toolbar } from "../../ui/page";
import { LinkButton } from "../../ui/button";

const DAYS = [7, 30, 90, 365] as const;
const USUAL = 30;
const STEPS = ["day", "week", "month"] as const;

export function useSpan(): SpanAsked {
  const [read] = useAddress();
  return {
    days: DAYS.find((one) => String(one) === read("days")) ?? USUAL,
    by: STEPS.find((one) => one === read("by")) ?? "day",
  };
}

export function SpanTools({
  path,
  name,
  asked,
  children,
}: {
  path: string;
  name: string;
  asked: SpanAsked;
  children?: ReactNode;
}) {
  const { t } = useText();
  const [, write] = useAddress();
  return (
    <Toolbar>
      <Chips
        label={t("list.days")}
        all={null}
        choices={DAYS.map((n) => ({ value: n === USUAL ? "" : String(n), text: t("takings.days", { n }) }))}
        value={asked.days === USUAL ? "" : String(asked.days)}
        onChoose={(days) => write({ days })}
      />
      <Chips
        label={t("span.by")}
        all={t("span.by.day")}
        choices={[
          { value: "week", text: t("span.by.week") },
          { value: "month", text: t("span.by.month") },
        ]}
        value={asked.by === "day" ? "" : asked.by}
        onChoose={(by) => write({ by })}
      />
      {children}
      <span className="end">
        <Export path={path} wanted={asked} name={name} />
      </span>
    </Toolbar>
  );
}

/** Whose days these are. */
export function SpanNote({ from, to, timezone }: { from: string; to: string; timezone: string }) {
  const { t, lang } = useText();
  return (
    <p className="muted small">
      {t("span.note", { from: dayText(lang, from), to: dayText(lang, to), zone: timezone })}
    </p>
  );
}

/** Of a list that a bar led to: which days, as its numbers count them, and the way back to all. */
export function Within({
  from,
  to,
  part,
  back,
}: {
  from: string | undefined;
  to: string | undefined;
  part: string;
  back: string;
}) {
  const { t, lang } = useText();
  const [read] = useAddress();
  return (
    <span className="line">
      {from !== undefined && to !== undefined && (
        <>
          <span className="small muted">{daysText(lang, from, to, read("zone"))}</span>
          <LinkButton small to={`/operator/money/${part}`}>
            {t("span.all")}
          </LinkButton>
        </>
      )}
      <LinkButton small to={`/operator/money/${back}`}>
        {t("span.toNumbers")}
      </LinkButton>
    </span>
  );
}

/** A moment of an address; what is none is left out. */
export function momentOf(text: string): string | undefined {
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
