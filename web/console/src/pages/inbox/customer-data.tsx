/* What a customer may ask for: all that is kept of them as a file, and that it is taken out. For owners and admins. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { answer, api } from "../../api/client";
import { toProblem } from "../../api/problem";
import { useUser } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { CustomerPage } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Button } from "../../ui/button";
import { ConfirmDialog } from "../../ui/dialog";
import { saveFile } from "../../ui/filters";
import { useNotify } from "../../ui/notify";
import { eraseCustomer } from "./erase-customer";

const PATIENCE = 5;

/** A customer of very many conversations has more pages than an account may ask for in a minute: then it is waited. */
async function readPage(id: number, next: CustomerPage["next"]): Promise<CustomerPage> {
  for (let tries = 1; ; tries++) {
    try {
      return await answer(
        api.GET("/api/inbox/{id}/customer", { params: { path: { id }, ...(next && { query: next }) } }),
      );
    } catch (cause) {
      const problem = toProblem(cause);
      if (problem.status !== 429 || tries === PATIENCE) throw problem;
      await new Promise((done) => setTimeout(done, (problem.retryAfterS ?? 1) * 1000));
    }
  }
}

/** A page for each conversation, and for each part of a long one. Each is a blob, which a browser may
 * keep on disk: with their pictures they may be many megabytes. */
async function readAll(id: number): Promise<{ content: Blob; ordersMore: boolean }> {
  const pieces: BlobPart[] = [`{"exportedAt":"${new Date().toISOString()}","parts":[`];
  let ordersMore = false;
  let next: CustomerPage["next"] = null;
  do {
    const page: CustomerPage = await readPage(id, next);
    if (next !== null) pieces.push(",");
    ({ next } = page);
    ordersMore ||= page.ordersMore;
    pieces.push(new Blob([JSON.stringify({ ...page, next: undefined }, null, 1)]));
  } while (next !== null);
  return { content: new Blob([...pieces, "]}"], { type: "application/json" }), ordersMore };
}

function Erase({ id, back, onClose }: { id: number; back: string; onClose: () => void }) {
  const { t } = useText();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const notify = useNotify();
  const submit = useSubmit(() => eraseCustomer(id), {
    onDone: async () => {
      onClose();
      notify.done(t("inbox.erased"));
      // Nobody is shown from what was kept, on the page that one comes from or goes to.
      queries.removeQueries({ queryKey: keys.customers, type: "inactive" });
      await navigate(back);
      queries.removeQueries({ queryKey: keys.customers, type: "inactive" });
      queries.removeQueries({ queryKey: keys.thread(id) });
      await Promise.all([
        queries.invalidateQueries({ queryKey: keys.customers }),
        queries.invalidateQueries({ queryKey: keys.inboxLists }),
      ]);
    },
    onProblem: (problem) => {
      onClose();
      notify.problem(problem);
    },
  });
  return (
    <ConfirmDialog
      open
      danger
      title={t("inbox.eraseTitle")}
      ok={t("inbox.erase")}
      pending={submit.isPending}
      onOk={() => submit.send(undefined)}
      onCancel={onClose}
    >
      <p>{t("inbox.eraseText")}</p>
    </ConfirmDialog>
  );
}

/** id: of one of their conversations. */
export function CustomerData({ id, back }: { id: number; back: string }) {
  const { t } = useText();
  const notify = useNotify();
  const { data } = useUser();
  const [erasing, setErasing] = useState(false);
  const save = useSubmit(() => readAll(id), {
    onDone: ({ content, ordersMore }) => {
      saveFile(content, `customer-${id}.json`);
      notify.done(t(ordersMore ? "inbox.exportedMost" : "list.saved"));
    },
    onProblem: notify.problem,
  });
  const role = data?.user?.account?.role;
  if (role !== "owner" && role !== "admin") return null;
  return (
    <div className="line">
      <Button small look="quiet" icon="download" busy={save.isPending} onClick={() => save.send(undefined)}>
        {t("inbox.exportData")}
      </Button>
      <Button small look="quiet" onClick={() => setErasing(true)}>
        {t("inbox.eraseData")}
      </Button>
      {erasing && <Erase id={id} back={back} onClose={() => setErasing(false)} />}
    </div>
  );
}
