/* The ways in which this browser tells of the inbox: a sound, a notification. Each is off until it is switched on. */
export type Way = "sound" | "show";
const KEY = (way: Way) => `chathub-inbox-${way}`;

export function wants(way: Way): boolean {
  try {
    return localStorage.getItem(KEY(way)) === "on";
  } catch {
    return false; // storage may be forbidden: then nothing was switched on
  }
}

export function keepWay(way: Way, on: boolean): void {
  try {
    localStorage.setItem(KEY(way), on ? "on" : "off");
  } catch {
    // as above: it lasts as long as the page
  }
}
