import { useOperatorAudit } from "../../api/queries";
import { useText } from "../../i18n/i18n";
import { AuditTable } from "../../ui/audit-table";
import { LoadedList } from "../../ui/loaded";
import { Page } from "../../ui/page";

export default function OperatorAudit() {
  const { t } = useText();
  const read = useOperatorAudit();
  return (
    <Page title={t("nav.operatorAudit")} intro={t("audit.operatorIntro")}>
      <LoadedList read={read} rows={16}>
        {(rows) => <AuditTable rows={rows} operator />}
      </LoadedList>
    </Page>
  );
}
