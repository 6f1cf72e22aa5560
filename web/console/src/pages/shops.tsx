/* All shops of the account: one line each, however many there are. */
import { useState } from "react";
import { Link } from "react-router";
import { csvText } from "../api/csv-text";
import { useConfig, useDeletedShops, useShops } from "../api/queries";
import type { Shop } from "../api/types";
import { type TextKey, useText } from "../i18n/i18n";
import { useAddress } from "../ui/address";
import { Button, LinkButton } from "../ui/button";
import { EnableButton, EnableHost } from "../ui/enable";
import { Day, Time } from "../ui/facts";
import { dayOf, endOf, startOf } from "../ui/days";
import { Chips, Days, Find, saveFile } from "../ui/filters";
import { Loaded } from "../ui/loaded";
import { useMay } from "../ui/may";
import { Menu } from "../ui/menu";
import { useNotify } from "../ui/notify";
import { Icon } from "../ui/icon";
import { Page, Section, Teach, Toolbar } from "../ui/page";
import { ShopPill } from "../ui/pill";
import { CreateShopDialog, DeleteShopDialog, useRestoreShop } from "../ui/shop-dialogs";
import { soughtOf } from "../ui/sought";
import { type Column, DataTable, type Sort } from "../ui/table";

/** What a shop's row offers. A first enable has the list price; what another one costs (a paid month may be left) is told
 * by the shop's page. */
function ChatbotButton({ shop, credits }: { shop: Shop; credits: number }) {
  const { t } = useText();
  const { data: config } = useConfig();
  const { manage } = useMay();
  const paused = shop.status === "suspended"; // why stands on its page
  if (shop.chatbot_state === "off" && manage && !paused) {
    if (config === undefined) return null;
    const short = credits < config.prices.chatbot;
    if (!short) return <EnableButton shop={shop.id} price={config.prices.chatbot} credits={credits} small />;
  }
  const works = shop.chatbot_state === "active" || shop.chatbot_state === "provisioning" || !manage || paused;
  return (
    <LinkButton small to={`/shops/${shop.id}`}>
      {t(works ? "shops.open" : "enable.buttonFree")}
    </LinkButton>
  );
}

const GROUPS: Readonly<Record<string, { text: TextKey; states: readonly string[] }>> = {
  on: { text: "state.on", states: ["active"] },
  off: { text: "state.off", states: ["off", "pending", "disabled"] },
  busy: { text: "state.settingUp", states: ["provisioning"] },
  stopped: { text: "shops.stopped", states: ["suspended", "failed"] },
};

/** What its pill says, in words of the groups: suspended by an operator comes before how its chat stands. */
const standingOf = (shop: Shop) => (shop.status === "suspended" ? "suspended" : shop.chatbot_state);

const groupOf = (name: string) => (Object.hasOwn(GROUPS, name) ? GROUPS[name] : undefined);

function sorted(shops: readonly Shop[], { by, down }: Sort, lang: string): Shop[] {
  const value = (shop: Shop) =>
    by === "since" ? shop.created_at : by === "domain" ? (shop.domain ?? "") : shop.shop_name;
  const order = new Intl.Collator(lang, { numeric: true });
  return [...shops].sort((a, b) => (down ? -1 : 1) * order.compare(value(a), value(b)));
}

export function ShopTable({
  shops,
  credits,
  sort,
  onSort,
  onDelete,
}: {
  shops: readonly Shop[];
  credits: number;
  sort: Sort;
  onSort: (sort: Sort) => void;
  onDelete: (shop: Shop) => void;
}) {
  const { t } = useText();
  const { manage } = useMay();
  const columns: Column<Shop>[] = [
    {
      key: "name",
      title: t("shop.name"),
      grow: true,
      phone: "main",
      sortable: true,
      render: (shop) => (
        <Link to={`/shops/${shop.id}`} className="short" title={shop.shop_name}>
          {shop.shop_name}
        </Link>
      ),
    },
    {
      key: "domain",
      title: t("shop.domain"),
      grow: true,
      phone: "sub",
      sortable: true,
      render: (shop) =>
        shop.domain === null ? (
          <span className="muted">—</span>
        ) : (
          <span className="short" title={shop.domain}>
            {shop.domain}
          </span>
        ),
    },
    {
      key: "state",
      title: t("chatbot.name"),
      phone: "end",
      render: (shop) => <ShopPill shop={shop} />,
    },
    { key: "since", title: t("shops.added"), sortable: true, render: (shop) => <Time at={shop.created_at} /> },
    {
      key: "actions",
      title: t("table.actions"),
      actions: true,
      render: (shop) => (
        <span className="line">
          <span className="wide-only">
            <ChatbotButton shop={shop} credits={credits} />
          </span>
          <Menu
            label={t("shops.moreOf", { name: shop.shop_name })}
            trigger={<Icon name="more" />}
            groups={[
              {
                key: "go",
                items: [
                  { key: "install", label: t("shop.install"), icon: "code", to: `/shops/${shop.id}/install` },
                  ...(manage
                    ? [
                        { key: "keys", label: t("shop.keys"), icon: "key" as const, to: `/shops/${shop.id}/keys` },
                        {
                          key: "settings",
                          label: t("shop.settings"),
                          icon: "settings" as const,
                          to: `/shops/${shop.id}/settings`,
                        },
                      ]
                    : []),
                ],
              },
              {
                key: "end",
                items: manage
                  ? [{ key: "delete", label: t("shops.delete"), danger: true, onPick: () => onDelete(shop) }]
                  : [],
              },
            ]}
          />
        </span>
      ),
    },
  ];
  return (
    <DataTable
      label={t("nav.shops")}
      columns={columns}
      rows={shops}
      rowKey={(shop) => shop.id}
      empty={t("shops.noMatch")}
      sort={sort}
      onSort={onSort}
    />
  );
}

/** What the filters leave, in the order of the screen. All shops of an account are here: nothing has to be asked for. */
export const shopTable = (shops: readonly Shop[]) =>
  csvText(
    ["id", "name", "domain", "chatbot", "createdAt"],
    shops.map((shop) => [shop.public_id, shop.shop_name, shop.domain, shop.chatbot_state, shop.created_at]),
  );

function SaveShops({ shops }: { shops: readonly Shop[] }) {
  const { t } = useText();
  const notify = useNotify();
  const save = () => {
    saveFile(
      new Blob([shopTable(shops)], { type: "text/csv;charset=utf-8" }),
      `chathub-shops-${dayOf(new Date())}.csv`,
    );
    notify.done(t("list.saved"));
  };
  return (
    <Button small icon="download" onClick={save}>
      {t("list.export")}
    </Button>
  );
}

export interface ShopsAsked {
  search: string;
  state: string;
  from: string;
  to: string;
}

/** Of one's own shops, all of which are here: those of a name or address, in a state, added in these days. */
export function chosenShops(shops: readonly Shop[], { search, state, from, to }: ShopsAsked): Shop[] {
  const wanted = soughtOf(search).toLowerCase();
  const group = groupOf(state);
  const [first, end] = [startOf(from), endOf(to)];
  return shops.filter(
    (shop) =>
      [shop.shop_name, shop.domain, shop.public_id].some((text) => text?.toLowerCase().includes(wanted) === true) &&
      (group === undefined || group.states.includes(standingOf(shop))) &&
      (first === undefined || shop.created_at >= first) &&
      (end === undefined || shop.created_at < end),
  );
}

function DeletedShops() {
  const { t } = useText();
  const { manage } = useMay();
  const read = useDeletedShops(true);
  const restore = useRestoreShop();
  return (
    <Section title={t("shops.deletedTitle")}>
      <Loaded read={read} height={80}>
        {({ shops }) =>
          shops.length === 0 ? (
            <p className="muted">{t("shops.deletedNone")}</p>
          ) : (
            <ul className="list-rows">
              {shops.map((shop) => (
                <li key={shop.id}>
                  <span className="two-lines">
                    <strong className="short" title={shop.shop_name}>
                      {shop.shop_name}
                    </strong>
                    {shop.scheduled_hard_delete_at !== null && (
                      <span className="muted small">
                        {t("shops.goneAt")} <Day at={shop.scheduled_hard_delete_at} />
                      </span>
                    )}
                  </span>
                  {manage && (
                    <Button
                      small
                      busy={restore.isPending && restore.sent === shop.id}
                      onClick={() => restore.send(shop.id)}
                      aria-label={t("shops.restoreNamed", { name: shop.shop_name })}
                    >
                      {t("shops.restore")}
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  );
}

function ShopsOf({
  shops,
  credits,
  onNew,
  onDelete,
}: {
  shops: readonly Shop[];
  credits: number;
  onNew: () => void;
  onDelete: (shop: Shop) => void;
}) {
  const { t, lang } = useText();
  const { manage } = useMay();
  const [read, write] = useAddress();
  const asked = { search: read("search"), state: read("state"), from: read("from"), to: read("to") };
  const sort: Sort = { by: read("sort") || "name", down: read("down") === "1" };
  if (shops.length === 0) {
    return (
      <Teach
        icon="shop"
        title={t("shops.none")}
        action={
          manage && (
            <Button look="primary" onClick={onNew}>
              {t("shops.first")}
            </Button>
          )
        }
      >
        {t("shops.teach")}
      </Teach>
    );
  }
  const shown = sorted(chosenShops(shops, asked), sort, lang);
  return (
    <>
      <Toolbar>
        <Find value={asked.search} label={t("shops.find")} onFind={(search) => write({ search })} />
        <Chips
          label={t("list.filter")}
          choices={Object.entries(GROUPS).map(([value, { text }]) => ({ value, text: t(text) }))}
          value={groupOf(asked.state) === undefined ? "" : asked.state}
          onChoose={(state) => write({ state })}
        />
        <Days from={asked.from} to={asked.to} onDays={write} />
        <span className="end">
          <SaveShops shops={shown} />
        </span>
      </Toolbar>
      <EnableHost>
        <ShopTable
          shops={shown}
          credits={credits}
          sort={sort}
          onSort={({ by, down }) => write({ sort: by === "name" ? "" : by, down: down ? "1" : "" })}
          onDelete={onDelete}
        />
      </EnableHost>
    </>
  );
}

export default function Shops() {
  const { t } = useText();
  const [address, write] = useAddress();
  const [deleting, setDeleting] = useState<Shop | null>(null);
  const read = useShops();
  const showDeleted = address("deleted") === "1";
  const setCreating = (open: boolean) => write({ new: open ? "1" : "" });
  const empty = read.data?.shops.length === 0;
  const { manage } = useMay();
  return (
    <Page
      title={t("nav.shops")}
      count={empty ? undefined : read.data?.shops.length}
      extra={
        !empty &&
        manage && (
          <Button look="primary" icon="plus" onClick={() => setCreating(true)}>
            {t("shops.new")}
          </Button>
        )
      }
    >
      <Loaded read={read} height={440}>
        {({ shops, credits }) => (
          <ShopsOf shops={shops} credits={credits} onNew={() => setCreating(true)} onDelete={setDeleting} />
        )}
      </Loaded>
      <div>
        <Button
          look="quiet"
          small
          aria-expanded={showDeleted}
          onClick={() => write({ deleted: showDeleted ? "" : "1" })}
        >
          {t(showDeleted ? "shops.hideDeleted" : "shops.showDeleted")}
        </Button>
      </div>
      {showDeleted && <DeletedShops />}
      <CreateShopDialog open={manage && address("new") !== ""} onClose={() => setCreating(false)} />
      <DeleteShopDialog shop={deleting} onClose={() => setDeleting(null)} />
    </Page>
  );
}
