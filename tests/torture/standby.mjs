// standby.mjs: a PostgreSQL that is two, behind one address: a primary, a standby that is told every commit before anybody
// else is (synchronous replication), and a forwarder whose target moves as an address does.
//
// "Acknowledged" is only as strong as what the database calls committed. With a standby that follows behind, a failover
// loses the last moments, and no program can know which; so whoever promises that nothing is lost sets
// synchronous_standby_names, and turns to a standby only while it is in step. That is what Pair does: a server that has no
// standby in step is never left.
import { execFile } from 'node:child_process';
import { chmod, mkdir } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PG = fileURLToPath(new URL('../../tools/pg', import.meta.url));
const IN_STEP_MS = 60000; // on a busy machine

export const pg = async (...words) => (await promisify(execFile)(PG, words)).stdout.trim();
export const psql = async (url, sql) => (await promisify(execFile)('psql', [url, '-qAtc', sql])).stdout.trim();
export const portOf = (url) => Number(new URL(url).port);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** A TCP forwarder whose target can be moved; moving it cuts what is open, as an address that moves does. */
export class Forwarder {
    static async start(target) {
        const f = new Forwarder();
        f.target = target;
        f.open = new Set();
        f.server = net.createServer((client) => {
            const server = net.connect(f.target, '127.0.0.1');
            for (const [one, other] of [
                [client, server],
                [server, client],
            ]) {
                f.open.add(one);
                one.on('error', () => one.destroy());
                one.on('close', () => (f.open.delete(one), other.destroy()));
                one.pipe(other);
            }
        });
        await new Promise((resolve) => f.server.listen(0, '127.0.0.1', resolve));
        f.port = f.server.address().port;
        return f;
    }

    move(target) {
        this.target = target;
        for (const socket of this.open) socket.destroy();
    }

    async end() {
        this.move(1);
        await new Promise((resolve) => this.server.close(resolve));
    }
}

export class Pair {
    constructor(dir) { Object.assign(this, { dir, made: 0, failovers: 0 }); }

    async #folder() {
        const folder = path.join(this.dir, `pair-${++this.made}`);
        await mkdir(folder, { recursive: true, mode: 0o755 });
        await chmod(folder, 0o777); // PostgreSQL may run as another user
        return folder;
    }

    async start() {
        this.primary = { folder: await this.#folder() };
        this.primary.url = await pg('start', this.primary.folder);
        await this.#addStandby();
        this.forwarder = await Forwarder.start(portOf(this.primary.url));
    }

    /** A new standby of the primary. From here on a commit is told when it is on both. */
    async #addStandby() {
        const folder = await this.#folder();
        this.standby = { folder, url: await pg('standby', folder, this.primary.folder) };
        await psql(this.primary.url, "ALTER SYSTEM SET synchronous_standby_names = '*'");
        await psql(this.primary.url, 'SELECT pg_reload_conf()');
        const end = await psql(this.primary.url, 'SELECT pg_current_wal_flush_lsn()');
        const inStep = `SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state = 'sync' AND flush_lsn >= '${end}'`;
        for (const until = Date.now() + IN_STEP_MS; (await psql(this.primary.url, inStep)) === '0'; await sleep(50))
            if (Date.now() > until) throw new Error('the standby is not in step with its primary');
    }

    /** The address of a new, empty database, behind the one address. */
    async database(name) {
        await psql(this.primary.url, `CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`);
        const url = new URL(this.primary.url);
        url.port = String(this.forwarder.port);
        url.pathname = `/${name}`;
        return url.toString();
    }

    /** The primary is gone without a goodbye, the standby takes its place; then the first one's machine comes back as the
     * standby of the new one. */
    async failOver() {
        const gone = this.primary;
        await pg('stop', gone.folder, 'immediate');
        await pg('promote', this.standby.folder);
        this.primary = this.standby;
        this.forwarder.move(portOf(this.primary.url));
        this.failovers++;
        await pg('remove', gone.folder);
        await this.#addStandby();
    }

    /** For a while the address leads to a server that only reads. */
    async lead(ms) {
        this.forwarder.move(portOf(this.standby.url));
        await sleep(ms);
        this.forwarder.move(portOf(this.primary.url));
    }

    async remove() {
        await this.forwarder?.end();
        for (const one of [this.standby, this.primary]) if (one) await pg('remove', one.folder);
    }
}
