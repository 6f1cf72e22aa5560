/* The ledger as a list one looks through: the filters stand in the address, the file has what they leave. */
import type { LedgerFilter } from "../api/types";
import { useText } from "../i18n/i18n";
import { idOf, useAddress } from "./address";
import { endOf, startOf } from "./days";
import { Choose, Days, Export, Find } from "./filters";
import { Toolbar } from "./page";

/** Why a balance changes: all that the server books. */
const REASONS = [
  "trial",
  "topup",
  "grant",
  "correction",
  "refund",
  "chatbot_enablement",
  "chatbot_renewal",
  "plan_renewal",
] as const;

export function useLedgerFilter(): LedgerFilter {
  const [read] = useAddress();
  return {
    from: startOf(read("from")),
    to: endOf(read("to")),
    reason: REASONS.find((reason) => reason === read("reason")),
    search: read("search").slice(0, 64) || undefined,
    shop: idOf(read("shop")),
  };
}

interface Props {
  path: string;
  shops: readonly { id: number; shop_name: string }[];
  filter: LedgerFilter;
}

export function LedgerTools({ shops, filter }: Omit<Props, "path">) {
  const { t } = useText();
  const [read, write] = useAddress();
  return (
    <Toolbar>
      <Choose
        label={t("ledger.reason")}
        choices={REASONS.map((value) => ({ value, text: t(`reason.${value}`) }))}
        value={filter.reason ?? ""}
        onPick={(reason) => write({ reason })}
      />
      {shops.length > 1 && (
        <Choose
          label={t("ledger.shop")}
          choices={shops.map(({ id, shop_name: text }) => ({ value: String(id), text }))}
          value={filter.shop === undefined ? "" : String(filter.shop)}
          onPick={(shop) => write({ shop })}
        />
      )}
      <Days from={read("from")} to={read("to")} onDays={write} />
      <Find value={read("search")} label={t("ledger.find")} onFind={(search) => write({ search })} />
    </Toolbar>
  );
}

export function LedgerExport({ path, filter }: Pick<Props, "path" | "filter">) {
  return <Export path={path} wanted={filter} name="chathub-transactions" />;
}
