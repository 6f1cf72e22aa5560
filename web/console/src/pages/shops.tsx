import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { answer, api, once } from "../api/client";
import { useConfig, useDeletedShops, useShops } from "../api/queries";
import { keys } from "../api/read-keys";
import { useSubmit } from "../api/submit";
import type { Shop } from "../api/types";
import { useText } from "../i18n/i18n";
import { StatusBadge } from "../ui/badge";
import { EnableButton, EnableHost } from "../ui/enable";
import { IconPlus, IconShop } from "../ui/icons";
import { LinkButton } from "../ui/link-button";
import { Loaded } from "../ui/loaded";
import { useNotify } from "../ui/notify";
import { Page, Section } from "../ui/page";
import { CreateShopDialog, DeleteShopDialog } from "../ui/shop-dialogs";

/** What a shop's card offers. A first enable has the list price; what another one costs (a paid month may be left) is
 * told by the shop's page. */
function ChatbotButton({ shop, credits }: { shop: Shop; credits: number }) {
  const { t } = useText();
  const { data: config } = useConfig();
  if (shop.chatbot_state === "off")
    return config !== undefined && <EnableButton shop={shop.id} price={config.prices.chatbot} credits={credits} />;
  const works = shop.chatbot_state === "active" || shop.chatbot_state === "provisioning";
  return (
    <LinkButton to={`/shops/${shop.id}/chatbot`}>{t(works ? "chatbot.configure" : "enable.buttonFree")}</LinkButton>
  );
}

export function ShopCard({ shop, credits, onDelete }: { shop: Shop; credits: number; onDelete: (shop: Shop) => void }) {
  const { t, day } = useText();
  return (
    <li className="card shop-card">
      <div className="line line-between">
        <h2>
          <Link to={`/shops/${shop.id}`}>{shop.shop_name}</Link>
        </h2>
        {shop.status !== "active" && <StatusBadge kind="shop" state={shop.status} />}
      </div>
      <div className="muted small">
        <div className="break">{shop.domain ?? shop.slug}</div>
        <div>
          {shop.public_id} · {t("shops.since", { day: day(shop.created_at) })}
        </div>
      </div>
      <div className="line">
        <span className="small muted">{t("chatbot.name")}</span>
        <StatusBadge kind="chatbot" state={shop.chatbot_state} />
      </div>
      <div className="line">
        <ChatbotButton shop={shop} credits={credits} />
        <Button
          type="text"
          danger
          onClick={() => onDelete(shop)}
          aria-label={t("shops.deleteNamed", { name: shop.shop_name })}
        >
          {t("shops.delete")}
        </Button>
      </div>
    </li>
  );
}

function DeletedShops() {
  const { t, time } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const read = useDeletedShops(true);
  const restore = useSubmit(
    (id: number, key) => answer(api.POST("/api/shops/{id}/restore", { params: { path: { id } }, ...once(key) })),
    {
      onDone: () => {
        void queries.invalidateQueries({ queryKey: keys.shops });
        void queries.invalidateQueries({ queryKey: keys.onboarding });
        notify.done(t("shops.restored"));
      },
      onProblem: notify.problem,
    },
  );
  return (
    <Section title={t("shops.deletedTitle")}>
      <Loaded read={read}>
        {({ shops }) =>
          shops.length === 0 ? (
            <p className="muted">{t("shops.deletedNone")}</p>
          ) : (
            <ul className="list-plain list-rows">
              {shops.map((shop) => (
                <li key={shop.id}>
                  <span>
                    <strong>{shop.shop_name}</strong>{" "}
                    {shop.scheduled_hard_delete_at !== null && (
                      <span className="muted small">
                        {t("shops.goneAt", { time: time(shop.scheduled_hard_delete_at) })}
                      </span>
                    )}
                  </span>
                  <Button
                    loading={restore.isPending && restore.sent === shop.id}
                    onClick={() => restore.send(shop.id)}
                    aria-label={t("shops.restoreNamed", { name: shop.shop_name })}
                  >
                    {t("shops.restore")}
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  );
}

export default function Shops() {
  const { t } = useText();
  const [query, setQuery] = useSearchParams();
  const [deleting, setDeleting] = useState<Shop | null>(null);
  const [showDeleted, setShowDeleted] = useState(false);
  const read = useShops();
  const creating = query.get("new") !== null;
  const setCreating = (open: boolean) => setQuery(open ? { new: "1" } : {}, { replace: true });
  return (
    <Page
      title={t("nav.shops")}
      intro={t("shops.intro")}
      extra={
        <Button type="primary" icon={<IconPlus />} onClick={() => setCreating(true)}>
          {t("shops.new")}
        </Button>
      }
    >
      <Loaded read={read} rows={6}>
        {({ shops, credits }) =>
          shops.length === 0 ? (
            <div className="card teach">
              <span className="teach-icon" aria-hidden="true">
                <IconShop />
              </span>
              <h2>{t("shops.none")}</h2>
              <p>{t("shops.teach")}</p>
              <Button type="primary" onClick={() => setCreating(true)}>
                {t("shops.first")}
              </Button>
            </div>
          ) : (
            <EnableHost>
              <ul className="grid-cards">
                {shops.map((shop) => (
                  <ShopCard key={shop.id} shop={shop} credits={credits} onDelete={setDeleting} />
                ))}
              </ul>
            </EnableHost>
          )
        }
      </Loaded>
      <div>
        <Button type="link" aria-expanded={showDeleted} onClick={() => setShowDeleted(!showDeleted)}>
          {t(showDeleted ? "shops.hideDeleted" : "shops.showDeleted")}
        </Button>
      </div>
      {showDeleted && <DeletedShops />}
      <CreateShopDialog open={creating} onClose={() => setCreating(false)} />
      <DeleteShopDialog shop={deleting} onClose={() => setDeleting(null)} />
    </Page>
  );
}
