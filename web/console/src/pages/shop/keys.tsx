/* The keys of a shop: each is shown once, and replaced by a new one when it was lost or seen by the wrong eyes. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api, once } from "../../api/client";
import { useSecrets } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { Secret, SecretKind, Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { CodeBox } from "../../ui/copy";
import { ConfirmDialog, Dialog } from "../../ui/dialog";
import { ReauthDialog } from "../../ui/dialogs";
import { Time } from "../../ui/facts";
import { Loaded } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { Section } from "../../ui/page";
import { StatusPill } from "../../ui/pill";
import { type Column, DataTable } from "../../ui/table";
import { NeedsChatbot } from "./needs-chatbot";

/** A service key is made when it is first shown; until then its row says so. The other two come with the chatbot. */
type Unmade = Pick<Secret, "kind"> & { state: "unmade"; shown: false };
type Row = Secret | Unmade;

function withService(secrets: readonly Secret[]): readonly Row[] {
  if (secrets.some(({ kind }) => kind === "service")) return secrets;
  return [...secrets, { kind: "service", state: "unmade", shown: false }];
}

interface Shown {
  kind: SecretKind;
  secret: string;
  previousUntil: string | null;
}

function SecretDialog({ shown, onClose }: { shown: Shown | null; onClose: () => void }) {
  const { t, time } = useText();
  return (
    <Dialog
      open={shown !== null}
      title={shown === null ? "" : t(`secret.of.${shown.kind}`)}
      closable={false}
      onClose={onClose}
      footer={
        <Button look="primary" onClick={onClose}>
          {t("secret.stored")}
        </Button>
      }
    >
      {shown !== null && (
        <>
          <Alert tone="due" title={t("secret.once")} />
          <CodeBox text={shown.secret} label={t(`secret.of.${shown.kind}`)} look="plain" />
          {shown.previousUntil !== null && (
            <p className="muted">{t("secret.overlap", { time: time(shown.previousUntil) })}</p>
          )}
        </>
      )}
    </Dialog>
  );
}

/** Showing, replacing and ending: each may want the password first, and then goes on by itself. */
function useSecretActs(shop: number) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const [shown, setShown] = useState<Shown | null>(null);
  const [asking, setAsking] = useState<{ act: "rotate" | "revoke"; kind: SecretKind } | null>(null);
  const [reauth, setReauth] = useState<{ act: "show" | "rotate" | "revoke"; kind: SecretKind } | null>(null);
  const readAgain = () => void queries.invalidateQueries({ queryKey: keys.secrets(shop) });
  const path = (kind: SecretKind) => ({ params: { path: { id: shop, kind } } });
  const show = useSubmit(
    (kind: SecretKind, key) => answer(api.POST("/api/shops/{id}/secrets/{kind}/show", { ...path(kind), ...once(key) })),
    {
      onDone: ({ secret }, kind) => {
        setShown({ kind, secret, previousUntil: null });
        readAgain();
      },
      onProblem: (problem, kind) => {
        if (problem.code === "sign_in_again") setReauth({ act: "show", kind });
        else notify.problem(problem);
        readAgain();
      },
    },
  );
  const rotate = useSubmit(
    (kind: SecretKind, key) =>
      answer(api.POST("/api/shops/{id}/secrets/{kind}/rotate", { ...path(kind), ...once(key) })),
    {
      onDone: ({ secret, previousValidUntil }, kind) => {
        setAsking(null);
        setShown({ kind, secret, previousUntil: previousValidUntil });
        readAgain();
      },
      onProblem: (problem, kind) => {
        setAsking(null);
        if (problem.code === "sign_in_again") setReauth({ act: "rotate", kind });
        else notify.problem(problem);
      },
    },
  );
  const revoke = useSubmit(
    (kind: SecretKind, key) =>
      answer(api.POST("/api/shops/{id}/secrets/{kind}/revoke", { ...path(kind), ...once(key) })),
    {
      onDone: () => {
        setAsking(null);
        readAgain();
        notify.done(t("secret.revoked"));
      },
      onProblem: (problem, kind) => {
        setAsking(null);
        if (problem.code === "sign_in_again") setReauth({ act: "revoke", kind });
        else notify.problem(problem);
        readAgain();
      },
    },
  );
  return { acts: { show, rotate, revoke }, shown, setShown, asking, setAsking, reauth, setReauth };
}

export function SecretTable({
  shop,
  secrets,
  only,
}: {
  shop: number;
  secrets: readonly Secret[];
  only?: readonly SecretKind[];
}) {
  const { t } = useText();
  const { acts, shown, setShown, asking, setAsking, reauth, setReauth } = useSecretActs(shop);
  const { show } = acts;
  const actions = (row: Row) =>
    row.state === "previous" ? (
      <Button
        small
        look="danger"
        onClick={() => setAsking({ act: "revoke", kind: row.kind })}
        aria-label={`${t("secret.revoke")}: ${t(`secret.of.${row.kind}`)}`}
      >
        {t("secret.revoke")}
      </Button>
    ) : (
      <span className="line">
        {!row.shown && (
          <Button
            small
            busy={show.isPending && show.sent === row.kind}
            onClick={() => show.send(row.kind)}
            aria-label={`${t("secret.show")}: ${t(`secret.of.${row.kind}`)}`}
          >
            {t("secret.show")}
          </Button>
        )}
        {row.state === "active" && (
          <Button
            small
            onClick={() => setAsking({ act: "rotate", kind: row.kind })}
            aria-label={`${t("secret.rotate")}: ${t(`secret.of.${row.kind}`)}`}
          >
            {t("secret.rotate")}
          </Button>
        )}
      </span>
    );
  const columns: Column<Row>[] = [
    {
      key: "kind",
      title: t("secret.kind"),
      phone: "main",
      render: (row) => (
        <span className="two-lines">
          <strong>{t(`secret.of.${row.kind}`)}</strong>
          <span className="small muted">{t(`secret.of.${row.kind}Help`)}</span>
        </span>
      ),
    },
    {
      key: "hint",
      title: t("secret.ending"),
      phone: "sub",
      render: (row) => (row.state === "unmade" ? "—" : <code translate="no">…{row.hint}</code>),
    },
    {
      key: "state",
      title: t("secret.stateTitle"),
      phone: "side",
      render: (row) => (
        <span className="line">
          <StatusPill of="secret" state={row.state} />
          {row.state !== "unmade" && row.validUntil !== null && (
            <span className="small muted">
              {t("secret.until")} <Time at={row.validUntil} />
            </span>
          )}
        </span>
      ),
    },
    {
      key: "created",
      title: t("secret.created"),
      render: (row) => (row.state === "unmade" ? "—" : <Time at={row.createdAt} />),
    },
    { key: "actions", title: t("table.actions"), actions: true, render: actions },
  ];
  return (
    <>
      <DataTable
        label={t("secret.title")}
        columns={columns}
        rows={withService(secrets).filter(({ kind }) => only?.includes(kind) ?? true)}
        rowKey={(row) => (row.state === "unmade" ? row.kind : `${row.kind} ${row.state} ${row.createdAt}`)}
        empty={t("secret.none")}
      />
      <SecretDialog shown={shown} onClose={() => setShown(null)} />
      <ConfirmDialog
        open={asking !== null}
        title={t(`secret.${asking?.act ?? "rotate"}Title`)}
        ok={t(`secret.${asking?.act ?? "rotate"}`)}
        danger={asking?.act === "revoke"}
        pending={acts[asking?.act ?? "rotate"].isPending}
        onOk={() => {
          if (asking !== null) acts[asking.act].send(asking.kind);
        }}
        onCancel={() => setAsking(null)}
      >
        <p>{t(`secret.${asking?.act ?? "rotate"}Text`)}</p>
      </ConfirmDialog>
      <ReauthDialog
        open={reauth !== null}
        onDone={() => {
          setReauth(null);
          if (reauth !== null) acts[reauth.act].send(reauth.kind);
        }}
        onCancel={() => setReauth(null)}
      />
    </>
  );
}

export function KeysPart({ shop }: { shop: Shop }) {
  const { t } = useText();
  const read = useSecrets(shop.id);
  return (
    <Loaded read={read} height={280}>
      {({ secrets }) =>
        secrets.length === 0 ? (
          <NeedsChatbot shop={shop} icon="key" title={t("secret.title")}>
            {t("secret.none")}
          </NeedsChatbot>
        ) : (
          <Section title={t("secret.title")}>
            <p className="muted">{t("secret.intro")}</p>
            <SecretTable shop={shop.id} secrets={secrets} />
          </Section>
        )
      }
    </Loaded>
  );
}
