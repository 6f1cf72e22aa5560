/* shared.ts: what both files of the widget know: each carries its own copy. */
import type { Said } from "./early";

export type Language = "en" | "zh-CN" | "es";

/** Who reads what. Traditional Chinese reads the simplified texts sooner than English ones, and so does who speaks Cantonese,
 * Wu, Min, Hakka or Gan, or names no more than the script: they are written alike. */
const READ: [Language, RegExp][] = [
  ["zh-CN", /^(zh|cmn|yue|wuu|nan|hak|gan)|han[st]/i],
  ["es", /^es(?![a-z])/i],
  ["en", /^en(?![a-z])/i],
];

/** The first of `wanted` that we have. */
export function languageOf(wanted: (string | undefined)[]): Language {
  for (const tag of wanted) {
    for (const [language, is] of READ) if (is.test(tag ?? "")) return language;
  }
  return "en";
}

/** Under which name the browser keeps what belongs to a shop's chat. */
export const storeOf = (shop: string) => `chathub:${shop}`;

/** Hidden with the focus in it, it would lose that to the page behind: the focus goes to `back` before. */
export function hide(one: HTMLElement, back: HTMLElement, hidden = true) {
  if (hidden && one.contains((one.getRootNode() as ShadowRoot).activeElement)) back.focus();
  one.hidden = hidden;
}

/** How the shop wants its chat, in the reader's language: /api/chat/SHOP/face and /here. */
export interface Face {
  botName: string;
  avatar: string;
  avatarUrl: string | null;
  colour: string;
  position: string;
  disclosure: boolean;
  askScore: boolean;
  greeting: string;
  opening: string[];
  after: string[];
  handOff: string[];
  proactive: { text: string; afterSeconds: number; pages: string[] } | null;
  token?: string | null;
}
/** The console's preview: settings that are not saved, and an answer that nobody keeps. */
export interface Preview {
  face: Face;
  rehearse: (text: string) => Promise<string>;
  wear?: (face: Face) => void;
}

export type ChatEvent = "ready" | "open" | "close" | "message" | "state" | "gone";
/** What the first file gives to the second. A page that was loaded before an update gets the second of after it: this only grows. */
export interface Frame {
  root: ShadowRoot;
  base: string;
  shop: string;
  language: Language;
  tag?: string; // the first of what was asked for
  launcher: HTMLButtonElement;
  face?: Face;
  /** The panel's, when another face comes. */
  worn?(face: Face): void;
  rehearse?: Preview["rehearse"];
  /** Tells who listens on the page. */
  tell(event: ChatEvent, detail?: unknown): void;
  /** Messages that were not read, on the launcher. */
  unread(count: number): void;
  /** There is no chat here (any more): everything goes. */
  gone(): void;
}
export interface Panel {
  open(): void;
  close(): void;
  isOpen(): boolean;
  /** A greeting by itself, beside the launcher. */
  greet(text: string): void;
  send(text: string): void;
  identify(token: string): Promise<boolean>;
  logout(): void;
  destroy(): void;
}
export interface ChatApi {
  open(): void;
  close(): void;
  toggle(): void;
  sendMessage(text: string): void;
  /** What the shop's server has signed of its customer; true: accepted. */
  identify(token: string): Promise<boolean>;
  logout(): void;
  destroy(): void;
  on(event: ChatEvent, listener: (detail?: unknown) => void): () => void;
  /** Settings and calls, as before the script was there. */
  push(...all: Said[]): void;
}
/** Of Trusted Types, where the browser has them. */
export interface ScriptPolicy {
  createScriptURL(url: string): string;
}
declare global {
  interface Window {
    trustedTypes?: { createPolicy(name: string, rules: { createScriptURL(): string }): ScriptPolicy };
    chathub?: ChatApi;
    ChatbotWidget?: ChatApi;
    chathubPanel?: (frame: Frame) => Panel;
    chathubPreview?: Preview;
  }
}
