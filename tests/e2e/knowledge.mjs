// knowledge.mjs: a merchant tells the bot what it should know: a question written down, a table looked at and taken, a
// table with a fault refused by row and column, a product looked at as the bot sees it; on a desk and on a phone, in both
// languages and themes, judged by axe-core.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { Server } from '../http/lib/server.mjs';
import { Person } from './lib/browser.mjs';
import { signIn } from './lib/house.mjs';
import { axe, looksCount } from './lib/sight.mjs';

const OWNER = 'owner@know.example';
const PARTS = ['products', 'faq', 'documents', 'promotions', 'sources'];

const table = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

async function chooseFile(page, shop, file) {
    await page.goto(`/knowledge/${shop.id}/sources?import=1`);
    await page.getByLabel('File', { exact: true }).setInputFiles(file);
}

async function writes({ checks, page, shop }) {
    await checks.must('an empty section teaches, and the menu leads there', async () => {
        await page.goto('/home');
        await page.getByRole('link', { name: 'Knowledge', exact: true }).first().click();
        await page.getByRole('heading', { name: 'No products yet' }).waitFor();
    });
    await checks.must('a question with its answer is written down, and found', async () => {
        await page.goto(`/knowledge/${shop.id}/faq`);
        await page.getByRole('button', { name: 'Add a question' }).first().click();
        await page.getByRole('textbox', { name: 'Question' }).fill('Do you ship to Iceland?');
        await page.getByRole('textbox', { name: 'Answer' }).fill('Yes, within ten days.');
        await page.getByRole('button', { name: 'Save', exact: true }).click();
        await page.getByRole('button', { name: 'Do you ship to Iceland?', exact: true }).waitFor();
    });
}

async function takes({ checks, page, shop }) {
    await checks.must('a table with a fault says in which row and column, and cannot be taken', async () => {
        await chooseFile(page, shop, table('bad.csv', 'id,name,price,currency\n1,Kettle,39.00,USD\n2,Lamp,-5,USD\n'));
        await page.getByText('Row 3, price: is below zero').waitFor();
        assert.ok(await page.getByRole('button', { name: 'Take it' }).isDisabled());
        await axe(page);
    });
    await checks.must('what is looked at stands in a panel of its own at the right, its words clear of the edge', async () => {
        const panel = await page.getByRole('dialog').boundingBox();
        const text = await page.getByText('Row 3, price: is below zero').boundingBox();
        const { width } = page.viewportSize();
        assert.ok(panel.width >= 600 && panel.x > width / 3, JSON.stringify(panel));
        assert.ok(text.x - panel.x >= 16 && panel.x + panel.width - text.x - text.width >= 16, JSON.stringify(text));
    });
    await checks.must('closing a file that was only looked at discards it', async () => {
        const gone = page.waitForResponse((answer) => answer.request().method() === 'DELETE');
        await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
        const answer = await gone;
        assert.equal(answer.status(), 200);
        assert.match(answer.url(), /\/knowledge\/files\/\d+$/);
    });
    await checks.must('what is no table or text says what to save it as, and offers nothing to choose', async () => {
        for (const [name, bytes, why] of [['empty.csv', '', 'the file is empty'],
            ['list.xlsx', 'PK\x03\x04\x14\0', 'save the sheet as CSV'], ['prices.pdf', '%PDF-1.7\n1 0 obj\n', 'the file is a PDF']]) {
            await chooseFile(page, shop, table(name, bytes));
            await page.getByRole('dialog').getByText(why).waitFor();
            assert.equal(await page.getByRole('dialog').getByRole('combobox').count(), 0, name);
            assert.equal(await page.getByText('Read as').count(), 0, name);
        }
    });
    await checks.must('a good one is previewed, taken, and seen as the bot sees it', async () => {
        await chooseFile(page, shop, table('good.csv', 'id,name,price,currency\n1,Kettle,39.00,USD\n2,Lamp,5,USD\n'));
        await page.getByText('Ready: 2 products').waitFor();
        await page.getByRole('button', { name: 'Take it' }).click();
        await page.getByText('Done: 2 rows are new or changed').waitFor();
        await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
        await page.getByRole('table', { name: 'Read lately' }).getByText('good.csv').waitFor();
        await page.goto(`/knowledge/${shop.id}/products?search=kettles`);
        await page.getByRole('link', { name: 'Kettle', exact: true }).click();
        await page.getByRole('dialog').getByText('$39').first().waitFor();
        await axe(page);
    });
}

/** The store's server sends products before anything says in which currency. */
async function waits({ checks, page, server, owner, out }) {
    const shop = await owner.shop('Shoes', 'shoes.example');
    assert.equal((await owner.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    const webhook = (await owner.post(`/api/shops/${shop.id}/secrets/webhook/show`, {})).json.secret;
    const body = JSON.stringify({ topic: 'product_created', data: { product_id: 42, sku: 'NK-1', name: 'Walking shoe', price: '19.9000' } });
    const t = Math.floor(Date.now() / 1000);
    const v1 = createHmac('sha256', webhook).update(`${t}.${body}`).digest('hex');
    const sent = await server.client().request('POST', `/api/sync/shop-${shop.id}/products`, {
        body, headers: { origin: undefined, 'content-type': 'application/json', 'x-evershop-signature': `t=${t},v1=${v1}` },
    });
    assert.equal(sent.status, 200);
    await checks.must('products whose prices wait for the currency are seen, and choosing it prices them', async () => {
        const there = async () => (await owner.get(`/api/shops/${shop.id}/knowledge`)).json.products === 1;
        for (const end = Date.now() + 20000; !(await there()); await new Promise((done) => setTimeout(done, 200)))
            assert.ok(Date.now() < end, 'the product did not come');
        await page.goto(`/knowledge/${shop.id}/products`);
        await page.getByText('Products that wait for the shop’s currency: 1').waitFor();
        await page.setViewportSize({ width: 320, height: 800 });
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'wider than a phone');
        await axe(page);
        if (out) await page.screenshot({ path: `${out}/know-currency-320.png` });
        await page.setViewportSize({ width: 1280, height: 800 });
        await page.getByRole('combobox', { name: 'Currency' }).selectOption('EUR');
        await page.getByRole('button', { name: 'This is the shop’s currency' }).click();
        await page.getByText('Products that wait for the shop’s currency').waitFor({ state: 'detached' });
        await page.goto(`/knowledge/${shop.id}/products?product=42`);
        await page.getByRole('dialog').getByText('€19.90').first().waitFor();
    });
}

/* What opens in a panel: within the window, its words clear of both edges, nothing cut at its side. */
async function panels(page, shop, width, picture) {
    const sound = async (name) => {
        const panel = page.getByRole('dialog');
        assert.ok(await panel.evaluate((one) => one.scrollWidth <= one.clientWidth), `${name}: wider than its panel`);
        const box = await panel.boundingBox();
        const end = box.x + box.width; // a desk's scroll bar has its place beside it
        assert.ok(box.x >= 0 && end <= width && end >= width - 16, `${name}: ${JSON.stringify(box)}`);
        assert.ok(width > 640 || box.width >= width - 16, `${name}: not as wide as the phone`);
        await axe(page);
        await picture(name);
    };
    await page.goto(`/knowledge/${shop.id}/products?product=1`);
    await page.locator('dialog').getByText('$39').first().waitFor();
    await sound('product');
    await page.goto(`/knowledge/${shop.id}/sources?import=1`);
    await page.locator('#import-file').setInputFiles(
        table('a.csv', `id,name,price,currency,url\n1,Kettle,39.00,USD,https://tea.example/${'kettle-'.repeat(20)}\n`));
    await page.locator('dialog select').first().waitFor();
    await sound('file');
    await page.goto(`/knowledge/${shop.id}/sources?import=1`);
    await page.locator('#import-file').setInputFiles(table('list.xlsx', 'PK\x03\x04\x14\0'));
    await page.locator('dialog .alert').waitFor();
    await sound('workbook');
}

async function looks({ checks, page, shop, out }) {
    if (!looksCount()) return;
    for (const [lang, dark, width] of [['en', false, 1280], ['zh-CN', true, 1280], ['zh-CN', false, 320], ['en', true, 390]])
        await checks.must(`every part is sound: ${lang}, ${dark ? 'dark' : 'light'}, ${width} px`, async () => {
            await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
            await page.setViewportSize({ width, height: 800 });
            await page.context().addCookies([{ name: 'lang', value: lang, url: page.url() }]);
            for (const part of PARTS) {
                await page.goto(`/knowledge/${shop.id}/${part}`);
                await page.locator('main h1').waitFor();
                await page.waitForFunction(() => document.querySelector('main .skeleton, main [aria-busy=true]') === null);
                assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${part} is wider than the page`);
                await axe(page);
                if (out) await page.screenshot({ path: `${out}/know-${part}-${lang}-${width}.png` });
            }
            await panels(page, shop, width, async (name) => {
                if (out) await page.screenshot({ path: `${out}/know-panel-${name}-${lang}-${width}.png` });
            });
        });
}

export async function knowledge({ browser, engine, checks }) {
    const server = await Server.start({ engine });
    const owner = await server.account('merchant', { credits: 500, email: OWNER });
    const shop = await owner.shop('Tea', 'tea.example');
    const merchant = await Person.come(browser, server.base, { lang: 'en' });
    checks.about(`${engine}, knowledge`, () => [merchant.page]);
    try {
        await signIn(merchant, owner.email ?? OWNER, 'en');
        const all = { checks, page: merchant.page, shop, out: process.env.KNOWLEDGE_PICTURES };
        await writes(all);
        await takes(all);
        await waits({ ...all, server, owner });
        await looks(all);
        checks.record('no page threw, logged an error or broke the policy', merchant.faults.join('\n'));
    } finally {
        await merchant.leave();
        checks.record('the server ends well', (await server.end()).join('\n'));
    }
}
