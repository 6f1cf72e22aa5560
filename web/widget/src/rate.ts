/* rate.ts: after the end, how it was: five buttons, and words if one likes. */
import { hide } from "./shared";
import type { Texts } from "./texts";

/** A form that says by itself how it went. `keep` rejects when it was not taken. Its focus goes to `back`. */
export function rateForm(
  t: Texts,
  keep: (score: number, words: string) => Promise<unknown>,
  tell: (text: string, bad?: boolean) => void,
  back: HTMLElement,
) {
  const form = document.createElement("form");
  const scores = document.createElement("div");
  const words = document.createElement("input");
  const send = document.createElement("button");
  let chosen = 0;
  form.className = "leave rate";
  form.hidden = true;
  scores.role = "group";
  scores.ariaLabel = t.rate;
  const buttons = [1, 2, 3, 4, 5].map((n) => {
    const one = document.createElement("button");
    one.type = "button";
    one.textContent = String(n);
    one.ariaLabel = t.rateOf.replace("{n}", String(n));
    one.ariaPressed = "false";
    one.onclick = () => {
      chosen = n;
      for (const other of buttons) other.ariaPressed = String(other === one);
      words.hidden = send.hidden = false;
    };
    return one;
  });
  const title = document.createElement("p");
  title.textContent = t.rate;
  scores.append(...buttons);
  words.maxLength = 500;
  words.dir = "auto";
  words.placeholder = words.ariaLabel = t.rateWords;
  send.textContent = t.send;
  words.hidden = send.hidden = true;
  form.append(title, scores, words, send);
  form.onreset = () => {
    chosen = 0;
    for (const one of buttons) one.ariaPressed = "false";
    words.hidden = send.hidden = true;
  };
  form.onsubmit = (e) => {
    e.preventDefault();
    if (send.ariaDisabled || chosen === 0) return; // disabled, it would lose the focus
    send.ariaDisabled = "true";
    keep(chosen, words.value.trim())
      .then(() => {
        form.dataset.kept = "1";
        hide(form, back);
        tell(t.rated);
      })
      .catch(() => tell(t.failed, true))
      .finally(() => (send.ariaDisabled = null));
  };
  return form;
}
