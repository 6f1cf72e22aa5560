/* Work that the house does behind the requests: what waits, what runs, what was given up and why. */
import { useQueryClient } from "@tanstack/react-query";
import { answer, api, once } from "../../api/client";
import { useJobs } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { Job, JobFilter, JobState } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { idOf, useAddress } from "../../ui/address";
import { Button } from "../../ui/button";
import { endOf, startOf } from "../../ui/days";
import { Time } from "../../ui/facts";
import { Chips, Days, Export } from "../../ui/filters";
import { JobParts } from "../../ui/job-parts";
import { LoadedList } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { Page, Toolbar } from "../../ui/page";
import { KnownPerson, OfCustomer } from "../../ui/person";
import { StatusPill } from "../../ui/pill";
import { type Column, DataTable } from "../../ui/table";

const STATES: readonly JobState[] = ["ready", "running", "done", "dead"];

function What({ job }: { job: Job }) {
  const { known } = useText();
  const error = job.error ?? "";
  return (
    <span className="two-lines">
      <span className="short" title={job.kind}>
        {known(`jobkind.${job.kind}`) ?? job.kind}
      </span>
      {error !== "" && (
        <span className="small job-error break" translate="no">
          {error}
        </span>
      )}
    </span>
  );
}

function JobTable({ rows }: { rows: readonly Job[] }) {
  const { t, number } = useText();
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
  const columns: Column<Job>[] = [
    { key: "kind", title: t("jobs.kind"), grow: true, phone: "main", render: (row) => <What job={row} /> },
    { key: "state", title: t("jobs.state"), phone: "end", render: (row) => <StatusPill of="job" state={row.state} /> },
    {
      key: "account",
      title: t("customer.one"),
      grow: true,
      phone: "sub",
      render: (row) => (row.account === null || row.account === 0 ? "—" : <KnownPerson id={row.account} />),
    },
    { key: "attempts", title: t("jobs.attempts"), numeric: true, render: (row) => number(row.attempts) },
    { key: "when", title: t("jobs.when"), phone: "side", render: (row) => <Time at={row.endedAt ?? row.runAt} /> },
    { key: "id", title: t("jobs.number"), tight: true, render: (row) => <code translate="no">{row.id}</code> },
    {
      key: "actions",
      title: t("table.actions"),
      actions: true,
      render: (row) =>
        row.state === "dead" && (
          <Button
            small
            busy={retry.isPending && retry.sent === row.id}
            onClick={() => retry.send(row.id)}
            aria-label={`${t("jobs.retry")}: ${row.id}`}
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

function useJobFilter(): JobFilter {
  const [read] = useAddress();
  return {
    state: STATES.find((name) => name === read("state")) ?? "all",
    scheduled: read("scheduled") === "1" ? true : undefined,
    account: idOf(read("account")),
    from: startOf(read("from")),
    to: endOf(read("to")),
  };
}

export default function Jobs() {
  const { t } = useText();
  const [address, write] = useAddress();
  const filter = useJobFilter();
  const read = useJobs(filter);
  return (
    <Page title={t("nav.jobs")} intro={t("jobs.intro")}>
      <JobParts />
      <Toolbar>
        {filter.account !== undefined && <OfCustomer id={filter.account} onAll={() => write({ account: "" })} />}
        <Chips
          label={t("jobs.filter")}
          choices={STATES.map((value) => ({ value, text: t(`job.${value}`) }))}
          value={filter.state === "all" ? "" : (filter.state ?? "")}
          onChoose={(value) => write({ state: value })}
        />
        <Days from={address("from")} to={address("to")} onDays={write} />
        <label className="tick end">
          <input
            type="checkbox"
            checked={filter.scheduled === true}
            onChange={({ target }) => write({ scheduled: target.checked ? "1" : "" })}
          />
          <span>{t("jobs.scheduled")}</span>
        </label>
        <Export path="/api/operator/jobs" wanted={filter} name="chathub-jobs" />
      </Toolbar>
      <LoadedList read={read} rows={12}>
        {(rows) => <JobTable rows={rows} />}
      </LoadedList>
    </Page>
  );
}
