// pages.mjs: the pages that there are, as the console's own router says it: a page that is added there is looked at. What the
// router does not say is which row an address is about: `values` gives it.
import { readFile } from 'node:fs/promises';

const SOURCES = new URL('../../../web/console/src/', import.meta.url);
const source = (name) => readFile(new URL(name, SOURCES), 'utf8');

/** Leads elsewhere at once. */
const LEADS_ON = /^(?:to\(|<Old)/;
/** Seen by whoever is not signed in. */
const OUTSIDE = /^\/(?:login|register|forgot|auth\/)/;

/** [{ path, component }] of the routes that show a page. */
function routesOf(app) {
    const found = [...app.matchAll(/<Route\s+path="([^"]+)"\s+element=\{([^}]*)/g)];
    return found.filter(([, path, element]) => path !== '*' && !LEADS_ON.test(element))
        .map(([, path, element]) => ({ path, component: element.match(/<(?!Signed)(\w+) \/>/)[1] }));
}

/** The words that `:part` may be: those of the page's list PARTS, or of the addresses that it names. */
async function partsOf(app, pages, { path, component }) {
    const [, name] = app.match(new RegExp(`const ${component} = late\\(pages\\.(\\w+)`));
    const [, file] = pages.match(new RegExp(`\\b${name}: (?:also\\(\\s*"\\w+",\\s*)*\\(\\) => import\\("\\./([^"]+)"`));
    const text = await source(`${file}.tsx`);
    const list = text.match(/const PARTS[^=]*= \[(.*?)\](?: as const)?;/s);
    const base = path.replace('/:part', '');
    const words = list !== null ? [...list[1].matchAll(/"([^"]*)"/g)].map(([, word]) => word)
        : [...text.matchAll(new RegExp(`"${base}/(\\w+)"`, 'g'))].map(([, word]) => word);
    return [...new Set(words)].filter((word) => /^[a-z]+$/.test(word));
}

async function addressesOf(app, pages, route) {
    if (!route.path.endsWith('/:part')) return [route.path];
    const parts = await partsOf(app, pages, route);
    if (parts.length === 0) throw new Error(`what are the parts of ${route.path}?`);
    return parts.map((part) => route.path.replace(':part', part));
}

/** { outside, merchant, operator }: lists of [name, address]. `values`: "/shops/:id" → 7; an address that it lacks is a
 * fault, so that no page is left out because nobody thought of it. */
export async function allPages(values) {
    const [app, pages] = await Promise.all([source('app.tsx'), source('pages.ts')]);
    const all = { outside: [], merchant: [], operator: [] };
    for (const route of routesOf(app)) {
        for (const address of await addressesOf(app, pages, route)) {
            const filled = address.replace(/^(.*?\/:\w+)/, (_, begin) => {
                if (values[begin] === undefined) throw new Error(`which row is ${begin} about?`);
                return begin.replace(/:\w+$/, values[begin]);
            });
            const name = address.slice(1).replaceAll('/', '-').replaceAll(':', '');
            const who = OUTSIDE.test(address) ? 'outside' : address.startsWith('/operator') ? 'operator' : 'merchant';
            all[who].push([name, filled]);
        }
    }
    return all;
}
