/* The assistant's own sentences, one at a time: the built-in one, and what this shop says instead of it. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "../../api/client";
import type { Answer, Shop } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Button } from "../../ui/button";
import { FieldFrame, fieldId, type FormState } from "../../ui/form";
import { Loaded } from "../../ui/loaded";
import { Section } from "../../ui/page";
import { type ChatLanguage, type ChatValues, holesMissing, sayingsOf, withSaying } from "./chat-values";

type BuiltIn = Answer<"/api/shops/{id}/chatbot/sayings", "get">["sayings"][number];
interface Props {
  form: FormState<ChatValues>;
  language: ChatLanguage;
}

function One({ form, language, builtIn }: Props & { builtIn: readonly BuiltIn[] }) {
  const { t } = useText();
  const [key, setKey] = useState<BuiltIn["key"]>("greeting");
  const of = builtIn.filter((one) => one.language === language);
  const chosen = of.find((one) => one.key === key) ?? of[0];
  if (chosen === undefined) return null;
  const own = sayingsOf(form.values).filter((one) => one.language === language);
  const text = own.find((one) => one.key === chosen.key)?.text ?? "";
  const missing = text === "" ? [] : holesMissing(text, chosen.holes);
  const holes = (names: readonly string[]) => names.map((name) => `{${name}}`).join(" ");
  const say = (words: string) => form.set("sayings", withSaying(form.values, language, chosen.key, words));
  const which = fieldId(form.id, "saying");
  const id = fieldId(form.id, "sayings");
  const help = [
    t("chatset.sayingBuiltIn", { text: chosen.text }),
    ...(chosen.holes.length > 0 ? [t("chatset.sayingHoles", { holes: holes(chosen.holes) })] : []),
  ].join(" ");
  return (
    <>
      <FieldFrame id={which} label={t("chatset.saying")}>
        <select
          id={which}
          className="input"
          value={chosen.key}
          onChange={({ target }) => setKey(target.value as BuiltIn["key"])}
        >
          {of.map((one) => (
            <option key={one.key} value={one.key} lang={language}>
              {own.some((mine) => mine.key === one.key) ? `● ${one.text}` : one.text}
            </option>
          ))}
        </select>
      </FieldFrame>
      <FieldFrame
        id={id}
        label={t("chatset.sayingOwn")}
        help={help}
        error={missing.length > 0 ? t("chatset.sayingMissing", { holes: holes(missing) }) : form.errors.sayings}
      >
        <textarea
          id={id}
          className="input"
          rows={3}
          dir="auto"
          lang={language}
          maxLength={500}
          placeholder={chosen.text}
          aria-describedby={`${id}-help`}
          aria-invalid={missing.length > 0 || undefined}
          value={text}
          onChange={({ target }) => say(target.value)}
        />
      </FieldFrame>
      {text !== "" && (
        <div>
          <Button small onClick={() => say("")}>
            {t("chatset.sayingReset")}
          </Button>
        </div>
      )}
    </>
  );
}

export function Sayings({ shop, ...rest }: Props & { shop: Shop }) {
  const { t } = useText();
  const read = useQuery({
    queryKey: ["chat-sayings", shop.id],
    queryFn: () => answer(api.GET("/api/shops/{id}/chatbot/sayings", { params: { path: { id: shop.id } } })),
    staleTime: Infinity,
  });
  return (
    <Section title={t("chatset.sayings")}>
      <p className="muted small">{t("chatset.sayingsText")}</p>
      <Loaded read={read} height={160}>
        {({ sayings }) => <One {...rest} builtIn={sayings} />}
      </Loaded>
    </Section>
  );
}
