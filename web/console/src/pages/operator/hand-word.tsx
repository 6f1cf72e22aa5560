/* A second person's word on a payment that somebody marked as paid: asked before it is given, and not offered to who marked
 * it, who may only take it back. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { agreePaid, declinePaid, type HandPayment } from "../../api/money";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { ConfirmDialog } from "../../ui/dialog";
import { useNotify } from "../../ui/notify";
import { ProviderName } from "../../ui/payments";
import { Paid } from "../../ui/sum";

type Way = "agree" | "decline";

/** What it means to agree: an order that is paid takes no second payment, and a closed one is not always to be had. */
export type Comes = "delivered" | "perhaps" | "back";
export const comesOf = (state: HandPayment["orderState"]): Comes =>
  state === "paid" || state === "refunded" ? "back" : state === "closed" ? "perhaps" : "delivered";
const AGREED = { delivered: "sale.agreed", perhaps: "sale.agreedPerhaps", back: "sale.agreedBack" } as const;
const AGREE_TEXT = { delivered: "sale.agreeText", perhaps: "sale.agreePerhaps", back: "sale.agreeBack" } as const;

function Asking({ hand, way, onClose }: { hand: HandPayment; way: Way; onClose: () => void }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  // As it was when it was asked: what has changed meanwhile is refused, and asked anew.
  const [comes] = useState(() => comesOf(hand.orderState));
  const submit = useSubmit(
    (payment: string, key) =>
      way === "agree"
        ? agreePaid(hand.order, { payment, givesBack: comes === "back" }, key)
        : declinePaid(hand.order, { payment }, key),
    {
      onDone: () => {
        onClose();
        notify.done(t(way === "agree" ? AGREED[comes] : "sale.declined"));
        return queries.invalidateQueries({ queryKey: keys.operator });
      },
      onProblem: (problem) => {
        onClose();
        notify.problem(problem);
        void queries.invalidateQueries({ queryKey: keys.operator });
      },
    },
  );
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
      {hand.actorEmail !== null && <p className="muted">{t("sale.markedBy", { who: hand.actorEmail })}</p>}
      {way === "agree" && comes === "back" ? (
        <Alert tone="stop" title={t("sale.agreeBack")} />
      ) : (
        <p className="muted">{t(way === "agree" ? AGREE_TEXT[comes] : "sale.declineText")}</p>
      )}
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
