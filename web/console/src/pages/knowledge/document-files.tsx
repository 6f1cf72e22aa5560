/* Files of text that the bot knows: what each became, one press away, and how it is removed. */
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "../../api/client";
import { useSubmit } from "../../api/submit";
import type { Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { apart } from "../../ui/apart";
import { ConfirmDialog, Dialog } from "../../ui/dialog";
import { Time } from "../../ui/facts";
import { LoadedList } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { Menu } from "../../ui/menu";
import { Icon } from "../../ui/icon";
import { useNotify } from "../../ui/notify";
import { type Column, DataTable } from "../../ui/table";
import { type DocumentFile, knowledgeKey } from "./reads";

function Passages({ shop, file, onClose }: { shop: Shop; file: DocumentFile; onClose: () => void }) {
  const { t, number } = useText();
  const read = useInfiniteQuery({
    queryKey: [...knowledgeKey(shop.id), "document-file", file.file],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET("/api/shops/{id}/knowledge/document-files/{file}", {
          params: {
            path: { id: shop.id, file: file.file },
            query: { ...(pageParam !== undefined && { after: pageParam }) },
          },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    select: ({ pages, pageParams }) => ({ pages: pages.map(({ passages }) => passages), pageParams }),
  });
  return (
    <Dialog open title={file.title} kind="panel" onClose={onClose}>
      <div className="stack">
        <p className="muted">{t("know.passagesText", { name: apart(file.name), n: number(file.passages) })}</p>
        <LoadedList read={read}>
          {(passages) =>
            passages.map(({ id, title, text }) => (
              <section key={id}>
                <h3>{title}</h3>
                <p className="lines">{text}</p>
              </section>
            ))
          }
        </LoadedList>
      </div>
    </Dialog>
  );
}

export function DocumentFiles({ shop, files }: { shop: Shop; files: readonly DocumentFile[] }) {
  const { t, number } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const { manage } = useMay();
  const [shown, setShown] = useState<DocumentFile | null>(null);
  const [removing, setRemoving] = useState<DocumentFile | null>(null);
  const remove = useSubmit(
    (file: DocumentFile) =>
      answer(
        api.DELETE("/api/shops/{id}/knowledge/document-files/{file}", {
          params: { path: { id: shop.id, file: file.file } },
        }),
      ),
    {
      onDone: () => {
        setRemoving(null);
        notify.done(t("know.removed"));
        return queries.invalidateQueries({ queryKey: knowledgeKey(shop.id) });
      },
      onProblem: (problem) => {
        setRemoving(null);
        notify.problem(problem);
      },
    },
  );
  const columns: Column<DocumentFile>[] = [
    {
      key: "title",
      title: t("know.title"),
      grow: true,
      phone: "main",
      render: (row) => (
        <button type="button" className="link short" title={row.title} onClick={() => setShown(row)}>
          {row.title}
        </button>
      ),
    },
    {
      key: "name",
      title: t("know.chooseFile"),
      grow: true,
      phone: "sub",
      render: ({ name }) => (
        <span className="short" title={name} translate="no">
          {name}
        </span>
      ),
    },
    { key: "passages", title: t("know.passages"), numeric: true, render: ({ passages }) => number(passages) },
    { key: "at", title: t("know.taken"), phone: "end", render: ({ takenAt }) => <Time at={takenAt} /> },
    {
      key: "actions",
      title: t("table.actions"),
      actions: true,
      render: (row) =>
        manage && (
          <Menu
            label={t("know.moreOf", { title: row.title })}
            trigger={<Icon name="more" />}
            groups={[
              { key: "do", items: [{ key: "remove", label: t("know.remove"), onPick: () => setRemoving(row) }] },
            ]}
          />
        ),
    },
  ];
  return (
    <>
      <DataTable
        label={t("know.documentFiles")}
        columns={columns}
        rows={files}
        rowKey={({ file }) => file}
        empty={t("know.noDocumentFiles")}
      />
      {shown !== null && <Passages shop={shop} file={shown} onClose={() => setShown(null)} />}
      {removing !== null && (
        <ConfirmDialog
          open
          title={t("know.removeDocumentFile")}
          ok={t("know.remove")}
          danger
          pending={remove.isPending}
          onOk={() => remove.send(removing)}
          onCancel={() => setRemoving(null)}
        >
          <p>{t("know.removeText", { title: apart(removing.title) })}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
