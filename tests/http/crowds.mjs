// crowds.mjs: who waits behind whom. A mail server that says nothing, a merchant who asks for everything at once, and a
// queue of jobs that nobody can have worked off yet: what somebody else does in that moment takes as long as ever.
//
//   CROWD_SIGN_UPS=160 CROWD_JOBS=1000000 node tests/http/crowds.mjs [--engine sqlite|postgres] [WORDS]
//
// In the suite the crowds are smaller: 48 and 20,000.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { ChatbotWorld } from '../world/chatbot.mjs';
import { newKey, randomAddress } from './lib/client.mjs';
import { PASSWORD, Server } from './lib/server.mjs';
import { Shopper } from './lib/shopper.mjs';
import { run, sleep, test, until } from './lib/suite.mjs';

const JOBS = Number(process.env.CROWD_JOBS ?? 20000);

const SECRET = 'shared-secret-of-the-tests';
const SIGN_UPS = Number(process.env.CROWD_SIGN_UPS ?? 48);
const PROMPT_MS = 15000; // of an instrumented build on two busy cores; a queue behind these crowds is minutes long
const world = await ChatbotWorld.start({ secret: SECRET });

/** Takes connections and never says a word; counts them. */
const silent = { calls: 0, held: new Set() };
const silentServer = net.createServer((socket) => {
    silent.calls++;
    silent.held.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => silent.held.delete(socket));
});
await new Promise((ready) => silentServer.listen(0, '127.0.0.1', ready));

const register = (server, email) => {
    const c = server.client();
    c.address = randomAddress();
    return c.post('/auth/password/register', { email, name: 'Crowd', password: PASSWORD });
};

async function timed(what) {
    const began = performance.now();
    const result = await what();
    return { result, ms: performance.now() - began };
}

async function enabledPromptly(server, merchant, limitMs) {
    const shop = await merchant.shop();
    const { result, ms } = await timed(() => merchant.post(`/api/shops/${shop.id}/chatbot/enable`, {}));
    assert.equal(result.status, 200, result.text);
    assert.ok(ms < limitMs, `enabling took ${Math.round(ms)} ms`);
    return ms;
}

const metric = async (server, line) => {
    const { text } = await server.client().get('/metrics', { address: null });
    const found = text.split('\n').find((l) => l.startsWith(line));
    assert.ok(found, `no ${line} in /metrics`);
    return Number(found.split(' ').at(-1));
};

test('a mail server that says nothing holds up mails, and nothing else', async ({ server }) => {
    const merchant = await server.account('merchant', { credits: 200 });
    for (let i = 0; i < SIGN_UPS; i += 16) {
        const some = await Promise.all(
            Array.from({ length: 16 }, (_, k) => register(server, `crowd-${i + k}-${server.port}@mail.example`)),
        );
        for (const r of some) assert.ok(r.status < 300, `${r.status} ${r.text}`);
    }
    await until('calls to the silent mail server', () => silent.calls >= 2);
    await enabledPromptly(server, merchant, PROMPT_MS);
    // What must not wait behind mail has a line of its own, and it is short.
    for (const pool of ['money', 'house', 'calls']) {
        const waits = await metric(server, `chathub_jobs_pool_oldest_due_milliseconds{pool="${pool}"}`);
        assert.ok(waits < PROMPT_MS, `${pool} waits ${waits} ms`);
    }
});

test('a41 fifty machines of one merchant that say nothing hold up no other merchant', async ({ engine }) => {
    // Readings of feeds; of the other merchant an enable, and a reading of its own.
    const MACHINES = 50;
    const asked = [];
    const shops = net.createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', (head) => {
            const line = String(head).split('\r\n')[0];
            asked.push(line);
            const file = 'id,name,price,currency\n1,Kettle,5,USD\n';
            if (/^GET \/good/.test(line))
                socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${file.length}\r\n\r\n${file}`);
        });
    });
    await new Promise((ready) => shops.listen(0, '127.0.0.1', ready));
    const base = `http://127.0.0.1:${shops.address().port}`;
    const env = { CREDIT_SHOP_CREATION: '1', CHATBOT_BASE_URL: world.base, CHATBOT_SHARED_SECRET: SECRET };
    const server = await Server.start({ engine, env });
    try {
        const slow = await server.account('merchant', { credits: 500 });
        const other = await server.account('merchant', { credits: 500 });
        const feed = async (c, path) => {
            const shop = await c.shop();
            const r = await c.post(`/api/shops/${shop.id}/knowledge/feeds`, { kind: 'feed', url: `${base}${path}` });
            assert.equal(r.status, 201, r.text);
            return async () => (await c.get(`/api/shops/${shop.id}/knowledge/feeds`)).json.feeds[0].state;
        };
        for (let i = 0; i < MACHINES; i++) await feed(slow, `/dead-${i}`);
        const dead = () => new Set(asked.filter((line) => line.includes('/dead-'))).size;
        await until('the first machines are asked', () => dead() >= 4);
        await enabledPromptly(server, other, PROMPT_MS);
        const began = performance.now();
        const state = await feed(other, '/good.csv');
        await until('the other one is read', async () => (await state()) === 'read', PROMPT_MS);
        const took = Math.round(performance.now() - began);
        assert.ok(dead() <= 8, `${dead()} of the fifty were asked before another merchant's own, ${took} ms later`);
        const ready = await server.client().get('/readyz');
        assert.equal(ready.status, 200, ready.text);
        const pools = Object.fromEntries(ready.json.pools.map((pool) => [pool.name, pool]));
        assert.ok(pools.shops.ready >= MACHINES - 12, ready.text);
        assert.equal(pools.calls.ready, 0, ready.text);
    } finally {
        shops.close();
        assert.deepEqual(await server.end(), []); // it does not wait for machines that never answer
    }
});

test('readiness tells the age of each pool, and what one merchant can make late makes nothing unfit', async ({ engine }) => {
    if (engine !== 'postgres') return; // a process without workers: nobody takes these rows away
    const server = await Server.start({ engine, args: ['--role', 'web'] });
    const ready = async () => (await server.client().get('/readyz'));
    try {
        const names = (await ready()).json.pools.map((pool) => pool.name);
        assert.deepEqual(names, ['calls', 'mail', 'money', 'house', 'inbound', 'shops', 'files']);
        for (const [at, name] of names.entries()) {
            // Ten minutes old, in the line of this pool alone (jobs.h numbers them from 1).
            await server.sql('DELETE FROM jobs');
            await server.sql(`INSERT INTO jobs (kind, account_id, ref, state, attempts, spared, run_at_ms, deadline_ms, put_at_ms, pool)
                SELECT 'mail.send', 1, 1, 0, 0, 0, t, 0, t, ${at + 1}
                FROM (SELECT (extract(epoch FROM now()) * 1000)::bigint - 600000 AS t) AS old`);
            const { status, json } = await ready();
            for (const pool of json.pools) {
                if (pool.name === name) assert.ok(pool.oldestDueMs >= 600000 && pool.oldestDueMs < 900000, JSON.stringify(pool));
                else assert.equal(pool.oldestDueMs, 0, JSON.stringify(pool));
            }
            const shared = ['shops', 'files'].includes(name); // one merchant alone can make these late
            assert.equal(json.jobs, shared, name);
            assert.equal(status, shared ? 200 : 503, name);
            assert.ok(json.oldestDueJobMs >= 600000, 'the oldest of all is told all the same');
            assert.ok((await metric(server, `chathub_jobs_pool_oldest_due_milliseconds{pool="${name}"}`)) >= 600000);
        }
        await server.sql('DELETE FROM jobs');
        assert.equal((await ready()).status, 200);
    } finally {
        assert.deepEqual(await server.end(), []);
    }
});

test('a merchant who changes a domain 600 times has one job, and others are served', async ({ server }) => {
    const busy = await server.account('merchant', { credits: 100 });
    const other = await server.account('merchant', { credits: 100 });
    const shop = await busy.shop(undefined, 'first.example.com');
    assert.equal((await busy.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    world.always = 'never';
    try {
        for (let i = 0; i < 600; i += 20)
            await Promise.all(
                Array.from({ length: 20 }, (_, k) =>
                    busy.request('PATCH', `/api/shops/${shop.id}`, { json: { domain: `n${i + k}.example.com` } }),
                ),
            );
    } finally {
        world.always = null;
    }
    await enabledPromptly(server, other, PROMPT_MS);
});

const JOB_ROWS = {
    // Mails whose row is gone: claimed, looked up, done.
    sqlite: `import sqlite3, sys, time
with sqlite3.connect(sys.argv[1]) as db:
    now = int(time.time() * 1000)
    db.executemany('''INSERT INTO jobs (kind, account_id, ref, state, attempts, spared, run_at_ms, deadline_ms, put_at_ms)
        VALUES ('mail.send', ?, ?, 0, 0, 0, ?, ?, ?)''',
        ((1 + i % 50, 10**9 + i, now - 1000, now + 10**8, now - 1000) for i in range(int(sys.argv[2]))))`,
    postgres: (n) => `INSERT INTO jobs (kind, account_id, ref, state, attempts, spared, run_at_ms, deadline_ms, put_at_ms)
        SELECT 'mail.send', 1 + i % 50, 1000000000 + i, 0, 0, 0, now_ms - 1000, now_ms + 100000000, now_ms - 1000
        FROM generate_series(1, ${n}) i, (SELECT (extract(epoch FROM now()) * 1000)::bigint AS now_ms) t`,
};

async function putJobs(server) {
    if (server.engine === 'postgres') return server.sql(JOB_ROWS.postgres(JOBS));
    const file = path.join(server.dir, 'chathub.db');
    return promisify(execFile)('python3', ['-c', JOB_ROWS.sqlite, file, String(JOBS)]);
}

/** Milliseconds at the middle of reads and writes that a person would wait for, in the best of four whiles: what else the
 * machine does meanwhile is not the server's. */
async function interactive(merchant, rounds) {
    const middles = [];
    for (let i = 0; i < 4; i++) middles.push(await middle(merchant, rounds / 4));
    return Math.min(...middles);
}

async function middle(merchant, rounds) {
    const took = [];
    for (let i = 0; i < rounds; i++) {
        took.push((await timed(() => merchant.get('/api/billing/summary'))).ms);
        const { result, ms } = await timed(() => merchant.shop());
        assert.ok(result.id);
        took.push(ms);
        await sleep(5);
    }
    took.sort((a, b) => a - b);
    return took[Math.floor(took.length / 2)];
}

test(`${JOBS.toLocaleString('en')} due jobs: who clicks does not wait for them`, async ({ engine }) => {
    const env = { CREDIT_SHOP_CREATION: '1', CHATBOT_BASE_URL: world.base, CHATBOT_SHARED_SECRET: SECRET };
    const server = await Server.start({ engine, env });
    try {
        const merchant = await server.account('merchant', { credits: 5000 });
        const quiet = await interactive(merchant, 100);
        await server.stop();
        await putJobs(server);
        await server.again();
        const busy = await interactive(merchant, 100);
        const left = await metric(server, 'chathub_jobs{state="ready"}');
        console.log(`       p50 ${quiet.toFixed(1)} ms, with jobs ${busy.toFixed(1)} ms, ${left} jobs still due`);
        assert.ok(left > 0, 'the jobs were done before anybody waited');
        assert.ok(busy < 6 * quiet + 20, `p50 ${quiet.toFixed(1)} ms became ${busy.toFixed(1)} ms`);
    } finally {
        const faults = await server.end();
        assert.deepEqual(faults, []);
    }
});

test('a merchant who looks at eight files of 8 MB at once holds nobody’s reading up', async ({ server }) => {
    const busy = await server.account('merchant', { credits: 100 });
    const other = await server.account('merchant', { credits: 100 });
    const shop = await busy.shop();
    const line = (i) => `p${i},"Kettle ${i}",12.50,USD,"${'Of copper, for tea. '.repeat(3)}"\n`;
    const file = `id,name,price,currency,description\n${Array.from({ length: 75000 }, (_, i) => line(i)).join('')}`;
    const sent = await busy.request('POST', `/api/shops/${shop.id}/knowledge/files?name=all.csv`, {
        body: file,
        headers: { 'content-type': 'text/csv', 'idempotency-key': newKey() },
    });
    assert.equal(sent.status, 201, sent.text);
    let ended = 0;
    const looks = Array.from({ length: 8 }, async () => {
        const r = await busy.post(`/api/shops/${shop.id}/knowledge/files/${sent.json.file}/preview`, {});
        ended++;
        return r;
    });
    await sleep(50);
    const before = ended;
    for (let i = 0; i < 5; i++) assert.equal((await other.get('/api/billing/summary')).status, 200);
    const meanwhile = ended - before;
    const answers = await Promise.all(looks);
    // The work has a queue with an end: who waited too long is told to come again.
    assert.ok(answers.every((r) => [200, 503].includes(r.status)), answers.map((r) => r.status).join(' '));
    assert.ok(answers.some((r) => r.status === 200));
    assert.ok(meanwhile <= 4, `five reads of another took as long as ${meanwhile} looks of eight`);
});

test('a merchant may look at files so often a minute, and at nothing of another’s', async ({ server }) => {
    const busy = await server.account('merchant', { credits: 100 });
    const other = await server.account('merchant', { credits: 100 });
    const shop = await busy.shop();
    const sent = await busy.post(`/api/shops/${shop.id}/knowledge/files`, { products: [] });
    const look = (who) => who.post(`/api/shops/${shop.id}/knowledge/files/${sent.json.file}/preview`, {});
    assert.equal((await look(other)).status, 404);
    assert.equal((await look(server.client())).status, 401);
    const statuses = [];
    for (let i = 0; i < 30; i++) statuses.push((await look(busy)).status);
    assert.equal(statuses[0], 200);
    assert.ok(statuses.filter((s) => s === 429).length >= 5, statuses.join(' '));
    assert.equal((await busy.get('/api/billing/summary')).status, 200);
});

test('a shop whose visitors open sockets and streams without end leaves the connections to the others', async ({ engine }) => {
    const SHARE = 20; // a fifth of the hundred
    const server = await Server.start({ engine, env: { CHATHUB_CONNECTIONS: '100' } });
    try {
        const shops = [];
        for (const domain of ['tea.example', 'coffee.example']) {
            const merchant = await server.account('merchant', { credits: 500 });
            const shop = await merchant.shop('A shop', domain);
            assert.equal((await merchant.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
            shops.push([`shop-${shop.id}`, domain]);
        }
        const comes = async ([shop, domain]) => {
            const s = new Shopper(server, shop, domain);
            s.address = randomAddress();
            await s.begin();
            return s;
        };
        const open = [];
        for (let i = 0; i < SHARE; i++) {
            const s = await comes(shops[0]);
            open.push(await (i % 2 === 0 ? s.socket() : s.stream()));
        }
        const late = await comes(shops[0]);
        for (let i = 0; i < 10; i++) {
            const e = await late.socket().then(() => assert.fail('it opened'), (fault) => fault);
            assert.equal(e.status, 429, e.text);
            assert.equal(JSON.parse(e.text).error, 'too_many_requests');
            assert.ok(Number(e.headers['retry-after']) >= 1, JSON.stringify(e.headers));
        }
        await assert.rejects(late.stream(), /answers 429/);
        const other = await comes(shops[1]);
        const [socket, stream] = [await other.socket(), await other.stream()];
        assert.equal((await other.say('Is there room for me?')).status, 201);
        assert.equal((await late.say('I still speak by requests')).status, 201);
        // A place that is left is the next one's.
        open.pop().close();
        await until('the place is free', () => late.socket().then((s) => open.push(s), () => false));
        for (const one of [...open, socket, stream]) one.close();
    } finally {
        assert.deepEqual(await server.end(), []);
    }
});

test('everything above left sound books', async ({ server }) => {
    await server.verify();
    assert.deepEqual(world.complaints, []);
});

const port = silentServer.address().port;
await run({
    env: {
        CHATBOT_BASE_URL: world.base,
        CHATBOT_SHARED_SECRET: SECRET,
        SMTP_HOST: '127.0.0.1',
        SMTP_PORT: String(port),
        FROM_EMAIL: 'shop@chathub.example',
    },
});
