/* Opening the chatbot's own administration, signed in. The browser hands over a one-time code by a form's POST: a token
 * in an address would stay in histories and logs. */
import { Button } from "antd";
import { answer, api, once } from "../../api/client";
import { useSubmit } from "../../api/submit";
import type { SsoLaunch } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { IconLaunch } from "../../ui/icons";
import { useNotify } from "../../ui/notify";

/** The built-in chatbot's administration is the shop's page: a second tab of it would only be in the way. */
function submitForm({ action, fields }: SsoLaunch, builtin: boolean): void {
  const form = document.createElement("form");
  form.method = "POST";
  form.action = action;
  if (!builtin) {
    form.target = "_blank";
    form.rel = "noopener";
  }
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

export function LaunchButton({ shop, builtin }: { shop: number; builtin: boolean }) {
  const { t } = useText();
  const notify = useNotify();
  const submit = useSubmit(
    (id: number, key) =>
      answer(
        api.POST("/api/shops/{id}/sso/launch", { params: { path: { id } }, body: { role: "admin" }, ...once(key) }),
      ),
    { onDone: (launch) => submitForm(launch, builtin), onProblem: notify.problem },
  );
  return (
    <Button icon={<IconLaunch />} loading={submit.isPending} onClick={() => submit.send(shop)}>
      {t("launch.button")}
    </Button>
  );
}
