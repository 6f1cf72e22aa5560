/* The audit trail as a list one looks through: what was done, when, and for an operator on whose account. */
import type { AuditEntry, AuditFilter } from "../api/types";
import { type Text, type TextKey, useText } from "../i18n/i18n";
import { idOf, useAddress } from "./address";
import { endOf, startOf } from "./days";
import { Choose, Days, Export } from "./filters";
import { Icon } from "./icon";
import { Toolbar } from "./page";
import { KnownShop, OfCustomer } from "./person";

type Action = AuditEntry["action"];

/** The compiler holds the texts to the server's list: an action without a name does not pass here. */
const nameOf = (action: Action): TextKey => `action.${action}`;

const actionsOf = ({ keys }: Text) => keys("action.").map((key) => key.slice("action.".length) as Action);

export function useAuditFilter(): AuditFilter {
  const [read] = useAddress();
  const text = useText();
  return {
    from: startOf(read("from")),
    to: endOf(read("to")),
    action: actionsOf(text).find((action) => action === read("action")),
    account: idOf(read("account")),
    shop: idOf(read("account")) === undefined ? undefined : idOf(read("shop")),
  };
}

export function AuditTools({ path, filter }: { path: string; filter: AuditFilter }) {
  const text = useText();
  const { t, lang } = text;
  const [read, write] = useAddress();
  const order = new Intl.Collator(lang);
  const choices = actionsOf(text)
    .map((value) => ({ value, text: t(nameOf(value)) }))
    .sort((a, b) => order.compare(a.text, b.text));
  return (
    <Toolbar>
      {filter.account !== undefined && (
        <OfCustomer id={filter.account} onAll={() => write({ account: "", shop: "" })} />
      )}
      {filter.shop !== undefined && (
        <span className="chip chip-chosen chip-of">
          <KnownShop id={filter.shop} plain />
          <button
            type="button"
            aria-label={t("list.allOf", { name: t("resource.shop") })}
            onClick={() => write({ shop: "" })}
          >
            <Icon name="close" />
          </button>
        </span>
      )}
      <Choose
        label={t("audit.action")}
        choices={choices}
        value={filter.action ?? ""}
        onPick={(action) => write({ action })}
      />
      <Days from={read("from")} to={read("to")} onDays={write} />
      <span className="end">
        <Export path={path} wanted={filter} name="chathub-audit" />
      </span>
    </Toolbar>
  );
}
