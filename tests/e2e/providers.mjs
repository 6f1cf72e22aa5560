// providers.mjs: paying at each provider in a browser, against a world that plays them (tests/world): Alipay at a desk and
// on a phone, WeChat Pay by the code that is drawn here and on a phone, Stripe's Checkout; paid, failed, and back without
// paying. The page that one comes back to tells the truth in its four ways, and nothing that stands in its address does.
import assert from 'node:assert/strict';
import { newKey } from '../http/lib/client.mjs';
import { Server } from '../http/lib/server.mjs';
import { until } from '../http/lib/suite.mjs';
import { buyerPages } from '../world/buyer.mjs';
import { ChatbotWorld } from '../world/chatbot.mjs';
import { PaymentWorld } from '../world/payments.mjs';
import { readQr } from '../world/qr.mjs';
import { Person } from './lib/browser.mjs';
import { settle, signIn } from './lib/house.mjs';
import { axe } from './lib/sight.mjs';

const MERCHANT = 'lin@tea.example';
const SECRET = 'shared-secret-of-the-providers-tests';
const PHONE = {
    viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true,
    userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1',
};

const button = (page, name) => page.getByRole('button', { name, exact: true });
const seen = (locator) => locator.first().waitFor();

async function look(page) {
    await settle(page);
    await axe(page);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(over <= 0, `wider than the page, by ${over}`);
}

/** A new order, and its page. */
async function order({ owner }, { page }, wish = { offer: 'credits-1000' }) {
    const r = await owner.post('/api/billing/orders', wish, { headers: { 'idempotency-key': newKey() } });
    assert.equal(r.status, 201, r.text);
    await page.goto(`/orders/${r.json.number}`);
    return r.json.number;
}
const orderOf = async ({ owner }, number) => (await owner.get(`/api/billing/orders/${number}`)).json;

/** From the order's page to the provider's. */
async function toProvider({ page }, provider, pay, title) {
    await page.getByRole('radio', { name: provider }).check();
    await button(page, pay).click();
    await page.getByRole('heading', { name: title, exact: true }).waitFor();
}
const backAt = (page, number) => page.waitForURL((url) => url.pathname === `/orders/${number}`);

async function alipay(all, desk, phone) {
    const { checks } = all;
    const { page } = desk;
    await checks.must('Alipay at a desk, in Chinese: back without paying is not confirmed, and can be paid after all', async () => {
        const number = await order(all, desk);
        await toProvider(desk, '支付宝', '支付 ¥100.00', 'Alipay');
        await button(page, 'Back').click();
        await backAt(page, number);
        await seen(page.getByText(`付款确认中（订单 ${number}）`));
        await button(page, '我已付款').click();
        await seen(page.getByText('尚未收到付款确认，我们会继续向支付平台查询。'));
        assert.equal((await orderOf(all, number)).state, 'open');
        await look(page);
        await toProvider(desk, '支付宝', '支付 ¥100.00', 'Alipay');
        await button(page, 'Pay').click();
        await backAt(page, number);
        await seen(page.getByText('付款成功，感谢购买！'));
        await seen(page.getByText('积分已到账'));
        await look(page);
        assert.equal((await orderOf(all, number)).payments.length, 1, 'one payment, begun twice');
    });
    await checks.must('Alipay on a phone, in English: its page for phones', async () => {
        const number = await order(all, phone);
        await toProvider(phone, 'Alipay', 'Pay CN¥100.00', 'Alipay on a phone');
        await button(phone.page, 'Pay').click();
        await backAt(phone.page, number);
        await seen(phone.page.getByText('Payment received. Thank you!'));
        await look(phone.page);
    });
}

/** The code as the page shows it: its modules, dark or not. */
async function modulesOf(page) {
    const picture = page.locator('img.scan-code');
    await picture.waitFor();
    return picture.evaluate(async (img) => {
        await img.decode();
        const [, side] = /viewBox="0 0 (\d+) /.exec(decodeURIComponent(img.src)).map(Number);
        const canvas = document.createElement('canvas');
        canvas.width = canvas.height = side * 8;
        const context = canvas.getContext('2d');
        context.drawImage(img, 0, 0, side * 8, side * 8);
        const dark = (y, x) => (context.getImageData(x * 8 + 4, y * 8 + 4, 1, 1).data[0] < 128 ? '1' : '0');
        const all = Array.from({ length: side }, (_, y) => Array.from({ length: side }, (__, x) => dark(y, x)).join(''));
        const border = all.findIndex((row) => row.includes('1'));
        return all.slice(border, side - border).map((row) => row.slice(border, side - border));
    });
}

async function wechat(all, desk, phone) {
    const { checks, world, chatbot, shop } = all;
    const { page } = desk;
    await checks.must('WeChat Pay at a desk: the code that is drawn is the one that WeChat Pay gave; paid, it is being set up, and then on', async () => {
        chatbot.always = 'held';
        const number = await order(all, desk, { offer: 'basic', shop });
        await page.getByRole('radio', { name: '微信支付' }).check();
        await button(page, '支付 ¥50.00').click();
        const text = readQr(await modulesOf(page));
        assert.match(text, /^weixin:\/\/wxpay\/bizpayurl\?pr=/);
        await look(page);
        await world.scanned(text);
        await seen(page.getByText(`正在为您开通（订单 ${number}）`));
        await look(page);
        chatbot.always = null;
        await until('it is asked', async () => chatbot.waiting.length > 0 || (await orderOf(all, number)).stage === 'done');
        chatbot.release();
        await seen(page.getByText('付款成功，感谢购买！'));
        await seen(page.getByText('您的 AI 客服已激活'));
    });
    await checks.must('WeChat Pay on a phone: no word comes, and "I have paid" finds the money', async () => {
        world.mute = true;
        const number = await order(all, phone);
        await toProvider(phone, 'WeChat Pay', 'Pay CN¥100.00', 'WeChat Pay');
        await button(phone.page, 'Pay').click();
        await backAt(phone.page, number);
        await seen(phone.page.getByText(`The payment is not confirmed yet (order ${number})`));
        await look(phone.page);
        await button(phone.page, 'I have paid').click();
        await seen(phone.page.getByText('Payment received. Thank you!'));
        world.mute = false;
        for (const told of world.late.splice(0)) assert.ok(world.isTaken(told, await world.send(told.again())), 'it comes after all');
        assert.equal((await orderOf(all, number)).payments.length, 1);
    });
}

async function stripe(all, desk) {
    const { checks } = all;
    const { page } = desk;
    await checks.must('Stripe: a bank says no, a browser goes back, and then it is paid', async () => {
        const number = await order(all, desk);
        await toProvider(desk, /Stripe/, 'Pay CN¥100.00', 'Checkout');
        await button(page, 'Fail').click();
        await backAt(page, number);
        await seen(page.getByText('The payment did not go through'));
        await look(page);
        await toProvider(desk, /Stripe/, 'Pay CN¥100.00', 'Checkout');
        await button(page, 'Back').click();
        await backAt(page, number);
        assert.equal((await orderOf(all, number)).state, 'open');
        await toProvider(desk, /Stripe/, 'Pay CN¥100.00', 'Checkout');
        await button(page, 'Pay').click();
        await backAt(page, number);
        await seen(page.getByText('Payment received. Thank you!'));
        await look(page);
    });
    await checks.try('an order of nobody here is unknown, whatever else its address says', async () => {
        await page.goto('/orders/nonesuch?trade_status=TRADE_SUCCESS&total_amount=100.00&session_id=cs_test_1');
        await seen(page.getByRole('heading', { name: 'There is no such order', exact: true }));
        await look(page);
    });
}

export async function providers({ browser, engine, checks }) {
    const world = await PaymentWorld.start();
    const chatbot = await ChatbotWorld.start({ secret: SECRET });
    world.pages = buyerPages(world);
    const env = { ...world.env(), CHATBOT_BASE_URL: chatbot.base, CHATBOT_SHARED_SECRET: SECRET };
    const server = await Server.start({ engine, env });
    checks.about('providers', () => []);
    try {
        world.target(server.base);
        const owner = await server.account('merchant', { email: MERCHANT });
        const { id: shop } = await owner.shop('林记茶行', 'lin.example.com');
        const all = { checks, server, world, chatbot, owner, shop };
        const come = async (lang, options) => {
            const person = await Person.come(browser, server.base, { lang, ...options });
            await signIn(person, MERCHANT, lang);
            return person;
        };
        const people = [await come('zh-CN'), await come('en', PHONE), await come('en')];
        const [chinese, phone, english] = people;
        checks.about('providers', () => people.map((one) => one.page));
        await alipay(all, chinese, phone);
        await wechat(all, chinese, phone);
        await stripe(all, english);
        checks.record('no page threw, logged an error or broke the policy', people.flatMap((one) => one.faults).join('\n'));
        await Promise.all(people.map((one) => one.leave()));
        assert.deepEqual(world.faults, []);
        await server.verify();
    } finally {
        checks.record('the server ends well', (await server.end()).join('\n'));
        await Promise.all([world.stop(), chatbot.stop()]);
    }
}
