// dump.mjs: loads the database of an earlier version, as make.mjs dumped it. What depends on the day (sessions that idle out,
// a shop that is purged after a week) is moved to today; what is hashed (the ledger, the trail) stays as it is.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const here = path.dirname(new URL(import.meta.url).pathname);
/** The newest migration of 0.1.0. */
export const NEWEST_THEN = 900;
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

/** Fills the empty database of a server. */
export async function load(server) {
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
