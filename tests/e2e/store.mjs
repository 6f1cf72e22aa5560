// store.mjs: the sample store as `./dev run` serves it, on an origin of its own: its shop is enabled and its knowledge told by
// the doors of every merchant, and a newcomer asks there: a product, a variant, an order, a rule, in two languages; ten tabs,
// a phone, a network that goes and comes back; and at last a person.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Server } from '../http/lib/server.mjs';
import { OUT } from './lib/checks.mjs';
import { Person, SLOWER } from './lib/browser.mjs';
import { axe, looksCount } from './lib/sight.mjs';

const SERVE = fileURLToPath(new URL('../../samples/store/serve.mjs', import.meta.url));
const WORDS = {
    en: { open: 'Chat with us', box: 'Write a message…', person: /person/i, sending: 'sending' },
    zh: { open: '联系客服', box: '输入您的消息…', person: '转人工', sending: '发送中' },
};
const WAIT_MS = 20000 * SLOWER;

/** The store beside the server: { base, again(), close() }. */
function open(server) {
    const start = (port) => new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [SERVE, '--chat', server.base, '--data', server.dir, '--port', String(port)]);
        let out = '';
        const timer = setTimeout(() => reject(new Error(`no store\n${out}`)), WAIT_MS);
        for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (part) => {
            out += part;
            const base = /store\s+(http:\/\/localhost:\d+)/.exec(out)?.[1];
            if (!base) return;
            clearTimeout(timer);
            resolve({ base, close: () => child.kill() });
        });
        child.on('exit', (code) => reject(new Error(`the store ended with ${code}\n${out}`)));
    });
    return start(0);
}

const box = (page, l) => page.getByRole('textbox', { name: WORDS[l].box });
async function ask(page, l, text, answer) {
    await box(page, l).fill(text);
    await box(page, l).press('Enter');
    await page.locator('chathub-chat .m:not(.mine) .b', { hasText: answer }).last().waitFor();
}
async function enter(page, l, where = `/${l}/`) {
    await page.goto(where);
    await page.getByRole('button', { name: new RegExp(WORDS[l].open) }).click();
    await box(page, l).waitFor();
}
const photograph = async (page, name) => {
    if (process.env.CHATHUB_PICTURES) await page.screenshot({ path: path.join(OUT, `store-${name}.png`) });
};

async function shop({ checks, base, visitor }) {
    const { page } = visitor;
    await checks.must('every page of the store answers in both languages, with its pictures', async () => {
        for (const l of ['en', 'zh']) {
            await page.goto(`/${l}/`);
            const links = await page.locator('main a, header nav a').evaluateAll((all) => [...new Set(all.map((one) => one.href))]);
            const images = await page.locator('main img').evaluateAll((all) => [...new Set(all.map((one) => one.src))]);
            assert.ok(links.length > 45 && images.length >= 40, `${links.length} links, ${images.length} pictures`);
            const bad = [];
            for (const one of [...links, ...images]) if (!(await fetch(one)).ok) bad.push(one);
            assert.deepEqual(bad, []);
        }
    });
    await checks.must('a page that is not there says so, and has the chat', async () => {
        assert.equal((await fetch(`${base}/en/p/toaster`)).status, 404);
        assert.equal((await fetch(`${base}/img/..%2fshop.svg`)).status, 404);
        assert.equal((await fetch(`${base}/en/`, { method: 'POST' })).status, 405);
    });
    if (!looksCount()) return;
    await checks.try('axe-core finds nothing on its pages', async () => {
        for (const one of ['/en/', '/zh/', '/en/p/blanket', '/zh/help', '/en/orders']) {
            await page.goto(one);
            await axe(page);
        }
    });
    await checks.try('nothing is wider than a small phone', async () => {
        await page.setViewportSize({ width: 320, height: 640 });
        for (const one of ['/en/', '/zh/', '/en/p/blanket', '/en/orders']) {
            await page.goto(one);
            assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), one);
        }
        await page.setViewportSize({ width: 1280, height: 860 });
    });
}

async function questions({ checks, visitor }) {
    const { page } = visitor;
    await checks.must('a price, a variant, a rule and an order are answered', async () => {
        await enter(page, 'en');
        await photograph(page, 'desk-en');
        await ask(page, 'en', 'How much is the wall clock?', '36.00');
        const card = page.locator('chathub-chat a.card', { hasText: 'Wall Clock' });
        assert.match(await card.innerText(), /\$36\.00/);
        assert.match(await card.getAttribute('href'), /\/p\/[\w-]*clock$/);
        await card.locator('img').evaluate((img) => img.complete || new Promise((done) => { img.onload = done; }));
        assert.ok(await card.locator('img').evaluate((img) => img.naturalWidth > 0 && img.clientWidth === 56));
        await axe(page);
        await ask(page, 'en', 'Is the red enamel kettle in stock?', /out of stock/i);
        await ask(page, 'en', 'How do I return something?', '30 days');
        await ask(page, 'en', 'Where is my order HG-2041?', /e-?mail/i);
        await ask(page, 'en', 'ann.lee@example.org', '1Z2041HG77');
        await photograph(page, 'desk-en-asked');
    });
    await checks.must('another language in the same conversation, by words and by the page', async () => {
        await ask(page, 'en', '台灯多少钱？', '49.00');
        await page.getByRole('link', { name: '中文' }).click();
        await page.waitForURL('**/zh/');
        await page.getByRole('button', { name: /联系客服/ }).click();
        await page.locator('chathub-chat .m .b', { hasText: '1Z2041HG77' }).first().waitFor();
        await ask(page, 'zh', '怎么退货？', '30天');
        await photograph(page, 'desk-zh');
    });
}

async function tabs({ checks, visitor }) {
    await checks.must('ten tabs have one conversation, and one socket', async () => {
        const pages = [visitor.page];
        const sockets = new Set();
        for (let i = 1; i < 10; i++) {
            const page = await visitor.context.newPage();
            page.on('websocket', (one) => sockets.add(one));
            await enter(page, 'zh', '/zh/p/lamp');
            pages.push(page);
        }
        await ask(pages[9], 'zh', '头灯多少钱', '34.00');
        for (const page of pages) await page.locator('chathub-chat .m .b', { hasText: '34.00' }).first().waitFor();
        for (const page of pages)
            assert.equal(await page.locator('chathub-chat .m.mine .b', { hasText: '头灯多少钱' }).count(), 1);
        assert.ok([...sockets].filter((one) => !one.isClosed()).length <= 1);
        for (const page of pages.slice(1)) await page.close();
    });
    await checks.must('offline and back: what was asked meanwhile is answered', async () => {
        const { page, context } = visitor;
        await context.setOffline(true);
        await box(page, 'zh').fill('充电宝多少钱');
        await box(page, 'zh').press('Enter');
        await page.locator('chathub-chat .m .at', { hasText: WORDS.zh.sending }).waitFor();
        await context.setOffline(false);
        await page.locator('chathub-chat .m:not(.mine) .b', { hasText: '29.00' }).last().waitFor();
    });
}

async function phone({ checks, browser, base }) {
    const other = await Person.come(browser, base, { viewport: { width: 375, height: 667 }, isMobile: true, hasTouch: true });
    await checks.must('on a phone: the same, and a person is called', async () => {
        const { page } = other;
        await enter(page, 'zh', '/');
        await ask(page, 'zh', '红色搪瓷水壶有货吗', /缺货|无货/);
        await photograph(page, 'phone-zh');
        await ask(page, 'zh', '转人工', /人工|客服/);
        await photograph(page, 'phone-zh-person');
    });
    assert.deepEqual(other.faults, []);
    await other.leave();
}

/** What the merchant of the demo sees of it. */
async function merchant({ checks, browser, server }) {
    const { merchant: password } = JSON.parse(await readFile(path.join(server.dir, 'demo.json'), 'utf8'));
    const owner = server.client();
    await owner.signIn('merchant@demo.example', password);
    // Beside the shop whose chat stands on the landing page.
    const mine = async () => (await owner.get('/api/shops')).json.shops.filter((one) => one.shop_name !== 'Chathub');
    await checks.must('the shop was paid once, is enabled, has a domain, and what it knows is counted', async () => {
        const shops = await mine();
        assert.deepEqual(shops.map((one) => [one.shop_name, one.domain]), [['Harbor Goods', 'harbor-goods.example']]);
        assert.equal((await owner.get(`/api/shops/${shops[0].id}/chatbot`)).json.state, 'active');
        const again = await open(server);
        again.close();
        assert.equal((await mine()).length, 1);
        const { products } = (await owner.get(`/api/shops/${shops[0].id}/knowledge`)).json;
        assert.equal(products, 84);
    });
    await checks.must('a store that was deleted is not made again', async () => {
        const shops = await mine();
        assert.equal((await owner.request('DELETE', `/api/shops/${shops[0].id}`)).status, 200);
        const again = await open(server);
        assert.ok(!(await (await fetch(`${again.base}/en/`)).text()).includes('<script'));
        again.close();
        assert.deepEqual(await mine(), []);
    });
}

export async function store({ browser, engine, checks }) {
    const server = await Server.start({ engine, args: ['--demo'] });
    const { base, close } = await open(server);
    const visitor = await Person.come(browser, base, { lang: 'en' });
    checks.about(`${engine}, store`, () => [visitor.page]);
    try {
        const all = { checks, browser, server, base, visitor };
        await shop(all);
        await questions(all);
        await tabs(all);
        await phone(all);
        checks.record('no page threw, logged an error or broke a policy',
            visitor.faults.filter((one) => !one.includes('ERR_INTERNET_DISCONNECTED')).join('\n'));
        await merchant(all);
    } finally {
        await visitor.leave();
        close();
        checks.record('the server ends well', (await server.end()).join('\n'));
    }
}
