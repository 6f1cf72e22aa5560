// server.mjs: the real binary (CHATHUB_BIN) on a free port, with an empty database of its own, and its command line.
import { execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from './client.mjs';

const START_MS = 120000;
const STOP_MS = 90000; // it ends by itself long before; also with a sanitizer, on a busy machine
const TAKEN = /Address already in use/;
export const PASSWORD = 'correct horse battery 9';

// No server outlives its test, also when that is interrupted.
const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

const bin = () => path.resolve(process.env.CHATHUB_BIN ?? 'build/chathub');

const sql = (text) => promisify(execFile)('psql', [process.env.CHATHUB_TEST_POSTGRES, '-qc', text]);

const inDatabase = (name) => {
    const url = new URL(process.env.CHATHUB_TEST_POSTGRES);
    url.pathname = `/${name}`;
    return url.toString();
};

// An empty database has a hundred migrations before it, two seconds of a processor. In a whole run (CHATHUB_TEST_SHARED,
// a folder) one of each engine is migrated, by whoever makes the folder first, and the others are copies of it.
async function migrated(engine) {
    const shared = process.env.CHATHUB_TEST_SHARED;
    if (!shared) return null;
    const { mtimeMs, size } = statSync(bin());
    const tag = `${engine}_${createHash('sha256').update(`${bin()} ${mtimeMs} ${size}`).digest('hex').slice(0, 12)}`;
    const [dir, done] = [path.join(shared, `server-${tag}`), path.join(shared, `server-${tag}.done`)];
    const first = await mkdir(dir).then(() => true, () => false);
    if (first) {
        try {
            const env = { PATH: process.env.PATH, HOME: dir, CHATHUB_DATA_DIR: dir, ...sanitizers() };
            if (engine === 'postgres') {
                env.CHATHUB_DATABASE_URL = inDatabase(`chathub_${tag}`);
                await sql(`DROP DATABASE IF EXISTS chathub_${tag}`);
                await sql(`CREATE DATABASE chathub_${tag}`);
            }
            await promisify(execFile)(bin(), ['migrate', 'up'], { env });
        } catch (e) {
            await rm(dir, { recursive: true, force: true }); // the next one tries, and nobody waits for this one
            throw e;
        }
        await writeFile(done, '');
    }
    for (const end = Date.now() + START_MS; !existsSync(done); await new Promise((resolve) => setTimeout(resolve, 100)))
        if (Date.now() > end) throw new Error(`nobody has made ${done}`);
    return engine === 'postgres' ? `chathub_${tag}` : path.join(dir, 'chathub.db');
}

// What one program says of its API does not change: it is asked once a process.
const apis = new Map();
function apiOf(server) {
    const { mtimeMs, size } = statSync(bin());
    const tag = `${bin()} ${mtimeMs} ${size}`;
    if (!apis.has(tag)) apis.set(tag, server.cli(['openapi']).then((r) => r.json));
    return apis.get(tag);
}

/** What a command says that is told to the socket in `dir`, as {code, out, err, json}; null: nobody listens there. */
function throughSocket(dir, words, input) {
    return new Promise((resolve, reject) => {
        const socket = createConnection(path.join(dir, 'admin.sock'));
        let there = false,
            line = '';
        socket.setEncoding('utf8');
        socket.on('connect', () => {
            there = true;
            socket.write(`${JSON.stringify({ words, input: input.replace(/\n$/, '') })}\n`);
        });
        socket.on('data', (part) => {
            line += part;
        });
        socket.on('error', (e) => (there ? reject(e) : resolve(null)));
        socket.on('end', () => {
            const said = parse(line);
            if (said) resolve({ ...said, json: parse(said.out) });
            else reject(new Error(`no answer to ${words.join(' ')}`));
        });
    });
}

async function postgresDatabase(template) {
    if (!process.env.CHATHUB_TEST_POSTGRES)
        throw new Error('CHATHUB_TEST_POSTGRES names no PostgreSQL; `tools/pg start DIR` starts one');
    const name = `chathub_http_${randomBytes(6).toString('hex')}`;
    await sql(`CREATE DATABASE ${name}${template ? ` TEMPLATE ${template}` : ''}`);
    return { url: inDatabase(name), drop: () => sql(`DROP DATABASE ${name} WITH (FORCE)`) };
}

export class Server {
    /** env: settings of this server. args: of `serve`. empty: its database is one without tables, also in a whole run. load: fills its database before it starts. Requests may come from any address: X-Forwarded-For of loopback is believed. */
    static async start({ engine = 'sqlite', env = {}, args = [], expectFailure = false, load = null, empty = false } = {}) {
        const s = new Server();
        s.engine = engine;
        s.args = args;
        s.dir = await mkdtemp(path.join(tmpdir(), 'chathub-http-'));
        s.env = {
            CHATHUB_TRIAL_CREDITS: '0', // the suites count from an empty balance
            PATH: process.env.PATH,
            HOME: s.dir,
            CHATHUB_DATA_DIR: s.dir,
            CHATHUB_LISTEN: '127.0.0.1:0',
            CHATHUB_TRUSTED_PROXY: '127.0.0.1',
            // Suites send in seconds, by one account, what people send in days.
            CHATHUB_LIMITS: 'account_changes=100000/1m, account_reads=100000/1m, password=100000/1m, account_changes_hour=100000/1m',
            ...sanitizers(),
            ...env,
        };
        const template = empty || load || expectFailure ? null : await migrated(engine);
        if (engine === 'postgres') {
            s.database = await postgresDatabase(template);
            s.env.CHATHUB_DATABASE_URL = s.database.url;
        } else if (template) await copyFile(template, path.join(s.dir, 'chathub.db'));
        if (load) await load(s);
        await s.#launch(expectFailure);
        s.api = s.port ? await apiOf(s) : null;
        if (s.port && !s.api) throw new Error('`chathub openapi` printed no JSON');
        return s;
    }

    /** Serves once more on the same data (and port, so that addresses stay). */
    async again(env = {}) {
        Object.assign(this.env, env, this.port ? { CHATHUB_LISTEN: `127.0.0.1:${this.port}` } : {});
        this.port = 0;
        // While nobody listened there, a connection of somebody else may have been given that port for a moment.
        for (const end = Date.now() + START_MS; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
            const fault = await this.#launch(false).then(() => null, (e) => e);
            if (!fault) return;
            if (!TAKEN.test(fault.message) || Date.now() > end) throw fault;
        }
    }

    #launch(expectFailure) {
        this.log = '';
        this.out = '';
        this.child = spawn(bin(), ['serve', ...this.args], { env: this.env, cwd: this.dir, stdio: ['ignore', 'pipe', 'pipe'] });
        running.add(this.child);
        this.child.on('exit', () => running.delete(this.child));
        // Not "exit": what it said last may still be on its way.
        this.exited = new Promise((resolve) => this.child.on('close', (code, signal) => resolve(signal ?? code)));
        return new Promise((resolve, reject) => {
            const timer = setTimeout(() => reject(new Error(`no start within ${START_MS} ms\n${this.log}`)), START_MS);
            this.child.stdout.on('data', (d) => {
                this.out += d;
            });
            this.child.stderr.on('data', (d) => {
                this.log += d;
                const port = /"event":"ready".*"port":(\d+)/.exec(this.log)?.[1];
                if (!port || this.port === Number(port)) return;
                clearTimeout(timer);
                this.port = Number(port);
                this.base = `http://127.0.0.1:${port}`;
                resolve();
            });
            this.exited.then((code) => {
                clearTimeout(timer);
                this.code = code;
                if (expectFailure) resolve();
                else reject(new Error(`ended with ${code} at start\n${this.log.slice(-3000)}`));
            });
        });
    }

    /** The command line on this server's data. */
    async cli(args, { input = '', env = {} } = {}) {
        if (['keys', 'migrate'].includes(args[0])) await this.#clerkGoes(); // it knows the keys and tables of its start
        return new Promise((resolve, reject) => {
            const child = spawn(bin(), args, { env: { ...this.env, ...env }, cwd: this.dir });
            let out = '',
                err = '';
            child.stdout.on('data', (d) => {
                out += d;
            });
            child.stderr.on('data', (d) => {
                err += d;
            });
            child.on('error', reject);
            child.on('close', (code) => resolve({ code, out, err, json: parse(out) }));
            child.stdin.on('error', () => {});
            child.stdin.end(input);
        });
    }

    // Accounts and credits of the suites, hundreds: not a process for each, which costs a third of a second with a
    // sanitizer. What the command line itself does is asked by tests/http/commands.mjs.
    async #done(args, { input = '' } = {}) {
        if (this.engine === 'postgres') await this.#clerkIsThere();
        const r = (await throughSocket(this.dir, args, input)) ?? (await this.cli(args, { input }));
        if (r.code !== 0) throw new Error(`chathub ${args.join(' ')}: exit ${r.code}\n${r.out}${r.err}`);
        return r.json;
    }

    // On PostgreSQL a server has no such socket: a process that does what commands do keeps one for it.
    async #clerkIsThere() {
        const program = path.resolve(path.dirname(bin()), '../../tests/clerk/clerk');
        if (!existsSync(program)) return;
        this.clerk ??= this.#clerkComes(program);
        if (!(await this.clerk.ready)) throw new Error(`the clerk ended at its start\n${this.clerk.log}`);
    }

    #clerkComes(program) {
        const child = spawn(program, [], { env: this.env, cwd: this.dir, stdio: ['pipe', 'pipe', 'pipe'] });
        const clerk = { child, log: '' };
        running.add(child);
        child.on('exit', () => running.delete(child));
        child.stdin.on('error', () => {});
        child.stderr.on('data', (d) => {
            clerk.log += d;
        });
        clerk.exited = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)));
        clerk.ready = Promise.race([
            new Promise((resolve) => child.stdout.once('data', () => resolve(true))),
            clerk.exited.then(() => false),
        ]);
        return clerk;
    }

    async #clerkGoes() {
        if (!this.clerk) return;
        const { clerk } = this;
        this.clerk = null;
        clerk.child.stdin.end();
        const timer = setTimeout(() => clerk.child.kill('SIGKILL'), STOP_MS);
        const code = await clerk.exited;
        clearTimeout(timer);
        if (code !== 0) this.clerkFaults = `${this.clerkFaults ?? ''}the clerk: exit ${code}\n${clerk.log.slice(-3000)}`;
    }

    /** A new account, and a client that is signed in as it. */
    async account(
        role = 'merchant',
        { credits = 0, email = `${role}-${randomBytes(5).toString('hex')}@test.example` } = {},
    ) {
        const made = await this.#done(['user', 'add', '--email', email, '--role', role, '--password-stdin', '--json'], {
            input: `${PASSWORD}\n`,
        });
        if (credits > 0) await this.grant(email, credits);
        const client = this.client();
        await client.signIn(email, PASSWORD);
        return Object.assign(client, { email, id: made.id });
    }

    /** A member of the account of `owner`, signed in and acting there. There is no page for teams: the row is written. */
    async member(owner, role) {
        const client = await this.account('merchant');
        const number = ['owner', 'admin', 'agent', 'viewer'].indexOf(role) + 1;
        const insert = `INSERT INTO members (account, person, role, joined_at_ms) SELECT ${owner.id}, id, ${number}, 1
            FROM persons WHERE email_key = '${client.email}'`;
        if (this.engine === 'postgres') await this.sql(insert);
        else
            await promisify(execFile)('python3', [
                '-c',
                'import sqlite3, sys\nwith sqlite3.connect(sys.argv[1], timeout=60) as db: db.execute(sys.argv[2])',
                path.join(this.dir, 'chathub.db'),
                insert,
            ]);
        const r = await client.post('/api/account/switch', { account: owner.id });
        if (r.status !== 200) throw new Error(`no switch: ${r.text}`);
        return client;
    }

    grant(email, amount, reason = 'for a test') {
        return this.#done([
            'credits',
            'grant',
            '--email',
            email,
            '--amount',
            String(amount),
            '--reason',
            reason,
            '--json',
        ]);
    }

    /** What psql says (PostgreSQL). */
    async sql(statement) {
        const r = await promisify(execFile)('psql', [this.database.url, '-qtAc', statement]);
        return r.stdout.trim();
    }

    client() {
        return new Client(this.base, this.api);
    }

    async verify() {
        const r = await this.cli(['verify', '--json']);
        if (r.code !== 0 || r.json?.sound !== true) throw new Error(`chathub verify: exit ${r.code}\n${r.out}${r.err}`);
        return r.json;
    }

    /** Moves the server's clock (CHATHUB_TEST_CLOCK=1). */
    async advance(seconds) {
        const r = await this.client().post('/dev/clock', { advance_s: seconds });
        if (r.status !== 200) throw new Error(`/dev/clock: ${r.status} ${r.text}`);
    }

    async mails(to) {
        const r = await this.client().get('/dev/outbox', { headers: { accept: 'application/json' } });
        return r.json.mails.filter((m) => m.to === to);
    }

    async stop(signal = 'SIGTERM') {
        await this.#clerkGoes();
        if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
        const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
        const code = await this.exited;
        clearTimeout(timer);
        return code;
    }

    /** Stops, deletes everything, and says what was wrong about it. */
    async end() {
        const faults = [];
        const code = await this.stop();
        if (code !== 0) faults.push(`exit ${code}\n${this.log.slice(-3000)}`);
        if (this.clerkFaults) faults.push(this.clerkFaults);
        const found = /(ERROR: (Address|Leak|Thread)Sanitizer|runtime error:|"event":"handler_without_reply").*/.exec(
            this.log,
        );
        if (found) faults.push(this.log.slice(Math.max(0, found.index - 200), found.index + 3000));
        await this.database?.drop();
        await rm(this.dir, { recursive: true, force: true });
        return faults;
    }
}

function sanitizers() {
    return Object.fromEntries(
        Object.entries(process.env).filter(([name]) => /^[ALTU]B?SAN_OPTIONS$|^UBSAN_OPTIONS$/.test(name)),
    );
}

function parse(text) {
    try {
        return JSON.parse(text);
    } catch {
        return null;
    }
}
