/* The plan that somebody chose on the landing page, before they had an account: kept in this browser until a plan is
 * bought or a trial begun, because between choosing and buying lie a mail, a sign-in and a shop. Nothing depends on it. */
const KEPT = "chathub-plan";
const CODE = /^[a-z0-9][a-z0-9-]{0,39}$/;

export const isPlanCode = (code: string) => CODE.test(code);

export function chosenPlan(): string | null {
  try {
    const kept = localStorage.getItem(KEPT);
    return kept !== null && isPlanCode(kept) ? kept : null;
  } catch {
    return null; // storage may be forbidden
  }
}

/** What is no code of a plan changes nothing. */
export function keepChosenPlan(code: string | null): void {
  if (code === null || !isPlanCode(code)) return;
  try {
    localStorage.setItem(KEPT, code);
  } catch {
    // as above: they choose once more
  }
}

/** It was bought, tried or declined: it is not put forward any more. */
export function forgetChosenPlan(): void {
  try {
    localStorage.removeItem(KEPT);
  } catch {
    // as above
  }
}
