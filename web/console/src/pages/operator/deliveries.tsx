/* What others delivered here: payment notices, callbacks, synchronised chats. What was not acted on comes first to mind. */
import { useDeliveries } from "../../api/queries";
import type { DeliveryFilter } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { idOf, useAddress } from "../../ui/address";
import { endOf, startOf } from "../../ui/days";
import { DeliveryTable } from "../../ui/delivery-table";
import { Chips, Days, Export, isNarrow } from "../../ui/filters";
import { Icon } from "../../ui/icon";
import { LoadedList } from "../../ui/loaded";
import { Page, Teach, Toolbar } from "../../ui/page";
import { OfCustomer } from "../../ui/person";

const STATES = ["received", "acted", "failed", "refused"] as const;
const SENDER_MAX = 64;

function useDeliveryFilter(): DeliveryFilter {
  const [read] = useAddress();
  return {
    from: startOf(read("from")),
    to: endOf(read("to")),
    state: STATES.find((state) => state === read("state")),
    account: idOf(read("account")),
    sender: read("sender").slice(0, SENDER_MAX) || undefined,
  };
}

export default function Deliveries() {
  const { t } = useText();
  const [address, write] = useAddress();
  const filter = useDeliveryFilter();
  const read = useDeliveries(filter);
  return (
    <Page title={t("nav.deliveries")} intro={t("delivery.intro")}>
      <Toolbar>
        {filter.account !== undefined && <OfCustomer id={filter.account} onAll={() => write({ account: "" })} />}
        {filter.sender !== undefined && (
          <span className="chip chip-chosen chip-of">
            <span translate="no">{filter.sender}</span>
            <button
              type="button"
              aria-label={t("list.allOf", { name: t("delivery.sender") })}
              onClick={() => write({ sender: "" })}
            >
              <Icon name="close" />
            </button>
          </span>
        )}
        <Chips
          label={t("delivery.filter")}
          choices={STATES.map((value) => ({ value, text: t(`delivery.${value}`) }))}
          value={filter.state ?? ""}
          onChoose={(state) => write({ state })}
        />
        <Days from={address("from")} to={address("to")} onDays={write} />
        <span className="end">
          <Export path="/api/operator/deliveries" wanted={filter} name="chathub-deliveries" />
        </span>
      </Toolbar>
      <LoadedList read={read} rows={12}>
        {(rows) =>
          rows.length === 0 && !isNarrow(filter) ? (
            <Teach icon="inbox" title={t("delivery.none")}>
              {t("delivery.noneText")}
            </Teach>
          ) : (
            <DeliveryTable rows={rows} empty={t("list.noMatch")} />
          )
        }
      </LoadedList>
    </Page>
  );
}
