// shopserver.mjs: a shop's own server and the running service: its store is read to its end, what its customers say comes
// in by its key, and what is said to them reaches it as signed webhooks, also when it was out of order for a while.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { newKey } from './lib/client.mjs';
import { run, test, until } from './lib/suite.mjs';

const PRODUCTS = 120;
const seen = { hooks: [], pages: [] };
let status = 204;

const row = (n) => ({ product_id: n, name: n === 7 ? 'Copper Kettle' : `Cup ${n}`, sku: `S-${n}`, price: '39.0000', status: 1 });

const shopServer = http.createServer((req, res) => {
    const url = new URL(req.url, 'http://shop');
    if (url.pathname.startsWith('/api/admin/export/')) {
        const [page, size] = ['page', 'pageSize'].map((name) => Number(url.searchParams.get(name)));
        seen.pages.push({ page, authorization: req.headers.authorization });
        const from = (page - 1) * size;
        const rows = Array.from({ length: Math.max(0, Math.min(size, PRODUCTS - from)) }, (_, i) => row(from + i + 1));
        res.end(JSON.stringify({ currency: 'USD', data: rows }));
        return;
    }
    let body = '';
    req.setEncoding('utf8').on('data', (more) => (body += more));
    req.on('end', () => {
        seen.hooks.push({ headers: req.headers, body, status, at: Date.now() });
        res.writeHead(status).end();
    });
});
await new Promise((resolve) => shopServer.listen(0, '127.0.0.1', resolve));
const base = `http://127.0.0.1:${shopServer.address().port}`;

/** Is this hook signed by the secret? */
function isSigned({ headers, body }, secret) {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const right = `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
    return headers['webhook-signature'].split(' ').includes(right);
}

let house;
/** Of this customer of the channel: in another's something may have been said since. */
async function talkWith(customerId) {
    for (const { conversation } of (await house.a.get('/api/inbox?limit=100')).json.items) {
        const { visitor } = (await house.a.get(`/api/inbox/${conversation.id}/customer`)).json;
        if (visitor.channelCustomer === customerId) return conversation;
    }
    throw new Error(`no talk with ${customerId}`);
}

test('d32 a store is read page by page, with a token that names its shop', async ({ server }) => {
    const a = await server.account('merchant', { credits: 500 });
    const shop = await a.shop('Tea', 'tea.example');
    assert.equal((await a.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    const secret = (await a.post(`/api/shops/${shop.id}/secrets/webhook/show`, {})).json.secret;
    const key = (await a.post(`/api/shops/${shop.id}/secrets/service/show`, {})).json.secret;
    house = { a, id: shop.id, secret, key, store: server.client() };
    seen.pages.length = seen.hooks.length = 0;
    status = 204;
    const headers = { authorization: `Bearer ${key}` };
    const begun = await house.store.request('POST', `/api/shops/${shop.id}/knowledge/store`, {
        json: { scope: 'products', url: `${base}/`, currency: 'USD' },
        headers,
    });
    assert.equal(begun.status, 202, begun.text);
    const done = await until('it is read', async () => {
        const r = await house.store.request('GET', begun.json.statusUrl, { headers });
        return ['done', 'failed'].includes(r.json.status) && r.json;
    });
    assert.equal(done.status, 'done', JSON.stringify(done));
    assert.equal(done.products, PRODUCTS);
    assert.deepEqual(seen.pages.map((p) => p.page), [1, 2, 3, 4]);
    const claims = JSON.parse(Buffer.from(seen.pages[0].authorization.split('.')[1], 'base64url'));
    assert.equal(claims.shopId, `shop-${shop.id}`);
    assert.ok(claims.exp - claims.iat <= 120);
    assert.equal((await a.get(`/api/shops/${shop.id}/knowledge`)).json.products, PRODUCTS);
});

test('the store’s own token asks at the old address, and a viewer’s may only look', async () => {
    const token = async (role) =>
        (await house.a.post(`/api/shops/${house.id}/sso/issue`, { role })).json.token;
    const ask = async (role, rest) =>
        house.store.request('GET', `/api/import/shop-${house.id}/products${rest}`, {
            headers: { authorization: `Bearer ${await token(role)}` },
        });
    assert.equal((await ask('viewer', '')).status, 403);
    assert.equal((await ask('viewer', '/status')).json.status, 'done');
    const again = await ask('admin', '?page=1');
    assert.equal(again.status, 200, again.text); // it ended a moment ago
    assert.equal(again.json.products, PRODUCTS);
    assert.equal(again.json.pages, 4);
});

const say = (customerId, id, text) =>
    house.store.request('POST', `/api/shops/${house.id}/channel/messages`, {
        json: { customerId, id, text, language: 'en' },
        headers: { authorization: `Bearer ${house.key}` },
    });

test('a customer’s question is answered by a signed webhook, once for the same id', async () => {
    assert.equal((await say('u-1', 'm-1', 'Hello')).json.error, 'channel_missing');
    const opened = await house.a.request('PUT', `/api/shops/${house.id}/channel`, { json: { url: `${base}/hook` } });
    assert.equal(opened.status, 200, opened.text);
    const first = await say('u-1', 'm-1', 'Do you have a copper kettle? 🙂');
    assert.equal(first.status, 201, first.text);
    const number = first.json.message.number;
    assert.equal((await say('u-1', 'm-1', 'Do you have a copper kettle? 🙂')).json.message.number, number);
    await until('the answer has come', async () => seen.hooks.length > 0);
    const [hook] = seen.hooks;
    assert.ok(isSigned(hook, house.secret));
    assert.ok(!isSigned({ ...hook, body: `${hook.body} ` }, house.secret));
    const { data, type } = JSON.parse(hook.body);
    assert.equal(type, 'message.created');
    assert.equal(data.customerId, 'u-1');
    assert.equal(data.message.author, 'bot');
    assert.match(data.message.text, /Copper Kettle/);
});

test('a38 a machine that cannot show who it is hears nothing: its certificate is judged, always', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'chathub-tls-'));
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(dir, name));
    await promisify(execFile)('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
        '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert]);
    let asked = 0;
    const options = { key: await readFile(key), cert: await readFile(cert) };
    const impostor = https.createServer(options, (req, res) => (asked++, res.writeHead(204).end()));
    await new Promise((resolve) => impostor.listen(0, '127.0.0.1', resolve));
    try {
        const at = `/api/shops/${house.id}/channel`;
        const url = `https://127.0.0.1:${impostor.address().port}/hook`;
        assert.equal((await house.a.request('PUT', at, { json: { url } })).status, 200);
        await house.a.post(`${at}/test`, {});
        const told = await until('it is told', async () => {
            const r = await house.a.get(`${at}/test`);
            return ['done', 'failed'].includes(r.json?.state) && r.json;
        });
        assert.match(told.error ?? '', /certificate|tls|ssl/i, JSON.stringify(told));
        assert.equal(asked, 0);
        assert.equal((await house.a.request('PUT', at, { json: { url: `${base}/hook` } })).status, 200);
    } finally {
        impostor.close();
        await rm(dir, { recursive: true, force: true });
    }
});

test('a server that is out of order gets what it missed, in order', async () => {
    const talk = await talkWith('u-1');
    seen.hooks.length = 0;
    status = 503;
    for (const text of ['One', 'Two', 'Three']) {
        const r = await house.a.post(`/api/inbox/${talk.id}/messages`, { text, clientId: newKey() });
        assert.ok(r.status < 300, r.text);
    }
    await until('it was tried', async () => seen.hooks.length > 0);
    await until('it is told', async () => (await house.a.get(`/api/shops/${house.id}/channel`)).json.error === 'answered 503');
    status = 204;
    const taken = await until('all came', async () => {
        const good = seen.hooks.filter((h) => h.status === 204);
        return good.length === 3 && good;
    }, 180000); // each time that it was tried in vain the next is later
    assert.deepEqual(taken.map((h) => JSON.parse(h.body).data.message.text), ['One', 'Two', 'Three']);
    assert.equal(taken[0].headers['webhook-id'], seen.hooks[0].headers['webhook-id']);
    assert.equal(new Set(taken.map((h) => h.headers['webhook-id'])).size, 3);
    assert.ok(taken.every((h) => isSigned(h, house.secret)));
    await until('it is well', async () => (await house.a.get(`/api/shops/${house.id}/channel`)).json.error === '');
});

test('five first words of a new customer at once are one conversation, without a gap', async () => {
    const said = await Promise.all([1, 2, 3, 4, 5].map((n) => say('u-many', `m-${n}`, `Word ${n}`)));
    assert.deepEqual(said.map((r) => r.status), [201, 201, 201, 201, 201]);
    const began = new Set(said.map((r) => r.json.conversation.beganAt));
    assert.equal(began.size, 1);
    const numbers = said.map((r) => r.json.message.number);
    assert.equal(new Set(numbers).size, 5);
    const talk = await talkWith('u-many');
    const kept = await house.a.get(`/api/inbox/${talk.id}/customer`);
    assert.equal(kept.json.visitor.channelCustomer, 'u-many');
    const { messages } = kept.json; // the assistant may have been there already
    assert.deepEqual(messages.map((m) => m.number), messages.map((_, i) => i + 1));
    assert.deepEqual(messages.filter((m) => m.author === 'visitor').map((m) => m.number), numbers.sort((x, y) => x - y));
});

test('while a secret is replaced both sign, and an erased customer is forgotten', async () => {
    const { secret } = (await house.a.post(`/api/shops/${house.id}/secrets/webhook/rotate`, {})).json;
    await until('the assistant is done', async () => seen.hooks.some((h) => JSON.parse(h.body).data.customerId === 'u-many'));
    const talk = await talkWith('u-many');
    const r = await house.a.post(`/api/inbox/${talk.id}/messages`, { text: 'Signed twice', clientId: newKey() });
    assert.ok(r.status < 300, r.text);
    const hook = await until('it came', async () => seen.hooks.find((h) => h.body.includes('Signed twice')));
    assert.equal(hook.headers['webhook-signature'].split(' ').length, 2);
    assert.ok(isSigned(hook, house.secret) && isSigned(hook, secret));
    const gone = await house.a.request('DELETE', `/api/inbox/${talk.id}/customer`);
    assert.equal(gone.status, 200, gone.text);
    const anew = await say('u-many', 'm-1', 'Word 1');
    assert.equal(anew.status, 201);
    assert.equal(anew.json.message.number, 1);
});

await run();
