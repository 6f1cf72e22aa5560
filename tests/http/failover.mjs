// failover.mjs: what the service does when the ground moves. The database's address leads to a standby for a while
// and back, with real PostgreSQL and streaming replication behind a forwarder; and the machine's clock is wrong for
// seconds.
// What was acknowledged is there, what was refused is not, readiness tells the truth, and nothing needs a restart.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { newKey } from './lib/client.mjs';
import { Server } from './lib/server.mjs';
import { run, sleep, test, until } from './lib/suite.mjs';
import { freePort } from '../torture/server.mjs';
import { Forwarder, pg, portOf, psql } from '../torture/standby.mjs';

const RECOVER_MS = 30000; // on a busy machine; from the moment the address is right until every write succeeds
const TOLD_MS = 30000; // likewise; until readiness says that writes fail
const YEAR_S = 365 * 86400;

async function write(client, made) {
    const key = newKey();
    const shop = { shop_name: `Shop ${key}`, hosting: 'external' };
    const r = await client.post('/api/shops', shop, { headers: { 'idempotency-key': key } });
    made.push({ key, status: r.status });
    return r.status;
}

test('an address that moves to a standby and back', async ({ engine }) => {
    if (engine !== 'postgres') return;
    const dir = await mkdtemp(path.join(tmpdir(), 'chathub-failover-'));
    const [first, second] = [path.join(dir, 'first'), path.join(dir, 'second')];
    let forwarder;
    let s;
    try {
        const primary = await pg('start', first);
        const standby = await pg('standby', second, first);
        assert.equal(await psql(standby, 'SELECT pg_is_in_recovery()'), 't');
        forwarder = await Forwarder.start(portOf(primary));
        const through = new URL(primary);
        through.port = String(forwarder.port);
        s = await Server.start({ env: { CHATHUB_DATABASE_URL: through.toString() } });
        const c = await s.account('merchant');
        const made = [];
        for (let i = 0; i < 20; i++) assert.equal(await write(c, made), 201);
        for (let round = 0; round < 2; round++) {
            forwarder.move(portOf(standby));
            for (let i = 0; i < 20; i++) assert.equal(await write(c, made), 503);
            await until('readiness says so', async () => (await s.client().get('/readyz')).status === 503, TOLD_MS);
            forwarder.move(portOf(primary));
            await until('a write succeeds', async () => (await write(c, made)) === 201, RECOVER_MS);
            const many = () => Promise.all(Array.from({ length: 20 }, () => write(c, made)));
            await until('all connections are back', async () => (await many()).every((r) => r === 201), RECOVER_MS);
            assert.deepEqual([...new Set(await many())], [201]);
            await until('readiness says so', async () => (await s.client().get('/readyz')).status === 200, TOLD_MS);
        }
        for (const { key, status } of made) {
            const rows = await psql(primary, `SELECT COUNT(*) FROM shops WHERE name = 'Shop ${key}'`);
            assert.equal(rows, status === 201 ? '1' : '0');
        }
        await s.verify();
        assert.deepEqual(await s.end(), []);
        s = null;
    } finally {
        await s?.end();
        await forwarder?.end();
        await pg('remove', second);
        await pg('remove', first);
        await rm(dir, { recursive: true, force: true });
    }
});

test('a server whose only connections are new refuses a standby', async ({ engine }) => {
    if (engine !== 'postgres') return;
    const dir = await mkdtemp(path.join(tmpdir(), 'chathub-standby-'));
    const [first, second] = [path.join(dir, 'first'), path.join(dir, 'second')];
    try {
        await pg('start', first);
        const s = await Server.start({
            env: { CHATHUB_DATABASE_URL: await pg('standby', second, first) },
            expectFailure: true,
        });
        assert.notEqual(s.code, 0);
        assert.match(s.log, /hot standby/);
        await s.end();
    } finally {
        await pg('remove', second);
        await pg('remove', first);
        await rm(dir, { recursive: true, force: true });
    }
});

/** A real PgBouncer before the database of this server. It refuses root, as PostgreSQL does. */
async function pooler(s, mode) {
    const url = new URL(s.env.CHATHUB_DATABASE_URL);
    const port = await freePort();
    const dir = await mkdtemp(path.join(tmpdir(), 'chathub-pooler-'));
    const server = `host=127.0.0.1 port=${url.port} user=${url.username} password=${url.password}`;
    const settings = [
        '[databases]',
        `* = ${server}`,
        '[pgbouncer]',
        'listen_addr = 127.0.0.1',
        `listen_port = ${port}`,
        'unix_socket_dir =',
        'auth_type = any',
        `pool_mode = ${mode}`,
        'ignore_startup_parameters = extra_float_digits, options',
        'default_pool_size = 60',
    ];
    const file = path.join(dir, 'pgbouncer.ini');
    await writeFile(file, `${settings.join('\n')}\n`);
    await promisify(execFile)('chmod', ['-R', 'go+rX', dir]);
    const command = ['pgbouncer', '-q', file];
    const words = process.getuid() === 0 ? ['runuser', '-u', 'postgres', '--', ...command] : command;
    const child = spawn(words[0], words.slice(1), { stdio: 'ignore', cwd: '/' });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.on('error', () => {});
    url.port = String(port);
    s.env.CHATHUB_DATABASE_URL = url.toString();
    await until('the pooler answers', () =>
        new Promise((resolve) => {
            const socket = net.connect(port, '127.0.0.1', () => (socket.destroy(), resolve(true)));
            socket.on('error', () => resolve(false));
        }),
    );
    return async () => {
        child.kill('SIGTERM');
        await ended;
        await rm(dir, { recursive: true, force: true });
    };
}

test('a pooler that shares connections is refused by name, one that keeps them serves', async ({ engine }) => {
    if (engine !== 'postgres') return;
    for (const mode of ['transaction', 'session']) {
        let stop;
        const load = async (s) => {
            stop = await pooler(s, mode);
        };
        const s = await Server.start({ engine, load, expectFailure: mode !== 'session' });
        try {
            if (mode === 'session') {
                assert.equal(await write(await s.account('merchant'), []), 201);
            } else {
                assert.notEqual(s.code, 0);
                assert.match(s.log, /pool_mode = session/, mode);
            }
        } finally {
            await s.end();
            await stop();
        }
    }
});

test('a clock that is wrong for seconds', async ({ server }) => {
    const c = await server.account('merchant');
    const clock = (body) => server.client().post('/dev/clock', body);
    const ready = async () => (await server.client().get('/readyz')).json;
    for (const jump of [YEAR_S, -YEAR_S, 3600]) {
        const before = Date.parse((await clock({})).json.now);
        assert.equal((await clock({ jump_s: jump })).status, 200);
        await until('it is told', async () => (await ready()).clock === false);
        assert.equal((await ready()).ready, true);
        const made = [];
        assert.equal(await write(c, made), 201);
        await sleep(3000);
        const during = Date.parse((await clock({})).json.now);
        assert.ok(during - before >= 3000 && during - before < 60000, `${during - before} ms`);
        await clock({ jump_s: -jump });
        await until('it is over', async () => (await ready()).clock === true);
        assert.equal(await write(c, made), 201);
    }
    const times = (await c.get('/api/shops')).text.match(/\d{4}-\d\d-\d\dT[\d:.]+Z/g) ?? [];
    for (const time of times) assert.ok(Math.abs(Date.parse(time) - Date.now()) < 600000, time);
    assert.ok(times.length > 0);
    await server.verify();
});

test('readiness looks at the disk where the database lies, and not at that of the keys alone', async ({ engine }) => {
    if (engine !== 'sqlite') return;
    const freeMb = async (at) => {
        const { bavail, bsize } = await statfs(at).catch(() => ({ bavail: NaN, bsize: 1 }));
        return (bavail * bsize) / 2 ** 20;
    };
    const disks = await Promise.all(['/dev/shm', tmpdir()].map(async (at) => ({ at, mb: await freeMb(at) })));
    const [fuller, roomier] = disks.filter((disk) => disk.mb >= 0).sort((a, b) => a.mb - b.mb);
    if (!roomier || roomier.mb - fuller.mb < 200) return console.log('not judged: there is one disk here');
    const made = [];
    const folder = async ({ at }) => made[made.push(await mkdtemp(path.join(at, 'chathub-disk-'))) - 1];
    const [database, data] = [await folder(fuller), await folder(roomier)];
    const env = { CHATHUB_DATA_DIR: data, CHATHUB_DATABASE_URL: `sqlite:${database}/chathub.db` };
    const s = await Server.start({ env });
    try {
        const { diskFreeMb } = (await s.client().get('/readyz')).json;
        assert.ok(Math.abs(diskFreeMb - (await freeMb(fuller.at))) < 100, `${diskFreeMb} MB, and ${JSON.stringify(disks)}`);
    } finally {
        await s.end();
        for (const at of made) await rm(at, { recursive: true, force: true });
    }
});

await run({ env: { CHATHUB_TEST_CLOCK: '1' } });
