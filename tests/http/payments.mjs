// payments.mjs: money through the real routes, against a world that plays the three providers (tests/world/payments.mjs)
// and checks each byte that we sign: orders are paid, given up, closed and given back by each of them; and whatever the
// world gets wrong (silence, pages, forged and foreign messages, wrong sums, twice, late) has the contract's effect once.
import assert from 'node:assert/strict';
import { PaymentWorld } from '../world/payments.mjs';
import { newKey } from './lib/client.mjs';
import { deliveries } from './lib/deliveries.mjs';
import { run, test, until } from './lib/suite.mjs';

const PACK = 1000; // credits of one
const PRICE = 10000; // fen
const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148';
const world = await PaymentWorld.start();

const once = () => ({ headers: { 'idempotency-key': newKey() } });

/** A buyer with an open order. */
async function ordered(t, body = { offer: 'credits-1000' }) {
    world.target(t.server.base);
    const c = await t.server.account('merchant');
    const r = await c.post('/api/billing/orders', body, once());
    assert.equal(r.status, 201, r.text);
    return { c, number: r.json.number, order: r.json };
}
async function begun(t, provider, way, { agent, body } = {}) {
    const b = await ordered(t, body);
    const r = await pay(b, provider, way, agent);
    assert.equal(r.status, 200, r.text);
    return { ...b, paying: r.json, payment: r.json.payment.number };
}
const pay = (b, provider, way, agent) =>
    b.c.post(`/api/billing/orders/${b.number}/pay`, { provider, ...(way ? { way } : {}) }, {
        headers: { 'idempotency-key': newKey(), ...(agent ? { 'user-agent': agent } : {}) },
    });
const orderOf = async (b) => (await b.c.get(`/api/billing/orders/${b.number}`)).json;
const check = async (b) => (await b.c.post(`/api/billing/orders/${b.number}/check`, undefined, once())).json;
const cancel = (b) => b.c.post(`/api/billing/orders/${b.number}/cancel`, undefined, once());
const advance = async (t, seconds) => {
    world.offsetMs += seconds * 1000;
    await t.server.advance(seconds);
};
const taken = (told, r) => assert.ok(world.isTaken(told, r), `${told.provider}: ${r.status} ${r.text}`);
const refused = (told, r) => assert.ok(!world.isTaken(told, r) && r.status < 500, `${told.provider}: ${r.status} ${r.text}`);
async function send(told) {
    const r = await world.send(told);
    taken(told, r);
    return r;
}
async function expectPaid(b, packs = 1) {
    const o = await orderOf(b);
    assert.equal(o.state, 'paid', JSON.stringify(o));
    assert.equal(await balance(b.c), packs * PACK);
    return o;
}
async function expectUnpaid(b, state = 'open') {
    const o = await orderOf(b);
    assert.equal(o.state, state, JSON.stringify(o));
    assert.equal(await balance(b.c), 0);
    return o;
}
const balance = async (c) => (await c.get('/api/billing/transactions')).json.currentBalance;
const begin = {
    alipay: async (t) => {
        const b = await begun(t, 'alipay', 'page');
        world.alipayVisit(b.paying.url);
        return b;
    },
    wechat: (t) => begun(t, 'wechat', 'native'),
    stripe: (t) => begun(t, 'stripe'),
};
const paid = {
    alipay: (n, over) => world.alipayPaid(n, over),
    wechat: (n, over) => world.wechatPaid(n, over),
    stripe: (n, over) => world.stripePaid(n, over),
};
const queryCall = { alipay: 'alipay.trade.query', wechat: 'wechat.query', stripe: 'stripe.query' };
const providers = Object.keys(begin);

test('what is offered says by whom it can be paid', async (t) => {
    t.operator = await t.server.account('operator');
    const r = await t.server.client().get('/api/billing/offers');
    assert.deepEqual(r.json.providers.map((p) => p.name), ['alipay', 'wechat', 'stripe', 'sandbox']);
});

// Before the clock is moved: on PostgreSQL the command is a process of its own, with a clock of its own.
test('the doctor asks each of them a signed question', async (t) => {
    const r = await t.server.cli(['doctor', '--json']);
    const of = (name) => r.json.lines.find((l) => l.name === name);
    for (const provider of providers) assert.equal(of(provider)?.state, 'well', JSON.stringify(r.json.lines));
    world.next('wechat.query', 'badsign');
    const bad = await t.server.cli(['doctor', '--json']);
    assert.equal(bad.json.lines.find((l) => l.name === 'wechat').state, 'bad');
    for (const secret of [world.stripeKey, world.v3Key]) assert.ok(!r.out.includes(secret) && !bad.out.includes(secret));
});

for (const provider of providers)
    test(`${provider}: paid by its notification, once, however often it comes`, async (t) => {
        const b = await begin[provider](t);
        await expectUnpaid(b);
        const told = paid[provider](b.payment);
        assert.equal(await world.insist(told, (s) => advance(t, s)), 1);
        await expectPaid(b);
        for (let i = 0; i < 3; i++) await send(told.again());
        await Promise.all(Array.from({ length: 4 }, () => send(told.again())));
        const o = await expectPaid(b);
        assert.equal(o.payments.length, 1);
        assert.equal(o.payments[0].amount.amount, PRICE);
        const row = (await deliveries(t.operator, `&sender=${provider}`))[0];
        assert.deepEqual([row.state, row.copies, row.outcome], ['acted', 7, 'mark_paid']);
    });

test('each way of paying: on a phone, by a code that is drawn here', async (t) => {
    const phone = await begun(t, 'alipay', null, { agent: PHONE });
    assert.match(phone.paying.url, /wap\.pay/);
    world.alipayVisit(phone.paying.url);
    await send(world.alipayPaid(phone.payment));
    await expectPaid(phone);

    const code = await begun(t, 'alipay', 'code');
    assert.match(code.paying.scan, /^https:\/\/qr\.alipay\.example\//);
    assert.match(code.paying.qr, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 \d+ \d+"/);
    world.alipayScan(code.paying.scan);
    await send(world.alipayPaid(code.payment));
    await expectPaid(code);

    const h5 = await begun(t, 'wechat', null, { agent: PHONE });
    assert.match(h5.paying.url, /&redirect_url=http%3A%2F%2F127\.0\.0\.1%3A\d+%2Forders%2F/);
    await send(world.wechatPaid(h5.payment));
    await expectPaid(h5);
});

for (const provider of providers)
    test(`${provider}: no notification comes, and who is asked says it`, async (t) => {
        const b = await begin[provider](t);
        const open = await check(b);
        assert.equal(open.state, 'open');
        paid[provider](b.payment); // and it is lost
        assert.equal((await check(b)).state, 'paid');
        await expectPaid(b);
        await send(paid[provider](b.payment)); // it comes after all
        await expectPaid(b);
    });

for (const provider of providers)
    test(`${provider}: silent orders are asked about by themselves`, async (t) => {
        const b = await begin[provider](t);
        paid[provider](b.payment);
        await advance(t, 31);
        await until('the sweeper has asked', async () => (await orderOf(b)).state === 'paid');
        await expectPaid(b);
    });

for (const provider of providers)
    test(`${provider}: no clear answer to a question changes nothing`, async (t) => {
        const b = await begin[provider](t);
        paid[provider](b.payment);
        const lies = ['html', 'other', ...(provider === 'stripe' ? [] : ['unsigned', 'badsign', 'ownkey'])];
        for (const lie of lies) {
            world.next(queryCall[provider], lie);
            assert.equal((await check(b)).state, 'open', lie);
        }
        world.next(queryCall[provider], '500', provider === 'stripe' ? 3 : 1); // Stripe is asked three times in one go
        assert.equal((await check(b)).state, 'open', '500');
        await expectUnpaid(b);
        world.lies.clear();
        assert.equal((await check(b)).state, 'paid');
        await expectPaid(b);
    });

test('a create call that nobody answered comes again with the same number, and makes one payment', async (t) => {
    for (const [provider, call, lies] of [
        ['wechat', 'wechat.native', ['lost', 'html', 'badsign']],
        ['alipay', 'alipay.trade.precreate', ['lost', 'unsigned', 'other']],
        ['stripe', 'stripe.session', ['lost', 'retry', 'html']],
    ]) {
        const b = await ordered(t);
        const before = world.trades.size;
        for (const lie of lies) world.next(call, lie);
        let r = await pay(b, provider, provider === 'alipay' ? 'code' : null);
        assert.ok([200, 202].includes(r.status), r.text);
        await until('it is begun', async () => {
            if (r.json.scan || r.json.url) return true;
            await advance(t, 5);
            r = await pay(b, provider, provider === 'alipay' ? 'code' : null);
            return r.json.scan || r.json.url;
        });
        const o = await orderOf(b);
        assert.equal(o.payments.length, 1, JSON.stringify(o.payments));
        assert.ok(world.trades.size <= before + 1);
        assert.equal((await cancel(b)).json.state, 'closed');
        world.lies.clear();
    }
});

for (const provider of providers)
    test(`${provider}: forged, foreign and wrong notifications have no effect`, async (t) => {
        const b = await begin[provider](t);
        const n = b.payment;
        const trade = world.trades.get(n);
        const state = trade.state;
        const bad = {
            alipay: () => [
                world.alipayNotice(trade, 'TRADE_SUCCESS', {}, world.other),
                world.alipayNotice(trade, 'TRADE_SUCCESS', {}, world.app),
                world.alipayPaid(n, { app_id: '2021000000000000' }),
                world.alipayPaid(n, { seller_id: '2088000000000000' }),
                world.alipayPaid(n, { total_amount: '100.01' }),
                world.alipayPaid(n, { total_amount: '1e2' }),
                world.alipayPaid(n, { total_amount: '100.000' }),
                world.alipayPaid(n, { out_trade_no: 'somebodyelses1' }),
                world.alipayPaid(n, { sign_type: 'RSA' }),
                world.alipayPaid(n, { charset: 'gbk' }),
                { ...world.alipayPaid(n), headers: { 'content-type': 'application/json' } },
                { ...world.alipayPaid(n), path: '/hooks/alipay?x=1' },
            ],
            wechat: () => [
                world.wechatPaid(n, {}, { key: world.other }),
                world.wechatPaid(n, {}, { key: world.merchant }),
                world.wechatPaid(n, { mchid: '1900000001' }),
                world.wechatPaid(n, { appid: 'wx0000000000000000' }),
                world.wechatPaid(n, { out_trade_no: 'somebodyelses1' }),
                world.wechatPaid(n, { amount: { total: PRICE + 1, currency: 'CNY' } }),
                world.wechatPaid(n, { amount: { total: String(PRICE), currency: 'CNY' } }),
                world.wechatPaid(n, { amount: { total: PRICE, currency: 'USD' } }),
                world.wechatPaid(n, {}, { over: { timestamp: Math.floor(world.now() / 1000) - 600 } }),
                world.wechatPaid(n, {}, { over: { timestamp: Math.floor(world.now() / 1000) + 600 } }),
                world.wechatPaid(n, {}, { over: { serial: 'PUB_KEY_ID_1' } }),
                world.wechatPaid(n, {}, { over: { signature: 'WECHATPAY/SIGNTEST/abc' } }),
                world.wechatPaid(n, {}, { over: { v3Key: '0'.repeat(32) } }),
                { ...world.wechatPaid(n), path: '/hooks/wechat?' },
            ],
            stripe: () => [
                world.stripePaid(n, {}, { secret: 'whsec_other' }),
                world.stripePaid(n, {}, { livemode: true }),
                world.stripePaid(n, { amount_total: PRICE + 1 }),
                world.stripePaid(n, { amount_total: PRICE + 0.5 }),
                world.stripePaid(n, { amount_total: String(PRICE) }),
                world.stripePaid(n, { currency: 'usd' }),
                world.stripePaid(n, { client_reference_id: 'somebodyelses1' }),
                world.stripePaid(n, { id: 'cs_test_other' }),
                world.stripePaid(n, {}, { atS: Math.floor(world.now() / 1000) - 600 }),
                world.stripePaid(n, {}, { atS: Math.floor(world.now() / 1000) + 600 }),
                { ...world.stripePaid(n), headers: { 'content-type': 'application/json' } },
                { ...world.stripePaid(n), path: '/hooks/stripe?x' },
            ],
        }[provider]();
        for (const told of bad) refused(told, await world.send(told));
        trade.state = state;
        await expectUnpaid(b);
        const trail = (await t.operator.get('/api/operator/audit?action=delivery_refused')).json.entries;
        assert.ok(trail.length > 0, 'what is well signed and does not fit is told');
        await send(paid[provider](n)); // none of them stands in the way of the right one
        await expectPaid(b);
    });

test('methods and sizes: POST alone, 256 KiB at most', async (t) => {
    world.target(t.server.base);
    for (const provider of providers) {
        const told = { provider, path: `/hooks/${provider}`, headers: {}, body: '' };
        assert.equal((await world.send(told, { method: 'GET' })).status, 405);
        refused(told, await world.send(told));
        assert.equal((await world.send({ ...told, body: 'x'.repeat(256 * 1024 + 1) })).status, 413);
    }
});

for (const provider of providers)
    test(`${provider}: given up, and then paid after all`, async (t) => {
        const b = await begin[provider](t);
        const r = await cancel(b);
        assert.deepEqual([r.status, r.json.state], [200, 'closed'], r.text);
        assert.equal(world.trades.get(b.payment).state, 'closed');
        await send(paid[provider](b.payment));
        await expectPaid(b); // it can still be had at that price
    });

test('paid late, when the same was ordered again: the money goes back by itself, by each of them', async (t) => {
    for (const provider of providers) {
        const b = await begin[provider](t);
        assert.equal((await cancel(b)).json.state, 'closed');
        const again = await b.c.post('/api/billing/orders', { offer: 'credits-1000' }, once());
        assert.equal(again.status, 201, again.text);
        await send(paid[provider](b.payment));
        await backAgain(t, b, provider);
        assert.equal(await balance(b.c), 0);
    }
});

/** All of this payment has gone back at its provider. */
async function backAgain(t, b, provider, payment = b.payment) {
    const trade = world.trades.get(payment);
    await until(`${provider} gives it back`, async () => {
        if (trade.refunded === PRICE && provider === 'wechat') await send(world.wechatRefundEnds(payment));
        else if (trade.refunded !== PRICE) await advance(t, 4);
        const p = (await orderOf(b)).payments.find((one) => one.number === payment);
        return p.refunded.amount === PRICE;
    });
    assert.equal(trade.refunds.size, 1);
}

test('paid twice, by two providers: one is delivered for, the other goes back', async (t) => {
    const b = await begin.alipay(t);
    const second = await pay(b, 'wechat', 'native');
    assert.equal(second.status, 200, second.text);
    await Promise.all([send(world.alipayPaid(b.payment)), send(world.wechatPaid(second.json.payment.number))]);
    const o = await expectPaid(b);
    const counted = o.payments.filter((p) => p.state === 'paid');
    assert.equal(counted.length, 2);
    await until('one of them goes back', async () => {
        await advance(t, 4);
        for (const p of counted) {
            const trade = world.trades.get(p.number);
            if (trade.provider === 'wechat' && trade.refunded && ![...trade.refunds.values()].some((r) => r.status === 'SUCCESS'))
                await send(world.wechatRefundEnds(p.number));
        }
        return (await orderOf(b)).payments.reduce((sum, p) => sum + p.refunded.amount, 0) === PRICE;
    });
    await expectPaid(b);
});

test('a second trade under one number is refused and raised', async (t) => {
    const b = await begin.alipay(t);
    await send(world.alipayPaid(b.payment));
    const told = world.alipayPaid(b.payment, { trade_no: '2026112222000000000000000001' });
    refused(told, await world.send(told));
    await expectPaid(b);
});

test('Stripe: promised money, then it comes; then it fails', async (t) => {
    const b = await begin.stripe(t);
    await send(world.stripePromised(b.payment));
    await expectUnpaid(b, 'processing');
    assert.equal((await cancel(b)).status, 409);
    world.trades.get(b.payment).state = 'paid';
    await send(world.stripeSays(b.payment, 'checkout.session.async_payment_succeeded'));
    await expectPaid(b);
    const f = await begin.stripe(t);
    await send(world.stripePromised(f.payment));
    await send(world.stripeSays(f.payment, 'checkout.session.async_payment_failed'));
    await expectUnpaid(f, 'open');
    assert.equal((await orderOf(f)).payments[0].state, 'failed');
});

test('a refund that comes before the payment, and events that we do not use', async (t) => {
    const b = await begin.alipay(t);
    world.trades.get(b.payment).state = 'paid';
    await send(world.alipayRefunded(b.payment, PRICE));
    const o = await orderOf(b);
    assert.equal(o.payments[0].state, 'paid');
    assert.equal(o.payments[0].refunded.amount, PRICE);
    assert.equal(await balance(b.c), 0);
    const s = await begin.stripe(t);
    await send(world.stripeEvent('customer.created', { id: 'cus_1', object: 'customer' }));
    await send(world.wechatNotice('PAYSCORE.USER_OPEN_SERVICE', { mchid: '1952041147' }));
    await send(world.alipayNotice(world.trades.get(b.payment), 'TRADE_SUCCESS', { notify_type: 'servicemarket_order_notify' }));
    await expectUnpaid(s);
});

test('an order ends: it is closed at the provider, asked about once more, and closed here', async (t) => {
    const all = [];
    for (const provider of providers) all.push([provider, await begin[provider](t)]);
    const nobody = await ordered(t);
    await advance(t, 2 * 3600 + 60);
    for (const [provider, b] of all) {
        await until(`${provider} is closed`, async () => (await orderOf(b)).state === 'closed');
        assert.equal(world.trades.get(b.payment).state, 'closed');
        await expectUnpaid(b, 'closed');
    }
    await until('what nobody began is closed', async () => (await orderOf(nobody)).state === 'closed');
    // A day later they are asked about once more: money that came in silence is found.
    const [provider, b] = all[0];
    world.trades.get(b.payment).state = 'paid';
    await advance(t, 24 * 3600 + 60);
    await until(`${provider} was paid in silence`, async () => (await orderOf(b)).state === 'paid');
});

test('bad input of a buyer', async (t) => {
    const b = await ordered(t);
    const other = await t.server.account('merchant');
    assert.equal((await pay({ ...b, c: other }, 'alipay')).status, 404);
    assert.equal((await pay({ ...b, number: 'nosuchorder' }, 'alipay')).status, 404);
    for (const path of ['check', 'cancel'])
        assert.equal((await other.post(`/api/billing/orders/${b.number}/${path}`, undefined, once())).status, 404);
    assert.equal((await pay(b, 'paypal')).status, 422);
    assert.equal((await pay(b, 'alipay', 'h5')).status, 422);
    assert.equal((await t.server.client().post(`/api/billing/orders/${b.number}/pay`, { provider: 'alipay' })).status, 401);
    // A return page proves nothing, whatever stands in its address.
    await b.c.get(`/orders/${b.number}?trade_no=1&trade_status=TRADE_SUCCESS&total_amount=100.00`);
    await expectUnpaid(b);
    assert.equal((await cancel(b)).json.state, 'closed');
    assert.equal((await pay(b, 'alipay')).json.error, 'order_not_open');
    assert.equal((await cancel(b)).json.state, 'closed');
});

test('the sandbox plays all of it, by the way of all', async (t) => {
    t.operator = await t.server.account('operator'); // a day has gone by, and the session with it
    const press = async (b, what) => {
        const u = new URL(b.paying.url);
        const page = await b.c.get(u.pathname);
        assert.match(page.text, /Sandbox payment/);
        const r = await b.c.post(`${u.pathname}/${what}`);
        assert.equal(r.status, 303, r.text);
        assert.match(r.headers.location, new RegExp(`/orders/${b.number}$`));
    };
    const one = await begun(t, 'sandbox');
    await press(one, 'wrong');
    await expectUnpaid(one);
    await press(one, 'paid');
    await expectPaid(one);
    const row = (await deliveries(t.operator, '&sender=sandbox')).find((d) => d.state === 'acted');
    assert.equal(row.outcome, 'mark_paid');
    const late = await begun(t, 'sandbox');
    await press(late, 'late');
    await expectPaid(late);
    const failed = await begun(t, 'sandbox');
    await press(failed, 'failed');
    await expectUnpaid(failed);
    const twice = await begun(t, 'sandbox');
    await press(twice, 'twice');
    const o = await expectPaid(twice);
    assert.equal(o.payments.length, 2);
    await until('the second goes back', async () => {
        await advance(t, 4);
        return (await orderOf(twice)).payments.some((p) => p.refunded.amount === PRICE);
    });
    const back = await begun(t, 'sandbox');
    await press(back, 'paid');
    await press(back, 'refund');
    assert.equal((await orderOf(back)).payments[0].refunded.amount, PRICE);
    assert.equal((await one.c.post(new URL(one.paying.url).pathname + '/nonsense')).status, 404);
    assert.equal((await one.c.get('/sandbox/pay/nosuch')).status, 404);
});

test('nothing is owed, all is sound, and all that we signed was right', async (t) => {
    t.operator = await t.server.account('operator');
    await until('no refund is under way', async () => {
        await advance(t, 60);
        return (await t.operator.get('/api/operator/jobs?state=ready&kind=billing.refund')).json.jobs.length === 0;
    });
    assert.deepEqual(world.faults, []);
    await t.server.verify();
});

await run({ env: { CHATHUB_TEST_CLOCK: '1', ...world.env(), CHATHUB_LIMITS: 'account_changes=100000/1m, account_reads=100000/1m, password=100000/1m, account_changes_hour=100000/1m, payments=100000/1m, payment_hooks=100000/1m' } });
await world.stop();
