// people.mjs: a merchant looks at the customers of two shops: nobody at first, then who said a name or was vouched for; finds
// one by name, address and order number, blocks, lets in and erases. How the pages look in both languages and themes the looks see.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Server } from '../http/lib/server.mjs';
import { Shopper, statement } from '../http/lib/shopper.mjs';
import { until } from '../http/lib/suite.mjs';
import { Person } from './lib/browser.mjs';
import { OUT } from './lib/checks.mjs';
import { settle, signIn } from './lib/house.mjs';
import { axe as axeAsItStands } from './lib/sight.mjs';

const ADDRESS = 'ann@store.example';
/** A picture of one pixel. */
const DOT = 'R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAkQBADs=';

async function axe(page) {
    await settle(page);
    await axeAsItStands(page);
}

async function picture(page, name) {
    await settle(page);
    if (process.env.CHATHUB_PICTURES !== '1') return;
    await mkdir(OUT, { recursive: true });
    await page.screenshot({ path: path.join(OUT, `${name}.png`), fullPage: true });
}

const rows = (page) => page.getByRole('table', { name: '顾客' }).getByRole('row');
const finds = async (page, text, names) => {
    await page.getByRole('searchbox').fill(text);
    await until(`${names} for ${text}`, async () => {
        const shown = (await page.locator('tbody tr a[href^="/customers/"]').allTextContents()).join(' ');
        return shown === names;
    });
};

async function come({ server, owner, tea, books }) {
    const orders = [{ number: 'SO-10442', email: ADDRESS, name: 'Ann', status: 'shipped', currency: 'USD', total: 2900,
        items: [{ productId: 'kettle', title: 'Kettle', quantity: 1, price: 2900 }], shipments: [] }];
    const faq = [{ id: 'ship', question: 'Do you ship?', answer: 'Yes.' }];
    const told = await owner.post(`/api/shops/${tea.id}/knowledge/import`, { currency: 'USD',
        orders, faq });
    assert.equal(told.status, 200, told.text);
    const { secret } = (await owner.post(`/api/shops/${tea.id}/secrets/sso/show`)).json;
    const ann = new Shopper(server, `shop-${tea.id}`, 'tea.example');
    await ann.begin({ language: 'en', page: 'https://tea.example/kettles' });
    const token = statement(secret, { iss: `shop-${tea.id}`, aud: server.base, sub: 'u-1200', email: ADDRESS, name: 'Ann Smith' });
    const known = await ann.ask('POST', 'identify', { token });
    assert.equal(known.status, 200, known.text);
    ann.token = known.json.token;
    assert.equal((await ann.say('Do you ship?')).status, 201);
    const lin = new Shopper(server, `shop-${books.id}`, 'books.example');
    await lin.begin({ language: 'zh-CN', name: '林美' });
    assert.equal((await lin.say('你好')).status, 201);
    const nobody = new Shopper(server, `shop-${books.id}`, 'books.example');
    await nobody.begin({ language: 'en' });
    assert.equal((await nobody.say('Hi')).status, 201);
    return { ann, lin };
}

async function story({ checks, mei, server, owner, tea, books }) {
    const { page } = mei;
    await checks.must('without customers the page says how one comes to be there', async () => {
        await page.goto('/customers');
        await page.getByRole('heading', { name: '还没有顾客' }).waitFor();
        await axe(page);
        await picture(page, 'people-none-zh');
    });
    const { ann, lin } = await come({ server, owner, tea, books });
    await checks.must('whose name is known stands in the list, and nobody else', async () => {
        await page.reload();
        await page.getByRole('link', { name: 'Ann Smith' }).waitFor();
        assert.equal(await rows(page).count(), 3);
        await page.getByRole('row', { name: /Ann Smith/ }).getByText('已登录店铺').waitFor();
        await axe(page);
        await picture(page, 'people-zh');
    });
    await checks.must('one is found by name, address, order and the shop\'s own id; a shop narrows the list', async () => {
        await until('the words', async () => (await owner.get('/api/customers?search=smith')).json.customers.length === 1);
        await finds(page, 'smi', 'Ann Smith');
        await finds(page, '美', '林美');
        await finds(page, ADDRESS, 'Ann Smith');
        await finds(page, 'u-1200', 'Ann Smith');
        await finds(page, '10442', '');
        await finds(page, 'so 10442', 'Ann Smith');
        await finds(page, 'nobody-like-this', '');
        await page.getByText('没有符合条件的记录').waitFor();
        await page.goto(`/customers?shop=${books.id}`);
        await page.getByRole('link', { name: '林美' }).waitFor();
        assert.equal(await rows(page).count(), 2);
    });
    await checks.must('the list is counted, sorted and narrowed to days in its address, and saved as a table', async () => {
        await page.goto('/customers');
        await page.locator('.page-count', { hasText: /^2$/ }).waitFor();
        const first = () => page.locator('td.p-main').first().textContent();
        const newest = await first();
        await page.getByRole('columnheader', { name: /^最近访问/ }).getByRole('button').press('Enter');
        await page.waitForURL('**/customers?sort=oldest');
        await until('the other way round', async () => await first() !== newest);
        const saving = page.waitForEvent('download');
        await page.getByRole('button', { name: '导出 CSV' }).click();
        const lines = (await readFile(await (await saving).path(), 'utf8')).trim().split('\r\n');
        assert.equal(lines.length, 1 + 2);
        assert.match(lines.join(), /,Ann Smith,ann@store\.example,yes,u-1200,no,/);
        await page.getByLabel('开始日期').fill('2099-01-01');
        await page.getByText('没有符合条件的记录').waitFor();
        assert.match(page.url(), /from=2099-01-01/);
    });
    await checks.must('Ctrl-K finds customers and conversations, and leads there', async () => {
        await page.keyboard.press('Control+k');
        const box = page.getByRole('dialog');
        await box.getByRole('combobox').fill('u-1200');
        await box.getByRole('group', { name: '顾客' }).getByRole('option', { name: /Ann Smith/ }).waitFor();
        await axe(page);
        await picture(page, 'palette-zh');
        await box.getByRole('combobox').fill('ship');
        await until('the words', async () => (await owner.get('/api/inbox?search=ship')).json.items.length > 0);
        await box.getByRole('combobox').fill('do you ship');
        await box.getByRole('group', { name: '对话' }).getByRole('option').first().click();
        await page.waitForURL(/\/inbox\/\d+/);
        await page.locator('.said-visitor', { hasText: 'Do you ship?' }).waitFor();
    });
    await checks.must('one of them: what was said, and on to the inbox', async () => {
        await page.goto('/customers');
        await page.getByRole('link', { name: 'Ann Smith' }).click();
        await page.getByRole('heading', { name: 'Ann Smith' }).waitFor();
        await page.getByText('u-1200').first().waitFor();
        await page.getByRole('row', { name: /SO-10442.*Kettle × 1/ }).waitFor();
        await axe(page);
        await picture(page, 'person-zh');
        await page.getByRole('table', { name: '对话' }).getByRole('link').click();
        await page.locator('.said-visitor', { hasText: 'Do you ship?' }).waitFor();
    });
    await checks.must('a copy of the conversation goes to the address that is known, and a note says so', async () => {
        await page.getByRole('button', { name: '发送聊天记录' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByText(ADDRESS).waitFor();
        await axe(page);
        await dialog.getByRole('button', { name: '发送', exact: true }).click();
        await page.getByText(`聊天记录已发往 ${ADDRESS}`).waitFor();
        await page.locator('.said-note', { hasText: ADDRESS }).waitFor();
        await picture(page, 'transcript-zh');
        const mails = (await server.client().get('/dev/outbox', { headers: { accept: 'application/json' } })).json.mails;
        assert.deepEqual(mails.filter(({ kind }) => kind === 'chat_transcript').map(({ to }) => to), [ADDRESS]);
        await page.goBack();
    });
    await checks.must('blocked, they cannot write; let in again, they can', async () => {
        await page.getByRole('button', { name: '拉黑' }).click();
        await axe(page);
        await page.getByRole('dialog').getByRole('button', { name: '拉黑' }).click();
        await page.getByText('已拉黑该顾客').waitFor();
        assert.equal((await ann.say('Hello?')).status, 403);
        await page.getByRole('button', { name: '解除拉黑' }).click();
        await page.getByText('该顾客可以重新发送消息').waitFor();
        assert.equal((await ann.say('Hello again')).status, 201);
    });
    await checks.must('what is kept of them is one file, with the pictures themselves and what they bought', async () => {
        const sent = await fetch(`${server.base}/api/chat/shop-${tea.id}/images?clientId=export-picture-1&name=dot.gif`, {
            method: 'POST', body: Buffer.from(DOT, 'base64'), headers: { Authorization: `Bearer ${ann.token}`, Origin: 'https://tea.example' },
        });
        assert.equal(sent.status, 201, await sent.text());
        const saving = page.waitForEvent('download');
        await page.getByRole('button', { name: '导出顾客数据' }).click();
        const { parts } = JSON.parse(await readFile(await (await saving).path(), 'utf8'));
        assert.deepEqual(parts.flatMap(({ orders }) => orders.map(({ number }) => number)), ['SO-10442']);
        const [kept] = parts.flatMap(({ pictures }) => pictures);
        assert.equal(kept.type, 'image/gif');
        assert.equal(Buffer.from(kept.content, 'base64').subarray(0, 6).toString(), 'GIF89a');
        await page.getByText('文件已保存').or(page.getByText('已保存')).first().waitFor();
    });
    await checks.must('erased, they are in no list', async () => {
        await page.goto('/customers');
        await page.getByRole('link', { name: '林美' }).click();
        await page.getByRole('button', { name: '清除顾客数据' }).click();
        await page.getByRole('button', { name: '永久清除' }).click();
        await page.getByText('顾客数据已清除').waitFor();
        await page.getByRole('link', { name: 'Ann Smith' }).waitFor();
        await until('gone', async () => await page.getByRole('link', { name: '林美' }).count() === 0);
        assert.equal((await lin.say('?')).status, 401);
        await page.goto('/customers/99999');
        await page.getByRole('heading', { name: '页面不存在' }).waitFor();
        await page.goto('/customers/abc');
        await page.getByRole('heading', { name: '页面不存在' }).waitFor();
    });
}

export async function people({ browser, engine, checks }) {
    const server = await Server.start({ engine });
    const owner = await server.account('merchant', { credits: 500 });
    const tea = await owner.shop('Tea', 'tea.example');
    const books = await owner.shop('Books', 'books.example');
    for (const { id } of [tea, books]) assert.equal((await owner.post(`/api/shops/${id}/chatbot/enable`, {})).status, 200);
    const mei = await Person.come(browser, server.base);
    checks.about(`${engine}, people`, () => [mei.page]);
    try {
        await signIn(mei, owner.email, 'zh-CN');
        const all = { checks, browser, mei, server, owner, tea, books };
        await story(all);
        checks.record('no page threw, logged an error or broke the policy', mei.faults.join('\n'));
    } finally {
        await mei.leave();
        checks.record('the server ends well', (await server.end()).join('\n'));
    }
}
