import { useAudit } from "../../api/queries";
import { useText } from "../../i18n/i18n";
import { AuditTable } from "../../ui/audit-table";
import { LoadedList } from "../../ui/loaded";

export function Activity() {
  const { t } = useText();
  const read = useAudit();
  return (
    <>
      <p className="muted">{t("audit.intro")}</p>
      <LoadedList read={read} rows={12}>
        {(rows) => <AuditTable rows={rows} />}
      </LoadedList>
    </>
  );
}
