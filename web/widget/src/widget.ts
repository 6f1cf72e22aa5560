/* widget.ts: what a shop's page loads: a launcher, and nothing else until it is asked for. The chat itself (panel.ts) is a
 * second file, fetched with the first click, or at once for who has talked here before.
 *
 *   <script async src="https://chat.example/widget.js" data-shop="shop-7"></script>
 *   data-language="zh-CN"   else the page's, else the browser's
 *   data-position="left"    else the right corner
 *   data-color="#1d4ed8"
 *
 * The address and attributes of the replaced system work too (/widget/chatbot-widget.js, data-shop-id,
 * data-position="bottom-left", window.ChatbotWidget): they stand in merchants' pages.
 *
 * It lives in a shadow root beside <body>, not in it: a page that replaces its body (Turbo, Astro) keeps it. Nothing is
 * inline: the style is a constructed sheet, and the second script carries the nonce of the first, so that a strict
 * Content-Security-Policy holds. Its weight is held by build.mjs. */
import { languageOf, storeOf, type ChatEvent, type Frame, type Language, type Panel } from "./shared";

declare const PANEL: string; // the address of the second file; build.mjs

const LABELS: Record<Language, [open: string, unread: string]> = {
  en: ["Chat with us", "unread"],
  "zh-CN": ["联系客服", "条未读"],
  es: ["Chatea con nosotros", "sin leer"],
};
const STYLE = `:host{all:initial}
button.l{position:fixed;z-index:2147483000;bottom:max(20px,env(safe-area-inset-bottom));right:20px;width:56px;height:56px;
padding:0;border:0;border-radius:28px;background:var(--c);color:#fff;cursor:pointer;box-shadow:0 4px 16px #0004}
button.l:focus-visible{outline:3px solid var(--c);outline-offset:3px}
.left button.l{right:auto;left:20px}
button.l svg{width:26px;height:26px;vertical-align:middle;fill:currentColor}
b{position:absolute;top:-4px;right:-4px;min-width:20px;border-radius:10px;background:#b91c1c;color:#fff;
font:600 12px/20px system-ui,sans-serif}
b:empty{display:none}`;
const SPEECH = "M4 3h16a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z";

function start(script: HTMLScriptElement) {
  const data = script.dataset;
  const shop = data.shop ?? data.shopId ?? "";
  const base = new URL(script.src).origin;
  const language = languageOf([data.language, document.documentElement.lang, ...navigator.languages]);
  const [label, unreadLabel] = LABELS[language];
  const host = document.createElement("chathub-chat");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  const color = CSS.supports("color", data.color ?? "") ? data.color : "#1d4ed8";
  sheet.replaceSync(`${STYLE}:host{--c:${color ?? ""}}`);
  root.adoptedStyleSheets = [sheet];

  const corner = document.createElement("div");
  if (data.position?.endsWith("left")) corner.className = "left";
  const launcher = document.createElement("button");
  launcher.type = "button";
  launcher.className = "l";
  launcher.ariaLabel = label;
  launcher.ariaExpanded = "false";
  launcher.ariaHasPopup = "dialog";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.ariaHidden = "true";
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SPEECH);
  svg.append(path);
  const badge = document.createElement("b");
  launcher.append(svg, badge);
  corner.append(launcher);
  root.append(corner);

  const listeners = new Map<ChatEvent, Set<(detail: unknown) => void>>();
  let panel: Panel | undefined;
  let loading: Promise<Panel> | undefined;
  let over = false;

  // Whoever swaps the page's parts may throw the host out with them.
  const attach = () => {
    if (!over && !host.isConnected) document.documentElement.append(host);
  };
  const watch = new MutationObserver(attach);
  watch.observe(document.documentElement, { childList: true });
  attach();

  const end = () => {
    over = true;
    watch.disconnect();
    panel?.destroy();
    host.remove();
    delete window.chathub;
    delete window.ChatbotWidget;
  };
  const frame: Frame = {
    root,
    base,
    shop,
    language,
    launcher,
    tell: (event, detail) => listeners.get(event)?.forEach((listener) => listener(detail)),
    unread: (count) => {
      badge.textContent = count > 0 ? String(Math.min(count, 99)) : "";
      launcher.ariaLabel = count > 0 ? `${label} (${count} ${unreadLabel})` : label;
    },
    gone: () => {
      frame.tell("gone");
      end();
    },
  };
  const load = () =>
    (loading ??= new Promise<Panel>((done, fail) => {
      const second = document.createElement("script");
      second.src = base + PANEL;
      second.nonce = script.nonce;
      second.onload = () => {
        second.remove();
        if (over || !window.chathubPanel) return;
        panel = window.chathubPanel(frame);
        done(panel);
      };
      second.onerror = () => {
        second.remove();
        loading = undefined; // the next click tries again
        fail(new Error("the chat could not be loaded"));
      };
      document.head.append(second);
    }));
  const withPanel = (act: (p: Panel) => void) => void load().then(act, () => undefined);

  launcher.addEventListener("click", () => withPanel((p) => (p.isOpen() ? p.close() : p.open())));
  window.chathub = window.ChatbotWidget = {
    open: () => withPanel((p) => p.open()),
    close: () => panel?.close(),
    toggle: () => withPanel((p) => (p.isOpen() ? p.close() : p.open())),
    sendMessage: (text) => withPanel((p) => p.send(text)),
    logout: () => withPanel((p) => p.logout()),
    destroy: end,
    on: (event, listener) => {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set.add(listener));
      return () => void set.delete(listener);
    },
  };
  let known = false;
  try {
    known = localStorage.getItem(storeOf(shop)) !== null;
  } catch {
    // No storage in this browser: everybody is new.
  }
  if (known) void load().catch(() => undefined);
}

const script =
  document.currentScript instanceof HTMLScriptElement
    ? document.currentScript
    : document.querySelector<HTMLScriptElement>("script[data-shop],script[data-shop-id]");
// One launcher a page: a script that a navigation runs again finds the first.
if ((script?.dataset.shop ?? script?.dataset.shopId) && !window.chathub) start(script);
