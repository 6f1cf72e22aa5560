import { createRoot } from "react-dom/client";
import { App } from "./app";
import { fetchFirst } from "./pages";
import "./theme/tokens.css";
import "./theme/base.css";
import "./theme/controls.css";
import "./theme/frame.css";
import "./theme/parts.css";
import "./theme/tables.css";
import "./theme/print.css";

fetchFirst(window.location.pathname);
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(<App />);
