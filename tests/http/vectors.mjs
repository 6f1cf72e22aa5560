// vectors.mjs: the providers' test vectors (tests/vectors/README.md) through the real routes. Notifications are posted to
// /hooks/… of a server that has the file's keys and orders and whose clock stands at the case's `now`; answers are given
// by a server in the provider's place to a call that a buyer's request began; what we send is taken there, and held
// against its case (lib/vectorcalls.mjs). What is compared: the answer, byte for byte as the contract has it; the words of
// the effect; what the order, the payment, its refunds and the buyer's credits are afterwards, and nothing else; and that
// the same once more does nothing.
//
//   CHATHUB_BIN=… node tests/http/vectors.mjs [--engine sqlite|postgres] [FILE...]
//
// CHATHUB_ROWS: the program that places orders of given numbers (tests/vectors_cli/rows.c); beside the binary's build.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { certificateOf } from './lib/certificate.mjs';
import { newKey } from './lib/client.mjs';
import { PASSWORD, Server } from './lib/server.mjs';
import { record, until } from './lib/suite.mjs';
import { judgeCall, playable, wantedOf } from './lib/vectorcalls.mjs';

const CREDITS = 1000; // of each order that rows.c places
const LATER_S = 3600; // everything is read at one moment, so that no session is older or newer than its reader
const FOREVER_MS = 86400e3 * 30;
const LIFE_MS = 7200e3; // of an order
const V3_KEY = '0123456789abcdef0123456789abcdef';
const ONCE = () => ({ headers: { 'idempotency-key': newKey() } });
const OURS = ['alipay-notify', 'alipay-certificates', 'alipay-response', 'wechat-notify', 'wechat-response', 'stripe-webhook', 'stripe-order-of-events',
    'alipay-request', 'wechat-request', 'stripe-request'];
const TOPICS = {
    'alipay/notify': { provider: 'alipay', way: 'page' },
    'alipay/response': { provider: 'alipay', answers: true },
    'wechatpay/notify': { provider: 'wechat', way: 'native' },
    'wechatpay/response': { provider: 'wechat', answers: true },
    'stripe/webhook': { provider: 'stripe', way: 'checkout' },
    'alipay/request': { provider: 'alipay', calls: true },
    'wechatpay/request': { provider: 'wechat', calls: true },
    'stripe/request': { provider: 'stripe', calls: true },
};
const ACKS = {
    alipay: (r) => r.status === 200 && r.text === 'success',
    wechat: (r) => [200, 204].includes(r.status) && r.text === '',
    stripe: (r) => r.status >= 200 && r.status < 300 && r.text === '',
};
/** Before the provider's own code is asked: another method, a body beyond the limit. */
const isTurnedAway = (r) => [405, 413].includes(r.status);
const NACKS = {
    alipay: (r) => r.status === 400 && r.text === 'fail',
    wechat: (r) => r.status >= 400 && !isTurnedAway(r) && JSON.parse(r.text).code === 'FAIL' && !!JSON.parse(r.text).message,
    stripe: (r) => r.status === 400,
};

const args = process.argv.slice(2);
const engineAt = args.indexOf('--engine');
const engines = engineAt < 0 ? ['sqlite', 'postgres'] : args.splice(engineAt, 2).slice(1);
const here = path.dirname(new URL(import.meta.url).pathname);
const files = args.length ? args : OURS.map((name) => path.join(here, '../vectors', `${name}.json`));
const build = path.dirname(path.resolve(process.env.CHATHUB_BIN ?? 'build/chathub'));
const rowsProgram = process.env.CHATHUB_ROWS ?? path.join(build, '../../tests/vectors_cli/rows');

// ---- settings of a server that has the keys of a file ----

const pair = () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return { publicPem: publicKey.export({ type: 'spki', format: 'pem' }), privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
};
const SETTINGS = {
    alipay: ({ keys = {}, certificates = {}, config = {} }, base) => ({
        ALIPAY_GATEWAY: `${base}/gateway.do`,
        ALIPAY_APP_ID: config.app_id ?? '2021000000000001',
        ALIPAY_SELLER_ID: config.seller_id ?? '2088000000000001',
        ALIPAY_APP_KEY: keys.app_private_pem ?? pair().privatePem,
        ...(keys.alipay_public_pem ? { ALIPAY_PUBLIC_KEY: keys.alipay_public_pem } : {}),
        ...(certificates.alipay_cert_pem ? { ALIPAY_CERTS: certificates.alipay_cert_pem } : {}),
        // What they say of us is only said together, and of our key.
        ...(keys.app_private_pem && certificates.app_cert_pem && certificates.alipay_root_pem
            ? { ALIPAY_APP_CERT: certificates.app_cert_pem, ALIPAY_ROOT_CERTS: certificates.alipay_root_pem }
            : {}),
    }),
    wechat: ({ keys = {}, config = {} }, base) => {
        const authority = pair().privatePem;
        const signers = Object.entries(keys.wechatpay ?? {});
        const [known] = signers.filter(([id]) => id.startsWith('PUB_KEY_ID_'));
        const certificates = signers.filter(([id]) => !id.startsWith('PUB_KEY_ID_'))
            .map(([id, pem]) => (pem.includes('CERTIFICATE') ? pem : certificateOf(id, pem, authority)));
        return {
            WECHAT_BASE_URL: base,
            WECHAT_MCHID: config.mchid ?? '1900000001',
            WECHAT_APPID: config.appid ?? 'wx0000000000000001',
            WECHAT_API_V3_KEY: config.api_v3_key ?? V3_KEY,
            WECHAT_MERCHANT_SERIAL: config.merchant_serial ?? '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
            WECHAT_MERCHANT_KEY: keys.merchant_private_pem ?? authority,
            ...(known ? { WECHAT_PUBLIC_KEY_ID: known[0], WECHAT_PUBLIC_KEY: known[1] } : {}),
            ...(certificates.length ? { WECHAT_CERTS: certificates.join('') } : {}),
        };
    },
    stripe: ({ config = {} }, base) => ({
        STRIPE_BASE_URL: base,
        STRIPE_SECRET_KEY: config.api_key ?? `${config.livemode ? 'sk_live' : 'sk_test'}_${'0'.repeat(24)}`,
        STRIPE_WEBHOOK_SECRET: config.webhook_secrets[0],
        ...(config.webhook_secrets[1] ? { STRIPE_WEBHOOK_SECRET_PREVIOUS: config.webhook_secrets[1] } : {}),
    }),
};

// ---- what stands behind the server ----

/** In the provider's place: says what a case says to calls about its order, and nothing to all others. */
class Provider {
    static async start() {
        const p = new Provider();
        p.heard = [];
        p.server = http.createServer((req, res) => {
            const parts = [];
            req.on('data', (d) => parts.push(d));
            req.on('end', () => {
                const call = { method: req.method, url: req.url, headers: req.headers, body: Buffer.concat(parts).toString('utf8') };
                p.heard.push(call);
                const said = `${decodeURIComponent(req.url)} ${decodeURIComponent(call.body)}`;
                const answer = typeof p.about === 'string' && said.includes(p.about) ? p.answer(said, call) : null;
                if (!answer) return void res.destroy();
                res.writeHead(answer.status, answer.headers ?? { 'content-type': 'text/html;charset=utf-8' });
                res.end(answer.body);
            });
        });
        await new Promise((resolve) => p.server.listen(0, '127.0.0.1', resolve));
        p.base = `http://127.0.0.1:${p.server.address().port}`;
        return p;
    }
    stop() {
        this.server.closeAllConnections();
        this.server.close();
    }
}

class Rows {
    constructor(url) {
        this.child = spawn(rowsProgram, [url], { stdio: ['pipe', 'pipe', 'inherit'] });
        this.child.on('error', (e) => this.waiting?.reject(e));
        this.ended = new Promise((resolve) => this.child.on('close', resolve));
        this.ended.then((code) => this.waiting?.reject(new Error(`rows ended with ${code}`)));
        createInterface({ input: this.child.stdout }).on('line', (line) => this.waiting?.resolve(JSON.parse(line)));
    }
    async tell(what) {
        const said = new Promise((resolve, reject) => (this.waiting = { resolve, reject }));
        this.child.stdin.write(`${JSON.stringify(what)}\n`);
        const r = await said;
        this.waiting = null;
        return r;
    }
    async stop() {
        this.child.stdin.end();
        assert.equal(await this.ended, 0, 'rows');
    }
}

// ---- one server, and one case after the other ----

class House {
    static async start(engine, group) {
        const h = new House();
        h.provider = await Provider.start();
        const all = group.map(({ file, topic }) => SETTINGS[topic.provider](file, h.provider.base));
        h.server = await Server.start({
            engine,
            env: Object.assign({
                CHATHUB_TEST_CLOCK: '1',
                CHATHUB_NOTIFY_URL: 'https://pay.test.example',
                CHATHUB_REFUND_APPROVE_ABOVE: group.some(({ topic }) => topic.calls) ? '0' : '1000000000',
                CHATHUB_LIMITS: 'account_changes=100000/1m, account_reads=100000/1m, password=100000/1m, account_changes_hour=100000/1m, payments=100000/1m, payment_hooks=100000/1m',
            }, ...all),
        });
        h.rows = new Rows(engine === 'sqlite' ? `sqlite:${path.join(h.server.dir, 'chathub.db')}` : h.server.database.url);
        h.laterS = Math.max(...group.flatMap(({ file }) => file.cases.map((one) => one.now ?? 0))) + LATER_S;
        h.round = 0;
        await h.stand(h.laterS);
        h.owner = await h.server.account('merchant');
        h.operator = await h.server.account('operator');
        h.second = await h.server.account('operator');
        return h;
    }

    async end() {
        await this.server.verify();
        await this.rows.stop();
        this.provider.stop();
        return this.server.end();
    }

    /** Answers are as fresh as their case, so who asks has to be there then. */
    async beThere(atS) {
        await this.stand(atS);
        if (this.signedInS !== atS) for (const c of [this.owner, this.operator, this.second]) await c.signIn(c.email, PASSWORD);
        this.signedInS = this.laterS = atS;
    }

    async stand(atS) {
        const r = await this.server.client().post('/dev/clock', { stands_s: atS });
        assert.equal(r.status, 200, r.text);
    }

    /** The orders of a file, as if it were the first case. Their numbers here, by the file's. */
    async place(topic, orders, { way = topic.way, atS = this.laterS, untilMs = atS * 1000 + FOREVER_MS } = {}) {
        const { orders: placed } = await this.rows.tell({
            do: 'place', at_ms: (atS - 60) * 1000, until_ms: untilMs, account: this.owner.id, round: ++this.round,
            provider: topic.provider, way, orders,
        });
        this.topic = topic;
        this.numbers = new Map(placed.map((o) => [o.id, o.number]));
        this.refunds = new Map();
    }

    async order(number) {
        const r = await this.owner.get(`/api/billing/orders/${number}`);
        assert.equal(r.status, 200, r.text);
        return r.json;
    }

    /** Refunds that the file knows of are ours, so they are asked for as ours are, once there is something to give back. */
    async refund(orders) {
        for (const one of orders) {
            if (!one.refunds?.length || this.refunds.has(one.id)) continue;
            const number = this.numbers.get(one.id);
            if ((await this.order(number)).payments[0].state !== 'paid') continue;
            this.refunds.set(one.id, true);
            const lent = 'r'.repeat(18) + String(this.round).padStart(8, '0'); // numbers of ours have 26 signs
            await this.rows.tell({ do: 'payment', number: one.id, to: lent });
            for (const { out_refund_no: to, amount_minor: amount } of one.refunds) {
                const r = await this.operator.post(`/api/operator/orders/${number}/refund`, { payment: lent, amount, reason: 'of a vector', takesBack: false }, ONCE());
                assert.ok(r.status < 300, r.text);
                await this.rows.tell({ do: 'refund', number: r.json.number, to });
            }
            await this.rows.tell({ do: 'payment', number: lent, to: one.id });
        }
    }

    /** What a case could change. */
    async snapshot() {
        await this.stand(this.laterS);
        const orders = {};
        for (const [id, number] of this.numbers) {
            const o = await this.order(number);
            const [p] = o.payments;
            orders[id] = {
                order: o.state, payment: p.state, payments: o.payments.length, refunded: p.refunded.amount,
                refunds: o.refunds.map((r) => `${r.state}:${r.amount.amount}`).sort(),
            };
        }
        const { currentBalance } = (await this.owner.get('/api/billing/transactions')).json;
        return { orders, credits: currentBalance };
    }

    /** What the provider has delivered, newest first. */
    async deliveries() {
        const r = await this.operator.get(`/api/operator/deliveries?limit=20&sender=${this.topic.provider}`);
        assert.equal(r.status, 200, r.text);
        return r.json.deliveries;
    }

    /** A delivery at its time, to our address for the file's; whatever stands behind its '?' stays. */
    async deliver({ now, channel, request: { method, target, headers, body } }) {
        await this.stand(now);
        const query = target.includes('?') ? target.slice(target.indexOf('?')) : '';
        const to = channel === 'return' ? `/orders/${[...this.numbers.values()][0]}` : `/hooks/${this.topic.provider}`;
        const bytes = Buffer.from(body ?? '', 'utf8');
        const u = new URL(this.server.base);
        return new Promise((resolve, reject) => {
            // Bytes above 127 too, as they stand in the file.
            const bytesOf = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('latin1')]));
            const all = { ...bytesOf, ...(channel === 'return' ? {} : { 'content-length': bytes.length }), 'x-forwarded-for': '203.0.113.77' };
            const r = http.request({ host: u.hostname, port: u.port, method, path: to + query, headers: all }, (res) => {
                const parts = [];
                res.on('data', (d) => parts.push(d));
                res.on('error', reject);
                res.on('end', () => resolve({ status: res.statusCode, text: Buffer.concat(parts).toString('utf8') }));
            });
            r.on('error', reject);
            r.end(bytes);
        });
    }
}

// ---- what the words of the contract mean for what can be seen ----

/** failed: which of the refunds a refund_failed is about, since the word does not name it. null: no such refund. */
function applied(before, id, effects, price, failed = 0) {
    const snap = structuredClone(before);
    const o = snap.orders[id];
    for (const effect of effects) {
        const [word, minor] = effect.split(':');
        const whole = effects.includes(`refund_total:${price}`);
        if (word === 'mark_paid') {
            o.payment = 'paid';
            // Money that is back already is not delivered for.
            if (!whole) snap.credits += CREDITS;
            if (!whole) o.order = 'paid';
        } else if (word === 'mark_processing') o.payment = o.order = 'processing';
        else if (word === 'mark_failed' || word === 'mark_closed') {
            o.payment = word.slice(5);
            o.order = 'open'; // until its own end it can be paid in another way
        } else if (word === 'refund_total') {
            o.refunds.push(`done:${Number(minor) - o.refunded}`);
            o.refunded = Number(minor);
        } else if (word === 'refund') {
            // One that failed may still be done: whoever looked into it has sent it on.
            const at = [`pending:${minor}`, `failed:${minor}`].map((r) => o.refunds.indexOf(r)).find((i) => i >= 0);
            if (at === undefined) return null;
            o.refunds[at] = `done:${minor}`;
            o.refunded += Number(minor);
        } else if (word === 'refund_failed') {
            if (!o.refunds[failed]?.startsWith('pending:')) return null;
            o.refunds[failed] = o.refunds[failed].replace('pending:', 'failed:');
        } else throw new Error(`no effect is named ${word}`);
    }
    o.refunds.sort();
    if (o.refunded === price && o.order === 'paid') o.order = 'refunded';
    return snap;
}

/** That `after` is `before` with these effects on one order of the file. */
function expectEffects(file, before, after, effects) {
    if (effects.length === 0) return assert.deepEqual(after, before, 'nothing has changed');
    const fits = file.orders.flatMap((o) => [0, ...before.orders[o.id].refunds.keys()].map((i) => applied(before, o.id, effects, o.amount_minor, i))).filter(Boolean);
    const fit = fits.find((snap) => JSON.stringify(snap) === JSON.stringify(after));
    assert.deepEqual(after, fit ?? fits[0], effects.join(', '));
}

async function judgeDelivery(h, topic, file, one) {
    await h.place(topic, file.orders);
    let known = 0; // rows that earlier ones of this case have left
    for (const name of one.after ?? []) {
        const earlier = file.cases.find((c) => c.name === name);
        assert.ok(earlier, `\`after\` names ${name}, which is not in this file`);
        await h.deliver(earlier);
        await h.stand(h.laterS);
        await h.refund(file.orders);
        known = (await h.deliveries())[0]?.id ?? 0;
    }
    const before = await h.snapshot();
    const isReturn = one.channel === 'return';
    const { verdict, effects, reply } = one.expect;
    assert.equal(reply, verdict === 'accept' ? 'ack' : 'nack', 'the file is of one mind');
    const said = (reply === 'ack' ? ACKS : NACKS)[topic.provider];
    const fits = isReturn ? (r) => r.status === 200 && /<html/i.test(r.text) : (r) => said(r) || (reply === 'nack' && isTurnedAway(r));
    const first = await h.deliver(one);
    assert.ok(fits(first), `answered ${first.status} ${first.text.slice(0, 200)}`);
    const after = await h.snapshot();
    expectEffects(file, before, after, effects);
    const rows = await h.deliveries();
    const behind = known || (h.seen ?? 0);
    const acted = rows.filter((d) => d.id > behind && d.state === 'acted');
    h.seen = rows[0]?.id ?? h.seen;
    const words = acted.length ? acted[0].outcome.split(';')[0] : 'nothing';
    assert.equal(words.startsWith('nothing') ? '' : words, effects.join(', '), 'the words of the effect');
    if (verdict === 'reject') assert.equal(acted.length, 0, 'refused');
    if (verdict === 'accept' && !isReturn && !acted.length) assert.ok(rows.some((d) => d.state === 'acted' && d.copies > 0), 'it is a copy');
    if (verdict === 'reject') return;
    const again = await h.deliver(one);
    assert.ok(fits(again), `once more: ${again.status} ${again.text.slice(0, 200)}`);
    assert.deepEqual(await h.snapshot(), after, 'once more, and nothing has changed');
}

// ---- answers ----

/** How a buyer makes the server ask this; null: no request does. */
function question(topic, one) {
    const { body, status } = one.response;
    if (topic.provider === 'alipay') {
        if (one.api === 'alipay.trade.query') return { way: 'page', ask: 'check' };
        if (one.api === 'alipay.trade.close') return { way: 'page', ask: 'cancel', call: one.api };
        return one.api === 'alipay.trade.precreate' ? { way: 'code', ask: 'pay' } : null;
    }
    if (status === 204) return { way: 'native', ask: 'cancel', call: '/close' };
    if (body.includes('trade_state')) return { way: 'native', ask: 'check' };
    return status >= 400 || body.includes('code_url') ? { way: 'native', ask: 'pay', call: '/transactions/native' } : null;
}

/** What a believed answer says: of Alipay's, what it has signed. */
function saidBy(topic, one) {
    if (one.expect.verdict !== 'accept') return {};
    const whole = JSON.parse(one.response.body || '{}');
    return topic.provider === 'alipay' ? JSON.parse(one.signed_text ?? JSON.stringify(Object.values(whole)[0])) : whole;
}

async function judgeAnswer(h, topic, file, one) {
    const asked = question(topic, one);
    const id = /"out_trade_no":"([^"]+)"/.exec(one.response.body)?.[1] ?? `vector${h.round}`;
    const total = /"total_amount":"([0-9.]+)"/.exec(one.response.body)?.[1] ?? '88.00';
    const orders = [{ id, amount_minor: Math.round(Number(total) * 100), currency: 'CNY', state: 'open' }];
    await h.beThere(one.now);
    await h.place(topic, orders, { way: asked.way, untilMs: one.now * 1000 + LIFE_MS });
    const number = h.numbers.get(id);
    const before = await h.snapshot();
    h.provider.about = id;
    h.provider.answer = (said) => (asked.call && !said.includes(asked.call) ? null : one.response);
    const r = await h.owner.post(`/api/billing/orders/${number}/${asked.ask}`, asked.ask === 'pay' ? { provider: topic.provider, way: asked.way } : undefined, ONCE());
    assert.ok([200, 202].includes(r.status), r.text);
    const notes = async () => (await h.operator.get(`/api/operator/orders/${number}`)).json.notes.map((n) => n.said);
    const believed = one.expect.verdict === 'accept';
    if (!believed) await until('it says why', async () => (await notes()).length > 0);
    const unverified = `${asked.ask === 'cancel' ? 'close' : ''}`;
    const doubts = (await notes()).filter((said) => said.includes('not a verified answer') && said.includes(unverified));
    assert.equal(doubts.length === 0, believed, `what was heard: ${JSON.stringify(await notes())}`);
    h.provider.about = null;
    const said = saidBy(topic, one);
    const scan = said.qr_code ?? said.code_url;
    if (asked.ask === 'pay') assert.equal(r.json.scan ?? undefined, scan, r.text);
    const ours = topic.provider === 'alipay' || said.mchid === file.config?.mchid;
    const status = asked.ask === 'check' && ours ? (said.trade_status ?? said.trade_state) : '';
    const words = { TRADE_SUCCESS: 'mark_paid', TRADE_FINISHED: 'mark_paid', TRADE_CLOSED: 'mark_closed', SUCCESS: 'mark_paid', REFUND: 'mark_paid', CLOSED: 'mark_closed', REVOKED: 'mark_closed' };
    const effects = words[status] ? [words[status]] : [];
    const after = await h.snapshot();
    if (one.response.status >= 400 && believed) assert.notEqual(after.orders[id].payment, 'paid');
    else expectEffects({ orders }, before, after, effects);
}

// ---- what we send ----

async function judgeSent(h, topic, file, one) {
    const w = wantedOf(topic.provider, file, one);
    await h.beThere(w.atS);
    await judgeCall(h, topic, file, one, { ...w, v3Key: file.config.api_v3_key ?? V3_KEY, fresh: pair }, { once: ONCE, until });
}

// ---- all of them ----

/** One file is for one server, or for two: what is sent in certificate mode is sent by another one. */
async function load(name) {
    const file = JSON.parse(await readFile(name, 'utf8'));
    const topic = TOPICS[file.topic];
    if (file.format !== 'payvec-1' || !topic) throw new Error(`${name}: ${file.topic ?? file.format} goes through no route of payments`);
    const of = (one) => ({ name: path.basename(name, '.json'), file: one, topic });
    if (!topic.calls) return [of(file)];
    const certified = file.cases.filter((one) => one.params?.app_cert_sn);
    const rest = { ...file, cases: file.cases.filter((one) => !certified.includes(one)), certificates: undefined };
    return [rest, { ...file, cases: certified }].filter((one) => one.cases.length > 0).map((one) => of(playable(one, topic.provider, pair)));
}

/** Files of different providers share a server; answers, whose clock goes with them, come behind notifications, and what
 * we send, where refunds wait for a second person, has servers of its own. */
function groups(all) {
    const out = [];
    const rank = ({ topic }) => (topic.calls ? 2 : topic.answers ? 1 : 0);
    for (const one of [...all].sort((a, b) => rank(a) - rank(b))) {
        const fits = (g) => g.every((other) => other.topic.provider !== one.topic.provider && !!other.topic.calls === !!one.topic.calls);
        const place = out.find(fits);
        if (place) place.push(one);
        else out.push([one]);
    }
    return out;
}

let failed = 0;
let passed = 0;
function tell(name, fault) {
    record(name, fault);
    if (fault) failed++;
    else passed++;
    if (!fault) console.log(`ok     ${name}`);
}

const all = [];
for (const name of files) all.push(...(await load(name)));
/** What its own package refuses, for its signature, is refused before the database is asked, and what we send is made
 * without it: that is told on the first engine. */
const isTold = (engine, one) => args.length > 0 || engine === engines[0] || one.expect?.verdict === 'accept' || one.sdk === 'accept';
const nobodyAsks = (topic, file, one) => (topic.answers && !question(topic, one)) || (topic.calls && !wantedOf(topic.provider, file, one));
let unasked = 0;

for (const engine of engines)
    for (const group of groups(all)) {
        if (!group.some(({ file }) => file.cases.some((c) => isTold(engine, c)))) continue;
        const h = await House.start(engine, group);
        for (const { name, file, topic } of group)
            for (const one of file.cases.filter((c) => isTold(engine, c))) {
                const title = `${name}: ${one.name} [${engine}]`;
                const judge = topic.calls ? judgeSent : topic.answers ? judgeAnswer : judgeDelivery;
                if (!nobodyAsks(topic, file, one)) await judge(h, topic, file, one).then(() => tell(title, null), (e) => tell(title, e.stack));
                else console.log(`       ${title}: no request of anybody asks this`), unasked++;
            }
        tell(`the server ends well, and is sound [${engine}]`, await h.end().then((faults) => faults.join('\n') || null, (e) => e.stack));
    }
if (unasked) console.log(`${unasked} go by no route`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
