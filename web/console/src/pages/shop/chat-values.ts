/* The settings of a shop's chat as a form holds them (texts, a line for each word of a list) and as the server takes them. */
import type { ChatSettings, ChatSettingsBody } from "../../api/types";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
/** Those that the widget speaks itself. What was set for others by the API stays as it is. */
export const CHAT_LANGUAGES = ["en", "zh-CN", "es"] as const;
export const LANGUAGE_TEXTS = ["greeting", "away", "proactive"] as const;
export const LANGUAGE_LISTS = ["opening", "after", "handOff"] as const;
export type ChatLanguage = (typeof CHAT_LANGUAGES)[number];
export type ChatValues = Record<string, string>;

const lines = (list: readonly string[]) => list.join("\n");
export const listOf = (text = "") =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

const SPAN = /^(\d{1,2}):(\d{2})\s*[-–—~]\s*(\d{1,2}):(\d{2})$/;
/** "09:00-12:00, 13:00-18:00" as minutes of the day; null: it is not written so. */
export function spansOf(text: string): { from: number; to: number }[] | null {
  const spans = [];
  for (const part of text.split(/[,，;；]/).map((one) => one.trim())) {
    if (part === "") continue;
    const [, h1, m1, h2, m2] = (SPAN.exec(part) ?? []).map(Number);
    if (h1 === undefined || m1 === undefined || h2 === undefined || m2 === undefined || m1 > 59 || m2 > 59) return null;
    const [from, to] = [h1 * 60 + m1, h2 * 60 + m2];
    if (from >= to || to > 24 * 60) return null;
    spans.push({ from, to });
  }
  return spans;
}

export type Saying = ChatSettings["sayings"][number];
/** Sentences that the assistant says otherwise; in the form one text, so that they are kept and merged together. */
export const sayingsOf = (values: ChatValues) => JSON.parse(values.sayings ?? "[]") as Saying[];

/** The same with this one; empty: the built-in sentence again. */
export function withSaying(values: ChatValues, language: ChatLanguage, key: Saying["key"], text: string): string {
  const all = sayingsOf(values);
  const is = (one: Saying) => one.language === language && one.key === key;
  if (text === "") return JSON.stringify(all.filter((one) => !is(one)));
  const said = { language, key, text };
  return JSON.stringify(all.some(is) ? all.map((one) => (is(one) ? said : one)) : [...all, said]);
}

/** Sentence by sentence: those that were changed here over the newest ones. */
function mergedSayings(base: ChatValues, mine: ChatValues, theirs: ChatValues): string {
  const byKey = (values: ChatValues) => new Map(sayingsOf(values).map((one) => [`${one.language} ${one.key}`, one]));
  const [before, own, all] = [byKey(base), byKey(mine), byKey(theirs)];
  for (const key of new Set([...before.keys(), ...own.keys()])) {
    const one = own.get(key);
    if (one?.text === before.get(key)?.text) continue;
    if (one === undefined) all.delete(key);
    else all.set(key, one);
  }
  return JSON.stringify([...all.values()]);
}

/** What would not be told any more. */
export const holesMissing = (text: string, holes: readonly string[]) =>
  holes.filter((name) => !text.includes(`{${name}}`));

export function valuesOf(s: ChatSettings): ChatValues {
  const values: ChatValues = {
    revision: String(s.revision),
    botName: s.botName,
    avatar: s.avatar,
    avatarUrl: s.avatarUrl ?? "",
    colour: s.colour,
    position: s.position,
    disclosure: s.disclosure ? "yes" : "",
    askScore: s.askScore ? "yes" : "",
    timezone: s.timezone,
    hoursOn: s.hoursOn ? "yes" : "",
    holidays: lines(s.holidays),
    backAfterMinutes: String(s.backAfterMinutes),
    personWords: lines(s.personWords),
    notPersonWords: lines(s.notPersonWords),
    alertMail: s.alertMail ? "yes" : "",
    alertTo: s.alertTo,
    alertFirstMinutes: String(s.alertFirstMinutes),
    alertAgainMinutes: String(s.alertAgainMinutes),
    keepDays: String(s.keepDays),
    proactive: s.proactive ? "yes" : "",
    proactiveAfterSeconds: String(s.proactiveAfterSeconds),
    proactivePages: lines(s.proactivePages),
    domains: lines(s.domains),
    oldSignature: s.oldSignature ? "yes" : "",
    sayings: JSON.stringify(s.sayings),
  };
  for (const day of DAYS)
    values[day] = s.hours
      .filter((span) => span.day === day)
      .map(({ from, to }) => `${clock(from)}-${clock(to)}`)
      .join(", ");
  for (const language of CHAT_LANGUAGES) {
    const texts = s.texts.find((one) => one.language === language);
    for (const name of LANGUAGE_TEXTS) values[`${language}.${name}`] = texts?.[name] ?? "";
    for (const name of LANGUAGE_LISTS) values[`${language}.${name}`] = lines(texts?.[name] ?? []);
  }
  return values;
}

/** What a colleague has changed since: the fields that are others now than where this form began. */
export const movedOf = (base: ChatValues, theirs: ChatValues) =>
  Object.keys(theirs).filter((name) => name !== "revision" && theirs[name] !== base[name]);

/** Where a form began whose draft outlived a reload: at what was kept with the draft, if it is of the same revision. */
export const baseOf = (kept: Partial<ChatValues>, mine: ChatValues, theirs: ChatValues): ChatValues =>
  kept.revision === mine.revision ? ({ ...theirs, ...kept } as ChatValues) : theirs;

/** Over the newest settings, with what was typed here: who typed nothing into a field takes the colleague's. */
export const mergedOf = (base: ChatValues, mine: ChatValues, theirs: ChatValues): ChatValues =>
  Object.fromEntries(
    Object.keys(theirs).map((name) => {
      if (name === "sayings") return [name, mergedSayings(base, mine, theirs)];
      const typed = name !== "revision" && mine[name] !== base[name];
      return [name, (typed ? mine[name] : theirs[name]) ?? ""];
    }),
  );

const text = (values: ChatValues, name: string) => (values[name] ?? "").trim();

export function textsOf(values: ChatValues, language: ChatLanguage) {
  return {
    language,
    greeting: text(values, `${language}.greeting`),
    away: text(values, `${language}.away`),
    proactive: text(values, `${language}.proactive`),
    opening: listOf(values[`${language}.opening`]),
    after: listOf(values[`${language}.after`]),
    handOff: listOf(values[`${language}.handOff`]),
  };
}

export function bodyOf(values: ChatValues, before: ChatSettings): ChatSettingsBody {
  const own = CHAT_LANGUAGES.map((language) => textsOf(values, language)).filter((t) =>
    [t.greeting, t.away, t.proactive, ...t.opening, ...t.after, ...t.handOff].some((one) => one !== ""),
  );
  const others = before.texts.filter(({ language }) => !(CHAT_LANGUAGES as readonly string[]).includes(language));
  const avatarUrl = text(values, "avatarUrl");
  return {
    revision: Number(values.revision),
    botName: text(values, "botName"),
    avatarUrl: avatarUrl === "" ? null : avatarUrl,
    avatar: values.avatar as ChatSettings["avatar"],
    position: values.position as ChatSettings["position"],
    colour: text(values, "colour"),
    texts: [...own, ...others],
    timezone: text(values, "timezone"),
    hoursOn: values.hoursOn === "yes",
    hours: DAYS.flatMap((day) => (spansOf(values[day] ?? "") ?? []).map((span) => ({ day, ...span }))),
    holidays: listOf(values.holidays),
    disclosure: values.disclosure === "yes",
    askScore: values.askScore === "yes",
    backAfterMinutes: Number(values.backAfterMinutes),
    personWords: listOf(values.personWords),
    notPersonWords: listOf(values.notPersonWords),
    alertMail: values.alertMail === "yes",
    alertTo: values.alertTo as ChatSettings["alertTo"],
    alertFirstMinutes: Number(values.alertFirstMinutes),
    alertAgainMinutes: Number(values.alertAgainMinutes),
    keepDays: Number(values.keepDays),
    proactive: values.proactive === "yes",
    proactiveAfterSeconds: Number(values.proactiveAfterSeconds),
    proactivePages: listOf(values.proactivePages),
    domains: listOf(values.domains),
    oldSignature: values.oldSignature === "yes",
    sayings: sayingsOf(values)
      .map((one) => ({ ...one, text: one.text.trim() }))
      .filter((one) => one.text !== ""),
  };
}
