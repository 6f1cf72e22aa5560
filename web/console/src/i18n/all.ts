/* For tests: both languages are there, with all their parts. */
import { LANGS } from "./lang";
import { loadPartTexts, loadTexts } from "./i18n";

for (const lang of LANGS) await loadTexts(lang);
for (const part of ["audit", "chat", "home", "money", "operator", "said", "settings", "spending"] as const)
  await loadPartTexts(part);
