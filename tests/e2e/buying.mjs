// buying.mjs: what is sold for money, as people meet it: credits and a plan bought through the provider that is played here,
// in both languages, at a desk and on a phone; paid is seen live, and a browser that comes back with a lie, or not at all,
// changes nothing. An operator sees the order, gives money back, finds what does not agree, and decides over the shop.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Server } from '../http/lib/server.mjs';
import { until } from '../http/lib/suite.mjs';
import { Person } from './lib/browser.mjs';
import { OUT } from './lib/checks.mjs';
import { settle, signIn } from './lib/house.mjs';
import { axe as axeAsItStands } from './lib/sight.mjs';

const MERCHANT = 'lin@tea.example';
const OPERATOR = 'chief@chathub.example';
const SHOP = '林记茶行';
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

const button = (page, name) => page.getByRole('button', { name, exact: true });
const link = (page, name) => page.getByRole('link', { name, exact: true });
const heading = (page, name) => page.getByRole('heading', { name, exact: true });
const seen = (locator, options) => locator.first().waitFor(options);
const gone = (locator) => locator.waitFor({ state: 'detached' });
const numberOf = (page) => new URL(page.url()).pathname.split('/').at(-1);
const orderOf = async (person, number) => (await person.api('GET', `/api/billing/orders/${number}`)).json;

/** The page as it stands: judged by axe-core, and, with CHATHUB_PICTURES=1, left for eyes. */
async function look(page, name) {
    await settle(page);
    if (process.env.CHATHUB_PICTURES === '1') {
        await mkdir(OUT, { recursive: true });
        await page.screenshot({ path: path.join(OUT, `buying-${name}.png`), fullPage: true });
    }
    await axeAsItStands(page);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(over <= 0, `${name} is wider than the page, by ${over}`);
}

async function come({ browser, server }, email, lang, options = {}) {
    const person = await Person.come(browser, server.base, { lang, ...options });
    await signIn(person, email, lang);
    return person;
}

/** From the page of the order to the one that plays the provider. */
async function toSandbox(page, pay) {
    await button(page, pay).click();
    await page.waitForURL(/\/sandbox\/pay\//);
}

async function credits(all, merchant) {
    const { checks } = all;
    const { page } = merchant;
    const number = await checks.must('credits: what it comes to is said before an order is made', async () => {
        await page.goto('/billing');
        await link(page, '购买: 1000积分').or(page.getByRole('link', { name: /^购买: / })).first().click();
        await page.getByLabel('数量').fill('2');
        await seen(button(page, '提交订单：¥200.00'));
        await look(page, 'credits-quote');
        assert.deepEqual((await merchant.api('GET', '/api/billing/orders')).json.orders, [], 'looking buys nothing');
        await button(page, '提交订单：¥200.00').click();
        await page.waitForURL(/\/orders\/./);
        await seen(page.getByText('待付款'));
        await look(page, 'order-to-pay');
        return numberOf(page);
    });
    await checks.must('a browser that comes back with a lie changes nothing, and "I have paid" asks the provider', async () => {
        await toSandbox(page, '支付 ¥200.00');
        await page.goto(`/orders/${number}?trade_status=TRADE_SUCCESS&out_trade_no=${number}&total_amount=200.00`);
        await seen(page.getByText(`付款确认中（订单 ${number}）`));
        assert.equal((await orderOf(merchant, number)).state, 'open');
        await look(page, 'order-unconfirmed');
        await button(page, '我已付款').click();
        await seen(page.getByText('尚未收到付款确认'));
        assert.equal((await orderOf(merchant, number)).state, 'open');
    });
    await checks.must('paid is seen live, on a page that nobody touches', async () => {
        const other = await merchant.context.newPage();
        await other.goto(`/orders/${number}`);
        await toSandbox(other, '支付 ¥200.00');
        await button(other, '支付').click();
        await seen(page.getByText('付款成功，感谢购买！'));
        await seen(page.getByText('积分已到账'));
        await until('the balance', async () => (await merchant.api('GET', '/api/user')).json.user.credits === 2000);
        await look(page, 'order-paid');
        await other.close();
    });
    await checks.try('an order of nobody here is unknown, and says so', async () => {
        await page.goto('/orders/nonesuch');
        await seen(heading(page, '订单不存在'));
        await look(page, 'order-unknown');
    });
    return number;
}

async function plan(all, phone) {
    const { checks, shop } = all;
    const { page } = phone;
    await checks.must('a plan on a phone: from the plans to the order, in English', async () => {
        await page.goto('/billing/plan');
        await seen(heading(page, 'Plans'));
        await look(page, 'phone-plans');
        await page.getByRole('link', { name: 'Choose: Pro', exact: false }).click();
        await seen(page.getByRole('button', { name: /^Place order: CN¥60\.00/ }));
        await look(page, 'phone-quote');
        await page.getByRole('button', { name: /^Place order/ }).click();
        await page.waitForURL(/\/orders\/./);
        await look(page, 'phone-order');
    });
    const number = numberOf(page);
    await checks.try('another order for the same shop leads to the open one', async () => {
        await page.goto(`/billing/buy?offer=basic&shop=${shop}`);
        await page.getByRole('button', { name: /^Place order/ }).click();
        await link(page, 'Go to that order').click();
        await page.waitForURL(`**/orders/${number}`);
    });
    await checks.must('paid and set up, it says so by itself, and the shop has the plan', async () => {
        await page.goto(`/orders/${number}`);
        await toSandbox(page, 'Pay CN¥60.00');
        await button(page, 'Pay').click();
        await page.goto(`/orders/${number}`);
        await seen(page.getByText('Payment received. Thank you!'));
        await look(page, 'phone-paid');
        await page.goto('/billing/plan');
        await seen(page.getByText('Your plan'));
        assert.equal((await phone.api('GET', '/api/billing/plans')).json.plans[0].offer, 'pro');
        await look(page, 'phone-plan');
    });
    await checks.must('less from the next period on is set, shown and taken back; nothing changes until then', async () => {
        await page.goto('/billing/plan');
        await page.getByRole('switch', { name: /Renew automatically/ }).click();
        await button(page, 'Change from the next period on').click();
        const box = page.getByRole('dialog', { name: 'From the next period on' });
        // What it is anyhow cannot be set: nothing would change.
        assert.equal(await button(box, 'Set it').isDisabled(), true);
        await box.getByLabel('Plan').selectOption('basic');
        await look(page, 'phone-next-plan');
        await button(box, 'Set it').click();
        await gone(box);
        await seen(page.getByText(/^After .*: Basic with 1 seat, for 500 credits$/));
        const [now] = (await phone.api('GET', '/api/billing/plans')).json.plans;
        assert.deepEqual([now.offer, now.next.offer, now.next.seats, now.renewsFor], ['pro', 'basic', 1, 500]);
        await look(page, 'phone-next-set');
        const trail = await phone.context.newPage();
        await trail.goto('/settings/activity?action=plan_changed');
        await seen(trail.getByText('Plan: Pro').first());
        await seen(trail.getByText('From the next period on: Basic').first());
        await look(trail, 'phone-trail-plan');
        await trail.close();
        // When others have been renewed already, it would be paid for at once: that is asked about.
        const late = await phone.context.newPage();
        await late.addInitScript((ms) => {
            const now = Date.now;
            Date.now = () => now() + ms;
        }, Date.parse(now.until) - Date.now() - 3600_000);
        await late.goto('/billing/plan');
        await button(late, 'Leave it as it is').click();
        const asked = late.getByRole('dialog', { name: 'Leave it as it is' });
        await seen(asked.getByText('It is renewed as it is within a minute: 600 credits, if there are enough'));
        await look(late, 'phone-next-late');
        await button(asked, 'Cancel').click();
        assert.equal((await phone.api('GET', '/api/billing/plans')).json.plans[0].next.offer, 'basic');
        // Over, sold no more, and without its renewal: it can go on as another one, at once.
        await late.route('**/api/billing/plans', async (route) => {
            const got = await (await route.fetch()).json();
            Object.assign(got.plans[0], { until: new Date().toISOString(), state: 'grace', renews: false, next: null });
            Object.assign(got.plans[0], { offer: 'old', nameEn: 'Old', renewsFor: null, renewsNot: 'notSold' });
            await route.fulfill({ json: got });
        });
        await late.reload();
        await seen(late.getByText('Old is not sold any more: nothing is renewed from credits.'));
        await button(late, 'Change from the next period on').click();
        const soon = late.getByRole('dialog', { name: 'From the next period on' });
        await seen(soon.getByText('This switches its renewal from credits on.'));
        await seen(soon.getByText(/^Its period is over: what you choose here begins within a minute/));
        assert.equal(await button(soon, 'Set it').isDisabled(), false);
        await late.close();
        await button(page, 'Leave it as it is').click();
        await until('it is taken back', async () => (await phone.api('GET', '/api/billing/plans')).json.plans[0].next === null);
        await page.getByRole('switch', { name: /Renew automatically/ }).click();
        await until('it is off', async () => !(await phone.api('GET', '/api/billing/plans')).json.plans[0].renews);
    });
    await checks.try('a change of plan shows what is left of the present one before it costs', async () => {
        await page.goto(`/billing/buy?offer=enterprise&shop=${shop}`);
        await page.getByLabel('Seats').fill('4');
        await seen(page.getByText('Left of the plan until now'));
        await seen(page.getByText('Further seats'));
        await look(page, 'phone-change');
    });
    await checks.try('orders stand in a list, and papers too', async () => {
        await page.goto('/billing/orders');
        await seen(page.getByRole('link', { name: 'Pro', exact: true }));
        await look(page, 'phone-orders');
        await page.goto('/billing/spending');
        await seen(page.getByRole('cell', { name: 'CN¥60.00' }));
        await look(page, 'phone-spending');
        await page.getByRole('row', { name: /Plans/ }).getByRole('link').first().click();
        await until('a page of its own', async () => /^Payments and refunds in /.test(await page.title()));
        await until('the focus is on its heading', () => page.evaluate(() => document.activeElement?.tagName === 'H1'));
        await seen(page.getByRole('link', { name: 'Pro', exact: true }));
        await look(page, 'phone-spent-rows');
        await page.goto('/billing/invoices');
        await seen(page.getByRole('cell', { name: 'Receipt' }));
        await look(page, 'phone-invoices');
        const { invoices } = (await phone.api('GET', '/api/billing/invoices')).json;
        const paper = await phone.context.request.get(`${invoices[0].url}?lang=en`);
        assert.deepEqual([paper.status(), paper.headers()['content-type']], [200, 'application/pdf']);
    });
    return number;
}

/** What stands on an invoice is filled in once, and then it is made. */
async function invoice(all, phone, number) {
    const { checks } = all;
    const { page } = phone;
    await checks.try('invoice details are kept, and what is wrong with them is told at the field', async () => {
        await page.goto('/billing/invoices');
        await page.getByLabel('Made out to').fill('Lin’s Tea Ltd.');
        await page.getByLabel('Tax number').fill('not a number');
        await button(page, 'Save').click();
        await page.locator('.field-error').first().waitFor();
        await page.getByLabel('For', { exact: true }).selectOption('abroad');
        await page.getByLabel('Tax number').fill('GB123456789');
        await button(page, 'Save').click();
        await seen(page.getByText('The invoice details are saved'));
        await page.goto(`/orders/${number}`);
        await seen(button(page, 'Make invoice'));
        await look(page, 'phone-papers');
    });
}

async function wrongAmount(all, phone) {
    const { checks } = all;
    const { page } = phone;
    const number = await checks.must('another amount than was asked for makes nothing paid', async () => {
        await page.goto('/billing/buy?offer=credits-1000');
        await page.getByRole('button', { name: /^Place order: CN¥100\.00/ }).click();
        await page.waitForURL(/\/orders\/./);
        const ordered = numberOf(page);
        await toSandbox(page, 'Pay CN¥100.00');
        await button(page, 'Pay another amount').click();
        await until('what was heard', async () => (await all.boss.get('/api/operator/mismatches?open=true')).json.mismatches.length > 0);
        const { state } = await orderOf(phone, ordered);
        assert.ok(state === 'open' || state === 'closed', state);
        assert.equal((await phone.api('GET', '/api/user')).json.user.credits, 2000);
        return ordered;
    });
    await checks.must('who paid reads what came and what was asked, in both languages, and not that nothing is confirmed', async () => {
        await page.goto(`/orders/${number}`);
        await seen(page.getByText('CN¥100.01 arrived, and CN¥100.00 was to be paid'));
        assert.equal(await page.getByText('The payment is not confirmed yet').count(), 0);
        assert.equal(await page.getByRole('button', { name: /^Pay CN¥/ }).count(), 0);
        await look(page, 'phone-other-sum');
        await all.merchant.page.goto(`/orders/${number}`);
        await seen(all.merchant.page.getByText('收到 ¥100.01，应付金额为 ¥100.00'));
        await look(all.merchant.page, 'other-sum');
    });
}

/** Made by an operator, used by a customer, ended between the price and the order. */
async function coupons(all, operator, merchant) {
    const { checks } = all;
    const [page, customer] = [operator.page, merchant.page];
    await checks.must('an operator learns what a coupon is, and makes one', async () => {
        await page.goto('/operator/catalogue/coupons');
        await seen(heading(page, 'No coupons yet'));
        await look(page, 'operator-no-coupons');
        await button(page, 'New coupon').click();
        const box = page.getByRole('dialog', { name: 'New coupon' });
        await button(box, 'Make coupon').click();
        await seen(box.getByText('Enter 4 to 40 letters, digits or hyphens'));
        await button(box, 'Draw one').click();
        await box.getByLabel('Percent off').fill('10');
        await seen(box.getByText('10 % off each order · once an account'));
        await look(page, 'operator-new-coupon');
        await button(box, 'Make coupon').click();
        await gone(box);
        await seen(page.getByRole('cell', { name: /10 % off each order · once an account/ }));
        await look(page, 'operator-coupons');
    });
    await checks.must('a customer reads why a code does nothing, and what another one takes off', async () => {
        const [{ code }] = (await all.boss.get('/api/operator/coupons')).json.coupons;
        await customer.goto('/billing/buy?offer=credits-1000');
        await customer.getByLabel('优惠码').fill('NOBODY-1');
        await button(customer, '使用').click();
        await seen(customer.getByText('优惠码不存在，请检查输入是否正确。'));
        await look(customer, 'coupon-unknown');
        await button(customer, '不使用优惠码').click();
        await seen(button(customer, '提交订单：¥100.00'));
        await customer.getByLabel('优惠码').fill(code.toLowerCase());
        await customer.keyboard.press('Enter');
        await seen(customer.getByText(`优惠（${code}）`));
        await seen(customer.getByText('本单优惠 10 %。'));
        await seen(button(customer, '提交订单：¥90.00'));
        await look(customer, 'coupon-quote');
    });
    await checks.must('one that was ended meanwhile is refused in words, and nothing is ordered', async () => {
        const before = (await merchant.api('GET', '/api/billing/orders')).json.orders.length;
        await button(page, 'End').click();
        const box = page.getByRole('dialog');
        await look(page, 'operator-end-coupon');
        await button(box, 'End').click();
        await gone(box);
        await seen(page.getByText('Ended', { exact: true }));
        await button(customer, '提交订单：¥90.00').click();
        await seen(customer.getByText('该优惠码已失效。'));
        assert.equal((await merchant.api('GET', '/api/billing/orders')).json.orders.length, before);
    });
}

async function desk(all, operator, number) {
    const { checks } = all;
    const { page } = operator;
    await checks.must('an operator begins with what is owed, which is nothing', async () => {
        await page.goto('/operator');
        await seen(page.getByText('Paid, neither delivered nor given back'));
        await seen(page.getByText('As it must be'));
        await look(page, 'operator-today');
    });
    await checks.must('finds the order in the list, whole, with what was heard about it', async () => {
        await page.goto('/operator/orders?state=paid');
        await seen(page.getByRole('table', { name: 'Orders' }).getByText('CN¥200.00'));
        await look(page, 'operator-orders');
        await page.getByRole('link', { name: number }).click();
        await seen(heading(page, 'What was heard and asked'));
        await look(page, 'operator-order');
    });
    await checks.must('finds it by what customers and providers call it, and takes the list as a file', async () => {
        const orders = page.getByRole('table', { name: 'Orders' }).getByRole('row');
        const [{ number: payment }] = (await all.boss.get(`/api/operator/orders/${number}`)).json.payments;
        await page.goto('/operator/orders');
        const find = page.getByRole('searchbox', { name: 'Number, trade number or e-mail' });
        for (const [what, rows] of [[number, 1], [payment, 1], [`sb_${payment}`, 1], ['lin@', 3]]) {
            await find.fill(what);
            await until(`${what} is found`, async () => (await orders.count()) - 1 >= rows && (rows > 1 || (await orders.count()) === 2));
            await seen(page.getByRole('link', { name: number }));
        }
        await look(page, 'operator-orders-found');
        const [file] = await Promise.all([page.waitForEvent('download'), button(page, 'Export CSV').click()]);
        assert.match(file.suggestedFilename(), /^chathub-orders-.+\.csv$/);
        await find.fill('nobody@');
        await seen(page.getByText('Nothing matches'));
        await page.goto(`/operator/orders/${number}`);
    });
    await checks.must('gives a part of it back, and the customer sees it, live', async () => {
        const customer = all.merchant.page;
        await customer.goto('/billing/orders');
        const [file] = await Promise.all([customer.waitForEvent('download'), button(customer, '导出 CSV').click()]);
        assert.match(file.suggestedFilename(), /^chathub-orders-.+\.csv$/);
        await look(customer, 'orders');
        await customer.goto(`/orders/${number}`);
        await button(page, 'Give back').click();
        const box = page.getByRole('dialog', { name: 'Give back' });
        await box.getByLabel('Amount in CNY').fill('0.001');
        await button(box, 'Give back').click();
        await seen(box.getByText('Enter an amount like'));
        await seen(box.getByText('The credits that were bought go with it'));
        await box.getByLabel('Amount in CNY').fill('50');
        await seen(box.getByText('Credits go with it by the share of the money'));
        await box.getByLabel('Reason').fill('ordered one too many');
        await look(page, 'operator-refund');
        await button(box, 'Give back').click();
        await gone(box);
        await seen(customer.getByText('已退款：'));
        await seen(page.getByRole('table', { name: 'Refunds' }).getByText('Done'));
        await look(customer, 'order-refunded');
    });
    await checks.try('what does not agree is on one screen, and somebody says what came of it', async () => {
        await page.goto('/operator/money/mismatches');
        await seen(page.getByText('Wrong amount'));
        await look(page, 'operator-mismatches');
        await button(page, 'Resolve').first().click();
        const box = page.getByRole('dialog', { name: 'Resolve this mismatch?' });
        await box.getByLabel('Reason').fill('a test of the provider');
        await button(box, 'Resolve').click();
        await gone(box);
        await seen(heading(page, 'Everything agrees'));
        // The button that had the focus has gone with its row: a keyboard goes on from the page's heading.
        await until('the focus', () => page.evaluate(() => document.activeElement?.tagName === 'H1'));
        await page.goto('/operator/money/mismatches?show=all');
        await seen(page.getByText(/a test of the provider · by .+@/));
        await page.goto('/operator/audit');
        await seen(page.getByRole('cell', { name: /^Operator · .+@/ }).first());
    });
    await checks.try('a new price is a new version', async () => {
        await page.goto('/operator/catalogue/prices');
        await look(page, 'operator-prices');
        await button(page, 'New version').first().click();
        const box = page.getByRole('dialog');
        await box.getByLabel('Price', { exact: true }).fill('88.80');
        await look(page, 'operator-new-price');
        await button(box, 'New version').click();
        await gone(box);
        await seen(page.getByText('CN¥88.80'));
        await page.getByRole('link', { name: 'Version 2: all versions' }).click();
        await seen(heading(page, /^Versions of /));
        await seen(page.getByText(/^Old orders keep theirs/));
        await seen(page.getByRole('cell', { name: OPERATOR }));
        await seen(page.getByRole('cell', { name: 'The first start' }));
        await look(page, 'operator-price-versions');
        await page.goto('/operator/money/takings');
        const lines = page.getByRole('table', { name: 'In numbers' });
        await seen(lines);
        await look(page, 'operator-takings');
        await lines.getByRole('link').first().click();
        await seen(page.getByRole('table', { name: 'What came and went' }));
        await look(page, 'operator-postings');
        for (const part of ['plans', 'failed', 'hand', 'owed', 'moves']) {
            await page.goto(`/operator/money/${part}`);
            await look(page, `operator-money-${part}`);
        }
        await page.goto('/operator/money/refunds');
        await look(page, 'operator-refunds');
        await page.goto('/operator/money/seller');
        await look(page, 'operator-seller');
    });
}

/** What an operator decides over a shop: each with a reason, and its merchant, on a phone, sees it come. */
async function decided(all, operator, phone) {
    const { checks, boss, shop } = all;
    const [page, customer] = [operator.page, phone.page];
    const decides = async (name, reason, before = async () => {}) => {
        await button(page, name).click();
        const box = page.getByRole('dialog', { name });
        await before(box);
        await button(box, name).click();
        await seen(box.locator('[aria-invalid="true"]')); // never without a reason
        await box.getByLabel('Reason').fill(reason);
        await look(page, `operator-${name.replaceAll(' ', '-').toLowerCase()}`);
        await button(box, name).click();
        await gone(box);
    };
    const until = async () => (await boss.get(`/api/operator/plans/${shop}`)).json.plan.until;
    await checks.must('an operator sets the end of a plan, earlier and now', async () => {
        await page.goto(`/operator/shops/${shop}`);
        await seen(button(page, 'Set the end'));
        const day = new Date(Date.now() + 5 * 86400000).toISOString().slice(0, 10);
        await decides('Set the end', 'agreed by telephone', (box) => box.getByLabel('Last day').fill(day));
        await seen(page.getByText('The end of the plan is set'));
        const end = Date.parse(await until());
        assert.ok(Math.abs(end - Date.parse(day)) < 2 * 86400000, `it ends ${await until()}`);
        // The day that was chosen is the one that is told, and stands there when it is opened again.
        const told = await page.evaluate((it) => new Intl.DateTimeFormat('en', { dateStyle: 'medium' }).format(new Date(`${it}T12:00`)), day);
        await seen(page.getByText(told).first());
        await button(page, 'Set the end').click();
        const again = page.getByRole('dialog', { name: 'Set the end' });
        assert.equal(await again.getByLabel('Last day').inputValue(), day);
        await again.getByLabel('Last day').fill('2026-01-01');
        await again.getByLabel('Reason').fill('no');
        await button(again, 'Set the end').click();
        await seen(again.getByText('This day is over'));
        await button(again, 'Cancel').click();
        await gone(again);
        assert.equal(Date.parse(await until()), end);
        await decides('End it now', 'they asked for it');
        await gone(button(page, 'End it now'));
        assert.ok(Date.parse(await until()) <= Date.now() + 1000);
    });
    await checks.must('a shop is suspended: its merchant reads why and whom to write to, and what was before', async () => {
        await customer.goto(`/shops/${shop}`);
        await seen(heading(customer, SHOP));
        await decides('Suspend the shop', 'It sells <b>what</b> nobody may sell');
        await seen(page.getByText('It sells <b>what</b> nobody may sell'));
        await page.setViewportSize(PHONE.viewport);
        await look(page, 'operator-suspended-phone');
        await page.setViewportSize({ width: 1280, height: 860 });
        await seen(customer.getByText('The reason: It sells <b>what</b> nobody may sell'));
        await seen(customer.getByRole('link', { name: 'help@chathub.example' }));
        assert.equal(await customer.getByRole('button', { name: /^Enable/ }).count(), 0);
        await look(customer, 'shop-suspended');
        await customer.goto('/shops');
        await look(customer, 'shops-suspended');
        await customer.goto(`/shops/${shop}`);
        await decides('Let the shop back', 'a mistake of ours');
        await gone(customer.getByText('This shop is suspended'));
    });
    await checks.must('and deleted, and restored', async () => {
        await decides('Delete the shop', '违规');
        await seen(page.locator('main').getByText('Deleted', { exact: true }).first());
        await seen(page.getByRole('definition').filter({ hasText: '违规' }));
        await gone(button(page, 'Set the end'));
        await decides('Restore the shop', 'they are back');
        await seen(button(page, 'Delete the shop'));
        const { account } = (await boss.get(`/api/operator/shops/${shop}`)).json;
        const trail = (await boss.get(`/api/operator/audit?account=${account}&shop=${shop}&limit=50`)).json;
        for (const reason of ['agreed by telephone', 'they asked for it', 'nobody may sell', 'a mistake of ours', '违规', 'they are back'])
            assert.match(JSON.stringify(trail), new RegExp(reason));
    });
}

export async function buying({ browser, engine, checks }) {
    const server = await Server.start({ engine, env: { CHATHUB_SUPPORT_CONTACT: 'mailto:help@chathub.example' } });
    checks.about('buying', () => []);
    try {
        const owner = await server.account('merchant', { email: MERCHANT });
        const made = await owner.post('/api/shops', { shop_name: SHOP, domain: 'lin.example.com', hosting: 'external' });
        const boss = await server.account('operator', { email: OPERATOR });
        const all = { browser, server, checks, shop: made.json.id, boss };
        const merchant = await come(all, MERCHANT, 'zh-CN');
        const phone = await come(all, MERCHANT, 'en', PHONE);
        const operator = await come(all, OPERATOR, 'en');
        all.merchant = merchant;
        checks.about('buying', () => [merchant.page, phone.page, operator.page]);
        const number = await credits(all, merchant);
        await invoice(all, phone, await plan(all, phone));
        await wrongAmount(all, phone);
        await coupons(all, operator, merchant);
        await desk(all, operator, number);
        await decided(all, operator, phone);
        const faults = [merchant, phone, operator].flatMap((one) => one.faults);
        checks.record('no page threw, logged an error or broke the policy', faults.join('\n'));
        await Promise.all([merchant.leave(), phone.leave(), operator.leave()]);
        await server.verify();
    } finally {
        checks.record('the server ends well', (await server.end()).join('\n'));
    }
}
