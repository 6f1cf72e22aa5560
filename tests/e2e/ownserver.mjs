// ownserver.mjs: a merchant with a server of their own: its store is read, stopped and read again, with what was refused;
// its channel is opened, moved, watched and closed. On a desk and on a phone, in both languages and themes, judged by
// axe-core.
import assert from 'node:assert/strict';
import http from 'node:http';
import { newKey } from '../http/lib/client.mjs';
import { Server } from '../http/lib/server.mjs';
import { until } from '../http/lib/suite.mjs';
import { Person } from './lib/browser.mjs';
import { settle, signIn } from './lib/house.mjs';
import { axe, looksCount } from './lib/sight.mjs';

const OWNER = 'owner@own.example';
const PRODUCTS = 120;
const HEADINGS = { channel: ['Last deliveries', '最近的发送'], sources: ['Your own store', '自有商店'] };

/** The shop's server: an export of products, orders that are broken, and a hook. */
async function serve() {
    const own = { hooks: [], status: 204, slow: false };
    const server = http.createServer((req, res) => {
        const url = new URL(req.url, 'http://shop');
        if (url.pathname === '/api/admin/export/products') {
            const [page, size] = ['page', 'pageSize'].map((name) => Number(url.searchParams.get(name)));
            const from = (page - 1) * size;
            const rows = Array.from({ length: Math.max(0, Math.min(size, PRODUCTS - from)) }, (_, i) => ({
                product_id: from + i + 1, name: `Cup ${from + i + 1}`, price: '9.0000', status: 1,
            }));
            // While it is slow its second page does not come before it is fast again.
            const answer = () => (own.slow && page > 1 ? setTimeout(answer, 50)
                : res.end(JSON.stringify({ currency: 'USD', data: rows })));
            answer();
            return;
        }
        if (url.pathname.startsWith('/api/admin/export/')) {
            res.end('{"data":"none of it"}');
            return;
        }
        let body = '';
        req.setEncoding('utf8').on('data', (more) => (body += more));
        req.on('end', () => {
            own.hooks.push({ body, status: own.status });
            res.writeHead(own.status).end();
        });
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return Object.assign(own, { base: `http://127.0.0.1:${server.address().port}`, close: () => server.close() });
}

const line = (page, name) => page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) });

async function read(page, button, base) {
    await page.getByRole('button', { name: button }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Address of the store').fill(base);
    await dialog.getByLabel(/^Currency/).fill('usd');
    await dialog.getByRole('button', { name: 'Read', exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
}

async function store({ checks, page, shop, own }) {
    await checks.must('a store is read: its pages are counted while they come, and it is stopped', async () => {
        await page.goto(`/knowledge/${shop.id}/sources`);
        own.slow = true;
        await read(page, 'Read: Products', own.base);
        await line(page, 'Products').getByText('1 pages, 50 rows so far').waitFor();
        await axe(page);
        await page.getByRole('button', { name: 'Stop: Products' }).click();
        await page.getByText('Nothing of this reading is taken.').waitFor();
        await axe(page);
        await page.getByRole('dialog').getByRole('button', { name: 'Stop', exact: true }).click();
        await line(page, 'Products').getByText('it was stopped').waitFor();
        own.slow = false;
    });
    await checks.must('and read again, to its end', async () => {
        await page.getByRole('button', { name: 'Read again: Products' }).click();
        assert.equal(await page.getByRole('dialog').getByLabel('Address of the store').inputValue(), own.base);
        await page.getByRole('dialog').getByRole('button', { name: 'Read', exact: true }).click();
        await line(page, 'Products').getByText('120 rows, 120 new or changed').waitFor();
    });
    await checks.must('what is refused says why, and an address that is none says so at its field', async () => {
        await read(page, 'Read: Promotions', own.base);
        await line(page, 'Promotions').getByText('Page 1: is not written rightly').waitFor();
        await page.getByRole('button', { name: 'Read: Orders' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Address of the store').fill('store');
        await dialog.getByRole('button', { name: 'Read', exact: true }).click();
        await dialog.getByText('is not written rightly').waitFor();
        await dialog.getByRole('button', { name: 'Cancel' }).click();
    });
}

async function channel({ checks, page, shop, own, owner, server }) {
    const { secret: key } = (await owner.post(`/api/shops/${shop.id}/secrets/service/show`, {})).json;
    const client = server.client();
    const say = (id, text) => client.request('POST', `/api/shops/${shop.id}/channel/messages`, {
        json: { customerId: 'u-1', id, text }, headers: { authorization: `Bearer ${key}` },
    });
    await checks.must('an empty channel teaches; an address that is none is refused at its field', async () => {
        await page.goto(`/shops/${shop.id}`);
        await page.getByRole('link', { name: 'Your own server', exact: true }).click();
        await page.getByRole('heading', { name: 'Bring the chat into your own app or messenger' }).waitFor();
        await axe(page);
        await page.getByRole('button', { name: 'Open the channel' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Where replies are sent').fill('nowhere');
        await dialog.getByRole('button', { name: 'Open the channel' }).click();
        await dialog.getByText('Write a whole address').waitFor();
        await axe(page);
        await dialog.getByLabel('Where replies are sent').fill(`${own.base}/hook`);
        await page.keyboard.press('Enter');
        await page.getByText('Nothing sent yet', { exact: true }).waitFor();
    });
    await checks.must('a reply that was sent shows, and one that its server refuses says why', async () => {
        assert.equal((await say('m-1', 'Hello')).status, 201);
        const talk = await until('it is in the inbox', async () => (await owner.get('/api/inbox')).json.items[0]?.conversation);
        const reply = (text) => owner.post(`/api/inbox/${talk.id}/messages`, { text, clientId: newKey() });
        assert.ok((await reply('Good day')).status < 300);
        await page.getByText('Works', { exact: true }).waitFor();
        await page.getByText('Sent', { exact: true }).first().waitFor();
        own.status = 503;
        assert.ok((await reply('Still there?')).status < 300);
        await page.getByText('Your server answered 503').first().waitFor();
        await page.getByText('Does not get through').waitFor();
        await page.getByText('Will be tried again').first().waitFor();
        await axe(page);
    });
    await checks.must('a test is sent on its own, and the server’s answer stands there line by line', async () => {
        await page.getByRole('button', { name: 'Send a test' }).click();
        await page.getByText('Your server did not take it', { exact: true }).first().waitFor();
        await page.getByText('HTTP 503').waitFor();
        own.status = 204;
        await page.getByRole('button', { name: 'Send a test' }).click();
        await page.getByText('Your server took it', { exact: true }).first().waitFor();
        await page.getByText('HTTP 204').waitFor();
        const tests = own.hooks.map(({ body }) => JSON.parse(body)).filter(({ type }) => type === 'test');
        assert.deepEqual(tests.map(({ data }) => data), Array(2).fill({ shopId: `shop-${shop.id}` }));
        await axe(page);
    });
    await checks.must('its keys are here: one is replaced, and both count for a while', async () => {
        await page.getByRole('button', { name: 'Replace: Webhook key' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Replace', exact: true }).click();
        await page.getByText('This key is shown only once.').waitFor();
        await page.getByText('The old key keeps working until').waitFor();
        await page.getByRole('button', { name: 'I have saved it' }).click();
        await page.getByText('Being replaced', { exact: true }).waitFor();
    });
}

async function closes({ checks, page, shop, owner, server }) {
    await checks.must('it moves and closes', async () => {
        await page.setViewportSize({ width: 1280, height: 860 });
        await page.context().addCookies([{ name: 'lang', value: 'en', url: server.base }]);
        await page.goto(`/shops/${shop.id}/channel`);
        await page.getByRole('button', { name: 'Change the address' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Where replies are sent').fill('https://hooks.example/chat');
        await dialog.getByRole('button', { name: 'Save' }).click();
        await page.getByText('https://hooks.example/chat').waitFor();
        await page.getByRole('button', { name: 'Close the channel' }).click();
        await dialog.getByRole('button', { name: 'Close the channel' }).click();
        await page.getByRole('heading', { name: 'Bring the chat into your own app or messenger' }).waitFor();
        assert.equal((await owner.get(`/api/shops/${shop.id}/channel`)).json.url, null);
    });
}

async function looks({ checks, page, shop, server, out }) {
    if (!looksCount()) return;
    for (const [lang, dark, width] of [['en', false, 1280], ['zh-CN', true, 1280], ['zh-CN', false, 320], ['en', true, 320]])
        await checks.must(`both pages are sound: ${lang}, ${dark ? 'dark' : 'light'}, ${width} px`, async () => {
            await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
            await page.setViewportSize({ width, height: 800 });
            await page.context().addCookies([{ name: 'lang', value: lang, url: server.base }]);
            for (const where of [`/shops/${shop.id}/channel`, `/knowledge/${shop.id}/sources`]) {
                await page.goto(where);
                await settle(page);
                await page.getByRole('heading', { name: HEADINGS[where.split('/').at(-1)][lang === 'en' ? 0 : 1], exact: true }).waitFor();
                assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${where} is wider than the page`);
                await axe(page);
                const name = where.split('/').at(-1);
                if (out) await page.screenshot({ path: `${out}/own-${name}-${lang}-${width}.png`, fullPage: true });
            }
        });
}

export async function ownserver({ browser, engine, checks }) {
    const server = await Server.start({ engine });
    const owner = await server.account('merchant', { credits: 500, email: OWNER });
    const shop = await owner.shop('Tea', 'tea.example');
    assert.equal((await owner.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    const own = await serve();
    const merchant = await Person.come(browser, server.base, { lang: 'en' });
    checks.about(`${engine}, own server`, () => [merchant.page]);
    try {
        await signIn(merchant, owner.email ?? OWNER, 'en');
        const all = { checks, page: merchant.page, shop, own, owner, server, out: process.env.KNOWLEDGE_PICTURES };
        await store(all);
        await channel(all);
        await looks(all);
        await closes(all);
        checks.record('no page threw, logged an error or broke the policy', merchant.faults.join('\n'));
    } finally {
        await merchant.leave();
        own.close();
        checks.record('the server ends well', (await server.end()).join('\n'));
    }
}
