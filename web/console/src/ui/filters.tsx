/* The tools of a list: a search that asks when the fingers rest, and chips that choose one of a few. */
import { useEffect, useState } from "react";
import { useText } from "../i18n/i18n";
import { Icon } from "./icon";
import { useResting } from "./resting";

export function Find({ value, label, onFind }: { value: string; label: string; onFind: (text: string) => void }) {
  const [typed, setTyped] = useState(value);
  const rested = useResting(typed.trim());
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

export interface Choice {
  value: string;
  text: string;
}

export function Chips({
  label,
  choices,
  value,
  onChoose,
}: {
  label: string;
  choices: readonly Choice[];
  value: string;
  onChoose: (value: string) => void;
}) {
  const { t } = useText();
  return (
    <div className="line" role="group" aria-label={label}>
      {[{ value: "", text: t("list.all") }, ...choices].map((choice) => (
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
