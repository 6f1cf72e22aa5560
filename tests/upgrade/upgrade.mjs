// upgrade.mjs: a database of an earlier version, served by this one: it migrates by itself, is sound, everybody comes in,
// and nothing is lost. The dumps are made by make.mjs. What depends on the day (sessions that idle out, a shop that is
// purged after a week) is moved to today when a dump is loaded; what is hashed (the ledger, the trail) stays as it is.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { PASSWORD } from '../http/lib/server.mjs';
import { run, test } from '../http/lib/suite.mjs';

const here = path.dirname(new URL(import.meta.url).pathname);
const facts = JSON.parse(await readFile(path.join(here, '0.1.0.json'), 'utf8'));
const TODAY = (now) => [
    `UPDATE sessions SET created_at_ms = ${now}, last_seen_at_ms = ${now}, signed_in_at_ms = ${now}`,
    `UPDATE shops SET deleted_at_ms = ${now}, purge_at_ms = ${now + 7 * 86400000} WHERE status = 5`,
];
const LOAD = `import os, sqlite3, sys
os.umask(0o077)
with sqlite3.connect(sys.argv[1]) as db:
    db.executescript(open(sys.argv[2], encoding="utf-8").read())
    for statement in sys.argv[3:]: db.execute(statement)
`;

async function load(server) {
    const dump = path.join(here, `0.1.0-${server.engine}.sql`);
    const today = TODAY(Date.now());
    if (server.engine === 'sqlite') {
        await promisify(execFile)('python3', ['-c', LOAD, path.join(server.dir, 'chathub.db'), dump, ...today]);
        return;
    }
    const psql = (...args) =>
        promisify(execFile)('psql', [server.database.url, '-q', '-v', 'ON_ERROR_STOP=1', ...args], {
            maxBuffer: 1 << 24,
        });
    await psql('-f', dump);
    for (const statement of today) await psql('-c', statement);
}

function whoWasHere(server, fact) {
    const client = server.client();
    const [name, value] = fact.cookie.split('=');
    client.cookies.set(name, value);
    return client;
}

test('it is migrated and sound', async ({ server }) => {
    const verdict = await server.verify();
    assert.equal(verdict.sound, true);
    const { json } = await server.cli(['migrate', 'status', '--json']);
    assert.ok(json === null || !JSON.stringify(json).includes('"pending":true'));
});

test('sessions of before go on, with the same numbers', async ({ server, engine }) => {
    for (const name of ['ann', 'bob', 'boss']) {
        const fact = facts[engine][name];
        const { json } = await whoWasHere(server, fact).get('/api/user');
        assert.equal(json.user.email, `${name}@upgrade.example`);
        assert.equal(json.user.id, fact.id);
        assert.deepEqual([json.user.account.id, json.user.account.role], [fact.id, 'owner']);
        assert.equal(json.user.accounts.length, 1);
    }
});

test('passwords of before open; who was disabled stays out', async ({ server }) => {
    for (const name of ['ann', 'bob', 'boss']) {
        const client = server.client();
        await client.signIn(`${name}@upgrade.example`, PASSWORD);
        assert.equal((await client.get('/api/user')).json.user.email, `${name}@upgrade.example`);
    }
    const r = await server.client().post('/auth/password/login', { email: 'gone@upgrade.example', password: PASSWORD });
    assert.equal(r.status, 401);
});

test('no entry, shop or line of the trail is lost', async ({ server, engine }) => {
    for (const name of ['ann', 'bob']) {
        const fact = facts[engine][name];
        const client = whoWasHere(server, fact);
        const now = (await client.get('/api/billing/transactions')).json.transactions;
        const before = fact.transactions.transactions;
        const pick = (e) => [e.id, e.amount, e.reason, e.relatedShopId, e.balanceAfter, e.createdAt];
        assert.deepEqual(now.slice(-before.length).map(pick), before.map(pick));
        const shops = (await client.get('/api/shops')).json.shops.map((s) => [s.id, s.shop_name, s.status]);
        assert.deepEqual(shops, fact.shops);
        const trail = (await client.get('/api/audit?limit=100')).json.entries;
        assert.ok(trail.length >= fact.audit, `${trail.length} of ${fact.audit}`);
        assert.ok(trail.some((e) => e.action === 'shop_created' && e.actor === 'you'));
        assert.ok(trail.some((e) => e.action === 'account_created'));
    }
});

test('shops, chats, keys and operators work as before', async ({ server, engine }) => {
    const f = facts[engine];
    const ann = whoWasHere(server, f.ann);
    assert.equal((await ann.post(`/api/shops/${f.deleted}/restore`, {})).status, 200);
    const status = (await ann.get(`/api/shops/${f.on}/chatbot/status`)).json;
    assert.equal(status.enabled, true);
    assert.equal((await ann.get(`/api/shops/${f.off}/chatbot/status`)).json.enabled, false);
    const issue = await server
        .client()
        .post(`/api/shops/${f.on}/sso/issue`, {}, { headers: { authorization: `Bearer ${f.key}` } });
    assert.equal(issue.status, 200);
    const boss = whoWasHere(server, f.boss);
    const list = (await boss.get('/api/operator/accounts')).json.accounts;
    assert.deepEqual(
        list.map((a) => [a.email, a.role, a.disabled]).sort(),
        [
            ['ann@upgrade.example', 'merchant', false],
            ['bob@upgrade.example', 'merchant', false],
            ['boss@upgrade.example', 'operator', false],
            ['gone@upgrade.example', 'merchant', true],
        ],
    );
    assert.equal((await boss.post(`/api/operator/accounts/${f.gone.id}/enable`, { reason: 'back' })).status, 200);
    const gone = server.client();
    await gone.signIn('gone@upgrade.example', PASSWORD);
    assert.equal((await gone.get('/api/shops')).json.shops[0].id, f.closed);
    // New ones get numbers that nobody has.
    const fresh = await server.account('merchant');
    assert.ok(fresh.id > f.gone.id);
    assert.ok((await fresh.shop('New')).id > f.waiting);
    await server.verify();
});

await run({ env: { CHATHUB_MASTER_KEY: facts.sealedWith }, load });
