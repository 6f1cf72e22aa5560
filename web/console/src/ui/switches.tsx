/* Language and theme, on every page. */
import { Button, Dropdown } from "antd";
import { useUser } from "../api/queries";
import { answer, api } from "../api/client";
import type { Lang } from "../i18n/lang";
import { useText } from "../i18n/i18n";
import { CHOICES, type Choice, useTheme } from "../theme/theme";
import { IconDark, IconLanguage, IconLight, IconSystem } from "./icons";
import { useNotify } from "./notify";

/** The other language's own name, in that language: whoever reads it, wants it. */
const OTHER: Readonly<Record<Lang, { lang: Lang; name: string }>> = {
  "zh-CN": { lang: "en", name: "English" },
  en: { lang: "zh-CN", name: "中文" },
};

export function LanguageSwitch() {
  const { lang, setLang } = useText();
  const { data } = useUser();
  const notify = useNotify();
  const other = OTHER[lang];
  const press = async () => {
    setLang(other.lang);
    if (data === undefined || data.user === null) return;
    try {
      await answer(api.PATCH("/api/user", { body: { lang: other.lang } })); // mails come in it as well
    } catch (cause) {
      notify.problem(cause);
    }
  };
  return (
    <Button type="text" icon={<IconLanguage />} lang={other.lang} onClick={() => void press()}>
      {other.name}
    </Button>
  );
}

const ICONS: Readonly<Record<Choice, React.ReactNode>> = {
  light: <IconLight />,
  dark: <IconDark />,
  system: <IconSystem />,
};

export function ThemeSwitch() {
  const { t } = useText();
  const { choice, setChoice } = useTheme();
  const items = CHOICES.map((key) => ({ key, icon: ICONS[key], label: t(`theme.${key}`) }));
  return (
    <Dropdown
      trigger={["click"]}
      menu={{ items, selectable: true, selectedKeys: [choice], onClick: ({ key }) => setChoice(key as Choice) }}
    >
      <Button
        type="text"
        icon={ICONS[choice]}
        aria-label={`${t("theme.title")}: ${t(`theme.${choice}`)}`}
        aria-haspopup="menu"
      />
    </Dropdown>
  );
}
