/* Where an answer or a note is written. Kept per conversation until it is sent; Enter sends, but the Enter that ends a
 * Chinese composition belongs to the input method. A message has an id of its own: pressed twice, or sent again after a
 * lost answer, it is one message. */
import { type KeyboardEvent, useRef, useState } from "react";
import { answer, api, once } from "../../api/client";
import { useSubmit } from "../../api/submit";
import type { InboxConversation } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Button } from "../../ui/button";
import { forgetDraft, keepDraft, readDraft } from "../../ui/draft";
import { useNotify } from "../../ui/notify";
import { PictureButton, usePictures } from "./pictures";

const TEXT_MAX = 4000;
const TYPING_MS = 4000;

type What = "answer" | "note";
interface Words {
  what: What;
  text: string;
  clientId: string;
}

export function Composer({ conversation: c, sent }: { conversation: InboxConversation; sent: () => void }) {
  const { t } = useText();
  const notify = useNotify();
  const draft = `inbox-${c.id}`;
  const [what, setWhat] = useState<What>("answer");
  const [text, setText] = useState(() => readDraft<{ text: string }>(draft, ["text"]).text ?? "");
  const typedAt = useRef(0);
  const pictures = usePictures(c, sent);
  const params = { path: { id: c.id } };
  const write = (words: string) => {
    setText(words);
    if (words === "") forgetDraft(draft);
    else keepDraft(draft, { text: words });
  };
  const submit = useSubmit(
    async ({ what: to, text: words, clientId }: Words, key) => {
      const body = { text: words, clientId };
      if (to === "note") await answer(api.POST("/api/inbox/{id}/notes", { params, body, ...once(key) }));
      else await answer(api.POST("/api/inbox/{id}/messages", { params, body, ...once(key) }));
    },
    {
      onDone: () => {
        write("");
        sent();
      },
      onProblem: (problem) => {
        notify.problem(problem);
        sent();
      },
    },
  );
  const send = () => {
    const words = text.trim();
    if (words === "" || submit.isPending) return;
    submit.send({ what, text: words, clientId: crypto.randomUUID() });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- Safari tells the end of a composition by keyCode alone
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  };
  const onType = (words: string) => {
    write(words);
    if (what === "note" || Date.now() - typedAt.current < TYPING_MS) return;
    typedAt.current = Date.now();
    // Nobody waits for it: the next key says it again.
    api.POST("/api/inbox/{id}/typing", { params, body: {} }).catch(() => undefined);
  };
  const label = t(what === "note" ? "inbox.writeNote" : "inbox.writeAnswer");
  return (
    <form
      className={what === "note" ? "composer composer-note" : "composer"}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      {...(what === "answer" && pictures.takes)}
    >
      <div className="line" role="group" aria-label={t("inbox.kind")}>
        {(["answer", "note"] as const).map((kind) => (
          <button
            key={kind}
            type="button"
            className={kind === what ? "chip chip-on" : "chip"}
            aria-pressed={kind === what}
            onClick={() => setWhat(kind)}
          >
            {t(kind === "note" ? "inbox.note" : "inbox.answer")}
          </button>
        ))}
      </div>
      <textarea
        className="input composer-text"
        dir="auto"
        rows={3}
        maxLength={TEXT_MAX}
        value={text}
        onChange={({ target }) => onType(target.value)}
        onKeyDown={onKeyDown}
        aria-label={label}
        placeholder={label}
      />
      <div className="line">
        <Button look="primary" type="submit" busy={submit.isPending}>
          {t(what === "note" ? "inbox.keepNote" : "inbox.send")}
        </Button>
        {what === "answer" && <PictureButton pictures={pictures} />}
      </div>
    </form>
  );
}
