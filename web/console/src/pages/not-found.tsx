import { Link } from "react-router";
import { useText } from "../i18n/i18n";
import { Page } from "../ui/page";

export default function NotFound() {
  const { t } = useText();
  return (
    <Page title={t("notFound.title")} intro={t("notFound.text")}>
      <p>
        <Link to="/">{t("notFound.home")}</Link>
      </p>
    </Page>
  );
}
