/* Who runs this house and where help is, as its settings say; nothing is shown of what they do not say. */
import { type ReactNode } from "react";
import { useConfig } from "../api/queries";
import type { Config } from "../api/types";
import { useText } from "../i18n/i18n";
import type { MenuGroup } from "./menu";

type House = Config["house"];

/** Registrations of sites in China lead to where they can be looked up. */
const ICP_REGISTER = "https://beian.miit.gov.cn/";

/** mailto:help@… → help@… */
export const shownContact = (contact: string) => contact.replace(/^(mailto:|tel:|https:\/\/)/, "").replace(/\/$/, "");

export const outside = (address: string) =>
  address.startsWith("https://") ? { target: "_blank", rel: "noreferrer" } : {};

const saysAnything = (house: House) => Object.values(house).some((value) => value !== null);

function Lines({ house }: { house: House }) {
  const { t } = useText();
  const { company, icpNumber, supportContact, supportHours, statusUrl } = house;
  const parts: [string, ReactNode][] = [];
  if (company !== null) parts.push(["company", company]);
  if (icpNumber !== null) {
    parts.push([
      "icp",
      <a href={ICP_REGISTER} {...outside(ICP_REGISTER)} translate="no">
        {icpNumber}
      </a>,
    ]);
  }
  if (supportContact !== null) {
    parts.push([
      "support",
      <>
        {t("help.support")}{" "}
        <a href={supportContact} {...outside(supportContact)} translate="no">
          {shownContact(supportContact)}
        </a>
        {supportHours !== null && ` (${supportHours})`}
      </>,
    ]);
  }
  if (statusUrl !== null) {
    parts.push([
      "status",
      <a href={statusUrl} {...outside(statusUrl)}>
        {t("help.status")}
      </a>,
    ]);
  }
  return parts.map(([key, part]) => <span key={key}>{part}</span>);
}

/** `legal`: with what everybody may read, where nobody has signed in yet. All of it comes at once: nothing jumps when the
 * settings are there. */
export function HouseFoot({ legal = false }: { legal?: boolean }) {
  const { t } = useText();
  const { data, isPending } = useConfig();
  const house = data?.house;
  return (
    <footer className="house-foot" aria-label={t("help.house")}>
      {legal && !isPending && (
        <>
          <a href="/terms">{t("help.terms")}</a>
          <a href="/privacy">{t("help.privacy")}</a>
        </>
      )}
      {house !== undefined && saysAnything(house) && <Lines house={house} />}
    </footer>
  );
}

/** The same as a part of the menu of the account. */
export function useHelpGroup(): readonly MenuGroup[] {
  const { t } = useText();
  const house = useConfig().data?.house;
  if (house === undefined) return [];
  const { supportContact, supportHours, statusUrl } = house;
  const items = [
    ...(supportContact === null
      ? []
      : [
          {
            key: "support",
            label: supportHours === null ? t("help.get") : `${t("help.get")} · ${supportHours}`,
            href: supportContact,
          },
        ]),
    ...(statusUrl === null ? [] : [{ key: "status", label: t("help.status"), href: statusUrl }]),
  ];
  return items.length === 0 ? [] : [{ key: "help", title: t("help.title"), items }];
}
