/* What is offered while one writes: ready answers behind a slash, colleagues behind an @. Arrows choose, Enter or Tab
 * takes, Escape closes; the focus stays in the text. */
import type { CannedReply, Colleague } from "../../api/types";

export interface Offer {
  key: string;
  name: string;
  text: string;
}

/** The word before the cursor, when it begins so: a slash at the very beginning, an @ at the beginning of a word. */
export function typed(text: string, at: number, sign: "/" | "@"): { begin: number; word: string } | null {
  const before = text.slice(0, at);
  const found = sign === "/" ? /^\/([^\s/]*)$/.exec(before) : /(?:^|\s)@([^\s@]*)$/.exec(before);
  if (found === null) return null;
  const word = found[1] ?? "";
  return { begin: at - word.length - 1, word };
}

const OFFERED = 6;
const fold = (text: string) => text.toLocaleLowerCase();

export const offersOf = {
  replies: (all: readonly CannedReply[], word: string): Offer[] =>
    all
      .filter(
        ({ shortcut, text }) =>
          fold(shortcut).startsWith(fold(word)) || (word.length > 1 && fold(text).includes(fold(word))),
      )
      .slice(0, OFFERED)
      .map(({ id, shortcut, text }) => ({ key: String(id), name: `/${shortcut}`, text })),
  colleagues: (all: readonly Colleague[], word: string): Offer[] =>
    all
      .filter(({ name, email }) => fold(name).includes(fold(word)) || fold(email).startsWith(fold(word)))
      .slice(0, OFFERED)
      .map(({ person, name, email }) => ({ key: String(person), name: name || email, text: email })),
};

/** {name}, {shop} and {agent}; what is not known leaves no brace behind. */
export const filled = (text: string, facts: Readonly<Record<string, string>>) =>
  text.replace(/\{(name|shop|agent)\}/g, (_all, key: string) => facts[key] ?? "");

export function Offers({
  id,
  label,
  offers,
  at,
  onTake,
}: {
  id: string;
  label: string;
  offers: readonly Offer[];
  at: number;
  onTake: (offer: Offer) => void;
}) {
  return (
    <ul className="offers" role="listbox" id={id} aria-label={label}>
      {offers.map((offer, index) => (
        <li
          key={offer.key}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === at}
          className={index === at ? "offer offer-here" : "offer"}
          // Before the text would lose the focus.
          onPointerDown={(event) => {
            event.preventDefault();
            onTake(offer);
          }}
        >
          <strong dir="auto">{offer.name}</strong>
          <span className="short muted" dir="auto">
            {offer.text}
          </span>
        </li>
      ))}
    </ul>
  );
}
