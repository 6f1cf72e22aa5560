/* copy.ts: the conversation by mail, to whatever address the visitor types: a button in the head, and its form. */
import { leaveForm } from "./leave";
import { Refused } from "./talk";
import type { Texts } from "./texts";

export function copyByMail(
  t: Texts,
  send: (email: string) => Promise<unknown>,
  tell: (text: string, bad?: boolean) => void,
) {
  const why: Record<string, string> = { transcript_limit: t.copyLimit, transcript_empty: t.copyEmpty };
  const button = document.createElement("button");
  const form = leaveForm({ ...t, leave: t.copySend, emailKept: t.copySent }, send, tell, button, (e) =>
    e instanceof Refused ? why[e.code] : undefined,
  );
  form.classList.add("copy");
  button.type = "button";
  button.className = "x";
  button.textContent = "✉\ufe0e";
  button.title = button.ariaLabel = t.copy;
  button.ariaExpanded = "false";
  new MutationObserver(() => (button.ariaExpanded = String(!form.hidden))).observe(form, {
    attributeFilter: ["hidden"],
  });
  button.onclick = () => {
    form.hidden = !form.hidden;
    if (!form.hidden) form.querySelector("input")?.focus();
  };
  return { button, form };
}
