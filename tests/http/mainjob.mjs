// mainjob.mjs: the whole main job by plain HTTP, as a script with a cookie jar would do it: sign up, get credits, add a
// shop, enable the chatbot, get keys and tokens, see every credit accounted for. Every answer is held to the API
// description; the contract's four routes are held to the exact members that the integration plan prints.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { PASSWORD } from './lib/server.mjs';
import { run, sleep, test, until } from './lib/suite.mjs';
import { newKey } from './lib/client.mjs';
import { EventStream } from './lib/events.mjs';

const DAY_S = 24 * 3600;
const keys = (object) => Object.keys(object).sort();
const enable = (c, shop, body = {}, options = {}) => c.post(`/api/shops/${shop.id}/chatbot/enable`, body, options);
const transactions = async (c) => (await c.get('/api/billing/transactions')).json;

/** HS256 by node:crypto alone: the other side's reading of our tokens. */
function claimsOf(token, secret, { shop, audience = 'chatbot-node', nowS = Date.now() / 1000 }) {
    const [head, payload, signature] = token.split('.');
    const expected = createHmac('sha256', secret).update(`${head}.${payload}`).digest('base64url');
    const header = JSON.parse(Buffer.from(head, 'base64url'));
    const claims = JSON.parse(Buffer.from(payload, 'base64url'));
    if (header.alg !== 'HS256') throw new Error('alg');
    if (signature !== expected) throw new Error('signature');
    if (claims.iss !== 'shopsaas' || claims.aud !== audience) throw new Error('issuer or audience');
    if (claims.exp <= nowS) throw new Error('expired');
    if (claims.shopId !== shop) throw new Error('shop');
    return claims;
}

test('the health, metrics and configuration answers of a fresh server', async ({ server }) => {
    const c = server.client();
    assert.deepEqual((await c.get('/healthz')).json, { status: 'ok' });
    assert.deepEqual((await c.get('/health')).json, { ok: true });
    assert.equal((await c.get('/readyz')).status, 200);
    assert.equal((await c.get('/metrics')).status, 404, 'counters are for the machine itself');
    const { text: metrics } = await c.get('/metrics', { address: null });
    assert.match(metrics, /^# (HELP|TYPE) /m);
    assert.match(metrics, /^chathub_renewals_failing 0$/m);
    assert.match(metrics, /^chathub_payments_owed 0$/m);
    assert.match(metrics, /^chathub_job_items_skipped 0$/m);
    for (const [at, status, says] of [
        ['/favicon.ico', 200, /svg/],
        ['/robots.txt', 200, /Disallow/],
        ['/sitemap.xml', 200, /<loc>/],
        ['/en', 200, /<h1>/],
        ['/terms?x=1', 200, /<h1>/],
        ['/.well-known/change-password', 302, /^/],
        ['/.well-known/security.txt', 404, /./],
        ['/healthz?x=1', 200, /ok/],
        ['/favicon.ico?v=2', 200, /svg/],
        ['/login?utm_source=mail', 200, /./],
    ]) {
        const r = await c.get(at);
        assert.deepEqual([r.status, says.test(r.text)], [status, true], `${at}: ${r.status} ${r.text.slice(0, 80)}`);
    }
    const config = (await c.get('/api/config')).json;
    assert.equal(config.development, true);
    assert.equal(config.prices.chatbot, 50);
    assert.equal(config.prices.renewal, 10);
});

test('d08 register, confirm by mail, sign in, forgot, reset, change: all of it answers and mails', async ({
    server,
}) => {
    const email = `new-${newKey()}@test.example`;
    const c = server.client();
    assert.equal((await c.get('/api/user')).json.user, null);
    const asked = await c.post('/auth/password/register', { email, password: PASSWORD, name: 'New' });
    assert.equal(asked.status, 200);
    assert.equal(asked.json.success, true);
    assert.equal(
        (await c.post('/auth/password/login', { email, password: PASSWORD })).status,
        401,
        'nothing exists before',
    );
    const mail = await until('the confirmation mail', async () => (await server.mails(email))[0]);
    const token = /\/auth\/verify-email#token=([\w-]+)/.exec(mail.text)[1];
    const elsewhere = await server.client().post('/auth/verify-email', { token });
    assert.equal(elsewhere.status, 403);
    assert.equal(elsewhere.json.error, 'password_needed');
    const confirmed = await c.post('/auth/verify-email', { token });
    assert.equal(confirmed.status, 200, confirmed.text);
    assert.equal(confirmed.json.user.email_verified, true);
    assert.equal((await c.get('/api/user')).json.user.email, email);
    assert.equal(
        (await server.client().post('/auth/verify-email', { token, password: PASSWORD })).json.error,
        'invalid_token',
    );

    const forgot = await server.client().post('/auth/password/forgot', { email });
    const unknown = await server.client().post('/auth/password/forgot', { email: `nobody-${newKey()}@test.example` });
    assert.deepEqual(forgot.json, unknown.json, 'the answer does not tell who has an account');
    const letter = await until('the reset mail', async () =>
        (await server.mails(email)).find((m) => /reset-password/.test(m.text)),
    );
    const reset = /\/auth\/reset-password#token=([\w-]+)/.exec(letter.text)[1];
    const changed = 'another long phrase 7';
    assert.equal((await server.client().post('/auth/password/reset', { token: reset, password: changed })).status, 200);
    assert.equal((await c.get('/api/user')).json.user, null, 'a reset ends all sessions');
    assert.equal((await server.client().post('/auth/password/login', { email, password: PASSWORD })).status, 401);
    await c.signIn(email, changed);
    const other = server.client();
    await other.signIn(email, changed);
    const before = c.cookies.get('sid');
    assert.equal(
        (await c.post('/auth/password/change', { currentPassword: changed, newPassword: PASSWORD })).status,
        200,
    );
    assert.notEqual(c.cookies.get('sid'), before, 'a change renews the session');
    assert.equal((await other.get('/api/user')).json.user, null, 'and ends the others');
    const { sessions } = (await c.get('/auth/sessions')).json;
    assert.equal(sessions.length, 1);
    assert.equal(sessions[0].current, true);
    assert.equal((await c.post('/auth/logout')).status, 200);
    assert.equal((await c.get('/api/user')).json.user, null);
});

test('credits by the command line and by an operator, each with its ledger entry', async ({ server }) => {
    const c = await server.account('merchant');
    const operator = await server.account('operator');
    assert.equal((await server.grant(c.email, 30, 'welcome')).creditsRemaining, 30);
    const granted = await operator.post('/api/billing/grant', { email: c.email, amount: 70, reason: 'invoice 7' });
    assert.deepEqual(granted.json, { success: true, creditsRemaining: 100 });
    assert.equal(
        (await operator.post('/api/billing/grant', { email: 'nobody@test.example', amount: 1, reason: 'a mistake' }))
            .json.error,
        'account_unknown',
    );
    const refused = (await operator.get('/api/operator/audit?limit=20')).json.entries.find(
        (e) => e.action === 'credits_grant_refused',
    );
    assert.deepEqual([refused.actorAccount, refused.details], [operator.id, { amount: 1, reason: 'account_unknown' }]);
    const page = await transactions(c);
    assert.deepEqual(keys(page), ['currentBalance', 'transactions']);
    assert.equal(page.currentBalance, 100);
    assert.deepEqual(
        page.transactions.map((t) => [t.amount, t.balanceAfter, t.relatedShopId]),
        [
            [70, 100, null],
            [30, 30, null],
        ],
    );
    assert.equal((await operator.get(`/api/operator/accounts/${c.id}/transactions`)).json.currentBalance, 100);
    const summary = (await c.get('/api/billing/summary')).json;
    assert.equal(summary.credits, 100);
    assert.equal(summary.held, 0);
    assert.equal(summary.pricing.chatbot_credits, 50);
});

test('a shop is added, listed, renamed, looked at', async ({ server }) => {
    const c = await server.account('merchant');
    const shop = await c.shop('My Shop!', 'https://Shop.Example.com');
    assert.equal(shop.public_id, `shop-${shop.id}`);
    assert.equal(shop.domain, 'shop.example.com');
    assert.match(shop.slug, /^my-shop/);
    assert.equal(shop.chatbot_enabled, false);
    const list = (await c.get('/api/shops')).json;
    assert.deepEqual(list.shops, [shop]);
    assert.equal((await c.request('PATCH', `/api/shops/${shop.id}`, { json: { shop_name: 'Renamed' } })).status, 200);
    const seen = (await c.get(`/api/shops/${shop.id}/status`)).json;
    assert.equal(seen.shop.shop_name, 'Renamed');
    assert.equal(seen.deployment, null);
});

test('d26 Chinese names give usable, unique slugs', async ({ server }) => {
    const c = await server.account('merchant');
    const made = [];
    for (const name of ['我的店铺', '我的店铺', '店', 'www', '！！！', 'a'.repeat(80)])
        made.push((await c.shop(name)).slug);
    for (const slug of made) assert.match(slug, /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
    assert.equal(new Set(made).size, made.length);
});

test('enable, status, token and transactions are exactly what the integration plan prints', async ({ server }) => {
    const c = await server.account('merchant', { credits: 1000 });
    const shop = await c.shop();
    const statusPath = `/api/shops/${shop.id}/chatbot/status`;
    assert.deepEqual((await c.get(statusPath)).json, { enabled: false });
    const on = await enable(c, shop, { botName: 'Shop Assistant', somethingElse: 1 });
    assert.equal(on.status, 200, on.text);
    assert.deepEqual(keys(on.json), ['botId', 'creditsRemaining', 'success']);
    assert.equal(on.json.success, true);
    assert.equal(on.json.creditsRemaining, 950);
    assert.ok(on.json.botId);
    const status = (await c.get(statusPath)).json;
    assert.deepEqual(keys(status), ['botId', 'botName', 'enabled', 'subscription', 'syncScopes']);
    assert.deepEqual(keys(status.subscription), ['expiresAt', 'status']);
    assert.equal(status.botId, on.json.botId);
    assert.equal(status.botName, 'Shop Assistant');
    assert.equal(status.subscription.status, 'active');
    const days = (Date.parse(status.subscription.expiresAt) - Date.now()) / DAY_S / 1000;
    assert.ok(days > 27 && days <= 31, 'one calendar month');
    const { transactions: entries, currentBalance } = await transactions(c);
    assert.equal(currentBalance, 950);
    assert.deepEqual(keys(entries[0]), ['amount', 'balanceAfter', 'createdAt', 'id', 'reason', 'relatedShopId']);
    assert.deepEqual(
        [entries[0].amount, entries[0].reason, entries[0].relatedShopId, entries[0].balanceAfter],
        [-50, 'chatbot_enablement', shop.id, 950],
    );
    const again = await enable(c, shop);
    assert.equal(again.status, 409);
    assert.equal(again.json.error, 'chatbot_already_enabled');
    const listed = (await c.get('/api/shops')).json.shops[0];
    assert.equal(listed.chatbot_enabled, true);
    assert.equal(listed.chatbot_bot_id, on.json.botId);
    const token = await c.post(`/api/shops/${shop.id}/sso/issue`, { role: 'viewer' });
    assert.deepEqual(keys(token.json), ['expiresIn', 'token']);
    assert.equal(token.json.expiresIn, 3600);
});

test('402 says what it needs and what is there, and changes nothing', async ({ server }) => {
    const c = await server.account('merchant', { credits: 49 });
    const shop = await c.shop();
    for (const [lang, pattern] of [
        ['en', /credit/i],
        ['zh-CN', /积分/],
    ]) {
        c.lang = lang;
        const r = await enable(c, shop);
        assert.equal(r.status, 402);
        assert.equal(r.json.error, 'insufficient_credits');
        assert.equal(r.json.need, 50);
        assert.equal(r.json.have, 49);
        assert.match(r.json.message, pattern);
    }
    assert.equal((await transactions(c)).currentBalance, 49);
    assert.deepEqual((await c.get(`/api/shops/${shop.id}/chatbot/status`)).json, { enabled: false });
});

test('d01 two hundred parallel enables of one shop are one charge', async ({ server }) => {
    const c = await server.account('merchant', { credits: 1000 });
    const shop = await c.shop();
    const answers = await Promise.all(Array.from({ length: 200 }, () => enable(c, shop)));
    const count = (status) => answers.filter((r) => r.status === status).length;
    assert.equal(count(200), 1, JSON.stringify(answers.map((r) => r.status)));
    assert.equal(count(409), 199);
    const page = await transactions(c);
    assert.equal(page.currentBalance, 950);
    assert.equal(page.transactions.filter((t) => t.amount === -50).length, 1);
});

test('d01 a hundred shops enabled at once by an account that can pay for ten: ten on, ninety told why', async ({
    server,
}) => {
    const c = await server.account('merchant', { credits: 500 });
    const shops = [];
    for (let i = 0; i < 100; i += 20) shops.push(...(await Promise.all(Array.from({ length: 20 }, () => c.shop()))));
    const answers = await Promise.all(shops.map((s) => enable(c, s)));
    assert.equal(answers.filter((r) => r.status === 200).length, 10, JSON.stringify(answers.map((r) => r.status)));
    assert.equal(answers.filter((r) => r.status === 402).length, 90);
    assert.equal((await transactions(c)).currentBalance, 0);
});

test('d06 the balance is the sum of the ledger after everything that moves credits', async ({ server }) => {
    const c = await server.account('merchant', { credits: 260 });
    for (let i = 0; i < 3; i++) await enable(c, await c.shop());
    await server.grant(c.email, 15);
    const { transactions: entries, currentBalance } = await transactions(c);
    assert.equal(
        entries.reduce((sum, e) => sum + e.amount, 0),
        currentBalance,
    );
    assert.equal(currentBalance, 260 - 150 + 15);
    let balance = 0;
    for (const e of entries.toReversed()) assert.equal(e.balanceAfter, (balance += e.amount));
    await server.verify();
});

test('a list pages by key: every entry once, newest first', async ({ server }) => {
    const c = await server.account('merchant');
    for (let i = 1; i <= 7; i++) await server.grant(c.email, i);
    const seen = [];
    for (let after = ''; ;) {
        const { transactions: page } = (await c.get(`/api/billing/transactions?limit=3${after}`)).json;
        seen.push(...page.map((t) => t.amount));
        if (page.length < 3) break;
        after = `&after=${page.at(-1).id}`;
    }
    assert.deepEqual(seen, [7, 6, 5, 4, 3, 2, 1]);
});

test('the SSO token reads as the plan says, with the secret that was shown once', async ({ server }) => {
    const c = await server.account('merchant', { credits: 100 });
    const shop = await c.shop();
    await enable(c, shop);
    const shown = await c.post(`/api/shops/${shop.id}/secrets/sso/show`);
    assert.equal(shown.status, 200, shown.text);
    const { secret } = shown.json;
    assert.ok(Buffer.byteLength(secret) >= 43, '256 random bits or more');
    const twice = await c.post(`/api/shops/${shop.id}/secrets/sso/show`);
    assert.equal(twice.status, 409);
    assert.equal(twice.json.error, 'already_shown');
    const { token } = (await c.post(`/api/shops/${shop.id}/sso/issue`, { role: 'admin' })).json;
    const claims = claimsOf(token, secret, { shop: shop.public_id });
    assert.equal(claims.role, 'admin');
    assert.equal(claims.exp - claims.iat, 3600);
    assert.throws(() => claimsOf(token, secret, { shop: 'shop-1000000' }), /shop/);
    assert.throws(() => claimsOf(token, secret, { shop: shop.public_id, audience: 'other' }), /audience/);
    assert.throws(() => claimsOf(token, 'wrong', { shop: shop.public_id }), /signature/);
    assert.throws(() => claimsOf(token, secret, { shop: shop.public_id, nowS: Date.now() / 1000 + 3601 }), /expired/);
    assert.equal((await c.post(`/api/shops/${shop.id}/sso/issue`, { role: 'owner' })).status, 422);
});

test('d20 a service key speaks for its own shop and for nothing else', async ({ server }) => {
    const c = await server.account('merchant', { credits: 100 });
    const mine = await c.shop();
    const sister = await c.shop();
    await enable(c, mine);
    await enable(c, sister);
    const { secret } = (await c.post(`/api/shops/${mine.id}/secrets/service/show`)).json;
    assert.match(secret, /^chsk_/);
    const store = server.client();
    const headers = { authorization: `Bearer ${secret}`, origin: undefined };
    const token = await store.post(`/api/shops/${mine.id}/sso/issue`, { role: 'viewer' }, { headers });
    assert.equal(token.status, 200, token.text);
    assert.equal((await store.post(`/api/shops/${sister.id}/sso/issue`, {}, { headers })).status, 404);
    assert.equal((await store.get(`/api/shops/${mine.id}/status`, { headers })).status, 401);
    assert.equal((await store.post(`/api/shops/${mine.id}/chatbot/disable`, undefined, { headers })).status, 401);
    assert.equal((await store.get('/api/billing/summary', { headers })).status, 401);
    assert.equal(
        (await store.post(`/api/shops/${mine.id}/sso/issue`, {}, { headers: { authorization: 'Bearer chsk_wrong' } }))
            .status,
        401,
    );
});

test('d21 secrets rotate with a day of overlap, after a fresh sign-in, and are never listed', async ({ server }) => {
    const c = await server.account('merchant', { credits: 100 });
    const shop = await c.shop();
    await enable(c, shop);
    const first = (await c.post(`/api/shops/${shop.id}/secrets/service/show`)).json.secret;
    const rotated = await c.post(`/api/shops/${shop.id}/secrets/service/rotate`);
    assert.equal(rotated.status, 200, rotated.text);
    const hours = (Date.parse(rotated.json.previousValidUntil) - Date.now()) / 3600e3;
    assert.ok(hours > 23.9 && hours <= 24.1);
    const issue = (key) =>
        server.client().post(`/api/shops/${shop.id}/sso/issue`, {}, { headers: { authorization: `Bearer ${key}` } });
    assert.equal((await issue(first)).status, 200, 'the old key works for a day');
    assert.equal((await issue(rotated.json.secret)).status, 200);
    const { secrets } = (await c.get(`/api/shops/${shop.id}/secrets`)).json;
    assert.deepEqual(
        secrets
            .filter((s) => s.kind === 'service')
            .map((s) => s.state)
            .sort(),
        ['active', 'previous'],
    );
    assert.ok(!JSON.stringify(secrets).includes(first) && !JSON.stringify(secrets).includes(rotated.json.secret));
});

test('the same Idempotency-Key acts once; another body is refused; a secret is not shown again', async ({ server }) => {
    const c = await server.account('merchant', { credits: 200 });
    const headers = { 'idempotency-key': newKey() };
    const body = { shop_name: 'Once', hosting: 'external' };
    const made = await c.post('/api/shops', body, { headers });
    const again = await c.post('/api/shops', body, { headers });
    assert.deepEqual([again.status, again.text], [made.status, made.text]);
    assert.equal((await c.get('/api/shops')).json.shops.length, 1);
    const other = await c.post('/api/shops', { ...body, shop_name: 'Twice' }, { headers });
    assert.equal(other.status, 422);
    assert.equal(other.json.error, 'key_reused');
    const on = { 'idempotency-key': newKey() };
    const first = await enable(c, made.json, {}, { headers: on });
    const second = await enable(c, made.json, {}, { headers: on });
    assert.deepEqual(second.json, first.json);
    const show = { headers: { 'idempotency-key': newKey() } };
    const path = `/api/shops/${made.json.id}/secrets/webhook/show`;
    assert.equal((await c.post(path, undefined, show)).status, 200);
    const replay = await c.post(path, undefined, show);
    assert.deepEqual([replay.status, replay.json.error], [409, 'already_shown']);
    const stranger = await server.account('merchant');
    const theirs = await stranger.post('/api/shops', body, { headers });
    assert.equal(theirs.status, 201, 'a key belongs to its account');
});

test('disable and enable again inside the paid month is free', async ({ server }) => {
    const c = await server.account('merchant', { credits: 50 });
    const shop = await c.shop();
    const on = (await enable(c, shop)).json;
    const off = await c.post(`/api/shops/${shop.id}/chatbot/disable`);
    assert.equal(off.status, 200);
    assert.ok(Date.parse(off.json.freeUntil) > Date.now());
    assert.deepEqual((await c.get(`/api/shops/${shop.id}/chatbot/status`)).json, { enabled: false });
    assert.equal((await c.post(`/api/shops/${shop.id}/sso/issue`, {})).status, 409);
    const again = await enable(c, shop);
    assert.equal(again.status, 200, again.text);
    assert.equal(again.json.creditsRemaining, 0);
    assert.equal(again.json.botId, on.botId);
});

test('d19 the browser is handed over by a code that works once, by POST, never by a token in an address', async ({
    server,
}) => {
    const c = await server.account('merchant', { credits: 50 });
    const shop = await c.shop();
    await enable(c, shop);
    const launch = (await c.post(`/api/shops/${shop.id}/sso/launch`, { role: 'admin' })).json;
    assert.equal(launch.method, 'POST');
    assert.ok(!/[?#]/.test(launch.action), 'nothing secret in the address');
    assert.ok(launch.expiresIn <= 60);
    const submit = (client) =>
        client.request('POST', new URL(launch.action, server.base).pathname, {
            body: new URLSearchParams(launch.fields).toString(),
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
        });
    const entered = await submit(c);
    assert.equal(entered.status, 303, entered.text);
    assert.equal(entered.headers.location, `/inbox?shop=${shop.id}`);
    assert.ok((await submit(c)).status >= 400, 'the code is spent');
    const stranger = await server.account('merchant');
    const second = (await c.post(`/api/shops/${shop.id}/sso/launch`, {})).json;
    const stolen = await stranger.request('POST', '/admin', {
        body: new URLSearchParams(second.fields).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    assert.ok(stolen.status >= 400, 'and belongs to its account');
});

test('onboarding is computed by the server', async ({ server }) => {
    const c = await server.account('merchant');
    const done = async () => (await c.get('/api/onboarding')).json.steps.filter((s) => s.done).map((s) => s.id);
    assert.deepEqual(await done(), ['account']);
    await server.grant(c.email, 50);
    const shop = await c.shop();
    assert.deepEqual(await done(), ['account', 'credits', 'shop']);
    await enable(c, shop);
    await c.post(`/api/shops/${shop.id}/secrets/sso/show`);
    assert.deepEqual(await done(), ['account', 'credits', 'shop', 'chatbot', 'keys']);
});

test('the audit trail of an account holds what was done, by whom, and nobody else sees it', async ({ server }) => {
    const c = await server.account('merchant', { credits: 50 });
    const shop = await c.shop();
    await enable(c, shop);
    const stranger = await server.account('merchant');
    const actions = (await c.get('/api/audit')).json.entries.map((e) => e.action);
    for (const wanted of ['shop_created', 'chatbot_enabled', 'credits_granted'])
        assert.ok(
            actions.some((a) => a.replaceAll('.', '_') === wanted),
            `${wanted} in ${actions}`,
        );
    assert.ok(!(await stranger.get('/api/audit')).text.includes(shop.shop_name));
});

/** As tables and messengers give a number out: with signs of direction around it, which nobody sees. */
const pasted = (text) => `\u202a${text.slice(0, 3)}\u200e${text.slice(3)}\u202c`;

test('lists: what is looked for, days, tables without formulas; and the search of names', async ({ server }) => {
    const c = await server.account('merchant', { credits: 500 });
    const operator = await server.account('operator');
    const shop = await c.shop('Zebra Teahouse');
    const other = await server.account('merchant');
    const theirs = await other.shop('Zebra of others');
    for (const reason of ['=cmd()', '第二笔'])
        await operator.post('/api/billing/grant', { email: c.email, amount: 10, reason });
    await c.post(`/api/shops/${shop.id}/chatbot/enable`, {});
    const list = async (query) =>
        (await c.get(`/api/billing/transactions?detail=true&${query}`)).json.transactions;
    const all = await list('');
    assert.ok(all.length >= 4 && all.every((e) => typeof e.reference === 'string'));
    const today = all.at(-1).createdAt.slice(0, 10); // also when midnight is over since
    assert.equal((await list(`from=${today}`)).length, all.length);
    assert.equal((await list(`to=${today}`)).length, 0);
    const reason = all[0].reason;
    assert.ok((await list(`reason=${reason}`)).every((e) => e.reason === reason));
    assert.deepEqual(await list(`search=${encodeURIComponent(all[1].reference)}`), [all[1]]);
    assert.deepEqual(await list(`search=${encodeURIComponent(pasted(all[1].reference))}`), [all[1]]);
    assert.ok((await list(`shop=${shop.id}`)).every((e) => e.relatedShopId === Number(shop.id)));
    assert.equal((await c.get('/api/billing/transactions?from=soon')).status, 422);
    const csv = await c.get('/api/billing/transactions?format=csv');
    assert.match(csv.headers['content-type'], /^text\/csv/);
    assert.match(csv.headers['content-disposition'], /transactions\.csv/);
    const lines = csv.text.replace('\ufeff', '').trim().split('\r\n');
    assert.equal(lines.length, all.length + 1);
    assert.equal(lines[0], 'id,createdAt,amount,reason,relatedShopId,balanceAfter,reference');
    const accepted = await c.get('/api/billing/transactions', { headers: { accept: 'text/csv' } });
    assert.equal(accepted.text, csv.text);

    const audit = await c.get('/api/audit?format=csv');
    assert.match(audit.text, /shop_created/);
    const created = (await c.get('/api/audit?action=shop_created')).json.entries;
    assert.equal(created.length, 1);
    const whole = await operator.get(`/api/operator/audit?format=csv&account=${c.id}`);
    assert.ok(!/(^|,)=cmd/m.test(whole.text), 'no cell begins as a formula');

    const found = async (who, q) => (await who.get(`/api/search?q=${encodeURIComponent(q)}`)).json.results;
    assert.deepEqual(
        (await found(c, 'teaHOUSE')).map((r) => [r.kind, r.id]),
        [['shop', Number(shop.id)]],
    );
    assert.deepEqual(await found(c, pasted('teahouse')), await found(c, 'teahouse'));
    assert.deepEqual(await found(operator, pasted(c.email)), await found(operator, c.email));
    for (const [path, text] of [['accounts', c.email], ['shops', 'Zebra T'], ['shops', String(shop.public_id)]]) {
        const rows = (await operator.get(`/api/operator/${path}?search=${encodeURIComponent(pasted(text))}`)).json[path];
        assert.deepEqual(rows.map(({ id }) => Number(id)), [Number(path === 'shops' ? shop.id : c.id)], `${path}: ${text}`);
    }
    assert.deepEqual(await found(c, 'of others'), [], "nobody finds another's");
    const both = (await found(operator, 'zebra')).map((r) => r.id);
    assert.ok(both.includes(Number(shop.id)) && both.includes(Number(theirs.id)));
    assert.deepEqual(
        (await found(operator, c.email.slice(0, -3))).map((r) => [r.kind, r.detail]),
        [['account', c.email]],
    );
    assert.equal((await server.client().get('/api/search?q=z')).status, 401);
    assert.deepEqual(await found(c, ''), []);
    assert.equal((await c.get(`/api/search?q=${'x'.repeat(101)}`)).status, 422);
    assert.deepEqual(await found(c, '%'), []);
});

test('server events arrive by themselves, and again from Last-Event-ID', async ({ server }) => {
    const c = await server.account('merchant', { credits: 50 });
    const stream = await EventStream.open(c);
    const shop = await c.shop();
    const changed = await stream.next('shop.changed');
    assert.equal(changed.data.shop, shop.id);
    await enable(c, shop);
    await stream.next('chatbot.changed');
    const credits = await stream.next('credits.changed');
    assert.equal(credits.data.available, 0);
    stream.close();
    const again = await EventStream.open(c, changed.id);
    assert.equal((await again.next('credits.changed')).data.available, 0);
    again.close();
    const stranger = await server.account('merchant');
    const theirs = await EventStream.open(stranger);
    await c.shop();
    await sleep(400);
    assert.ok(!theirs.seen.some((e) => e.event === 'shop.changed'), 'events belong to an account');
    theirs.close();
});

test('an outside panel registers with the built-in backend and reads its configuration', async ({ server }) => {
    const panel = {
        shopId: `panel-${newKey()}`,
        merchantId: '12',
        instanceUrl: 'https://store.example.com',
        ssoType: 'shared',
        ssoSharedSecret: 's'.repeat(40),
        webhookSecret: 'w'.repeat(40),
        botName: 'Helper',
    };
    const register = (body, secret = server.env.CHATBOT_SHARED_SECRET) =>
        server
            .client()
            .post('/api/admin/tenants/register', body, { headers: { 'x-shopsaas-secret': secret, origin: undefined } });
    assert.equal((await register(panel, 'wrong')).status, 401);
    const made = await register(panel);
    assert.equal(made.status, 200, made.text);
    assert.equal(made.json.tenant.shopId, panel.shopId);
    assert.deepEqual((await register(panel)).json.tenant.id, made.json.tenant.id, 'idempotent by shopId');
    assert.equal((await register({ ...panel, shopId: 'shop-1' })).status >= 400, true, 'our own ids are refused');
    const b64 = (o) => Buffer.from(JSON.stringify(o)).toString('base64url');
    const sign = (claims, secret = panel.ssoSharedSecret, alg = 'HS256') => {
        const text = `${b64({ alg, typ: 'JWT' })}.${b64(claims)}`;
        return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
    };
    const now = Math.floor(Date.now() / 1000);
    const good = {
        shopId: panel.shopId,
        role: 'admin',
        iss: 'shopsaas',
        aud: 'chatbot-node',
        iat: now,
        exp: now + 3600,
    };
    const path = `/api/admin/tenants/${panel.shopId}/config`;
    const ask = (token, method = 'GET', json = undefined) =>
        server
            .client()
            .request(method, path, { json, headers: { authorization: `Bearer ${token}`, origin: undefined } });
    assert.equal((await ask(sign(good))).json.name, 'Helper');
    const put = await ask(sign(good), 'PUT', { name: 'Kind Helper', syncScopes: ['products', 'orders'] });
    assert.equal(put.status, 200, put.text);
    assert.deepEqual(put.json.syncScopes, ['products', 'orders']);
    assert.equal((await ask(sign({ ...good, role: 'viewer' }), 'PUT', { name: 'X' })).status, 403);
    for (const bad of [
        { ...good, exp: now - 120 },
        { ...good, aud: 'x' },
        { ...good, iss: 'x' },
        { ...good, exp: now + 7200 },
        { ...good, role: 'owner' },
        { ...good, shopId: 'panel-unknown' },
    ])
        assert.ok([401, 403].includes((await ask(sign(bad))).status), JSON.stringify(bad));
    assert.equal((await ask(sign(good, 'x'.repeat(40)))).status, 401);
    assert.equal((await ask(sign(good, panel.ssoSharedSecret, 'none'))).status, 401);
});

test('a secret rotates only for 5 minutes after the password was given', async ({ server }) => {
    const c = await server.account('merchant', { credits: 50 });
    const shop = await c.shop();
    await enable(c, shop);
    await server.advance(301);
    const path = `/api/shops/${shop.id}/secrets/sso/rotate`;
    const refused = await c.post(path);
    assert.deepEqual([refused.status, refused.json.error], [403, 'sign_in_again']);
    assert.equal((await c.post('/auth/reauthenticate', { password: 'not this one 12' })).json.error, 'wrong_password');
    assert.equal((await c.post('/auth/reauthenticate', { password: PASSWORD })).status, 200);
    assert.equal((await c.post(path)).status, 200);
});

test('a deleted shop is gone at once, comes back within 7 days, and is purged after them', async ({ server }) => {
    const c = await server.account('merchant', { credits: 100 });
    const [back, gone] = [await c.shop('Back'), await c.shop('Gone')];
    await enable(c, back);
    for (const shop of [back, gone]) {
        const deleted = await c.request('DELETE', `/api/shops/${shop.id}`);
        assert.equal(deleted.status, 200, deleted.text);
        assert.equal((await c.get(`/api/shops/${shop.id}/status`)).status, 404);
    }
    assert.deepEqual((await c.get('/api/shops')).json.shops, []);
    assert.equal((await c.get('/api/shops?deleted=true')).json.shops.length, 2);
    assert.equal((await c.post(`/api/shops/${back.id}/sso/issue`, {})).status, 404);
    await server.advance(6 * DAY_S);
    await c.signIn(c.email, PASSWORD);
    assert.equal((await c.post(`/api/shops/${back.id}/restore`)).status, 200);
    assert.equal((await c.get(`/api/shops/${back.id}/chatbot/status`)).json.enabled, true);
    await server.advance(DAY_S + 120);
    await c.signIn(c.email, PASSWORD);
    assert.equal((await c.post(`/api/shops/${gone.id}/restore`)).status, 404);
    await until('the purge', async () =>
        (await c.get('/api/shops?deleted=true')).json.shops.every((s) => s.id !== gone.id),
    );
    await server.verify();
});

test('a month later the renewal is charged once; without credits there are 7 days, then it stops', async ({
    server,
}) => {
    const rich = await server.account('merchant', { credits: 60 });
    const poor = await server.account('merchant', { credits: 50 });
    const [a, b] = [await rich.shop(), await poor.shop()];
    await enable(rich, a);
    await enable(poor, b);
    await server.advance(32 * DAY_S);
    await rich.signIn(rich.email, PASSWORD);
    await poor.signIn(poor.email, PASSWORD);
    await until('the renewal', async () => (await transactions(rich)).currentBalance === 0);
    const entries = (await transactions(rich)).transactions;
    assert.deepEqual(
        entries.map((t) => t.amount),
        [-10, -50, 60],
    );
    assert.equal((await rich.get(`/api/shops/${a.id}/chatbot/status`)).json.subscription.status, 'active');
    const status = async () => (await poor.get(`/api/shops/${b.id}/chatbot`)).json;
    await until('past due', async () => (await status()).subscription.status === 'past_due');
    assert.equal((await status()).state, 'active', 'grace');
    await server.advance(8 * DAY_S);
    await poor.signIn(poor.email, PASSWORD);
    await until('the end of grace', async () => (await status()).state === 'suspended');
    assert.deepEqual((await poor.get(`/api/shops/${b.id}/chatbot/status`)).json, { enabled: false });
    assert.equal((await transactions(poor)).currentBalance, 0);
    await server.grant(poor.email, 50);
    const again = await enable(poor, b);
    assert.equal(again.status, 200, again.text);
    await server.verify();
});

await run({ empty: true, env: { CHATHUB_TEST_CLOCK: '1', CHATBOT_SHARED_SECRET: 'panel-secret-of-the-tests' } });
