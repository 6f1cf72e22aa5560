/* Receipts, invoices and credit notes as files to keep: those of an order, and all of them. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { makeInvoice, type Order, type Paper, usePapers } from "../../api/money";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import { useText } from "../../i18n/i18n";
import { Button } from "../../ui/button";
import { ConfirmDialog } from "../../ui/dialog";
import { Short, Time } from "../../ui/facts";
import { LoadedList } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { useNotify } from "../../ui/notify";
import { Section } from "../../ui/page";
import { Paid } from "../../ui/sum";
import { type Column, DataTable } from "../../ui/table";

/** In the language of the page; the same bytes each time. */
export function PaperLink({ paper }: { paper: Paper }) {
  const { t, lang } = useText();
  const address = `${paper.url}?lang=${lang === "en" ? "en" : "zh"}`;
  return (
    <a
      className="button button-plain button-small"
      href={address}
      download={`${paper.number}.pdf`}
      aria-label={t("paper.pdfOf", { name: paper.number })}
    >
      <span>{t("paper.pdf")}</span>
    </a>
  );
}

export function PaperTable({ rows }: { rows: readonly Paper[] }) {
  const { t } = useText();
  const columns: Column<Paper>[] = [
    { key: "kind", title: t("paper.kind"), phone: "main", tight: true, render: ({ kind }) => t(`paper.kind.${kind}`) },
    {
      key: "number",
      title: t("paper.number"),
      phone: "sub",
      tight: true,
      render: ({ number, order }) => (
        <Link to={`/orders/${order}`} translate="no">
          {number}
        </Link>
      ),
    },
    {
      key: "title",
      title: t("paper.title"),
      grow: true,
      render: ({ title }) => (title === "" ? "—" : <Short>{title}</Short>),
    },
    {
      key: "amount",
      title: t("line.amount"),
      numeric: true,
      phone: "end",
      render: ({ amount }) => <Paid sum={amount} />,
    },
    { key: "at", title: t("paper.issued"), phone: "side", render: ({ issuedAt }) => <Time at={issuedAt} /> },
    { key: "pdf", title: t("table.actions"), actions: true, render: (paper) => <PaperLink paper={paper} /> },
  ];
  return (
    <DataTable label={t("paper.list")} columns={columns} rows={rows} rowKey={({ id }) => id} empty={t("paper.none")} />
  );
}

const textOf = (fact: unknown) => (typeof fact === "string" ? fact : "");

function MakeInvoice({ order }: { order: Order }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const [other, setOther] = useState<string | null>(null);
  const submit = useSubmit((replace: boolean, key) => makeInvoice(order.number, replace, key), {
    onDone: ({ invoice }) => {
      setOther(null);
      notify.done(t("paper.made", { number: invoice.number }));
      return queries.invalidateQueries({ queryKey: keys.papers });
    },
    onProblem: (problem) => {
      // There is one with the details of before: whether it is put in its place is theirs to say.
      if (problem.code === "invoice_exists") setOther(textOf(problem.facts["number"]));
      else {
        setOther(null);
        notify.problem(problem);
      }
    },
  });
  return (
    <>
      <Button small busy={submit.isPending && other === null} onClick={() => submit.send(false)}>
        {t("paper.make")}
      </Button>
      <ConfirmDialog
        open={other !== null}
        title={t("paper.replaceTitle", { number: other ?? "" })}
        ok={t("paper.replace")}
        pending={submit.isPending}
        onOk={() => submit.send(true)}
        onCancel={() => setOther(null)}
      >
        <p>{t("paper.replaceText")}</p>
      </ConfirmDialog>
    </>
  );
}

/** What was made for this order. The list is short: an order has a receipt, and an invoice or two. */
export function OrderPapers({ order }: { order: Order }) {
  const { t } = useText();
  const { manage } = useMay();
  const read = usePapers(order.number);
  if (order.paidAt === null) return null;
  return (
    <Section card title={t("paper.list")}>
      <LoadedList read={read} rows={1}>
        {(rows) => (
          <ul className="list-rows">
            {rows.map((paper) => (
              <li key={paper.id}>
                <span className="two-lines">
                  <span>{t(`paper.kind.${paper.kind}`)}</span>
                  <span className="small muted" translate="no">
                    {paper.number}
                  </span>
                </span>
                <PaperLink paper={paper} />
              </li>
            ))}
          </ul>
        )}
      </LoadedList>
      {manage && (
        <p className="line">
          {order.state === "paid" && <MakeInvoice order={order} />}
          <Link to="/billing/invoices">{t("paper.toDetails")}</Link>
        </p>
      )}
    </Section>
  );
}
