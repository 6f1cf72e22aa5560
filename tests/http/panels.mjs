// panels.mjs: shops that an outside panel registers, on the running server: what is made for them and once, their chat,
// their deliveries, and how a merchant of the panel comes to its inbox, and to no other.
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { newKey } from './lib/client.mjs';
import { deliveries } from './lib/deliveries.mjs';
import { PASSWORD } from './lib/server.mjs';
import { Shopper, statement } from './lib/shopper.mjs';
import { run, test, until } from './lib/suite.mjs';

const PANEL_SECRET = 'what a panel shows, of some length';
const PAGES = 'https://panel.example';
const QUEUED = '{"success":true,"queued":true}';
const SESSION_HOURS = 8;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
let ahead = 0; // of the server's clock, in seconds
const nowS = () => Math.floor(Date.now() / 1000) + ahead;
const b64 = (o) => Buffer.from(JSON.stringify(o)).toString('base64url');

/** A panel's shop as it registers it. */
const shopOf = (shopId, merchantId, more = {}) => ({
    shopId, merchantId, instanceUrl: `https://${shopId}.example`, ssoType: 'shared', botName: `Bot of ${shopId}`,
    ssoSharedSecret: `the sso secret of ${shopId}, long enough`,
    webhookSecret: `whsec_${createHmac('sha256', 'seed').update(shopId).digest('base64')}`, ...more,
});

const register = (server, shop, secret = PANEL_SECRET) =>
    server.client().request('POST', '/api/admin/tenants/register', {
        json: shop, headers: { origin: undefined, 'x-shopsaas-secret': secret },
    });

async function registered(server, shop) {
    const r = await register(server, shop);
    assert.equal(r.status, 200, r.text);
    return r.json;
}

function token(shop, { role = 'admin', secret = shop.ssoSharedSecret, lives = 3600, ...claims } = {}) {
    const iat = nowS();
    // Of two in one second each is one of its own: who has entered by a token cannot ask for a code with the same.
    const jti = randomUUID();
    const text = `${b64({ alg: 'HS256', typ: 'JWT' })}.${b64({ shopId: shop.shopId, role, iss: 'shopsaas', aud: 'chatbot-node', iat, exp: iat + lives, jti, ...claims })}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

const asPanel = (server, method, path, shop, json, claims) =>
    server.client().request(method, `/api/admin/tenants/${shop.shopId}/${path}`, {
        json, headers: { origin: undefined, authorization: `Bearer ${token(shop, claims)}` },
    });

async function codeFor(server, shop, role = 'admin') {
    const r = await asPanel(server, 'POST', 'launch', shop, undefined, { role });
    assert.equal(r.status, 200, r.text);
    assert.deepEqual([r.json.method, r.json.expiresIn, Object.keys(r.json.fields)], ['POST', 60, ['code']]);
    assert.doesNotMatch(r.json.action, /[?#]/);
    return r.json.fields;
}

/** The browser of a merchant, sent over by a page of the panel. */
const submit = (browser, fields) =>
    browser.request('POST', '/admin', {
        body: new URLSearchParams(fields).toString(),
        headers: { ...FORM, origin: PAGES, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    });

async function entered(server, shop, role) {
    const browser = server.client();
    const r = await submit(browser, await codeFor(server, shop, role));
    assert.equal(r.status, 303, r.text);
    assert.match(r.headers.location, /^\/inbox\?shop=\d+$/);
    return Object.assign(browser, { at: r.headers.location });
}

/** Whatever a panel's shop delivers, signed as EverShop does. */
function deliver(server, at, secret, body, { age = 0, id = randomUUID() } = {}) {
    const t = nowS() - age;
    const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex');
    return server.client().request('POST', `/api/sync/${at}/products`, {
        body, headers: { origin: undefined, 'content-type': 'application/json', 'x-evershop-delivery': id, 'x-evershop-signature': `t=${t},v1=${v1}` },
    });
}

const product = (id, title) => JSON.stringify({ version: 5, currency: 'EUR', products: [{ id, title, price: 4900, available: true }] });
const number = (chat) => Number(chat.shopId.slice('shop-'.length));

let [operator, acme, acmeTwo, best] = [];
const [A1, A2, B1] = [shopOf('acme-1', 'm-1'), shopOf('acme-2', 'm-1'), shopOf('best-1', 'M-1', { botName: undefined })];
const accounts = async () => (await operator.get('/api/operator/accounts?search=panel%3A&limit=100')).json.accounts;

test('registering, also many times at once and of several shops, makes one account for a merchant and one chat for a shop', async ({ server }) => {
    ahead = 0;
    operator = await server.account('operator');
    const all = await Promise.all([A1, A2, A1, B1, A2, A1, B1, A1, A2, A1].map((one) => register(server, one)));
    for (const r of all) assert.equal(r.status, 200, r.text);
    const by = (id) => all.filter((r) => r.json.tenant.shopId === id).map((r) => JSON.stringify([r.json.tenant, r.json.chat]));
    for (const id of ['acme-1', 'acme-2', 'best-1']) assert.equal(new Set(by(id)).size, 1);
    [acme, acmeTwo, best] = await Promise.all([A1, A2, B1].map((one) => registered(server, one)));
    // What the panel knew is as it was; what a page needs is beside it.
    assert.deepEqual(Object.keys(acme), ['tenant', 'config', 'chat']);
    assert.deepEqual(Object.keys(acme.tenant), ['id', 'shopId', 'merchantId', 'instanceUrl', 'status']);
    assert.deepEqual([acme.tenant.status, acme.config.name, best.config.name], ['active', 'Bot of acme-1', 'best-1']);
    assert.match(acme.chat.embedCode, new RegExp(`data-shop-id="${acme.chat.shopId}" data-bot-id="${acme.config.botId}"`));
    assert.doesNotMatch(JSON.stringify(acme), /whsec_|sso secret/);
    const made = await accounts();
    assert.deepEqual(made.map((a) => [a.merchantId, a.shops, a.credits]).sort(), [['M-1', 1, 0], ['m-1', 2, 0]]);
    await server.verify();
});

test('a wrong secret, and another merchant for the same shop, change nothing', async ({ server }) => {
    const before = JSON.stringify(await accounts());
    for (const wrong of ['', 'guessed', `${PANEL_SECRET}x`, null]) {
        const r = await register(server, shopOf('acme-1', 'm-1', { botName: 'Evil' }), wrong);
        assert.equal(r.status, 401, r.text);
    }
    for (const merchantId of ['m-2', 'M-1', 'm-1.']) {
        const r = await register(server, shopOf('acme-1', merchantId, { botName: 'Evil', ssoSharedSecret: 'x'.repeat(40) }));
        assert.deepEqual([r.status, r.json.error], [409, 'other_merchant'], r.text);
    }
    assert.equal(JSON.stringify(await accounts()), before);
    assert.equal((await asPanel(server, 'GET', 'config', A1)).json.name, 'Bot of acme-1');
    assert.equal((await register(server, { ...A1, merchantId: '' })).status, 422);
    assert.equal((await register(server, { ...A1, merchantId: 'm'.repeat(101) })).status, 422);
});

test('its shoppers talk under our number for it, and under no other name', async ({ server }) => {
    const v = new Shopper(server, acme.chat.shopId, 'acme-1.example');
    await v.begin();
    assert.equal((await v.ask('GET', 'face')).json.botName, 'Bot of acme-1');
    assert.equal((await v.say('Where is my kettle?')).status, 201);
    assert.ok((await v.heard()).some((m) => m.text === 'Where is my kettle?'));
    const other = new Shopper(server, best.chat.shopId, 'best-1.example');
    await other.begin();
    assert.equal((await other.say('Only for the best')).status, 201);
    for (const [name, domain] of [['acme-1', 'acme-1.example'], [acme.chat.shopId, 'best-1.example']])
        assert.ok((await new Shopper(server, name, domain).ask('POST', 'session', {})).status >= 403, name);
    // The store vouches for its customers with what its panel gave it.
    const said = statement(A1.ssoSharedSecret, { iss: acme.chat.shopId, aud: server.base, sub: 'u-7', name: 'Ann' });
    assert.equal((await v.ask('POST', 'identify', { token: said })).status, 200);
    const wrong = statement(B1.ssoSharedSecret, { iss: acme.chat.shopId, aud: server.base, sub: 'u-7' });
    assert.equal((await v.ask('POST', 'identify', { token: wrong })).status, 401);
});

test('a code carries a merchant into its inbox, where it sees its own conversations and nobody else’s', async ({ server }) => {
    const browser = await entered(server, A1);
    assert.equal(browser.at, `/inbox?shop=${number(acme.chat)}`);
    const { user } = (await browser.get('/api/user')).json;
    assert.deepEqual([user.account.name, user.account.role, user.accounts.length, user.credits], ['m-1', 'admin', 1, 0]);
    const shops = (await browser.get('/api/shops')).json.shops.map((s) => s.id).sort((x, y) => x - y);
    assert.deepEqual(shops, [acme, acmeTwo].map((r) => number(r.chat)).sort((x, y) => x - y));
    const mine = (await browser.get('/api/inbox?limit=100')).json.items.map((i) => i.conversation.id);
    const theirs = (await (await entered(server, B1)).get('/api/inbox?limit=100')).json.items.map((i) => i.conversation.id);
    assert.deepEqual([mine.length, theirs.length], [1, 1]);
    assert.equal((await browser.get(`/api/inbox/${theirs[0]}`)).status, 404);
    assert.equal((await browser.get(`/api/shops/${number(best.chat)}/chatbot/settings`)).status, 404);
    assert.equal((await browser.post(`/api/inbox/${mine[0]}/messages`, { text: 'On its way.', clientId: newKey() })).status, 201);
    // Its settings are the chat's: a greeting that is set here is what shoppers see.
    const at = `/api/shops/${number(acme.chat)}/chatbot/settings`;
    const { revision } = (await browser.get(at)).json;
    const put = await browser.request('PUT', at, { json: { revision, texts: [{ language: 'en', greeting: 'Welcome to Acme' }] } });
    assert.equal(put.status, 200, put.text);
    const face = await new Shopper(server, acme.chat.shopId, 'acme-1.example').ask('GET', 'face', undefined, { 'accept-language': 'en' });
    assert.match(face.text, /Welcome to Acme/);
    // Who looks may look alone.
    const viewer = await entered(server, A1, 'viewer');
    assert.equal((await viewer.get('/api/user')).json.user.account.role, 'viewer');
    assert.equal((await viewer.get(`/api/inbox/${mine[0]}`)).status, 200);
    assert.equal((await viewer.post(`/api/inbox/${mine[0]}/messages`, { text: 'No', clientId: newKey() })).status, 403);
});

test('a code works once, in one minute, for the shop whose token asked; nothing else opens anything', async ({ server }) => {
    const fields = await codeFor(server, A1);
    const twice = await Promise.all(Array.from({ length: 6 }, () => submit(server.client(), fields)));
    assert.deepEqual(twice.map((r) => r.status).sort(), [303, 400, 400, 400, 400, 400]);
    for (const bad of [{}, { code: '' }, { code: 'guessed' }, { token: 'a.b.c' }, { token: token(A1) }, { token: token(A1), shopId: 'best-1' },
        { token: token(A1, { secret: B1.ssoSharedSecret }), shopId: 'acme-1' }, { code: 'x'.repeat(20000) }]) {
        const browser = server.client();
        const r = await submit(browser, bad);
        assert.ok([400, 413].includes(r.status), `${r.status} ${JSON.stringify(bad).slice(0, 80)}`);
        assert.equal((await browser.get('/api/user')).json.user, null);
    }
    for (const [claims, status] of [[{ secret: B1.ssoSharedSecret }, 401], [{ role: 'owner' }, 401], [{ lives: 3601 }, 401], [{ iss: 'other' }, 401]])
        assert.equal((await asPanel(server, 'POST', 'launch', A1, undefined, claims)).status, status);
    const own = await server.account('merchant', { credits: 500 });
    const shop = await own.shop('Tea', 'tea.example');
    assert.equal((await own.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    // A code of ours is used by its members alone, as before.
    const launch = (await own.post(`/api/shops/${shop.id}/sso/launch`, {})).json;
    assert.equal((await submit(server.client(), launch.fields)).status, 400);
    const inside = await own.request('POST', '/admin', { body: new URLSearchParams(launch.fields).toString(), headers: FORM });
    assert.equal(inside.headers.location, `/inbox?shop=${shop.id}`);
    // A panel of the replaced kind posts the token: fresh, and once.
    const posted = { token: token(A2), shopId: 'acme-2' };
    const browser = server.client();
    assert.equal((await submit(browser, posted)).headers.location, `/inbox?shop=${number(acmeTwo.chat)}`);
    assert.equal((await submit(server.client(), posted)).status, 400);
    assert.equal((await browser.get('/api/user')).json.user.account.name, 'm-1');
    // Spent, it asks for no code; nor does one that lay about, or that is of a service.
    const asking = (bearer) => server.client().request('POST', '/api/admin/tenants/acme-2/launch', { headers: { origin: undefined, authorization: `Bearer ${bearer}` } });
    assert.equal((await asking(posted.token)).status, 401);
    for (const bad of [token(A2, { iat: nowS() - 91, exp: nowS() + 3000 }), token(A2, { sub: 'service:shop-2' })]) {
        assert.equal((await asking(bad)).status, 401);
        assert.equal((await submit(server.client(), { token: bad, shopId: 'acme-2' })).status, 400);
    }
    assert.equal((await asking(token(A2, { sub: 'u-1' }))).status, 200);
});

test('nobody signs in to such an account by a password, nobody is invited into it, and nobody is mailed', async ({ server }) => {
    const browser = await entered(server, A1);
    const { user } = (await browser.get('/api/user')).json;
    assert.match(user.email, /^panel:m-1\/\d+\/admin$/);
    const anybody = server.client();
    for (const email of [user.email, user.email.replace('/admin', ''), 'm-1'])
        for (const [path, json] of [['login', { email, password: PASSWORD }], ['forgot', { email }], ['register', { email, password: PASSWORD }]])
            assert.ok((await anybody.post(`/auth/password/${path}`, json)).status >= 400, `${path} ${email}`);
    assert.ok((await browser.post('/auth/password/change', { currentPassword: PASSWORD, newPassword: `${PASSWORD} new` })).status >= 400);
    assert.ok((await browser.post('/auth/reauthenticate', { password: PASSWORD })).status >= 400);
    const invited = await browser.post('/api/team/invitations', { email: 'friend@test.example', role: 'agent' });
    assert.deepEqual([invited.status, invited.json.error], [409, 'account_of_panel'], invited.text);
    const { members } = (await browser.get('/api/team')).json;
    for (const m of members) {
        const at = `/api/team/members/${m.person}`;
        for (const r of [await browser.request('PATCH', at, { json: { role: 'agent' } }), await browser.request('DELETE', at)])
            assert.deepEqual([r.status, r.json.error], [409, 'account_of_panel'], r.text);
    }
    assert.equal((await browser.post('/api/team/leave', {})).status, 409);
    assert.equal((await browser.post('/api/shops', { shop_name: 'Free', hosting: 'external' })).status, 201);
    const { shops } = (await browser.get('/api/shops')).json;
    const free = shops.find((s) => s.shop_name === 'Free');
    assert.equal((await browser.post(`/api/shops/${free.id}/chatbot/enable`, {})).status, 402); /* the panel gives what it registered */
    assert.equal((await browser.request('DELETE', `/api/shops/${free.id}`)).status, 200);
    assert.deepEqual((await server.mails(user.email)).length, 0);
});

test('operators see whose customer it is, and who came in', async () => {
    const all = await accounts();
    const one = all.find((a) => a.merchantId === 'm-1');
    assert.deepEqual([one.name, one.role, one.disabled], ['m-1', 'merchant', false]);
    const { account, members } = (await operator.get(`/api/operator/accounts/${one.id}`)).json;
    assert.equal(account.merchantId, 'm-1');
    assert.deepEqual(members.map((m) => m.role).sort(), ['admin', 'owner', 'viewer']);
    const csv = (await operator.get('/api/operator/accounts?search=panel%3A&format=csv')).text;
    assert.match(csv, /,m-1\r?\n/);
    const { entries } = (await operator.get('/api/operator/audit?action=panel_entered&limit=100')).json;
    assert.ok(entries.some((e) => e.account === one.id && e.actorPerson > 0 && e.resource === 'shop'), JSON.stringify(entries[0]));
    const chatbot = (await operator.get(`/api/operator/shops/${number(acme.chat)}`)).json;
    assert.match(JSON.stringify(chatbot), /"source":"panel"/);
});

test('what a panel’s shop delivers is its own, at the panel’s name for it and at ours', async ({ server }) => {
    const taken = async (at, id, title) => {
        const r = await deliver(server, at, A1.webhookSecret, product(id, title), { id: `of-${id}` });
        assert.deepEqual([r.status, r.text], [200, QUEUED]);
    };
    await taken('acme-1', 'p-1', 'Kettle');
    await taken(acme.chat.shopId, 'p-2', 'Cup');
    const browser = await entered(server, A1);
    const products = async (shop) => (await browser.get(`/api/shops/${shop}/knowledge/products?limit=100`)).json.products.map((p) => p.title).sort();
    await until('both are there', async () => (await products(number(acme.chat))).length === 2);
    assert.deepEqual(await products(number(acme.chat)), ['Cup', 'Kettle']);
    // The same delivery at the other name is the same one.
    assert.equal((await deliver(server, acme.chat.shopId, A1.webhookSecret, product('p-1', 'Kettle'), { id: 'of-p-1' })).status, 200);
    const rows = (await deliveries(operator)).filter((d) => d.senderId === 'of-p-1');
    assert.deepEqual([rows.length, rows[0].address, rows[0].copies], [1, acme.chat.shopId, 1]);
    for (const [at, secret, age] of [['acme-1', B1.webhookSecret, 0], ['acme-2', A1.webhookSecret, 0], ['best-1', A1.webhookSecret, 0],
        ['acme-1', A1.webhookSecret, 320], ['acme-9', A1.webhookSecret, 0], ['acme-1', 'guessed', 0]]) {
        const r = await deliver(server, at, secret, product('p-3', 'Forged'), { age });
        assert.deepEqual([r.status, r.text], [401, '{"error":"invalid_signature"}'], at);
    }
    assert.deepEqual(await products(number(acmeTwo.chat)), []);
});

test('a panel’s shop-N and our shop-N: the key that fits says whose it is', async ({ server }) => {
    const own = await server.account('merchant', { credits: 500 });
    const before = await own.shop('Before', 'before.example');
    const C1 = shopOf(`shop-${before.id + 2}`, 'm-3'); // its own is +1, the next shop of ours +2
    const theirs = await registered(server, C1);
    const ours = await own.shop('Ours', 'ours.example');
    assert.deepEqual([`shop-${ours.id}`, theirs.chat.shopId === C1.shopId], [C1.shopId, false]);
    assert.equal((await own.post(`/api/shops/${ours.id}/chatbot/enable`, {})).status, 200);
    const { secret } = (await own.post(`/api/shops/${ours.id}/secrets/webhook/show`, {})).json;
    assert.equal((await deliver(server, C1.shopId, secret, product('ours', 'Ours'))).status, 200);
    assert.equal((await deliver(server, C1.shopId, C1.webhookSecret, product('theirs', 'Theirs'))).status, 200);
    assert.equal((await deliver(server, C1.shopId, A1.webhookSecret, product('none', 'None'))).status, 401);
    const browser = await entered(server, C1);
    const titles = async (c, shop) => (await c.get(`/api/shops/${shop}/knowledge/products?limit=100`)).json.products.map((p) => p.title);
    await until('each has its own', async () => (await titles(own, ours.id)).length + (await titles(browser, number(theirs.chat))).length === 2);
    assert.deepEqual([await titles(own, ours.id), await titles(browser, number(theirs.chat))], [['Ours'], ['Theirs']]);
    // Who has the name at our door is whoever the chat belongs to.
    assert.equal((await new Shopper(server, C1.shopId, 'ours.example').ask('POST', 'session', {})).status, 200);
    assert.equal((await asPanel(server, 'GET', 'config', C1)).json.name, C1.botName);
    assert.equal((await registered(server, C1)).chat.shopId, theirs.chat.shopId);
    const taken = await register(server, shopOf(`shop-${before.id}`, 'm-3'));
    assert.deepEqual([taken.status, taken.json.error], [409, 'shop_id_reserved']);
    // Our numbers for a panel's shops are no names of theirs. With one secret for both, the panel's name is what counts.
    const D1 = shopOf(acme.chat.shopId, 'm-4', { webhookSecret: A1.webhookSecret });
    const named = await registered(server, D1);
    assert.notEqual(named.chat.shopId, D1.shopId);
    assert.equal((await deliver(server, D1.shopId, A1.webhookSecret, product('named', 'Named'))).status, 200);
    const fourth = await entered(server, D1);
    await until('it is where its panel means it', async () => (await titles(fourth, number(named.chat))).length === 1);
    assert.deepEqual((await titles(await entered(server, A1), number(acme.chat))).sort(), ['Cup', 'Kettle']);
});

test('its configuration is the chat’s: read and changed by the panel, and by its merchant', async ({ server }) => {
    const put = await asPanel(server, 'PUT', 'config', A2, { name: 'Amy', logoUrl: 'https://acme.example/a.png', syncScopes: ['orders'] });
    assert.equal(put.status, 200, put.text);
    assert.deepEqual(Object.keys(put.json), ['id', 'shopId', 'name', 'logoUrl', 'botId', 'syncScopes', 'createdAt', 'updatedAt']);
    assert.equal(put.json.shopId, 'acme-2');
    const face = (await new Shopper(server, acmeTwo.chat.shopId, 'acme-2.example').ask('GET', 'face')).json;
    assert.deepEqual([face.botName, face.avatarUrl], ['Amy', 'https://acme.example/a.png']);
    assert.equal((await asPanel(server, 'PUT', 'config', A2, { name: 'No' }, { role: 'viewer' })).status, 403);
    assert.equal((await asPanel(server, 'PUT', 'config', A2, { name: 'No' }, { secret: A1.ssoSharedSecret })).status, 401);
    const browser = await entered(server, A2);
    const at = `/api/shops/${number(acmeTwo.chat)}/chatbot/settings`;
    const { revision } = (await browser.get(at)).json;
    const named = await browser.request('PUT', at, { json: { revision, botName: 'Ann' } });
    assert.equal(named.status, 200, named.text);
    assert.equal((await asPanel(server, 'GET', 'config', A2)).json.name, 'Ann');
    // Of two tabs that saw the same, the one that saves last is told, and the trail names what became another.
    for (const late of [{ botName: 'Eve' }, { avatarUrl: 'https://acme.example/e.png' }]) {
        const refused = await browser.request('PUT', at, { json: { revision, ...late } });
        assert.deepEqual([refused.status, refused.json.error], [409, 'settings_changed']);
    }
    const stands = (await browser.get(at)).json;
    assert.deepEqual([stands.revision, stands.botName, stands.avatarUrl], [named.json.revision, 'Ann', 'https://acme.example/a.png']);
    const again = await browser.request('PUT', at, { json: { revision: stands.revision, botName: 'Amy' } });
    assert.deepEqual([again.status, again.json.revision], [200, stands.revision + 1]);
    const back = await browser.request('PUT', at, { json: { revision: again.json.revision, botName: 'Ann' } });
    assert.equal(back.status, 200, back.text);
    // The first sync: asked for by the store, with the panel's token; it has no such store, which is told.
    const asked = await server.client().get('/api/import/acme-2/products', { headers: { origin: undefined, authorization: `Bearer ${token(A2)}` } });
    assert.ok([200, 202].includes(asked.status), asked.text);
    // By the name that its token is good for.
    assert.deepEqual([asked.json.shopId, asked.json.statusUrl], ['acme-2', '/api/import/acme-2/products/status']);
    const told = await server.client().get(asked.json.statusUrl, { headers: { origin: undefined, authorization: `Bearer ${token(A2)}` } });
    assert.deepEqual([told.status, told.json.shopId], [200, 'acme-2']);
});

test('a kill in the middle of registering leaves no half: registering again makes the rest', async ({ server }) => {
    const many = Array.from({ length: 12 }, (_, i) => shopOf(`kill-${i}`, `k-${i % 3}`));
    const all = many.map((one) => register(server, one).catch(() => null));
    await new Promise((resolve) => setTimeout(resolve, 25));
    await server.stop('SIGKILL');
    await Promise.all(all);
    await server.again();
    await server.verify();
    for (const r of await Promise.all(many.map((one) => registered(server, one)))) assert.equal(r.tenant.status, 'active');
    const made = (await accounts()).filter((a) => a.merchantId.startsWith('k-'));
    assert.deepEqual(made.map((a) => [a.merchantId, a.shops]).sort(), [['k-0', 4], ['k-1', 4], ['k-2', 4]]);
    await server.verify();
});

test('an account that an operator disabled: no registration, no token, no code, no chat; and back', async ({ server }) => {
    const browser = await entered(server, A1);
    const fields = await codeFor(server, A1);
    const { id } = (await accounts()).find((a) => a.merchantId === 'm-1');
    const act = (what) => operator.post(`/api/operator/accounts/${id}/${what}`, { reason: 'a test' });
    assert.equal((await act('disable')).status, 200);
    assert.equal((await browser.get('/api/shops')).status, 401);
    const r = await register(server, A1);
    assert.deepEqual([r.status, r.json.error], [403, 'merchant_disabled']);
    assert.equal((await register(server, shopOf('acme-3', 'm-1'))).status, 403);
    assert.equal((await asPanel(server, 'GET', 'config', A1)).status, 401);
    assert.equal((await asPanel(server, 'POST', 'launch', A1)).status, 401);
    assert.ok((await submit(server.client(), fields)).status >= 400);
    assert.equal((await deliver(server, 'acme-1', A1.webhookSecret, product('p-9', 'No'))).status, 401);
    assert.equal((await act('enable')).status, 200);
    await entered(server, A1);
    await server.verify();
});

// Before the clock moves: `verify` has the machine's.
test('the books are sound', async ({ server }) => server.verify());

test('a session lasts for some hours and no longer, whatever is done in it; a code lasts a minute', async ({ server }) => {
    const move = async (seconds) => {
        await server.advance(seconds);
        ahead += seconds;
    };
    const fields = await codeFor(server, A1);
    const browser = await entered(server, A1);
    await move(61);
    assert.equal((await submit(server.client(), fields)).status, 400);
    for (let hour = 1; hour < SESSION_HOURS; hour++) {
        await move(3590);
        assert.equal((await browser.get('/api/shops')).status, 200);
    }
    await move(3700);
    assert.equal((await browser.get('/api/shops')).status, 401);
    const sessions = (await (await entered(server, A1)).get('/auth/sessions')).json.sessions;
    assert.equal(sessions.length, 1);
    // For nothing, month after month.
    await move(200 * 86400);
    operator = await server.account('operator');
    await until('it is renewed', async () => (await registered(server, A1)).tenant.status === 'active');
    const again = await entered(server, A1);
    const { subscription } = (await again.get(`/api/shops/${number(acme.chat)}/chatbot`)).json;
    assert.deepEqual([subscription.source, subscription.status, subscription.stopsAt, subscription.renewsFor], ['panel', 'active', null, null]);
    assert.equal((await accounts()).every((a) => a.credits === 0), true);
});

await run({ env: { CHATBOT_SHARED_SECRET: PANEL_SECRET, CHATHUB_TEST_CLOCK: '1' } });
