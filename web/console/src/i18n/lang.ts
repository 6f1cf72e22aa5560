/* Which language: the cookie `lang` when the person chose one, else what the browser prefers. The same rule as the
 * server's, so that its messages and our texts never differ. */

export const LANGS = ["zh-CN", "en"] as const;
export type Lang = (typeof LANGS)[number];

const COOKIE_AGE_S = 365 * 24 * 3600;

export function isLang(value: unknown): value is Lang {
  return value === "zh-CN" || value === "en";
}

export function langFromCookie(cookies: string): Lang | null {
  for (const part of cookies.split(";")) {
    const [name, value] = part.trim().split("=", 2);
    if (name === "lang" && isLang(value)) return value;
  }
  return null;
}

export function langFromBrowser(preferred: readonly string[]): Lang {
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split("-", 1)[0];
    if (primary === "zh") return "zh-CN";
    if (primary === "en") return "en";
  }
  return "zh-CN";
}

export function keepLang(lang: Lang): void {
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `lang=${lang}; Path=/; Max-Age=${COOKIE_AGE_S}; SameSite=Lax${secure}`;
}
