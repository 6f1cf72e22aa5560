// embed.mjs: the widget as a page has it, whatever the page is: settings and calls from before its script or after, a dark
// screen, words from right to left, an input method, a phone's keyboard, and nothing on the page that moves.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Server } from '../http/lib/server.mjs';
import { Person } from './lib/browser.mjs';
import { axe } from './lib/sight.mjs';

const SETTINGS = '{ language: "es", position: "left", color: "#ffd54f", presence: "off" }';
const HEAR = 'window.heard = []; const tell = (what) => () => window.heard.push(what);';
const BEFORE = {
    '/object': `<script>window.chathub = ${SETTINGS};</script>`,
    '/var': `<script>var chathub = ${SETTINGS};</script>`,
    '/list': `<script>${HEAR} (window.chathub ??= []).push(["noSuchCall"], ["on", "ready", tell("ready")], ["on", "open", tell("open")],
        ${SETTINGS}, ["open"], ["sendMessage", "said before the script"]);</script>`,
    '/empty': '<script>window.chathub = [];</script>',
    '/calls': '<script>(window.chathub ??= []).push(["open"], ["sendMessage", "said without settings"]);</script>',
};
const SHIFTS = `<script>window.shifted = 0; new PerformanceObserver((list) => {
    for (const { value } of list.getEntries()) window.shifted += value;
}).observe({ type: "layout-shift", buffered: true });</script>`;

/** Layouts and rules of a page that reach for whatever stands in it. */
const STYLED = {
    '/grid': 'html { height: 100%; display: grid; place-items: center }',
    '/rules': 'html > *, body * { transform: translateX(30px); margin: 9px; border: 3px solid red; display: block; position: relative }',
};
/** What a page demands of all that comes into it. */
const DEMANDS = {
    '/isolated': () => ({ 'Cross-Origin-Embedder-Policy': 'require-corp', 'Cross-Origin-Opener-Policy': 'same-origin' }),
    '/trusted': (base) => ({ 'Content-Security-Policy': `default-src 'none'; script-src 'nonce-n1'; connect-src ${base} ${base.replace('http', 'ws')}; `
        + "img-src 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types chathub" }),
};

/** The script stands in the head; what the page says stands before it. */
function storeOf(base, shop) {
    const server = createServer((req, res) => {
        const { pathname } = new URL(req.url, 'http://store');
        const doctype = pathname === '/quirks' ? '' : '<!doctype html>';
        const without = pathname === '/without';
        const demands = DEMANDS[pathname]?.(base);
        const styled = STYLED[pathname] ? `<style>${STYLED[pathname]}</style>` : '';
        for (const [name, value] of Object.entries(demands ?? {})) res.setHeader(name, value);
        res.setHeader('Content-Type', 'text/html; charset=utf-8');
        res.end(`${doctype}<html lang="en"${pathname === '/rtl' ? ' dir="rtl"' : ''}><head><meta charset="utf-8"><title>Tea</title>
<meta name="viewport" content="width=device-width">${demands ? '' : SHIFTS}${styled}${BEFORE[pathname] ?? ''}
${without ? '' : `<script async nonce="n1" src="${base}/widget.js" data-shop="${shop}" data-color="#1d4ed8"></script>`}</head>
<body><main><h1>Tea</h1><p>Oolong, 12.50</p></main></body></html>`);
    });
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({
        base: `http://127.0.0.1:${server.address().port}`, close: () => server.close(),
    })));
}

const launcher = (page) => page.locator('chathub-chat button.l');
const box = (page) => page.locator('chathub-chat textarea');
const mine = (page, text) => page.locator('chathub-chat .m.mine', { hasText: text });
const sent = (page, text) => mine(page, text).locator('.at', { hasText: ':' }).waitFor();
const style = (one, name) => one.evaluate((e, property) => getComputedStyle(e)[property], name);

/** What the settings of this test make of a launcher. */
async function wornBy(page) {
    await page.getByRole('button', { name: 'Chatea con nosotros' }).waitFor();
    assert.equal(await style(launcher(page), 'backgroundColor'), 'rgb(255, 213, 79)');
    assert.ok(await launcher(page).evaluate((b) => b.getBoundingClientRect().left) < 100);
}

async function tongues({ checks, visit }) {
    await checks.try('who reads Chinese is met in it, however their language is called', () => visit('/off', async (page) => {
        for (const [tag, name] of [['yue-Hant-HK', '联系客服'], ['es_MX', 'Chatea con nosotros'], ['cmn', '联系客服'], ['est', 'Chat with us'],
            ['und-Hans', '联系客服'], ['zh_TW', '联系客服'], ['es-419', 'Chatea con nosotros'], ['en-GB', 'Chat with us']]) {
            await page.evaluate((language) => window.chathub.push({ language }), tag);
            assert.equal(await launcher(page).getAttribute('aria-label'), name, tag);
        }
    }));
}

async function notices({ checks, visit }) {
    await checks.try('what the house says is in the language of the chat, not of the browser', async () => {
        for (const [language, person, words] of [['zh-CN', '转人工', /人工/], ['es', 'Hablar con una persona', /persona/], ['yue', '转人工', /人工/]])
            await visit('/', async (page) => {
                await launcher(page).waitFor();
                await page.evaluate((tag) => window.chathub.push({ language: tag }), language);
                await launcher(page).click();
                await page.getByRole('button', { name: person }).click();
                await page.locator('chathub-chat .m.house', { hasText: words }).first().waitFor();
            });
    });
}

async function said({ checks, visit, base }) {
    for (const address of ['/object', '/var'])
        await checks.try(`settings from before the script are worn, and win over its attributes: ${address}`, () => visit(address, async (page) => {
            const asked = [];
            page.on('request', (r) => { if (r.url().startsWith(`${base}/api/`)) asked.push(r.url()); });
            await wornBy(page);
            await page.waitForTimeout(2500); // one turn of its clock
            assert.deepEqual(asked, []); // presence: "off"
            assert.equal(await page.evaluate(() => typeof window.chathub.open), 'function');
        }));
    await checks.try('calls from before the script are made when it is there; a mistake among them stops none', () => visit('/list', async (page, person) => {
        await sent(page, 'said before the script');
        assert.deepEqual(await page.evaluate(() => window.heard), ['ready', 'open']);
        await wornBy(page);
        // The page is told of its mistake, as of any other.
        assert.equal(person.faults.length, 1);
        assert.match(person.faults.pop(), /TypeError/);
    }));
    for (const address of ['/empty', '/calls'])
        await checks.try(`calls alone, without a setting, find the launcher named, dressed and in the page's language: ${address}`,
            () => visit(address, async (page) => {
                await page.getByRole('button', { name: 'Chat with us' }).waitFor();
                assert.equal(await style(launcher(page), 'backgroundColor'), 'rgb(29, 78, 216)');
                if (address === '/calls') await sent(page, 'said without settings');
                else await launcher(page).click();
                await page.getByRole('textbox', { name: 'Write a message…' }).waitFor();
            }));
    await checks.try('the same is heard afterwards, by push and by setting it once more, and the calls stay', () => visit('/', async (page) => {
        await page.getByRole('button', { name: 'Chat with us' }).waitFor();
        await page.evaluate(`${HEAR} (window.chathub ??= []).push({ language: "es", position: "left" }, ["on", "ready", tell("late")])`);
        await page.evaluate('window.chathub = { color: "#ffd54f" }');
        await wornBy(page);
        assert.deepEqual(await page.evaluate(() => [window.heard, typeof window.chathub.open]), [['late'], 'function']);
        await launcher(page).click();
        await page.getByRole('textbox', { name: 'Escribe un mensaje…' }).waitFor();
    }));
    await checks.try('who is on the page is told only when the page says so', () => visit('/object', async (page) => {
        await wornBy(page);
        const told = page.waitForResponse((r) => r.url().endsWith('/here'));
        await page.evaluate(() => window.chathub.push({ presence: 'on' }));
        assert.equal((await told).status(), 200);
    }));
    await checks.try('taken off the page, it leaves no call behind', () => visit('/object', async (page) => {
        await wornBy(page);
        await page.evaluate(() => window.chathub.destroy());
        assert.deepEqual(await page.evaluate(() => [document.querySelectorAll('chathub-chat').length, typeof window.chathub]), [0, 'undefined']);
    }));
}

async function still({ checks, visit }) {
    for (const address of ['/', '/quirks', '/rtl', '/grid'])
        await checks.try(`nothing on the page moves or grows: ${address}`, async () => {
            const size = (page) => page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight,
                document.querySelector('main').getBoundingClientRect().top]);
            await visit(address, async (page) => {
                const told = page.waitForResponse((r) => r.url().endsWith('/here'));
                await launcher(page).waitFor();
                await told;
                const there = await size(page);
                await launcher(page).click();
                await box(page).waitFor();
                assert.deepEqual(await size(page), there);
                await page.evaluate(() => window.chathub.destroy());
                assert.deepEqual(await size(page), there);
                assert.equal(await page.evaluate(() => window.shifted), 0);
            });
        });
}

/** Pages that let in little, and pages whose rules are for everything. */
async function guarded({ checks, visit }) {
    for (const address of Object.keys(DEMANDS))
        await checks.try(`a page that lets in only what allows it, or what it trusts, has the whole chat: ${address}`, () => visit(address, async (page) => {
            await launcher(page).click();
            await box(page).fill('Any oolong?');
            await box(page).press('Enter');
            await sent(page, 'Any oolong?');
        }));
    await checks.try('rules of a page for all that stands in it move nothing of the chat', () => visit('/rules', async (page) => {
        const { right, bottom } = await launcher(page).evaluate((e) => e.getBoundingClientRect().toJSON());
        assert.deepEqual([right, bottom], await page.evaluate(() => [document.documentElement.clientWidth - 20, innerHeight - 20]));
        await page.emulateMedia({ media: 'print' });
        assert.ok(await launcher(page).isHidden()); // on paper nobody presses it
        await page.emulateMedia({ media: 'screen' });
    }));
    await checks.try('a page whose root is another one has the chat again', () => visit('/', async (page) => {
        await launcher(page).waitFor();
        for (let i = 0; i < 2; i++) {
            await page.evaluate(() => {
                const html = document.createElement('html');
                html.append(document.createElement('head'), document.createElement('body'));
                document.documentElement.replaceWith(html);
            });
            await launcher(page).waitFor();
        }
        assert.equal(await page.locator('chathub-chat').count(), 1);
        await launcher(page).click();
        await box(page).waitFor();
    }));
}

/** Between the first press and the second file, and where that never comes. */
async function underway({ checks, visit, base }) {
    await checks.try('opened and closed before it is there, it stays closed', () => visit('/', async (page) => {
        await launcher(page).waitFor();
        for (let i = 0; i < 2; i++) { // and once more, when it is there
            await page.evaluate(() => { window.chathub.open(); window.chathub.close(); });
            await page.locator('chathub-chat section').waitFor({ state: 'attached' });
            await page.waitForTimeout(100);
            assert.ok(await page.locator('chathub-chat section').isHidden());
        }
    }));
    await checks.try('who asks to be identified is answered, also where all is taken off the page', () => visit('/', async (page) => {
        await launcher(page).waitFor();
        assert.equal(await page.evaluate(() => {
            const answer = window.chathub.identify('x');
            window.chathub.destroy();
            return answer;
        }), false);
    }));
    await checks.try('a mistake of the page in what it hears ends nothing of the chat', () => visit('/', async (page, person) => {
        await launcher(page).click();
        await page.evaluate(() => window.chathub.on('message', () => { throw new Error('of the page'); }));
        for (const text of ['one', 'two']) {
            await box(page).fill(text);
            await box(page).press('Enter');
            await sent(page, text);
        }
        await page.locator('chathub-chat .m.house').first().waitFor();
        assert.ok(person.faults.splice(0).every((fault) => fault.includes('of the page')));
    }));
    await checks.try('a page of before an update gets the chat that there is now', () => visit('/', async (page) => {
        const before = `${base}/assets/chat-00000000.js`;
        await launcher(page).waitFor();
        const [asked] = await Promise.all([
            page.waitForResponse((r) => r.url() === before),
            page.evaluate((url) => new Promise((done, fail) => {
                const script = Object.assign(document.createElement('script'), { src: url, onload: done, onerror: fail });
                document.head.append(script);
            }), before),
        ]);
        assert.equal(asked.headers()['cache-control'], 'no-cache'); // that name will not be this file's for ever
        assert.equal(await page.evaluate(() => typeof window.chathubPanel), 'function');
        assert.equal((await fetch(`${base}/assets/chat-settings-00000000.js`)).status, 404);
    }));
}

/** WCAG 1.4.11: against what it lies on, 3 to 1. */
const contrast = ([r1, g1, b1], [r2, g2, b2]) => {
    const light = (...all) => all.map((n) => (n / 255 <= 0.04045 ? n / 255 / 12.92 : ((n / 255 + 0.055) / 1.055) ** 2.4))
        .reduce((sum, n, i) => sum + n * [0.2126, 0.7152, 0.0722][i], 0) + 0.05;
    const [a, b] = [light(r1, g1, b1), light(r2, g2, b2)];
    return Math.max(a, b) / Math.min(a, b);
};
const rgb = (text) => text.match(/\d+/g).slice(0, 3).map(Number);

async function seen({ checks, visit }) {
    for (const colorScheme of ['dark', 'light'])
        for (const colour of ['#1d4ed8', '#ffd54f', '#111111', '#ffffff'])
            await checks.try(`the picture button and the focus can be seen: ${colour}, ${colorScheme}`, () => visit('/', async (page) => {
                await launcher(page).waitFor();
                await page.evaluate((color) => window.chathub.push({ color }), colour);
                await launcher(page).click();
                await box(page).waitFor();
                const ground = rgb(await style(page.locator('chathub-chat section'), 'backgroundColor'));
                const drawn = rgb(await style(page.locator('chathub-chat .clip svg'), 'color'));
                assert.ok(contrast(drawn, ground) >= 3, `the picture button: ${drawn} on ${ground}`);
                for (let i = 0; i < 12; i++) {
                    await page.keyboard.press('Tab');
                    const now = await page.evaluate(() => {
                        const one = document.querySelector('chathub-chat').shadowRoot.activeElement;
                        if (!one || one.className === 'l') return null;
                        const { outlineColor, outlineStyle, outlineOffset } = getComputedStyle(one);
                        const head = one.closest('header');
                        return { name: one.className || one.textContent, outlineColor, outlineStyle, outlineOffset,
                            on: head && getComputedStyle(head).backgroundColor };
                    });
                    if (!now) continue;
                    assert.equal(now.outlineStyle, 'solid', now.name);
                    assert.ok(contrast(rgb(now.outlineColor), now.on ? rgb(now.on) : ground) >= 3, JSON.stringify(now));
                }
            }, { colorScheme }));
}

async function words({ checks, visit }) {
    await checks.try('each message has the direction of its words, also on a page from right to left', () => visit('/rtl', async (page) => {
        await launcher(page).click();
        for (const text of ['مرحبا، هل لديكم شاي؟', 'Any oolong?']) {
            await box(page).fill(text);
            assert.equal(await style(box(page), 'direction'), text.startsWith('A') ? 'ltr' : 'rtl');
            await box(page).press('Enter');
            await sent(page, text);
            assert.equal(await style(mine(page, text).locator('.b'), 'direction'), text.startsWith('A') ? 'ltr' : 'rtl');
        }
        assert.equal(await style(page.locator('chathub-chat header'), 'direction'), 'ltr'); // our own words are not Arabic
        const right = await page.locator('chathub-chat .m.mine').evaluateAll((all) => all.map((m) => Math.round(m.getBoundingClientRect().right)));
        assert.equal(new Set(right).size, 1); // who said it is told by the side
    }));
    await checks.try('Enter that ends a composition sends nothing; the next one sends', () => visit('/', async (page, person) => {
        await launcher(page).click();
        await box(page).click();
        const debug = await person.context.newCDPSession(page);
        await debug.send('Input.imeSetComposition', { text: 'wulong', selectionStart: 6, selectionEnd: 6 });
        await box(page).evaluate((e) => e.addEventListener('keydown', ({ isComposing }) => { window.composing = isComposing; }, { once: true }));
        await page.keyboard.down('Enter');
        assert.equal(await page.evaluate(() => window.composing), true);
        await debug.send('Input.insertText', { text: '乌龙' });
        await page.keyboard.up('Enter');
        // Safari: the composition is over before its Enter is told.
        await box(page).evaluate((e) => e.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true })));
        await page.waitForTimeout(200);
        assert.equal(await page.locator('chathub-chat .m.mine').count(), 0);
        assert.match(await box(page).inputValue(), /^乌龙/);
        await box(page).press('Enter');
        await sent(page, '乌龙');
        assert.equal(await page.locator('chathub-chat .m.mine').count(), 1);
        await debug.detach();
    }));
}

/** A keyboard is nothing that this browser has: the visible part of the page is ours to say. */
const VIEW = () => {
    const view = new EventTarget();
    Object.assign(view, { height: window.innerHeight, offsetTop: 0, scale: 1 });
    Object.defineProperty(window, 'visualViewport', { value: view });
    window.viewed = (change, event) => { Object.assign(view, change); view.dispatchEvent(new Event(event)); };
};

async function phone({ checks, visit }) {
    const options = { viewport: { width: 375, height: 667 }, hasTouch: true, isMobile: true };
    await checks.try('above a phone\'s keyboard stand the input and the last message; who reads further up stays there', () => visit('/', async (page) => {
        await launcher(page).click();
        await page.evaluate(() => window.chathub.sendMessage(Array.from({ length: 40 }, (_, n) => `line ${n}`).join('\n')));
        await sent(page, 'line 39');
        await page.evaluate(() => window.chathub.sendMessage('the last'));
        await sent(page, 'the last');
        await page.waitForTimeout(300);
        const place = (one) => one.evaluate((e) => { const { top, bottom } = e.getBoundingClientRect(); return { top, bottom }; });
        const panel = page.locator('chathub-chat section');
        const log = page.locator('chathub-chat .log');
        const atEnd = () => log.evaluate((e) => e.scrollHeight - e.scrollTop - e.clientHeight < 2);
        await log.evaluate((e) => { e.scrollTop = e.scrollHeight; });
        await page.evaluate(() => window.viewed({ height: 320 }, 'resize'));
        await page.evaluate(() => window.viewed({ offsetTop: 60 }, 'scroll'));
        assert.deepEqual(await place(panel), { top: 60, bottom: 380 });
        assert.ok((await place(box(page))).bottom <= 380);
        assert.ok(await atEnd());
        await log.evaluate((e) => { e.scrollTop = 100; });
        await page.evaluate(() => window.viewed({ height: 667, offsetTop: 0 }, 'resize'));
        assert.deepEqual(await place(panel), { top: 0, bottom: 667 });
        assert.equal(await log.evaluate((e) => e.scrollTop), 100);
        await page.evaluate(() => window.viewed({ height: 200, scale: 2 }, 'resize')); // two fingers, to read
        assert.deepEqual(await place(panel), { top: 0, bottom: 667 });
    }, options, VIEW));
    await checks.try('lying on its side with a keyboard, and on a tablet, the input and a message can still be seen', async () => {
        for (const [viewport, height] of [[{ width: 844, height: 390 }, 180], [{ width: 810, height: 1080 }, 700]])
            await visit('/', async (page) => {
                await launcher(page).click();
                await box(page).waitFor();
                await page.evaluate((left) => window.viewed({ height: left }, 'resize'), height);
                const { top, bottom } = await box(page).evaluate((e) => e.getBoundingClientRect().toJSON());
                assert.ok(top > 0 && bottom <= height, `${top} to ${bottom} of ${height}`);
                assert.ok(await page.locator('chathub-chat .log').evaluate((e) => e.clientHeight) > 60);
                const head = await page.locator('chathub-chat section').evaluate((e) => e.getBoundingClientRect().top);
                assert.ok(head >= 0, `it begins at ${head}`);
            }, { ...options, viewport }, VIEW);
    });
    await checks.try('where the chat is all that is seen the keys stay in it', () => visit('/', async (page) => {
        await launcher(page).click();
        await box(page).fill('Any oolong?');
        await box(page).press('Enter');
        await sent(page, 'Any oolong?');
        assert.equal(await page.locator('chathub-chat section').getAttribute('aria-modal'), 'true');
        for (const key of ['Tab', 'Shift+Tab'])
            for (let i = 0; i < 12; i++) {
                await page.keyboard.press(key);
                assert.ok(await page.evaluate(() => document.querySelector('chathub-chat').shadowRoot.activeElement?.closest('section') !== null));
            }
    }, options));
}

async function dark({ checks, visit }) {
    for (const colorScheme of ['dark', 'light'])
        await checks.try(`the chat is ${colorScheme} where the visitor's screen is, and can be read`, () => visit('/', async (page) => {
            await launcher(page).click();
            await box(page).fill('Any oolong?');
            await box(page).press('Enter');
            await sent(page, 'Any oolong?');
            await page.locator('chathub-chat .m.house').first().waitFor();
            const ground = await style(page.locator('chathub-chat section'), 'backgroundColor');
            assert.equal(ground, colorScheme === 'dark' ? 'rgb(22, 24, 29)' : 'rgb(255, 255, 255)');
            await page.getByRole('button', { name: 'Send me this conversation by mail' }).click();
            await box(page).fill('half a word');
            await axe(page);
        }, { colorScheme }));
}

export async function embed({ browser, engine, checks }) {
    const server = await Server.start({ engine });
    const owner = await server.account('merchant', { credits: 500, email: 'owner@tea.example' });
    const shop = await owner.shop('Tea', 'tea.example');
    assert.equal((await owner.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    const store = await storeOf(server.base, `shop-${shop.id}`);
    /** A visitor of their own for each page. */
    const visit = async (address, body, options = {}, before = undefined) => {
        const person = await Person.come(browser, store.base, { lang: 'en', ...options });
        checks.about('embed', () => [person.page]);
        try {
            if (before !== undefined) await person.page.addInitScript(before);
            await person.page.goto(address);
            await body(person.page, person);
            assert.deepEqual(person.faults, []);
        } finally {
            await person.leave();
        }
    };
    try {
        const all = { checks, visit, base: server.base };
        await said(all);
        await tongues(all);
        await notices(all);
        await still(all);
        await guarded(all);
        await underway(all);
        await seen(all);
        await words(all);
        await phone(all);
        await dark(all);
    } finally {
        store.close();
        checks.record('the server ends well', (await server.end()).join('\n'));
    }
}
