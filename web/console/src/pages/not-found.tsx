import { useText } from "../i18n/i18n";
import { LinkButton } from "../ui/button";
import { Page } from "../ui/page";

export default function NotFound() {
  const { t } = useText();
  return (
    <Page title={t("notFound.title")} intro={t("notFound.text")}>
      <div>
        <LinkButton to="/">{t("notFound.home")}</LinkButton>
      </div>
    </Page>
  );
}
