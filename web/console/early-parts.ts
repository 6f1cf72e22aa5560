/* Which files a page needs beside the main bundle: the words of each language, and the pages that a visit begins with.
 * public/early.js reads the list from its own tag and has them fetched at once; otherwise they are asked for only when the
 * main bundle has been fetched and run, a whole way to the server and back later. */
import type { Plugin } from "vite";

interface Chunk {
  type: string;
  fileName: string;
  isEntry?: boolean;
  facadeModuleId?: string | null;
  imports?: string[];
}

/** Keys are what early.js knows: the language, the address, or both of them: words that the page brings along (pages.ts). */
export const WANTED: Readonly<Record<string, string>> = {
  "zh-CN": "/i18n/zh.ts",
  en: "/i18n/en.ts",
  "/login": "/pages/login.tsx",
  "/home": "/pages/home.tsx",
  "zh-CN/home": "/i18n/zh-home.ts",
  "en/home": "/i18n/en-home.ts",
  "/inbox": "/pages/inbox/inbox.tsx",
  "zh-CN/inbox": "/i18n/zh-chat.ts",
  "en/inbox": "/i18n/en-chat.ts",
  "/operator": "/pages/operator/today.tsx",
  "zh-CN/operator": "/i18n/zh-operator.ts",
  "en/operator": "/i18n/en-operator.ts",
};

function closure(files: ReadonlyMap<string, Chunk>, name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const other of files.get(name)?.imports ?? []) closure(files, other, seen);
  return seen;
}

/** { key: files, without those that the entry brings anyway }. What is wanted and not built fails the build. */
export function partsOf(chunks: readonly Chunk[]): Record<string, string[]> {
  const files = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const entry = chunks
    .filter(({ isEntry }) => isEntry === true)
    .flatMap(({ fileName }) => [...closure(files, fileName)]);
  return Object.fromEntries(
    Object.entries(WANTED).map(([key, source]) => {
      const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(source) === true);
      if (chunk === undefined) throw new Error(`${source} has no file of its own`);
      return [key, [...closure(files, chunk.fileName)].filter((name) => !entry.includes(name))];
    }),
  );
}

export const earlyParts = (): Plugin => ({
  name: "early-parts",
  transformIndexHtml: {
    order: "post",
    handler(html, { bundle }) {
      if (bundle === undefined) return html;
      const chunks = (Object.values(bundle) as Chunk[]).filter(({ type }) => type === "chunk");
      const told = JSON.stringify(partsOf(chunks)).replaceAll('"', "&quot;");
      const marked = html.replace('<script src="/early.js">', `<script src="/early.js" data-parts="${told}">`);
      if (marked === html) throw new Error("index.html does not begin with early.js");
      return marked;
    },
  },
});
