import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { answer, api, once } from "../../api/client";
import { toProblem } from "../../api/problem";
import { useAccount, useAccountTransactions } from "../../api/queries";
import { keys } from "../../api/read-keys";
import type { Account, Answer } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Pill, StatusBadge } from "../../ui/badge";
import { ReasonDialog } from "../../ui/dialogs";
import { GrantDialog } from "../../ui/grant-dialog";
import { Loaded, LoadedList } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { Page, Section } from "../../ui/page";
import { TransactionTable } from "../../ui/transactions";
import NotFound from "../not-found";

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
      <Button danger={act === "disable"} onClick={() => setOpen(true)}>
        {t(`accounts.${act}`)}
      </Button>
      <ReasonDialog
        open={open}
        title={t(`accounts.${act}Title`)}
        text={t(`accounts.${act}Text`, { email: account.email })}
        ok={t(`accounts.${act}`)}
        danger={act === "disable"}
        run={run}
        onDone={() => {
          setOpen(false);
          void queries.invalidateQueries({ queryKey: keys.operator });
          notify.done(t(`accounts.${act}Done`));
        }}
        onCancel={() => setOpen(false)}
      />
    </>
  );
}

type Detail = Answer<"/api/operator/accounts/{id}", "get">;

function Known({ account, shops }: Detail) {
  const { t, number, time } = useText();
  return (
    <div className="grid-even">
      <Section title={t("accounts.about")}>
        <dl className="facts">
          <dt>{t("field.name")}</dt>
          <dd>{account.name ?? "—"}</dd>
          <dt>{t("credits.available")}</dt>
          <dd>{number(account.credits)}</dd>
          <dt>{t("accounts.since")}</dt>
          <dd>{time(account.createdAt)}</dd>
          <dt>{t("accounts.lastLogin")}</dt>
          <dd>{account.lastLoginAt === null ? "—" : time(account.lastLoginAt)}</dd>
        </dl>
      </Section>
      <Section title={t("nav.shops")}>
        {shops.length === 0 ? (
          <p className="muted">{t("accounts.noShops")}</p>
        ) : (
          <ul className="list-plain list-rows">
            {shops.map((shop) => (
              <li key={shop.id}>
                <span>
                  {shop.shop_name} <span className="muted small">#{shop.id}</span>
                </span>
                <StatusBadge kind="chatbot" state={shop.chatbot_state} />
              </li>
            ))}
          </ul>
        )}
      </Section>
    </div>
  );
}

function OneAccount({ id }: { id: number }) {
  const { t } = useText();
  const [granting, setGranting] = useState(false);
  const read = useAccount(id);
  const ledger = useAccountTransactions(id);
  if (read.isError && toProblem(read.error).status === 404) return <NotFound />;
  const account = read.data?.account;
  return (
    <Page
      title={account?.email ?? t("accounts.one")}
      above={
        <Link to="/operator/accounts" className="small">
          ← {t("nav.accounts")}
        </Link>
      }
      intro={
        account !== undefined && (
          <span className="line">
            <span>#{account.id}</span>
            {account.role === "operator" && <Pill colour="#3b82f6">{t("role.operator")}</Pill>}
            {account.disabled && <Pill colour="#ef4444">{t("accounts.disabled")}</Pill>}
          </span>
        )
      }
      extra={
        account !== undefined && (
          <>
            <Switch account={account} />
            {account.role === "merchant" && (
              <Button type="primary" onClick={() => setGranting(true)}>
                {t("grant.title")}
              </Button>
            )}
          </>
        )
      }
    >
      <Loaded read={read} rows={6}>
        {(detail) => <Known {...detail} />}
      </Loaded>
      <Section title={t("ledger.title")}>
        <LoadedList read={ledger}>{(rows) => <TransactionTable rows={rows} linked={false} />}</LoadedList>
      </Section>
      <GrantDialog email={account?.email ?? ""} open={granting} onClose={() => setGranting(false)} />
    </Page>
  );
}

export default function AccountPage() {
  const { id = "" } = useParams();
  return /^[1-9]\d{0,15}$/.test(id) ? <OneAccount id={Number(id)} key={id} /> : <NotFound />;
}
