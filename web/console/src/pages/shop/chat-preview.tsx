/* The real widget in a frame, wearing what is not saved yet. What is asked there is answered by the same code as a shopper
 * is; it costs nothing and nothing of it is kept. */
import { useEffect, useMemo, useRef, useState } from "react";
import { answer, api } from "../../api/client";
import type { Shop, TriedReply } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Section } from "../../ui/page";
import { type ChatLanguage, type ChatValues, textsOf } from "./chat-values";
import { howItWasRead } from "./how-it-was-read";

const TURNS_MAX = 10;
const EMPTY =
  '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>-</title>';

interface Preview {
  face: unknown;
  rehearse: (text: string) => Promise<string>;
  wear?: (face: unknown) => void;
}

/** What was uploaded comes before an address elsewhere, as on the server. */
export function faceOf(values: ChatValues, language: ChatLanguage, picture?: string) {
  const { greeting, opening, after, handOff } = textsOf(values, language);
  return {
    botName: values.botName,
    avatar: values.avatar,
    avatarUrl: picture === undefined ? values.avatarUrl || null : window.location.origin + picture,
    colour: values.colour,
    position: values.position,
    disclosure: values.disclosure === "yes",
    askScore: values.askScore === "yes",
    greeting,
    opening,
    after,
    handOff,
    proactive: null,
  };
}

function Widget({
  shop,
  face,
  language,
  asked,
}: {
  shop: Shop;
  face: string;
  language: string;
  asked: (r: TriedReply) => void;
}) {
  const { t } = useText();
  const frame = useRef<HTMLIFrameElement>(null);
  const preview = useRef<Preview | null>(null);
  const turns = useRef<string[]>([]);
  useEffect(() => preview.current?.wear?.(JSON.parse(face)), [face]);
  const begin = () => {
    const page = frame.current?.contentDocument;
    const view = frame.current?.contentWindow;
    if (!page || !view || Reflect.has(view, "chathubPreview")) return;
    const rehearse = async (text: string) => {
      turns.current = [...turns.current, text].slice(-TURNS_MAX);
      const { replies } = await answer(
        api.POST("/api/shops/{id}/chatbot/try", {
          params: { path: { id: shop.id } },
          body: { turns: turns.current, language },
        }),
      );
      const reply = replies.at(-1);
      if (reply !== undefined) asked(reply);
      return reply?.text ?? "";
    };
    preview.current = { face: JSON.parse(face), rehearse };
    Reflect.set(view, "chathubPreview", preview.current); // the widget reads it when it begins
    const script = page.createElement("script");
    script.src = "/widget.js";
    script.dataset.shop = shop.public_id;
    script.dataset.language = language;
    page.documentElement.lang = language;
    page.head.append(script);
  };
  return <iframe ref={frame} className="chat-preview" title={t("chatset.preview")} srcDoc={EMPTY} onLoad={begin} />;
}

interface PreviewProps {
  shop: Shop;
  values: ChatValues;
  picture: string | undefined;
  language: ChatLanguage;
}

export function ChatPreview({ shop, values, picture, language }: PreviewProps) {
  const words = useText();
  const { t } = words;
  const face = useMemo(() => JSON.stringify(faceOf(values, language, picture)), [values, language, picture]);
  const [last, setLast] = useState<TriedReply | null>(null);
  return (
    <Section title={t("chatset.preview")}>
      <p className="muted small">{t("chatset.previewText")}</p>
      <Widget key={language} shop={shop} face={face} language={language} asked={setLast} />
      <div aria-live="polite">
        {last !== null && (
          <div className="card stack stack-tight">
            <h3>{t("chatset.why")}</h3>
            <p>
              <b>{t(`chatset.action.${last.action}`)}</b> <span className="muted">{howItWasRead(words, last.why)}</span>
            </p>
            {last.sources.length === 0 ? (
              <p className="muted small">{t("chatset.noSources")}</p>
            ) : (
              <ul className="small">
                {last.sources.map(({ kind, id, title, url }) => (
                  <li key={`${kind} ${id}`}>
                    {t(`chatset.source.${kind}`)}:{" "}
                    {url === null ? (
                      title
                    ) : (
                      <a href={url} target="_blank" rel="noreferrer">
                        {title}
                      </a>
                    )}
                  </li>
                ))}
              </ul>
            )}
          </div>
        )}
      </div>
    </Section>
  );
}
