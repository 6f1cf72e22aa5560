/* How the house stands: what needs somebody first, then people, shops, credits and the work behind them. */
import { Link } from "react-router";
import { type Overview as Numbers, useOverview, useUser } from "../../api/queries";
import { useText } from "../../i18n/i18n";
import { AttentionBanners } from "../../ui/attention";
import { Fact, Facts, Time } from "../../ui/facts";
import { Loaded, Together } from "../../ui/loaded";
import { Figures, Page, Section } from "../../ui/page";
import { ShareBar } from "../../ui/share-bar";

const LATE_MS = 1000;

/** A number that leads to what it counts, when there is any. */
function Leading({ n, to }: { n: number; to: string }) {
  const { number } = useText();
  return n > 0 ? <Link to={to}>{number(n)}</Link> : <>{number(n)}</>;
}

function House(numbers: Numbers) {
  const { accounts, shops, tenantsActive, tenantsProvisioning, jobs, credits, countedAt } = numbers;
  const { t, number } = useText();
  const oldest =
    jobs.oldestDueMs < LATE_MS ? t("overview.none") : t("overview.seconds", { n: Math.round(jobs.oldestDueMs / 1000) });
  const free = credits.outstanding - credits.held;
  return (
    <>
      <Figures
        figures={[
          { name: t("nav.customers"), value: number(accounts), to: "/operator/customers" },
          { name: t("overview.shops"), value: number(shops), to: "/operator/shops" },
          { name: t("overview.active"), value: number(tenantsActive), to: "/operator/shops?state=active" },
          {
            name: t("overview.provisioning"),
            value: number(tenantsProvisioning),
            to: "/operator/shops?state=provisioning",
          },
        ]}
      />
      <div className="even">
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
        <Section card title={t("overview.work")} extra={<Link to="/operator/jobs">{t("nav.jobs")}</Link>}>
          <Facts>
            <Fact name={t("job.ready")}>{number(jobs.ready)}</Fact>
            <Fact name={t("job.running")}>{number(jobs.running)}</Fact>
            <Fact name={t("job.dead")}>{number(jobs.dead)}</Fact>
            <Fact name={t("overview.oldest")}>{oldest}</Fact>
            <Fact name={t("overview.pastDue")}>
              <Leading n={numbers.pastDue} to="/operator/shops?state=pastDue&sort=oldest" />
            </Fact>
            <Fact name={t("overview.failed")}>
              <Leading n={numbers.failed} to="/operator/shops?state=failed&sort=oldest" />
            </Fact>
            <Fact name={t("overview.renewalsFailing")}>
              <Leading n={numbers.renewalsFailing} to="/operator/renewals" />
            </Fact>
            <Fact name={t("skips.title")}>
              <Leading n={jobs.leftOut} to="/operator/jobs/skips" />
            </Fact>
          </Facts>
        </Section>
      </div>
      {countedAt !== null && (
        <p className="muted small">
          {t("overview.counted")} <Time at={countedAt} />
        </p>
      )}
    </>
  );
}

export default function Today() {
  const { t } = useText();
  const read = useOverview();
  const { data } = useUser();
  const user = data?.user ?? null;
  return (
    <Page title={t("nav.today")}>
      <Together reads={[read]}>
        {user !== null && <AttentionBanners user={user} />}
        <Loaded read={read}>{(numbers) => <House {...numbers} />}</Loaded>
      </Together>
    </Page>
  );
}
