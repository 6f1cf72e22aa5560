/* The switch of automatic renewal. What follows from it stands beside it, in the server's numbers. */
import { useQueryClient } from "@tanstack/react-query";
import { answer, api, once } from "../api/client";
import { keys } from "../api/read-keys";
import { useSubmit } from "../api/submit";
import type { Subscription } from "../api/types";
import { useText } from "../i18n/i18n";
import { useLastDay } from "./last-day";
import { useNotify } from "./notify";

export function RenewalSwitch({ shop, subscription }: { shop: number; subscription: Subscription }) {
  const { t } = useText();
  const lastDay = useLastDay();
  const queries = useQueryClient();
  const notify = useNotify();
  const submit = useSubmit(
    (automatic: boolean, key) =>
      answer(
        api.POST("/api/shops/{id}/chatbot/renewal", {
          params: { path: { id: shop } },
          body: { automatic },
          ...once(key),
        }),
      ),
    {
      onDone: ({ automatic, expiresAt }) => {
        for (const queryKey of [keys.shop(shop), keys.attention]) void queries.invalidateQueries({ queryKey });
        notify.done(automatic ? t("renewal.isOn") : t("renewal.isOff", { day: lastDay(expiresAt) }), () =>
          submit.send(!automatic),
        );
      },
      onProblem: notify.problem,
    },
  );
  const on = submit.isPending ? submit.sent === true : subscription.automatic;
  return (
    <label className="tick">
      <input
        type="checkbox"
        role="switch"
        checked={on}
        aria-busy={submit.isPending}
        onChange={({ target }) => submit.send(target.checked)}
      />
      <span>
        {t("renewal.automatic")}
        <span className="small muted step-help">
          {on
            ? t("renewal.onHelp", { n: subscription.renewalPrice })
            : t("renewal.offHelp", { day: lastDay(subscription.expiresAt) })}
        </span>
      </span>
    </label>
  );
}
