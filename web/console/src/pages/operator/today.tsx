/* How the house stands: the queues that somebody works off first, then people, shops, credits and the work behind them. */
import { Link } from "react-router";
import { type Overview as Numbers, useConfig, useOverview } from "../../api/queries";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Fact, Facts, Time } from "../../ui/facts";
import { Loaded, Together } from "../../ui/loaded";
import { Page, Section } from "../../ui/page";
import { ShareBar } from "../../ui/share-bar";
import { TodayMoney } from "./today-money";
import { TodayQueues } from "./today-queues";

const LATE_MS = 1000;

/** A number that leads to what it counts, when there is any. */
function Leading({ n, to }: { n: number; to: string }) {
  const { number } = useText();
  return n > 0 ? <Link to={to}>{number(n)}</Link> : <>{number(n)}</>;
}

function House({ accounts, shops, tenantsActive, tenantsProvisioning }: Numbers) {
  const { t } = useText();
  return (
    <Section card title={t("today.house")}>
      <Facts>
        <Fact name={t("nav.customers")}>
          <Leading n={accounts} to="/operator/customers" />
        </Fact>
        <Fact name={t("overview.shops")}>
          <Leading n={shops} to="/operator/shops" />
        </Fact>
        <Fact name={t("overview.active")}>
          <Leading n={tenantsActive} to="/operator/shops?state=active" />
        </Fact>
        <Fact name={t("overview.provisioning")}>
          <Leading n={tenantsProvisioning} to="/operator/shops?state=provisioning" />
        </Fact>
      </Facts>
    </Section>
  );
}

function Money({ credits }: Numbers) {
  const { t, number } = useText();
  const free = credits.outstanding - credits.held;
  return (
    <Section card title={t("overview.credits")}>
      <ShareBar
        label={t("chart.creditsLabel", { free, held: credits.held, spent: credits.spent })}
        shares={[
          { name: t("overview.free"), value: free, tone: "on" },
          { name: t("credits.held"), value: credits.held, tone: "due" },
          { name: t("overview.spent"), value: credits.spent, tone: "off" },
        ]}
      />
      <Facts>
        <Fact name={t("overview.granted")}>{number(credits.granted)}</Fact>
        <Fact name={t("overview.outstanding")}>{number(credits.outstanding)}</Fact>
      </Facts>
    </Section>
  );
}

function Work({ jobs }: Numbers) {
  const { t, number } = useText();
  const oldest =
    jobs.oldestDueMs < LATE_MS ? t("overview.none") : t("overview.seconds", { n: Math.round(jobs.oldestDueMs / 1000) });
  return (
    <Section card title={t("overview.work")} extra={<Link to="/operator/jobs">{t("nav.jobs")}</Link>}>
      <Facts>
        <Fact name={t("job.ready")}>{number(jobs.ready)}</Fact>
        <Fact name={t("job.running")}>{number(jobs.running)}</Fact>
        <Fact name={t("overview.oldest")}>{oldest}</Fact>
        <Fact name={t("skips.title")}>
          <Leading n={jobs.leftOut} to="/operator/jobs/skips" />
        </Fact>
      </Facts>
    </Section>
  );
}

/** Until somebody says how the house is reached, every page and letter that would say it says nothing. */
function NoContact() {
  const { t } = useText();
  const house = useConfig().data?.house;
  if (house === undefined || house.supportContact !== null) return null;
  return (
    <Alert tone="due" title={t("today.noContact")} said={false}>
      {t("today.noContactText")} <code translate="no">CHATHUB_SUPPORT_CONTACT</code>
    </Alert>
  );
}

export default function Today() {
  const { t } = useText();
  const read = useOverview();
  return (
    <Page title={t("nav.today")}>
      <NoContact />
      <Together reads={[read]}>
        <Loaded read={read}>
          {(numbers) => (
            <>
              <TodayMoney owed={numbers.owed} {...numbers.money} />
              <TodayQueues queues={numbers.queues} weekAgo={numbers.weekAgo} />
              <div className="even">
                <House {...numbers} />
                <Work {...numbers} />
              </div>
              <Money {...numbers} />
              {numbers.countedAt !== null && (
                <p className="muted small">
                  {t("overview.counted")} <Time at={numbers.countedAt} />
                </p>
              )}
            </>
          )}
        </Loaded>
      </Together>
    </Page>
  );
}
