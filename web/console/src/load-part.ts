/* Pages come as files of their own, and a file may not come: the server is away for a moment (then it is asked for
 * again, and the rest of the console stays), or it has a newer console, whose files have other names (then the whole
 * console is loaded anew, once). */

/** What this asks of the browser; tests bring their own. */
export interface Surroundings {
  /** The console's page as the server has it now; throws when no server answers. */
  html: () => Promise<string>;
  /** The name of the script that this console began with. */
  entry: () => string | null;
  /** For which beginning the console was loaded anew already: a second time would not help either. */
  reloadedFor: () => string | null;
  reload: (entry: string) => void;
}

const RELOADED = "chathub-reloaded";

export const browser: Surroundings = {
  html: async () => {
    const response = await fetch("/", { cache: "no-store" });
    if (!response.ok) throw new Error(String(response.status));
    return response.text();
  },
  entry: () => document.querySelector('script[type="module"][src]')?.getAttribute("src") ?? null,
  reloadedFor: () => {
    try {
      return sessionStorage.getItem(RELOADED);
    } catch {
      return null; // storage may be forbidden; a person can still load again
    }
  },
  reload: (entry) => {
    try {
      sessionStorage.setItem(RELOADED, entry);
    } catch {
      return;
    }
    window.location.reload();
  },
};

/** Whether a server answers, and with another console than this one. */
async function isNewer({ html, entry }: Surroundings): Promise<boolean> {
  const own = entry();
  try {
    const now = await html();
    return own !== null && !now.includes(own);
  } catch {
    return false;
  }
}

type Load = () => Promise<unknown>;
const arrived = new WeakMap<Load, unknown>();

/** Fetches a part, and keeps what came: who draws it later need not wait for a promise. */
export async function fetchPart<T>(load: () => Promise<T>): Promise<T> {
  const part = await load();
  arrived.set(load, part);
  return part;
}

export const arrivedPart = <T>(load: () => Promise<T>): T | undefined => arrived.get(load) as T | undefined;

export async function loadPart<T>(load: () => Promise<T>, around: Surroundings = browser): Promise<T> {
  try {
    return await fetchPart(load);
  } catch (cause) {
    const entry = around.entry();
    if (entry !== null && around.reloadedFor() !== entry && (await isNewer(around))) around.reload(entry);
    throw cause;
  }
}

/** Some browsers keep a failed import for as long as the page lives: when a server answers, load all of it again. */
export async function canReload({ html }: Surroundings = browser): Promise<boolean> {
  try {
    await html();
    return true;
  } catch {
    return false;
  }
}

/** Fetches the other pages once the first one stands: then a short outage does not keep anybody from going there. */
export function fetchAhead(loads: readonly Load[], afterMs: number): () => void {
  let gone = false;
  const all = async () => {
    for (const load of loads) {
      if (gone) return;
      try {
        await fetchPart(load);
      } catch {
        return; // whoever goes there hears of it
      }
    }
  };
  const timer = setTimeout(() => void all(), afterMs);
  return () => {
    gone = true;
    clearTimeout(timer);
  };
}
