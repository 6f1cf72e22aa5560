/* One shop: its chatbot, its keys, its settings. The part is in the address, so it can be linked and gone back to. */
import { Tabs } from "antd";
import { Link, useNavigate, useParams } from "react-router";
import { useShop } from "../../api/queries";
import { toProblem } from "../../api/problem";
import { useText } from "../../i18n/i18n";
import { StatusBadge } from "../../ui/badge";
import { Loaded } from "../../ui/loaded";
import { Page } from "../../ui/page";
import NotFound from "../not-found";
import { ChatbotTab } from "./chatbot-tab";
import { KeysTab } from "./keys-tab";
import { SettingsTab } from "./settings-tab";

const TABS = ["chatbot", "keys", "settings"] as const;

function OneShop({ id, tab }: { id: number; tab: (typeof TABS)[number] }) {
  const { t } = useText();
  const navigate = useNavigate();
  const read = useShop(id);
  if (read.isError && toProblem(read.error).status === 404) return <NotFound />;
  const shop = read.data?.shop;
  return (
    <Page
      title={shop?.shop_name ?? t("shop.title")}
      above={
        <Link to="/shops" className="small">
          ← {t("shop.back")}
        </Link>
      }
      intro={
        shop !== undefined && (
          <span className="line">
            <span>{shop.public_id}</span>
            {shop.domain !== null && (
              <a
                href={read.data?.shop_url ?? `https://${shop.domain}`}
                target="_blank"
                rel="noreferrer"
                className="break"
              >
                {shop.domain}
              </a>
            )}
            <StatusBadge kind="chatbot" state={shop.chatbot_state} />
          </span>
        )
      }
    >
      <Loaded read={read} rows={8}>
        {({ shop: loaded }) => (
          <Tabs
            activeKey={tab}
            onChange={(to) => void navigate(`/shops/${id}/${to}`)}
            destroyOnHidden
            items={[
              { key: "chatbot", label: t("shop.tabChatbot"), children: <ChatbotTab shop={loaded} /> },
              { key: "keys", label: t("shop.tabKeys"), children: <KeysTab shop={loaded} /> },
              { key: "settings", label: t("shop.tabSettings"), children: <SettingsTab shop={loaded} /> },
            ]}
          />
        )}
      </Loaded>
    </Page>
  );
}

export default function ShopPage() {
  const { id = "", tab = "chatbot" } = useParams();
  const found = TABS.find((name) => name === tab);
  if (!/^[1-9]\d{0,15}$/.test(id) || found === undefined) return <NotFound />;
  return <OneShop id={Number(id)} tab={found} key={id} />;
}
