// numbers.mjs: a merchant looks at what the conversations came to: figures, charts and the table say what happened, in
// both languages and themes, on a phone, by axe-core.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { Server } from '../http/lib/server.mjs';
import { newKey } from '../http/lib/client.mjs';
import { until } from '../http/lib/suite.mjs';
import { Person } from './lib/browser.mjs';
import { OUT } from './lib/checks.mjs';
import { settle, signIn } from './lib/house.mjs';
import { axe as axeAsItStands, looksCount } from './lib/sight.mjs';

const ORIGIN = { Origin: 'https://tea.example' };

async function axe(page) {
    await settle(page);
    await axeAsItStands(page);
}

/** For eyes, with CHATHUB_PICTURES=1. */
async function picture(page, name) {
    await settle(page);
    if (process.env.CHATHUB_PICTURES !== '1') return;
    await mkdir(OUT, { recursive: true });
    await page.screenshot({ path: path.join(OUT, `${name}.png`), fullPage: true });
}

/** A visitor over HTTP, and what it says and hears. */
async function visitor(server, shop, name) {
    const client = server.client();
    const at = `/api/chat/shop-${shop.id}`;
    const began = await client.request('POST', `${at}/session`, { json: { name, language: 'en' }, headers: ORIGIN });
    assert.equal(began.status, 200, began.text);
    const headers = { ...ORIGIN, Authorization: `Bearer ${began.json.token}` };
    return {
        async says(text) {
            const sent = await client.request('POST', `${at}/messages`, { json: { text, clientId: newKey() }, headers });
            assert.equal(sent.status, 201, sent.text);
        },
        hears: (author) => until(`a word of ${author}`, async () => {
            const { json } = await client.request('GET', `${at}/messages`, { headers });
            return json.messages.some((message) => message.author === author);
        }),
    };
}

const figure = (page, name) => page.locator('.figure', { hasText: name }).locator('dd').innerText();

async function happened(server, owner, shop) {
    const faq = await owner.post(`/api/shops/${shop.id}/knowledge/faq`, { question: 'How long does shipping take?', answer: 'Three days.' });
    assert.equal(faq.status, 201, faq.text);
    const anna = await visitor(server, shop, 'Anna');
    await anna.says('How long does shipping take?');
    await anna.hears('bot');
    const ben = await visitor(server, shop, 'Ben');
    await ben.says('I want to talk to a real person');
    const { json } = await owner.get('/api/inbox');
    const talk = json.items.find(({ visitorName }) => visitorName === 'Ben').conversation;
    const answered = await owner.post(`/api/inbox/${talk.id}/messages`, { text: 'Here I am.', clientId: newKey() });
    assert.equal(answered.status, 201, answered.text);
    assert.equal((await owner.post(`/api/inbox/${talk.id}/state`, { status: 'resolved' })).status, 200);
}

async function figures({ checks, mei, server, owner, shop }) {
    const { page } = mei;
    await checks.must('without a conversation the page says what it is for', async () => {
        await page.goto('/numbers');
        await page.getByRole('heading', { name: '这段时间没有新对话' }).waitFor();
        await axe(page);
        await picture(page, 'numbers-none-zh');
    });
    await checks.must('who waits now is said also when no conversation is of these days', async () => {
        await page.route('**/api/numbers?*', async (route) => { // somebody has waited for longer than a month
            const response = await route.fetch();
            await route.fulfill({ response, json: { ...await response.json(), waiting: 1 } });
        });
        await page.reload();
        await page.getByRole('heading', { name: '这段时间没有新对话' }).waitFor();
        assert.match(await figure(page, '当前等待'), /^1/);
        await page.unroute('**/api/numbers?*');
    });
    await happened(server, owner, shop);
    await checks.must('the figures are what happened', async () => {
        await page.reload();
        await page.locator('.figure', { hasText: '转人工' }).waitFor();
        assert.match(await figure(page, '对话'), /^2/);
        assert.match(await figure(page, '助手独立解答'), /^1\s*占 50%/);
        assert.match(await figure(page, '转人工'), /^1\s*占 50%/);
        assert.match(await figure(page, '已解决'), /^1/);
        assert.match(await figure(page, '当前等待'), /^0/);
    });
    await checks.must('the charts draw what was counted', async () => {
        await page.getByRole('img', { name: '28 天内共 2 个对话，单日最多 2 个。' }).first().waitFor();
        await until('a bar', async () => (await page.locator('.chart rect.bar-on').count()) > 0);
        assert.equal(await page.getByRole('table', { name: '每日明细' }).getByRole('row').count(), 2);
    });
    await checks.must('the first page says the same, and that nothing was before', async () => {
        await page.goto('/home');
        await page.locator('.figure', { hasText: '等待人工' }).waitFor();
        assert.match(await figure(page, '近 7 天对话（含今天）'), /^2\s*暂无此前整周数据可比较$/);
        assert.match(await figure(page, '近 7 天助手独立解答（含今天）'), /^1\s*暂无此前整周数据可比较$/);
        await axe(page);
        await picture(page, 'home-figures-zh');
        await page.goto('/numbers');
        await page.locator('.figure', { hasText: '转人工' }).waitFor();
    });
    await checks.must('days stand in the address, and a table leaves as a file', async () => {
        await page.getByRole('button', { name: '7 天', exact: true }).click();
        await page.waitForURL(/days=7/);
        await page.getByRole('img', { name: '7 天内共 2 个对话，单日最多 2 个。' }).first().waitFor();
        const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /导出/ }).click()]);
        const text = await readFile(await file.path(), 'utf8');
        assert.equal(text.trim().split('\r\n').length, 8);
        assert.match(text, /,2,1,1,0,0,1,/);
    });
}

async function gaps({ checks, mei, server, shop }) {
    const { page } = mei;
    const table = page.getByRole('table', { name: '未找到答案的问题' });
    await checks.must('what found no answer is listed, the same question once', async () => {
        for (const [name, text] of [['Cleo', 'Do you engrave zeppelins?'], ['Dan', 'can you engrave a zeppelin'],
            ['Eve', 'Where can I park my balloon?']]) {
            const one = await visitor(server, shop, name);
            await one.says(text);
            await one.hears('bot');
        }
        await page.goto('/numbers');
        await table.getByRole('link', { name: 'can you engrave a zeppelin' }).waitFor();
        assert.equal(await table.getByRole('row').count(), 3);
        assert.match(await table.getByRole('row', { name: /zeppelin/ }).innerText(), /\b2\b/);
        await axe(page);
        await picture(page, 'numbers-gaps-zh');
    });
    await checks.must('one press begins its answer, and with it the question is done', async () => {
        await table.getByRole('row', { name: /zeppelin/ }).getByRole('link', { name: '撰写答案' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.waitFor();
        assert.equal(await dialog.getByRole('textbox').first().inputValue(), 'can you engrave a zeppelin');
        await axe(page);
        await dialog.locator('textarea').fill('We engrave everything that flies.');
        await dialog.getByRole('button', { name: '保存', exact: true }).click();
        await dialog.waitFor({ state: 'hidden' });
        await page.getByRole('table').getByText('can you engrave a zeppelin').waitFor();
        await page.goto('/numbers');
        await table.getByRole('link', { name: 'Where can I park my balloon?' }).waitFor();
        assert.equal(await table.getByRole('row').count(), 2);
    });
    await checks.must('another is put aside', async () => {
        await table.getByRole('button', { name: '忽略' }).click();
        await page.getByText('这段时间没有：所有问题都找到了答案。').waitFor();
    });
}

/** A shop's page, with the one line that merchants paste. */
function storeOf(base, shop) {
    const store = createServer((req, res) => {
        res.setHeader('Content-Type', 'text/html; charset=utf-8');
        res.end(`<!doctype html><html lang="zh-CN"><title>Tea</title><meta name="viewport" content="width=device-width">
            <script async src="${base}/widget.js" data-shop="shop-${shop.id}"></script><body><main><h1>Tea</h1></main></body></html>`);
    });
    return new Promise((resolve) => store.listen(0, '127.0.0.1', () => resolve({
        base: `http://127.0.0.1:${store.address().port}`, close: () => store.close(),
    })));
}

async function score({ checks, browser, mei, server, owner, shop }) {
    const store = await storeOf(server.base, shop);
    const shopper = await Person.come(browser, store.base);
    const form = shopper.page.locator('chathub-chat form.rate');
    let talk = 0;
    await checks.must('a shopper whose conversation has ended is asked how it was', async () => {
        await shopper.page.goto('/');
        await shopper.page.getByRole('button', { name: /联系客服/ }).click();
        const box = shopper.page.getByRole('textbox', { name: '输入您的消息…' });
        await box.fill('我想评价一下');
        await box.press('Enter');
        await shopper.page.locator('chathub-chat .m.mine .at', { hasText: ':' }).waitFor();
        assert.equal(await form.isVisible(), false);
        // The newest: an answer to somebody else may come to the head of the list in this moment.
        talk = Math.max(...(await owner.get('/api/inbox')).json.items.map(({ conversation }) => conversation.id));
        assert.equal((await owner.post(`/api/inbox/${talk}/state`, { status: 'resolved' })).status, 200);
        await form.waitFor();
        await axe(shopper.page);
        await picture(shopper.page, 'score-asked-zh');
    });
    await checks.must('what they say is kept, and they are asked no more', async () => {
        await form.getByRole('button', { name: '4 分（满分 5 分）' }).click();
        await form.getByRole('textbox').fill('很快，谢谢 🙏');
        await axe(shopper.page);
        await form.getByRole('button', { name: '发送' }).click();
        await form.waitFor({ state: 'hidden' });
        await shopper.page.reload();
        await shopper.page.getByRole('button', { name: /联系客服/ }).click();
        await shopper.page.locator('chathub-chat .m.mine').waitFor();
        await form.waitFor({ state: 'hidden', timeout: 5000 }); // what is told last counts
        await shopper.page.waitForTimeout(500);
        assert.equal(await form.isVisible(), false);
    });
    await checks.must('a shop that does not ask, does not; and asks again when it wants to', async () => {
        const set = async (askScore) => {
            const { domain, changedAt, ...now } = (await owner.get(`/api/shops/${shop.id}/chatbot/settings`)).json;
            assert.ok(domain && changedAt !== undefined);
            const r = await owner.request('PUT', `/api/shops/${shop.id}/chatbot/settings`, { json: { ...now, askScore } });
            assert.equal(r.status, 200, r.text);
        };
        const other = await Person.come(browser, store.base);
        const open = async () => {
            await other.page.goto('/');
            await other.page.getByRole('button', { name: /联系客服/ }).click();
        };
        await open();
        const box = other.page.getByRole('textbox', { name: '输入您的消息…' });
        await box.fill('再见');
        await box.press('Enter');
        await other.page.locator('chathub-chat .m.mine .at', { hasText: ':' }).waitFor();
        await set(false);
        const id = Math.max(...(await owner.get('/api/inbox')).json.items.map(({ conversation }) => conversation.id));
        assert.equal((await owner.post(`/api/inbox/${id}/state`, { status: 'resolved' })).status, 200);
        await open();
        await other.page.locator('chathub-chat .m.mine').waitFor();
        assert.equal(await other.page.locator('chathub-chat form.rate').isVisible(), false);
        await set(true);
        await open();
        await other.page.locator('chathub-chat form.rate').waitFor();
        assert.deepEqual(other.faults, []);
        await other.leave();
    });
    await checks.must('the team sees it, and it is counted', async () => {
        await mei.page.goto(`/inbox/${talk}`);
        await mei.page.getByText('4 分（满分 5 分） · 很快，谢谢 🙏').first().waitFor();
        await axe(mei.page);
        await mei.page.goto('/numbers');
        await mei.page.locator('.figure', { hasText: '满意' }).waitFor();
        assert.match(await figure(mei.page, '满意'), /^100%\s*1 人评价/);
    });
    assert.deepEqual(shopper.faults, []);
    await shopper.leave();
    store.close();
}

async function looks({ checks, browser, server, owner }) {
    if (!looksCount()) return;
    const modes = [['zh-light', { lang: 'zh-CN', colorScheme: 'light' }],
        ['en-dark', { lang: 'en', colorScheme: 'dark' }],
        ['en-phone', { lang: 'en', colorScheme: 'light', viewport: { width: 320, height: 760 } }]];
    for (const [name, options] of modes) {
        await checks.must(`the page is well in ${name}`, async () => {
            const person = await Person.come(browser, server.base, options);
            await signIn(person, owner.email, options.lang);
            await person.page.goto('/numbers');
            await person.page.locator('.chart svg').first().waitFor();
            await axe(person.page);
            const wide = await person.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
            assert.ok(wide <= 0, `${wide} px too wide`);
            await picture(person.page, `numbers-${name}`);
            assert.deepEqual(person.faults, []);
            await person.leave();
        });
    }
}

export async function numbers({ browser, engine, checks }) {
    const server = await Server.start({ engine });
    const owner = await server.account('merchant', { credits: 500 });
    const shop = await owner.shop('Tea', 'tea.example');
    assert.equal((await owner.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    const mei = await Person.come(browser, server.base);
    checks.about(`${engine}, numbers`, () => [mei.page]);
    try {
        await signIn(mei, owner.email, 'zh-CN');
        const all = { checks, browser, mei, server, owner, shop };
        await figures(all);
        await gaps(all);
        await score(all);
        await looks(all);
        checks.record('no page threw, logged an error or broke the policy', mei.faults.join('\n'));
    } finally {
        await mei.leave();
        checks.record('the server ends well', (await server.end()).join('\n'));
    }
}
