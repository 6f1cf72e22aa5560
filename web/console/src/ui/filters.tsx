/* The tools of a list: a search that asks when the fingers rest, chips that choose one of a few, a chip that opens when
 * there are many, days, and the whole as a file. */
import { useEffect, useState } from "react";
import { readCsv, type Wanted } from "../api/csv";
import { useSubmit } from "../api/submit";
import { useText } from "../i18n/i18n";
import { Button } from "./button";
import { dayOf } from "./days";
import { Icon } from "./icon";
import { useNotify } from "./notify";
import { useResting } from "./resting";
import { soughtOf } from "./sought";

export function Find({ value, label, onFind }: { value: string; label: string; onFind: (text: string) => void }) {
  const [typed, setTyped] = useState(value);
  const rested = useResting(soughtOf(typed));
  const [seen, setSeen] = useState(value);
  // Asked for something else elsewhere (a chip, the way back): that is what stands here then.
  if (value !== seen) {
    setSeen(value);
    if (value !== rested) setTyped(value);
  }
  useEffect(() => {
    if (rested !== value) onFind(rested);
    // Asked once for each thing that was typed, however the page is drawn meanwhile.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [rested]);
  return (
    <div className="find">
      <Icon name="search" />
      <input
        className="input"
        type="search"
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        spellCheck={false}
      />
    </div>
  );
}

/** Something is left out: an empty list then says "nothing matches", not "nothing yet". */
export const isNarrow = (filter: Readonly<Record<string, unknown>>) =>
  Object.values(filter).some((value) => value !== undefined);

export interface Choice {
  value: string;
  text: string;
}

export function Chips({
  label,
  choices,
  value,
  all,
  onChoose,
}: {
  label: string;
  choices: readonly Choice[];
  value: string;
  /** What is shown when none is chosen, where that is not everything; null: it is one of the choices (""), in its place. */
  all?: string | null;
  onChoose: (value: string) => void;
}) {
  const { t } = useText();
  return (
    <div className="line" role="group" aria-label={label}>
      {[...(all === null ? [] : [{ value: "", text: all ?? t("list.all") }]), ...choices].map((choice) => (
        <button
          key={choice.value}
          type="button"
          className="chip"
          aria-pressed={choice.value === value}
          onClick={() => onChoose(choice.value)}
        >
          {choice.text}
        </button>
      ))}
    </div>
  );
}

/** One of many: a list of the browser's own, which phones know how to show. */
export function Choose({
  label,
  choices,
  value,
  onPick,
}: {
  label: string;
  choices: readonly Choice[];
  value: string;
  onPick: (value: string) => void;
}) {
  const { t } = useText();
  return (
    <select
      className={value === "" ? "chip chip-pick" : "chip chip-pick chip-chosen"}
      aria-label={label}
      value={value}
      onChange={({ target }) => onPick(target.value)}
    >
      <option value="">{t("list.allOf", { name: label })}</option>
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.text}
        </option>
      ))}
    </select>
  );
}

/** From one day to another, both included. */
export function Days({
  from,
  to,
  onDays,
}: {
  from: string;
  to: string;
  onDays: (days: Readonly<Record<"from" | "to", string>>) => void;
}) {
  const { t } = useText();
  return (
    <div className="days" role="group" aria-label={t("list.days")}>
      <input
        type="date"
        className={from === "" ? "chip" : "chip chip-chosen"}
        aria-label={t("list.from")}
        value={from}
        max={to}
        onChange={({ target }) => onDays({ from: target.value, to })}
      />
      <span aria-hidden="true">–</span>
      <input
        type="date"
        className={to === "" ? "chip" : "chip chip-chosen"}
        aria-label={t("list.to")}
        value={to}
        min={from}
        onChange={({ target }) => onDays({ from, to: target.value })}
      />
    </div>
  );
}

export function saveFile(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to save by then; at once it may not have.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** All that the filters leave, not the rows that happen to be on the screen. */
export function Export({ path, wanted, name }: { path: string; wanted: Wanted; name: string }) {
  const { t } = useText();
  const notify = useNotify();
  const submit = useSubmit((asked: Wanted) => readCsv(path, asked), {
    onDone: (content) => {
      saveFile(content, `${name}-${dayOf(new Date())}.csv`);
      notify.done(t("list.saved"));
    },
    onProblem: notify.problem,
  });
  return (
    <Button small icon="download" busy={submit.isPending} onClick={() => submit.send(wanted)}>
      {t("list.export")}
    </Button>
  );
}
