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
};
const SHIFTS = `<script>window.shifted = 0; new PerformanceObserver((list) => {
    for (const { value } of list.getEntries()) window.shifted += value;
}).observe({ type: "layout-shift", buffered: true });</script>`;

/** The script stands in the head; what the page says stands before it. */
function storeOf(base, shop) {
    const server = createServer((req, res) => {
        const { pathname } = new URL(req.url, 'http://store');
        const doctype = pathname === '/quirks' ? '' : '<!doctype html>';
        const without = pathname === '/without';
        res.setHeader('Content-Type', 'text/html; charset=utf-8');
        res.end(`${doctype}<html lang="en"${pathname === '/rtl' ? ' dir="rtl"' : ''}><head><meta charset="utf-8"><title>Tea</title>
<meta name="viewport" content="width=device-width">${SHIFTS}${BEFORE[pathname] ?? ''}
${without ? '' : `<script async src="${base}/widget.js" data-shop="${shop}" data-color="#1d4ed8"></script>`}</head>
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
    for (const address of ['/', '/quirks', '/rtl'])
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
        await still(all);
        await words(all);
        await phone(all);
        await dark(all);
    } finally {
        store.close();
        checks.record('the server ends well', (await server.end()).join('\n'));
    }
}
