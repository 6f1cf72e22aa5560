/* face.ts: what the shop's settings change in the panel: the picture, and chips to tap; and the pictures of persons. */
import type { Face } from "./shared";
import type { State } from "./talk";

const SVG = "http://www.w3.org/2000/svg";
/** Drawn pictures by name; what is not known is a speech bubble. */
const DRAWN: Record<string, string> = {
  chat: "M4 4h16v12H9l-5 4z",
  spark: "M12 2l2.4 7.6L22 12l-7.6 2.4L12 22l-2.4-7.6L2 12l7.6-2.4z",
  robot: "M11 2h2v3h6v14H5V5h6zM8 9v3h2V9zm6 0v3h2V9zm-6 6v2h8v-2z",
  smile: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM8 8h2v3H8zm6 0h2v3h-2zM7 14h10a5 4 0 0 1-10 0z",
  bag: "M8 7a4 4 0 0 1 8 0h4l-1 14H5L4 7zm2 0h4a2 2 0 0 0-4 0z",
  leaf: "M20 3c0 11-5 16-11 16l-3 3-2-2 3-3c0-8 4-13 13-14z",
};

export function avatar(face: Face | undefined): Element {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", DRAWN[face?.avatar ?? ""] ?? DRAWN.chat ?? "");
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return shown(face?.avatarUrl, svg);
}

/** Of a person: their picture, else the first letter of their name. */
export function portrait(url: string | undefined, name: string): Element {
  const letter = document.createElement("i");
  letter.ariaHidden = "true";
  letter.textContent = (Array.from(name)[0] ?? "").toUpperCase();
  return shown(url, letter);
}

function shown(url: string | null | undefined, otherwise: Element): Element {
  if (!url) return otherwise;
  const img = document.createElement("img");
  img.alt = "";
  img.referrerPolicy = "no-referrer";
  img.onerror = () => img.replaceWith(otherwise); // gone, or the page's policy forbids it
  img.src = url;
  return img;
}

/** What may be tapped now: beside the greeting, while a person is waited for, after an answer of the bot. */
export function chipsFor(face: Face | undefined, state: State | null, last: string): string[] {
  if (!face) return [];
  if (last === "") return face.opening;
  if (state?.owner === "waiting" && state.status === "open") return face.handOff;
  return last === "bot" && state?.owner !== "person" ? face.after : [];
}
