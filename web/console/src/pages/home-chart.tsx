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

/** Where nothing was said it is left out: an empty chart teaches nothing. `whole`: both weeks are there. */
export function HomeChart({ daily, whole = true }: { daily: readonly Day[]; whole?: boolean }) {
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
      {!whole && <p className="muted small">{t("home.chartBegins")}</p>}
    </Section>
  );
}

const QUEUE_ROWS = 6;
const since = ({ conversation: { waitingSince, lastAt } }: InboxItem) => waitingSince ?? lastAt;

/** Who waits longest stands first. `waiting`: how many wait in all, where it is known. */
export function HomeQueue({ items, waiting }: { items: readonly InboxItem[]; waiting: number }) {
  const { t } = useText();
  const all = Math.max(waiting, items.length);
  const longest = [...items].sort((a, b) => Date.parse(since(a)) - Date.parse(since(b))).slice(0, QUEUE_ROWS);
  const more = all > longest.length ? t("home.allWaiting", { n: all }) : t("nav.inbox");
  return (
    <Section card title={t("home.queue")} extra={<Link to="/inbox?filter=waiting">{more}</Link>}>
      {items.length === 0 ? (
        <p className="muted">{t("home.nobodyWaits")}</p>
      ) : (
        <ul className="list-rows">
          {longest.map((item) => {
            const {
              conversation: { id },
              visitorName,
              excerpt,
            } = item;
            return (
              <li key={id}>
                <span className="two-lines">
                  <Link to={`/inbox/${id}?filter=waiting`} className="short" dir="auto">
                    {visitorName || t("inbox.visitor", { n: id })}
                  </Link>
                  <span className="short small muted" dir="auto">
                    {excerpt || t("inbox.noWords")}
                  </span>
                </span>
                <Time at={since(item)} />
              </li>
            );
          })}
        </ul>
      )}
    </Section>
  );
}
