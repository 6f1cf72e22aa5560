/* Opening the chatbot's own administration, signed in. The browser hands over a one-time code by a form's POST: a token
 * in an address would stay in histories and logs. */
import { answer, api, once } from "../../api/client";
import { useSubmit } from "../../api/submit";
import type { SsoLaunch } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Button } from "../../ui/button";
import { useNotify } from "../../ui/notify";

function submitForm({ action, fields }: SsoLaunch): void {
  const form = document.createElement("form");
  form.method = "POST";
  form.action = action;
  form.target = "_blank";
  form.rel = "noopener";
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
  form.remove();
}

export function LaunchButton({ shop }: { shop: number }) {
  const { t } = useText();
  const notify = useNotify();
  const submit = useSubmit(
    (id: number, key) =>
      answer(
        api.POST("/api/shops/{id}/sso/launch", { params: { path: { id } }, body: { role: "admin" }, ...once(key) }),
      ),
    { onDone: submitForm, onProblem: notify.problem },
  );
  return (
    <Button small icon="open" busy={submit.isPending} onClick={() => submit.send(shop)}>
      {t("launch.button")}
    </Button>
  );
}
