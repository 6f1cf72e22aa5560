// payments.mjs: money through the real routes, against a world that plays the three providers (tests/world/payments.mjs)
// and checks each byte that we sign: orders are paid, given up, closed and given back by each of them; and whatever the
// world gets wrong (silence, pages, forged and foreign messages, wrong sums, twice, late) has the contract's effect once.
import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { PaymentWorld } from '../world/payments.mjs';
import { newKey } from './lib/client.mjs';
import { deliveries } from './lib/deliveries.mjs';
import { Server } from './lib/server.mjs';
import { run, test, until } from './lib/suite.mjs';

const PACK = 1000; // credits of one
const PRICE = 10000; // fen
const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148';
const world = await PaymentWorld.start();

const settings = {
    CHATHUB_TEST_CLOCK: '1',
    ...world.env(),
    CHATHUB_LIMITS: 'account_changes=100000/1m, account_reads=100000/1m, password=100000/1m, account_changes_hour=100000/1m, payments=100000/1m, payment_hooks=100000/1m',
};
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

// Before the clock is moved, too: what ends now has ended by every clock.
test('a plan: what is paid is in force, and ends when all of it is given back', async (t) => {
    world.target(t.server.base);
    const c = await t.server.account('merchant');
    const operator = await t.server.account('operator');
    const shop = await c.shop('Tea');
    const made = await c.post('/api/billing/orders', { offer: 'basic', shop: shop.id }, once());
    assert.equal(made.status, 201, made.text);
    const b = { c, number: made.json.number };
    const paying = await pay(b, 'alipay', 'page');
    assert.equal(paying.status, 200, paying.text);
    world.alipayVisit(paying.json.url);
    await send(world.alipayPaid(paying.json.payment.number));
    const plan = async () => (await c.get('/api/billing/plans')).json.plans.find((p) => p.shop === shop.id);
    assert.deepEqual([(await orderOf(b)).stage, (await plan()).state, (await plan()).source], ['done', 'active', 'order']);
    assert.equal((await c.get(`/api/shops/${shop.id}/chatbot/status`)).json.enabled, true);
    const asked = await operator.post(`/api/operator/orders/${b.number}/refund`,
        { payment: paying.json.payment.number, reason: 'A mistake', takesBack: true }, once());
    assert.ok([200, 201].includes(asked.status), asked.text);
    await until('all of it is back', async () => (await orderOf(b)).state === 'refunded');
    assert.ok(['grace', 'ended', undefined].includes((await plan())?.state), JSON.stringify(await plan()));
    await t.server.verify();
});

// Here too: it is exchanged at what it is worth now.
test('the plan that was counted in the price of an open order is gone when that is paid: the money goes back', async (t) => {
    world.target(t.server.base);
    const c = await t.server.account('merchant');
    const operator = await t.server.account('operator');
    const shop = await c.shop('Tea');
    const wanted = async (offer, provider, way) => {
        const made = await c.post('/api/billing/orders', { offer, shop: shop.id }, once());
        assert.equal(made.status, 201, made.text);
        const paying = await pay({ c, number: made.json.number }, provider, way);
        assert.equal(paying.status, 200, paying.text);
        return { c, number: made.json.number, order: made.json, payment: paying.json.payment.number, paying: paying.json };
    };
    const first = await wanted('basic', 'alipay', 'page');
    world.alipayVisit(first.paying.url);
    await send(world.alipayPaid(first.payment));
    const open = await wanted('pro', 'wechat', 'native');
    assert.ok(open.order.credited.amount > 0, 'what is left of the first is counted');
    const asked = await operator.post(`/api/operator/orders/${first.number}/refund`, { payment: first.payment, reason: 'A mistake', takesBack: true }, once());
    assert.ok([200, 201].includes(asked.status), asked.text);
    await until('the first is back', async () => (await orderOf(first)).state === 'refunded');
    await send(world.wechatPaid(open.payment));
    const trade = world.trades.get(open.payment);
    await until('it goes back', () => trade.refunded === trade.minor);
    await send(world.wechatRefundEnds(open.payment));
    assert.equal((await orderOf(open)).state, 'closed');
    const plan = (await c.get('/api/billing/plans')).json.plans.find((p) => p.shop === shop.id);
    assert.notEqual(plan?.state, 'active', JSON.stringify(plan));
    await t.server.verify();
});

/** Sent once more while it is told "not now", as its provider does: on a busy machine one waits for another's lock too long
 * (then a 500 has that reason in the log, and no other). */
async function sentUntilTaken(told, server) {
    let r = await world.send(told, { base: server.base });
    let tries = 1;
    for (; tries < 5 && [500, 503].includes(r.status); tries++) {
        if (r.status === 500) assert.match(server.log, /"code":"(55P03|57014)"/, 'a lock that was not got in time');
        await new Promise((resolve) => setTimeout(resolve, 1000));
        r = await world.send(told.again(), { base: server.base });
    }
    taken(told, r);
    return tries;
}

// And here: the second process has the machine's clock.
test('two notifications at the same moment, on two processes', async (t) => {
    if (t.engine !== 'postgres') return; // SQLite has one
    world.target(t.server.base);
    const other = await Server.start({
        args: ['--role', 'web'],
        env: { ...settings, CHATHUB_DATABASE_URL: t.server.env.CHATHUB_DATABASE_URL },
        load: (s) => copyFile(path.join(t.server.dir, 'master.key'), path.join(s.dir, 'master.key')),
    });
    try {
        for (const provider of providers) {
            const b = await begin[provider](t);
            const [told, another] = [paid[provider](b.payment), paid[provider](b.payment)]; // two events of one payment
            const all = [told, told.again(), another, another.again()];
            const tries = await Promise.all(all.map((one, i) => sentUntilTaken(one, [t.server, other][i % 2])));
            assert.equal(Math.min(...tries), 1, 'one of them is first');
            const o = await expectPaid(b);
            assert.equal(o.payments.length, 1);
            assert.equal(o.refunds.length, 0);
            const rows = (await deliveries(t.operator, `&sender=${provider}`)).slice(0, 2);
            assert.deepEqual(rows.map((d) => [d.state, d.copies]), [['acted', 1], ['acted', 1]]);
            assert.deepEqual(rows.map((d) => d.outcome).sort(), ['mark_paid', 'nothing new']);
        }
    } finally {
        assert.deepEqual(await other.end(), []);
    }
    await t.server.verify();
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
            assert.equal(world.lies.get(queryCall[provider])?.length ?? 0, 0, `${lie} was told`);
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

test('no answer at all to a question: it stays open, and the next one is heard', async (t) => {
    const all = await Promise.all(providers.map(async (provider) => [provider, await begin[provider](t)]));
    await Promise.all(all.map(async ([provider, b]) => {
        paid[provider](b.payment);
        world.next(queryCall[provider], 'silence');
        assert.equal((await check(b)).state, 'open'); // who asked has waited for ten seconds
        await expectUnpaid(b);
        await until(`${provider} says it`, async () => (await check(b)).state === 'paid');
        await expectPaid(b);
    }));
});

for (const provider of providers)
    test(`${provider}: an answer that comes twice is of one question`, async (t) => {
        const [b, other] = [await begin[provider](t), await begin[provider](t)];
        paid[provider](b.payment);
        world.next(queryCall[provider], 'twice');
        // A question of the test before, which nobody answered, may still have its turn.
        await until(`${provider} says it`, async () => (await check(b)).state === 'paid');
        await expectPaid(b);
        assert.equal((await check(other)).state, 'open');
        await expectUnpaid(other);
        // Nor is it one to the call that closes: that has no clear answer then, and is made again.
        await until('given up', async () => (await cancel(other)).json.state === 'closed');
    });

test('a notification that is sooner than the answer to the call that began it', async (t) => {
    for (const [provider, call, way] of [['wechat', 'wechat.native', 'native'], ['alipay', 'alipay.trade.precreate', 'code'], ['stripe', 'stripe.session', null]]) {
        const b = await ordered(t);
        const held = world.hold(call);
        const paying = pay(b, provider, way);
        await held.came;
        const number = (await orderOf(b)).payments[0].number;
        if (provider === 'alipay') world.alipayScan(`https://qr.alipay.example/${number}`);
        const told = paid[provider](number);
        const early = await world.send(told);
        // Which session of Stripe's is ours we do not know yet. It comes again.
        if (provider === 'stripe') refused(told, early);
        else taken(told, early);
        if (provider === 'stripe') await expectUnpaid(b);
        else await expectPaid(b);
        held.release();
        assert.ok([200, 202].includes((await paying).status));
        await until('the answer has come', async () => (await orderOf(b)).timeline.some((m) => m.what === 'start'));
        await send(told.again());
        const o = await expectPaid(b);
        assert.deepEqual(o.payments.map((p) => p.state), ['paid']);
    }
});

test('our clock is ten minutes ahead: what has a time is refused and comes again, nothing is lost', async (t) => {
    for (const provider of providers) {
        const b = await begin[provider](t);
        const told = paid[provider](b.payment);
        await t.server.advance(600);
        if (provider === 'alipay') taken(told, await world.send(told)); // it may be as old as it likes
        else refused(told, await world.send(told));
        world.offsetMs += 600e3; // the clock is put right
        await send(told.again());
        await expectPaid(b);
    }
    t.operator = await t.server.account('operator'); // half an hour has gone by, and the session with it
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
        const told = () => t.operator.get('/api/operator/audit?action=delivery_refused&limit=100').then((r) => r.json.entries.length);
        const before = await told();
        for (const one of bad) refused(one, await world.send(one));
        trade.state = state;
        await expectUnpaid(b);
        assert.ok(await told() > before, 'what is well signed and does not fit is told');
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
        if (trade.refunded === trade.minor && provider === 'wechat') await send(world.wechatRefundEnds(payment));
        else if (trade.refunded !== trade.minor) await advance(t, 4);
        const p = (await orderOf(b)).payments.find((one) => one.number === payment);
        return p.refunded.amount === trade.minor;
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
    // Stripe names a payment that we do not know yet: refused until that is paid.
    const early = await begin.stripe(t);
    world.trades.get(early.payment).state = 'paid';
    const refund = world.stripeRefunded(early.payment, PRICE);
    refused(refund, await world.send(refund));
    await expectUnpaid(early);
    await send(world.stripePaid(early.payment));
    await expectPaid(early);
    await send(refund.again());
    assert.equal((await orderOf(early)).payments[0].refunded.amount, PRICE);
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
    // Not even what Alipay has signed.
    const visited = await begin.alipay(t);
    const signed = world.alipayNotice(world.trades.get(visited.payment), 'TRADE_SUCCESS', { method: 'alipay.trade.page.pay.return', timestamp: '2026-11-22 12:00:00' });
    assert.equal((await visited.c.get(`/orders/${visited.number}?${signed.body}`)).status, 200);
    await expectUnpaid(visited);
    assert.equal((await cancel(visited)).json.state, 'closed');
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

// ---- the bills of days that are over ----

const MORNING = 2.5 * 3600; // seconds of a day in UTC: half past ten in Beijing, on the same date

/** Later; a session does not last that long. */
async function later(t, seconds) {
    await advance(t, seconds);
    t.operator = await t.server.account('operator');
}
/** On to the next morning, when the bills of yesterday are there; by whom each is asked for. Yesterday's date. */
async function nextMorning(t) {
    const s = world.now() / 1000;
    const left = 86400 - ((s - MORNING) % 86400);
    await later(t, Math.ceil(left));
    return new Date(world.now() - 86400e3).toISOString().slice(0, 10);
}
const billOf = async (t, provider, day) => (await t.operator.get('/api/operator/bills?limit=100')).json.bills.find((b) => b.provider === provider && b.day === day);
async function untilBills(t, day, want) {
    let all;
    await until(() => `the bills of ${day}: ${want}, but ${JSON.stringify(all.map((b) => b && [b.provider, b.state, b.error]))}`, async () => {
        all = await Promise.all(providers.map((p) => billOf(t, p, day)));
        return all.every((b) => b?.state === want);
    });
    return all;
}
const sumOf = (bill, kind) => bill.sums.find((s) => s.kind === kind);
/** On to an afternoon on which nothing of the days before waits. */
const quiet = async (t) => {
    const day = await nextMorning(t);
    await until('the days before are compared', async () => {
        const known = await Promise.all(providers.map((p) => billOf(t, p, day)));
        if (!known.every(Boolean)) return false; // the cron job makes the day in a moment
        const waiting = (await t.operator.get('/api/operator/bills?state=waiting')).json.bills;
        return waiting.length === 0 || (await later(t, 600));
    });
    // Whatever ends today is asked about once more a day later: hours behind its bill, which is to find it.
    await later(t, 6 * 3600);
};

test('bills: a day agrees; what nobody told of is found by them; Stripe\'s missed event is taken once', async (t) => {
    await quiet(t);
    const told = {};
    const silent = {};
    for (const provider of providers) {
        told[provider] = await begin[provider](t);
        const one = paid[provider](told[provider].payment);
        await send(one);
        if (provider === 'stripe') world.stripeMissed(one); // it reached us; another endpoint it did not
        // Given up here, paid at the provider all the same, and nobody says so.
        silent[provider] = await begin[provider](t);
        assert.equal((await cancel(silent[provider])).json.state, 'closed');
        world.trades.get(silent[provider].payment).state = 'paid';
    }
    const back = await t.operator.post(`/api/operator/orders/${told.alipay.number}/refund`,
        { payment: told.alipay.payment, amount: 100, reason: 'A part of it', takesBack: false }, once());
    assert.ok([200, 201].includes(back.status), back.text);
    await until('a part is back', async () => (await orderOf(told.alipay)).payments[0].refunded.amount === 100);
    const dispute = world.stripeMissed(world.stripeEvent('charge.dispute.created', { id: 'dp_1', object: 'dispute', payment_intent: world.trades.get(told.stripe.payment).trade }));
    const given = world.stripeMissed(world.stripeRefunded(told.stripe.payment, 300));
    world.stripeMissed(world.stripeSays(silent.stripe.payment, 'checkout.session.completed', { amount_total: PRICE + 1 }));
    const day = await nextMorning(t);
    await untilBills(t, day, 'differs');
    for (const provider of providers) {
        await until(`${provider} was asked`, async () => (await orderOf(silent[provider])).state === 'paid');
        const bill = await billOf(t, provider, day);
        assert.deepEqual([sumOf(bill, 'payment').theirsCount, sumOf(bill, 'payment').oursCount], [2, 1], JSON.stringify(bill));
        const rows = (await t.operator.get(`/api/operator/bills/${bill.id}`)).json.differences;
        assert.deepEqual(rows.filter((r) => r.kind === 'payment').map((r) => [r.fault, r.order, r.theirs.amount]), [['not_here', silent[provider].number, PRICE]]);
    }
    await until('the missed refund is taken', async () => (await orderOf(told.stripe)).payments[0].refunded.amount === 300);
    await later(t, 40 * 60);
    for (const bill of await untilBills(t, day, 'agrees')) {
        assert.deepEqual([bill.differing, bill.error], [0, null]);
        for (const s of bill.sums) assert.deepEqual([s.theirs, s.theirsCount], [s.ours, s.oursCount], JSON.stringify(bill));
    }
    assert.equal(sumOf(await billOf(t, 'alipay', day), 'refund').theirs.amount, 100);
    assert.equal(sumOf(await billOf(t, 'stripe', day), 'refund').theirs.amount, 300);
    // It comes after all: it was taken already.
    for (const one of [dispute, given]) await send(one.again());
    assert.equal((await orderOf(told.stripe)).payments[0].refunded.amount, 300);
    const found = (await t.operator.get('/api/operator/mismatches?limit=100')).json.mismatches;
    const disputes = found.filter((m) => m.kind === 'dispute');
    assert.deepEqual(disputes.map((m) => [m.order, m.amount.amount]), [[told.stripe.number, PRICE]]); // all of it, where nothing is said
    assert.equal(found.filter((m) => m.kind === 'amount' && m.order === silent.stripe.number).length, 1); // refused as one that came is
    for (const b of [told.stripe, silent.stripe]) assert.equal(await balance(b.c), PACK);
    const rows = (await deliveries(t.operator, '&sender=stripe')).filter((d) => d.state === 'acted').slice(0, 2);
    assert.deepEqual(rows.map((d) => d.copies), [1, 1]);
});

test('bills: what cannot be used is asked for again, and what differs is shown and told once', async (t) => {
    await quiet(t);
    const wrong = await begin.alipay(t);
    await send(world.alipayPaid(wrong.payment));
    const hidden = await begin.wechat(t);
    await send(world.wechatPaid(hidden.payment));
    const even = await begin.stripe(t);
    await send(world.stripePaid(even.payment));
    world.bend = (rows, provider, of) => [
        ...rows.filter((r) => r.order !== hidden.payment).map((r) => (r.order === wrong.payment ? { ...r, minor: r.minor + 1 } : r)),
        ...(provider === 'wechat' && rows.some((r) => r.order === hidden.payment)
            ? [{ kind: 'paid', order: '0123456789abcdefghjkmnpqrs', trade: '4200000000000000000000000001', minor: 700, at: rows[0].at },
               { kind: 'paid', order: 'another-system-1', trade: '4200000000000000000000000002', minor: 800, at: rows[0].at }]
            : []),
    ];
    for (const lie of ['none', 'html', 'badsign']) world.next('alipay.data.dataservice.bill.downloadurl.query', lie);
    for (const lie of ['500', 'badzip', 'torn', 'cut']) world.next('alipay.bill', lie);
    for (const lie of ['creating', 'none', 'unsigned', '500']) world.next('wechat.bill', lie);
    for (const lie of ['badhash', 'torn', 'html']) world.next('wechat.bill_file', lie);
    world.next('stripe.bill', 'html', 2);
    const day = await nextMorning(t);
    const errors = new Set();
    await until('all of them are there', async () => {
        const all = await Promise.all(providers.map((p) => billOf(t, p, day)));
        for (const b of all) if (b?.error) errors.add(b.error);
        if (all.every((b) => b && b.state !== 'waiting')) return true;
        await later(t, 61 * 60);
        return false;
    });
    // On a busy machine two tries may lie between two looks: the log has both.
    const told = `${[...errors].join('\n')}\n${t.server.log}`;
    for (const words of [/no bill of this day yet/, /the bill is not used: a file of the archive is broken/, /it is cut short/, /no archive/, /its hash is not the one/, /the list is not used/])
        assert.match(told, words);
    for (const call of ['alipay.data.dataservice.bill.downloadurl.query', 'alipay.bill', 'wechat.bill', 'wechat.bill_file', 'stripe.bill'])
        assert.equal(world.lies.get(call)?.length ?? 0, 0, `all of ${call} was told`);
    assert.equal((await billOf(t, 'stripe', day)).state, 'agrees');
    const faults = async (provider) => {
        const bill = await billOf(t, provider, day);
        assert.equal(bill.state, 'differs', JSON.stringify(bill));
        const rows = (await t.operator.get(`/api/operator/bills/${bill.id}`)).json.differences;
        return rows.map((r) => [r.fault, r.order ?? r.number, r.theirs.amount, r.ours.amount]);
    };
    assert.deepEqual(await faults('alipay'), [['amount', wrong.number, PRICE + 1, PRICE]]);
    const unknown = ['unknown', '0123456789abcdefghjkmnpqrs', 700, 0];
    assert.deepEqual((await faults('wechat')).sort(), [['not_there', hidden.number, 0, PRICE], unknown]);
    assert.equal((await billOf(t, 'wechat', day)).others, 1);
    for (let i = 0; i < 2; i++) {
        await later(t, 24.5 * 3600);
        await until('it is told', async () => {
            const open = (await t.operator.get('/api/operator/mismatches?open=true&limit=100')).json.mismatches.filter((m) => m.kind === 'drift' && m.said.includes(day));
            assert.ok(open.length <= 3, JSON.stringify(open));
            return open.length === 3 && open.some((m) => m.order === wrong.number) && open.some((m) => m.order === hidden.number);
        });
    }
    world.bend = (rows) => rows;
    assert.equal((await t.operator.get('/api/operator/bills/999999')).status, 404);
    assert.equal((await t.operator.get('/api/operator/bills?state=nonsense')).status, 422);
    const buyer = await t.server.account('merchant');
    assert.equal((await buyer.get('/api/operator/bills')).status, 404);
});

test('nothing is owed, all is sound, and all that we signed was right', async (t) => {
    t.operator = await t.server.account('operator');
    await until('no refund is under way', async () => {
        await advance(t, 60);
        return (await t.operator.get('/api/operator/jobs?state=ready&kind=billing.refund')).json.jobs.length === 0;
    });
    assert.equal((await t.operator.get('/api/operator/money')).json.owed, 0);
    assert.deepEqual(world.faults, []);
    await t.server.verify();
});

await run({ env: settings, began: () => world.anew() });
await world.stop();
