/* Labels: as marks on a conversation, and as a menu that puts them on and takes them off. */
import { useQueryClient } from "@tanstack/react-query";
import { answer, api } from "../../api/client";
import { useLabels } from "../../api/queries";
import { keys } from "../../api/read-keys";
import { useSubmit } from "../../api/submit";
import type { ChatLabel } from "../../api/types";
import { useText } from "../../i18n/i18n";
import { Menu } from "../../ui/menu";
import { useNotify } from "../../ui/notify";

export type Carried = readonly { id: number }[];

export function LabelMark({ label }: { label: ChatLabel }) {
  return (
    <span className={`label label-${label.colour}`} dir="auto">
      {label.name}
    </span>
  );
}

/** Those that a conversation carries. */
export function LabelMarks({ carried }: { carried: Carried }) {
  const { data } = useLabels();
  const shown = (data?.labels ?? []).filter(({ id }) => carried.some((one) => one.id === id));
  if (shown.length === 0) return null;
  return (
    <span className="labels">
      {shown.map((label) => (
        <LabelMark key={label.id} label={label} />
      ))}
    </span>
  );
}

export function LabelMenu({ id, carried }: { id: number; carried: Carried }) {
  const { t } = useText();
  const queries = useQueryClient();
  const notify = useNotify();
  const { data } = useLabels();
  const submit = useSubmit(
    (labels: Carried) =>
      answer(
        api.PUT("/api/inbox/{id}/labels", { params: { path: { id } }, body: { labels: labels.map((one) => one.id) } }),
      ),
    {
      onDone: () => queries.invalidateQueries({ queryKey: keys.inbox }),
      onProblem: notify.problem,
    },
  );
  const items = (data?.labels ?? []).map((label) => {
    const chosen = carried.some((one) => one.id === label.id);
    return {
      key: String(label.id),
      label: label.name,
      chosen,
      onPick: () => submit.send(chosen ? carried.filter((one) => one.id !== label.id) : [...carried, { id: label.id }]),
    };
  });
  return (
    <Menu
      mark="label"
      label={t("inbox.label")}
      trigger={t("inbox.label")}
      className="button button-plain button-small"
      groups={[
        { key: "labels", items },
        { key: "new", items: [{ key: "new", label: t("inbox.label.new"), icon: "plus", to: "/settings/inbox" }] },
      ]}
    />
  );
}
