/* The frame of the pages before signing in: what this is on the left, one small form on the right. */
import { type ReactNode, useEffect } from "react";
import { type TextKey, useText } from "../i18n/i18n";
import logo from "../logo.svg";
import { HouseFoot } from "./house-foot";
import { Icon } from "./icon";
import { LanguageSwitch, ThemeSwitch } from "./switches";

const POINTS: readonly TextKey[] = ["door.point1", "door.point2", "door.point3"];

function DoorBrand() {
  return (
    // A page of the server's, not of this bundle.
    <a href="/" className="brand">
      <img src={logo} alt="" width="28" height="28" />
      Chathub
    </a>
  );
}

export function Door({ title, intro, children }: { title: string; intro?: ReactNode; children: ReactNode }) {
  const { t } = useText();
  useEffect(() => {
    document.title = `${title} · Chathub`;
  }, [title]);
  return (
    <div className="door">
      <aside className="door-pitch" aria-label={t("door.about")}>
        <DoorBrand />
        <div>
          <p className="lead">{t("door.lead")}</p>
          <ul>
            {POINTS.map((point) => (
              <li key={point}>
                <Icon name="check" />
                {t(point)}
              </li>
            ))}
          </ul>
        </div>
        <p className="small">{t("door.foot")}</p>
      </aside>
      <div className="door-main">
        <header className="door-tools">
          <DoorBrand />
          <LanguageSwitch />
          <ThemeSwitch />
        </header>
        <main className="door-box">
          <div>
            <h1 className="break">{title}</h1>
            {intro !== undefined && <div className="page-intro">{intro}</div>}
          </div>
          {children}
        </main>
        <HouseFoot legal />
      </div>
    </div>
  );
}
