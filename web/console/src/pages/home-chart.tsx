/* The first page's chart and queue: both weeks day by day, and who waits for a person now. */
import { Link } from "react-router";
import type { HomeFigures, InboxItem } from "../api/types";
import { useText } from "../i18n/i18n";
import { BarChart } from "../ui/bar-chart";
import { Time } from "../ui/facts";
import { dayText } from "../ui/lengths";
import { Section } from "../ui/page";
import { ShareBar } from "../ui/share-bar";

type Day = HomeFigures["daily"][number];

const sum = (days: readonly Day[], part: "byAssistant" | "byPerson" | "unanswered") =>
  days.reduce((all, day) => all + day[part], 0);

/** Was anything said in both weeks? */
export const talked = (daily: readonly Day[]) =>
  daily.some((day) => day.byAssistant + day.byPerson + day.unanswered > 0);

/** Where nothing was said it is left out: an empty chart teaches nothing. */
export function HomeChart({ daily }: { daily: readonly Day[] }) {
  const { t, lang } = useText();
  const parts = {
    byAssistant: sum(daily, "byAssistant"),
    byPerson: sum(daily, "byPerson"),
    unanswered: sum(daily, "unanswered"),
  };
  const all = parts.byAssistant + parts.byPerson + parts.unanswered;
  if (!talked(daily)) return null;
  const most = Math.max(...daily.map((day) => day.byAssistant + day.byPerson + day.unanswered));
  const label = t("numbers.byDayLabel", { n: all, days: daily.length, most });
  return (
    <Section card title={t("home.chart", { days: daily.length })} extra={<Link to="/numbers">{t("nav.numbers")}</Link>}>
      <BarChart
        label={label}
        bars={daily.map((day) => ({
          label: dayText(lang, day.day),
          parts: [
            { tone: "on", value: day.byAssistant },
            { tone: "due", value: day.byPerson },
            { tone: "off", value: day.unanswered },
          ],
        }))}
      />
      <ShareBar
        label={label}
        shares={[
          { name: t("numbers.bot"), value: parts.byAssistant, tone: "on" },
          { name: t("numbers.person"), value: parts.byPerson, tone: "due" },
          { name: t("numbers.unanswered"), value: parts.unanswered, tone: "off" },
        ]}
      />
    </Section>
  );
}

export function HomeQueue({ items }: { items: readonly InboxItem[] }) {
  const { t } = useText();
  return (
    <Section card title={t("home.queue")} extra={<Link to="/inbox?filter=waiting">{t("nav.inbox")}</Link>}>
      {items.length === 0 ? (
        <p className="muted">{t("home.nobodyWaits")}</p>
      ) : (
        <ul className="list-rows">
          {items.map(({ conversation: { id, lastAt }, visitorName, excerpt }) => (
            <li key={id}>
              <span className="two-lines">
                <Link to={`/inbox/${id}?filter=waiting`} className="short" dir="auto">
                  {visitorName || t("inbox.visitor", { n: id })}
                </Link>
                <span className="short small muted" dir="auto">
                  {excerpt || t("inbox.noWords")}
                </span>
              </span>
              <Time at={lastAt} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
