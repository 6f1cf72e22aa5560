/* The bar of a form on a page: there only when something changed. */
import { useText } from "../i18n/i18n";
import { Button } from "./button";
import type { FormState } from "./form";
import { AskBeforeLeaving } from "./leaving";

export function SaveBar<V>({ form, pending }: { form: Pick<FormState<V>, "changed" | "reset">; pending: boolean }) {
  const { t } = useText();
  return (
    <>
      <AskBeforeLeaving when={form.changed} />
      {form.changed && (
        <div className="save-bar">
          <span>{t("save.changed")}</span>
          <Button onClick={() => form.reset()}>{t("save.discard")}</Button>
          <Button type="submit" look="primary" busy={pending}>
            {t("save.save")}
          </Button>
        </div>
      )}
    </>
  );
}
