/* widget.ts: what a shop's page loads: a launcher, and nothing else until it is asked for. The chat itself (panel.ts) is a
 * second file, fetched with the first click, or at once for who has talked here before.
 *
 *   <script async src="https://chat.example/widget.js" data-shop="shop-7"></script>
 *   data-language="zh-CN"   else the page's, else the browser's
 *   data-position="left"    else the right corner
 *   data-color="#1d4ed8"
 *   data-presence="off"     says nothing, and asks for nothing, until the first click
 *
 * The same as settings, and calls of the page API, before the script has run or after (early.ts):
 *   (window.chathub ??= []).push({ language: "es" }, ["open"]);
 *
 * It tells the shop's team who is on the page (a random name for the visit, the address without ? and #), each half minute
 * while the page is looked at, and hears how the chat shall look. A shop without a chat has no launcher.
 *
 * The address and attributes of the replaced system work too (/widget/chatbot-widget.js, data-shop-id,
 * data-position="bottom-left", window.ChatbotWidget): they stand in merchants' pages.
 *
 * It lives in a shadow root beside <body>, not in it: a page that replaces its body (Turbo, Astro) keeps it. Nothing is
 * inline: the style is a constructed sheet, and the second script carries the nonce of the first, so that a strict
 * Content-Security-Policy holds. Its weight is held by build.mjs. */
import { hearer, type Said } from "./early";
import {
  languageOf,
  storeOf,
  type ChatApi,
  type ChatEvent,
  type Face,
  type Frame,
  type Language,
  type Panel,
  type ScriptPolicy,
} from "./shared";

declare const PANEL: string; // the address of the second file; build.mjs

const LABELS: Record<Language, [open: string, unread: string]> = {
  en: ["Chat with us", "unread"],
  "zh-CN": ["联系客服", "条未读"],
  es: ["Chatea con nosotros", "sin leer"],
};
const BEAT_MS = 30_000;
const VISIT_MS = 30 * 60_000;
// What the host is the page's own rules cannot change, and it takes no room in whatever layout the page has. The focus is
// marked in white and black: one of them can be seen on any ground.
const STYLE = `:host{all:initial!important;position:fixed!important;z-index:2147483000!important}\
@media print{:host{display:none!important}}\
.l{position:fixed;bottom:max(20px,env(safe-area-inset-bottom));right:20px;width:56px;height:56px;padding:0;border:0;\
border-radius:28px;background:var(--c);color:var(--k);cursor:pointer;box-shadow:0 4px 16px #0004}\
.l:focus-visible{outline:2px solid #fff;box-shadow:0 0 0 5px #000}\
.left .l{right:auto;left:20px}\
.l:before{content:"";display:block;width:0;margin:auto;border:12px solid;\
clip-path:path("M4 3h16q2 0 2 2v11q0 2-2 2H9l-5 4v-4q-2 0-2-2V5q0-2 2-2z")}`;

function start(script: HTMLScriptElement, said: Said) {
  const data = script.dataset;
  const shop = data.shop ?? data.shopId ?? "";
  const base = new URL(script.src).origin;
  const host = document.createElement("chathub-chat");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];

  const corner = document.createElement("div");
  const launcher = document.createElement("button");
  launcher.className = "l";
  launcher.ariaExpanded = "false";
  launcher.ariaHasPopup = "dialog";
  const badge = document.createElement("b");
  launcher.append(badge);
  corner.append(launcher);
  root.append(corner);
  /** What the page says wins over the shop's settings. Words on the colour are black or white, whichever can be read. */
  const dress = (colour = "#1d4ed8", position = "right") => {
    if (CSS.supports("color", data.color ?? "")) colour = data.color ?? "";
    const { style } = corner;
    style.color = colour;
    const [r = 0, g = 0, b = 0] = (getComputedStyle(corner).color.match(/[\d.]+/g) ?? []).map((n) => (+n / 255) ** 2.2);
    style.setProperty("--c", colour);
    style.setProperty("--k", 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#000" : "#fff");
    corner.className = (data.position ?? position).endsWith("left") ? "left" : "";
  };

  const listeners = new Map<ChatEvent, Set<(detail?: unknown) => void>>();
  let panel: Panel | undefined;
  let loading: Promise<Panel | undefined> | undefined;
  let over = false;
  let beating = 0;
  let greeting = 0;

  // Whoever swaps the page's parts, or all of it, may throw the host out with them.
  const attach = () => {
    const html = document.documentElement as Element | null;
    if (over || host.isConnected || !html) return;
    html.append(host);
    for (const one of [document, html]) watch.observe(one, { childList: true });
  };
  const watch = new MutationObserver(attach);
  attach();

  const end = () => {
    over = true;
    clearInterval(beating);
    clearTimeout(greeting);
    watch.disconnect();
    panel?.destroy();
    host.remove();
    Reflect.deleteProperty(window, "chathub");
    delete window.ChatbotWidget;
  };
  const frame: Frame = {
    root,
    base,
    shop,
    language: "en",
    launcher,
    // Each for itself, and after us: a mistake of the page's ends nothing here.
    tell: (event, detail) => listeners.get(event)?.forEach((listener) => queueMicrotask(() => listener(detail))),
    unread: (count) => {
      badge.textContent = count > 0 ? String(Math.min(count, 99)) : "";
      launcher.ariaLabel = words[0] + (count > 0 ? ` (${count} ${words[1]})` : "");
    },
    gone: () => {
      frame.tell("gone");
      end();
    },
  };
  let words: (typeof LABELS)[Language];
  /** What the page has set. Once the panel is there it stays in its language. */
  const heed = () => {
    const wanted = [data.language, document.documentElement.lang, ...navigator.languages];
    frame.tag = wanted.find(Boolean)?.slice(0, 35);
    frame.language = languageOf(wanted);
    words = LABELS[frame.language];
    beatAt = 0; // the next answer is in this language
    frame.unread(Number(badge.textContent));
    dress(frame.face?.colour, frame.face?.position);
  };
  let policy: ScriptPolicy | undefined;
  /** undefined: it could not be had, or all is over. */
  const load = () =>
    (loading ??= new Promise<Panel | undefined>((done) => {
      const second = document.createElement("script");
      // A page that demands Trusted Types takes addresses of scripts from named policies alone. Ours knows this one.
      const address = () => base + PANEL;
      policy ??= window.trustedTypes?.createPolicy("chathub", { createScriptURL: address });
      second.src = policy?.createScriptURL("") ?? address();
      second.nonce = script.nonce;
      second.onload = () => {
        if (over || !window.chathubPanel) {
          failed();
          return;
        }
        second.remove();
        if (!frame.face) void ask(`face?language=${frame.tag ?? ""}`);
        panel = window.chathubPanel(frame);
        done(panel);
      };
      const failed = (second.onerror = () => {
        second.remove();
        loading = undefined; // the next click tries again
        done(loading);
      });
      document.head.append(second);
    }));
  /** In the order of the calls: at once where it is there. */
  const withPanel = (act: (p: Panel) => void) => (panel ? act(panel) : void load().then((p) => p && act(p)));

  const open = () => withPanel((p) => p.open());
  const toggle = () => (panel?.isOpen() ? panel.close() : open());
  launcher.addEventListener("click", toggle);

  // ---- who is here, and how the chat looks ----

  const name = storeOf(shop);
  const visitName = `${name}:visit`;
  const visitOf = (greeted: boolean) => ({
    id: crypto.getRandomValues(new Uint32Array(4)).join("-"), // also where the page is not secure
    at: 0,
    greeted,
  });
  let visit = visitOf(false);
  const stored = (key: string) => {
    try {
      return JSON.parse(localStorage.getItem(key) ?? "null") as unknown;
    } catch {
      return null; // no storage in this browser: everybody is new
    }
  };
  const store = (key: string, value: unknown) => {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // This page alone remembers.
    }
  };
  /** Once a visit, on its pages, and not to who talks already. The words are shown by the second file. */
  const greet = ({ proactive }: Face) => {
    clearTimeout(greeting);
    const path = location.pathname;
    if (!proactive || (proactive.pages[0] && !proactive.pages.some((p) => path.startsWith(p)))) return;
    greeting = setTimeout(() => {
      visit = (stored(visitName) as typeof visit | null) ?? visit; // another tab may have been first
      if (visit.greeted || panel || path !== location.pathname) return;
      visit.greeted = true;
      store(visitName, visit);
      withPanel((p) => p.greet(proactive.text));
    }, proactive.afterSeconds * 1000);
  };
  const wear = (face: Face) => {
    frame.face = face;
    dress(face.colour, face.position);
    frame.worn?.(face);
  };
  const ask = async (path: string, body?: unknown) => {
    const token = (stored(name) as { token?: string } | null)?.token;
    try {
      const answer = await fetch(`${base}/api/chat/${shop}/${path}`, {
        method: body ? "POST" : "GET",
        headers: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) },
        body: JSON.stringify(body), // of nothing: none
        credentials: "omit",
      });
      const json = (await answer.json()) as Face & { error?: string };
      if (answer.status === 404 || json.error === "chat_paused") frame.gone();
      else if (answer.ok && !over) wear(json);
    } catch {
      // The next turn asks again.
    }
  };
  let beatAt = 0;
  let beatPath = "";
  const beat = () => {
    const now = Date.now();
    const path = location.pathname;
    if (document.hidden || data.presence === "off" || (now - beatAt < BEAT_MS - 1000 && path === beatPath)) return;
    const before = stored(visitName) as typeof visit | null;
    if (before && now - before.at < VISIT_MS) visit = before;
    visit.at = beatAt = now;
    store(visitName, visit);
    const moved = path !== beatPath;
    beatPath = path;
    void ask("here", {
      visit: visit.id,
      // Without what stands behind "?" and "#": that is the shop's and the visitor's own.
      page: (location.origin + path).slice(0, 500),
      referrer: /^https?:[^?#]*/.exec(document.referrer)?.[0].slice(0, 500),
      language: frame.tag,
    }).then(() => {
      const { face } = frame;
      if (!face || over) return;
      // Somebody of the team has begun to talk to this visit.
      if (face.token && !stored(name)) {
        store(name, { token: face.token, outbox: [] });
        void load();
      } else if (moved) greet(face);
    });
  };

  const api: ChatApi = {
    open,
    close: () => loading && withPanel((p) => p.close()), // also one that is on its way
    toggle,
    sendMessage: (text) => withPanel((p) => p.send(text)),
    identify: (token) => load().then((p) => p?.identify(token) ?? false),
    logout: () => {
      visit = visitOf(true);
      store(visitName, visit);
      if (loading !== undefined || stored(name)) withPanel((p) => p.logout()); // else there is nobody
    },
    destroy: end,
    push: (...all) => hear(all),
    on: (event, listener) => {
      if (event === "ready") listener();
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set.add(listener));
      return () => void set.delete(listener);
    },
  };
  const hear = hearer(api, (settings) => {
    Object.assign(data, settings); // as attributes are: text
    heed();
  });
  window.ChatbotWidget = api;
  // A page that sets `window.chathub` once more (its settings stand in each page that a navigation brings) is heard too.
  const lasts = { configurable: true, get: () => api, set: hear };
  if (!Reflect.defineProperty(window, "chathub", lasts)) window.chathub = api; // where the page has said `var chathub`
  heed(); // a page may have said calls alone
  hear(said);
  const preview = window.chathubPreview;
  if (preview) {
    frame.rehearse = preview.rehearse;
    preview.wear = wear;
    wear(preview.face);
    open();
    return;
  }
  if (stored(name)) void load();
  beating = setInterval(beat, 2000);
  beat();
}

const script =
  document.currentScript instanceof HTMLScriptElement
    ? document.currentScript
    : document.querySelector<HTMLScriptElement>("script[data-shop],script[data-shop-id]");
// One launcher a page: a script that a navigation runs again finds the first.
if ((script?.dataset.shop ?? script?.dataset.shopId) && !window.ChatbotWidget)
  start(script, window.chathub as unknown as Said);
