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

const GOES_ON = /^[\p{Script=Latin}\p{N}]/u;

/** Whose name stands in a note, also in one that was kept as a draft. The longest name counts; of colleagues with the same
 * name those who were chosen from the list, when there are such. */
export function mentioned(text: string, all: readonly Colleague[], chosen: readonly number[]): number[] {
  const found = new Set<number>();
  for (const { index } of text.matchAll(/(?<!\S)@/g)) {
    const rest = text.slice(index + 1);
    const fits = all
      .map((one) => ({ person: one.person, name: one.name || one.email }))
      .filter(({ name }) => name !== "" && rest.startsWith(name) && !GOES_ON.test(rest.slice(name.length)));
    const longest = Math.max(...fits.map(({ name }) => name.length));
    const meant = fits.filter(({ name }) => name.length === longest).map(({ person }) => person);
    const picked = meant.filter((person) => chosen.includes(person));
    for (const person of picked.length > 0 ? picked : meant) found.add(person);
  }
  return [...found];
}

const STOPS = /^(?![:;][()DP-])[，。！？、；：,.!?;:…～)）」』】\n]/;

/** {name}, {shop} and {agent}; what is not known leaves no brace behind, nor the space that stood before it. */
export const filled = (text: string, facts: Readonly<Record<string, string>>) =>
  text.replace(
    /([ \u3000]*)\{(name|shop|agent)\}([ \u3000]*)/g,
    (all: string, before: string, key: string, behind: string, at: number) => {
      const fact = facts[key] ?? "";
      if (fact !== "") return before + fact + behind;
      const rest = text.slice(at + all.length);
      return rest === "" || STOPS.test(rest) ? "" : before || behind;
    },
  );

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
