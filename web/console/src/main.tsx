import { createRoot } from "react-dom/client";
import { App } from "./app";
import { firstLang, loadTexts } from "./i18n/i18n";
import { canReload, loadPart } from "./load-part";
import { fetchFirst } from "./pages";
import { onLeaving } from "./sign-out";
import "./theme/tokens.css";
import "./theme/base.css";
import "./theme/controls.css";
import "./theme/frame.css";
import "./theme/parts.css";
import "./theme/tables.css";
import "./theme/money.css";
import "./theme/print.css";

const AGAIN_MS = 3000;
const container = document.getElementById("root");
if (container === null) throw new Error("index.html has no #root");
const root = createRoot(container);
onLeaving(() => root.unmount());

/** What is painted already stays until there are words. */
async function begin() {
  try {
    await loadPart(() => loadTexts(firstLang()));
  } catch {
    // No server, for a moment. A browser may keep the failed import for as long as the page lives.
    setTimeout(() => void canReload().then((does) => (does ? window.location.reload() : begin())), AGAIN_MS);
    return;
  }
  root.render(<App />);
}

// First the words of the frame: it is drawn as soon as they are there, and does not wait for those that the page brings.
void begin();
fetchFirst(window.location.pathname);
