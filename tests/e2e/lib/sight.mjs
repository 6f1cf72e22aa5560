// sight.mjs: how a page looks, judged by axe-core. The pages do not know the engine: in a story that is told on both of them,
// what is about looks alone is judged on the first.
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

export const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };

// Parts run beside each other, so each has its own.
const part = new AsyncLocalStorage();

/** Runs a part: `seen` says whether looks are judged in it. */
export const inSight = (seen, body) => part.run({ seen }, body);

/** Checks that are about looks alone stand behind this. */
export const looksCount = () => part.getStore()?.seen ?? true;

/** Within a check of something else: the page as it stands there. */
export async function axe(page) {
    if (!looksCount()) return;
    await page.evaluate(AXE);
    const { violations } = await page.evaluate((runOnly) => window.axe.run(document, { runOnly }), RULES);
    assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.length, nodes[0].html.slice(0, 200)]), []);
}
