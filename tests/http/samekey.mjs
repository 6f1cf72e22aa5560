// samekey.mjs: every route that takes an Idempotency-Key, found in the tables of the binary, called twice with one key.
// The same body acts once and gets the same answer (or already_shown when the answer held a secret); another body is
// refused.
import http from 'node:http';
import { Client, newKey } from './lib/client.mjs';
import { deliver, deliveries } from './lib/deliveries.mjs';
import { routesOf } from './lib/routes.mjs';
import { record, run, test, until } from './lib/suite.mjs';

/** For each idempotent route a call that succeeds once, and another body; a new route must be added here. */
const calls = {
    'POST /api/shops': async (c) => ({
        path: '/api/shops',
        json: { shop_name: 'Key', hosting: 'external' },
        other: { shop_name: 'Other', hosting: 'external' },
    }),
    'POST /api/shops/{id}/restore': async (c) => {
        const shop = await c.shop();
        await c.request('DELETE', `/api/shops/${shop.id}`);
        return { path: `/api/shops/${shop.id}/restore`, other: { a: 1 } };
    },
    'POST /api/shops/{id}/chatbot/enable': async (c) => ({
        path: `/api/shops/${(await c.shop()).id}/chatbot/enable`,
        json: {},
        other: { botName: 'Other' },
    }),
    'POST /api/shops/{id}/chatbot/disable': async (c) => ({
        path: `/api/shops/${await enabled(c)}/chatbot/disable`,
        other: { a: 1 },
    }),
    'POST /api/shops/{id}/sso/issue': async (c) => ({
        path: `/api/shops/${await enabled(c)}/sso/issue`,
        json: {},
        other: { role: 'viewer' },
        secret: true,
    }),
    'POST /api/shops/{id}/sso/launch': async (c) => ({
        path: `/api/shops/${await enabled(c)}/sso/launch`,
        json: {},
        other: { role: 'viewer' },
        secret: true,
    }),
    'POST /api/shops/{id}/secrets/{kind}/show': async (c) => ({
        path: `/api/shops/${await enabled(c)}/secrets/sso/show`,
        other: { a: 1 },
        secret: true,
    }),
    'POST /api/shops/{id}/secrets/{kind}/rotate': async (c) => ({
        path: `/api/shops/${await enabled(c)}/secrets/sso/rotate`,
        other: { a: 1 },
        secret: true,
    }),
    'POST /api/shops/{id}/secrets/{kind}/revoke': async (c) => {
        const id = await enabled(c);
        await c.post(`/api/shops/${id}/secrets/sso/rotate`);
        return { path: `/api/shops/${id}/secrets/sso/revoke`, other: { a: 1 } };
    },
    'POST /api/billing/orders': async () => ({
        path: '/api/billing/orders',
        json: { offer: 'credits-1000' },
        other: { offer: 'credits-1000', quantity: 2 },
    }),
    'POST /api/billing/orders/{number}/pay': async (c) => ({
        path: `/api/billing/orders/${await ordered(c)}/pay`,
        json: { provider: 'sandbox' },
        other: { provider: 'sandbox', way: 'page' },
    }),
    'POST /api/billing/orders/{number}/check': async (c) => ({
        path: `/api/billing/orders/${await ordered(c)}/check`,
        other: { a: 1 },
    }),
    'POST /api/billing/orders/{number}/cancel': async (c) => ({
        path: `/api/billing/orders/${await ordered(c)}/cancel`,
        other: { a: 1 },
    }),
    'POST /api/billing/plans/{shop}/trial': async (c) => ({
        path: `/api/billing/plans/${(await c.shop()).id}/trial`,
        other: { a: 1 },
    }),
    'POST /api/billing/plans/{shop}/renewal': async (c) => {
        const shop = await c.shop();
        const trial = await c.post(`/api/billing/plans/${shop.id}/trial`);
        if (trial.status !== 200) throw new Error(`no trial: ${trial.status} ${trial.text}`);
        return { path: `/api/billing/plans/${shop.id}/renewal`, json: { on: true }, other: { on: false } };
    },
    'POST /api/billing/plans/{shop}/next': async (c) => {
        const shop = await c.shop();
        await c.post(`/api/billing/plans/${shop.id}/trial`);
        const renewal = await c.post(`/api/billing/plans/${shop.id}/renewal`, { on: true });
        if (renewal.status !== 200) throw new Error(`it does not renew: ${renewal.status} ${renewal.text}`);
        return { path: `/api/billing/plans/${shop.id}/next`, json: { offer: 'pro' }, other: { offer: 'enterprise' } };
    },
    'POST /api/shops/{id}/chatbot/renewal': async (c) => ({
        path: `/api/shops/${await enabled(c)}/chatbot/renewal`,
        json: { automatic: false },
        other: { automatic: true },
    }),
    'POST /api/billing/correction': async (c, t) => ({
        path: '/api/billing/correction',
        json: { email: t.email, amount: 5, reason: 'once' },
        other: { email: t.email, amount: 6, reason: 'once' },
    }),
    'POST /api/billing/grant': async (c, t) => ({
        path: '/api/billing/grant',
        json: { email: t.email, amount: 5, reason: 'once' },
        other: { email: t.email, amount: 6, reason: 'once' },
    }),
    'POST /api/billing/orders/{number}/invoice': async (c, t, server) => {
        const { number } = await paidOrder(t);
        const operator = await server.account('operator');
        await operator.request('PUT', '/api/operator/seller', { json: { name: 'Seller Ltd.' } });
        await t.request('PUT', '/api/billing/profile', { json: { title: 'Tea Ltd.', kind: 'person' } });
        return { path: `/api/billing/orders/${number}/invoice`, json: {}, other: { replace: true } };
    },
    'POST /api/operator/orders/{number}/refund': async (c, t) => {
        const { number, payment } = await paidOrder(t);
        const json = { payment, reason: 'a test', takesBack: false };
        return { path: `/api/operator/orders/${number}/refund`, json, other: { ...json, reason: 'another' } };
    },
    'POST /api/operator/refunds/{id}/agree': async (c, t, server) => ({
        path: `/api/operator/refunds/${await askedRefund(t, server)}/agree`,
        other: { a: 1 },
    }),
    'POST /api/operator/refunds/{id}/decline': async (c, t, server) => ({
        path: `/api/operator/refunds/${await askedRefund(t, server)}/decline`,
        json: { reason: 'a test' },
        other: { reason: 'another' },
    }),
    'POST /api/operator/mismatches/{id}/resolve': async (c, t) => {
        await paidOrder(t, 1, 'twice');
        const { mismatches } = (await c.get('/api/operator/mismatches?open=true')).json;
        const path = `/api/operator/mismatches/${mismatches[0].id}/resolve`;
        return { path, json: { resolution: 'a test' }, other: { resolution: 'another' } };
    },
    'POST /api/operator/orders/{number}/paid': async (c, t) => {
        const { number, payment } = await begunOrder(t);
        const json = { payment, reason: 'a test', trade: `BANK-${number}` };
        return { path: `/api/operator/orders/${number}/paid`, json, other: { ...json, reason: 'another' } };
    },
    'POST /api/operator/orders/{number}/paid/agree': async (c, t, server) => {
        const { number, payment } = await saidPaid(t, server);
        return { path: `/api/operator/orders/${number}/paid/agree`, json: { payment }, other: { payment: number } };
    },
    'POST /api/operator/orders/{number}/paid/decline': async (c, t, server) => {
        const { number, payment } = await saidPaid(t, server);
        return { path: `/api/operator/orders/${number}/paid/decline`, json: { payment }, other: { payment: number } };
    },
    'POST /api/operator/plans/{shop}/end': async (c, t) => {
        const shop = await t.shop();
        const trial = await t.post(`/api/billing/plans/${shop.id}/trial`);
        if (trial.status !== 200) throw new Error(trial.text);
        const json = { was: trial.json.until, reason: 'a test' };
        return { path: `/api/operator/plans/${shop.id}/end`, json, other: { ...json, reason: 'another' } };
    },
    'POST /api/operator/shops/{id}/delete': async (c, t) => ({
        path: `/api/operator/shops/${(await t.shop()).id}/delete`,
        json: { reason: 'a test' },
        other: { reason: 'another' },
    }),
    'POST /api/operator/shops/{id}/suspend': async (c, t) => ({
        path: `/api/operator/shops/${(await t.shop()).id}/suspend`,
        json: { reason: 'a test' },
        other: { reason: 'another' },
    }),
    'POST /api/operator/shops/{id}/resume': async (c, t, server) => {
        const path = `/api/operator/shops/${(await t.shop()).id}`;
        const operator = await server.account('operator');
        const done = await operator.post(`${path}/suspend`, { reason: 'a test' });
        if (done.status !== 200) throw new Error(done.text);
        return { path: `${path}/resume`, json: { reason: 'a test' }, other: { reason: 'another' } };
    },
    'POST /api/operator/shops/{id}/restore': async (c, t) => {
        const shop = await t.shop();
        await t.request('DELETE', `/api/shops/${shop.id}`);
        return { path: `/api/operator/shops/${shop.id}/restore`, json: { reason: 'a test' }, other: { reason: 'another' } };
    },
    'POST /api/operator/offers': async () => {
        const json = { code: 'same-key', kind: 'credits', nameEn: 'Ten', nameZh: '十', currency: 'CNY', price: 100, credits: 10 };
        return { path: '/api/operator/offers', json, other: { ...json, price: 200 } };
    },
    'POST /api/operator/coupons': async () => {
        const json = { code: 'same-key', kind: 'percent', currency: 'CNY', percent: 10 };
        return { path: '/api/operator/coupons', json, other: { ...json, percent: 20 } };
    },
    'POST /api/operator/coupons/{id}/end': async (c) => {
        const made = await c.post('/api/operator/coupons', { code: 'same-end', kind: 'percent', currency: 'CNY', percent: 5 });
        return { path: `/api/operator/coupons/${made.json.id}/end`, other: { a: 1 } };
    },
    'POST /api/operator/accounts/{id}/disable': async (c, t) => ({
        path: `/api/operator/accounts/${t.id}/disable`,
        json: { reason: 'a test' },
        other: { reason: 'another' },
    }),
    'POST /api/operator/accounts/{id}/enable': async (c, t) => ({
        path: `/api/operator/accounts/${t.id}/enable`,
        json: { reason: 'a test' },
        other: { reason: 'another' },
    }),
    'POST /api/operator/accounts/{id}/notes': async (c, t) => ({
        path: `/api/operator/accounts/${t.id}/notes`,
        json: { text: 'Called about the invoice' },
        other: { text: 'Called again' },
    }),
    'POST /api/account/switch': async (c) => {
        const { account } = (await c.get('/api/user')).json.user;
        return { path: '/api/account/switch', json: { account: account.id }, other: { account: account.id + 1 } };
    },
    'POST /api/operator/persons/{id}/end-sessions': async (c, t) => ({
        path: `/api/operator/persons/${(await t.get('/api/user')).json.user.id}/end-sessions`,
        json: { reason: 'a test' },
        other: { reason: 'another' },
    }),
    'POST /api/operator/deliveries/{id}/replay': async (c) => {
        await deliver(c, 'same-key', 'x');
        const done = await until('acted on', async () => (await deliveries(c, '&state=acted'))[0]);
        return { path: `/api/operator/deliveries/${done.id}/replay`, other: { a: 1 } };
    },
    'POST /api/team/invitations': async () => ({
        path: '/api/team/invitations',
        json: { email: 'new@team.example', role: 'agent' },
        other: { email: 'new@team.example', role: 'viewer' },
    }),
    'POST /api/shops/{id}/knowledge/faq': async (c) => ({
        path: `/api/shops/${(await c.shop()).id}/knowledge/faq`,
        json: { question: 'Returns?', answer: 'Within 30 days.' },
        other: { question: 'Returns?', answer: 'Never.' },
    }),
    'POST /api/shops/{id}/knowledge/documents': async (c) => ({
        path: `/api/shops/${(await c.shop()).id}/knowledge/documents`,
        json: { title: 'Use', text: 'Fill it.' },
        other: { title: 'Use', text: 'Empty it.' },
    }),
    'POST /api/shops/{id}/knowledge/import': async (c) => ({
        path: `/api/shops/${(await c.shop()).id}/knowledge/import`,
        json: { currency: 'EUR', products: [{ id: 'p1', title: 'Kettle' }] },
        other: { currency: 'EUR', products: [{ id: 'p1', title: 'Pot' }] },
    }),
    'POST /api/shops/{id}/chatbot/installation': async (c) => ({
        path: `/api/shops/${await enabled(c)}/chatbot/installation`,
        json: {},
        other: { page: 'http://127.0.0.1:9/' },
    }),
    'POST /api/visitors/{id}/messages': async (c) => {
        await c.post(`/api/chat/shop-${await enabled(c)}/here`, { visit: newKey().slice(0, 36) });
        const [{ id }] = (await c.get('/api/visitors')).json.visitors;
        return { path: `/api/visitors/${id}/messages`, json: words('Hi'), other: words('Ho') };
    },
    'POST /api/shops/{id}/knowledge/promotions': async (c) => ({
        path: `/api/shops/${(await c.shop()).id}/knowledge/promotions`,
        json: { title: 'May', text: 'Ten off.' },
        other: { title: 'May', text: 'Twenty off.' },
    }),
    'POST /api/shops/{id}/knowledge/feeds': async (c) => ({
        path: `/api/shops/${(await c.shop()).id}/knowledge/feeds`,
        json: { kind: 'feed', url: 'https://feeds.example/f.xml' },
        other: { kind: 'feed', url: 'https://feeds.example/g.xml' },
    }),
    'POST /api/shops/{id}/knowledge/feeds/{feed}/read': async (c) => {
        const path = `/api/shops/${(await c.shop()).id}/knowledge/feeds`;
        const { id } = (await c.post(path, { kind: 'feed', url: await nothing() })).json;
        await until('tried', async () => (await c.get(path)).json.feeds[0].state === 'failed', 60000);
        return { path: `${path}/${id}/read`, json: {}, other: { a: 1 } };
    },
    'POST /api/shops/{id}/channel/messages': async (c) => {
        const path = `/api/shops/${await enabled(c)}/channel`;
        await c.request('PUT', path, { json: { url: 'https://hooks.example/' } });
        const json = { customerId: 'u-1', id: 'm-1', text: 'Hi' };
        return { path: `${path}/messages`, json, other: { ...json, text: 'Ho' } };
    },
    'POST /api/shops/{id}/channel/test': async (c) => {
        const path = `/api/shops/${await enabled(c)}/channel`;
        await c.request('PUT', path, { json: { url: await nothing() } });
        return { path: `${path}/test`, json: {}, other: { a: 1 } };
    },
    'POST /api/shops/{id}/knowledge/store': async (c) => ({
        path: `/api/shops/${(await c.shop()).id}/knowledge/store`,
        json: { scope: 'products', url: 'https://store.example/' },
        other: { scope: 'orders', url: 'https://store.example/' },
    }),
    'POST /api/shops/{id}/knowledge/files': async (c) => ({
        path: `/api/shops/${(await c.shop()).id}/knowledge/files`,
        json: { products: [] },
        other: { products: [1] },
    }),
    'POST /api/shops/{id}/knowledge/files/{file}/import': async (c) => {
        const shop = (await c.shop()).id;
        const sent = await c.post(`/api/shops/${shop}/knowledge/files`, { products: [{ id: '1', title: 'Kettle' }] });
        return {
            path: `/api/shops/${shop}/knowledge/files/${sent.json.file}/import`,
            json: { currency: 'USD' },
            other: { currency: 'EUR' },
        };
    },
    'POST /api/inbox/{id}/messages': (c) => inbox(c, 'messages', words('Hi'), words('Ho')),
    'POST /api/inbox/{id}/images': (c) => inbox(c, `images?name=dot.gif&clientId=${newKey()}`, dot('AAAAAP'), dot('AAEBAf')),
    'POST /api/inbox/{id}/notes': (c) => inbox(c, 'notes', words('Hi'), words('Ho')),
    'POST /api/inbox/{id}/transcript': async (c) => {
        const asked = await inbox(c, 'transcript', undefined, { a: 1 }, 'ann@store.example');
        const answered = await c.post(asked.path.replace('transcript', 'messages'), words('Here I am'));
        if (answered.status !== 201) throw new Error(answered.text);
        return asked;
    },
    'POST /api/inbox/{id}/take': (c) => inbox(c, 'take', {}, { epoch: 1 }),
    'POST /api/inbox/{id}/hand': (c) => inbox(c, 'hand', { to: 'team' }, { to: 'bot' }),
    'POST /api/inbox/{id}/assign': (c) => inbox(c, 'assign', { person: c.id }, { person: 0 }),
    'POST /api/inbox/{id}/state': (c) => inbox(c, 'state', { status: 'resolved' }, { status: 'open' }),
    'POST /api/inbox/{id}/read': (c) => inbox(c, 'read', { number: 1 }, { number: 2 }),
    'POST /api/inbox/{id}/typing': (c) => inbox(c, 'typing', {}, { typing: true }),
    'POST /api/inbox/{id}/visitor': (c) => inbox(c, 'visitor', { blocked: true }, { blocked: false }),
    'POST /api/inbox/{id}/looking': (c) => inbox(c, 'looking', undefined, { a: 1 }),
    'POST /api/numbers/gaps/aside': async (c) => {
        const { id: shop } = await c.shop();
        const path = '/api/numbers/gaps/aside';
        return { path, json: { shop, question: '0'.repeat(32) }, other: { shop, question: '1'.repeat(32) } };
    },
    'POST /api/labels': async () => ({ path: '/api/labels', json: { name: 'VIP' }, other: { name: 'Other' } }),
    'POST /api/replies': async () => ({
        path: '/api/replies',
        json: { shortcut: 'hi', text: 'Hello' },
        other: { shortcut: 'hi', text: 'Hi' },
    }),
    'POST /api/team/leave': null, // keys are by account, and the caller acts in another one afterwards
    'POST /api/billing/orders/{number}/reprovision': null, // wants an outside server that refuses: src/billing's own tests
    'POST /api/operator/jobs/{id}/retry': null, // wants a dead job: src/app's and src/jobs' own tests
};

/** A picture of one pixel. */
const dot = (colours) => Buffer.from(`R0lGODlhAQABAIAA${colours}///ywAAAAAAQABAAACAkQBADs=`, 'base64');
const words = (text) => ({ text, clientId: newKey() });

/** In a conversation that a visitor of a shop of c has begun. */
async function inbox(c, what, json, other, email) {
    const shop = `shop-${await enabled(c)}`;
    const visitor = new Client(c.base, c.api);
    const ask = (route, body, headers = {}) =>
        visitor.request('POST', `/api/chat/${shop}/${route}`, { json: body, headers });
    const { token } = (await ask('session', {})).json;
    const r = await ask('messages', words('Hello'), { authorization: `Bearer ${token}` });
    if (r.status !== 201) throw new Error(r.text);
    if (email !== undefined) await ask('email', { email }, { authorization: `Bearer ${token}` });
    const { items } = (await c.get('/api/inbox')).json;
    return { path: `/api/inbox/${items[0].conversation.id}/${what}`, json, other };
}

/** Where a server says that nothing is: that is believed at once, a port without one is tried again for long. */
async function nothing() {
    const server = http.createServer((req, res) => res.writeHead(404).end());
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${server.address().port}/f.xml`;
}

async function ordered(c) {
    const r = await c.post('/api/billing/orders', { offer: 'credits-1000' });
    if (r.status !== 201) throw new Error(r.text);
    return r.json.number;
}

/** An order of credits with a payment that is begun at the provider that is played. */
async function begunOrder(t, quantity = 1) {
    const made = await t.post('/api/billing/orders', { offer: 'credits-1000', quantity });
    if (made.status !== 201) throw new Error(made.text);
    const { number } = made.json;
    const begun = await t.post(`/api/billing/orders/${number}/pay`, { provider: 'sandbox' });
    if (begun.status !== 200) throw new Error(begun.text);
    return { number, payment: begun.json.payment.number };
}

async function paidOrder(t, quantity = 1, how = 'paid') {
    const order = await begunOrder(t, quantity);
    const pressed = await t.request('POST', `/sandbox/pay/${order.payment}/${how}`);
    if (pressed.status !== 303) throw new Error(pressed.text);
    return order;
}

/** A refund above what one person may give back, asked for by somebody else. */
async function askedRefund(t, server) {
    const { number, payment } = await paidOrder(t, 11);
    const somebody = await server.account('operator');
    const json = { payment, reason: 'a test', takesBack: false };
    const asked = await somebody.post(`/api/operator/orders/${number}/refund`, json);
    if (asked.json.state !== 'asked') throw new Error(asked.text);
    return asked.json.id;
}

async function saidPaid(t, server) {
    const { number, payment } = await begunOrder(t);
    const somebody = await server.account('operator');
    const json = { payment, reason: 'a test', trade: `BANK-${number}` };
    const said = await somebody.post(`/api/operator/orders/${number}/paid`, json);
    if (said.status !== 201) throw new Error(said.text);
    return { number, payment };
}

async function enabled(c) {
    const shop = await c.shop();
    const r = await c.post(`/api/shops/${shop.id}/chatbot/enable`, {});
    if (r.status !== 200) throw new Error(r.text);
    return shop.id;
}

test('the same Idempotency-Key with the same body acts once; with another body it is refused', async ({ server }) => {
    const operator = await server.account('operator');
    for (const route of routesOf(server.api).filter((r) => r.idempotent)) {
        if (!(route.name in calls)) record(`${route.name} is in the table of calls`, 'add a call that succeeds');
        if (!calls[route.name]) continue;
        const target = await server.account('merchant', { credits: 200 });
        const c = route.operatorOnly ? operator : target;
        const { path, json, other, secret } = await calls[route.name](c, target, server);
        const headers = { 'idempotency-key': newKey() };
        const ask = (body) => c.request(route.method, path, { ...(Buffer.isBuffer(body) ? { body } : { json: body }), headers });
        const first = await ask(json);
        const books = (await target.get('/api/billing/transactions')).text;
        const second = await ask(json);
        const third = await ask(other);
        const fault =
            first.status >= 300
                ? `the call itself answers ${first.status}: ${first.text}`
                : secret && (second.status !== 409 || second.json.error !== 'already_shown')
                  ? `again: ${second.status} ${second.text}`
                  : !secret && (second.status !== first.status || second.text !== first.text)
                    ? `again: ${second.status} ${second.text}`
                    : third.status !== 422 || third.json.error !== 'key_reused'
                      ? `another body: ${third.status} ${third.text}`
                      : null;
        record(`${route.name}: same key`, fault);
        if (!route.name.endsWith('/disable') || !route.operatorOnly)
            record(
                `${route.name}: acted once`,
                (await target.get('/api/billing/transactions')).text === books ? null : 'the books changed',
            );
    }
});

test('the books are sound after all of it', async ({ server }) => {
    await server.verify();
});

await run();
