/* Signing out. When nobody answers, what this page holds goes at once: its content, its name and address, and with it all
 * that was read for the person. The session itself ends when the server is heard again: asked until then, the page is not
 * drawn. */
import { answer, api } from "./api/client";
import type { Problem } from "./api/problem";

const AGAIN_MS = 3000;
/** A server that is stopped on the way, or stands still, holds nobody here for longer. */
const PATIENCE_MS = 5000;
/** Something that is read aloud must be there before its words are. */
const SAID_MS = 100;
let unmount = (): void => undefined;

export function onLeaving(take: () => void): void {
  unmount = take;
}

export const endSession = () => answer(api.POST("/auth/logout", { signal: AbortSignal.timeout(PATIENCE_MS) }));

/** No answer, or one of a server or proxy in trouble: the session may live on. */
export const isUnheard = ({ status }: Pick<Problem, "status">) => status === 0 || status >= 500;

export function leaveUnheard(text: string): void {
  unmount();
  const main = document.createElement("main");
  const words = document.createElement("p");
  main.className = "whole";
  words.role = "status";
  main.append(words);
  document.body.replaceChildren(main);
  document.title = "Chathub";
  window.history.replaceState(null, "", "/login");
  setTimeout(() => {
    words.textContent = text;
  }, SAID_MS);
  const again = () => {
    endSession().then(
      () => window.location.replace("/login"),
      () => setTimeout(again, AGAIN_MS),
    );
  };
  setTimeout(again, AGAIN_MS);
}
