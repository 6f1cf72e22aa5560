// upgrade.mjs: a database of an earlier version, served by this one: it migrates by itself, is sound, everybody comes in,
// nothing is lost, and all that it offered is still offered.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PASSWORD } from '../http/lib/server.mjs';
import { record, run, test } from '../http/lib/suite.mjs';
import { load, NEWEST_THEN } from './dump.mjs';
import { surfaceFaults } from './surface.mjs';
import { anOlderOneStarts, anOlderOneRuns } from './together.mjs';

const here = path.dirname(new URL(import.meta.url).pathname);
const facts = JSON.parse(await readFile(path.join(here, '0.1.0.json'), 'utf8'));

function whoWasHere(server, fact) {
    const client = server.client();
    const [name, value] = fact.cookie.split('=');
    client.cookies.set(name, value);
    return client;
}

test('it is migrated and sound', async ({ server }) => {
    const verdict = await server.verify();
    assert.equal(verdict.sound, true);
    const { code, json } = await server.cli(['migrate', 'status', '--json']);
    assert.deepEqual([code, json.pending, json.steps], [0, 0, 0]);
    assert.ok(json.at > NEWEST_THEN);
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

test('same routes, same texts', ({ engine }) => {
    if (engine !== 'sqlite') return; // no database is asked
    const all = surfaceFaults('0.1.0');
    assert.equal(all.length, 53);
    for (const [what, faults] of all) record(what, faults.join('\n    '));
});

// Two servers on one PostgreSQL; on SQLite the lock of the file lets no second one in.
const env = { CHATHUB_MASTER_KEY: facts.sealedWith };
test('while a server of before runs, this one is refused with a sentence and changes nothing', async ({ engine }) => {
    if (engine === 'postgres') await anOlderOneRuns(env);
});
test('while this one runs, one of before is refused and changes nothing; another of this one is welcome', async (t) => {
    if (t.engine === 'postgres') await anOlderOneStarts(t.server);
});

await run({ env, load });
