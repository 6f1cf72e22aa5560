import { useAudit } from "../api/queries";
import { useText } from "../i18n/i18n";
import { AuditTable } from "../ui/audit-table";
import { LoadedList } from "../ui/loaded";
import { Page, Section } from "../ui/page";

export default function Audit() {
  const { t } = useText();
  const read = useAudit();
  return (
    <Page title={t("nav.audit")} intro={t("audit.intro")}>
      <Section title={t("audit.title")}>
        <LoadedList read={read}>{(rows) => <AuditTable rows={rows} />}</LoadedList>
      </Section>
    </Page>
  );
}
