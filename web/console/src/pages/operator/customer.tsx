/* One customer, in parts: who it is and who acts for it, the shops, the money, what happened, what operators noted. The part
 * is in the address, so it can be linked and gone back to. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { answer, api, once } from "../../api/client";
import { toProblem } from "../../api/problem";
import { useAccount, useAccountTransactions, useOperatorAudit, useUser } from "../../api/queries";
import { keys } from "../../api/read-keys";
import type { Account, Answer, Member } from "../../api/types";
import { type TextKey, useText } from "../../i18n/i18n";
import { AuditTable } from "../../ui/audit-table";
import { Button } from "../../ui/button";
import { ReasonDialog } from "../../ui/dialogs";
import { Credits, Fact, Facts, Id, Time } from "../../ui/facts";
import { isNarrow } from "../../ui/filters";
import { GrantDialog } from "../../ui/grant-dialog";
import { LedgerExport, LedgerTools, useLedgerFilter } from "../../ui/ledger";
import { Loaded, LoadedList } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { DangerLine, DangerZone, Detail, Page, Parts, Section, Teach } from "../../ui/page";
import { Pill, ShopPill } from "../../ui/pill";
import { type Column, DataTable } from "../../ui/table";
import { TransactionTable } from "../../ui/transactions";
import NotFound from "../not-found";
import { CustomerNotes } from "./customer-notes";

function Switch({ account }: { account: Account }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const [open, setOpen] = useState(false);
  const act = account.disabled ? "enable" : "disable";
  const run = (reason: string, key: string) => {
    const init = { params: { path: { id: account.id } }, body: { reason }, ...once(key) };
    return act === "enable"
      ? answer(api.POST("/api/operator/accounts/{id}/enable", init))
      : answer(api.POST("/api/operator/accounts/{id}/disable", init));
  };
  return (
    <>
      <Button look={act === "disable" ? "danger" : "plain"} onClick={() => setOpen(true)}>
        {t(`customer.${act}`)}
      </Button>
      <ReasonDialog
        open={open}
        title={t(`customer.${act}Title`)}
        text={t(`customer.${act}Text`, { email: account.email })}
        ok={t(`customer.${act}`)}
        danger={act === "disable"}
        run={run}
        onDone={() => {
          setOpen(false);
          void queries.invalidateQueries({ queryKey: keys.operator });
          notify.done(t(`customer.${act}Done`));
        }}
        onCancel={() => setOpen(false)}
      />
    </>
  );
}

type Detailed = Answer<"/api/operator/accounts/{id}", "get">;

function Shops({ shops }: Pick<Detailed, "shops">) {
  const { t } = useText();
  const columns: Column<Detailed["shops"][number]>[] = [
    {
      key: "name",
      title: t("shop.name"),
      grow: true,
      phone: "main",
      render: (shop) => (
        <Link to={`/operator/shops/${shop.id}`} className="short" title={shop.shop_name}>
          {shop.shop_name}
        </Link>
      ),
    },
    {
      key: "id",
      title: t("customer.shopNumber"),
      phone: "sub",
      render: (shop) => (
        <code translate="no" className="small">
          shop-{shop.id}
        </code>
      ),
    },
    {
      key: "state",
      title: t("chatbot.name"),
      phone: "end",
      render: (shop) => <ShopPill shop={shop} />,
    },
  ];
  if (shops.length === 0) {
    return (
      <Teach icon="shop" title={t("customer.noShops")}>
        {t("customer.noShopsText")}
      </Teach>
    );
  }
  return <DataTable label={t("nav.shops")} columns={columns} rows={shops} rowKey={(shop) => shop.id} empty={null} />;
}

/** The newest of the trail; the whole, with its filters, stands with the trails of all. */
function Activity({ id }: { id: number }) {
  const { t } = useText();
  const read = useOperatorAudit({ account: id });
  return (
    <Section
      title={t("nav.activity")}
      extra={
        <span className="line">
          <Link to={`/operator/audit?account=${id}`}>{t("customer.activity")}</Link>
          <Link to={`/operator/jobs?account=${id}`}>{t("nav.jobs")}</Link>
        </span>
      }
    >
      <LoadedList read={read} rows={12}>
        {(rows) => <AuditTable rows={rows} operator />}
      </LoadedList>
    </Section>
  );
}

function Money({ account, shops }: Detailed) {
  const { t } = useText();
  const filter = useLedgerFilter();
  const ledger = useAccountTransactions(account.id, filter);
  const names = Object.fromEntries(shops.map((shop) => [shop.id, shop.shop_name]));
  return (
    <Section
      title={t("ledger.title")}
      extra={<LedgerExport path={`/api/operator/accounts/${account.id}/transactions`} filter={filter} />}
    >
      <LedgerTools shops={shops} filter={filter} />
      <LoadedList read={ledger}>
        {(rows) => <TransactionTable rows={rows} names={names} narrow={isNarrow(filter)} />}
      </LoadedList>
    </Section>
  );
}

/** Who may act for the account. Whose device was lost is signed out of everything. */
function People({ members }: Pick<Detailed, "members">) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const [ending, setEnding] = useState<Member | null>(null);
  const columns: Column<Member>[] = [
    {
      key: "email",
      title: t("field.emailLabel"),
      grow: true,
      phone: "main",
      render: (row) => (
        <span className="short" title={row.email} translate="no">
          {row.email}
        </span>
      ),
    },
    { key: "role", title: t("member.role"), phone: "sub", tight: true, render: (row) => t(`member.${row.role}`) },
    {
      key: "login",
      title: t("customer.lastLogin"),
      phone: "side",
      render: (row) => (row.lastLoginAt === null ? "—" : <Time at={row.lastLoginAt} />),
    },
    {
      key: "actions",
      title: t("table.actions"),
      actions: true,
      render: (row) => (
        <Button small onClick={() => setEnding(row)} aria-label={`${t("member.signOut")}: ${row.email}`}>
          {t("member.signOut")}
        </Button>
      ),
    },
  ];
  return (
    <Section title={t("member.title")}>
      <DataTable
        label={t("member.title")}
        columns={columns}
        rows={members}
        rowKey={(row) => row.person}
        empty={t("member.none")}
      />
      <ReasonDialog
        open={ending !== null}
        title={t("member.signOutTitle")}
        text={t("member.signOutText", { email: ending?.email ?? "" })}
        ok={t("member.signOut")}
        run={(reason, key) => {
          const params = { path: { id: ending?.person ?? 0 } };
          return answer(
            api.POST("/api/operator/persons/{id}/end-sessions", { params, body: { reason }, ...once(key) }),
          );
        }}
        onDone={() => {
          setEnding(null);
          void queries.invalidateQueries({ queryKey: keys.operator });
          notify.done(t("member.signedOut"));
        }}
        onCancel={() => setEnding(null)}
      />
    </Section>
  );
}

function About({ account }: { account: Account }) {
  const { t } = useText();
  return (
    <Section card title={t("customer.about")}>
      <Facts>
        <Fact name={t("credits.available")}>
          <Credits n={account.credits} />
        </Fact>
        <Fact name={t("field.name")}>{account.name ?? "—"}</Fact>
        <Fact name={t("field.emailLabel")}>
          <Id>{account.email}</Id>
        </Fact>
        {account.merchantId !== null && (
          <Fact name={t("customer.merchant")}>
            <Id>{account.merchantId}</Id>
          </Fact>
        )}
        <Fact name={t("customer.number")}>
          <Id>{String(account.id)}</Id>
        </Fact>
        <Fact name={t("customer.since")}>
          <Time at={account.createdAt} />
        </Fact>
        <Fact name={t("customer.lastLogin")}>
          {account.lastLoginAt === null ? "—" : <Time at={account.lastLoginAt} />}
        </Fact>
      </Facts>
    </Section>
  );
}

/** Nobody is offered to lock himself out. */
function Danger({ account }: { account: Account }) {
  const { t } = useText();
  const { data } = useUser();
  if (data?.user?.id === account.id) return null;
  return (
    <DangerZone title={t("shop.danger")}>
      <DangerLine text={t(account.disabled ? "customer.enableText" : "customer.disableText", { email: account.email })}>
        <Switch account={account} />
      </DangerLine>
    </DangerZone>
  );
}

const PARTS = ["", "shops", "money", "activity", "notes"] as const;
type PartName = (typeof PARTS)[number];
const TITLES: Readonly<Record<PartName, TextKey>> = {
  "": "shop.overview",
  shops: "nav.shops",
  money: "nav.money",
  activity: "nav.activity",
  notes: "customer.notes",
};

function PartOf({ detail, part }: { detail: Detailed; part: PartName }) {
  switch (part) {
    case "":
      return (
        <>
          <Detail main={<People members={detail.members} />} side={<About account={detail.account} />} />
          <Danger account={detail.account} />
        </>
      );
    case "shops":
      return <Shops shops={detail.shops} />;
    case "money":
      return <Money {...detail} />;
    case "activity":
      return <Activity id={detail.account.id} />;
    case "notes":
      return <CustomerNotes account={detail.account.id} />;
  }
}

function OneCustomer({ id, part }: { id: number; part: PartName }) {
  const { t } = useText();
  const [granting, setGranting] = useState(false);
  const read = useAccount(id);
  if (read.isError && toProblem(read.error).status === 404) return <NotFound />;
  const account = read.data?.account;
  return (
    <Page
      title={account?.email ?? t("customer.one")}
      back={{ to: "/operator/customers", text: t("nav.customers") }}
      intro={
        account !== undefined &&
        (account.role === "operator" || account.disabled || account.merchantId !== null) && (
          <span className="line">
            {account.role === "operator" && <Pill tone="busy">{t("role.operator")}</Pill>}
            {account.merchantId !== null && <Pill tone="off">{t("customer.ofPanel")}</Pill>}
            {account.disabled && <Pill tone="stop">{t("customer.disabled")}</Pill>}
          </span>
        )
      }
      extra={
        account?.role === "merchant" &&
        account.merchantId === null && (
          <Button look="primary" onClick={() => setGranting(true)}>
            {t("grant.title")}
          </Button>
        )
      }
    >
      <Parts
        label={t("customer.parts")}
        parts={PARTS.map((name) => ({
          to: `/operator/customers/${id}${name === "" ? "" : `/${name}`}`,
          text: t(TITLES[name]),
        }))}
      />
      <Loaded read={read} height={480}>
        {(detail) => <PartOf detail={detail} part={part} />}
      </Loaded>
      <GrantDialog
        to={granting && account !== undefined ? { email: account.email, credits: account.credits } : null}
        onClose={() => setGranting(false)}
      />
    </Page>
  );
}

export default function CustomerPage() {
  const { id = "", part = "" } = useParams();
  const found = PARTS.find((name) => name === part);
  if (!/^[1-9]\d{0,15}$/.test(id) || found === undefined) return <NotFound />;
  return <OneCustomer id={Number(id)} part={found} key={id} />;
}
