/* Where an answer or a note is written. Kept per conversation until it is sent; Enter sends, but the Enter that ends a
 * Chinese composition belongs to the input method. A message has an id of its own: pressed twice, or sent again after a
 * lost answer, it is one message. It says what the page showed when it was sent: a first word takes the conversation,
 * and of two who write it at once one does. */
import { useQueryClient } from "@tanstack/react-query";
import { type KeyboardEvent, type RefObject, useId, useLayoutEffect, useRef, useState } from "react";
import { answer, api, once } from "../../api/client";
import { newKey } from "../../api/keys";
import { colleaguesOf, useColleagues, useReplies, useShops, useUser } from "../../api/queries";
import { useSubmit } from "../../api/submit";
import type { InboxConversation } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Button } from "../../ui/button";
import { forgetDraft, keepDraft, readDraft } from "../../ui/draft";
import { useNotify } from "../../ui/notify";
import { filled, mentioned, type Offer, Offers, offersOf, typed } from "./complete";
import { PictureButton, usePictures } from "./pictures";
import { useQuicker } from "./quicker";

const TEXT_MAX = 4000;
const TYPING_MS = 4000;

type What = "answer" | "note";
interface Words {
  what: What;
  text: string;
  clientId: string;
  /** Colleagues who were chosen from the list. */
  named: readonly number[];
  epoch: number;
}

/** What is offered for the word at the cursor, and how it is taken. */
function useOffers(
  box: RefObject<HTMLTextAreaElement | null>,
  what: What,
  text: string,
  write: (text: string) => void,
  facts: Readonly<Record<string, string>>,
) {
  const replies = useReplies().data?.replies ?? [];
  const colleagues = useColleagues().data?.colleagues ?? [];
  const [at, setAt] = useState(0);
  const [cursor, setCursor] = useState(0);
  const [closed, setClosed] = useState("");
  const [named, setNamed] = useState<readonly number[]>([]);
  const goes = useRef<number | null>(null);
  const word = typed(text, cursor, what === "note" ? "@" : "/");
  const offers: readonly Offer[] =
    word === null || closed === text
      ? []
      : what === "note"
        ? offersOf.colleagues(colleagues, word.word)
        : offersOf.replies(replies, word.word);
  useLayoutEffect(() => {
    if (goes.current === null) return;
    box.current?.setSelectionRange(goes.current, goes.current);
    goes.current = null;
  }, [box, text]);
  const take = (offer: Offer) => {
    if (word === null) return;
    const person = what === "note" ? colleagues.find((one) => String(one.person) === offer.key) : undefined;
    const put = person === undefined ? filled(offer.text, facts) : `@${offer.name} `;
    if (person !== undefined) setNamed((before) => [...before, person.person]);
    goes.current = word.begin + put.length;
    setCursor(goes.current);
    setAt(0);
    write(text.slice(0, word.begin) + put + text.slice(cursor));
  };
  const here = Math.min(at, offers.length - 1);
  /** True: the key was for what is offered. */
  const key = (event: KeyboardEvent): boolean => {
    const offer = offers[here];
    if (offer === undefined) return false;
    if (event.key === "ArrowDown") setAt((here + 1) % offers.length);
    else if (event.key === "ArrowUp") setAt((here - 1 + offers.length) % offers.length);
    else if (event.key === "Enter" || event.key === "Tab") take(offer);
    else if (event.key === "Escape") setClosed(text);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  return { offers, here, take, key, look: setCursor, named };
}

export function Composer({
  conversation: c,
  sent,
  customer,
}: {
  conversation: InboxConversation;
  sent: () => void;
  customer: string;
}) {
  const { t } = useText();
  const notify = useNotify();
  const queries = useQueryClient();
  const draft = `inbox-${c.id}`;
  const [kept] = useState(() => readDraft<{ text: string; what: string }>(draft, ["text", "what"], "browser"));
  const [what, setWhat] = useState<What>(kept.what === "note" ? "note" : "answer");
  const [text, setText] = useState(kept.text ?? "");
  const going = useRef({ of: "", clientId: "" }); // the id of these words, until they have arrived
  const typedAt = useRef(0);
  const quicker = useQuicker(c);
  const pictures = usePictures(c, quicker, sent);
  const params = { path: { id: c.id } };
  /** What is kept may be another tab's by now. */
  const forget = (mine: string) => {
    const now = readDraft<{ text: string }>(draft, ["text"], "browser").text;
    if (now?.trim() === mine.trim()) forgetDraft(draft, "browser");
  };
  const write = (words: string) => {
    setText(words);
    if (words === "") forget(text);
    else keepDraft(draft, { text: words, what }, "browser");
  };
  const agent = useUser().data?.user?.name ?? "";
  const shop = useShops().data?.shops.find(({ id }) => id === c.shop)?.shop_name ?? "";
  const box = useRef<HTMLTextAreaElement>(null);
  const offer = useOffers(box, what, text, write, { name: customer, agent, shop });
  const offersId = useId();
  const offered = offer.offers.length > 0;
  const submit = useSubmit(
    async ({ what: to, text: words, clientId, named, epoch }: Words, key) => {
      const body = { text: words, clientId };
      if (to === "note") {
        const mentions = words.includes("@") ? mentioned(words, await colleaguesOf(queries), named) : [];
        await answer(api.POST("/api/inbox/{id}/notes", { params, body: { ...body, mentions }, ...once(key) }));
      } else await answer(api.POST("/api/inbox/{id}/messages", { params, body: { ...body, epoch }, ...once(key) }));
    },
    {
      onDone: (_done, { text: words }) => {
        going.current = { of: "", clientId: "" };
        if (box.current === null || box.current.value.trim() === words) setText("");
        forget(words);
        sent();
      },
      onProblem: (problem) => {
        if (!quicker.refused(problem, "inbox.notSent")) notify.problem(problem);
        sent();
      },
    },
  );
  const send = () => {
    const words = text.trim();
    if (words === "" || submit.isPending) return;
    const of = `${what} ${words}`;
    if (going.current.of !== of) going.current = { of, clientId: newKey() };
    quicker.forget();
    submit.send({ what, text: words, clientId: going.current.clientId, named: offer.named, epoch: quicker.seen() });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- Safari tells the end of a composition by keyCode alone
    if (event.nativeEvent.isComposing || event.keyCode === 229 || offer.key(event)) return;
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    send();
  };
  const onType = (words: string) => {
    write(words);
    if (words === "" || Date.now() - typedAt.current < TYPING_MS) return;
    typedAt.current = Date.now();
    // Nobody waits for it: the next key says it again.
    api.POST("/api/inbox/{id}/typing", { params, body: { note: what === "note" } }).catch(() => undefined);
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
            className="chip"
            aria-pressed={kind === what}
            data-write={kind}
            onClick={() => {
              setWhat(kind);
              if (text !== "") keepDraft(draft, { text, what: kind }, "browser");
            }}
          >
            {t(kind === "note" ? "inbox.note" : "inbox.answer")}
          </button>
        ))}
      </div>
      {offered && (
        <Offers
          id={offersId}
          label={t(what === "note" ? "inbox.mention" : "inbox.ready.pick")}
          offers={offer.offers}
          at={offer.here}
          onTake={offer.take}
        />
      )}
      <textarea
        ref={box}
        className="input composer-text"
        dir="auto"
        rows={3}
        maxLength={TEXT_MAX}
        value={text}
        onChange={({ target }) => {
          offer.look(target.selectionStart);
          onType(target.value);
        }}
        onSelect={({ currentTarget }) => offer.look(currentTarget.selectionStart)}
        aria-autocomplete="list"
        aria-controls={offered ? offersId : undefined}
        aria-activedescendant={offered ? `${offersId}-${offer.here}` : undefined}
        onKeyDown={onKeyDown}
        aria-label={label}
        placeholder={label}
      />
      <div className="line">
        <Button look="primary" type="submit" busy={submit.isPending}>
          {t(what === "note" ? "inbox.keepNote" : "inbox.send")}
        </Button>
        {what === "answer" && <PictureButton pictures={pictures} />}
        <span className="small composer-quicker" role="status">
          {quicker.line}
        </span>
      </div>
    </form>
  );
}
