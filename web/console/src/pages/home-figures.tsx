/* The first page's four figures, each beside the period before it. All of them are counted by the server; where nothing
 * was before, that is said. */
import type { HomeFigure, HomeFigures } from "../api/types";
import { useText } from "../i18n/i18n";
import { Figures } from "../ui/page";

/** What has changed, in words; nothing is compared with nothing. */
function useBeside(): (figure: HomeFigure) => string {
  const { t, number, signed } = useText();
  return ({ now, before }) => {
    if (now === null) return t("home.tooMany");
    if (before === null) return t("home.noBefore");
    if (now === before) return t("home.same");
    return t("home.change", { change: signed(now - before), before: number(before) });
  };
}

interface Props {
  figures: HomeFigures;
  /** null: could not be read. */
  available: number | null;
  held: number;
}

export function HomeNumbers({ figures, available, held }: Props) {
  const { t, number } = useText();
  const beside = useBeside();
  const { waiting, conversations, byAssistant, balance, days } = figures;
  const value = (n: number | null) => (n === null ? "–" : number(n));
  const analytics = `/numbers?days=${days}`;
  return (
    <Figures
      figures={[
        {
          name: t("home.waiting"),
          value: number(waiting),
          note: t("home.now"),
          to: "/inbox?filter=waiting",
          tone: waiting > 0 ? "due" : undefined,
        },
        {
          name: t("home.talks", { days }),
          value: value(conversations.now),
          note: beside(conversations),
          to: analytics,
        },
        { name: t("home.bot", { days }), value: value(byAssistant.now), note: beside(byAssistant), to: analytics },
        {
          name: t("credits.available"),
          value: value(available),
          to: "/billing",
          note: (
            <>
              {held > 0 && `${t("credits.heldN", { n: held })} · `}
              {balance.before === null || balance.before === balance.now
                ? beside(balance)
                : t("home.balance", { before: number(balance.before) })}
            </>
          ),
        },
      ]}
    />
  );
}
