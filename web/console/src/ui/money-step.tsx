/* The template of every step that costs or gives: what, how much now, what follows, the balance before and after, how to
 * undo it. Each line comes from the server's numbers; the sum is the only one that is drawn up here, and it is the same
 * subtraction that the ledger will make. */
import type { ReactNode } from "react";
import { useText } from "../i18n/i18n";
import { Icon } from "./icon";

interface Props {
  what: ReactNode;
  /** Credits taken (or, negative, given) now. */
  now: number;
  before?: number | undefined;
  later?: ReactNode;
  undo: ReactNode;
  children?: ReactNode;
}

export function MoneyStep({ what, now, before, later, undo, children }: Props) {
  const { t, number, signed } = useText();
  return (
    <div className="stack stack-tight">
      <p>{what}</p>
      {children}
      <dl className="bill">
        <div>
          <dt>{t("bill.now")}</dt>
          <dd>{now === 0 ? t("bill.nothing") : signed(-now)}</dd>
        </div>
        {before !== undefined && (
          <div>
            <dt>{t("bill.balance")}</dt>
            <dd className="bill-balance">
              <span>{number(before)}</span>
              <Icon name="arrow" />
              <strong>{number(before - now)}</strong>
            </dd>
          </div>
        )}
        {later !== undefined && (
          <div>
            <dt>{t("bill.later")}</dt>
            <dd>{later}</dd>
          </div>
        )}
        <div>
          <dt>{t("bill.undo")}</dt>
          <dd>{undo}</dd>
        </div>
      </dl>
    </div>
  );
}
