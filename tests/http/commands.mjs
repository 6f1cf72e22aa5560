// commands.mjs: the command line as administrators and their scripts meet it: wrong calls end with 2 and change nothing,
// a server that dies with a command in its hands leaves an unknown outcome that is safe to repeat, and no schema goes
// down under a running server. What needs no process is in src/app/test_commands.c.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chmod, mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { newKey } from './lib/client.mjs';
import { PASSWORD, Server } from './lib/server.mjs';
import { Shopper } from './lib/shopper.mjs';
import { record, run, test, until } from './lib/suite.mjs';

const grant = (email, ...more) => [
    ...['credits', 'grant', '--email', email, '--amount', '5', '--reason', 'a test'],
    ...more,
];

test('a wrong call ends with 2, names the word, and changes nothing', async ({ server, engine }) => {
    const c = await server.account('merchant');
    const add = ['user', 'add', '--email', `new-${newKey()}@test.example`, '--role', 'merchant', '--password-stdin'];
    const calls = [
        [grant(c.email, '--keey', 'k'), '--keey'],
        [grant(c.email, '--key', ''), '--key'],
        [grant(c.email, '--key'), '--key'],
        [grant(c.email, '--key', 'a', '--key', 'a'), '--key'],
        [grant(''), '--email'],
        [grant(c.email).slice(0, -2), '--reason'],
        [['credits', 'grant', '--email', c.email, '--amount', '5', '--reason', ''], '--reason'],
        [[...add, '--nmae', 'N'], '--nmae'],
        [[...add, 'word'], 'word'],
        [add.with(3, ''), '--email'],
        [['jobs', 'list', '--state', 'bogus'], 'bogus'],
        [['jobs', 'retry'], 'number'],
        [['migrate'], 'migrate'],
        [['migrate', 'down', '--to'], '--to'],
        [['jobs', 'dead'], 'jobs dead'],
        [['migrate', 'down', '--too', '330'], '--too'],
        [['verify', '--jsn'], '--jsn'],
        [['doctor', 'all'], 'all'],
        [['openapi', 'all'], 'all'],
        [['version', 'all'], 'all'],
        [['serve', '--print-confg'], '--print-confg'],
        [['serve', '--json'], '--json'],
    ];
    const schema = (await server.cli(['migrate', 'status', '--json'])).json;
    for (const [words, names] of calls) {
        const r = await server.cli(words, { input: `${PASSWORD}\n` });
        const good = r.code === 2 && r.out === '' && r.err.includes(names);
        record(`${words.join(' ')} [${engine}]`, good ? null : `exit ${r.code}: ${r.out}${r.err}`);
    }
    assert.equal((await c.get('/api/billing/summary')).json.credits, 0);
    assert.deepEqual((await server.cli(['migrate', 'status', '--json'])).json, schema);
    assert.equal((await server.cli(add, { input: `${PASSWORD}\n` })).code, 0, 'the address is still free');
});

test('a shop’s chat is set from the command line, judged as from the page, and told in the trail', async ({ server }) => {
    const c = await server.account('merchant', { credits: 90 });
    const shop = await c.shop('Tea', `tea-${newKey().toLowerCase()}.example`);
    const at = `/api/shops/${shop.id}/chatbot/settings`;
    const chat = (...more) => server.cli(['chat', 'settings', String(shop.id), ...more, '--json']);
    const none = await chat();
    assert.deepEqual([none.code, none.out], [3, '']);
    assert.match(none.err, /no chat/);
    assert.equal((await server.cli(['chat', 'settings', '999999'])).code, 3);
    assert.equal((await c.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    const before = (await chat()).json;
    assert.deepEqual([before.shop, before.revision, before.keepDays, before.colour], [shop.id, 0, 0, '#1d4ed8']);
    const colour = await chat('--set', 'colour=#0f766e');
    assert.equal(colour.code, 0, colour.err);
    assert.equal(colour.json.revision, 1);
    const several = await chat('--set', '{"keepDays":365,"disclosure":false,"botName":"Ming 🙂","personWords":["sales"]}');
    assert.equal(several.code, 0, several.err);
    const now = (await c.get(at)).json;
    assert.deepEqual(
        [now.revision, now.colour, now.keepDays, now.disclosure, now.botName, now.personWords],
        [2, '#0f766e', 365, false, 'Ming 🙂', ['sales']],
        'what was set before stays',
    );
    assert.equal((await chat('--set', 'keepDays=365')).json.revision, 2, 'what is so already is no change');
    // What the page would refuse.
    for (const [set, names] of [
        ['colour=red', 'colour'], ['keepDays=-1', 'keepDays'], ['keepDays="30"', 'keepDays'], ['nonsense=1', 'nonsense'],
        ['timezone=Mars/Base', 'timezone'], ['{"keepDays":30,"hours":[{"day":"mon","from":9,"to":8}]}', 'hours'],
    ]) {
        const r = await chat('--set', set);
        assert.deepEqual([r.code, r.out], [3, ''], set);
        assert.match(r.err, new RegExp(names), set);
    }
    assert.deepEqual((await c.get(at)).json, now);
    assert.equal((await chat('--set', 'colour=null')).json.colour, '#1d4ed8', 'null is the default');
    const lines = await server.cli(['chat', 'settings', `shop-${shop.id}`]);
    assert.match(lines.out, /^keepDays\t365$/m);
    assert.match(lines.out, /^botName\tMing 🙂$/m);
    const trail = (await c.get('/api/audit')).json.entries.filter((i) => i.action === 'chat_settings_changed');
    assert.deepEqual(trail.map((i) => i.details.changed), [['colour'], ['disclosure', 'personWords', 'keepDays', 'botName'], ['colour']]);
    assert.ok(trail.every((i) => i.actor === 'system'));
    // The months of what the account has spent are those of the same clock, with its summer time.
    assert.equal((await chat('--set', 'timezone=Europe/London')).code, 0);
    const { timezone, months } = (await c.get('/api/billing/spending?months=12')).json;
    const beginOf = (month) => months.find((one) => one.month.endsWith(month)).begins.slice(5);
    assert.deepEqual(
        [timezone, beginOf('-03'), beginOf('-04')],
        ['Europe/London', '03-01T00:00:00.000Z', '03-31T23:00:00.000Z'],
    );
});

test('the doctor finds a sound house sound, and says of a broken one what to do', async ({ engine }) => {
    const s = await Server.start({ engine });
    const stateOf = (r) => Object.fromEntries(r.json.lines.map((line) => [line.name, line.state]));
    const secret = 'a-password-of-the-mail-server';
    try {
        const good = await s.cli(['doctor', '--json']);
        assert.equal(good.code, 0, good.out + good.err);
        assert.equal(good.json.well, true);
        for (const name of ['data folder', 'database', 'keys', 'jobs', 'clock'])
            assert.equal(stateOf(good)[name], 'well', `${name}: ${good.out}`);
        const text = await s.cli(['doctor']);
        assert.match(text.out, /^ok {4}database +(SQLite|PostgreSQL) answers/m);
        await s.stop();
        const env = { CHATHUB_BASE_URL: 'http://127.0.0.1:9', SMTP_HOST: '127.0.0.1', SMTP_PORT: '9',
            SMTP_USER: 'boss', SMTP_PASS: secret, FROM_EMAIL: 'chat@shop.example' };
        const bad = await s.cli(['doctor', '--json'], { env });
        assert.equal(bad.code, 1, bad.out + bad.err);
        assert.equal(bad.json.well, false);
        assert.deepEqual([stateOf(bad).mail, stateOf(bad).address], ['bad', 'bad'], bad.out);
        assert.ok(bad.json.lines.every((line) => line.state !== 'bad' || line.do !== ''), bad.out);
        assert.ok(!bad.out.includes(secret));
        const lost = await s.cli(['doctor', '--json'], { env: { CHATHUB_DATABASE_URL: 'postgres://nobody@127.0.0.1:9/x' } });
        assert.equal(lost.code, 1, lost.out + lost.err);
        assert.equal(stateOf(lost).database, 'bad');
        // Of a version that is about to be installed: the schema stays as the old one needs it.
        const status = async () => (await s.cli(['migrate', 'status', '--json'])).json;
        assert.equal((await s.cli(['migrate', 'down', '--drop-data'])).code, 0);
        const before = await status();
        assert.equal(before.pending, 1);
        const old = await s.cli(['doctor', '--json']);
        assert.equal(old.code, 1, old.out + old.err);
        assert.equal(stateOf(old).database, 'bad');
        assert.deepEqual(await status(), before);
        // Asked in a folder where nothing is: nothing is made there.
        const none = path.join(s.dir, 'none');
        const nowhere = await s.cli(['doctor', '--json'], { env: { CHATHUB_DATA_DIR: none } });
        assert.equal(nowhere.code, 1, nowhere.out + nowhere.err);
        assert.deepEqual([stateOf(nowhere)['data folder'], stateOf(nowhere).database], ['bad', 'bad'], nowhere.out);
        await assert.rejects(access(none));
        const wrong = await s.cli(['doctor', '--json'], { env: { SMTP_PORT: 'many' } });
        assert.equal(wrong.code, 1, wrong.out + wrong.err);
        assert.deepEqual(wrong.json.lines.map((line) => `${line.name} ${line.state}`), ['settings bad']);
        assert.match(wrong.json.lines[0].says, /SMTP_PORT/);
        await s.again({});
    } finally {
        assert.deepEqual(await s.end(), []);
    }
});

test('a grant tells the key that repeats it', async ({ server }) => {
    const c = await server.account('merchant');
    const first = await server.cli(grant(c.email, '--json'));
    const again = await server.cli(grant(c.email, '--json', '--key', first.json.key));
    assert.deepEqual([first.code, again.code], [0, 0]);
    assert.deepEqual(again.json, first.json);
});

test('a server that dies with a command in its hands leaves an unknown outcome, told as such', async ({ engine }) => {
    if (engine !== 'sqlite') return; // PostgreSQL has no socket; src/app/test_commands.c loses the answer to its COMMIT
    const s = await Server.start({ engine });
    try {
        const c = await s.account('merchant');
        await s.stop();
        const socket = path.join(s.dir, 'admin.sock');
        const asked = [];
        const dying = net.createServer((line) =>
            line.once('data', (d) => {
                asked.push(String(d));
                line.destroy();
            }),
        );
        await new Promise((resolve) => dying.listen(socket, resolve));
        const lost = await s.cli(grant(c.email, '--json'));
        assert.equal(lost.code, 5, lost.err);
        assert.equal(lost.json.outcome, 'unknown');
        assert.ok(lost.err.includes(`--key ${lost.json.key}`), lost.err);
        assert.ok(asked[0].includes(lost.json.key), 'the server was given the key');
        const add = ['user', 'add', '--email', 'x@test.example', '--role', 'merchant', '--password-stdin'];
        assert.equal((await s.cli(add, { input: `${PASSWORD}\n` })).code, 5);
        const read = await s.cli(['jobs', 'list', '--json']);
        assert.deepEqual([read.code, read.out], [4, ''], 'a look changes nothing');
        assert.equal(asked.length, 3, 'each command is sent once');
        await new Promise((resolve) => dying.close(resolve));
        await rm(socket, { force: true });
        // It was not run a second time here; with the key it is now, and once.
        for (let i = 0; i < 2; i++) {
            const r = await s.cli(grant(c.email, '--json', '--key', lost.json.key));
            assert.deepEqual([r.code, r.json.creditsRemaining], [0, 5]);
        }
        await s.again();
    } finally {
        assert.deepEqual(await s.end(), []);
    }
});

test('no schema goes down under a running server', async ({ engine }) => {
    const s = await Server.start({ engine });
    try {
        const down = ['migrate', 'down', '--to', '0', '--drop-data', '--json'];
        if (engine === 'postgres') await announced(s);
        const refused = await s.cli(down);
        assert.equal(refused.code, 3, refused.err);
        assert.match(refused.err, /stop (the|every) server first/);
        assert.equal((await s.cli(['migrate', 'status', '--json'])).json.pending, 0);
        await s.stop();
        const done = await s.cli(down);
        assert.equal(done.code, 0, done.err);
        assert.equal(done.json.at, 0);
        await s.again();
    } finally {
        assert.deepEqual(await s.end(), []);
    }
});

test('a master key is changed under a running server', async ({ engine }) => {
    const [one, two] = [0, 1].map(() => randomBytes(32).toString('base64'));
    const s = await Server.start({ engine, env: { CHATHUB_MASTER_KEY: one } });
    try {
        const c = await s.account('merchant', { credits: 100 });
        const domain = 'tea.example';
        const shop = (await c.shop('Tea', domain)).id;
        assert.equal((await c.post(`/api/shops/${shop}/chatbot/enable`, {})).status, 200);
        const token = () => c.post(`/api/shops/${shop}/sso/issue`, { role: 'admin' });
        const shopper = new Shopper(s, `shop-${shop}`, domain);
        await shopper.begin();
        assert.equal((await shopper.say('Is anybody there?')).status, 201);
        if (engine === 'postgres') {
            // This server is silent, and would seal with the old key again.
            await announced(s);
            const env = { CHATHUB_MASTER_KEY: `2:${two},1:${one}` };
            const early = await s.cli(['keys', 'rotate', '--json'], { env });
            assert.notEqual(early.code, 0, early.out);
            assert.ok(early.json.resealed >= 2 && early.json.retired === 0, early.out);
            assert.match(early.err, /goes on sealing with an old key/);
        }
        await s.stop();
        await s.again({ CHATHUB_MASTER_KEY: `2:${two},1:${one}` });
        assert.equal((await token()).status, 200, 'what the old key sealed opens');
        const rotated = await s.cli(['keys', 'rotate', '--json']);
        assert.equal(rotated.code, 0, rotated.err);
        assert.ok(rotated.json.looked >= 2 && rotated.json.retired === 1, rotated.out);
        assert.equal((await token()).status, 200);
        await s.stop();
        for (const [key, says] of [
            [one, /retired/],
            [`1:${one},2:${two}`, /retired/],
            [randomBytes(32).toString('base64'), /not the one/],
            [`2:${one}`, /not the one/],
            [`3:${one}`, /master key 2/],
        ]) {
            const r = await s.cli(['verify'], { env: { CHATHUB_MASTER_KEY: key } });
            assert.notEqual(r.code, 0, `${says}`);
            assert.match(r.err, says);
        }
        await s.again({ CHATHUB_MASTER_KEY: `2:${two}` });
        assert.equal((await token()).status, 200, 'the old key is gone and nothing is missed');
        shopper.base = s.client().base; // the server may have another port now
        assert.equal((await shopper.heard())[0].text, 'Is anybody there?', 'a shopper comes back with a token of before');
        await s.verify();
        const state = (await s.cli(['keys', '--json'])).json.keys.map((k) => `${k.id} ${k.state} ${k.inSettings}`);
        assert.deepEqual(state, ['1 retired false', '2 seals true']);
    } finally {
        assert.deepEqual(await s.end(), []);
    }
});

/* ---- who is at the other end of the socket ---- */

const NOBODY = 65534;
/** Another user of this machine, who runs this script and writes what came of it. */
function foreigner(script, ...args) {
    const child = spawn(process.execPath, ['-e', script, ...args], { uid: NOBODY, gid: NOBODY, cwd: '/' });
    let out = '';
    child.stdout.on('data', (more) => { out += more; });
    child.stderr.on('data', (more) => { out += more; });
    const ended = new Promise((done) => child.on('close', () => done(out)));
    return { said: (word) => until(word, async () => out.includes(word), 20000), end: () => (child.kill(), ended), ended };
}

test('a socket that another user left there is told nothing', async ({ server, engine }) => {
    if (engine !== 'sqlite') return;
    if (process.getuid() !== 0) return console.log('not judged: only root can be two users');
    const dir = await mkdtemp(path.join(tmpdir(), 'chathub-foreign-'));
    await chmod(dir, 0o777);
    const theirs = foreigner(`const net = require('node:net');
        net.createServer((c) => c.on('data', (d) => console.log('HEARD', String(d)))).listen(process.argv[1], () => console.log('LISTENS'));`,
    path.join(dir, 'admin.sock'));
    try {
        await theirs.said('LISTENS');
        const add = ['user', 'add', '--email', 'boss@chathub.example', '--role', 'operator', '--password-stdin'];
        const r = await server.cli(add, {
            input: `${PASSWORD}\n`,
            env: { CHATHUB_DATA_DIR: dir, CHATHUB_DATABASE_URL: `sqlite:${path.join(dir, 'chathub.db')}` },
        });
        assert.equal(r.code, 2, `${r.out}${r.err}`);
        assert.match(r.err, /run by another user/);
        assert.doesNotMatch(await theirs.end(), /HEARD/);
        await assert.rejects(access(path.join(dir, 'chathub.db')), 'nothing was made there');
    } finally {
        await theirs.end();
        await rm(dir, { recursive: true, force: true });
    }
});

test('another user who reaches the socket is refused, whatever its mode has become', async ({ server, engine }) => {
    if (engine !== 'sqlite') return;
    if (process.getuid() !== 0) return console.log('not judged: only root can be two users');
    const merchant = await server.account('merchant', { credits: 5 });
    const at = path.join(server.dir, 'admin.sock');
    await chmod(server.dir, 0o755);
    await chmod(at, 0o777);
    try {
        const words = JSON.stringify({ words: grant(merchant.email) });
        const theirs = foreigner(`const net = require('node:net');
            const c = net.connect(process.argv[1], () => c.write(process.argv[2] + String.fromCharCode(10)));
            c.on('data', (d) => console.log(String(d))).on('error', (e) => console.log(e.code));`, at, words);
        const said = await theirs.ended;
        assert.match(said, /"code":2/, said);
        assert.match(said, /does not take this command/);
        assert.equal((await merchant.get('/api/billing/summary')).json.credits, 5);
        assert.equal((await server.cli(grant(merchant.email))).code, 0, 'its own user is served as before');
        assert.equal((await merchant.get('/api/billing/summary')).json.credits, 10);
    } finally {
        await chmod(server.dir, 0o700);
        await chmod(at, 0o600);
    }
});

/** A server announces itself a moment after it is ready. */
function announced(s) {
    const ask =
        "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid BETWEEN 480600 AND 480855 AND granted" +
        ' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())';
    return until('the lock of the server', async () => (await s.sql(ask)) === '1');
}

await run();
