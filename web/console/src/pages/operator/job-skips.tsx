/* Rows that a job left out because they failed: the rest of its list went on, and each is tried again by itself. */
import { useJobSkips } from "../../api/queries";
import type { JobSkip } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Short, Time } from "../../ui/facts";
import { Export } from "../../ui/filters";
import { JobParts } from "../../ui/job-parts";
import { LoadedList } from "../../ui/loaded";
import { Page, Teach, Toolbar } from "../../ui/page";
import { type Column, DataTable } from "../../ui/table";

function SkipTable({ rows }: { rows: readonly JobSkip[] }) {
  const { t, known, number } = useText();
  const columns: Column<JobSkip>[] = [
    {
      key: "kind",
      title: t("jobs.kind"),
      grow: true,
      phone: "main",
      render: (row) => <Short>{known(`jobkind.${row.kind}`) ?? row.kind}</Short>,
    },
    {
      key: "item",
      title: t("skips.item"),
      tight: true,
      phone: "side",
      render: (row) => <code translate="no">{row.item}</code>,
    },
    {
      key: "error",
      title: t("skips.error"),
      grow: true,
      phone: "sub",
      render: (row) => (
        <code className="short" translate="no" title={row.error}>
          {row.error}
        </code>
      ),
    },
    { key: "tries", title: t("jobs.attempts"), numeric: true, phone: "end", render: (row) => number(row.tries) },
    { key: "since", title: t("renewals.since"), render: (row) => <Time at={row.firstAt} /> },
    { key: "next", title: t("renewals.next"), render: (row) => <Time at={row.retryAt} /> },
  ];
  return (
    <DataTable
      label={t("skips.title")}
      columns={columns}
      rows={rows}
      rowKey={(row) => `${row.kind} ${row.item}`}
      empty={null}
    />
  );
}

export default function JobSkips() {
  const { t } = useText();
  const read = useJobSkips();
  return (
    <Page title={t("skips.title")} intro={t("skips.intro")}>
      <JobParts />
      <Toolbar>
        <span className="end">
          <Export path="/api/operator/jobs/skips" wanted={{}} name="chathub-left-out" />
        </span>
      </Toolbar>
      <LoadedList read={read} rows={12}>
        {(rows) =>
          rows.length === 0 ? (
            <Teach icon="good" title={t("skips.none")}>
              {t("skips.noneText")}
            </Teach>
          ) : (
            <SkipTable rows={rows} />
          )
        }
      </LoadedList>
    </Page>
  );
}
