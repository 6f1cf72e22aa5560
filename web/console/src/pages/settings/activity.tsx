import { useAudit } from "../../api/queries";
import { useText } from "../../i18n/i18n";
import { AuditTable } from "../../ui/audit-table";
import { AuditTools, useAuditFilter } from "../../ui/audit-tools";
import { isNarrow } from "../../ui/filters";
import { LoadedList } from "../../ui/loaded";

export default function Activity() {
  const { t } = useText();
  const filter = useAuditFilter();
  const read = useAudit(filter);
  return (
    <>
      <p className="muted">{t("audit.intro")}</p>
      <AuditTools path="/api/audit" filter={{ ...filter, account: undefined }} />
      <LoadedList read={read} rows={12}>
        {(rows) => <AuditTable rows={rows} narrow={isNarrow({ ...filter, account: undefined })} />}
      </LoadedList>
    </>
  );
}
