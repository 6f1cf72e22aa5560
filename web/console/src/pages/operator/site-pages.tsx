/* The texts that everybody reads without signing in: terms, privacy, refunds. Markdown on one side, on the other the page
 * as the server would write it. The look is a document in a frame without scripts and without an origin. */
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";
import { answer, api } from "../../api/client";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { SitePage, SitePageName } from "../../api/types";
import { type TextKey, useText } from "../../i18n/i18n";
import { isLang, type Lang, LANGS } from "../../i18n/lang";
import { useAddress } from "../../ui/address";
import { Alert } from "../../ui/alert";
import { Button } from "../../ui/button";
import { useRules } from "../../ui/fields";
import { Time } from "../../ui/facts";
import { FieldFrame, fieldId, Form, placeFieldProblems, useForm } from "../../ui/form";
import { AskBeforeLeaving } from "../../ui/leaving";
import { Loaded } from "../../ui/loaded";
import { useNotify } from "../../ui/notify";
import { Page, Parts, Section } from "../../ui/page";
import { useResting } from "../../ui/resting";
import NotFound from "../not-found";

const PARTS: readonly SitePageName[] = ["terms", "privacy", "refunds"];
const LANG_NAMES: Readonly<Record<Lang, TextKey>> = { "zh-CN": "sitepage.inChinese", en: "sitepage.inEnglish" };
const TEXT_MAX = 38_000;

function Preview({ name, lang, text }: { name: SitePageName; lang: Lang; text: string }) {
  const { t } = useText();
  const rested = useResting(text);
  const { data } = useQuery({
    queryKey: keys.sitePreview(name, lang, rested),
    queryFn: () =>
      answer(
        api.POST("/api/operator/pages/{name}/preview", {
          params: { path: { name }, query: { lang } },
          body: { text: rested },
        }),
      ),
    enabled: rested.trim() !== "",
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 0,
  });
  return (
    <Section title={t("sitepage.preview")}>
      <div className="site-preview">
        {data !== undefined && (
          // A frame of its own for each text: one whose document is exchanged while it loads may stay empty for good.
          <iframe key={data.html} title={t("sitepage.preview")} sandbox="" srcDoc={data.html} />
        )}
      </div>
    </Section>
  );
}

function Editor({ page, lang }: { page: SitePage; lang: Lang }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const rules = useRules();
  const { name } = page;
  const [moved, setMoved] = useState(false);
  const form = useForm({ text: page.text }, { rules: { text: [rules.required] }, draft: `page-${name}-${lang}` });
  const submit = useSubmit(
    ({ text }: { text: string }) =>
      answer(
        api.PUT("/api/operator/pages/{name}", {
          params: { path: { name }, query: { lang } },
          body: { text, version: page.newest },
        }),
      ),
    {
      onDone: (saved) => {
        setMoved(false);
        queries.setQueryData(keys.sitePage(name, lang), saved);
        form.reset({ text: saved.text });
        notify.done(t("sitepage.saved"));
      },
      onProblem: (problem) => {
        if (problem.code === "page_changed") {
          setMoved(true);
          void queries.invalidateQueries({ queryKey: keys.sitePage(name, lang) });
        } else if (!placeFieldProblems(form, problem)) notify.problem(problem);
      },
    },
  );
  const id = fieldId(form.id, "text");
  return (
    <div className="site-edit">
      <Form form={form} onSubmit={submit.send} label={t("sitepage.text")}>
        {moved && <Alert tone="due" title={t("sitepage.moved")} />}
        {page.version === 0 && !form.changed && (
          <Alert tone="due" title={t("sitepage.standard")} said={false}>
            {t("sitepage.standardText")}
          </Alert>
        )}
        <FieldFrame id={id} label={t("sitepage.text")} help={t("sitepage.help")} error={form.errors.text}>
          <textarea
            id={id}
            className="input"
            rows={24}
            lang={lang}
            maxLength={TEXT_MAX}
            aria-invalid={form.errors.text !== undefined || undefined}
            aria-describedby={form.errors.text === undefined ? `${id}-help` : `${id}-error ${id}-help`}
            value={form.values.text}
            onChange={({ target }) => form.set("text", target.value)}
          />
        </FieldFrame>
        <div className="line">
          {page.changedAt !== null && (
            <span className="muted small">
              {t("sitepage.version", { n: page.version })} <Time at={page.changedAt} />
            </span>
          )}
          <a href={page.path} target="_blank" rel="noreferrer">
            {t("sitepage.open")}
          </a>
          {form.values.text !== page.standardText && (
            <Button small onClick={() => form.set("text", page.standardText)}>
              {t("sitepage.restore")}
            </Button>
          )}
        </div>
        <AskBeforeLeaving when={form.changed && !submit.isPending} />
        <div className="line">
          <Button type="submit" look="primary" busy={submit.isPending}>
            {t("sitepage.save")}
          </Button>
          {form.changed && <Button onClick={() => form.reset()}>{t("sitepage.discard")}</Button>}
        </div>
      </Form>
      <Preview name={name} lang={lang} text={form.values.text} />
    </div>
  );
}

function Text({ name, lang }: { name: SitePageName; lang: Lang }) {
  const read = useQuery({
    queryKey: keys.sitePage(name, lang),
    queryFn: () => answer(api.GET("/api/operator/pages/{name}", { params: { path: { name }, query: { lang } } })),
  });
  return (
    <Loaded read={read} height={640}>
      {(page) => <Editor key={`${name} ${lang}`} page={page} lang={lang} />}
    </Loaded>
  );
}

export default function SitePages() {
  const { t, lang: own } = useText();
  const { part = "" } = useParams();
  const [read, write] = useAddress();
  const name = PARTS.find((one) => one === part);
  if (name === undefined) return <NotFound />;
  const asked = read("lang");
  const lang = isLang(asked) ? asked : own;
  return (
    <Page title={t("nav.pages")} intro={t("sitepage.intro")}>
      <Parts
        label={t("nav.pages")}
        parts={PARTS.map((one) => ({ to: `/operator/pages/${one}`, text: t(`sitepage.of.${one}`) }))}
      />
      <div className="line" role="group" aria-label={t("sitepage.language")}>
        {LANGS.map((one) => (
          <button
            key={one}
            type="button"
            className="chip"
            aria-pressed={one === lang}
            onClick={() => write({ lang: one })}
          >
            {t(LANG_NAMES[one])}
          </button>
        ))}
      </div>
      <Text name={name} lang={lang} />
    </Page>
  );
}
