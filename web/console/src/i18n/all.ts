/* For tests: both languages are there. */
import { LANGS } from "./lang";
import { loadTexts } from "./i18n";

for (const lang of LANGS) await loadTexts(lang);
