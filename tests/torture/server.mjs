// server.mjs: what is broken on purpose: the service as a process that can be killed and started again on the same data,
// and the PostgreSQL server below it, which can be stopped without a goodbye. Nothing here blocks: clients go on asking
// while a server is down.
import { execFile, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const START_MS = 60000;
const LOG_KEPT = 40000;
const PORTS_FROM = 15000, PORTS = 15000;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export async function temporaryFolder() {
    const dir = await mkdtemp(path.join(tmpdir(), 'chathub-torture-'));
    await chmod(dir, 0o755); // PostgreSQL may run as another user
    return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

/** Below those that the kernel gives to whoever asks for any: while the server that had it is dead nobody else gets it. */
export function freePort() {
    return new Promise((resolve, reject) => {
        const probe = createServer();
        probe.on('error', (e) => (e.code === 'EADDRINUSE' ? freePort().then(resolve, reject) : reject(e)));
        probe.listen(PORTS_FROM + randomInt(PORTS), '127.0.0.1', () => {
            const { port } = probe.address();
            probe.close(() => resolve(port));
        });
    });
}

function run(program, args, { env = process.env, input = '' } = {}) {
    return new Promise((resolve) => {
        const child = execFile(program, args, { env, maxBuffer: 64 << 20 }, (error, out, err) =>
            resolve({ code: error ? (error.code ?? 1) : 0, out, err }));
        child.stdin.on('error', () => {});
        child.stdin.end(input);
    });
}

/** What a server answers; null: nothing. Not by fetch: a pool of connections to the dead one would be in the way. */
function ask(port, method, path, body) {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = text ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } : {};
    return new Promise((resolve) => {
        const req = http.request({ host: '127.0.0.1', port, method, path, headers, agent: false, timeout: 5000 }, (res) => {
            const parts = [];
            res.on('data', (part) => parts.push(part));
            res.on('end', () => resolve({ status: res.statusCode, json: parsed(Buffer.concat(parts).toString()) }));
            res.on('error', () => resolve(null));
        });
        req.on('timeout', () => req.destroy());
        req.on('error', () => resolve(null));
        req.end(text);
    });
}

function parsed(text) {
    try {
        return JSON.parse(text);
    } catch {
        return null;
    }
}

const answers = async (port) => (await ask(port, 'GET', '/healthz'))?.status === 200;

export class Service {
    static closed = false; // an interrupted run starts nothing any more

    constructor(binary, env, port) {
        Object.assign(this, { binary, port, startMs: [], log: '', child: null, faults: [] });
        // Few accounts do the work of many.
        // While a disk comes back a merchant asks as often as a program does, and is to be heard in the end.
        const limits = 'account_changes=100000/1m, account_reads=100000/1m, account_changes_hour=100000/1m,' +
            ' register=100000/1m, account_mail=100000/1m, password=100000/1m';
        this.env = { CHATHUB_LIMITS: limits, ...process.env, ...env, CHATHUB_LISTEN: `127.0.0.1:${port}` };
    }

    get running() { return this.child !== null && this.child.exitCode === null && this.child.signalCode === null; }

    launch() {
        if (Service.closed) throw new Error('interrupted');
        const child = spawn(this.binary, ['serve'], { env: this.env, stdio: ['ignore', 'ignore', 'pipe'] });
        child.exited = new Promise((done) => child.once('exit', done));
        child.on('error', (e) => { this.broken = e; });
        child.stderr.on('data', (text) => {
            this.log = (this.log + text).slice(-LOG_KEPT);
            const found = /(ERROR: \w+Sanitizer|runtime error:|Assertion `|"event":"handler_without_reply").*/.exec(text);
            if (found && this.faults.length < 5) this.faults.push(String(text).slice(found.index, found.index + 2000));
        });
        child.once('exit', (code, signal) => {
            if (signal !== 'SIGKILL') this.log += `(the server ended with ${signal ?? code})\n`;
            if (signal && signal !== 'SIGKILL') this.faults.push(`the server ended by ${signal}`);
        });
        this.child = child;
    }

    /** Resolves when it answers. A start may fail while its database is away; one that never comes is a failure. */
    async start() {
        const deadline = Date.now() + START_MS;
        let began = Date.now();
        this.launch();
        while (!(await answers(this.port))) {
            if (this.broken) throw this.broken;
            if (Date.now() > deadline) throw new Error(`the server does not start:\n${this.log.slice(-3000)}`);
            if (!this.running) {
                await sleep(100);
                began = Date.now();
                this.launch();
            }
            await sleep(5);
        }
        this.startMs.push(Date.now() - began);
    }

    ask(method, path, body) { return ask(this.port, method, path, body); }

    async kill() {
        if (!this.running) return;
        this.child.kill('SIGKILL');
        await this.child.exited;
    }

    /** A command of the binary; its answer as JSON. `verify` says what is unsound with its exit code too. */
    async command(words, input) {
        const r = await run(this.binary, [...words, '--json'], { env: this.env, input });
        if (r.code !== 0 && words[0] !== 'verify') throw new Error(`${words.join(' ')}: exit ${r.code}: ${r.err}`);
        try {
            return JSON.parse(r.out);
        } catch {
            throw new Error(`${words.join(' ')}: exit ${r.code}, no JSON: ${r.out}${r.err}`);
        }
    }
}

/** A throw-away PostgreSQL of our own, because it is stopped with `immediate`: no checkpoint, nothing flushed. */
export class Cluster {
    constructor(dir) { this.dir = path.join(dir, 'pg'); }

    async #pg(...args) {
        const r = await run(path.join(root, 'tools/pg'), args);
        if (r.code !== 0) throw new Error(`tools/pg ${args.join(' ')}: ${r.err || r.out}`);
        return r.out.trim();
    }

    async start() {
        await mkdir(this.dir, { recursive: true, mode: 0o755 });
        await chmod(this.dir, 0o777);
        this.base = await this.#pg('start', this.dir, 'max_connections=100');
    }

    /** The address of a new, empty database. */
    async database(name) {
        const r = await run('psql', [this.base, '-qc', `CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`]);
        if (r.code !== 0) throw new Error(`CREATE DATABASE: ${r.err}`);
        const url = new URL(this.base);
        url.pathname = `/${name}`;
        return url.toString();
    }

    stop() { return this.#pg('stop', this.dir, 'immediate'); }
    remove() { return this.#pg('remove', this.dir); }
}
