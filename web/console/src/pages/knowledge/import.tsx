/* A file, step by step: chosen, looked at with what each column is taken for, then taken whole or not at all. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { answer, api, once } from "../../api/client";
import { useSubmit } from "../../api/submit";
import type { Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Money } from "../../ui/facts";
import { FieldFrame } from "../../ui/form";
import { Loaded } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { type Column as TableColumn, DataTable } from "../../ui/table";
import { type Column, type Currency, knowledgeKey, type Preview, sendFile, useIntake } from "./reads";
import { useRefusals } from "./refusals";

const FIELDS = [
  "none",
  "id",
  "title",
  "description",
  "url",
  "image",
  "price",
  "available",
  "group",
  "sku",
  "option",
  "currency",
  "question",
  "answer",
] as const;
type Field = Column["field"];
const CURRENCIES: readonly Currency[] = ["CNY", "USD", "EUR", "GBP", "HKD", "TWD", "JPY", "KRW", "SGD", "AUD", "CAD"];
const ACCEPT =
  ".csv,.tsv,.txt,.json,.xml,.md,.markdown,.html,.htm,text/csv,text/markdown,text/html,application/json,application/xml";
const TEXTS: readonly Preview["format"][] = ["markdown", "html", "text"];

interface Wish {
  currency: Currency | "";
  fields: Field[] | null;
}
const bodyOf = ({ currency, fields }: Wish) => ({
  ...(currency !== "" && { currency }),
  ...(fields !== null && { fields }),
});

function Columns({ columns, onChange }: { columns: readonly Column[]; onChange: (fields: Field[]) => void }) {
  const { t } = useText();
  const rows: TableColumn<Column & { place: number }>[] = [
    {
      key: "name",
      title: t("know.column"),
      phone: "main",
      grow: true,
      render: ({ name, place }) => (
        <span translate="no">{name === "" ? t("know.columnN", { n: place + 1 }) : name}</span>
      ),
    },
    {
      key: "sample",
      title: t("know.sample"),
      phone: "sub",
      grow: true,
      render: ({ sample }) => (
        <span className="short muted" title={sample}>
          {sample}
        </span>
      ),
    },
    {
      key: "field",
      title: t("know.is"),
      phone: "end",
      render: ({ field, name, place }) => (
        <select
          className="input"
          aria-label={t("know.isOf", { name: name === "" ? String(place + 1) : name })}
          value={field}
          onChange={({ target }) =>
            onChange(columns.map((one, i) => (i === place ? (target.value as Field) : one.field)))
          }
        >
          {FIELDS.map((one) => (
            <option key={one} value={one}>
              {t(`know.map.${one}`)}
            </option>
          ))}
        </select>
      ),
    },
  ];
  return (
    <DataTable
      label={t("know.columns")}
      columns={rows}
      rows={columns.map((column, place) => ({ ...column, place }))}
      rowKey={({ place }) => place}
      empty=""
    />
  );
}

function Samples({ preview }: { preview: Preview }) {
  const { t } = useText();
  const columns: TableColumn<Preview["samples"][number]>[] = [
    {
      key: "title",
      title: t("know.title"),
      phone: "main",
      grow: true,
      render: ({ title }) => (
        <span className="short" title={title}>
          {title}
        </span>
      ),
    },
    {
      key: "text",
      title: t("know.text"),
      phone: "sub",
      grow: true,
      render: ({ text }) => (
        <span className="short muted" title={text}>
          {text}
        </span>
      ),
    },
    {
      key: "price",
      title: t("know.price"),
      numeric: true,
      phone: "end",
      render: ({ price }) =>
        price === null || preview.currency === null ? "—" : <Money minor={price} currency={preview.currency} />,
    },
    { key: "variants", title: t("know.variants"), numeric: true, render: ({ variants }) => variants },
  ];
  return (
    <DataTable label={t("know.samples")} columns={columns} rows={preview.samples} rowKey={({ id }) => id} empty="" />
  );
}

function Found({ preview, wish, onWish }: { preview: Preview; wish: Wish; onWish: (wish: Wish) => void }) {
  const { t, number } = useText();
  const say = useRefusals();
  const counts = (["products", "variants", "orders", "faq", "documents", "promotions"] as const)
    .filter((key) => preview[key] > 0)
    .map((key) => t(`know.n.${key}`, { n: number(preview[key]) }));
  // What is empty or no text has no form, and nothing to choose.
  const readable = preview.encoding !== "";
  return (
    <div className="stack">
      {readable && (
        <p>
          {t("know.readAs", { format: t(`know.format.${preview.format}`), encoding: preview.encoding })}
          {preview.passedOver > 0 && ` ${t("know.passedOver", { n: number(preview.passedOver) })}`}
        </p>
      )}
      {preview.refused.length > 0 ? (
        <Alert tone="stop" title={t("know.cannotTake")}>
          <ul>
            {preview.refused.map((one, i) => (
              <li key={i}>{say(one)}</li>
            ))}
          </ul>
        </Alert>
      ) : (
        <Alert tone="good" title={t("know.canTake", { what: counts.join(", ") })} />
      )}
      {readable && !TEXTS.includes(preview.format) && (
        <FieldFrame id="import-currency" label={t("know.currency")} help={t("know.currencyHelp")}>
          <select
            id="import-currency"
            className="input"
            aria-describedby="import-currency-help"
            value={wish.currency}
            onChange={({ target }) => onWish({ ...wish, currency: target.value as Wish["currency"] })}
          >
            <option value="">{t("know.asShop")}</option>
            {CURRENCIES.map((code) => (
              <option key={code} value={code}>
                {code}
              </option>
            ))}
          </select>
        </FieldFrame>
      )}
      {readable && preview.format === "csv" && (
        <Columns columns={preview.columns} onChange={(fields) => onWish({ ...wish, fields })} />
      )}
      {preview.samples.length > 0 && <Samples preview={preview} />}
    </div>
  );
}

function Progress({ shop, intake, onClose }: { shop: Shop; intake: number; onClose: () => void }) {
  const { t, number } = useText();
  const queries = useQueryClient();
  const say = useRefusals();
  const read = useIntake(shop.id, intake);
  const status = read.data?.status;
  useEffect(() => {
    if (status === "done" || status === "failed")
      void queries.invalidateQueries({ queryKey: knowledgeKey(shop.id), refetchType: "active" });
    // Once, when it has ended.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [status]);
  return (
    <Loaded read={read} height={120}>
      {(data) => (
        <div className="stack" role="status">
          {data.status === "done" && (
            <Alert tone="good" title={t("know.done", { n: number(data.changed) })} said={false} />
          )}
          {data.status === "failed" && (
            <Alert tone="stop" title={t("know.failed")} said={false}>
              <ul>
                {data.refused.map((one, i) => (
                  <li key={i}>{say(one)}</li>
                ))}
              </ul>
            </Alert>
          )}
          {(data.status === "reading" || data.status === "writing") && (
            <>
              <p>{t(data.status === "reading" ? "know.reading" : "know.writing")}</p>
              <progress
                aria-label={t("know.writing")}
                max={Math.max(data.parts, 1)}
                value={data.status === "reading" ? undefined : data.written}
              />
            </>
          )}
          <div>
            <Button onClick={onClose}>{t("know.close")}</Button>
          </div>
        </div>
      )}
    </Loaded>
  );
}

interface LookProps {
  shop: Shop;
  file: number;
  onTake: () => void;
  onTaken: (intake: number) => void;
}

function Look({ shop, file, onTake, onTaken }: LookProps) {
  const { t } = useText();
  const notify = useNotify();
  const [wish, setWish] = useState<Wish>({ currency: "", fields: null });
  const path = { params: { path: { id: shop.id, file } } };
  const read = useQuery({
    queryKey: ["knowledge-file", shop.id, file, wish],
    queryFn: () => answer(api.POST("/api/shops/{id}/knowledge/files/{file}/preview", { ...path, body: bodyOf(wish) })),
    placeholderData: (before) => before,
    staleTime: Infinity,
  });
  const take = useSubmit(
    (wanted: Wish, key) =>
      answer(
        api.POST("/api/shops/{id}/knowledge/files/{file}/import", { ...path, body: bodyOf(wanted), ...once(key) }),
      ),
    { onDone: ({ intake }) => onTaken(intake), onProblem: notify.problem },
  );
  return (
    <Loaded read={read} height={320}>
      {(preview) => (
        <div className="stack">
          <Found preview={preview} wish={wish} onWish={setWish} />
          <div>
            <Button
              look="primary"
              disabled={preview.refused.length > 0 || read.isPlaceholderData}
              busy={take.isPending}
              onClick={() => {
                onTake();
                take.send(wish);
              }}
            >
              {t("know.take")}
            </Button>
          </div>
        </div>
      )}
    </Loaded>
  );
}

export function Import({ shop, onClose }: { shop: Shop; onClose: () => void }) {
  const { t } = useText();
  const notify = useNotify();
  const [file, setFile] = useState<number | null>(null);
  const [intake, setIntake] = useState<number | null>(null);
  const send = useSubmit((chosen: File, key) => sendFile(shop.id, chosen, key), {
    onDone: setFile,
    onProblem: notify.problem,
  });
  const wanted = useRef(false);
  // One that was only looked at is discarded. Whether that is told does not matter: it goes after a day, too.
  const close = () => {
    if (file !== null && !wanted.current)
      void api
        .DELETE("/api/shops/{id}/knowledge/files/{file}", { params: { path: { id: shop.id, file } } })
        .catch(() => undefined);
    onClose();
  };
  return (
    <Dialog open title={t("know.importFile")} kind="panel" onClose={close} holds={file !== null && intake === null}>
      {intake !== null ? (
        <Progress shop={shop} intake={intake} onClose={onClose} />
      ) : file !== null ? (
        <Look
          shop={shop}
          file={file}
          onTake={() => {
            wanted.current = true;
          }}
          onTaken={setIntake}
        />
      ) : (
        <div className="stack">
          <p>{t("know.importText")}</p>
          <FieldFrame id="import-file" label={t("know.chooseFile")} help={t("know.chooseHelp")}>
            <input
              id="import-file"
              type="file"
              className="input"
              accept={ACCEPT}
              aria-describedby="import-file-help"
              disabled={send.isPending}
              onChange={({ target }) => {
                const chosen = target.files?.[0];
                if (chosen !== undefined) send.send(chosen);
              }}
            />
          </FieldFrame>
          {send.isPending && <p role="status">{t("know.sending")}</p>}
        </div>
      )}
    </Dialog>
  );
}
