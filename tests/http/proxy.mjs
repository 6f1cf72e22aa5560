// proxy.mjs: the nginx file that is shipped (docs/deploy/nginx.conf), as it is but for its names, ports and certificate: a
// real nginx takes it, passes on what it should, and its limits answer 429 to one client alone.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { run, test, until } from './lib/suite.mjs';

const SHIPPED = fileURLToPath(new URL('../../docs/deploy/nginx.conf', import.meta.url));
const does = promisify(execFile);
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

async function freePort() {
    const s = net.createServer();
    await new Promise((ready) => s.listen(0, '127.0.0.1', ready));
    const { port } = s.address();
    await new Promise((done) => s.close(done));
    return port;
}

/** What is ours to fill in is filled in, and each of these must be there: the file may not drift away from the test. */
function filledIn(text, { plain, tls, upstream, dir }) {
    const swaps = [
        ['listen 80;', `listen 127.0.0.1:${plain};`],
        ['    listen [::]:80;\n', ''],
        ['listen 443 ssl http2;', `listen 127.0.0.1:${tls} ssl http2;`],
        ['    listen [::]:443 ssl http2;\n', ''],
        ['/etc/ssl/chathub/fullchain.pem', `${dir}/cert.pem`],
        ['/etc/ssl/chathub/privkey.pem', `${dir}/key.pem`],
        ['server 127.0.0.1:8080;', `server 127.0.0.1:${upstream};`],
    ];
    for (const [from, to] of swaps) {
        assert.ok(text.includes(from), `the shipped file has no ${JSON.stringify(from)}`);
        text = text.replaceAll(from, to);
    }
    return text;
}

async function nginxBefore(upstream) {
    const dir = await mkdtemp(path.join(tmpdir(), 'chathub-nginx-'));
    const [plain, tls] = [await freePort(), await freePort()];
    await does('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1',
        '-subj', '/CN=chathub.example', '-keyout', `${dir}/key.pem`, '-out', `${dir}/cert.pem`]);
    await writeFile(`${dir}/site.conf`, filledIn(await readFile(SHIPPED, 'utf8'), { plain, tls, upstream, dir }));
    const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path ${dir}/${one};`);
    // As the head of the file says it of nginx.conf.
    await writeFile(`${dir}/nginx.conf`, `${process.getuid() === 0 ? 'user root;\n' : ''}daemon off; pid ${dir}/pid;
error_log ${dir}/error.log; worker_processes 1; worker_rlimit_nofile 65536; events { worker_connections 16384; }
http { access_log off; ${temps.join(' ')} include ${dir}/site.conf; }`);
    const how = ['-p', dir, '-c', `${dir}/nginx.conf`, '-e', `${dir}/error.log`];
    const checked = await does('nginx', ['-t', ...how], { env: { PATH } });
    assert.match(checked.stderr, /syntax is ok[\s\S]*test is successful/);
    assert.doesNotMatch(checked.stderr, /\[(warn|emerg|alert|crit)\]/);
    const child = spawn('nginx', how, { env: { PATH }, stdio: 'ignore' });
    await until('nginx listens', () => new Promise((told) => {
        const s = net.connect(tls, '127.0.0.1', () => { s.destroy(); told(true); });
        s.on('error', () => told(false));
    }), 20000);
    return {
        plain, tls, dir,
        leave: async () => {
            const ended = new Promise((done) => child.once('exit', done));
            child.kill('SIGTERM');
            await ended;
            await rm(dir, { recursive: true, force: true });
        },
    };
}

/** One request over TLS; `hold`: resolves with the head, and the connection stays. */
function ask(nginx, at, { headers = {}, hold = false, agent } = {}) {
    return new Promise((resolve, reject) => {
        const request = https.request({
            host: '127.0.0.1', port: nginx.tls, path: at, rejectUnauthorized: false, servername: 'chathub.example', agent: agent ?? false,
            headers: { Host: 'chathub.example', ...headers },
        }, (res) => {
            const told = { status: res.statusCode, headers: res.headers, text: '', end: () => request.destroy() };
            res.setEncoding('utf8').on('data', (more) => { told.text += more; });
            res.on('error', () => {});
            if (hold) resolve(told);
            else res.on('end', () => resolve(told));
        });
        request.on('error', reject);
        request.end();
    });
}

const shared = {};
test('nginx takes the shipped file without a word, and passes requests on', async ({ server }) => {
    const nginx = (shared.nginx = await nginxBefore(server.port));
    const config = await ask(nginx, '/api/config');
    assert.equal(config.status, 200, config.text);
    assert.equal(JSON.parse(config.text).name, 'Chathub');
    for (const inside of ['/metrics', '/readyz']) assert.equal((await ask(nginx, inside)).status, 404, inside);
    const moved = await fetch(`http://127.0.0.1:${nginx.plain}/shops?a=1`, { redirect: 'manual' });
    assert.equal(moved.status, 301);
    assert.equal(moved.headers.get('location'), 'https://chathub.example/shops?a=1');
});

test('what a client says of its own address does not pass', async ({ server }) => {
    // Wrong passwords are counted by address: were the header believed, each would be another client.
    const owner = await server.account('merchant');
    const cookie = [...owner.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const sessions = await ask(shared.nginx, '/auth/sessions', { headers: { Cookie: cookie, 'X-Forwarded-For': '203.0.113.9' } });
    assert.equal(sessions.status, 200, sessions.text);
    assert.doesNotMatch(sessions.text, /203\.0\.113\.9/);
});

test('one client has 24 pages open and no more; others, and its requests, go on', async ({ server }) => {
    const { nginx } = shared;
    const owners = [];
    for (let i = 0; i < 3; i++) owners.push(await server.account('merchant')); // Chathub itself counts by account
    const cookies = owners.map((c) => [...c.cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const open = [];
    for (let i = 0; i < 24; i++)
        open.push(await ask(nginx, '/api/events', { hold: true, headers: { Cookie: cookies[i % 3], Accept: 'text/event-stream' } }));
    assert.deepEqual([...new Set(open.map((one) => one.status))], [200]);
    const more = await ask(nginx, '/api/events', { headers: { Cookie: cookies[0], Accept: 'text/event-stream' } });
    assert.equal(more.status, 429);
    assert.equal((await ask(nginx, '/api/config')).status, 200);
    // As it comes, not when a buffer is full.
    await until('a beat comes through', () => /event: beat/.test(open[0].text), 60000);
    open[0].end();
    await until('a place is free again', async () => {
        const again = await ask(nginx, '/api/events', { hold: true, headers: { Cookie: cookies[0], Accept: 'text/event-stream' } });
        open.push(again);
        return again.status === 200;
    });
    for (const one of open) one.end();
});

test('one client that asks without end is answered 429, and served again a moment later', async () => {
    const { nginx } = shared;
    const agent = new https.Agent({ keepAlive: true, maxSockets: 100 });
    const got = {};
    await Promise.all(Array.from({ length: 1500 }, async () => {
        const { status } = await ask(nginx, '/healthz', { agent });
        got[status] = (got[status] ?? 0) + 1;
    }));
    agent.destroy();
    assert.deepEqual(Object.keys(got), ['200', '429'], JSON.stringify(got));
    assert.ok(got[200] >= 400, JSON.stringify(got));
    await until('it is served', async () => (await ask(nginx, '/healthz')).status === 200);
});

test('nginx goes', async () => {
    await shared.nginx.leave();
});

await run({});
