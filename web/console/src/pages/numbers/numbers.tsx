/* What conversations come to: how many, who answered, how soon, by day and hour. Every figure is one that the server
 * counted; shares alone are made here. */
import { useNumbers, useShops } from "../../api/queries";
import type { Numbers, NumbersAsked, NumbersDay, NumbersSum } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { idOf, useAddress } from "../../ui/address";
import { BarChart, type Bar } from "../../ui/bar-chart";
import { LinkButton } from "../../ui/button";
import { Fact, Facts } from "../../ui/facts";
import { Chips, Choose, Export } from "../../ui/filters";
import { dayText, lengthText } from "../../ui/lengths";
import { Loaded } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { Figures, Page, Section, Teach, Toolbar } from "../../ui/page";
import { ShareBar } from "../../ui/share-bar";
import { type Column, DataTable } from "../../ui/table";
import { Gaps } from "./gaps";

const PERIODS = { "7": 7, "": 28, "90": 90 } as const;

export function useAsked(): NumbersAsked {
  const [read] = useAddress();
  const shop = idOf(read("shop"));
  const days = Object.hasOwn(PERIODS, read("days")) ? PERIODS[read("days") as keyof typeof PERIODS] : PERIODS[""];
  return { days, ...(shop !== undefined && { shop }) };
}

function Tools({ asked }: { asked: NumbersAsked }) {
  const { t } = useText();
  const [read, write] = useAddress();
  const { data } = useShops();
  const shops = data?.shops ?? [];
  return (
    <Toolbar>
      <Chips
        label={t("numbers.period")}
        all={t("numbers.days28")}
        choices={[
          { value: "7", text: t("numbers.days7") },
          { value: "90", text: t("numbers.days90") },
        ]}
        value={read("days")}
        onChoose={(days) => write({ days })}
      />
      {shops.length > 1 && (
        <Choose
          label={t("inbox.shop")}
          choices={shops.map(({ id, shop_name }) => ({ value: String(id), text: shop_name }))}
          value={read("shop")}
          onPick={(shop) => write({ shop })}
        />
      )}
      <span className="end">
        <Export path="/api/numbers" wanted={asked} name="chathub-numbers" />
      </span>
    </Toolbar>
  );
}

const partsOf = (sum: NumbersSum): Bar["parts"] => [
  { tone: "on", value: sum.byAssistant },
  { tone: "due", value: sum.byPerson },
  { tone: "off", value: sum.unanswered },
];

function useShare(): (part: number, all: number) => string {
  const { t, lang } = useText();
  const format = new Intl.NumberFormat(lang, { style: "percent" });
  return (part, all) => t("numbers.ofAll", { share: format.format(all === 0 ? 0 : part / all) });
}

/** Whoever waits does so now, whatever days are looked at. */
function useWaiting(waiting: number) {
  const { t, number } = useText();
  return {
    name: t("numbers.waiting"),
    value: number(waiting),
    to: "/inbox?filter=waiting",
    tone: waiting > 0 ? ("due" as const) : undefined,
  };
}

function Sums({ all, waiting }: { all: NumbersSum; waiting: number }) {
  const { t, lang, number } = useText();
  const share = useShare();
  const waits = useWaiting(waiting);
  const percent = new Intl.NumberFormat(lang, { style: "percent" });
  const figure = (name: string, n: number) => ({ name, value: number(n), note: share(n, all.conversations) });
  return (
    <Figures
      figures={[
        { name: t("numbers.talks"), value: number(all.conversations) },
        figure(t("numbers.bot"), all.byAssistant),
        figure(t("numbers.person"), all.byPerson),
        figure(t("numbers.resolved"), all.resolved),
        figure(t("numbers.reopened"), all.reopened),
        {
          name: t("numbers.satisfied"),
          value: all.rated === 0 ? "–" : percent.format(all.satisfied / all.rated),
          note: t("numbers.rated", { n: all.rated }),
        },
        waits,
      ]}
    />
  );
}

function ByDay({ numbers }: { numbers: Numbers }) {
  const { t, lang } = useText();
  const { all, days } = numbers;
  const most = Math.max(...days.map(({ conversations }) => conversations));
  return (
    <Section card title={t("numbers.byDay")}>
      <BarChart
        bars={days.map((day) => ({ label: dayText(lang, day.day), parts: partsOf(day) }))}
        label={t("numbers.byDayLabel", { n: all.conversations, days: days.length, most })}
      />
      <ShareBar
        label={t("numbers.byDayLabel", { n: all.conversations, days: days.length, most })}
        shares={[
          { name: t("numbers.bot"), value: all.byAssistant, tone: "on" },
          { name: t("numbers.person"), value: all.byPerson, tone: "due" },
          { name: t("numbers.unanswered"), value: all.unanswered, tone: "off" },
        ]}
      />
    </Section>
  );
}

const clock = (hour: number) => `${String(hour).padStart(2, "0")}:00`;

function ByHour({ hours }: { hours: Numbers["hours"] }) {
  const { t, number } = useText();
  const most = hours.reduce((best, hour) => (hour.conversations > best.conversations ? hour : best), {
    hour: 0,
    conversations: 0,
  });
  return (
    <Section card title={t("numbers.byHour")}>
      <BarChart
        bars={hours.map(({ hour, conversations }) => ({
          label: clock(hour),
          parts: [{ tone: "on", value: conversations }],
        }))}
        label={t("numbers.byHourLabel", { hour: most.hour, most: most.conversations })}
      />
      <div className="unseen">
        <table>
          <caption>{t("numbers.byHour")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("numbers.hour")}</th>
              <th scope="col">{t("numbers.talks")}</th>
            </tr>
          </thead>
          <tbody>
            {hours.map(({ hour, conversations }) => (
              <tr key={hour}>
                <th scope="row">{clock(hour)}</th>
                <td>{number(conversations)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Speed({ all }: { all: NumbersSum }) {
  const { t, lang } = useText();
  const text = (half: number | null, most: number | null) =>
    half === null || most === null
      ? "–"
      : t("numbers.lengths", { half: lengthText(lang, half), most: lengthText(lang, most) });
  return (
    <Section card title={t("numbers.speed")}>
      <Facts>
        <Fact name={t("numbers.first")}>{text(all.firstMsHalf, all.firstMs95)}</Fact>
        <Fact name={t("numbers.firstPerson")}>{text(all.personMsHalf, all.personMs95)}</Fact>
        <Fact name={t("numbers.resolution")}>{text(all.resolvedMsHalf, all.resolvedMs95)}</Fact>
      </Facts>
    </Section>
  );
}

function DayTable({ days }: { days: readonly NumbersDay[] }) {
  const { t, lang, number } = useText();
  const text = (ms: number | null) => (ms === null ? "–" : lengthText(lang, ms));
  const count = (key: keyof NumbersSum, title: string): Column<NumbersDay> => ({
    key,
    title,
    numeric: true,
    render: (row) => number(row[key] ?? 0),
  });
  const columns: Column<NumbersDay>[] = [
    { key: "day", title: t("numbers.day"), tight: true, phone: "main", render: ({ day }) => dayText(lang, day) },
    { ...count("conversations", t("numbers.talks")), phone: "end" },
    count("byAssistant", t("numbers.bot")),
    count("byPerson", t("numbers.person")),
    count("unanswered", t("numbers.unanswered")),
    count("resolved", t("numbers.resolved")),
    {
      key: "first",
      title: t("numbers.firstHalf"),
      numeric: true,
      tight: true,
      phone: "side",
      render: (row) => text(row.firstMsHalf),
    },
  ];
  const rows = days.filter(({ conversations }) => conversations > 0).reverse();
  return (
    <Section title={t("numbers.eachDay")}>
      <DataTable label={t("numbers.eachDay")} columns={columns} rows={rows} rowKey={({ day }) => day} empty="" />
    </Section>
  );
}

function Counted({ numbers }: { numbers: Numbers }) {
  const { t, lang } = useText();
  const may = useMay();
  const { all, days, hours, waiting, from, to, timezone } = numbers;
  const waits = useWaiting(waiting);
  if (all.conversations === 0) {
    return (
      <>
        {waiting > 0 && <Figures figures={[waits]} />}
        <Teach
          icon="chart"
          title={t("numbers.none")}
          action={may.books && <LinkButton to="/shops">{t("numbers.noneAct")}</LinkButton>}
        >
          {t("numbers.noneText")}
        </Teach>
      </>
    );
  }
  return (
    <>
      <Sums all={all} waiting={waiting} />
      <ByDay numbers={numbers} />
      <div className="even">
        <ByHour hours={hours} />
        <Speed all={all} />
      </div>
      <DayTable days={days} />
      <p className="muted small">
        {t("numbers.span", { from: dayText(lang, from), to: dayText(lang, to), zone: timezone })}
      </p>
    </>
  );
}

export default function NumbersPage() {
  const { t } = useText();
  const asked = useAsked();
  const read = useNumbers(asked);
  return (
    <Page title={t("nav.numbers")} intro={t("numbers.intro")}>
      <Tools asked={asked} />
      <Loaded read={read} height={640}>
        {(numbers) => (
          <>
            <Counted numbers={numbers} />
            <Gaps asked={asked} only={numbers.all.conversations === 0} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
