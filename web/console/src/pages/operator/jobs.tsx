/* Work that the house does behind the requests: what waits, what runs, what was given up and why. */
import { useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Select, Space } from "antd";
import { useSearchParams } from "react-router";
import { answer, api, once } from "../../api/client";
import { useJobs } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { Job, JobState } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { StatusBadge } from "../../ui/badge";
import { LoadedList } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { Page, Section } from "../../ui/page";
import { type Column, DataTable } from "../../ui/table";

const STATES: readonly JobState[] = ["ready", "running", "done", "dead"];

function JobTable({ rows }: { rows: readonly Job[] }) {
  const { t, known, time, number } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const retry = useSubmit(
    (id: number, key) => answer(api.POST("/api/operator/jobs/{id}/retry", { params: { path: { id } }, ...once(key) })),
    {
      onDone: () => {
        void queries.invalidateQueries({ queryKey: keys.jobs });
        void queries.invalidateQueries({ queryKey: keys.overview });
        notify.done(t("jobs.retried"));
      },
      onProblem: notify.problem,
    },
  );
  const when = (row: Job) => row.endedAt ?? row.runAt;
  const columns: Column<Job>[] = [
    { key: "id", title: "#", tight: true, render: (row) => row.id },
    {
      key: "kind",
      title: t("jobs.kind"),
      main: true,
      render: (row) => (
        <div>
          {known(`jobkind.${row.kind}`) ?? ""} <span className="mono muted job-error">{row.kind}</span>
          {row.error !== null && row.error !== "" && <div className="small bad break job-error">{row.error}</div>}
        </div>
      ),
    },
    { key: "state", title: t("jobs.state"), render: (row) => <StatusBadge kind="job" state={row.state} /> },
    { key: "attempts", title: t("jobs.attempts"), numeric: true, render: (row) => number(row.attempts) },
    {
      key: "account",
      title: t("jobs.account"),
      render: (row) => (row.account === null || row.account === 0 ? "—" : `#${row.account}`),
    },
    { key: "when", title: t("jobs.when"), tight: true, render: (row) => time(when(row)) },
    {
      key: "actions",
      title: t("table.actions"),
      actions: true,
      render: (row) =>
        row.state === "dead" && (
          <Button
            size="small"
            loading={retry.isPending && retry.sent === row.id}
            onClick={() => retry.send(row.id)}
            aria-label={`${t("jobs.retry")}: #${row.id}`}
          >
            {t("jobs.retry")}
          </Button>
        ),
    },
  ];
  return (
    <DataTable label={t("jobs.list")} columns={columns} rows={rows} rowKey={(row) => row.id} empty={t("jobs.none")} />
  );
}

export default function Jobs() {
  const { t } = useText();
  const [query, setQuery] = useSearchParams();
  const state = STATES.find((name) => name === query.get("state")) ?? "";
  const scheduled = query.get("scheduled") === "1";
  const read = useJobs(state, scheduled);
  const look = (next: JobState | "", all: boolean) =>
    setQuery({ ...(next === "" ? {} : { state: next }), ...(all ? { scheduled: "1" } : {}) }, { replace: true });
  const options = [
    { value: "", label: t("jobs.all") },
    ...STATES.map((value) => ({ value, label: t(`job.state.${value}`) })),
  ];
  return (
    <Page title={t("nav.jobs")} intro={t("jobs.intro")}>
      <Section
        title={t("jobs.list")}
        extra={
          <Space wrap>
            <Checkbox checked={scheduled} onChange={(event) => look(state, event.target.checked)}>
              {t("jobs.scheduled")}
            </Checkbox>
            <Select
              value={state}
              options={options}
              onChange={(value: JobState | "") => look(value, scheduled)}
              aria-label={t("jobs.filter")}
              style={{ width: 160 }}
            />
          </Space>
        }
      >
        <LoadedList read={read}>{(rows) => <JobTable rows={rows} />}</LoadedList>
      </Section>
    </Page>
  );
}
