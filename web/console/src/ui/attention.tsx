/* What needs somebody: behind the bell, and on top of the first page. Said by the server; each item leads to where it is
 * put right. */
import { useComing, useMentions, useOverview, useShops } from "../api/queries";
import type { User } from "../api/types";
import { useText } from "../i18n/i18n";
import { Alert } from "./alert";
import { LinkButton } from "./button";
import { type Attention, moneyAttention } from "./coming";
import { Icon } from "./icon";
import { useLastDay } from "./last-day";
import { mayOf } from "./may";
import { Menu, type MenuItem } from "./menu";

function useShopAttention(enabled: boolean): readonly Attention[] {
  const text = useText();
  const { t } = text;
  const lastDay = useLastDay();
  const { data } = useShops(enabled);
  const coming = useComing(enabled).data;
  const shops = (data?.shops ?? []).flatMap((shop): Attention[] => {
    const item = { key: `shop-${shop.id}`, to: `/shops/${shop.id}` };
    if (shop.status === "suspended")
      return [
        { ...item, tone: "stop", text: t("attention.paused", { name: shop.shop_name }), action: t("attention.look") },
      ];
    if (shop.chatbot_state === "suspended")
      return [
        { ...item, tone: "stop", text: t("attention.stopped", { name: shop.shop_name }), action: t("attention.look") },
      ];
    if (shop.chatbot_state === "failed")
      return [
        { ...item, tone: "stop", text: t("attention.failed", { name: shop.shop_name }), action: t("attention.look") },
      ];
    return [];
  });
  return [...moneyAttention(coming?.attention ?? [], text, lastDay), ...shops];
}

function useOperatorAttention(enabled: boolean): readonly Attention[] {
  const { t } = useText();
  const { data } = useOverview(enabled);
  const failing = data?.renewalsFailing ?? 0;
  const dead = data?.jobs.dead ?? 0;
  const { refundsAsked = 0, handPaymentsAsked = 0, openMismatches = 0 } = data?.money ?? {};
  const owed = data?.owed ?? 0;
  const money = (key: "owed" | "mismatches" | "refunds" | "hand", n: number) => ({
    n,
    key,
    tone: key === "owed" ? ("stop" as const) : ("due" as const),
    text: t(`attention.${key}`, { n }),
    to: `/operator/money/${key}`,
    action: t("attention.look"),
  });
  const items: (Attention & { n: number })[] = [
    money("owed", owed),
    money("mismatches", openMismatches),
    money("refunds", refundsAsked),
    money("hand", handPaymentsAsked),
    {
      n: dead,
      key: "dead",
      tone: "stop",
      text: t("attention.dead", { n: dead }),
      to: "/operator/jobs?state=dead",
      action: t("attention.look"),
    },
    {
      n: failing,
      key: "renewals",
      tone: "stop",
      text: t("attention.renewals", { n: failing }),
      to: "/operator/renewals",
      action: t("attention.look"),
    },
  ];
  return items.filter(({ n }) => n > 0);
}

export function useAttention(user: User): readonly Attention[] {
  const operator = user.role === "operator";
  const merchant = useShopAttention(!operator && mayOf(user).books);
  const house = useOperatorAttention(operator);
  return operator ? house : merchant;
}

/** Notes of colleagues: for whoever they name, and not for the account. */
function useNamed(enabled: boolean): { named: readonly MenuItem[]; others: readonly MenuItem[] } {
  const { t } = useText();
  const { mentions = [], more = false } = useMentions(enabled).data ?? {};
  const named = mentions.map(({ conversation, by, words }): MenuItem => {
    const name = by === "" ? t("bell.colleague") : by;
    return {
      key: `named-${conversation}`,
      label: t("bell.named", { name, words }),
      to: `/inbox/${conversation}`,
      icon: "person",
    };
  });
  const others: MenuItem = {
    key: "named-more",
    label: t("bell.namedMore"),
    to: "/inbox?filter=mentions",
    icon: "inbox",
  };
  return { named, others: more ? [others] : [] };
}

export function Bell({ user }: { user: User }) {
  const { t } = useText();
  const items = useAttention(user);
  // Who only reads cannot say that they have seen it.
  const { named, others } = useNamed(user.role !== "operator" && user.account?.role !== "viewer");
  const count = items.length + named.length;
  const more = others.length > 0;
  const label = count === 0 ? t("bell.none") : t(more ? "bell.more" : "bell.some", { n: count });
  return (
    <Menu
      label={label}
      trigger={
        <span className="bell">
          <Icon name="bell" />
          {count > 0 && <span className="bell-count">{more ? `${count}+` : count}</span>}
        </span>
      }
      head={count === 0 ? <div className="menu-head muted">{t("bell.none")}</div> : undefined}
      groups={[
        {
          key: "named",
          title: t("inbox.mentions"),
          items: [...named, ...others],
        },
        {
          key: "attention",
          title: t("bell.title"),
          items: items.map(({ key, text, to }): MenuItem => ({ key, label: text, to, icon: "warn" })),
        },
      ].filter((group) => group.items.length > 0)}
    />
  );
}

const BANNERS_MAX = 3;

export function AttentionBanners({ user }: { user: User }) {
  const items = useAttention(user);
  if (items.length === 0) return null;
  return (
    <div className="stack stack-tight">
      {items.slice(0, BANNERS_MAX).map(({ key, tone, text, to, action }) => (
        <Alert
          key={key}
          tone={tone}
          title={text}
          action={
            <LinkButton small to={to}>
              {action}
            </LinkButton>
          }
          said={false}
        />
      ))}
    </div>
  );
}
