/* One entry of the ledger as one looks at it, copies it or prints it. */
import type { ReactNode } from "react";
import type { Transaction } from "../api/types";
import { useText } from "../i18n/i18n";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Credits, Fact, Facts, Id } from "./facts";
import { Icon } from "./icon";

interface Props {
  entry: Transaction | null;
  shop: (entry: Transaction) => ReactNode;
  onClose: () => void;
}

export function Receipt({ entry, shop, onClose }: Props) {
  const { t, known, number, exact } = useText();
  return (
    <Dialog
      open={entry !== null}
      title={t("receipt.title")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={() => window.print()}>{t("receipt.print")}</Button>
          <Button look="primary" onClick={onClose}>
            {t("dialog.close")}
          </Button>
        </>
      }
    >
      {entry !== null && (
        <>
          <Facts>
            <Fact name={t("ledger.reason")}>{known(`reason.${entry.reason}`) ?? entry.reason}</Fact>
            <Fact name={t("ledger.amount")}>
              <Credits n={entry.amount} signed />
            </Fact>
            <Fact name={t("credits.balance")}>
              <span className="bill-balance">
                <span>{number(entry.balanceAfter - entry.amount)}</span>
                <Icon name="arrow" />
                <strong>{number(entry.balanceAfter)}</strong>
              </span>
            </Fact>
            {entry.relatedShopId !== null && <Fact name={t("ledger.shop")}>{shop(entry)}</Fact>}
            <Fact name={t("ledger.time")}>
              <time dateTime={entry.createdAt}>{exact(entry.createdAt)}</time>
            </Fact>
            <Fact name={t("receipt.number")}>
              <Id>{String(entry.id)}</Id>
            </Fact>
            {entry.reference !== undefined && (
              <Fact name={t("ledger.reference")}>
                <Id>{entry.reference}</Id>
              </Fact>
            )}
          </Facts>
          <p className="muted small">{t("receipt.kept")}</p>
        </>
      )}
    </Dialog>
  );
}
