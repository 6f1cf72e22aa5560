/* leave.ts: where nobody is there, or nobody comes: an address to be answered at. */
import { hide } from "./shared";
import { Refused } from "./talk";
import type { Texts } from "./texts";

/** A form that says by itself how it went. `keep` rejects when the address was not taken. Its focus goes to `back`. What an
 * address is, the server says: the browser's own rule for type=email refuses letters that it takes. */
export function leaveForm(
  t: Texts,
  keep: (email: string) => Promise<unknown>,
  tell: (text: string, bad?: boolean) => void,
  back: HTMLElement,
  why: (e: unknown) => string | undefined = () => undefined,
) {
  const form = document.createElement("form");
  const input = document.createElement("input");
  const button = document.createElement("button");
  form.className = "leave";
  form.hidden = true;
  form.noValidate = true;
  input.inputMode = input.autocomplete = "email";
  input.placeholder = input.ariaLabel = t.email;
  button.textContent = t.leave;
  form.append(input, button);
  form.onsubmit = (e) => {
    e.preventDefault();
    const email = input.value.trim();
    if (button.ariaDisabled) return; // disabled, it would lose the focus
    const refused = () => {
      tell(t.emailBad, true);
      input.focus();
    };
    if (!email) {
      refused();
      return;
    }
    button.ariaDisabled = "true";
    keep(email)
      .then(() => {
        form.dataset.kept = "1";
        hide(form, back);
        tell(t.emailKept);
      })
      .catch((e: unknown) => (e instanceof Refused && e.status === 422 ? refused() : tell(why(e) ?? t.failed, true)))
      .finally(() => (button.ariaDisabled = null));
  };
  return form;
}
