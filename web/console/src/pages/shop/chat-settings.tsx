/* How a shop's chat looks, what it says by itself, when persons come and who is told: one form, saved whole over the
 * revision that it was made from, with the widget beside it as it would be. */
import "../../theme/chat.css";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { answer, api } from "../../api/client";
import { Problem, toProblem } from "../../api/problem";
import { useChatSettings } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { ChatSettings, ChatSettingsBody, Shop } from "../../api/types";
import { type TextKey, useText } from "../../i18n/i18n";
import { Alert } from "../../ui/alert";
import { Button, LinkButton } from "../../ui/button";
import { keepDraft, readDraft } from "../../ui/draft";
import FaceUpload from "../../ui/face-upload";
import { useRules } from "../../ui/fields";
import { FieldFrame, fieldId, Form, type FormState, placeFieldProblems, TextField, useForm } from "../../ui/form";
import { Loaded } from "../../ui/loaded";
import { useMay } from "../../ui/may";
import { useNotify } from "../../ui/notify";
import { Section } from "../../ui/page";
import { useProblemText } from "../../ui/problems";
import { SaveBar } from "../../ui/save-bar";
import { ChatPreview } from "./chat-preview";
import { Sayings } from "./chat-sayings";
import {
  baseOf,
  bodyOf,
  CHAT_LANGUAGES,
  type ChatLanguage,
  type ChatValues,
  DAYS,
  mergedOf,
  movedOf,
  spansOf,
  valuesOf,
} from "./chat-values";
import { NeedsChatbot } from "./needs-chatbot";

type ChatForm = FormState<ChatValues>;
const AVATARS = ["chat", "spark", "robot", "smile", "bag", "leaf"] as const;
/** In that language itself: whoever reads it, wants it. */
const ownName = (language: string) => new Intl.DisplayNames([language], { type: "language" }).of(language) ?? language;

interface FieldProps {
  form: ChatForm;
  name: string;
  label: TextKey;
  help?: TextKey;
}

function Choice({
  form,
  name,
  label,
  help,
  options,
}: FieldProps & { options: readonly { value: string; text: string }[] }) {
  const { t } = useText();
  const id = fieldId(form.id, name);
  return (
    <FieldFrame id={id} label={t(label)} help={help && t(help)} error={form.errors[name]}>
      <select
        id={id}
        className="input"
        value={form.values[name]}
        onChange={({ target }) => form.set(name, target.value)}
      >
        {options.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </FieldFrame>
  );
}

function Lines({ form, name, label, help, rows = 3, lang }: FieldProps & { rows?: number; lang?: string }) {
  const { t } = useText();
  const id = fieldId(form.id, name);
  return (
    <FieldFrame id={id} label={t(label)} help={help && t(help)} error={form.errors[name]}>
      <textarea
        id={id}
        className="input"
        rows={rows}
        dir="auto"
        lang={lang}
        aria-describedby={help && `${id}-help`}
        value={form.values[name]}
        onChange={({ target }) => form.set(name, target.value)}
      />
    </FieldFrame>
  );
}

function Check({ form, name, label, help }: FieldProps) {
  const { t } = useText();
  const id = fieldId(form.id, name);
  return (
    <div className="field">
      <label className="line" htmlFor={id}>
        <input
          id={id}
          type="checkbox"
          aria-describedby={help && `${id}-help`}
          checked={form.values[name] === "yes"}
          onChange={({ target }) => form.set(name, target.checked ? "yes" : "")}
        />
        {t(label)}
      </label>
      {help && (
        <div className="field-help" id={`${id}-help`}>
          {t(help)}
        </div>
      )}
    </div>
  );
}

function Amount({ form, name, label, help, max }: FieldProps & { max: number }) {
  const { t } = useText();
  return (
    <TextField
      form={form}
      name={name}
      label={t(label)}
      help={help && t(help)}
      type="number"
      inputMode="numeric"
      min={0}
      max={max}
    />
  );
}

function Looks({ form, shop, settings }: { form: ChatForm; shop: Shop; settings: ChatSettings }) {
  const { t } = useText();
  const queries = useQueryClient();
  const { manage } = useMay();
  const wear = (picture: string | null) =>
    queries.setQueryData<ChatSettings>(keys.chatSettings(shop.id), (now) => {
      if (now === undefined) return now;
      const worn = { ...now };
      if (picture === null) delete worn.picture;
      else worn.picture = picture;
      return worn;
    });
  return (
    <Section title={t("chatset.looks")}>
      <TextField form={form} name="botName" label={t("chatset.botName")} maxLength={80} />
      <Choice
        form={form}
        name="avatar"
        label="chatset.avatar"
        options={AVATARS.map((value) => ({ value, text: t(`chatset.avatar.${value}`) }))}
      />
      {manage && <FaceUpload path={`/api/shops/${shop.id}/chatbot/picture`} picture={settings.picture} onDone={wear} />}
      {(settings.picture === undefined || form.errors.avatarUrl !== undefined) && (
        <TextField
          form={form}
          name="avatarUrl"
          label={t("chatset.avatarUrl")}
          help={t("chatset.avatarUrlHelp")}
          optional
          inputMode="url"
          spellCheck={false}
        />
      )}
      <TextField form={form} name="colour" label={t("chatset.colour")} help={t("chatset.colourHelp")} type="color" />
      <Choice
        form={form}
        name="position"
        label="chatset.position"
        options={(["right", "left"] as const).map((value) => ({ value, text: t(`chatset.position.${value}`) }))}
      />
      <Check form={form} name="disclosure" label="chatset.disclosure" help="chatset.disclosureHelp" />
      <Check form={form} name="askScore" label="chatset.askScore" help="chatset.askScoreHelp" />
    </Section>
  );
}

function Words({
  form,
  language,
  choose,
}: {
  form: ChatForm;
  language: ChatLanguage;
  choose: (to: ChatLanguage) => void;
}) {
  const { t } = useText();
  const id = `${form.id}-language`;
  return (
    <Section title={t("chatset.words")}>
      <FieldFrame id={id} label={t("chatset.language")} help={t("chatset.languageHelp")}>
        <select
          id={id}
          className="input"
          aria-describedby={`${id}-help`}
          value={language}
          onChange={({ target }) => choose(target.value as ChatLanguage)}
        >
          {CHAT_LANGUAGES.map((one) => (
            <option key={one} value={one} lang={one}>
              {ownName(one)}
            </option>
          ))}
        </select>
      </FieldFrame>
      <Lines
        form={form}
        name={`${language}.greeting`}
        label="chatset.greeting"
        help="chatset.builtIn"
        lang={language}
      />
      <Lines form={form} name={`${language}.opening`} label="chatset.opening" help="chatset.chips" lang={language} />
      <Lines form={form} name={`${language}.after`} label="chatset.after" help="chatset.chips" lang={language} />
      <Lines form={form} name={`${language}.handOff`} label="chatset.handOff" help="chatset.chips" lang={language} />
      <Lines form={form} name={`${language}.away`} label="chatset.away" help="chatset.awayHelp" lang={language} />
      <Check form={form} name="proactive" label="chatset.proactiveOn" help="chatset.proactiveHelp" />
      {form.values.proactive === "yes" && (
        <>
          <Lines form={form} name={`${language}.proactive`} label="chatset.proactive" lang={language} rows={2} />
          <Amount form={form} name="proactiveAfterSeconds" label="chatset.proactiveAfter" max={3600} />
          <Lines form={form} name="proactivePages" label="chatset.proactivePages" help="chatset.proactivePagesHelp" />
        </>
      )}
    </Section>
  );
}

function Hours({ form }: { form: ChatForm }) {
  const { t } = useText();
  const list = `${form.id}-zones`;
  return (
    <Section title={t("chatset.hours")}>
      <Check form={form} name="hoursOn" label="chatset.hoursOn" help="chatset.hoursHelp" />
      <TextField
        form={form}
        name="timezone"
        label={t("chatset.timezone")}
        placeholder="UTC"
        list={list}
        spellCheck={false}
      />
      <datalist id={list}>
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      {(form.values.hoursOn === "yes" || DAYS.some((day) => form.errors[day] !== undefined)) && (
        <>
          {DAYS.map((day) => (
            <TextField
              key={day}
              form={form}
              name={day}
              label={t(`chatset.day.${day}`)}
              placeholder={t("chatset.closed")}
              spellCheck={false}
            />
          ))}
          <p className="muted small">{t("chatset.spans")}</p>
          <Lines form={form} name="holidays" label="chatset.holidays" help="chatset.holidaysHelp" />
        </>
      )}
    </Section>
  );
}

function People({ form }: { form: ChatForm }) {
  const { t } = useText();
  return (
    <>
      <Section title={t("chatset.people")}>
        <Amount form={form} name="backAfterMinutes" label="chatset.backAfter" help="chatset.backAfterHelp" max={1440} />
        <Lines form={form} name="personWords" label="chatset.personWords" help="chatset.personWordsHelp" />
        <Lines form={form} name="notPersonWords" label="chatset.notPersonWords" help="chatset.notPersonWordsHelp" />
        <Check form={form} name="alertMail" label="chatset.alertMail" />
        {form.values.alertMail === "yes" && (
          <>
            <Choice
              form={form}
              name="alertTo"
              label="chatset.alertTo"
              options={(["everybody", "managers", "owner"] as const).map((value) => ({
                value,
                text: t(`chatset.alertTo.${value}`),
              }))}
            />
            <Amount form={form} name="alertFirstMinutes" label="chatset.alertFirst" max={1440} />
            <Amount
              form={form}
              name="alertAgainMinutes"
              label="chatset.alertAgain"
              help="chatset.alertAgainHelp"
              max={1440}
            />
          </>
        )}
      </Section>
      <Section title={t("chatset.keeping")}>
        <Amount form={form} name="keepDays" label="chatset.keepDays" help="chatset.keepDaysHelp" max={3650} />
      </Section>
    </>
  );
}

/** Whose pages and whose deliveries are let in. */
function Doors({ form, shop, settings }: { form: ChatForm; shop: Shop; settings: ChatSettings }) {
  const { t } = useText();
  const { domains, domainsInPlan: room } = settings;
  return (
    <Section title={t("chatset.doors")}>
      <p className="muted small">
        {shop.domain === null ? t("chatset.noDomain") : t("chatset.domain", { domain: shop.domain })}{" "}
        <Link to={`/shops/${shop.id}/settings`}>{t("chatset.changeDomain")}</Link>
      </p>
      <Lines form={form} name="domains" label="chatset.domains" help="chatset.domainsHelp" />
      {room !== undefined && domains.length > room && (
        <Alert
          tone="due"
          title={t("chatset.domainsBeyond", { domains: domains.slice(room).join(", ") })}
          action={
            <LinkButton small to={`/billing/plan?shop=${shop.id}`}>
              {t("chatset.largerPlan")}
            </LinkButton>
          }
        />
      )}
      <Check form={form} name="oldSignature" label="chatset.oldSignature" help="chatset.oldSignatureHelp" />
    </Section>
  );
}

/** "holidays[2]" is told at the field that holds them all; of sentences, which one is meant. */
const atFields = (problem: Problem, { sayings }: ChatSettingsBody, alertOrder: string) => ({
  fields: problem.fields.map((one) => {
    const said = sayings?.[Number(/^sayings\[(\d+)\]/.exec(one.field)?.[1] ?? -1)];
    if (one.field === "alertAgainMinutes" && one.code === "order") return { ...one, message: alertOrder };
    return {
      ...one,
      field: one.field.replace(/\[.*$/, ""),
      message: said ? `“${said.text}” (${ownName(said.language)}): ${one.message}` : one.message,
    };
  }),
});

/** A field as people call it. */
function useFieldName(): (name: string) => string {
  const { t, known } = useText();
  return (name) => {
    const [language, part] = name.split(".");
    if (part !== undefined) return `${known(`chatset.${part}`) ?? part} (${ownName(language ?? "")})`;
    if ((DAYS as readonly string[]).includes(name)) return t(`chatset.day.${name as (typeof DAYS)[number]}`);
    return known(`chatset.${name}`) ?? known(`chatset.${name.replace(/(Minutes|Seconds)$/, "")}`) ?? name;
  };
}

/** A colleague has saved meanwhile: nothing that was typed here is lost, and nothing of theirs is written over unseen. */
function Moved({ names, keep, take }: { names: readonly string[]; keep: () => void; take: () => void }) {
  const { t } = useText();
  const nameOf = useFieldName();
  return (
    <Alert
      tone="due"
      title={t("chatset.moved")}
      action={
        <span className="line">
          <Button small onClick={keep}>
            {t("chatset.keepMine")}
          </Button>
          <Button small look="quiet" onClick={take}>
            {t("chatset.takeTheirs")}
          </Button>
        </span>
      }
    >
      {t("chatset.movedFields", { fields: names.map(nameOf).join(", ") })}
    </Alert>
  );
}

function Edit({ shop, settings }: { shop: Shop; settings: ChatSettings }) {
  const { t, lang } = useText();
  const notify = useNotify();
  const queries = useQueryClient();
  const problemText = useProblemText();
  const rules = useRules();
  const hours = (value: string) => (spansOf(value) === null ? t("chatset.spans") : null);
  const theirs = valuesOf(settings);
  const draft = `chat-${shop.id}`;
  const form = useForm<ChatValues>(theirs, {
    draft,
    keepsAll: true,
    rules: {
      botName: [rules.required],
      keepDays: [rules.required],
      backAfterMinutes: [rules.required],
      ...Object.fromEntries(DAYS.map((day) => [day, [hours]])),
    },
  });
  const [language, setLanguage] = useState<ChatLanguage>(lang);
  // What the fields held before anything was typed into them; kept as long as the draft, which may be older than a reload.
  const baseDraft = `${draft}-base`;
  const [base, setBase] = useState(() => baseOf(readDraft(baseDraft, Object.keys(theirs)), form.values, theirs));
  useEffect(() => keepDraft(baseDraft, base), [baseDraft, base]);
  const moved = Number(form.values.revision) < settings.revision;
  const begin = (values: ChatValues) => {
    setBase(values);
    form.reset(values);
  };
  if (moved && !form.changed) begin(theirs); // nobody has typed: the newest is shown
  const [refusal, setRefusal] = useState("");
  // The plan has room for no further website.
  const [full, setFull] = useState(false);
  const submit = useSubmit(
    (body: ChatSettingsBody) =>
      answer(api.PUT("/api/shops/{id}/chatbot/settings", { params: { path: { id: shop.id } }, body })),
    {
      onDone: (saved) => {
        begin(valuesOf(saved));
        queries.setQueryData(keys.chatSettings(shop.id), saved);
        notify.done(t("chatset.saved"));
      },
      onProblem: (problem, body) => {
        setFull(problem.code === "websites_full");
        if (problem.code === "settings_changed")
          void queries.invalidateQueries({ queryKey: keys.chatSettings(shop.id) }); // and the page says what became another
        else if (!placeFieldProblems(form, atFields(problem, body, t("chatset.alertOrder")))) {
          setRefusal([problemText(problem), ...problem.fields.map(({ field }) => field)].join(" "));
          window.scrollTo({ top: 0 }); // it stands above all fields
        }
      },
    },
  );
  return (
    <div className="chat-settings">
      <div className="settings-form stack">
        {refusal !== "" && (
          <Alert
            tone="stop"
            title={refusal}
            action={
              full && (
                <LinkButton small to={`/billing/plan?shop=${shop.id}`}>
                  {t("chatset.largerPlan")}
                </LinkButton>
              )
            }
          />
        )}
        {moved && form.changed && (
          <Moved
            names={movedOf(base, theirs)}
            keep={() => {
              form.change(mergedOf(base, form.values, theirs));
              setBase(theirs);
            }}
            take={() => begin(theirs)}
          />
        )}
        <Form
          form={form}
          onSubmit={(values) => {
            setRefusal("");
            submit.send(bodyOf(values, settings));
          }}
        >
          <Looks form={form} shop={shop} settings={settings} />
          <Words form={form} language={language} choose={setLanguage} />
          <Sayings shop={shop} form={form} language={language} />
          <Hours form={form} />
          <People form={form} />
          <Doors form={form} shop={shop} settings={settings} />
          <SaveBar form={{ changed: form.changed, reset: () => begin(theirs) }} pending={submit.isPending} />
        </Form>
      </div>
      <ChatPreview shop={shop} values={form.values} picture={settings.picture} language={language} />
    </div>
  );
}

export default function ChatSettingsPart({ shop }: { shop: Shop }) {
  const { t } = useText();
  const read = useChatSettings(shop.id);
  if (read.isError && toProblem(read.error).status === 409)
    return (
      <NeedsChatbot shop={shop} icon="inbox" title={t("chatset.title")}>
        {t("chatset.none")}
      </NeedsChatbot>
    );
  return (
    <Loaded read={read} height={640}>
      {(settings) => <Edit shop={shop} settings={settings} />}
    </Loaded>
  );
}
