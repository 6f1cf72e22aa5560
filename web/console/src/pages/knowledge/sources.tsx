/* Where a shop's knowledge comes from: a file, addresses that are read each day, and what was read and refused lately. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api, once } from "../../api/client";
import { useSubmit } from "../../api/submit";
import type { Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { useAddress } from "../../ui/address";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { ConfirmDialog } from "../../ui/dialog";
import { FormDialog } from "../../ui/dialogs";
import { Time } from "../../ui/facts";
import { useRules } from "../../ui/fields";
import { FieldFrame, placeFieldProblems, TextField, useForm } from "../../ui/form";
import { Icon } from "../../ui/icon";
import { Loaded, Together } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { Menu } from "../../ui/menu";
import { useNotify } from "../../ui/notify";
import { Figures, Section } from "../../ui/page";
import { useProblemText } from "../../ui/problems";
import { type Column, DataTable } from "../../ui/table";
import { DocumentFiles } from "./document-files";
import { Import } from "./import";
import {
  type Currency,
  type Feed,
  type Imported,
  knowledgeKey,
  type Summary,
  useDocumentFiles,
  useFeeds,
  useSummary,
} from "./reads";
import { Address, ReadingPill, Refused, RowCount } from "./reading";
import { useRefusals } from "./refusals";
import { StoreSection, useStore } from "./store";

function Counts({ shop, summary }: { shop: Shop; summary: Summary }) {
  const { t, number } = useText();
  const to = (part: string) => `/knowledge/${shop.id}/${part}`;
  return (
    <Figures
      figures={[
        { name: t("know.products"), value: number(summary.products), to: to("products") },
        { name: t("know.faq"), value: number(summary.faq), to: to("faq") },
        { name: t("know.documents"), value: number(summary.documents), to: to("documents") },
        { name: t("know.promotions"), value: number(summary.promotions), to: to("promotions") },
        { name: t("know.orders"), value: number(summary.orders) },
      ]}
    />
  );
}

function FeedState({ feed }: { feed: Feed }) {
  const { t, known } = useText();
  const why = feed.state === "failed" && feed.error !== "refused" ? known(`refusal.${feed.error}`) : null;
  return (
    <span>
      <ReadingPill state={feed.state}>{t(`know.feed.${feed.state}`)}</ReadingPill>{" "}
      {why !== null && <span className="muted small">{feed.status > 0 ? `${why} (${feed.status})` : why}</span>}
      {feed.state === "failed" && feed.error === "refused" && <Refused list={feed.refused} />}
    </span>
  );
}

function AddFeed({ shop, onClose }: { shop: Shop; onClose: () => void }) {
  const { t } = useText();
  const queries = useQueryClient();
  const rules = useRules();
  const problemText = useProblemText();
  const [refusal, setRefusal] = useState("");
  const say = useRefusals();
  const form = useForm(
    { kind: "feed", url: "https://", currency: "" },
    { rules: { url: [rules.required] }, draft: `feed-${shop.id}` },
  );
  const submit = useSubmit(
    ({ kind, url, currency }: typeof form.values, key) =>
      answer(
        api.POST("/api/shops/{id}/knowledge/feeds", {
          params: { path: { id: shop.id } },
          body: {
            kind: kind as Feed["kind"],
            url,
            ...(currency !== "" && { currency: currency.toUpperCase() as Currency }),
          },
          ...once(key),
        }),
      ),
    {
      onDone: () => {
        form.reset();
        onClose();
        return queries.invalidateQueries({ queryKey: knowledgeKey(shop.id) });
      },
      onProblem: (problem) => {
        const fields = problem.fields.map((one) => ({ ...one, message: say({ field: "", code: one.code }) }));
        if (!placeFieldProblems(form, { fields })) setRefusal(problemText(problem));
      },
    },
  );
  return (
    <FormDialog
      open
      title={t("know.addFeed")}
      ok={t("know.addFeed")}
      pending={submit.isPending}
      form={form}
      onSubmit={(typed) => {
        setRefusal("");
        submit.send(typed);
      }}
      onCancel={onClose}
    >
      {refusal !== "" && <Alert tone="stop" title={refusal} />}
      <FieldFrame
        id="feed-kind"
        label={t("know.feedKind")}
        help={t(`know.feedHelp.${form.values.kind as Feed["kind"]}`)}
      >
        <select
          id="feed-kind"
          className="input"
          aria-describedby="feed-kind-help"
          value={form.values.kind}
          onChange={({ target }) => form.set("kind", target.value)}
        >
          {(["feed", "pages"] as const).map((kind) => (
            <option key={kind} value={kind}>
              {t(`know.feedKind.${kind}`)}
            </option>
          ))}
        </select>
      </FieldFrame>
      <TextField form={form} name="url" label={t("know.url")} inputMode="url" autoComplete="off" />
      {form.values.kind === "feed" && (
        <TextField
          form={form}
          name="currency"
          label={t("know.currency")}
          help={t("know.currencyHelp")}
          optional
          maxLength={3}
          autoComplete="off"
        />
      )}
    </FormDialog>
  );
}

function Feeds({ shop, feeds }: { shop: Shop; feeds: readonly Feed[] }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const { manage } = useMay();
  const [removing, setRemoving] = useState<Feed | null>(null);
  const again = () => queries.invalidateQueries({ queryKey: knowledgeKey(shop.id) });
  const path = (feed: Feed) => ({ params: { path: { id: shop.id, feed: feed.id } } });
  const readNow = useSubmit(
    (feed: Feed, key) =>
      answer(api.POST("/api/shops/{id}/knowledge/feeds/{feed}/read", { ...path(feed), ...once(key) })),
    { onDone: again, onProblem: notify.problem },
  );
  const remove = useSubmit((feed: Feed) => answer(api.DELETE("/api/shops/{id}/knowledge/feeds/{feed}", path(feed))), {
    onDone: () => {
      setRemoving(null);
      return again();
    },
    onProblem: notify.problem,
  });
  const columns: Column<Feed>[] = [
    {
      key: "url",
      title: t("know.url"),
      grow: true,
      phone: "main",
      render: ({ url }) => <Address url={url} />,
    },
    {
      key: "kind",
      title: t("know.feedKind"),
      phone: "sub",
      tight: true,
      render: ({ kind }) => t(`know.feedKind.${kind}`),
    },
    { key: "state", title: t("know.state"), phone: "side", render: (feed) => <FeedState feed={feed} /> },
    {
      key: "count",
      title: t("know.counts"),
      numeric: true,
      render: (row) => <RowCount of={row} />,
    },
    {
      key: "read",
      title: t("know.lastRead"),
      render: ({ readAt }) => (readAt === null ? "—" : <Time at={readAt} />),
    },
    {
      key: "actions",
      title: t("table.actions"),
      actions: true,
      render: (feed) =>
        manage && (
          <>
            <Button
              small
              disabled={feed.state === "reading"}
              busy={readNow.isPending && readNow.sent?.id === feed.id}
              aria-label={`${t("know.readNow")}: ${feed.url}`}
              onClick={() => readNow.send(feed)}
            >
              {t("know.readNow")}
            </Button>
            <Menu
              label={t("know.moreOf", { title: feed.url })}
              trigger={<Icon name="more" />}
              groups={[
                { key: "do", items: [{ key: "remove", label: t("know.remove"), onPick: () => setRemoving(feed) }] },
              ]}
            />
          </>
        ),
    },
  ];
  return (
    <>
      <DataTable
        label={t("know.feeds")}
        columns={columns}
        rows={feeds}
        rowKey={({ id }) => id}
        empty={t("know.noFeeds")}
      />
      {removing !== null && (
        <ConfirmDialog
          open
          title={t("know.removeFeed")}
          ok={t("know.remove")}
          danger
          pending={remove.isPending}
          onOk={() => remove.send(removing)}
          onCancel={() => setRemoving(null)}
        >
          <p>{t("know.removeFeedText")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function History({ imports }: { imports: readonly Imported[] }) {
  const { t, known, number } = useText();
  const columns: Column<Imported>[] = [
    { key: "at", title: t("know.when"), phone: "sub", render: ({ at }) => <Time at={at} /> },
    {
      key: "source",
      title: t("know.source"),
      phone: "main",
      grow: true,
      render: ({ source, name }) => (
        <>
          {known(`know.source.${source}`) ?? source}
          {name !== "" && (
            <div>
              <span className="short muted import-name" title={name} translate="no">
                {name}
              </span>
            </div>
          )}
        </>
      ),
    },
    {
      key: "state",
      title: t("know.state"),
      phone: "side",
      grow: true,
      render: ({ status, refused }) => (
        <span>
          <ReadingPill state={status === "done" ? "done" : "failed"}>
            {t(status === "done" ? "know.taken" : "know.refused")}
          </ReadingPill>{" "}
          <Refused list={refused} />
        </span>
      ),
    },
    {
      key: "rows",
      title: t("know.counts"),
      numeric: true,
      render: (row) => <RowCount of={row} />,
    },
    { key: "changed", title: t("know.changed"), numeric: true, phone: "end", render: ({ changed }) => number(changed) },
  ];
  return (
    <DataTable
      label={t("know.history")}
      columns={columns}
      rows={imports}
      rowKey={({ id }) => id}
      empty={t("know.noHistory")}
    />
  );
}

export function Sources({ shop }: { shop: Shop }) {
  const { t } = useText();
  const [address, write] = useAddress();
  const { manage } = useMay();
  const summary = useSummary(shop.id);
  const feeds = useFeeds(shop.id);
  const files = useDocumentFiles(shop.id);
  const store = useStore(shop);
  const importing = manage && address("import") === "1";
  const adding = manage && address("feed") === "1";
  return (
    <Together reads={[summary, feeds, files, store]}>
      <Loaded read={summary} height={96}>
        {(data) => <Counts shop={shop} summary={data} />}
      </Loaded>
      <Section
        title={t("know.file")}
        card
        extra={
          manage && (
            <Button look="primary" icon="plus" onClick={() => write({ import: "1" })}>
              {t("know.importFile")}
            </Button>
          )
        }
      >
        <p className="muted">{t("know.fileText")}</p>
      </Section>
      <Section title={t("know.documentFiles")}>
        <Loaded read={files}>{(data) => <DocumentFiles shop={shop} files={data.files} />}</Loaded>
      </Section>
      <Section
        title={t("know.feeds")}
        extra={
          manage && (
            <Button icon="plus" onClick={() => write({ feed: "1" })}>
              {t("know.addFeed")}
            </Button>
          )
        }
      >
        <p className="muted">{t("know.feedsText")}</p>
        <Loaded read={feeds}>{(data) => <Feeds shop={shop} feeds={data.feeds} />}</Loaded>
      </Section>
      <StoreSection shop={shop} />
      <Section title={t("know.history")}>
        <Loaded read={summary}>{(data) => <History imports={data.imports} />}</Loaded>
      </Section>
      {importing && <Import shop={shop} onClose={() => write({ import: "" })} />}
      {adding && <AddFeed shop={shop} onClose={() => write({ feed: "" })} />}
    </Together>
  );
}
