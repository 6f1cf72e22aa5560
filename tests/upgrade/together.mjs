// together.mjs: a server of before and one of now on one PostgreSQL. They never run together: who comes second is refused with
// a sentence, and nothing is changed. No binary of 0.1.0 is at hand in a test run, so what such a server does is played, word
// for word: while it runs it shares a lock on its connection for notices; when it starts it stops at a migration that is not
// of its list. The first is a psql that holds that lock. For the second, the database gets a migration that is not of ours,
// and one of ours starts.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { Server } from '../http/lib/server.mjs';
import { until } from '../http/lib/suite.mjs';
import { load, NEWEST_THEN } from './dump.mjs';

// As in 0.1.0: pg_listen.c, and migrate.c with the numbers of its list.
const THEIR_LOCK = 'SELECT pg_advisory_lock_shared(4805, hashtext(current_schema()))';
const THEIR_LOOK = 'SELECT number FROM schema_migrations ORDER BY number';
const THEIR_LIST = [50, 70, 100, 101, 200, 220, 221, 250, 251, 300, 330, 331, 332, NEWEST_THEN];
const HOLDERS = `SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 4805 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
const FROM_TOMORROW = 9999;

/** Everything that an upgrade would change: the migrations, the columns, and the rows of what people own. */
async function state(server) {
    const columns = `SELECT md5(string_agg(table_name || '.' || column_name || ' ' || data_type, ',' ORDER BY table_name,
        column_name)) FROM information_schema.columns WHERE table_schema = current_schema()`;
    const rows = 'SELECT (SELECT COUNT(*) FROM shops), (SELECT COUNT(*) FROM sessions), (SELECT MAX(id) FROM audit_log)';
    return [await server.sql(THEIR_LOOK), await server.sql(columns), await server.sql(rows)];
}

const numbers = (text) => text.split('\n').map(Number);
const words = (server) => server.out + server.log;

export async function anOlderOneRuns(env) {
    let older, before;
    const server = await Server.start({ engine: 'postgres', env, expectFailure: true, load: async (s) => {
        await load(s);
        older = spawn('psql', [s.database.url, '-qc', THEIR_LOCK, '-c', 'SELECT pg_sleep(600)'], { stdio: 'ignore' });
        await until('the lock of the older server', async () => (await s.sql(HOLDERS)) === '1');
        before = await state(s);
    } });
    try {
        assert.equal(server.port, undefined, 'it serves beside the older one');
        assert.notEqual(server.code, 0);
        assert.match(words(server), /a server runs on this database, maybe of an older version: stop every server first\./);
        assert.match(words(server), /"event":"server_is_running"/);
        assert.deepEqual(numbers(before[0]), THEIR_LIST);
        assert.deepEqual(await state(server), before);
        const { code, err } = await server.cli(['migrate', 'up']);
        assert.deepEqual([code, await state(server)], [3, before]);
        assert.match(err, /A server runs on this database, maybe of an older version: stop every server first\./);
    } finally {
        older.kill('SIGKILL');
    }
    // And when the older one has ended, it starts.
    await server.sql('SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = \'advisory\' AND classid = 4805' +
        ' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())');
    await until('the lock is free', async () => (await server.sql(HOLDERS)) === '0');
    await server.again();
    await server.verify();
    assert.deepEqual(await server.end(), []);
}

export async function anOlderOneStarts(server) {
    // A server of 0.1.0 finds numbers that are not of its list.
    const now = numbers(await server.sql(THEIR_LOOK));
    assert.deepEqual(now.filter((number) => THEIR_LIST.includes(number)), THEIR_LIST);
    assert.ok(now.length > THEIR_LIST.length);
    await until('the lock of this server', async () => (await server.sql(HOLDERS)) === '1');
    await server.sql(`INSERT INTO schema_migrations (number, name, applied_ms) VALUES (${FROM_TOMORROW}, 'of tomorrow', ${Date.now()})`);
    const beside = { env: { ...server.env, CHATHUB_LISTEN: '127.0.0.1:0' }, expectFailure: true };
    let [before, after, second] = [[], null, null];
    // The one that runs has jobs of its own, and one may write in between: what the second changes it changes each time.
    for (let tries = 0; tries < 3 && String(before) !== String(after); tries++) {
        before = await state(server);
        second = await Server.start(beside);
        assert.equal(second.port, undefined, 'it serves over a newer schema');
        assert.notEqual(second.code, 0);
        assert.match(words(second), new RegExp(`"event":"database_is_newer".*"number":${FROM_TOMORROW}`));
        assert.match(words(second), /The database schema could not be brought up to date; the log says why\./);
        after = await state(server);
    }
    assert.deepEqual(after, before);
    assert.equal((await server.client().get('/readyz')).status, 200);
    await server.sql(`DELETE FROM schema_migrations WHERE number = ${FROM_TOMORROW}`);
    // Of one version, as many as one likes: the second needs no migration.
    await second.again();
    assert.equal((await second.client().get('/readyz')).status, 200);
    assert.equal(await second.stop(), 0);
    assert.equal((await server.client().get('/readyz')).status, 200);
}
