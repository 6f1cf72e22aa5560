// money.mjs: the rows of the benchmark about money. Notifications of each provider that say that an order is paid, signed
// before the clock starts and each sent once, by what openssl verifies a second with such a key or by what the database
// takes of the same transactions, whichever is less. Subscriptions that are due, by the bare SQL of their renewals; what a
// million others beside them cost; and what somebody who is signed in waits for meanwhile.
import { createCipheriv, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ask, percentile } from './chat.mjs';

const PROVIDERS = ['alipay', 'wechat', 'stripe'];
const A_SECOND = 1200; // notifications, for each second of a run
const MOST = 20000;
const AT_ONCE = 64; // connections
const RSA_SECONDS = 3;
const DUE = 10000;
const MANY = 1000000;
const SHOPS = 20000; // that have a subscription
const FEN = 10000;
const QUIET = 1500; // requests
const APP_ID = '2021000399858208';
const SELLER_ID = '2088035525127469';
const MCHID = '1952041147';
const WX_APPID = 'wx13bbc591db635633';
const KEY_ID = 'PUB_KEY_ID_0195204114766084466296228774666';

const here = dirname(fileURLToPath(import.meta.url));
const signed = promisify(sign); // on the threads of node
const rsa = async (key, text) => (await signed('RSA-SHA256', Buffer.from(text), key)).toString('base64');
const number = (i) => `benchpay${String(i).padStart(18, '0')}`;
const pems = () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privateKey, publicPem: publicKey.export({ type: 'spki', format: 'pem' }), privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
};

/** What each provider signs with, and the settings of a server that knows it. */
function keyring() {
  const own = pems();
  const theirs = pems();
  const v3Key = '0123456789abcdef0123456789abcdef';
  const secret = `whsec_${'b'.repeat(32)}`;
  const nowhere = 'http://127.0.0.1:9';
  const env = {
    CHATHUB_NOTIFY_URL: 'https://pay.bench.example', CHATHUB_LIMITS: 'payment_hooks=100000/1m, general=100000/10s',
    ALIPAY_GATEWAY: `${nowhere}/gateway.do`, ALIPAY_APP_ID: APP_ID, ALIPAY_SELLER_ID: SELLER_ID, ALIPAY_APP_KEY: own.privatePem, ALIPAY_PUBLIC_KEY: theirs.publicPem,
    WECHAT_BASE_URL: nowhere, WECHAT_MCHID: MCHID, WECHAT_APPID: WX_APPID, WECHAT_API_V3_KEY: v3Key, WECHAT_MERCHANT_SERIAL: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
    WECHAT_MERCHANT_KEY: own.privatePem, WECHAT_PUBLIC_KEY_ID: KEY_ID, WECHAT_PUBLIC_KEY: theirs.publicPem,
    STRIPE_BASE_URL: nowhere, STRIPE_SECRET_KEY: `sk_${'test'}_${'0'.repeat(24)}`, STRIPE_WEBHOOK_SECRET: secret,
  };
  return { env, key: theirs.privateKey, v3Key, secret };
}

const notices = {
  alipay: async (k, i) => {
    const p = {
      notify_time: '2026-11-22 12:00:00', notify_type: 'trade_status_sync', notify_id: `n${i}`, app_id: APP_ID, auth_app_id: APP_ID, charset: 'utf-8', version: '1.0',
      trade_no: `20261122${String(i).padStart(20, '0')}`, out_trade_no: number(i), trade_status: 'TRADE_SUCCESS', total_amount: (FEN / 100).toFixed(2),
      receipt_amount: (FEN / 100).toFixed(2), subject: 'Chathub 1000', buyer_open_id: 'abc', seller_id: SELLER_ID, gmt_create: '2026-11-22 11:59:00',
      gmt_payment: '2026-11-22 12:00:00', fund_bill_list: '[{"amount":"100.00","fundChannel":"ALIPAYACCOUNT"}]',
    };
    const text = Object.keys(p).sort().map((name) => `${name}=${p[name]}`).join('&');
    const body = new URLSearchParams({ ...p, sign_type: 'RSA2', sign: await rsa(k.key, text) });
    return ['Content-Type: application/x-www-form-urlencoded; charset=utf-8', body.toString()];
  },
  wechat: async (k, i) => {
    const nonce = String(i).padStart(12, '0');
    const plain = JSON.stringify({ mchid: MCHID, appid: WX_APPID, out_trade_no: number(i), transaction_id: `42000${String(i).padStart(23, '0')}`, trade_type: 'NATIVE',
      trade_state: 'SUCCESS', bank_type: 'OTHERS', attach: '', success_time: '2026-11-22T12:00:00+08:00', payer: { openid: 'oHtYWRmLawVIOLehu2AMQjFB0eLr' },
      amount: { total: FEN, payer_total: FEN, currency: 'CNY', payer_currency: 'CNY' } });
    const cipher = createCipheriv('aes-256-gcm', k.v3Key, nonce);
    cipher.setAAD(Buffer.from('transaction'));
    const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
    const body = JSON.stringify({ id: `e${i}`, create_time: '2026-11-22T12:00:00+08:00', event_type: 'TRANSACTION.SUCCESS', resource_type: 'encrypt-resource', summary: 's',
      resource: { original_type: 'transaction', algorithm: 'AEAD_AES_256_GCM', ciphertext, associated_data: 'transaction', nonce } });
    const at = Math.floor(Date.now() / 1000);
    const signature = await rsa(k.key, `${at}\n${nonce}\n${body}\n`);
    return [`Content-Type: application/json|Wechatpay-Timestamp: ${at}|Wechatpay-Nonce: ${nonce}|Wechatpay-Serial: ${KEY_ID}|Wechatpay-Signature: ${signature}`, body];
  },
  stripe: async (k, i) => {
    const session = { id: `cs_test_${i}`, object: 'checkout.session', amount_subtotal: FEN, amount_total: FEN, client_reference_id: number(i), currency: 'cny', livemode: false,
      metadata: { order_id: number(i) }, mode: 'payment', payment_intent: `pi_${i}`, payment_status: 'paid', status: 'complete', url: null };
    const body = JSON.stringify({ id: `evt_${i}`, object: 'event', api_version: '2026-10-28.endive', created: 1795319997, data: { object: session }, livemode: false,
      pending_webhooks: 1, type: 'checkout.session.completed' });
    const at = Math.floor(Date.now() / 1000);
    return [`Content-Type: application/json; charset=utf-8|Stripe-Signature: t=${at},v1=${createHmac('sha256', k.secret).update(`${at}.${body}`).digest('hex')}`, body];
  },
};

/** Verifications a second of RSA with 2048 bits, of all cores together. */
async function rsaLimit(tools) {
  const { stdout } = await tools.run('openssl', ['speed', '-multi', String(cpus().length), '-seconds', String(RSA_SECONDS), 'rsa2048']);
  const found = /rsa +2048 bits.* ([\d.]+)\s*$/m.exec(stdout);
  if (!found) throw new Error(`openssl said: ${stdout}`);
  return Number(found[1]);
}

async function sendAll(tools, address, pid, file) {
  const before = tools.cpuSeconds(pid);
  const child = tools.start('wrk', ['-t2', `-c${AT_ONCE}`, '-d120s', '--latency', '--timeout', '10s', '-s', join(here, 'wrk.lua'), address, '--', 'notices', file]);
  let stdout = '';
  const ends = () => [...stdout.matchAll(/ENDED ([\d.]+)/g)].map((m) => Number(m[1]));
  child.stdout.on('data', (d) => {
    stdout += d;
    if (ends().length >= 2) child.kill('SIGINT'); // it would sleep on
  });
  await child.ended;
  const found = /RESULT (.*)/.exec(stdout);
  if (!found || ends().length !== 2) throw new Error(`wrk said: ${stdout}`);
  return { ...JSON.parse(found[1]), seconds: Math.max(...ends()), cpu: tools.cpuSeconds(pid) - before };
}

async function notifications(tools, engine, provider, verifies) {
  const count = Math.min(MOST, Math.ceil(A_SECOND * tools.seconds));
  const k = keyring();
  const runs = { storage: [], ours: [] };
  const cpu = [];
  const rows = {};
  const p99 = [];
  for (let i = 0; i < tools.repeats; i++) {
    let url = await tools.freshCopy(engine);
    await tools.measure('orders', url, provider, count);
    let before = await tools.measure('counts', url);
    runs.storage.push((await tools.measure('paid', url, provider, count, tools.lanes[engine.name])).per_second);
    rows.base ??= tools.perOperation(before, await tools.measure('counts', url), 'deliveries').rows;

    url = await tools.freshCopy(engine);
    await tools.measure('orders', url, provider, count);
    before = await tools.measure('counts', url);
    // Signed now: what has a time is refused five minutes later.
    const lines = await Promise.all(Array.from({ length: count }, async (_, n) => `/hooks/${provider}\t${(await notices[provider](k, n + 1)).join('\t')}`));
    const file = join(tools.work, `${provider}.notices`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    const server = await tools.startServer(url, { env: k.env });
    const r = await sendAll(tools, server.address, server.child.pid, file);
    await tools.stopServer(server);
    if (r.bad || r.late) tools.broke(`${provider}: of ${count} notifications ${r.bad} were refused, ${r.late} too late`);
    const counted = tools.perOperation(before, await tools.measure('counts', url), 'deliveries');
    if (counted.ops !== count) tools.broke(`${provider}: ${count} were acknowledged, ${counted.ops} are stored`);
    rows.product ??= counted.rows;
    await tools.verify(url, `${engine.name} notifications of ${provider}`);
    runs.ours.push(count / r.seconds);
    cpu.push((r.cpu * 1e6) / count);
    p99.push(r.p99_ms);
  }
  const [storage, measured] = [tools.median(runs.storage), tools.median(runs.ours)];
  const byRsa = provider !== 'stripe' && verifies < storage; // which signs with an HMAC
  const base = byRsa ? verifies : storage;
  // The mail behind it, and what the service does by the clock, is the server's alone.
  const paid = (all) => Object.fromEntries(Object.entries(all).filter(([name]) => !/^(jobs|mail_|house_|node_)/.test(name)));
  const equal = tools.same(paid(rows.base), paid(rows.product), 0.05);
  if (!equal) tools.broke(`${engine.name} ${provider}: rows differ: ${JSON.stringify(rows)}`);
  tools.result({ name: `notifications, ${provider}`, engine: engine.name, unit: '/s', measured, base, ratio: measured / base,
    baseName: byRsa ? `openssl verify on ${cpus().length} cores` : `the same through the lanes; openssl verifies ${Math.round(verifies)}`, target: '>= 0.5',
    reached: measured / base >= 0.5, cpuUs: tools.median(cpu), p99Ms: tools.median(p99), rowsPerOperation: rows, rowsEqual: equal, runs });
}

/** Starts a server on a copy in which so many are due, and says how fast they went. */
async function renewed(tools, engine, due, more, beside = async () => undefined) {
  const url = await tools.freshCopy(engine);
  await tools.measure('lapse', url, due, more);
  // As it has long been done where so many have gathered, and not while it is measured.
  if (engine.name === 'postgres') await tools.run('psql', ['-qc', 'VACUUM ANALYZE subscriptions', url]);
  await tools.run('sync');
  const before = await tools.measure('counts', url);
  const watch = tools.start(tools.bench, ['due', url]);
  let said = '';
  const begun = new Promise((done, fail) => {
    watch.stdout.on('data', (d) => {
      said += d;
      if (said.includes('begun')) done();
    });
    watch.ended.then((code) => fail(new Error(`bench due ended with ${code}`)));
  });
  const server = await tools.startServer(url);
  await begun;
  let over = false;
  const ended = watch.ended.then((code) => {
    over = true;
    return code;
  });
  const cpu = tools.cpuSeconds(server.child.pid);
  const got = await beside(server.address, () => over);
  const code = await ended;
  const cpuUs = ((tools.cpuSeconds(server.child.pid) - cpu) * 1e6) / due;
  if (code !== 0) tools.broke(`${engine.name}: not all that was due was renewed: ${said}`);
  await tools.stopServer(server);
  const counted = tools.perOperation(before, await tools.measure('counts', url), 'credit_entries');
  if (counted.ops !== due) tools.broke(`${engine.name}: ${due} were due, ${counted.ops} renewed`);
  if (more === 0) await tools.verify(url, `${engine.name} renewals`); // those beside have no shops
  return { perSecond: JSON.parse(said.split('\n').find((line) => line.startsWith('{'))).per_second, rows: counted.rows, got, cpuUs };
}

/** What people who are signed in wait for, one request after the other. */
async function waits(address, isOver) {
  const ms = [];
  for (let i = 0; !isOver(i); i++) {
    const account = 1 + ((i * 7919) % SHOPS);
    const one = [
      () => ask(address, 'GET', `/api/shops/${account}/chatbot/status`, { account }),
      () => ask(address, 'GET', '/api/billing/transactions?limit=50', { account }),
      () => ask(address, 'POST', `/api/shops/${account}/sso/issue`, { account, body: { role: 'admin' } }),
    ][i % 3];
    ms.push((await one()).ms);
  }
  ms.sort((a, b) => a - b);
  return { p50: percentile(ms, 50), p99: percentile(ms, 99), count: ms.length };
}

async function renewals(tools, engine) {
  const clients = engine.name === 'sqlite' ? [1] : tools.clientCounts;
  const bare = new Map(clients.map((c) => [c, []]));
  const runs = { few: [], many: [] };
  const cpu = [];
  const rows = {};
  for (let i = 0; i < tools.repeats; i++) {
    for (const c of clients) {
      const url = await tools.freshCopy(engine);
      const before = await tools.measure('counts', url);
      bare.get(c).push((await engine.bare(url, 'renew', c)).per_second);
      rows.bare ??= tools.perOperation(before, await tools.measure('counts', url), 'credit_entries').rows;
    }
    const few = await renewed(tools, engine, DUE, 0);
    rows.product ??= few.rows;
    cpu.push(few.cpuUs);
    runs.few.push(few.perSecond);
    runs.many.push((await renewed(tools, engine, DUE, MANY - SHOPS)).perSecond);
  }
  const base = Math.max(...[...bare.values()].map(tools.median));
  const [few, many] = [tools.median(runs.few), tools.median(runs.many)];
  const own = (all) => Object.fromEntries(Object.entries(all).filter(([name]) => !/^jobs/.test(name)));
  const equal = tools.same(own(rows.bare), own(rows.product), 0.05);
  if (!equal) tools.broke(`${engine.name} renewals: rows differ: ${JSON.stringify(rows)}`);
  const row = (name, unit, measured, more) => tools.result({ name, engine: engine.name, unit, measured, ...more });
  row('due renewals', '/s', few, { base, ratio: few / base, baseName: engine.name === 'sqlite' ? 'bare SQL, batches of 64' : 'bare SQL, pgbench', target: '>= 0.6',
    reached: few / base >= 0.6, cpuUs: tools.median(cpu), rowsPerOperation: rows, rowsEqual: equal, runs: { bare: [...bare.values()], product: runs.few } });
  row(`${DUE} due of ${MANY}`, 's', DUE / many, { base: DUE / few, ratio: few / many, baseName: `s, of ${SHOPS}`, target: '<= 1.2', reached: few / many <= 1.2, runs });

  const server = await tools.startServer(await tools.freshCopy(engine));
  const quiet = await waits(server.address, (i) => i >= QUIET);
  await tools.stopServer(server);
  const { got: busy, perSecond } = await renewed(tools, engine, SHOPS, 0, (address, over) => waits(address, over));
  row('signed-in requests beside renewals, p99', 'ms', busy.p99, { base: quiet.p99, ratio: busy.p99 / quiet.p99, baseName: 'ms, without', target: '<= 3',
    reached: busy.p99 / quiet.p99 <= 3, p50Ms: busy.p50, p99Ms: busy.p99 });
  row('the renewals beside them', '/s', perSecond, { base, ratio: perSecond / base, baseName: 'bare SQL', target: '', reached: true });
}

/** `tools`: what run.mjs measures with. */
export async function measureMoney(tools, engine) {
  if (tools.wanted('notices')) {
    const verifies = await rsaLimit(tools);
    for (const provider of PROVIDERS) await notifications(tools, engine, provider, verifies);
  }
  if (tools.wanted('renewals')) await renewals(tools, engine);
}
