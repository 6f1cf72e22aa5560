// browser.mjs: Debian's Chromium, and what every page must never do: throw, log an error, break the security policy.
import { chromium } from 'playwright-core';

const ARGS = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'];
/** A machine that does much else at the same time is given more time: CHATHUB_SLOW_MACHINE=3. */
export const SLOWER = Number(process.env.CHATHUB_SLOW_MACHINE ?? 1);
/** A network on which each request takes up to so long, in no order: what a page may not rely on shows. CHATHUB_JITTER=1500. */
const JITTER_MS = Number(process.env.CHATHUB_JITTER ?? 0);
/** Chromium's sandbox does not work for root. */
const AS_ROOT = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

export function launch() {
    return chromium.launch({ executablePath: process.env.CHATHUB_CHROMIUM ?? '/usr/bin/chromium', args: [...ARGS, ...AS_ROOT] });
}

/** A refusal is an answer, not a fault of the page; Chromium logs it all the same. */
const ANSWERS = /^Failed to load resource: the server responded with a status of (4\d\d|50[23])/;
/* Said for each request while a test has taken the network away. */
const OFFLINE = 'Failed to load resource: net::ERR_INTERNET_DISCONNECTED';

/** Most of them soon, a few at the end. */
async function late(route) {
    await new Promise((go) => setTimeout(go, Math.random() ** 2 * JITTER_MS));
    await route.fallback().catch(() => {}); // the page may have gone
}

/** In order, as a connection is. */
function lateSocket(ws) {
    const server = ws.connectToServer();
    for (const [from, to] of [[ws, server], [server, ws]]) {
        let before = Promise.resolve();
        const behind = (act) => {
            const wait = Math.random() ** 3 * JITTER_MS;
            before = before.then(() => new Promise((go) => setTimeout(go, wait))).then(act).catch(() => {});
        };
        from.onMessage((message) => behind(() => to.send(message)));
        from.onClose((code, reason) => behind(() => to.close({ code, reason })));
    }
}

export class Person {
    faults = [];

    /** A browser of their own: cookies, storage, language. */
    static async come(browser, base, { lang = 'zh-CN', ...options } = {}) {
        const p = new Person();
        p.base = base;
        // Without animations: on a busy machine their ends are late, and a button is named "loading" until then.
        p.context = await browser.newContext({ baseURL: base, locale: lang, reducedMotion: 'reduce',
            viewport: { width: 1280, height: 860 }, ...options });
        await p.context.addCookies([{ name: 'lang', value: lang, url: base }]);
        await p.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: base });
        if (JITTER_MS > 0) {
            await p.context.route('**/*', late);
            await p.context.routeWebSocket('**/*', lateSocket);
        }
        p.context.on('page', (page) => p.#watch(page));
        p.page = await p.context.newPage();
        return p;
    }

    #watch(page) {
        page.setDefaultTimeout(60000 * SLOWER); // for what must come: it costs nothing when it comes
        page.on('pageerror', (error) => this.faults.push(error.stack ?? String(error)));
        page.on('console', (line) => {
            const expected = ANSWERS.test(line.text()) || line.text() === OFFLINE;
            if (line.type() === 'error' && !expected) this.faults.push(line.text());
        });
    }

    /** The API as this person's browser calls it. */
    api(verb, path, body) {
        return this.page.evaluate(async ([method, url, content]) => {
            const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() };
            const init = content === undefined ? { method } : { method, headers, body: JSON.stringify(content) };
            const answer = await fetch(url, method === 'POST' && content === undefined ? { method, headers } : init);
            return { status: answer.status, json: await answer.json().catch(() => null) };
        }, [verb, path, body]);
    }

    leave() { return this.context.close(); }
}
