/* A shop's own store is read from its export: how each kind goes or went, from its rows; begun, begun again, stopped. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api, once } from "../../api/client";
import { useSubmit } from "../../api/submit";
import type { Answer, Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { ConfirmDialog } from "../../ui/dialog";
import { FormDialog } from "../../ui/dialogs";
import { Time } from "../../ui/facts";
import { placeFieldProblems, TextField, useForm } from "../../ui/form";
import { Loaded } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { useNotify } from "../../ui/notify";
import { Section } from "../../ui/page";
import { useProblemText } from "../../ui/problems";
import { type Column, DataTable } from "../../ui/table";
import { Address, ReadingPill, Refused } from "./reading";
import { type Currency, knowledgeKey } from "./reads";
import { useRefusals } from "./refusals";

type Store = Answer<"/api/shops/{id}/knowledge/store", "get">;
type Reading = Store["readings"][number];
type Scope = Reading["scope"];
const SCOPES: readonly Scope[] = ["products", "orders", "promotions"];
const LOOK_MS = 1000;

interface Asked {
  scope: Scope;
  url: string;
  currency: string;
}

/** A row for each kind, also before it was ever read. */
interface Row {
  scope: Scope;
  reading: Reading | null;
}
const goes = (reading: Reading | null) => reading !== null && reading.endedAt === null;

function useBegin(
  shop: Shop,
  onDone: () => void,
  refuse: (problem: Parameters<typeof placeFieldProblems>[1]) => boolean,
) {
  const queries = useQueryClient();
  const problemText = useProblemText();
  const [refusal, setRefusal] = useState("");
  const submit = useSubmit(
    ({ scope, url, currency }: Asked, key) =>
      answer(
        api.POST("/api/shops/{id}/knowledge/store", {
          params: { path: { id: shop.id } },
          body: {
            scope,
            ...(url !== "" && { url }),
            ...(currency !== "" && { currency: currency.toUpperCase() as Currency }),
          },
          ...once(key),
        }),
      ),
    {
      onDone: () => {
        onDone();
        return queries.invalidateQueries({ queryKey: knowledgeKey(shop.id) });
      },
      onProblem: (problem) => {
        if (!refuse(problem)) setRefusal(problemText(problem));
      },
    },
  );
  const send = (asked: Asked) => {
    setRefusal("");
    submit.send(asked);
  };
  return { send, refusal, pending: submit.isPending };
}

function ReadDialog({ shop, store, first, onClose }: { shop: Shop; store: Store; first: Row; onClose: () => void }) {
  const { t } = useText();
  const say = useRefusals();
  const before = first.reading;
  const form = useForm(
    { url: before?.url ?? store.url ?? "https://", currency: before?.currency ?? "" },
    { draft: `store-${shop.id}-${first.scope}` },
  );
  const done = () => {
    form.reset();
    onClose();
  };
  const begin = useBegin(shop, done, ({ fields }) =>
    placeFieldProblems(form, {
      fields: fields.map((one) => ({ ...one, message: say({ field: "", code: one.code }) })),
    }),
  );
  return (
    <FormDialog
      open
      title={t(`store.read.${first.scope}`)}
      ok={t("store.read")}
      pending={begin.pending}
      form={form}
      onSubmit={({ url, currency }) =>
        begin.send({ scope: first.scope, url: url.trim() === "https://" ? "" : url.trim(), currency: currency.trim() })
      }
      onCancel={onClose}
    >
      {begin.refusal !== "" && <Alert tone="stop" title={begin.refusal} />}
      <p className="muted">{t("store.readText")}</p>
      <TextField
        form={form}
        name="url"
        label={t("store.url")}
        help={t("store.urlHelp")}
        inputMode="url"
        spellCheck={false}
        autoComplete="off"
      />
      <TextField
        form={form}
        name="currency"
        label={t("know.currency")}
        help={t("know.currencyHelp")}
        optional
        maxLength={3}
        autoComplete="off"
      />
    </FormDialog>
  );
}

function Progress({ reading }: { reading: Reading }) {
  const { t, number } = useText();
  const { status, refused, parts, written, pages, scope, changed } = reading;
  const brokenOff = status === "failed" && scope === "orders" && changed > 0;
  const rows = reading.products + reading.texts + reading.orders;
  return (
    <span>
      <ReadingPill state={status}>
        {brokenOff ? t("store.brokenOff", { n: number(changed) }) : t(`store.${status}`)}
      </ReadingPill>{" "}
      <span className="muted small">
        {status === "reading" && t("store.readSoFar", { pages: number(pages), rows: number(rows) })}
        {status === "writing" && t("store.writtenSoFar", { done: number(written), of: number(parts) })}
        {status === "done" && t("store.taken", { changed: number(reading.changed), rows: number(rows) })}
      </span>
      <Refused list={refused} />
      {status === "writing" && (
        <progress className="progress" aria-label={t("store.writing")} max={Math.max(parts, 1)} value={written} />
      )}
    </span>
  );
}

function Readings({ shop, store }: { shop: Shop; store: Store }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const { manage } = useMay();
  const [asking, setAsking] = useState<{ act: "read" | "stop"; row: Row } | null>(null);
  const rows: Row[] = SCOPES.map((scope) => ({
    scope,
    reading: store.readings.find((one) => one.scope === scope) ?? null,
  }));
  const stop = useSubmit(
    (scope: Scope) =>
      answer(api.DELETE("/api/shops/{id}/knowledge/store/{scope}", { params: { path: { id: shop.id, scope } } })),
    {
      onDone: () => {
        setAsking(null);
        return queries.invalidateQueries({ queryKey: knowledgeKey(shop.id) });
      },
      onProblem: (problem) => {
        setAsking(null);
        notify.problem(problem);
        void queries.invalidateQueries({ queryKey: knowledgeKey(shop.id) });
      },
    },
  );
  const columns: Column<Row>[] = [
    { key: "scope", title: t("store.what"), phone: "main", tight: true, render: ({ scope }) => t(`store.of.${scope}`) },
    {
      key: "state",
      title: t("know.state"),
      phone: "side",
      grow: true,
      render: ({ reading }) =>
        reading === null ? (
          <ReadingPill state="never">{t("know.feed.never")}</ReadingPill>
        ) : (
          <Progress reading={reading} />
        ),
    },
    {
      key: "url",
      title: t("know.url"),
      grow: true,
      render: ({ reading }) => (reading === null ? "—" : <Address url={reading.url} />),
    },
    {
      key: "at",
      title: t("know.lastRead"),
      phone: "sub",
      render: ({ reading }) => (reading === null ? "—" : <Time at={reading.endedAt ?? reading.beganAt} />),
    },
    {
      key: "actions",
      title: t("table.actions"),
      actions: true,
      render: (row) =>
        manage &&
        (goes(row.reading) ? (
          <Button
            small
            look="danger"
            aria-label={`${t("store.stop")}: ${t(`store.of.${row.scope}`)}`}
            onClick={() => setAsking({ act: "stop", row })}
          >
            {t("store.stop")}
          </Button>
        ) : (
          <Button
            small
            aria-label={`${t(row.reading === null ? "store.read" : "store.again")}: ${t(`store.of.${row.scope}`)}`}
            onClick={() => setAsking({ act: "read", row })}
          >
            {t(row.reading === null ? "store.read" : "store.again")}
          </Button>
        )),
    },
  ];
  return (
    <>
      <DataTable label={t("store.title")} columns={columns} rows={rows} rowKey={({ scope }) => scope} empty="" />
      {asking?.act === "read" && (
        <ReadDialog shop={shop} store={store} first={asking.row} onClose={() => setAsking(null)} />
      )}
      <ConfirmDialog
        open={asking?.act === "stop"}
        title={t("store.stopTitle")}
        ok={t("store.stop")}
        danger
        pending={stop.isPending}
        onOk={() => {
          if (asking !== null) stop.send(asking.row.scope);
        }}
        onCancel={() => setAsking(null)}
      >
        <p>{t(asking?.row.scope === "orders" ? "store.stopOrders" : "store.stopText")}</p>
      </ConfirmDialog>
    </>
  );
}

export const useStore = (shop: Shop) =>
  useQuery({
    queryKey: [...knowledgeKey(shop.id), "store"],
    queryFn: () => answer(api.GET("/api/shops/{id}/knowledge/store", { params: { path: { id: shop.id } } })),
    refetchInterval: ({ state }) => (state.data?.readings.some(goes) ? LOOK_MS : false),
  });

export function StoreSection({ shop }: { shop: Shop }) {
  const { t } = useText();
  const read = useStore(shop);
  return (
    <Section title={t("store.title")}>
      <p className="muted">{t("store.text")}</p>
      <Loaded read={read} height={160}>
        {(store) => <Readings shop={shop} store={store} />}
      </Loaded>
    </Section>
  );
}
