// walk.mjs: a merchant signs up, gets credits from an operator, adds a shop, enables the chatbot, gets keys and tokens,
// and sees every credit accounted for: in two browsers, by what stands on the screen.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Server } from '../http/lib/server.mjs';
import { until } from '../http/lib/suite.mjs';
import { Person } from './lib/browser.mjs';
import { Mailbox } from './lib/mailbox.mjs';

const MERCHANT = `mei-${randomBytes(4).toString('hex')}@shop.example`;
const OPERATOR = 'boss@chathub.example';
const PASSWORDS = { merchant: 'green tea from hangzhou', changed: 'white tea from fuding', reset: 'black tea from keemun',
    operator: 'a boss with a long phrase' };
const SHOP = '小林的茶叶店';
/** Live means without reload: what the page remembers must still be there. */
const LIVE_MS = 60000;

const button = (page, name) => page.getByRole('button', { name, exact: true });
const heading = (page, name) => page.getByRole('heading', { name, exact: true });
const anyLink = (page, name) => page.getByRole('link', { name, exact: true });
/** The menu stands before the page, which may name the same place. */
const link = (page, name) => anyLink(page, name).first();
const dialog = (page, name) => page.getByRole('dialog', { name });
const seen = (locator, options) => locator.waitFor(options);
const balance = (page, number) => page.locator('aside .credits strong', { hasText: new RegExp(`^${number}$`) });

async function signIn({ page }, email, password, names = ['邮箱', '密码', '登录']) {
    await page.getByLabel(names[0]).fill(email);
    await page.getByLabel(names[1], { exact: true }).fill(password);
    await button(page, names[2]).click();
}

/** The token stands behind `#` (in a mail of 0.1.0 behind `?`). */
const linkIn = (mail, path) => new RegExp(`https?://\\S+${path}[?#]token=[\\w-]+`).exec(mail.text)[0];

/** What stands in the menu of the account. */
async function pick(page, name) {
    await page.getByRole('button', { name: /^(账号：|Account: )/ }).click();
    await page.getByRole('menuitem', { name, exact: true }).or(page.getByRole('menuitemradio', { name, exact: true })).click();
}

/** The parts of a shop's page. */
const part = (page, name) => page.getByRole('navigation', { name: '店铺页面' }).getByRole('link', { name, exact: true });

async function register({ checks, merchant, mailbox, browser, server }) {
    const { page } = merchant;
    await checks.must('the landing page leads a visitor to the sign-in page', async () => {
        await page.goto('/');
        await link(page, '登录').click();
        await seen(heading(page, '登录'));
        assert.equal(new URL(page.url()).pathname, '/login');
    });
    await checks.must('registering asks to look into the mail', async () => {
        await link(page, '创建账号').click();
        await page.getByLabel('姓名').fill('小林');
        await page.getByLabel('邮箱').fill(MERCHANT);
        await page.getByLabel('密码', { exact: true }).fill('short');
        await button(page, '注册').click();
        await seen(page.getByText('密码至少需要 8 个字符'));
        await page.getByLabel('密码', { exact: true }).fill(PASSWORDS.merchant);
        await button(page, '注册').click();
        await seen(heading(page, '请查收邮件'));
        await seen(page.getByText('还差一步：请点击邮件中的链接，确认您的邮箱。'));
    });
    await checks.try('a reload still says where the mail went, and offers another', async () => {
        await page.reload();
        await seen(page.getByText(MERCHANT));
        await seen(page.getByRole('button', { name: /^重新发送/ }));
        assert.ok(!page.url().includes(encodeURIComponent(MERCHANT)) && !page.url().includes(MERCHANT));
    });
    await checks.try('who signs in before confirming is led to another mail', async () => {
        const other = await Person.come(browser, server.base);
        await other.page.goto('/login');
        await signIn(other, MERCHANT, PASSWORDS.merchant);
        await seen(other.page.getByText('刚刚注册？请先确认邮箱。'));
        await link(other.page, '重新发送邮件').click();
        await seen(heading(other.page, '重新发送确认邮件'));
        assert.equal(await other.page.getByLabel('邮箱').inputValue(), MERCHANT);
        await other.leave();
    });
    const url = await checks.must('the confirmation mail arrives by SMTP, with a link to us', async () => {
        const mail = await mailbox.wait(MERCHANT, /verify-email/);
        assert.ok(mail.subject.length > 0);
        const found = linkIn(mail, '/auth/verify-email');
        assert.equal(new URL(found).origin, server.base);
        return found;
    });
    await checks.must('in another browser the link wants the password', async () => {
        const other = await Person.come(browser, server.base);
        await other.page.goto(url);
        await button(other.page, '确认邮箱').click();
        await seen(other.page.getByLabel('密码', { exact: true }));
        await other.leave();
    });
    await checks.must('the link changes nothing until its button is pressed; then one is signed in', async () => {
        await page.goto(url);
        await page.reload();
        await button(page, '确认邮箱').click();
        await seen(heading(page, '欢迎回来，小林'));
        const cookies = await merchant.context.cookies();
        const session = cookies.find(({ name }) => name === 'sid');
        assert.equal(session.httpOnly, true);
        assert.equal(session.sameSite, 'Lax');
    });
    await checks.try('the link works once', async () => {
        const other = await Person.come(browser, server.base);
        await other.page.goto(url);
        await button(other.page, '确认邮箱').click();
        await seen(other.page.locator('.alert-stop'));
        assert.match(other.page.url(), /verify-email/);
        assert.equal(await button(other.page, '确认邮箱').count(), 0);
        await other.page.getByLabel('邮箱').fill('somebody@shop.example');
        await button(other.page, '发送邮件').click();
        await seen(heading(other.page, '请查收邮件'));
        await other.leave();
    });
    await checks.must('home shows the checklist: one of five done, the shop next, and how credits are had', async () => {
        await seen(page.getByText('已完成 1/5').first());
        await seen(page.getByText('使用套餐或免费试用则不需要'));
        // What the trial is, before anybody has begun it.
        await seen(heading(page, '免费试用 30 天'));
        await seen(page.getByText('也不会自动扣费'));
        await seen(link(page, '查看套餐'));
        await seen(page.locator('.step-next').getByRole('link', { name: '添加店铺' }));
    });
}

async function grant({ checks, merchant, operator, server }) {
    await checks.must('an operator made on the command line signs in', async () => {
        const made = await server.cli(['user', 'add', '--email', OPERATOR, '--role', 'operator', '--password-stdin', '--json'],
            { input: `${PASSWORDS.operator}\n` });
        assert.equal(made.code, 0, made.err);
        await operator.page.goto('/login');
        await signIn(operator, OPERATOR, PASSWORDS.operator, ['E-mail', 'Password', 'Sign in']);
        await seen(heading(operator.page, 'Today'));
    });
    await merchant.page.evaluate(() => { window.neverReloaded = true; });
    await checks.must('the operator grants 100 credits with a reason', async () => {
        const { page } = operator;
        await link(page, 'Customers').click();
        await page.getByLabel('Search by e-mail or name').fill(MERCHANT.slice(0, 12));
        await link(page, MERCHANT).click();
        await seen(heading(page, MERCHANT));
        await button(page, 'Grant credits').click();
        const box = dialog(page, 'Grant credits');
        await button(box, 'Grant').click();
        await seen(box.getByText('Please fill this in').first());
        await box.getByLabel('Amount').fill('100');
        await seen(box.getByText('CN¥10'));
        await box.getByLabel('Reason').fill('welcome to Chathub');
        assert.equal(await box.getByText('Please fill this in').count(), 0, 'an error leaves when its field is typed in');
        await button(box, 'Grant 100').click();
        await box.waitFor({ state: 'hidden' });
        await link(page, 'Money').click();
        await seen(page.getByRole('cell', { name: '+100' }));
    });
    await checks.must('the merchant sees the balance move, live', async () => {
        await seen(balance(merchant.page, 100), { timeout: LIVE_MS });
        await seen(merchant.page.getByText('已完成 2/5').first(), { timeout: LIVE_MS });
        assert.equal(await merchant.page.evaluate(() => window.neverReloaded), true);
    });
}

async function addShop({ checks, merchant }) {
    const { page } = merchant;
    await checks.must('the empty list of shops teaches', async () => {
        await link(page, '店铺管理').click();
        await seen(heading(page, '还没有店铺'));
    });
    await checks.must('a wrong address is told at its field, and Enter submits', async () => {
        await button(page, '添加第一个店铺').click();
        const box = dialog(page, '创建新店铺');
        await box.getByLabel('店铺名称').fill(SHOP);
        await until('the focus', () => box.getByLabel('店铺名称').evaluate((field) => field === document.activeElement));
        await box.getByLabel('店铺网址').fill('not a domain!');
        await box.getByLabel('店铺网址').press('Enter');
        await seen(box.getByText('请输入类似 shop.example.com 的网址。'));
        await box.press('Escape');
        await box.waitFor({ state: 'hidden' });
    });
    await checks.must('what was typed is there again after the dialog was closed; a pasted address is cut to its host', async () => {
        await button(page, '添加第一个店铺').click();
        const box = dialog(page, '创建新店铺');
        assert.equal(await box.getByLabel('店铺名称').inputValue(), SHOP);
        await box.getByLabel('店铺网址').fill('https://Tea.example.com/shop?x=1');
        await box.getByLabel('店铺名称').focus();
        assert.equal(await box.getByLabel('店铺网址').inputValue(), 'tea.example.com');
        await box.getByLabel('店铺网址').press('Enter');
    });
    return checks.must('a shop with a Chinese name has its page and a usable slug', async () => {
        await seen(heading(page, SHOP));
        const { json } = await merchant.api('GET', '/api/shops');
        assert.equal(json.shops.length, 1);
        assert.match(json.shops[0].slug, /^[a-z0-9]+(-[a-z0-9]+)*$/);
        assert.equal(new URL(page.url()).pathname, `/shops/${json.shops[0].id}`);
        return json.shops[0];
    });
}

async function enable({ checks, merchant, shop }) {
    const { page } = merchant;
    await checks.must('the dialog says what enabling costs and brings', async () => {
        await button(page, '启用智能客服 (-50积分)').click();
        const box = dialog(page, '启用智能客服');
        for (const text of ['启用智能客服将扣除 50 积分。', '功能包括：', 'AI 对话助手', '产品/订单智能查询', '自动客服回复',
            '数据同步管理', '确认继续？', '起每月 10 积分']) await seen(box.getByText(text));
        assert.match(await box.locator('.bill').textContent(), /−50.*100.*50/, 'now, and the balance before and after');
        await box.press('Escape');
        await box.waitFor({ state: 'hidden' });
        await seen(button(page, '启用智能客服 (-50积分)'));
        assert.equal(await page.evaluate(() => document.activeElement.textContent), '启用智能客服 (-50积分)', 'the focus is back');
    });
    await checks.must('enabled: bot and credits left are told, the balance follows', async () => {
        await button(page, '启用智能客服 (-50积分)').click();
        await button(dialog(page, '启用智能客服'), '确认启用').click();
        const box = dialog(page, '启用智能客服');
        await seen(box.getByText('智能客服启用成功！'));
        await seen(box.getByText('剩余积分: 50'));
        await seen(balance(page, 50));
        await box.getByRole('link', { name: '获取嵌入代码' }).click();
    });
    await checks.must('the embed code can be copied', async () => {
        const code = page.getByRole('group', { name: '嵌入代码' });
        await seen(code);
        await button(page, '复制').click();
        await seen(page.getByRole('button', { name: '已复制' }));
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await code.textContent());
    });
    await checks.try('the contract route tells the same', async () => {
        const { json } = await merchant.api('GET', `/api/shops/${shop.id}/chatbot/status`);
        assert.equal(json.enabled, true);
        await seen(page.getByText(json.botId).first());
    });
}

async function secrets({ checks, merchant, server, shop }) {
    const { page } = merchant;
    const box = page.getByRole('dialog');
    await checks.must('a key is shown once', async () => {
        await part(page, '密钥').click();
        await page.getByRole('button', { name: '显示一次: Webhook 密钥' }).click();
        const secret = await box.getByRole('group', { name: 'Webhook 密钥' }).textContent();
        assert.ok(secret.length >= 43, 'at least 256 bits');
        await button(box, '我已保存').click();
        await page.getByRole('button', { name: '显示一次: Webhook 密钥' }).waitFor({ state: 'hidden' });
        const again = await merchant.api('POST', `/api/shops/${shop.id}/secrets/webhook/show`);
        assert.equal(again.status, 409);
        assert.equal(again.json.error, 'already_shown');
    });
    await checks.must('the service key is made by the press that shows it, and then works', async () => {
        const row = page.getByRole('row').filter({ hasText: '服务密钥' });
        await seen(row.getByText('尚未生成'));
        await page.getByRole('button', { name: '显示一次: 服务密钥' }).click();
        const secret = await box.getByRole('group', { name: '服务密钥' }).textContent();
        assert.match(secret, /^chsk_[\w-]{43}$/);
        await button(box, '我已保存').click();
        await seen(row.getByText('使用中'));
        assert.equal(await page.getByRole('button', { name: '显示一次: 服务密钥' }).count(), 0);
        await seen(page.getByRole('button', { name: '更换: 服务密钥' }));
        const asked = await fetch(`${server.base}/api/shops/${shop.id}/sso/issue`, { method: 'POST', body: '{}',
            headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' } });
        assert.equal(asked.status, 200);
    });
    await checks.must('replacing a key later wants the password first, then goes on', async () => {
        await server.advance(400); // a sign-in counts as fresh for 5 minutes
        await page.getByRole('button', { name: '更换: SSO 密钥' }).click();
        await button(box, '更换').click();
        const ask = dialog(page, '请再次输入密码');
        await ask.getByLabel('密码', { exact: true }).fill('wrong wrong wrong');
        await button(ask, '继续').click();
        await seen(ask.locator('.field-error'));
        await ask.getByLabel('密码', { exact: true }).fill(PASSWORDS.merchant);
        await button(ask, '继续').click();
        await seen(box.getByText('此密钥仅显示这一次，关闭后无法再次查看。'));
        await button(box, '我已保存').click();
        await seen(page.getByText('即将失效'));
    });
}

async function launch({ checks, merchant, shop }) {
    const { page } = merchant;
    await checks.must('the chatbot admin opens signed in, without a token in its address', async () => {
        // The built-in chatbot is managed on the shop's page itself, so no button leads there; the way is open all the same.
        await part(page, '概览').click();
        await seen(page.getByText('内置', { exact: true }));
        assert.equal(await page.getByRole('button', { name: '打开客服后台' }).count(), 0);
        const { json } = await merchant.api('POST', `/api/shops/${shop.id}/sso/launch`, { role: 'admin' });
        const entered = page.waitForResponse((answer) => new URL(answer.url()).pathname === '/admin');
        await page.evaluate(({ action, fields }) => {
            const form = Object.assign(document.createElement('form'), { method: 'POST', action });
            for (const [name, value] of Object.entries(fields)) form.append(Object.assign(document.createElement('input'), { name, value }));
            document.body.append(form);
            form.submit();
        }, json);
        assert.equal((await entered).status(), 303);
        // It lands in that shop's inbox; the settings of its chat are one step away.
        await page.waitForURL(`**/inbox?shop=${shop.id}`);
        await seen(page.getByRole('link', { name: '客服设置' }));
    });
}

async function shortOfCredits({ checks, merchant }) {
    const { page } = merchant;
    const made = [];
    for (const shop_name of ['Second', 'Third']) {
        const { json } = await merchant.api('POST', '/api/shops', { shop_name, hosting: 'external' });
        made.push(json.id);
    }
    await checks.must('refused for want of credits: need and have are told', async () => {
        await link(page, '店铺管理').click();
        const row = page.getByRole('row').filter({ has: anyLink(page, 'Third') });
        await button(row, '启用智能客服 (-50积分)').click();
        const spent = await merchant.api('POST', `/api/shops/${made[0]}/chatbot/enable`, {});
        assert.equal(spent.json.creditsRemaining, 0);
        await button(dialog(page, '启用智能客服'), '确认启用').click();
        const box = dialog(page, '积分不足');
        await seen(box.getByText('50 积分', { exact: true }));
        await seen(box.getByText('0 积分', { exact: true }));
        await box.press('Escape');
    });
    await checks.try('without credits the button is off, says why, and the way on stands beside it', async () => {
        await link(page, 'Third').click();
        await seen(page.getByText('积分不足（需要50积分）'));
        assert.equal(await button(page, '启用智能客服 (-50积分)').isDisabled(), true);
        await link(page, '获取还差的 50 积分').click();
        await seen(heading(page, '计费中心'));
    });
}

async function accounts({ checks, merchant, server }) {
    const { page } = merchant;
    await checks.must('the transactions on the screen are the ledger, and add up', async () => {
        await link(page, '计费中心').click();
        const { json } = await merchant.api('GET', '/api/billing/transactions');
        const rows = page.getByRole('table', { name: '交易历史' }).getByRole('row');
        await until('all rows', async () => (await rows.count()) === json.transactions.length + 1);
        assert.equal(json.transactions.reduce((sum, { amount }) => sum + amount, 0), json.currentBalance);
        assert.deepEqual(json.transactions.map(({ amount }) => amount), [-50, -50, 100]);
        const shown = await page.locator('td[data-label="数量"]').allTextContents();
        assert.deepEqual(shown, ['−50', '−50', '+100']);
        const after = await page.locator('td[data-label="余额"]').allTextContents();
        assert.deepEqual(after, json.transactions.map(({ balanceAfter }) => String(balanceAfter)));
    });
    await checks.try('the chart of the balance is drawn, and says its sentence', async () => {
        const chart = page.getByRole('img', { name: /^余额变化图：最近 3 笔/ });
        await until('the line', async () => (await chart.locator('svg path.chart-line').count()) === 1);
        assert.ok((await chart.locator('svg text').allTextContents()).every((text) => !/\d\d:\d\d:\d\d/.test(text)), 'an axis for people');
    });
    await checks.must('the audit trail names what was done, and by whom', async () => {
        await link(page, '设置').click();
        const table = page.getByRole('table', { name: '操作记录' });
        for (const name of ['创建店铺', '启用智能客服', '发放积分', '更换密钥', '查看密钥', '打开客服后台', '确认邮箱']) {
            await seen(table.getByRole('cell', { name, exact: true }).first());
        }
        await seen(table.getByRole('row').filter({ hasText: '发放积分' }).getByText('运营人员'));
        for (const text of ['后端: 内置', '角色: 管理员', '种类: Webhook 密钥']) {
            await table.getByText(text).first().waitFor({ state: 'attached' });
        }
    });
    await checks.try('the invariants hold on the live database', async () => {
        await server.verify();
    });
}

async function sessions({ checks, merchant, browser, server }) {
    const { page } = merchant;
    const phone = await Person.come(browser, server.base, { viewport: { width: 375, height: 760 } });
    await checks.must('signed in on a phone too; a path is kept over the sign-in, another site is not', async () => {
        await phone.page.goto('/login?next=//evil.example/x');
        await signIn(phone, MERCHANT, PASSWORDS.merchant);
        await seen(heading(phone.page, '欢迎回来，小林'));
        await phone.page.goto('/billing');
        await seen(heading(phone.page, '计费中心'));
    });
    await checks.must('the session list shows both; ending one asks it to sign in again in place, live, and loses no typing', async () => {
        await pick(page, '登录与安全');
        const table = page.getByRole('table', { name: '登录设备' });
        await until('two sessions', async () => (await table.getByRole('row').count()) === 3);
        await phone.page.goto('/settings/profile');
        await phone.page.getByLabel('姓名').fill('小林 2');
        await table.getByRole('button', { name: /^退出|^结束|^Sign out/ }).click();
        const again = dialog(phone.page, '请重新登录');
        await seen(again.getByText('会话已结束。重新登录后可以继续，您填写的内容不会丢失。'));
        assert.equal(await heading(phone.page, '个人资料').isVisible(), false, 'the page behind is not shown');
        await again.getByLabel('密码', { exact: true }).fill(PASSWORDS.merchant);
        await button(again, '登录').click();
        await seen(heading(phone.page, '个人资料'));
        assert.equal(await phone.page.getByLabel('姓名').inputValue(), '小林 2', 'typing is never lost');
        await button(phone.page, '放弃修改').click();
    });
    await checks.must('changing the password wants the current one, and ends the others', async () => {
        const form = page.getByRole('region', { name: '修改密码' });
        await form.getByLabel('当前密码').fill('not this one at all');
        await form.getByLabel('新密码').fill(PASSWORDS.changed);
        await button(form, '修改密码').click();
        await seen(form.locator('.field-error'));
        await form.getByLabel('当前密码').fill(PASSWORDS.merchant);
        await button(form, '修改密码').click();
        await seen(dialog(phone.page, '请重新登录'));
        await phone.leave();
    });
}

async function comingAndGoing({ checks, merchant, mailbox }) {
    const { page } = merchant;
    await checks.must('signing out and in again, with the new password only', async () => {
        await pick(page, '退出登录');
        await seen(heading(page, '登录'));
        await page.waitForURL((url) => url.pathname === '/login' && url.search === ''); // not led back
        assert.equal(await page.getByText('会话已结束，请重新登录。').count(), 0);
        await signIn(merchant, MERCHANT, PASSWORDS.merchant);
        await seen(page.locator('.alert-stop'));
        await signIn(merchant, MERCHANT, PASSWORDS.changed);
        await seen(heading(page, '欢迎回来，小林'));
    });
    await checks.must('who signs out without a server leaves nothing on the screen, and is out when it is back', async () => {
        await page.context().setOffline(true);
        await pick(page, '退出登录');
        await seen(page.getByText('此页面已清除您账户的全部内容'));
        assert.equal(await page.getByText('小林').count(), 0);
        assert.equal(await page.evaluate(() => document.querySelectorAll('body *').length), 2);
        assert.equal(await page.title(), 'Chathub');
        assert.equal(new URL(page.url()).pathname, '/login');
        await page.context().setOffline(false);
        await seen(heading(page, '登录'));
        await page.goto(new URL('/home', page.url()).href);
        await seen(heading(page, '登录'));
        await signIn(merchant, MERCHANT, PASSWORDS.changed);
        await seen(heading(page, '欢迎回来，小林'));
    });
    await checks.must('nor who signs out while the proxy in front has no server behind it', async () => {
        const stopped = (route) => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' });
        await page.route('**/auth/logout', stopped);
        await pick(page, '退出登录');
        await seen(page.getByText('此页面已清除您账户的全部内容'));
        assert.equal(await page.evaluate(() => document.querySelectorAll('body *').length), 2);
        await page.unroute('**/auth/logout', stopped);
        await seen(heading(page, '登录'));
        await signIn(merchant, MERCHANT, PASSWORDS.changed);
        await seen(heading(page, '欢迎回来，小林'));
    });
    await checks.must('a forgotten password is replaced by mail', async () => {
        await pick(page, '退出登录');
        await page.waitForURL('**/login');
        await link(page, '忘记密码？').click();
        await seen(heading(page, '忘记密码')); // the sign-in page, which stays until this one is loaded, has that field too
        await page.getByLabel('邮箱').fill(MERCHANT);
        await button(page, '发送重置链接').click();
        await seen(heading(page, '请查收邮件'));
        const mail = await mailbox.wait(MERCHANT, /reset-password/);
        await page.goto(linkIn(mail, '/auth/reset-password'));
        await page.getByLabel('新密码').fill(PASSWORDS.reset);
        await button(page, '保存新密码').click();
        await seen(heading(page, '登录'));
        await signIn(merchant, MERCHANT, PASSWORDS.reset);
        await seen(heading(page, '欢迎回来，小林'));
    });
}

async function endOfShop({ checks, merchant, shop }) {
    const { page } = merchant;
    await checks.must('switched off, and on again in the paid month for nothing', async () => {
        await page.goto(`/shops/${shop.id}`);
        await button(page, '停用智能客服').click();
        await button(dialog(page, '停用智能客服？'), '停用智能客服').click();
        await seen(page.getByText(/^本店已付费至/));
        await button(page, '启用智能客服').click();
        await seen(dialog(page, '启用智能客服').getByText('重新启用不扣除积分'));
        await button(dialog(page, '启用智能客服'), '确认启用').click();
        await seen(page.getByText('智能客服启用成功！').first());
        await button(dialog(page, '启用智能客服'), '关闭').last().click();
        await seen(balance(page, 0));
    });
    await checks.must('a deleted shop is gone at once and can be brought back', async () => {
        await part(page, '设置').click();
        await button(page, '删除').click();
        await button(dialog(page, '删除此店铺？'), '删除').click();
        await seen(heading(page, '店铺管理'));
        await link(page, SHOP).waitFor({ state: 'hidden' });
        await link(page, '计费中心').click();
        await seen(page.getByRole('cell', { name: `${SHOP}（已删除）` }).first());
        await link(page, '店铺管理').click();
        await button(page, '显示已删除的店铺').click();
        await button(page, `恢复店铺“${SHOP}”`).click();
        await seen(link(page, SHOP));
        await seen(page.getByRole('row').filter({ has: anyLink(page, SHOP) }).getByText('已启用'));
    });
}

/** Each in a browser of its own: what fails there is told to the console of that browser, and that is no fault. */
async function outages({ checks, browser, server }) {
    const visit = async (work) => {
        const guest = await Person.come(browser, server.base);
        const { page } = guest;
        await page.goto('/login?next=/security');
        await signIn(guest, MERCHANT, PASSWORDS.reset);
        await seen(heading(page, '登录与安全'));
        await page.evaluate(() => { window.neverReloaded = true; });
        await work(page);
        assert.equal(await page.evaluate(() => window.neverReloaded), true);
        await guest.leave();
    };
    await checks.try('a page whose file does not come leaves the console standing, and comes on another try', async () => {
        const files = /\/assets\/billing-/;
        await visit(async (page) => {
            await page.route(files, (route) => route.abort());
            await link(page, '计费中心').click();
            await seen(page.getByText('无法连接到服务器。请检查网络后重试。'));
            await link(page, '店铺管理').click();
            await seen(heading(page, '店铺管理'));
            await link(page, '计费中心').click();
            await seen(page.getByText('无法连接到服务器。请检查网络后重试。'));
            await page.unroute(files);
            await button(page, '重试').click();
            await seen(heading(page, '计费中心'));
        });
    });
    await checks.try('a page that breaks leaves the others within reach', async () => {
        await visit(async (page) => {
            await page.route('**/api/billing/summary', (route) => route.fulfill({ json: null })); // no answer of ours
            await link(page, '计费中心').click();
            await seen(heading(page, '页面出错了'));
            await page.unroute('**/api/billing/summary');
            await link(page, '设置').click();
            await seen(heading(page, '操作记录').first());
        });
    });
}

async function manners({ checks, merchant, operator, server }) {
    const { page } = merchant;
    await checks.try('the language stays, in the cookie and in the account', async () => {
        const kept = page.waitForResponse((r) => r.url().endsWith('/api/user') && r.request().method() === 'PATCH');
        await pick(page, 'English');
        await seen(heading(page, 'Shops'));
        await kept;
        await page.reload();
        await seen(heading(page, 'Shops'));
        assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
        const { json } = await merchant.api('GET', '/api/user');
        assert.equal(json.user.lang, 'en');
        await pick(page, '中文');
        await seen(heading(page, '店铺管理'));
    });
    await checks.try('dark stays dark', async () => {
        await page.getByRole('button', { name: /^账号：/ }).click();
        await page.keyboard.press('ArrowDown');
        const items = await page.getByRole('menu').locator('button').allTextContents();
        const focused = await page.evaluate(() => document.activeElement.textContent);
        for (let i = items.indexOf(focused); items[i] !== '深色'; i++) await page.keyboard.press('ArrowDown');
        await page.keyboard.press('Enter');
        await page.reload();
        await seen(heading(page, '店铺管理'));
        assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    });
    await checks.try('the keyboard comes to the content first', async () => {
        await page.keyboard.press('Tab');
        assert.equal(await page.evaluate(() => document.activeElement.textContent), '跳到主要内容');
        await page.keyboard.press('Enter');
        assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
    });
    await checks.try('what is not there, or another\'s, says so', async () => {
        for (const path of ['/shops/999999', '/nowhere', '/operator', '/shops/0']) {
            await page.goto(path);
            await seen(heading(page, '页面不存在'));
        }
    });
    await checks.try('an operator looks through jobs, accounts and the audit log', async () => {
        const { page: desk } = operator;
        await desk.goto('/operator/jobs');
        await seen(desk.getByRole('table', { name: 'Jobs' }));
        await link(desk, 'Audit log').click();
        await seen(desk.getByRole('cell', { name: 'Credits granted', exact: true }).first());
        await link(desk, 'Today').click();
        await seen(desk.getByText('Granted in total'));
    });
    await checks.try('a disabled account is thrown out and cannot come back', async () => {
        const { page: desk } = operator;
        await link(desk, 'Customers').click();
        await link(desk, OPERATOR).click();
        await seen(heading(desk, OPERATOR));
        assert.equal(await button(desk, 'Grant credits').count(), 0, 'an operator has no credits');
        assert.equal(await button(desk, 'Disable account').count(), 0, 'nobody is offered to lock himself out');
        await link(desk, 'Customers').click();
        await link(desk, MERCHANT).click();
        await button(desk, 'Disable account').click();
        await dialog(desk, 'Disable this account?').getByLabel('Reason').fill('a test of the switch');
        await button(dialog(desk, 'Disable this account?'), 'Disable account').click();
        await seen(button(desk, 'Enable account'));
        await page.goto('/shops');
        await seen(heading(page, '登录'));
        await signIn(merchant, MERCHANT, PASSWORDS.reset);
        await seen(page.locator('.alert-stop'));
    });
    await server.verify();
}

export async function walk({ browser, engine, checks }) {
    const mailbox = await Mailbox.start();
    const env = { SMTP_HOST: '127.0.0.1', SMTP_PORT: String(mailbox.port), CHATHUB_TEST_CLOCK: '1' };
    const server = await Server.start({ engine, env });
    const merchant = await Person.come(browser, server.base);
    const operator = await Person.come(browser, server.base, { lang: 'en' });
    checks.about(engine, () => [merchant.page, operator.page]);
    const all = { browser, checks, mailbox, server, merchant, operator };
    try {
        await register(all);
        await grant(all);
        all.shop = await addShop(all);
        const parts = [enable, secrets, launch, shortOfCredits, accounts, sessions, comingAndGoing, endOfShop, outages, manners];
        for (const part of parts) await part(all);
    } finally {
        checks.record('no page threw, logged an error or broke the policy', [...merchant.faults, ...operator.faults].join('\n'));
        await merchant.leave();
        await operator.leave();
        checks.record('the server ends well', (await server.end()).join('\n'));
        await mailbox.stop();
    }
}
