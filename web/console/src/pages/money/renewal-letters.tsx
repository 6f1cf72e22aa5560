/* Whether the account gets a letter for each plan that was renewed from credits: one wish for all of its shops. */
import { useQueryClient } from "@tanstack/react-query";
import { putRenewalLetters, useRenewalLetters } from "../../api/money";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import { useText } from "../../i18n/i18n";
import { useNotify } from "../../ui/notify";

export function RenewalLetters() {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const { data } = useRenewalLetters();
  const submit = useSubmit((on: boolean) => putRenewalLetters(on), {
    onDone: (got) => {
      queries.setQueryData(keys.renewalLetters, got);
    },
    onProblem: notify.problem,
  });
  if (data === undefined) return null;
  return (
    <label className="tick">
      <input
        type="checkbox"
        role="switch"
        checked={submit.isPending ? submit.sent === true : data.on}
        aria-busy={submit.isPending}
        onChange={({ target }) => submit.send(target.checked)}
      />
      <span>
        {t("plan.renewalLetters")}
        <span className="small muted step-help">{t("plan.renewalLettersHelp")}</span>
      </span>
    </label>
  );
}
