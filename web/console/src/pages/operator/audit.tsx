import { useOperatorAudit } from "../../api/queries";
import { useText } from "../../i18n/i18n";
import { AuditTable } from "../../ui/audit-table";
import { AuditTools, useAuditFilter } from "../../ui/audit-tools";
import { isNarrow } from "../../ui/filters";
import { LoadedList } from "../../ui/loaded";
import { Page } from "../../ui/page";

export default function OperatorAudit() {
  const { t } = useText();
  const filter = useAuditFilter();
  const read = useOperatorAudit(filter);
  return (
    <Page title={t("nav.operatorAudit")} intro={t("audit.operatorIntro")}>
      <AuditTools path="/api/operator/audit" filter={filter} />
      <LoadedList read={read} rows={16}>
        {(rows) => <AuditTable rows={rows} narrow={isNarrow(filter)} operator />}
      </LoadedList>
    </Page>
  );
}
