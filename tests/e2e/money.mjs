// money.mjs: what costs is said before it costs: a month that the balance does not cover, its end, the switch, a grant and its
// correction, as two people see it at the same time.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { PASSWORD, Server } from '../http/lib/server.mjs';
import { until } from '../http/lib/suite.mjs';
import { Person } from './lib/browser.mjs';
import { signIn } from './lib/house.mjs';

const MERCHANT = 'lin@tea.example';
const OPERATOR = 'chief@chathub.example';
const SHOP = '林记茶行';
const DAY_S = 86400;

const button = (page, name) => page.getByRole('button', { name, exact: true });
const dialog = (page, name) => page.getByRole('dialog', { name });
const seen = (locator, options) => locator.waitFor(options);
const gone = (locator) => locator.waitFor({ state: 'detached' });
const day = (iso) => new Intl.DateTimeFormat('zh-CN', { dateStyle: 'medium' }).format(new Date(iso));
const subscription = async (person, shop) => (await person.api('GET', `/api/shops/${shop}/chatbot`)).json.subscription;

async function come({ browser, server }, email, lang) {
    const person = await Person.come(browser, server.base, { lang });
    await signIn(person, email, lang);
    return person;
}

async function beforeItCosts(all) {
    const { checks, shop } = all;
    const merchant = await come(all, MERCHANT, 'zh-CN');
    const { page } = merchant;
    checks.about('money', () => [page]);
    await checks.must('enabling says: now, the balance before and after, how much from which day on', async () => {
        await page.goto(`/shops/${shop}`);
        await button(page, '启用智能客服 (-50积分)').click();
        const bill = await dialog(page, '启用智能客服').locator('.bill').textContent();
        assert.match(bill, /−50.*55.*5/);
        const from = /(\d+年\d+月\d+日) 起每月 10 积分/.exec(bill)?.[1];
        await button(page, '确认启用').click();
        await seen(dialog(page, '启用智能客服').getByText('智能客服启用成功！'));
        assert.equal(from, day((await subscription(merchant, shop)).expiresAt));
        await button(page, '关闭').last().click();
    });
    await checks.try('a replaced key can be ended at once', async () => {
        await page.goto(`/shops/${shop}/keys`);
        await page.getByRole('button', { name: '更换: SSO 密钥' }).click();
        await button(dialog(page, '更换密钥？'), '更换').click();
        await button(page, '我已保存').click();
        await page.getByRole('button', { name: '立即失效: SSO 密钥' }).click();
        await button(dialog(page, '让旧密钥立即失效？'), '立即失效').click();
        await seen(page.getByText('旧密钥已失效'));
        await gone(page.getByRole('button', { name: '立即失效: SSO 密钥' }));
    });
    await merchant.leave();
    return merchant.faults;
}

async function shortMonth(all) {
    const { checks, server, shop } = all;
    await server.advance(25 * DAY_S);
    const merchant = await come(all, MERCHANT, 'zh-CN');
    const operator = await come(all, OPERATOR, 'en');
    const { page } = merchant;
    checks.about('money', () => [page, operator.page]);
    const { stopsAt, expiresAt } = await subscription(merchant, shop);
    const banner = page.locator('main').getByText(new RegExp(`请在 .* 前补充 5 积分，否则“${SHOP}”的智能客服将停止`));
    await checks.must('a month that the balance does not cover stands on the first page and behind the bell, days before', async () => {
        assert.equal(stopsAt, null, 'it is not late yet');
        await seen(banner);
        await page.getByRole('button', { name: '1 项待处理' }).click();
        await seen(page.getByRole('menuitem').filter({ hasText: '前补充 5 积分' }));
        await page.keyboard.press('Escape');
        await page.goto('/billing');
        await seen(page.getByText(/前还差 5 积分/));
    });
    await checks.must('the switch of the renewal: off, it says when the end is; on, what is missing', async () => {
        await page.goto(`/shops/${shop}/subscription`);
        await page.getByRole('switch', { name: /自动续费/ }).click();
        await seen(page.getByText(`智能客服将于 ${day(expiresAt)} 结束。`));
        await until('it is off', async () => !(await subscription(merchant, shop)).automatic); // the page says it before the server does
        await page.goto('/home');
        await seen(page.locator('main').getByText(`“${SHOP}”的智能客服将于 ${day(expiresAt)} 结束：自动续费已关闭`));
        await page.goto(`/shops/${shop}/subscription`);
        await page.getByRole('switch', { name: /自动续费/ }).click();
        await until('it is on', async () => (await subscription(merchant, shop)).automatic);
        await page.goto('/home');
        await seen(banner);
    });
    return { merchant, operator, banner };
}

async function grants({ checks, customer }, { merchant, operator, banner }) {
    const { page: desk } = operator;
    const open = async () => {
        await button(desk, 'Grant credits').click();
        return desk.getByRole('dialog');
    };
    await checks.must('a grant shows what it will do; the customer sees the warning go, live', async () => {
        await desk.goto(`/operator/customers/${customer}/money`);
        const box = await open();
        await box.getByLabel('Amount').fill('20');
        await seen(box.getByText('CN¥2'));
        assert.match(await box.locator('.preview').textContent(), /5.*25/);
        await box.getByLabel('Reason').fill('paid by bank transfer');
        await button(box, 'Grant 20').click();
        await gone(box);
        await gone(banner);
    });
    await checks.must('a large grant is not made before its numbers were looked at', async () => {
        const box = await open();
        await box.getByLabel('Amount').fill('10001');
        await box.getByLabel('Reason').fill('a year of a chain of shops');
        await seen(box.getByText('I have checked this: 10,001 credits for'));
        await button(box, 'Grant 10,001').click();
        await seen(box.getByText('This is a large amount: tick the box below to confirm it'));
        await box.getByRole('checkbox').check();
        await button(box, 'Grant 10,001').click();
        await gone(box);
        await seen(desk.getByRole('cell', { name: '+10,001' }));
    });
    await checks.must('a grant by mistake is taken back by an entry of its own, never more than there is', async () => {
        const box = await open();
        await seen(box.getByText(/^To /));
        await button(box, 'Take away').click();
        await seen(box.getByText(/^From /));
        await box.getByLabel('Amount').fill('20000');
        await seen(box.getByText('Only 10,026 credits are available to take back'));
        await box.getByLabel('Amount').fill('10021');
        assert.equal(await box.getByRole('checkbox').count(), 1);
        await seen(box.getByText('I have checked this: 10,021 credits taken back from'));
        await box.getByRole('checkbox').check();
        await box.getByLabel('Reason').fill('granted to the wrong account');
        await button(box, 'Take back 10,021').click();
        await gone(box);
        await seen(desk.getByRole('cell', { name: '−10,021' }));
        await seen(banner); // 5 are left, as before
    });
    assert.equal((await merchant.api('GET', '/api/home')).json.attention[0].amount, 5);
}

async function late({ checks, server, shop }, { merchant }) {
    const { page } = merchant;
    await checks.must('once it is late the page of the shop says how much until when', async () => {
        await server.advance(6 * DAY_S);
        await until('past due', async () => (await subscription(merchant, shop)).status === 'past_due');
        await page.goto(`/shops/${shop}`);
        const { stopsAt } = await subscription(merchant, shop);
        await seen(page.getByText(`请在 ${day(stopsAt)} 前补充 5 积分，否则智能客服将停止`));
    });
}

async function desk({ checks, customer }, { merchant, operator }) {
    const { page } = operator;
    await checks.try('a list is narrowed in its address, and saved with the rows that are left', async () => {
        await page.goto(`/operator/customers/${customer}/money`);
        await page.getByLabel('Type', { exact: true }).selectOption('correction');
        const rows = page.getByRole('table', { name: 'Transactions' }).getByRole('row');
        await until('one row', async () => (await rows.count()) === 2);
        assert.equal(new URL(page.url()).searchParams.get('reason'), 'correction');
        const saving = page.waitForEvent('download');
        await button(page, 'Export CSV').click();
        const file = await saving;
        assert.match(file.suggestedFilename(), /^chathub-transactions-\d{4}-\d\d-\d\d\.csv$/);
        const lines = (await readFile(await file.path(), 'utf8')).split('\r\n');
        assert.deepEqual([lines.length, lines[0].startsWith('\uFEFFid,createdAt'), / *-10021,correction/.test(lines[1])], [3, true, true]);
    });
    await checks.try('an entry opens as a receipt', async () => {
        await button(page, 'Correction').click();
        const box = dialog(page, 'Receipt');
        await seen(box.getByText('−10,021'));
        assert.match(await box.locator('.bill-balance').textContent(), /10,026.*5/);
        await button(box, 'Close').last().click();
    });
    await checks.try('the search finds a shop by its name, and leads to it', async () => {
        await page.keyboard.press('Control+k');
        await page.getByRole('combobox', { name: 'Search' }).fill(SHOP);
        await page.getByRole('option').filter({ hasText: SHOP }).click();
        await page.waitForURL(/\/operator\/shops\/\d+$/);
        await page.goto(`/operator/customers/${customer}`);
    });
    await checks.try('no renewal is in the way of anything: the page says what would be there', async () => {
        await page.goto('/operator/renewals');
        await seen(page.getByRole('heading', { name: 'No renewal fails' }));
    });
    await checks.try('an operator signs somebody out everywhere', async () => {
        await page.goto(`/operator/customers/${customer}`);
        await page.getByRole('button', { name: `Sign out everywhere: ${MERCHANT}` }).click();
        const box = dialog(page, 'Sign out everywhere?');
        await box.getByLabel('Reason').fill('a laptop was stolen');
        await button(box, 'Sign out everywhere').click();
        await gone(box);
        const again = dialog(merchant.page, '请重新登录');
        await again.getByLabel('密码', { exact: true }).fill(PASSWORD);
        await button(again, '登录').click();
        await gone(again);
        await page.goto(`/operator/audit?account=${customer}`);
        await seen(page.getByText('a laptop was stolen').first());
    });
}

export async function money({ browser, engine, checks }) {
    const server = await Server.start({ engine, env: { CHATHUB_TEST_CLOCK: '1' } });
    checks.about('money', () => []);
    try {
        const owner = await server.account('merchant', { email: MERCHANT, credits: 55 });
        const made = await owner.post('/api/shops', { shop_name: SHOP, domain: 'lin.example.com', hosting: 'external' });
        await server.account('operator', { email: OPERATOR });
        const all = { browser, server, checks, shop: made.json.id, customer: owner.id };
        const faults = await beforeItCosts(all);
        const people = await shortMonth(all);
        await grants(all, people);
        await desk(all, people);
        await late(all, people);
        faults.push(...people.merchant.faults, ...people.operator.faults);
        checks.record('no page threw, logged an error or broke the policy', faults.join('\n'));
        await people.merchant.leave();
        await people.operator.leave();
        await server.verify();
    } finally {
        checks.record('the server ends well', (await server.end()).join('\n'));
    }
}
