/* Signing out when nobody answers. What this page holds goes at once: its content, and with it all that was read for the
 * person. The session itself ends when the server is heard again: asked until then, the page is not drawn. */
import { answer, api } from "./api/client";

const AGAIN_MS = 3000;
let unmount = (): void => undefined;

export function onLeaving(take: () => void): void {
  unmount = take;
}

export function leaveUnheard(text: string): void {
  unmount();
  const main = document.createElement("main");
  const words = document.createElement("p");
  main.className = "whole";
  words.role = "status";
  words.textContent = text;
  main.append(words);
  document.body.replaceChildren(main);
  const again = () => {
    answer(api.POST("/auth/logout")).then(
      () => window.location.replace("/login"),
      () => setTimeout(again, AGAIN_MS),
    );
  };
  setTimeout(again, AGAIN_MS);
}
