/* A store that tells only what changes may name its currency with its first order. Until then its products are known
 * and their prices wait; who runs the shop can say it at once. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useSubmit } from "../../api/submit";
import type { Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { FieldFrame } from "../../ui/form";
import { useMay } from "../../ui/may";
import { useProblemText } from "../../ui/problems";
import { type Currency, knowledgeKey, sendCurrency, useSummary } from "./reads";

const CODES = (
  "CNY USD EUR GBP HKD TWD MOP JPY KRW SGD MYR THB VND IDR PHP INR AUD NZD CAD CHF SEK NOK DKK PLN CZK HUF MXN BRL ARS" +
  " CLP COP ZAR TRY AED SAR ILS KWD BHD JOD OMR TND IQD ISK UGX XAF XOF XPF PYG RWF DJF GNF KMF MGA VUV BIF"
).split(" ") as Currency[];

function CurrencyForm({ shop }: { shop: Shop }) {
  const { t } = useText();
  const queries = useQueryClient();
  const problemText = useProblemText();
  const [chosen, setChosen] = useState<Currency | "">("");
  const [refusal, setRefusal] = useState<string>();
  const submit = useSubmit((currency: Currency, key) => sendCurrency(shop.id, currency, key), {
    onDone: () => queries.invalidateQueries({ queryKey: knowledgeKey(shop.id) }),
    onProblem: (problem) => setRefusal(problemText(problem)),
  });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        setRefusal(undefined);
        if (chosen !== "") submit.send(chosen);
      }}
    >
      <FieldFrame id="shop-currency" label={t("know.currency")} {...(refusal !== undefined && { error: refusal })}>
        <select
          id="shop-currency"
          className="input"
          required
          value={chosen}
          onChange={({ target }) => setChosen(target.value as Currency | "")}
        >
          <option value="">{t("know.currencyChoose")}</option>
          {CODES.map((code) => (
            <option key={code} value={code}>
              {code}
            </option>
          ))}
        </select>
      </FieldFrame>
      <div>
        <Button type="submit" look="primary" busy={submit.isPending}>
          {t("know.currencySet")}
        </Button>
      </div>
    </form>
  );
}

export function CurrencyWanted({ shop }: { shop: Shop }) {
  const { t, number } = useText();
  const { manage } = useMay();
  const summary = useSummary(shop.id).data;
  if (summary === undefined || summary.currency !== null || summary.products === 0) return null;
  return (
    <Alert tone="due" title={t("know.currencyWanted", { n: number(summary.products) })} said={false}>
      <p>{t("know.currencyWantedText")}</p>
      {manage && <CurrencyForm shop={shop} />}
    </Alert>
  );
}
