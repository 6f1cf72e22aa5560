/* Language and theme: as buttons before signing in, as parts of the menu afterwards. */
import { useUser } from "../api/queries";
import { answer, api } from "../api/client";
import { LANGS, type Lang } from "../i18n/lang";
import { useText } from "../i18n/i18n";
import { CHOICES, useTheme } from "../theme/theme";
import { Button } from "./button";
import { Icon } from "./icon";
import { Menu, type MenuGroup } from "./menu";
import { useNotify } from "./notify";

/** A language's own name, in that language: whoever reads it, wants it. */
const OTHER: Readonly<Record<Lang, string>> = { "zh-CN": "中文", en: "English" };

/** One after the other: the choice that was made last is the one that stays. */
let saved: Promise<unknown> = Promise.resolve();

export function useLangChoice(): (lang: Lang) => void {
  const { setLang } = useText();
  const { data } = useUser();
  const notify = useNotify();
  return (lang) => {
    setLang(lang);
    if (data === undefined || data.user === null) return;
    // Mails come in it as well. Also where the page is left at once.
    saved = saved
      .then(() => answer(api.PATCH("/api/user", { body: { lang }, keepalive: true })))
      .catch((cause: unknown) => notify.problem(cause));
  };
}

export function LanguageSwitch() {
  const { lang } = useText();
  const choose = useLangChoice();
  const other: Lang = lang === "en" ? "zh-CN" : "en";
  return (
    <Button look="quiet" icon="globe" lang={other} onClick={() => choose(other)}>
      {OTHER[other]}
    </Button>
  );
}

export function useSwitchGroups(): readonly MenuGroup[] {
  const { t, lang } = useText();
  const { choice, setChoice } = useTheme();
  const choose = useLangChoice();
  return [
    {
      key: "language",
      title: t("language.title"),
      items: LANGS.map((key) => ({
        key,
        label: OTHER[key],
        lang: key,
        chosen: key === lang,
        onPick: () => choose(key),
      })),
    },
    {
      key: "theme",
      title: t("theme.title"),
      items: CHOICES.map((key) => ({
        key,
        label: t(`theme.${key}`),
        icon: key,
        chosen: key === choice,
        onPick: () => setChoice(key),
      })),
    },
  ];
}

export function ThemeSwitch() {
  const { t } = useText();
  const { choice } = useTheme();
  const groups = useSwitchGroups().filter(({ key }) => key === "theme");
  return (
    <Menu label={`${t("theme.title")}: ${t(`theme.${choice}`)}`} trigger={<Icon name={choice} />} groups={groups} />
  );
}
