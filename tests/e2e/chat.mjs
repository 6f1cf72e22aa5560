// chat.mjs: a shopper and a merchant talk, in two browsers: the shop's page on an origin of its own, under a strict policy,
// with the one line that merchants paste; the console's inbox on the other side. Offline and back, a page that swaps its
// body, a phone, axe-core on both sides.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Server } from '../http/lib/server.mjs';
import { Person } from './lib/browser.mjs';
import { signIn } from './lib/house.mjs';
import { axe, looksCount } from './lib/sight.mjs';

const NONCE = 'r4nd0m';
const OWNER = 'owner@tea.example';

/** A shop's server: one page, under this policy or none. */
function storeWith(page, policy) {
    const server = createServer((req, res) => {
        if (policy) res.setHeader('Content-Security-Policy', policy);
        res.setHeader('Content-Type', 'text/html; charset=utf-8');
        res.end(page);
    });
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({
        base: `http://127.0.0.1:${server.address().port}`, close: () => server.close(),
    })));
}

/** Scripts by nonce, and calls to the chat alone: no inline style, no other hosts. */
const strictStore = (base, shop) => storeWith(`<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>Tea</title>
<meta name="viewport" content="width=device-width"><script nonce="${NONCE}" async src="${base}/widget.js" data-shop="${shop}"></script>
<body><main><h1>Tea</h1><p>Oolong, 12.50</p></main></body></html>`,
["default-src 'none'", `script-src 'nonce-${NONCE}'`, `connect-src ${base} ${base.replace('http', 'ws')}`, "base-uri 'none'"].join('; '));

const launcher = (page) => page.getByRole('button', { name: /联系客服/ });
const words = (page) => page.locator('chathub-chat .m .b').allTextContents();
async function write(page, text) {
    const box = page.getByRole('textbox', { name: '输入您的消息…' });
    await box.fill(text);
    await box.press('Enter');
}
const hears = (page, text) => page.locator('chathub-chat .m .b', { hasText: text }).first().waitFor();

async function first({ checks, shopper, merchant, base, shop }) {
    const { page } = shopper;
    await checks.must('until the first click there is a launcher, one file of ours, and one question', async () => {
        const asked = [];
        page.on('request', (r) => { if (r.url().startsWith(base)) asked.push(new URL(r.url()).pathname); });
        const answered = page.waitForResponse((r) => r.url().endsWith('/here'));
        await page.goto('/');
        await launcher(page).waitFor();
        await answered;
        assert.deepEqual(asked, ['/widget.js', `/api/chat/shop-${shop.id}/here`]);
    });
    await checks.must('a question is sent, and stands there with its time', async () => {
        await launcher(page).click();
        await write(page, '你好，乌龙茶有货吗？ 🍵');
        await page.locator('chathub-chat .m.mine .at', { hasText: ':' }).waitFor();
        assert.deepEqual(await page.locator('chathub-chat .m.mine .b').allTextContents(), ['你好，乌龙茶有货吗？ 🍵']);
        // Nothing is taught yet, so no assistant can answer: a person is called.
        await hears(page, '已为您呼叫人工客服');
    });
    await checks.must('the merchant reads it in the inbox', async () => {
        await merchant.page.goto('/inbox');
        await merchant.page.getByRole('link', { name: /乌龙茶/ }).click();
        await merchant.page.locator('.said-visitor', { hasText: '乌龙茶有货吗' }).waitFor();
    });
}

async function talk({ checks, shopper, merchant }) {
    const { page } = shopper;
    const desk = merchant.page;
    await checks.must('an answer arrives without a reload, and says who it is from', async () => {
        await desk.getByRole('textbox').fill('有的，今天发货。');
        await desk.getByRole('textbox').press('Enter');
        await hears(page, '有的，今天发货。');
        await page.locator('chathub-chat header p', { hasText: '为您服务' }).waitFor();
    });
    await checks.must('a note is never seen by the shopper', async () => {
        await desk.getByRole('button', { name: '备注', exact: true }).click();
        await desk.getByRole('textbox').fill('老顾客');
        await desk.getByRole('button', { name: '保存备注' }).click();
        await desk.locator('.said-note', { hasText: '老顾客' }).waitFor();
        await write(page, '谢谢');
        await desk.locator('.said-visitor', { hasText: '谢谢' }).waitFor();
        assert.ok(!(await words(page)).includes('老顾客'));
    });
    await checks.must('a copy of the conversation goes to an address that is typed', async () => {
        const log = page.locator('chathub-chat .log');
        const end = (e) => e.scrollHeight - e.scrollTop - e.clientHeight;
        const drawn = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        await page.setViewportSize({ width: 375, height: 420 }); // so that the list is longer than its place
        await log.evaluate((e) => { e.scrollTop = e.scrollHeight; });
        const before = await log.evaluate((e) => [e.clientHeight, e.scrollHeight]);
        assert.ok(before[1] > before[0], `nothing to scroll: ${before}`);
        await page.getByRole('button', { name: '将聊天记录发送到邮箱' }).click();
        await drawn();
        assert.ok(await log.evaluate((e) => e.clientHeight) < before[0], 'the form takes from it');
        assert.ok(await log.evaluate(end) < 2, 'the newest message is still seen');
        await page.getByRole('button', { name: '将聊天记录发送到邮箱' }).click();
        await drawn();
        await log.evaluate((e) => { e.scrollTop = 0; });
        await page.getByRole('button', { name: '将聊天记录发送到邮箱' }).click();
        await drawn();
        assert.equal(await log.evaluate((e) => e.scrollTop), 0, 'who reads further up stays there');
        await page.setViewportSize({ width: 1280, height: 860 });
        await page.locator('chathub-chat .copy input').fill('nobody');
        await page.locator('chathub-chat .copy button').click();
        await page.locator('chathub-chat .say.bad', { hasText: '邮箱' }).waitFor();
        await axe(page);
        await page.locator('chathub-chat .copy input').fill('ann@store.example');
        await page.locator('chathub-chat .copy button').click();
        await page.locator('chathub-chat .say', { hasText: '聊天记录已发送' }).waitFor();
        assert.ok(await page.locator('chathub-chat .copy').isHidden());
    });
    await checks.must('where the shopper is on the shop now stands beside the conversation, and goes with them', async () => {
        const here = (path) => desk.locator('.inbox-facts > div', { hasText: '正在浏览' })
            .locator(`a[title="${shopper.base}${path}"]`).waitFor();
        /** Told within two seconds; where they only stay, each half minute. */
        const walks = (path) => Promise.all([page.waitForResponse((r) => r.url().endsWith('/here')),
            page.evaluate((to) => history.pushState({}, '', to), path)]);
        await walks('/oolong?from=mail#top'); // what stands behind is the shopper's own
        await desk.reload();
        await here('/oolong');
        assert.equal(await desk.locator('.inbox-facts a[title*="mail"]').count(), 0);
        await walks('/');
        await here('/'); // the inbox looks by itself
    });
    await checks.must('a wish for a person shows in the inbox', async () => {
        await desk.getByRole('button', { name: '回复', exact: true }).click();
        await desk.getByRole('textbox').fill('不客气。');
        await desk.getByRole('textbox').press('Enter');
        await hears(page, '不客气。'); // what is unanswered would wait for a person by itself
        await desk.getByRole('button', { name: '转交', exact: true }).click();
        await desk.getByRole('menuitem', { name: '交还智能助手' }).click();
        await page.getByRole('button', { name: '转人工' }).click();
        await desk.locator('.inbox-head .pill-due').waitFor();
        await desk.getByRole('button', { name: '接管会话' }).click();
        await page.locator('chathub-chat header p', { hasText: '为您服务' }).waitFor();
    });
}

async function hardships({ checks, shopper }) {
    const { page, context } = shopper;
    await checks.must('a page that swaps its body keeps one launcher, the chat and the draft', async () => {
        const box = page.getByRole('textbox', { name: '输入您的消息…' });
        await box.fill('还没写完');
        await page.evaluate(() => document.body.replaceWith(document.createElement('body')));
        assert.equal(await page.locator('chathub-chat').count(), 1);
        assert.equal(await box.inputValue(), '还没写完');
        await box.fill('');
    });
    await checks.must('what is written without a network is sent once when it is back', async () => {
        await context.setOffline(true);
        await write(page, '离线的话');
        await page.locator('chathub-chat .m .at', { hasText: '发送中' }).waitFor();
        await context.setOffline(false);
        await page.locator('chathub-chat .m .at', { hasText: '发送中' }).waitFor({ state: 'detached' });
        assert.equal((await words(page)).filter((text) => text === '离线的话').length, 1);
    });
    await checks.must('after a reload everything is there, in order, once', async () => {
        const before = await words(page);
        await page.reload();
        await launcher(page).click();
        await hears(page, '离线的话');
        assert.deepEqual(await words(page), before);
    });
    await checks.must('a second tab hears what the first one says', async () => {
        const other = await context.newPage();
        await other.goto('/');
        await launcher(other).click();
        await hears(other, '离线的话');
        await write(page, '来自第一个标签页');
        await hears(other, '来自第一个标签页');
        await other.close();
    });
}

const nameOf = async (owner, shop) => (await owner.get(`/api/shops/${shop.id}/chatbot/settings`)).json.botName;
/** A tab beside the one that leads reads the messages, and may hear later what the bot is called. */
async function named({ context }, name) {
    const page = await context.newPage();
    let release;
    const held = new Promise((done) => (release = done));
    await page.route(/\/api\/chat\/[^/]+\/(here|face)/, async (route) => {
        await held;
        await route.continue();
    });
    await page.goto('/');
    await page.getByRole('button', { name: 'Chat with us' }).click();
    await hears(page, '39.00');
    const who = page.locator('chathub-chat .m:not(.mine) .who');
    assert.ok((await who.allTextContents()).includes('Assistant'), 'drawn before the name was known');
    release();
    await page.locator('chathub-chat h2', { hasText: name }).waitFor();
    assert.deepEqual([...new Set(await who.allTextContents())], [name]);
    await page.close();
}

/** The embed code as the console shows it to the merchant. */
async function embedded({ checks, browser, server, owner, shop }) {
    await checks.must('the embed code that the merchant copies opens the same chat, and what the shop has told is answered', async () => {
        const told = { currency: 'USD', products: [{ id: 'p1', title: 'Copper Kettle', price: 3900, available: true }] };
        assert.equal((await owner.post(`/api/shops/${shop.id}/knowledge/import`, told)).status, 200);
        const { embedCode } = (await owner.get(`/api/shops/${shop.id}/chatbot`)).json;
        assert.match(embedCode, /^<script [^>]*src="/);
        const store = await storeWith(`<!doctype html><html lang="en"><title>Tea</title><body><h1>Tea</h1>${embedCode}</body></html>`);
        const other = await Person.come(browser, store.base, { lang: 'en' });
        await other.page.goto('/');
        await other.page.getByRole('button', { name: 'Chat with us' }).click();
        await other.page.getByRole('textbox', { name: 'Write a message…' }).fill('How much is the copper kettle?');
        await other.page.getByRole('textbox', { name: 'Write a message…' }).press('Enter');
        await other.page.locator('chathub-chat .m.mine .at', { hasText: ':' }).waitFor();
        await hears(other.page, '39.00');
        await named(other, await nameOf(owner, shop));
        assert.deepEqual(other.faults, []);
        await other.leave();
        store.close();
    });
}

/** Who asks for a person where nobody is there. */
async function alone({ checks, browser, owner, shop }) {
    const at = `/api/shops/${shop.id}/chatbot/settings`;
    const yesterday = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'][(new Date().getUTCDay() + 5) % 7];
    const hours = { hoursOn: true, hours: [{ day: yesterday, from: 540, to: 600 }] };
    const set = async (change) => {
        const { revision } = (await owner.get(at)).json;
        assert.equal((await owner.request('PUT', at, { json: { revision, ...change } })).status, 200);
    };
    await checks.must('outside of hours the shopper hears when, stands in line, and leaves an address', async () => {
        await set(hours);
        const { embedCode } = (await owner.get(`/api/shops/${shop.id}/chatbot`)).json;
        const store = await storeWith(`<!doctype html><html lang="en"><title>Tea</title><body><h1>Tea</h1>${embedCode}</body></html>`);
        const other = await Person.come(browser, store.base, { lang: 'en' });
        const { page } = other;
        await page.goto('/');
        await page.getByRole('button', { name: 'Chat with us' }).click();
        await page.getByRole('button', { name: 'Talk to a person' }).click();
        await hears(page, 'Nobody is here at the moment. Somebody will be here on');
        await page.locator('chathub-chat header p', { hasText: /place \d/ }).waitFor();
        const address = page.getByRole('textbox', { name: 'Your e-mail address' });
        await axe(page);
        // Smaller, and a phone enlarges the whole page.
        for (const box of [address, page.getByRole('textbox', { name: 'Write a message…' })])
            assert.equal(await box.evaluate((e) => getComputedStyle(e).fontSize), '16px');
        if (process.env.CHATHUB_PICTURES) await page.screenshot({ path: `${process.env.CHATHUB_PICTURES}/alone.png` });
        await address.fill('ann');
        await address.press('Enter');
        await page.locator('chathub-chat .say.bad', { hasText: 'Please enter an e-mail address' }).waitFor();
        await address.fill('ann@shopper.example');
        await address.press('Enter');
        await address.waitFor({ state: 'hidden' });
        const { items } = (await owner.get('/api/inbox?filter=waiting')).json;
        const emails = [];
        for (const { conversation } of items) emails.push((await owner.get(`/api/inbox/${conversation.id}`)).json.visitor.email);
        assert.ok(emails.includes('ann@shopper.example'), emails.join());
        await page.getByRole('button', { name: 'Back to the assistant' }).click();
        await hears(page, 'The assistant answers again.');
        assert.deepEqual(other.faults, []);
        await other.leave();
        store.close();
        await set({ hoursOn: false });
    });
}

async function looks({ checks, shopper, merchant }) {
    if (looksCount()) await checks.must('axe-core finds nothing in the widget', () => axe(shopper.page));
    if (looksCount()) await checks.must('axe-core finds nothing in the inbox', () => axe(merchant.page));
    await checks.must('on a phone the chat fills the screen, and nothing is wider than it', async () => {
        await shopper.page.setViewportSize({ width: 375, height: 667 });
        // The browser tells the page that its visible part is another one after it has drawn it once.
        await shopper.page.waitForFunction(() => {
            const dialog = document.querySelector('chathub-chat').shadowRoot.querySelector('[role=dialog]');
            return Math.round(dialog.getBoundingClientRect().height) === innerHeight;
        });
        const box = await shopper.page.getByRole('dialog').boundingBox();
        assert.deepEqual([Math.round(box.x), Math.round(box.width), Math.round(box.height)], [0, 375, 667]);
        await merchant.page.setViewportSize({ width: 375, height: 667 });
        assert.ok(await merchant.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    });
    await checks.must('Escape closes, and the focus is on the launcher again', async () => {
        await shopper.page.getByRole('textbox', { name: '输入您的消息…' }).press('Escape');
        assert.ok(await shopper.page.evaluate(() => document.querySelector('chathub-chat').shadowRoot.activeElement?.className === 'l'));
    });
}

export async function chat({ browser, engine, checks }) {
    const server = await Server.start({ engine });
    const owner = await server.account('merchant', { credits: 500, email: OWNER });
    const shop = await owner.shop('Tea', 'tea.example');
    assert.equal((await owner.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    const store = await strictStore(server.base, `shop-${shop.id}`);
    const shopper = await Person.come(browser, store.base);
    const merchant = await Person.come(browser, server.base);
    checks.about(`${engine}, chat`, () => [shopper.page, merchant.page]);
    try {
        await signIn(merchant, owner.email ?? OWNER, 'zh-CN');
        const all = { checks, shopper, merchant, base: server.base, shop };
        await first(all);
        await talk(all);
        await hardships(all);
        await embedded({ ...all, browser, server, owner });
        await alone({ ...all, browser, owner, shop });
        await looks(all);
        checks.record('no page threw, logged an error or broke the policy',
            [...shopper.faults.filter((f) => !f.includes('ERR_INTERNET_DISCONNECTED')), ...merchant.faults].join('\n'));
    } finally {
        await shopper.leave();
        await merchant.leave();
        store.close();
        checks.record('the server ends well', (await server.end()).join('\n'));
    }
}
