/* Background work as a table: what, how it stands, for whom; what was given up can be tried again. */
import { useQueryClient } from "@tanstack/react-query";
import { answer, api, once } from "../api/client";
import { keys } from "../api/read-keys";
import { useSubmit } from "../api/submit";
import type { Job } from "../api/types";
import { useText } from "../i18n/i18n";
import { Button } from "./button";
import { Time } from "./facts";
import { useNotify } from "./notify";
import { KnownPerson } from "./person";
import { StatusPill } from "./pill";
import { type Column, DataTable } from "./table";

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

export function JobTable({ rows }: { rows: readonly Job[] }) {
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
