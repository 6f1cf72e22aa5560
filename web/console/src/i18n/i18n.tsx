/* The language of the screens: texts, numbers and times. Components ask `useText()` and never hold a sentence. A language is
 * a file of its own, fetched before the first screen is drawn: nobody waits for the words of another one. What only the pages
 * of the chat, the first page, of money, of the operator, of the settings or of the trail say, or what is stored in words of the server's, are files beside it, which come with these
 * pages (pages.ts): a first visit elsewhere does not wait for them. parts.test.ts holds that no word is asked for before it is there. */
import { createContext, type ReactNode, useCallback, useContext, useLayoutEffect, useMemo, useState } from "react";
import type { en } from "./en";
import type { enAudit } from "./en-audit";
import type { enChat } from "./en-chat";
import type { enHome } from "./en-home";
import type { enMoney } from "./en-money";
import type { enOperator } from "./en-operator";
import type { enSaid } from "./en-said";
import type { enSettings } from "./en-settings";
import type { enSpending } from "./en-spending";
import { fill, type Values } from "./format";
import { loadPart } from "../load-part";
import { keepLang, type Lang, langFromBrowser, langFromCookie } from "./lang";

export type TextKey =
  | keyof typeof en
  | keyof typeof enAudit
  | keyof typeof enChat
  | keyof typeof enHome
  | keyof typeof enMoney
  | keyof typeof enOperator
  | keyof typeof enSaid
  | keyof typeof enSettings
  | keyof typeof enSpending;
export type Dictionary = Readonly<Record<TextKey, string>>;
/** The words that come beside the pages that say them. */
export type Part = "audit" | "chat" | "home" | "money" | "operator" | "said" | "settings" | "spending";

const FILES: Readonly<Record<Lang, Readonly<Record<"first" | Part, () => Promise<Partial<Dictionary>>>>>> = {
  "zh-CN": {
    first: () => import("./zh").then(({ zh }) => zh),
    audit: () => import("./zh-audit").then(({ zhAudit }) => zhAudit),
    chat: () => import("./zh-chat").then(({ zhChat }) => zhChat),
    home: () => import("./zh-home").then(({ zhHome }) => zhHome),
    money: () => import("./zh-money").then(({ zhMoney }) => zhMoney),
    operator: () => import("./zh-operator").then(({ zhOperator }) => zhOperator),
    said: () => import("./zh-said").then(({ zhSaid }) => zhSaid),
    settings: () => import("./zh-settings").then(({ zhSettings }) => zhSettings),
    spending: () => import("./zh-spending").then(({ zhSpending }) => zhSpending),
  },
  en: {
    first: () => import("./en").then(({ en }) => en),
    audit: () => import("./en-audit").then(({ enAudit }) => enAudit),
    chat: () => import("./en-chat").then(({ enChat }) => enChat),
    home: () => import("./en-home").then(({ enHome }) => enHome),
    money: () => import("./en-money").then(({ enMoney }) => enMoney),
    operator: () => import("./en-operator").then(({ enOperator }) => enOperator),
    said: () => import("./en-said").then(({ enSaid }) => enSaid),
    settings: () => import("./en-settings").then(({ enSettings }) => enSettings),
    spending: () => import("./en-spending").then(({ enSpending }) => enSpending),
  },
};
/** One list a language, for as long as the console lives: what comes later is seen by whoever holds it. */
const here: Readonly<Record<Lang, Partial<Record<TextKey, string>>>> = { "zh-CN": {}, en: {} };
/** What is drawn, or will be: a page that comes asks for its words in all of these, a language that comes for the words of
 * all pages so far. Whichever of the two is later brings what is missing. */
const spoken = new Set<Lang>();
const wanted = new Set<"first" | Part>(["first"]);

async function fetchWords(lang: Lang, part: "first" | Part): Promise<void> {
  Object.assign(here[lang], await FILES[lang][part]());
}

/** Once it has come, this language can be drawn. */
export async function loadTexts(lang: Lang): Promise<void> {
  spoken.add(lang);
  await Promise.all([...wanted].map((part) => fetchWords(lang, part)));
}

/** Once it has come, pages that say these words can be drawn. */
export async function loadPartTexts(part: Part): Promise<void> {
  wanted.add(part);
  if (spoken.size === 0) spoken.add(firstLang());
  await Promise.all([...spoken].map((lang) => fetchWords(lang, part)));
}

function textsOf(lang: Lang): Dictionary {
  const texts = here[lang];
  if (!("nav.label" in texts)) throw new Error(`the texts of ${lang} are not there yet`);
  return texts as Dictionary;
}

export const firstLang = (): Lang => langFromCookie(document.cookie) ?? langFromBrowser(navigator.languages);

export type T = (key: TextKey, values?: Values) => string;

export interface Text {
  lang: Lang;
  t: T;
  /** All keys that begin so, in the order in which they stand. */
  keys: (start: string) => TextKey[];
  /** A text whose key comes from the server (an action, a state): null when there is none for it. */
  known: (key: string) => string | null;
  setLang: (lang: Lang) => void;
  number: (value: number) => string;
  /** With its sign: +100, −50. */
  signed: (value: number) => string;
  /** In minor units: fen of a yuan. */
  money: (minor: number, currency: string) => string;
  time: (iso: string) => string;
  day: (iso: string) => string;
  /** With seconds and zone. */
  exact: (iso: string) => string;
  /** The hour and minute. */
  clock: (iso: string) => string;
  /** How long ago or in how long, within a month; else the day. */
  near: (iso: string) => string;
}

const TextContext = createContext<Text | null>(null);

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

const NEAR_MS = 30 * 86_400_000;

function near(lang: Lang, iso: string, day: (iso: string) => string): string {
  const away = Date.parse(iso) - Date.now();
  if (Math.abs(away) > NEAR_MS) return day(iso);
  const format = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });
  for (const [unit, ms] of UNITS) if (Math.abs(away) >= ms) return format.format(Math.trunc(away / ms), unit);
  return format.format(0, "second");
}

export function makeText(lang: Lang, setLang: (lang: Lang) => void): Text {
  const texts = textsOf(lang);
  const number = new Intl.NumberFormat(lang);
  const signed = new Intl.NumberFormat(lang, { signDisplay: "exceptZero" });
  const time = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" });
  const exact = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "long" });
  const dayFormat = new Intl.DateTimeFormat(lang, { dateStyle: "medium" });
  const clock = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit" });
  const day = (iso: string) => dayFormat.format(new Date(iso));
  return {
    lang,
    t: (key, values) => fill(texts[key], lang, values),
    keys: (start) => (Object.keys(texts) as TextKey[]).filter((key) => key.startsWith(start)),
    known: (key) => (Object.hasOwn(texts, key) ? texts[key as TextKey] : null),
    setLang,
    number: (value) => number.format(value),
    signed: (value) => signed.format(value).replace("-", "−"),
    time: (iso) => time.format(new Date(iso)),
    money: (minor, currency) => {
      const format = new Intl.NumberFormat(lang, {
        style: "currency",
        currency,
        trailingZeroDisplay: "stripIfInteger",
      });
      // As many minor units as the currency has: a yen has none.
      const { maximumFractionDigits: digits = 2 } = new Intl.NumberFormat(lang, {
        style: "currency",
        currency,
      }).resolvedOptions();
      return format.format(minor / 10 ** digits);
    },
    day,
    clock: (iso) => clock.format(new Date(iso)),
    exact: (iso) => exact.format(new Date(iso)),
    near: (iso) => near(lang, iso, day),
  };
}

let lastChosen: Lang; // of two choices the later one counts, whichever comes first

export function TextProvider({ children }: { children: ReactNode }) {
  const [lang, setState] = useState<Lang>(firstLang);
  const setLang = useCallback((chosen: Lang) => {
    lastChosen = chosen;
    keepLang(chosen); // before the next request: the server answers in the language of the cookie
    loadPart(() => loadTexts(chosen)).then(
      () => lastChosen === chosen && setState(chosen),
      () => lastChosen === chosen && window.location.reload(), // it begins in that language, and goes on asking for it
    );
  }, []);
  useLayoutEffect(() => {
    document.documentElement.lang = lang;
  }, [lang]);
  const text = useMemo(() => makeText(lang, setLang), [lang, setLang]);
  return <TextContext value={text}>{children}</TextContext>;
}

export function useText(): Text {
  const text = useContext(TextContext);
  if (text === null) throw new Error("useText outside TextProvider");
  return text;
}
