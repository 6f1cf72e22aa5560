// build.mjs: the two files of the widget, put beside the console's: /widget.js, whose name stands in merchants' pages for
// ever (as does /widget/chatbot-widget.js, the same), and /assets/chat-HASH.js. Each is one script without imports. Too heavy
// is a failed build.
//
//   node build.mjs [DIST]
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = process.argv[2] ?? path.join(here, "../console/dist");
/** Compressed, in bytes: until the first click; both files. */
const LIMITS = { "until the first click": 3000, "in all": 25_000 };

async function script(entry, define = {}) {
  const result = await build({
    configFile: false,
    logLevel: "error",
    root: here,
    define,
    build: {
      write: false,
      target: "es2022",
      lib: { entry: path.join(here, "src", entry), formats: ["iife"], name: "chathubWidget" },
    },
  });
  const [{ output }] = [result].flat();
  return output[0].code;
}

const panel = await script("panel.ts");
const hash = createHash("sha256").update(panel).digest("base64url").slice(0, 8);
const name = `/assets/chat-${hash}.js`;
const widget = await script("widget.ts", { PANEL: JSON.stringify(name) });

mkdirSync(path.join(dist, "assets"), { recursive: true });
for (const old of readdirSync(path.join(dist, "assets"))) {
  if (/^chat-[\w-]{8}\.js$/.test(old)) rmSync(path.join(dist, "assets", old));
}
writeFileSync(path.join(dist, name), panel);
mkdirSync(path.join(dist, "widget"), { recursive: true });
for (const one of ["widget.js", "widget/chatbot-widget.js"]) writeFileSync(path.join(dist, one), widget);

const first = gzipSync(widget, { level: 9 }).length;
const all = first + gzipSync(panel, { level: 9 }).length;
console.log(`widget: ${first} B until the first click, ${all} B in all, compressed`);
if (first > LIMITS["until the first click"] || all > LIMITS["in all"]) {
  console.error(`widget: too heavy; at most ${LIMITS["until the first click"]} B and ${LIMITS["in all"]} B`);
  process.exit(1);
}
