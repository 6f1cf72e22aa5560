/* How the house stands: people, shops, work under way and work that died. */
import { Alert, Skeleton } from "antd";
import { Suspense } from "react";
import { Link } from "react-router";
import { type Overview as Numbers, useOverview } from "../../api/queries";
import { type TextKey, useText } from "../../i18n/i18n";
import { late } from "../../ui/late";
import { Loaded } from "../../ui/loaded";
import { Page, Section } from "../../ui/page";

const CreditsChart = late(() => import("../../ui/credits-chart"));

function Figure({ name, value }: { name: TextKey; value: string }) {
  const { t } = useText();
  return (
    <div className="figure">
      <dt>{t(name)}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Warnings({ jobs }: Pick<Numbers, "jobs">) {
  const { t } = useText();
  if (jobs.dead === 0) return null;
  return (
    <Alert
      type="warning"
      showIcon
      title={t("overview.dead", { n: jobs.dead })}
      action={<Link to="/operator/jobs?state=dead">{t("overview.look")}</Link>}
    />
  );
}

const LATE_MS = 1000;

function OverviewNumbers({ accounts, shops, tenantsActive, tenantsProvisioning, jobs, credits, countedAt }: Numbers) {
  const { t, number, time } = useText();
  const oldest =
    jobs.oldestDueMs < LATE_MS ? t("overview.none") : t("overview.seconds", { n: Math.round(jobs.oldestDueMs / 1000) });
  return (
    <>
      <Warnings jobs={jobs} />
      <dl className="figures">
        <Figure name="nav.accounts" value={number(accounts)} />
        <Figure name="overview.shops" value={number(shops)} />
        <Figure name="overview.active" value={number(tenantsActive)} />
        <Figure name="overview.provisioning" value={number(tenantsProvisioning)} />
      </dl>
      <div className="grid-even">
        <Section title={t("overview.credits")}>
          <dl className="facts">
            <dt>{t("overview.granted")}</dt>
            <dd>{number(credits.granted)}</dd>
            <dt>{t("overview.spent")}</dt>
            <dd>{number(credits.spent)}</dd>
            <dt>{t("overview.outstanding")}</dt>
            <dd>{number(credits.outstanding)}</dd>
            <dt>{t("credits.held")}</dt>
            <dd>{number(credits.held)}</dd>
          </dl>
          {credits.granted > 0 && (
            <Suspense fallback={<Skeleton.Node active style={{ width: "100%", height: 220 }} />}>
              <CreditsChart credits={credits} />
            </Suspense>
          )}
        </Section>
        <Section title={t("overview.work")} extra={<Link to="/operator/jobs">{t("nav.jobs")}</Link>}>
          <dl className="facts">
            <dt>{t("job.state.ready")}</dt>
            <dd>{number(jobs.ready)}</dd>
            <dt>{t("job.state.running")}</dt>
            <dd>{number(jobs.running)}</dd>
            <dt>{t("job.state.dead")}</dt>
            <dd>{number(jobs.dead)}</dd>
            <dt>{t("overview.oldest")}</dt>
            <dd>{oldest}</dd>
          </dl>
        </Section>
      </div>
      {countedAt !== null && <p className="muted small">{t("overview.counted", { time: time(countedAt) })}</p>}
    </>
  );
}

export default function Overview() {
  const { t } = useText();
  const read = useOverview();
  return (
    <Page title={t("nav.overview")} intro={t("overview.intro")}>
      <Loaded read={read} rows={8}>
        {(numbers) => <OverviewNumbers {...numbers} />}
      </Loaded>
    </Page>
  );
}
