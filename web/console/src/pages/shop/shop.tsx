/* One shop, in parts: how its chatbot stands, how it comes onto the site, what it costs, its keys, its settings. The part
 * is in the address, so it can be linked and gone back to. */
import { Suspense } from "react";
import { Navigate, useParams } from "react-router";
import { useShop } from "../../api/queries";
import { toProblem } from "../../api/problem";
import type { Shop } from "../../api/types";
import { also } from "../../i18n/also";
import { type TextKey, useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Id } from "../../ui/facts";
import { Icon } from "../../ui/icon";
import { late } from "../../ui/late";
import { Loaded, Together, Waiting } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { Page, Parts } from "../../ui/page";
import { ShopPill } from "../../ui/pill";
import NotFound from "../not-found";
import { Install } from "./install";
import { KeysPart } from "./keys";
import { Overview } from "./overview";
import { Paused } from "./paused";
import { SettingsPart } from "./settings";
import { SubscriptionPart } from "./subscription";

/** Large, and opened once in a while. */
const ChannelPart = late(() => import("./channel"));
const ChatSettingsPart = late(also("settings", () => import("./chat-settings")));

const PARTS = ["", "install", "chat", "channel", "subscription", "keys", "settings"] as const;
type PartName = (typeof PARTS)[number];
/** For owners and administrators alone. */
const MANAGED: readonly PartName[] = ["chat", "channel", "keys", "settings"];
const TITLES: Readonly<Record<PartName, TextKey>> = {
  "": "shop.overview",
  install: "shop.install",
  chat: "chatset.title",
  channel: "channel.title",
  subscription: "shop.subscription",
  keys: "shop.keys",
  settings: "shop.settings",
};

function PartOf({ shop, part }: { shop: Shop; part: PartName }) {
  switch (part) {
    case "":
      return <Overview shop={shop} />;
    case "install":
      return <Install shop={shop} />;
    case "chat":
      return <ChatSettingsPart shop={shop} />;
    case "channel":
      return <ChannelPart shop={shop} />;
    case "subscription":
      return <SubscriptionPart shop={shop} />;
    case "keys":
      return <KeysPart shop={shop} />;
    case "settings":
      return <SettingsPart shop={shop} key={shop.updated_at} />;
  }
}

function OneShop({ id, part }: { id: number; part: PartName }) {
  const { t } = useText();
  const read = useShop(id);
  const { manage } = useMay();
  const parts = manage ? PARTS : PARTS.filter((name) => !MANAGED.includes(name));
  if (read.isError && toProblem(read.error).status === 404) return <NotFound />;
  const shop = read.data?.shop;
  return (
    <Page
      title={shop?.shop_name ?? t("shop.title")}
      back={{ to: "/shops", text: t("nav.shops") }}
      intro={
        shop !== undefined && (
          <span className="line">
            <ShopPill shop={shop} />
            {shop.domain !== null && (
              <a
                href={read.data?.shop_url ?? `https://${shop.domain}`}
                target="_blank"
                rel="noreferrer"
                className="line"
              >
                <span className="short">{shop.domain}</span>
                <Icon name="open" />
              </a>
            )}
            <Id>{shop.public_id}</Id>
          </span>
        )
      }
    >
      <Together reads={[read]}>
        {shop?.status === "suspended" && <Paused shop={shop} />}
        <Parts
          label={t("shop.parts")}
          parts={parts.map((name) => ({ to: `/shops/${id}${name === "" ? "" : `/${name}`}`, text: t(TITLES[name]) }))}
        />
        <Loaded read={read}>
          {({ shop: loaded }) =>
            parts.includes(part) ? (
              <Suspense fallback={<Waiting rows={6} />}>
                <PartOf shop={loaded} part={part} />
              </Suspense>
            ) : (
              <Alert tone="info" title={t("may.not")} />
            )
          }
        </Loaded>
      </Together>
    </Page>
  );
}

export default function ShopPage() {
  const { id = "", part = "" } = useParams();
  if (part === "chatbot") return <Navigate to={`/shops/${id}`} replace />; // its address in 0.1.0
  const found = PARTS.find((name) => name === part);
  if (!/^[1-9]\d{0,15}$/.test(id) || found === undefined) return <NotFound />;
  return <OneShop id={Number(id)} part={found} key={id} />;
}
