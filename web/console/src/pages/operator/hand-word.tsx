/* A second person's word on a payment that somebody marked as paid: asked before it is given, and not offered to who marked
 * it, who may only take it back. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { decidePaid, type HandPayment } from "../../api/money";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import { useText } from "../../i18n/i18n";
import { Button } from "../../ui/button";
import { ConfirmDialog } from "../../ui/dialog";
import { useNotify } from "../../ui/notify";
import { ProviderName } from "../../ui/payments";
import { Paid } from "../../ui/sum";

type Way = "agree" | "decline";

function Asking({ hand, way, onClose }: { hand: HandPayment; way: Way; onClose: () => void }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const submit = useSubmit((payment: string, key) => decidePaid(hand.order, { payment }, way, key), {
    onDone: () => {
      onClose();
      notify.done(t(way === "agree" ? "sale.agreed" : "sale.declined"));
      return queries.invalidateQueries({ queryKey: keys.operator });
    },
    onProblem: (problem) => {
      onClose();
      notify.problem(problem);
    },
  });
  return (
    <ConfirmDialog
      open
      title={t(way === "agree" ? "sale.agreeTitle" : "sale.declineTitle")}
      ok={t(way === "agree" ? "sale.agree" : hand.mine ? "sale.takeBack" : "sale.decline")}
      danger={way === "agree"}
      pending={submit.isPending}
      onOk={() => submit.send(hand.payment)}
      onCancel={onClose}
    >
      <p>
        <Paid sum={hand.amount} /> · <ProviderName name={hand.provider} /> · <span translate="no">{hand.trade}</span>
      </p>
      <p>{hand.reason}</p>
      <p className="muted">{t(way === "agree" ? "sale.agreeText" : "sale.declineText")}</p>
    </ConfirmDialog>
  );
}

export function HandWord({ hand }: { hand: HandPayment }) {
  const { t } = useText();
  const [way, setWay] = useState<Way | null>(null);
  return (
    <span className="line">
      {hand.mine ? (
        <span className="small muted">{t("sale.byYou")}</span>
      ) : (
        <Button small onClick={() => setWay("agree")}>
          {t("sale.agree")}
        </Button>
      )}
      <Button small onClick={() => setWay("decline")}>
        {t(hand.mine ? "sale.takeBack" : "sale.decline")}
      </Button>
      {way !== null && <Asking hand={hand} way={way} onClose={() => setWay(null)} />}
    </span>
  );
}
