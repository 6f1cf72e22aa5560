/* early.ts: what the page says to the widget whether its script has run or not. Before, `window.chathub` is the page's own:
 * settings, or a list of settings and calls; afterwards it is the page API, and the same goes to its `push`. So a page needs
 * not know which of the two came first:
 *
 *   (window.chathub ??= []).push({ language: "es", position: "left" }, ["identify", token], ["on", "message", tell]); */
import type { ChatApi } from "./shared";

/** The attributes of the script without `data-`; what is said here wins. */
export interface Settings {
  language?: string;
  position?: string;
  color?: string;
  presence?: string;
}
export type Call = [name: Exclude<keyof ChatApi, "push">, ...all: unknown[]];
export type Said = Settings | Call | Said[] | undefined;

/** Each for itself: a mistake of the page in one keeps neither the others nor the launcher. */
export const hearer = (api: ChatApi, set: (settings: Settings | undefined) => void) => {
  const hear = (said: Said): void => {
    try {
      const [name, ...all] = Array.isArray(said) ? said : [];
      if (typeof name === "string") (api[name] as (...all: unknown[]) => void)(...all);
      else if (Array.isArray(said)) (said as Said[]).forEach(hear);
      else set(said);
    } catch (mistake) {
      reportError(mistake);
    }
  };
  return hear;
};
