/* What a colleague is called here: by name, or by the address where no name is known. Visitors are never told the address. */
import { useColleagues } from "../../api/queries";
import { useText } from "../../i18n/i18n";

export function useColleagueName(): (person: number, name: string) => string {
  const { t } = useText();
  const team = useColleagues().data?.colleagues ?? [];
  return (person, name) => name || team.find((one) => one.person === person)?.email || t("inbox.aPerson");
}
