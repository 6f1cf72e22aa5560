// weight.mjs: what a browser must fetch before a page stands, compressed, held to a limit. Read from the built files, by
// the imports that stand in them; what is fetched later (`import()`) does not count.
//
//   node weight.mjs [DIST]      one line a page; ends with 1 when one is too heavy
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const KB = 1024;
/** The whole of a first visit may weigh 200 kB with its answers and headers (tests/e2e/measures.mjs weighs that on the wire). */
/** About a kilobyte above what is true: the frame with its words is 142.8 kB, the heaviest page 179.5 kB (an operator's of a shop, with the
 * words of the chat, of its trail and of what the server says), the heaviest without those 156 kB. */
export const LIMITS = { script: 180.5 * KB, style: 9 * KB, own: 23 * KB, frame: 144 * KB };
const STATIC = /(?:^|[;}\s])(?:import|export)\s*(?:[\w$*{][^"'()]*?from\s*)?["']\.\/([\w.-]+\.js)["']/g;
/** `zh-AbCdEfGh.js` comes with the first page, `zh-chat-AbCdEfGh.js` with the pages that say something of it. */
const LANGUAGE = /^(?:en|zh)(?:-([a-z]+))?-[\w-]{8}\.js$/;
const WORD = /"([\w.]+)":/g;
const NAMED = /["'`](\w[\w.]*\.[\w.]*)(?:["'`]|\$\{)/g;
const LAZY = /import\(\s*[`"']\.\/([\w.-]+\.js)[`"']\s*\)/g;

/** Everything that this file cannot run without. */
function closure(files, name, seen = new Set()) {
  if (seen.has(name)) return seen;
  const text = files.get(name);
  if (text === undefined) throw new Error(`${name} is imported and not there`);
  seen.add(name);
  for (const [, other] of text.matchAll(STATIC)) closure(files, other, seen);
  return seen;
}

const weigh = (texts) => texts.reduce((sum, text) => sum + gzipSync(text).length, 0);

/** [{ page, script, style, own, frame }]: `script` is all of it, with the words that the page brings; `own` the page's files
 * alone; `frame` what is the same on every page. */
export function pages({ html, files }) {
  const linked = [...html.matchAll(/(?:src|href)="\/assets\/([\w.-]+)"/g)].map(([, name]) => name);
  const style = weigh(linked.filter((name) => name.endsWith(".css")).map((name) => files.get(name)));
  const frame = new Set();
  for (const name of linked.filter((one) => one.endsWith(".js"))) closure(files, name, frame);
  if (frame.size === 0) throw new Error("the page loads no script");
  const lazy = new Set([...frame].flatMap((name) => [...files.get(name).matchAll(LAZY)].map(([, other]) => other)));
  // Of the words of the two languages the heavier ones are counted: { "": those of the frame, chat: …, operator: … }.
  const size = (name) => gzipSync(files.get(name)).length;
  const words = {};
  for (const name of [...lazy].filter((one) => LANGUAGE.test(one))) {
    const [, part = ""] = LANGUAGE.exec(name);
    if (words[part] === undefined || size(name) > size(words[part])) words[part] = name;
    lazy.delete(name);
  }
  const { "": first, ...later } = words;
  if (first !== undefined) frame.add(first);
  const of = (names) => weigh([...names].map((name) => files.get(name)));
  return [...lazy].map((name) => {
    const whole = closure(files, name, new Set(frame));
    const own = [...whole].filter((one) => !frame.has(one));
    const brought = Object.values(later).filter((one) => says(files, own, one));
    return {
      page: name.replace(/-[\w-]{8}\.js$/, ""),
      script: of([...whole, ...brought]),
      style,
      own: of(own),
      frame: of(frame),
    };
  });
}

/** Whether these files name a word of that list, as it stands or by its beginning (`know.new.${kind}`). */
function says(files, names, list) {
  const words = [...files.get(list).matchAll(WORD)].map(([, word]) => word);
  const named = names.flatMap((name) => [...files.get(name).matchAll(NAMED)].map(([, key]) => key));
  return named.some((key) => words.some((word) => word === key || (key.endsWith(".") && word.startsWith(key))));
}

/** Sentences, none when all is well. */
export function tooHeavy(weights) {
  return weights.flatMap(({ page, ...parts }) =>
    Object.entries(LIMITS)
      .filter(([part, limit]) => parts[part] > limit)
      .map(([part, limit]) => `${page}: ${part} ${Math.ceil(parts[part] / KB)} kB > ${limit / KB} kB`),
  );
}

export function built(dist) {
  const assets = path.join(dist, "assets");
  const names = readdirSync(assets).filter((name) => /\.(js|css)$/.test(name));
  return {
    html: readFileSync(path.join(dist, "index.html"), "utf8"),
    files: new Map(names.map((name) => [name, readFileSync(path.join(assets, name), "utf8")])),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const weights = pages(built(process.argv[2] ?? fileURLToPath(new URL("dist", import.meta.url))));
  for (const { page, script, style, own } of weights.sort((a, b) => b.script - a.script)) {
    console.log(
      `${page.padEnd(20)} ${[script, style, own].map((n) => `${(n / KB).toFixed(1).padStart(7)} kB`).join("")}`,
    );
  }
  const faults = tooHeavy(weights);
  for (const fault of faults) console.log(`too heavy: ${fault}`);
  process.exit(faults.length === 0 && weights.length > 0 ? 0 : 1);
}
