/* Work that the house does behind the requests: what waits, what runs, what was given up and why. */
import { useJobs } from "../../api/queries";
import type { JobFilter, JobState } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { idOf, useAddress } from "../../ui/address";
import { endOf, startOf } from "../../ui/days";
import { Chips, Days, Export } from "../../ui/filters";
import { JobParts } from "../../ui/job-parts";
import { JobTable } from "../../ui/job-table";
import { LoadedList } from "../../ui/loaded";
import { Page, Toolbar } from "../../ui/page";
import { OfCustomer } from "../../ui/person";

const STATES: readonly JobState[] = ["ready", "running", "done", "dead"];

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
