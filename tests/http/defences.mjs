// defences.mjs: what the replaced systems left open, tried against the running server: roles, other sites, script in names,
// limits, secrets at rest and in logs, settings that must not start in production; and the command line's exit codes.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { newKey, randomAddress, raw } from './lib/client.mjs';
import { PASSWORD, Server } from './lib/server.mjs';
import { run, sleep, test, until } from './lib/suite.mjs';

const execute = promisify(execFile);
const enable = (c, shop) => c.post(`/api/shops/${shop.id}/chatbot/enable`, {});

/** Everything the database holds, as one text: the files of SQLite, or a dump. */
async function wholeDatabase(server) {
    if (server.engine === 'postgres')
        return (await execute('pg_dump', [server.database.url], { maxBuffer: 1 << 28 })).stdout;
    const files = (await readdir(server.dir)).filter((f) => f.startsWith('chathub.db'));
    return (await Promise.all(files.map((f) => readFile(path.join(server.dir, f), 'latin1')))).join('');
}

test('d05 only an operator grants credits, with a reason and an entry', async ({ server }) => {
    const c = await server.account('merchant');
    const grant = { email: c.email, amount: 1000, reason: 'for myself' };
    const tried = await c.post('/api/billing/grant', grant);
    assert.deepEqual([tried.status, tried.json.error], [404, 'not_found']);
    assert.equal((await server.client().post('/api/billing/grant', grant)).status, 401);
    assert.equal((await c.get('/api/billing/summary')).json.credits, 0);
    const operator = await server.account('operator');
    assert.equal((await operator.post('/api/billing/grant', { ...grant, reason: undefined })).status, 422);
    assert.equal((await operator.post('/api/billing/grant', { ...grant, amount: -5 })).status, 422);
    assert.equal((await operator.post('/api/billing/grant', grant)).json.creditsRemaining, 1000);
    assert.equal((await c.get('/api/billing/transactions')).json.transactions.length, 1);
});

test('d07 registering the address of somebody else changes nothing of theirs', async ({ server }) => {
    const owner = await server.account('merchant');
    const thief = server.client();
    const r = await thief.post('/auth/password/register', {
        email: owner.email.toUpperCase(),
        password: 'the phrase of a thief',
        name: 'T',
    });
    assert.equal(r.status, 200, 'the answer does not tell');
    assert.equal(
        (await thief.post('/auth/password/login', { email: owner.email, password: 'the phrase of a thief' })).status,
        401,
    );
    await server.client().signIn(owner.email, PASSWORD);
    const mails = await until('a mail to the owner', async () => {
        const list = await server.mails(owner.email);
        return list.length > 0 && list;
    });
    assert.ok(
        mails.every((m) => !/verify-email#token/.test(m.text)),
        'no link that would set a password',
    );
});

test('d21 secrets and tokens are in no row and no log line', async ({ server }) => {
    const c = await server.account('merchant', { credits: 50 });
    const shop = await c.shop();
    await enable(c, shop);
    const secrets = [PASSWORD, c.cookies.get('sid')];
    for (const kind of ['sso', 'webhook', 'service'])
        secrets.push((await c.post(`/api/shops/${shop.id}/secrets/${kind}/show`)).json.secret);
    await c.post('/auth/password/forgot', { email: c.email });
    const mail = await until('the mail', async () => (await server.mails(c.email))[0]);
    secrets.push(/token=([\w-]+)/.exec(mail.text)[1]);
    assert.ok(secrets.every((s) => s && s.length >= 20));
    const rows = await wholeDatabase(server);
    for (const s of secrets) {
        assert.ok(!rows.includes(s), 'in the database');
        assert.ok(!server.log.includes(s), 'in the log');
    }
    const user = JSON.stringify((await c.get('/api/user')).json);
    assert.ok(!/token|hash|secret/i.test(user), user);
    const key = server.engine === 'sqlite' && (await stat(path.join(server.dir, 'master.key')));
    assert.ok(!key || (key.mode & 0o777) === 0o600);
});

test("d22 an operator's addresses do not exist for merchants", async ({ server }) => {
    const c = await server.account('merchant');
    const paths = Object.entries(server.api.paths).filter(([, ops]) =>
        ops.get?.tags.some((t) => t.toLowerCase() === 'operator'),
    );
    assert.ok(paths.length >= 4);
    for (const [template] of paths) {
        const r = await c.get(template.replace(/\{\w+\}/g, '1'));
        assert.deepEqual([template, r.status, r.json.error], [template, 404, 'not_found']);
    }
});

test('d23 a link is not used up by being looked at, and mails to one address are limited', async ({ server }) => {
    const email = `asked-${newKey()}@test.example`;
    const c = server.client();
    await c.post('/auth/password/register', { email, password: PASSWORD });
    const mail = await until('the mail', async () => (await server.mails(email))[0]);
    const token = /token=([\w-]+)/.exec(mail.text)[1];
    for (let i = 0; i < 3; i++) await server.client().get(`/auth/verify-email?token=${token}`);
    assert.equal(
        (await server.client().post('/auth/password/reset', { token, password: 'another phrase 12' })).status,
        400,
    );
    assert.equal((await c.post('/auth/verify-email', { token })).status, 200, 'still good');
    for (let i = 0; i < 30; i++)
        await server.client().post('/auth/password/forgot', { email }, { address: randomAddress() });
    await sleep(300);
    assert.ok((await server.mails(email)).length < 12, 'a mailbox is not flooded');
    assert.ok(![200, 204].includes((await server.client().get('/api/test-email')).status));
});

const SCRIPT = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>';

for (const name of [
    "d24 script in names stays text on the merchant's side",
    "d58 script in names stays text on the operator's side",
]) {
    test(`${name}: escaped in pages, JSON elsewhere, no inline script`, async ({ server }) => {
        const c = await server.account('merchant', { credits: 50 });
        const shop = await c.shop(SCRIPT);
        assert.equal((await enable(c, shop)).status, 200);
        await c.request('PATCH', '/api/user', { json: { name: SCRIPT } });
        const operator = await server.account('operator');
        for (const [client, at] of [
            [c, '/api/shops'],
            [c, `/api/shops/${shop.id}/chatbot`],
            [operator, '/api/operator/accounts'],
            [operator, '/api/operator/audit'],
        ]) {
            const r = await client.get(at);
            assert.match(r.headers['content-type'], /^application\/json/);
            assert.equal(r.headers['x-content-type-options'], 'nosniff');
        }
        const { embedCode } = (await c.get(`/api/shops/${shop.id}/chatbot`)).json;
        assert.ok(!embedCode.includes('<script>alert'), embedCode);
        const email = `x-${newKey()}@test.example`;
        await server.client().post('/auth/password/register', { email, password: PASSWORD, name: SCRIPT });
        await until('the mail', async () => (await server.mails(email))[0]);
        const outbox = await server.client().get('/dev/outbox', { headers: { accept: 'text/html' } });
        assert.ok(!outbox.text.includes('<script>') && !outbox.text.includes('<img'), 'escaped');
        for (const r of [outbox, await server.client().get('/', { headers: { accept: 'text/html' } })]) {
            const policy = r.headers['content-security-policy'] ?? '';
            assert.match(policy, /default-src '(self|none)'/);
            assert.match(policy, /frame-ancestors 'none'/);
            assert.ok(!/script-src[^;]*unsafe/.test(policy), policy);
        }
    });
}

test('d24 neither words nor time tell whether an address is known', async ({ server }) => {
    const known = [];
    for (let i = 0; i < 4; i++) known.push((await server.account('merchant')).email);
    const ask = async (email) => {
        const started = process.hrtime.bigint();
        const r = await server.client().post('/auth/password/login', { email, password: 'not the right one' });
        return { text: r.text, status: r.status, ms: Number(process.hrtime.bigint() - started) / 1e6 };
    };
    const least = (list) => Math.min(...list.map((r) => r.ms)); // what a busy machine adds is not the server's
    const [yes, no] = [[], []];
    for (let i = 0; i < 16; i++) {
        // below the tries that are counted against an address
        yes.push(await ask(known[i % 4]));
        no.push(await ask(`nobody-${newKey()}@test.example`));
    }
    assert.deepEqual(new Set([...yes, ...no].map((r) => `${r.status} ${r.text}`)).size, 1);
    assert.ok(least(yes) < 3 * least(no) && least(no) < 3 * least(yes), `${least(yes)} ms and ${least(no)} ms`);
});

test('d59 other sites can neither change nor read, and a GET changes nothing', async ({ server }) => {
    const c = await server.account('merchant', { credits: 50 });
    const shop = await c.shop();
    for (const headers of [
        { origin: 'https://evil.example' },
        { origin: undefined },
        { 'sec-fetch-site': 'cross-site' },
        { origin: 'https://evil.example', authorization: 'Bearer x' },
        { origin: undefined, authorization: 'Bearer x' },
    ]) {
        const r = await c.post(`/api/shops/${shop.id}/chatbot/enable`, {}, { headers });
        assert.deepEqual([r.status, r.json.error], [403, 'cross_site']);
    }
    for (const at of ['/api/user', '/auth/password/register', '/api/shops']) {
        const asked = await c.request('OPTIONS', at, {
            headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
        });
        const read = await c.get(at, { headers: { origin: 'https://evil.example' } });
        for (const r of [asked, read]) assert.equal(r.headers['access-control-allow-origin'], undefined);
    }
    for (const at of ['chatbot/enable', 'chatbot/disable', 'restore', 'sso/issue', 'sso/launch'])
        assert.equal((await c.get(`/api/shops/${shop.id}/${at}`)).status, 405);
    assert.equal((await c.get('/auth/logout')).json?.success, undefined);
    assert.equal((await c.get('/api/user')).json.user.email, c.email, 'still signed in');
    assert.equal((await c.get('/api/billing/summary')).json.credits, 50);
});

test('d59 a name of another site that resolves to this machine reads nothing', async ({ server }) => {
    for (const at of ['/dev/outbox'])
        for (const host of ['evil.example', '127.0.0.1.evil.example:80', 'localhost.evil.example']) {
            const r = await raw(server.base, `GET ${at} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
            assert.equal(r.status, 421, `${at} at ${host}`);
            assert.ok(!r.text.includes('mails') && !r.text.includes('<title>'));
        }
});

test('d59 a page of another site does not use up the tries of its visitor', async ({ server }) => {
    const address = randomAddress();
    const c = await server.account('merchant');
    const ask = (origin) =>
        server
            .client()
            .post('/auth/password/login', { email: c.email, password: PASSWORD }, { address, headers: { origin } });
    for (let i = 0; i < 60; i++) assert.equal((await ask('https://evil.example')).status, 403);
    assert.equal((await ask(server.base)).status, 200);
});

test('d59 limits by network answer 429 with Retry-After, for that network alone', async ({ server }) => {
    const address = randomAddress();
    const ask = (from) =>
        server
            .client()
            .post(
                '/auth/password/register',
                { email: `l-${newKey()}@test.example`, password: 'short' },
                { address: from },
            );
    let r;
    for (let i = 0; i < 60 && r?.status !== 429; i++) r = await ask(address);
    assert.equal(r.status, 429, r.text);
    assert.equal(r.json.error, 'too_many_requests');
    assert.ok(Number(r.headers['retry-after']) >= 1);
    const neighbour = (i) => `${address.split('.').slice(0, 3).join('.')}.${i}`;
    const beside = address.endsWith('.77') ? 78 : 77;
    assert.equal((await ask(neighbour(beside))).status, 422, 'a neighbour has room');
    let asked = 0;
    for (let i = 1; i < 255; i++) asked += (await ask(neighbour(i))).status === 422;
    assert.ok(asked > 100 && asked < 240, `${asked}: not as much as 250 addresses`);
    assert.equal((await ask('198.51.100.7')).status, 422);
});

test('d59b one /56 of IPv6 is one customer, not 256', async ({ server }) => {
    let asked = 0;
    for (let i = 0; i < 256; i++) {
        const address = `2001:db8:77:${i.toString(16).padStart(2, '0')}::1`;
        const body = { token: 'x'.repeat(43), password: 'a long enough phrase' };
        asked += (await server.client().post('/auth/password/reset', body, { address })).status !== 429;
    }
    assert.ok(asked <= 60, `${asked} resets from one /56`);
});

test('d59c people behind one address register and sign in beside each other; one account is limited', async ({
    engine,
}) => {
    const server = await Server.start({ engine, env: { CHATHUB_LIMITS: '' } });
    try {
        const c = await server.account('merchant');
        const address = randomAddress();
        for (let i = 0; i < 20; i++) {
            const email = `o-${newKey()}@test.example`;
            const r = await server.client().post('/auth/password/register', { email, password: PASSWORD }, { address });
            assert.equal(r.status, 200, r.text);
        }
        for (let i = 0; i < 40; i++) {
            const r = await server.client().post('/auth/password/login', { email: c.email, password: PASSWORD }, { address });
            assert.equal(r.status, 200, `right sign-in ${i}`);
        }
        const began = Date.now();
        const statuses = await Promise.all(
            Array.from({ length: 300 }, (_, i) => c.request('PATCH', '/api/user', { json: { name: `n${i}` } })),
        );
        const good = statuses.filter((r) => r.status === 200).length;
        const most = 120 + 12 * Math.ceil((Date.now() - began) / 1000); // twelve more each second
        assert.ok(good >= 120 && good <= most, `${good} changes, ${most} at most`);
        assert.ok(most >= 300 || good < 300, 'some were too many');
        assert.ok(statuses.filter((r) => r.status === 429).every((r) => Number(r.headers['retry-after']) >= 1));
    } finally {
        await server.stop();
    }
});

test('what one person leaves in the trail has a bound by the hour, right passwords too', async ({ engine }) => {
    const env = { CHATHUB_LIMITS: 'account_changes_hour=8/1h', CHATBOT_SHARED_SECRET: 'a shared secret of the tests' };
    const server = await Server.start({ engine, env });
    try {
        const c = await server.account('merchant');
        const statuses = [];
        for (let i = 0; i < 12; i++)
            statuses.push((await server.client().post('/auth/password/login', { email: c.email, password: PASSWORD })).status);
        const good = statuses.filter((s) => s === 200).length;
        assert.ok(good >= 6 && good <= 8, `${statuses}`);
        assert.ok(statuses.slice(good).every((s) => s === 429), `${statuses}`);
        const trail = (await c.get('/api/audit?limit=100')).json.entries.filter((e) => e.action === 'password_login');
        assert.ok(trail.length <= 9, `${trail.length} rows`);
        const guess = { headers: { 'x-shopsaas-secret': 'guessed' } };
        const shop = { shopId: 'x-1', merchantId: 'm', instanceUrl: 'https://x.example', ssoSharedSecret: 's'.repeat(16) };
        const body = { ...shop, webhookSecret: 'w'.repeat(16) };
        const r = await server.client().post('/api/admin/tenants/register', body, guess);
        assert.equal(r.status, 401, r.text);
        const nobody = { email: 'nobody-has-this@example.com', password: PASSWORD };
        for (let i = 0; i < 3; i++) assert.equal((await server.client().post('/auth/password/login', nobody)).status, 401);
        const metrics = await (await fetch(`${server.base}/metrics`)).text();
        assert.match(metrics, /refusals_total\{kind="bad_key"\} [1-9]/);
        // Of addresses that nobody has no row is written, and yet it is seen that somebody guesses.
        assert.match(metrics, /refusals_total\{kind="bad_secret"\} 3/);
    } finally {
        await server.stop();
    }
});

test('d60 sign-in renews the session, cookies are guarded, weak passwords and disabled accounts are refused', async ({
    server,
}) => {
    const c = await server.account('merchant');
    const old = c.cookies.get('sid');
    const again = await c.signIn(c.email, PASSWORD);
    assert.notEqual(c.cookies.get('sid'), old);
    assert.equal((await server.client().get('/api/user', { headers: { cookie: `sid=${old}` } })).json.user, null);
    const cookie = again.headers['set-cookie'].find((v) => v.startsWith('sid='));
    assert.match(cookie, /HttpOnly/i);
    assert.match(cookie, /SameSite=(Lax|Strict)/i);
    assert.match(cookie, /Path=\//i);
    for (const password of ['short', 'password', '12345678', c.email]) {
        const r = await c.post('/auth/password/change', { currentPassword: PASSWORD, newPassword: password });
        assert.equal(r.status, 422, password);
    }
    const operator = await server.account('operator');
    await operator.post(`/api/operator/accounts/${c.id}/disable`, { reason: 'a test' });
    assert.equal((await c.get('/api/user')).json.user, null, 'out at once');
    const refused = await server.client().post('/auth/password/login', { email: c.email, password: PASSWORD });
    assert.equal(refused.status, 401);
});

test('d64 nobody assigns what they were not asked for', async ({ server }) => {
    const c = await server.account('merchant');
    for (const [method, at, json] of [
        ['PATCH', '/api/user', { name: 'A', role: 'operator' }],
        ['PATCH', '/api/user', { credits: 1000000 }],
        ['POST', '/api/shops', { shop_name: 'A', hosting: 'external', status: 'active', account: 1 }],
        [
            'POST',
            '/auth/password/register',
            { email: `m-${newKey()}@test.example`, password: PASSWORD, role: 'operator' },
        ],
    ]) {
        const r = await c.request(method, at, { json });
        assert.deepEqual([r.status, r.json.fields.some((f) => f.code === 'unknown')], [422, true], `${method} ${at}`);
    }
    assert.deepEqual(
        [(await c.get('/api/user')).json.user.role, (await c.get('/api/billing/summary')).json.credits],
        ['merchant', 0],
    );
});

test('many wrong passwords slow an address down, and a reset by mail still works', async ({ server }) => {
    const c = await server.account('merchant');
    let r;
    for (let i = 0; i < 30 && r?.status !== 429; i++)
        r = await server
            .client()
            .post(
                '/auth/password/login',
                { email: c.email, password: `wrong number ${i}` },
                { address: randomAddress() },
            );
    assert.deepEqual([r.status, r.json.error], [429, 'too_many_tries']);
    assert.ok(Number(r.headers['retry-after']) >= 1);
    assert.equal((await server.client().post('/auth/password/forgot', { email: c.email })).status, 200);
    await until('the mail', async () => (await server.mails(c.email)).find((m) => /reset-password/.test(m.text)));
});

test('the command line: exit codes, JSON, and a word of help', async ({ server }) => {
    const email = `cli-${newKey()}@test.example`;
    const add = (args, input = `${PASSWORD}\n`) =>
        server.cli(['user', 'add', '--email', email, '--role', 'merchant', '--password-stdin', ...args], { input });
    const code = async (promise) => (await promise).code;
    assert.equal(await code(add([])), 0);
    assert.equal(await code(add([])), 3, 'exists');
    assert.equal(await code(add([], 'short\n')), 2);
    assert.equal(await code(server.cli(['user', 'add', '--email', email])), 2);
    assert.equal(await code(server.cli(['credits', 'grant', '--email', email, '--amount', '-1', '--reason', 'x'])), 2);
    assert.equal(
        await code(
            server.cli(['credits', 'grant', '--email', 'nobody@test.example', '--amount', '1', '--reason', 'x']),
        ),
        3,
    );
    const key = ['--key', newKey()];
    const grant = ['credits', 'grant', '--email', email, '--amount', '7', '--reason', 'once', '--json', ...key];
    assert.equal((await server.cli(grant)).json.creditsRemaining, 7);
    assert.equal((await server.cli(grant)).json.creditsRemaining, 7, 'the same key acts once');
    assert.equal(await code(server.cli(['jobs', 'retry', '999999'])), 3);
    assert.ok(Array.isArray((await server.cli(['jobs', 'list', '--json'])).json.jobs));
    assert.equal((await server.cli(['migrate', 'status', '--json'])).json.pending, 0);
    assert.equal(await code(server.cli(['no-such-command'])), 2);
    assert.equal(await code(server.cli([])), 2);
    assert.equal(await code(server.cli(['--help'])), 0);
    assert.equal(
        await code(server.cli(['verify'], { env: { CHATHUB_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' } })),
        4,
    );
    const printed = await server.cli(['serve', '--print-config', '--json'], {
        env: { CHATBOT_SHARED_SECRET: 'do-not-print-this-one', SMTP_PASS: 'nor-this-one' },
    });
    assert.equal(printed.json.CHATBOT_SHARED_SECRET, '(set)');
    assert.ok(!/do-not-print|nor-this/.test(printed.out));
});

test('d18 production does not start on defaults, and development stays on loopback', async () => {
    const key = randomBytes(32).toString('base64');
    const full = {
        CHATHUB_ENV: 'production',
        CHATHUB_BASE_URL: 'https://chat.example.com',
        CHATHUB_MASTER_KEY: key,
        CHATHUB_TRUSTED_PROXY: 'none',
        SMTP_HOST: '127.0.0.1',
    };
    const refusals = [
        [{ CHATHUB_ENV: 'production' }, /CHATHUB_BASE_URL/],
        [{ ...full, CHATHUB_MASTER_KEY: '' }, /CHATHUB_MASTER_KEY/],
        [{ ...full, SMTP_HOST: '' }, /SMTP_HOST/],
        [{ CHATHUB_TRUSTED_PROXY: 'nobody' }, /CHATHUB_TRUSTED_PROXY/],
        [{ ...full, CHATHUB_TRUSTED_PROXY: '' }, /CHATHUB_TRUSTED_PROXY/],
        [{ ...full, CHATHUB_TRUSTED_PROXY: '0.0.0.0/0' }, /strangers/],
        [{ ...full, CHATHUB_MASTER_KEY: Buffer.alloc(32).toString('base64') }, /random/],
        [{ ...full, CHATBOT_BASE_URL: 'http://bot.example.com', CHATBOT_SHARED_SECRET: key }, /plain http/],
        [{ ...full, CHATHUB_DATABASE_URL: 'postgres://db.example.com/x' }, /TLS/],
        [{ ...full, CHATHUB_TEST_CLOCK: '1' }, /CHATHUB_TEST_CLOCK/],
        [{ ...full, CHATHUB_BASE_URL: 'http://chat.example.com' }, /CHATHUB_BASE_URL/],
        [{ ...full, CHATHUB_MASTER_KEY: 'c2hvcnQ=' }, /CHATHUB_MASTER_KEY/],
        [{ CHATHUB_LISTEN: '0.0.0.0:0' }, /loopback/],
        [{ CHATBOT_BASE_URL: 'https://bot.example.com' }, /CHATBOT_SHARED_SECRET/],
        [{ CHATBOT_SHARED_SECRET: 'short' }, /CHATBOT_SHARED_SECRET/],
        [{ CHATHUB_ENV: 'prod' }, /CHATHUB_ENV/],
        [{ SMTP_PORT: '99999' }, /SMTP_PORT/],
    ];
    for (const [env, pattern] of refusals) {
        const s = await Server.start({ env, expectFailure: true });
        assert.notEqual(s.code, 0);
        assert.ok(s.code !== undefined, `it starts with ${JSON.stringify(env)}`);
        assert.match(s.log, pattern);
        await s.end();
    }
    const s = await Server.start({ env: full });
    try {
        for (const at of ['/dev/outbox', '/dev/clock'])
            assert.equal((await s.client().get(at)).status === 200, false, at);
        assert.equal(
            (await s.client().post('/dev/clock', { advance_s: 5 }, { headers: { origin: full.CHATHUB_BASE_URL } }))
                .status,
            404,
        );
        const made = await s.cli(
            ['user', 'add', '--email', 'p@test.example', '--role', 'operator', '--password-stdin'],
            { input: `${PASSWORD}\n` },
        );
        assert.equal(made.code, 0, made.err);
        const r = await s
            .client()
            .post(
                '/auth/password/login',
                { email: 'p@test.example', password: PASSWORD },
                { headers: { origin: full.CHATHUB_BASE_URL } },
            );
        assert.equal(r.status, 200, r.text);
        const cookie = r.headers['set-cookie'].find((v) => v.includes('sid='));
        assert.match(cookie, /^__Host-sid=.*Secure/i);
        assert.match(r.headers['strict-transport-security'], /max-age/);
    } finally {
        assert.deepEqual(await s.end(), []);
    }
});

test('a second server on the same SQLite data is refused', async ({ server }) => {
    if (server.engine !== 'sqlite') return;
    const child = spawn(path.resolve(process.env.CHATHUB_BIN ?? 'build/chathub'), ['serve'], {
        env: server.env,
        cwd: server.dir,
    });
    let err = '';
    child.stderr.on('data', (d) => {
        err += d;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(code, 4, err);
    assert.match(err, /another server/);
});

test('a request under way is answered when the server is told to stop, and what was acknowledged is there afterwards', async ({
    server,
}) => {
    const c = await server.account('merchant', { credits: 100 });
    const shops = await Promise.all(Array.from({ length: 20 }, () => c.shop()));
    const asked = shops.map((_, i) =>
        c.post('/api/shops', { shop_name: `Late ${i}`, hosting: 'external' }).catch(() => null),
    );
    await sleep(3);
    assert.equal(await server.stop(), 0);
    const answers = (await Promise.all(asked)).filter((r) => r?.status === 201);
    await server.again();
    const names = (await c.get('/api/shops')).json.shops.map((s) => s.id);
    for (const r of answers) assert.ok(names.includes(r.json.id));
    await server.verify();
});

test('a reader of events that is gone before the stream begins takes nothing down with it', async ({ server }) => {
    const c = await server.account();
    const cookie = [...c.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const { hostname, port } = new URL(server.base);
    const go = () => new Promise((resolve) => {
        const socket = connect({ host: hostname, port: Number(port) }, () =>
            // The last byte and the end of the bytes come together: the answer is made for somebody who said goodbye.
            socket.end(`GET /api/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\nCookie: ${cookie}\r\n\r\n`),
        );
        socket.on('close', resolve).on('error', () => undefined).resume();
    });
    for (let i = 0; i < 20; i++) await go();
    assert.equal((await server.client().get('/healthz')).status, 200);
    assert.equal((await c.get('/api/user')).json.user.email, c.email);
});

test('slow and half-open clients are dropped, and hold nobody up', async ({ server }) => {
    const half = Array.from({ length: 30 }, () =>
        raw(server.base, 'POST /auth/password/login HTTP/1.1\r\nHost: a\r\nContent-Le'),
    );
    const started = Date.now();
    assert.equal((await server.client().get('/healthz')).status, 200);
    assert.ok(Date.now() - started < 8000, 'sooner than those are given up'); // after ten seconds
    for (const r of await Promise.all(half)) assert.equal(r.closed, true, 'closed by the server');
});

await run();
