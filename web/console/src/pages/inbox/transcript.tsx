/* A copy of the conversation for its visitor, mailed to the address that is known. Asked once; a note in the thread says that
 * it was sent, to all colleagues. */
import { useState } from "react";
import { answer, api, once } from "../../api/client";
import { useAsker } from "../../api/queries";
import { useSubmit } from "../../api/submit";
import { useText } from "../../i18n/i18n";
import { Button } from "../../ui/button";
import { ConfirmDialog } from "../../ui/dialog";
import { useNotify } from "../../ui/notify";

export function Transcript({ id, sent }: { id: number; sent: () => void }) {
  const { t } = useText();
  const notify = useNotify();
  const { data } = useAsker(id);
  const [asking, setAsking] = useState(false);
  const submit = useSubmit(
    (_: undefined, key) => answer(api.POST("/api/inbox/{id}/transcript", { params: { path: { id } }, ...once(key) })),
    {
      onDone: ({ email }) => {
        setAsking(false);
        notify.done(t("inbox.transcriptSent", { email }));
        sent();
      },
      onProblem: (problem) => {
        setAsking(false);
        notify.problem(problem);
      },
    },
  );
  if (data === undefined || data.email === "") return null;
  return (
    <div className="line">
      <Button small look="quiet" onClick={() => setAsking(true)}>
        {t("inbox.transcript")}
      </Button>
      {asking && (
        <ConfirmDialog
          open
          title={t("inbox.transcriptTitle")}
          ok={t("inbox.transcriptOk")}
          pending={submit.isPending}
          onOk={() => submit.send(undefined)}
          onCancel={() => setAsking(false)}
        >
          <p className="break">{t("inbox.transcriptText", { email: data.email })}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}
