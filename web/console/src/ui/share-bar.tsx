/* Parts of a whole as one bar with its list: the bar is for the eye, the list has the numbers. */
import { useText } from "../i18n/i18n";

export interface Share {
  name: string;
  value: number;
  tone: "on" | "due" | "off";
}

export function ShareBar({ shares, label }: { shares: readonly Share[]; label: string }) {
  const { number } = useText();
  const sum = shares.reduce((all, { value }) => all + value, 0);
  return (
    <div className="shares">
      <div className="share-bar" role="img" aria-label={label}>
        {shares.map(({ name, value, tone }) => (
          <span key={name} className={`share share-${tone}`} style={{ flexGrow: sum === 0 ? 0 : value / sum }} />
        ))}
      </div>
      <dl className="share-list">
        {shares.map(({ name, value, tone }) => (
          <div key={name}>
            <dt>
              <span className={`share-mark share-${tone}`} />
              {name}
            </dt>
            <dd>{number(value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
