// make.mjs: makes the databases that the upgrade suite begins with, by a binary of the version they are of:
//     CHATHUB_BIN=path/to/0.1.0/chathub CHATHUB_TEST_POSTGRES=... node tests/upgrade/make.mjs 0.1.0
// Writes VERSION-sqlite.sql, VERSION-postgres.sql and VERSION.json (what must be found afterwards).
//     CHATHUB_BIN=path/to/0.1.0/chathub node tests/upgrade/make.mjs 0.1.0 path/to/0.1.0/web/console/src/i18n
// Writes VERSION-surface.json alone: the routes and texts that must still be there.
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Server, PASSWORD } from '../http/lib/server.mjs';
import { surface } from './surface.mjs';

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const version = process.argv[2];
const run = promisify(execFile);
// Drawn for these dumps alone: a key that seals nothing else.
const KEY = 'bmS/DfSvOKYJU2ge+/Ury90eczSV77CzN/tV/neii98='; // secret-scan: made up

async function fill(server) {
    const ann = await server.account('merchant', { credits: 500, email: 'ann@upgrade.example' });
    const bob = await server.account('merchant', { credits: 60, email: 'bob@upgrade.example' });
    const gone = await server.account('merchant', { credits: 100, email: 'gone@upgrade.example' });
    const boss = await server.account('operator', { email: 'boss@upgrade.example' });
    const on = await ann.shop('Tea');
    await ann.post(`/api/shops/${on.id}/chatbot/enable`, {});
    const off = await ann.shop('Coffee');
    await ann.post(`/api/shops/${off.id}/chatbot/enable`, {});
    await ann.post(`/api/shops/${off.id}/chatbot/disable`, {});
    await ann.shop('Never enabled');
    const deleted = await ann.shop('Deleted');
    await ann.request('DELETE', `/api/shops/${deleted.id}`);
    await ann.post(`/api/shops/${on.id}/secrets/sso/rotate`, {});
    const key = await ann.post(`/api/shops/${on.id}/secrets/service/show`, {});
    const other = await bob.shop('Bobs');
    await bob.post(`/api/shops/${other.id}/chatbot/enable`, {});
    const closed = await gone.shop('Closed');
    await gone.post(`/api/shops/${closed.id}/chatbot/enable`, {});
    await boss.post(`/api/operator/accounts/${gone.id}/disable`, { reason: 'for the upgrade' });
    // One is still being enabled, with its credits held: the outside server of this one is not there.
    await server.stop();
    await server.again({ CHATBOT_BASE_URL: 'http://127.0.0.1:9', CHATBOT_SHARED_SECRET: 'made up for a test, a.b' });
    const waiting = await ann.shop('Waiting');
    const asked = await ann.post(`/api/shops/${waiting.id}/chatbot/enable`, {});
    if (asked.status !== 202) throw new Error(`no hold: ${asked.status} ${asked.text}`);
    await server.client().post('/auth/password/forgot', { email: 'bob@upgrade.example' });
    await server.client().post('/auth/password/register', { email: 'new@upgrade.example', password: PASSWORD });
    for (let i = 0; i < 60; i++) {
        const sealed = await server.cli(['verify', '--json']);
        if (sealed.code === 0 && i > 10) break;
        await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    const shown = Object.values(key.json).find((v) => String(v).startsWith('chsk_'));
    if (!shown) throw new Error(`no key: ${key.text}`);
    const facts = { key: shown, on: on.id, off: off.id, deleted: deleted.id, closed: closed.id, waiting: waiting.id };
    for (const [name, c] of Object.entries({ ann, bob, boss })) {
        facts[name] = { id: c.id, cookie: [...c.cookies].map(([k, v]) => `${k}=${v}`).join('; ') };
        const balance = await c.get('/api/billing/summary');
        facts[name].summary = balance.json;
        facts[name].transactions = (await c.get('/api/billing/transactions')).json;
        facts[name].audit = (await c.get('/api/audit')).json.entries.length;
        facts[name].shops = (await c.get('/api/shops')).json.shops.map((s) => [s.id, s.shop_name, s.status]);
    }
    facts.gone = { id: gone.id };
    return facts;
}

async function databases() {
    const all = { sealedWith: KEY };
    for (const engine of ['sqlite', 'postgres']) {
        const server = await Server.start({ engine, env: { CHATHUB_MASTER_KEY: KEY } });
        all[engine] = await fill(server);
        await server.stop();
        const dump =
            engine === 'sqlite'
                ? await run('sqlite3', [path.join(server.dir, 'chathub.db'), '.dump'], { maxBuffer: 1 << 26 })
                : await run('pg_dump', ['--no-owner', '--no-privileges', '--inserts', server.database.url], { maxBuffer: 1 << 26 });
        // psql's own commands are not for others to run; the date in the head would change the file for nothing.
        const text = dump.stdout.replaceAll('\t', ' ').replace(/^\\(?:un)?restrict .*\n/gm, '').replace(/[ \t]+$/gm, '');
        await writeFile(path.join(here, `${version}-${engine}.sql`), text);
        if (server.database) await server.database.drop();
    }
    await writeFile(path.join(here, `${version}.json`), `${JSON.stringify(all, null, 1)}\n`);
}

if (process.argv[3] === undefined) await databases();
else await writeFile(path.join(here, `${version}-surface.json`), `${JSON.stringify(surface(process.argv[3]), null, 1)}\n`);
