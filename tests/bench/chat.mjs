// chat.mjs: the rows of the benchmark that talk: widget sockets that are idle, words that the visitor's other window hears,
// answers of the local model, the search, a shop's file, one word to a thousand readers. run.mjs gives what it measures with.
//
// A socket of a browser: a word is sent on one of a visitor's two, at half the rate at which words are stored, and is seen when
// the last of both has heard it; the base is what a sync of this disk costs, before and after.
import { request } from 'node:http';
import { readFileSync, readdirSync } from 'node:fs';

const SOCKETS = 50000;
const FILES = 131072;
const LIMITS = 'chat_network=100000/1m, chat_sessions=100000/1m, chat_shop=100000/10s, chat_shop_network=100000/10s, general=100000/10s, account_reads=100000/10s, ' +
  'account_changes=100000/10s, account_changes_hour=100000/1m, knowledge_imports=100000/1m';
const FULL = 100000; // products of one shop
const FULL_SHOPS = 10;
const FILE_PRODUCTS = 20000;
const ASKED = 400;
const SHOPS = 20000; // that have a chat
const BESIDE = 50; // words a second while a file is taken in
const WARM = 40;
const ROUNDS = 15;
const READERS = 1000;
const FAN_ROUNDS = 15;
const FAN_SHOP = 7;
const STORED_LEAST = 0.6; // of the bare SQL
const TALK_SECONDS = 30;
const PROBES = 300; // of each other thing in the house, while words are said
const NOUNS = ['kettle', 'teapot', 'cup', 'lamp', 'chair', 'table', 'rug', 'shelf', 'bowl', 'knife'];
const WORDS = ['copper', 'steel', 'glass', 'oak', 'linen', 'wool', 'marble', 'bamboo', 'cotton', 'clay'];
const QUESTIONS = ['how much is the copper kettle 41?', 'do you have an oak chair?', 'is the marble bowl in stock?', 'hello',
  'where is my order?', '有没有竹子的灯？'];

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
export const percentile = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))];

/** The limits of files and connections that this needs; without the right to raise them it is made do with what is allowed. */
async function roomFor(run, count) {
  const raise = ['prlimit', [`--nofile=${FILES}:${FILES}`]];
  const allowed = await run(raise[0], [...raise[1], 'true']).then(() => true, () => false);
  const hard = allowed ? FILES : Number((await run('sh', ['-c', 'ulimit -Hn'])).stdout) || FILES;
  return { prefix: allowed ? raise : null, count: Math.min(count, hard - 200) };
}

export function ask(address, method, path, { account = 1, body, origin = address } = {}) {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const headers = { origin, cookie: `sid=bench-${String(account).padStart(6, '0')}` };
  if (text !== undefined) Object.assign(headers, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  const began = process.hrtime.bigint();
  return new Promise((done, fail) => {
    const req = request(`${address}${path}`, { method, headers }, (res) => {
      let out = '';
      res.on('data', (d) => (out += d));
      res.on('end', () => {
        const ms = Number(process.hrtime.bigint() - began) / 1e6;
        if (res.statusCode >= 300) fail(new Error(`${method} ${path}: ${res.statusCode} ${out.slice(0, 300)}`));
        else done({ ms, json: JSON.parse(out) });
      });
    });
    req.on('error', fail);
    req.end(text);
  });
}

/**
 * Widget sockets that nobody talks on. SQLite has one process, and as many as its limit of files allows; where that is less
 * than all, PostgreSQL is asked too, with as many processes on one database as it takes.
 */
async function idleSockets(tools, engine) {
  const { count: room, prefix } = await roomFor(tools.run, SOCKETS);
  const processes = engine.name === 'postgres' ? Math.ceil(SOCKETS / room) : 1;
  if (engine.name === 'postgres' && processes === 1) return;
  const count = Math.min(room, Math.ceil(SOCKETS / processes)), sockets = count * processes;
  const url = await tools.freshCopy(engine);
  const [file, args] = prefix ? [prefix[0], [...prefix[1], tools.bench]] : [tools.bench, []];
  const all = [];
  for (let i = 0; i < processes; i++) {
    const server = await tools.startServer(url, { prefix, env: { CHATHUB_LIMITS: LIMITS, CHATHUB_CONNECTIONS: String(count + 100) } });
    const client = tools.start(file, [...args, 'visitors', new URL(server.address).port, String(count), String(i * count)],
      { stdio: ['pipe', 'pipe', 'inherit'] });
    const said = () => new Promise((done, fail) => {
      client.stdout.once('data', (d) => done(JSON.parse(d)));
      client.ended.then((code) => fail(new Error(`the client ended with ${code}`)));
    });
    await said(); // a tenth of them
    all.push({ server, client, said, pid: server.child.pid });
  }
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  const memory = async () => {
    await sleep(6000); // what is cached for work that is over has been given back
    const own = sum(all.map(({ pid }) => Number(/^Anonymous:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1])));
    const slab = Number(/^Slab:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))[1]);
    return { own, slab, files: sum(all.map(({ pid }) => readdirSync(`/proc/${pid}/fd`).length)) };
  };
  const first = await memory();
  const opened = all.map(({ client, said }) => (client.stdin.write('.'), said()));
  const perSecond = sum((await Promise.all(opened)).map((r) => r.per_second));
  const last = await memory();
  for (const { server, client } of all) {
    client.stdin.end();
    await client.ended;
    await tools.stopServer(server);
  }
  const each = (kb) => (kb * 1024) / (sockets - processes * Math.floor(count / 10));
  const whole = last.files >= sockets;
  if (!whole) tools.broke(`of ${sockets} sockets the server had ${last.files} when they were counted`);
  const own = each(last.own - first.own), where = processes > 1 ? `, ${processes} processes` : '';
  const row = (name, unit, measured, target, reached) => tools.result({ name, engine: engine.name, unit, measured, target, reached });
  row(`idle widget socket of ${sockets}${where}`, 'B', own, `<= 1024 B, ${SOCKETS} of them`, whole && own <= 1024 && sockets >= SOCKETS);
  row('its kernel memory, both ends', 'B', each(last.slab - first.slab), '', true);
  row(`new widget sockets${where}`, '/s', perSecond, '>= 5000/s', perSecond >= 5000);
}

/**
 * What is said at half of the rate that a word must at least be stored at (0.6 of the bare SQL), and at half of what was stored: the
 * second says how waiting grows with the load, and has no target (docs/decisions/0125-log-copied-back-after-the-answers.md). Beside
 * both, on SQLite, when the rows alone would be synced, without a server: nothing that stores words can be seen sooner.
 */
async function seen(tools, engine) {
  const row = tools.results.find((r) => r.name === 'message' && r.engine === engine.name);
  for (const [whole, target] of [[(row?.base ?? 3000) * STORED_LEAST, 3], [row?.measured ?? 2000, 0]]) {
    const rate = Math.floor(whole / 2);
    const { count, prefix } = await roomFor(tools.run, 40000);
    const pairs = Math.min(Math.floor(count / 2) - 100, Math.max(50, Math.ceil((rate * tools.seconds) / 40)));
    const url = await tools.freshCopy(engine);
    const server = await tools.startServer(url, { prefix, env: { CHATHUB_LIMITS: LIMITS, CHATHUB_CONNECTIONS: String(2 * pairs + 100) } });
    const port = new URL(server.address).port;
    const before = await tools.measure('sync', tools.work);
    const r = await tools.measure('talk', port, pairs, rate, tools.seconds);
    const after = await tools.measure('sync', tools.work);
    await tools.stopServer(server);
    const sync = (before.p50_ms + after.p50_ms) / 2;
    const ratio = r.p99_ms / sync;
    tools.result({ name: `word seen, p99 at ${rate}/s`, engine: engine.name, unit: 'ms', measured: r.p99_ms, base: sync, ratio, baseName: "ms, the disk's median sync", target: target > 0 ? `<= ${target}` : '', reached: target === 0 || ratio <= target, p50Ms: r.p50_ms, p99Ms: r.p99_ms });
    if (engine.name !== 'sqlite') continue;
    const least = await tools.measure('paced', await tools.freshCopy(engine), rate, tools.seconds);
    tools.result({ name: `its bare SQL alone, p99 at ${rate}/s`, engine: engine.name, unit: 'ms', measured: least.p99_ms, base: sync, ratio: least.p99_ms / sync, baseName: "ms, the disk's median sync", target: '', reached: true, p50Ms: least.p50_ms, p99Ms: least.p99_ms });
  }
}

const product = (shop, i) => ({ id: `p${i}`, title: `${WORDS[i % 10]} ${NOUNS[Math.floor(i / 10) % 10]} ${i}`, description: `A ${NOUNS[i % 7]} of ${WORDS[(i + shop) % 10]}, number ${i}.`, price: 1000 + (i % 9000), available: i % 13 !== 0 });

/** Files of one shop, one after the other; how many a second. */
async function importShop(address, shop, count) {
  const began = Date.now();
  for (let at = 0; at < count; at += FILE_PRODUCTS) {
    const products = Array.from({ length: Math.min(FILE_PRODUCTS, count - at) }, (_, i) => product(shop, at + i));
    const sent = await ask(address, 'POST', `/api/shops/${shop}/knowledge/import`, { account: shop, body: { name: 'Bench', languages: ['en'], currency: 'USD', products } });
    // On a slow machine the answer comes before the end.
    for (let { status, statusUrl } = sent.json; status !== 'done'; { status } = (await ask(address, 'GET', statusUrl, { account: shop })).json) {
      if (status === 'failed') throw new Error('a file was not taken');
      await sleep(20);
    }
  }
  return count / ((Date.now() - began) / 1000);
}

async function clocked(n, one) {
  const ms = [];
  for (let i = 0; i < n + WARM; i++) {
    const took = await one(i);
    if (i >= WARM) ms.push(took);
  }
  ms.sort((a, b) => a - b);
  return { p50Ms: percentile(ms, 50), p99Ms: percentile(ms, 99) };
}

/** A hundredth of one round is four questions, and one pause of this client moves it: the medians of some rounds. */
async function inRounds(tools, one) {
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push(await clocked(ASKED, one));
  return { p50Ms: tools.median(rounds.map((r) => r.p50Ms)), p99Ms: tools.median(rounds.map((r) => r.p99Ms)) };
}

async function answersAndSearch(tools, engine) {
  const url = await tools.freshCopy(engine);
  const server = await tools.startServer(url, { env: { CHATHUB_LIMITS: LIMITS } });
  const { address } = server;
  const row = (name, unit, measured, more) => tools.result({ name, engine: engine.name, unit, measured, ...more });
  await importShop(address, 1, FULL);
  const answer = await inRounds(tools, async (i) => (await ask(address, 'POST', '/api/shops/1/chatbot/try', { body: { turns: [QUESTIONS[i % QUESTIONS.length]], language: 'en' } })).ms);
  row('local answer over HTTP, p99', 'ms', answer.p99Ms, { target: 'p50 <= 5 ms, p99 <= 25 ms', reached: answer.p50Ms <= 5 && answer.p99Ms <= 25, ...answer });
  const find = () => inRounds(tools, async (i) => (await ask(address, 'GET', `/api/shops/1/knowledge/products?search=${WORDS[i % 10]}%20${NOUNS[(i * 7) % 10]}%20${i}`)).ms);
  const one = await find();
  row(`search over HTTP, p99, ${FULL} products`, 'ms', one.p99Ms, { target: '<= 5 ms', reached: one.p99Ms <= 5, ...one });
  if (tools.named('search')) {                              // minutes of importing: only when it is asked for
    for (let shop = 2; shop <= FULL_SHOPS; shop++) await importShop(address, shop, FULL);
    const many = await find();
    row(`search over HTTP, p99, ${FULL * FULL_SHOPS} of all`, 'ms', many.p99Ms, { target: '<= 5 ms, and <= 1.2', base: one.p99Ms,
      ratio: many.p99Ms / one.p99Ms, baseName: 'ms, of one shop alone', reached: many.p99Ms <= 5 && many.p99Ms <= 1.2 * one.p99Ms, ...many });
  }
  await tools.stopServer(server);
}

/**
 * Words through the lanes when a tenth of the shops talk, and when all do, in turn, each by the bare SQL of the same rows: ten
 * times the shops are ten times the pages, for the bare loop as for us, and what is asked is whether we add to that.
 */
async function tenants(tools, engine) {
  const shares = {};
  for (const shops of [SHOPS / 10, SHOPS]) shares[shops] = { ours: [], bare: [] };
  for (let i = 0; i < tools.repeats; i++) {
    for (const [shops, runs] of Object.entries(shares)) {
      const ours = await tools.measure('message', await tools.freshCopy(engine), tools.lanes[engine.name], tools.seconds, shops);
      const bare = await engine.bare(await tools.freshCopy(engine), 'message', 16, Number(shops));
      runs.ours.push(ours.per_second), runs.bare.push(bare.per_second);
    }
  }
  const shareOf = ({ ours, bare }) => tools.median(ours) / tools.median(bare);
  const [base, measured] = [shareOf(shares[SHOPS / 10]), shareOf(shares[SHOPS])];
  tools.result({ name: `message, ${SHOPS} shops`, engine: engine.name, unit: 'of the bare SQL', measured, base, ratio: measured / base,
    baseName: `${SHOPS / 10} of them`, target: '>= 0.8', reached: measured / base >= 0.8, runs: shares });
}

/** Words of visitors while the files of a shop are taken in, by the same words without. */
async function beside(tools, engine) {
  const server = await tools.startServer(await tools.freshCopy(engine), { env: { CHATHUB_LIMITS: LIMITS } });
  const port = new URL(server.address).port;
  const quiet = await tools.measure('talk', port, BESIDE, BESIDE, tools.seconds);
  const imported = importShop(server.address, SHOPS, FULL);
  const busy = await tools.measure('talk', port, BESIDE, BESIDE, 2 * tools.seconds);
  const perSecond = await imported;
  await tools.stopServer(server);
  const row = (name, unit, measured, more) => tools.result({ name, engine: engine.name, unit, measured, ...more });
  row(`word seen, p99, while ${FULL} products come`, 'ms', busy.p99_ms, { base: quiet.p99_ms, ratio: busy.p99_ms / quiet.p99_ms,
    baseName: 'ms, without', target: '<= 100 ms', reached: busy.p99_ms <= 100, p50Ms: busy.p50_ms, p99Ms: busy.p99_ms });
  row('the products beside them', '/s', perSecond, { target: '', reached: true });
}

/** A file of one shop by the product, and the rows of the same by the bare SQL, each on a fresh copy. */
async function imports(tools, engine) {
  const rows = async (url, before) => {
    const after = await tools.measure('counts', url);
    return ['knowledge_products', 'knowledge_postings'].map((name) => after[name] - (before[name] ?? 0));
  };
  const runs = { bare: [], product: [] };
  for (let i = 0; i < tools.repeats; i++) {
    let url = await tools.freshCopy(engine);
    const before = await tools.measure('counts', url);
    runs.bare.push((await tools.measure('bare_import', url, 1, FULL)).per_second);
    const bare = await rows(url, before);
    url = await tools.freshCopy(engine);
    const server = await tools.startServer(url, { env: { CHATHUB_LIMITS: LIMITS } });
    runs.product.push(await importShop(server.address, 1, FULL));
    await tools.stopServer(server);
    const ours = await rows(url, before);
    if (`${bare}` !== `${ours}`) tools.broke(`import: the rows differ: ${bare} and ${ours}`);
  }
  const [base, measured] = [tools.median(runs.bare), tools.median(runs.product)];
  tools.result({ name: `products imported, ${FULL} of a shop`, engine: engine.name, unit: '/s', measured, base, ratio: measured / base,
    baseName: 'bare SQL', target: '>= 0.6', reached: measured / base >= 0.6, runs });
}

/** What is told to all of a shop's open chats at once: from the request until the last of them has heard it. */
async function fan(tools, engine) {
  const { count, prefix } = await roomFor(tools.run, READERS + 100);
  const server = await tools.startServer(await tools.freshCopy(engine), { prefix, env: { CHATHUB_LIMITS: LIMITS, CHATHUB_CONNECTIONS: String(READERS + 300), CHATHUB_SHOP_CONNECTIONS: String(READERS) } }); // all of them at one shop
  const tokens = [];
  const readers = Math.min(READERS, count - 100);
  const origin = `https://bench${String(FAN_SHOP).padStart(6, '0')}.example`;
  while (tokens.length < readers) tokens.push((await ask(server.address, 'POST', `/api/chat/shop-${FAN_SHOP}/session`, { body: { language: 'en' }, origin })).json.token);
  const [file, args] = prefix ? [prefix[0], [...prefix[1], tools.bench]] : [tools.bench, []];
  const client = tools.start(file, [...args, 'fan', new URL(server.address).port, String(FAN_SHOP), String(FAN_ROUNDS)], { stdio: ['pipe', 'pipe', 'inherit'] });
  let out = '';
  client.stdout.on('data', (d) => (out += d));
  client.stdin.end(`${tokens.join('\n')}\n`);
  const code = await client.ended;
  await tools.stopServer(server);
  if (code !== 0) throw new Error(`the client of the fan-out ended with ${code}`);
  const r = JSON.parse(out);
  tools.result({ name: `told to ${r.readers} readers, the last`, engine: engine.name, unit: 'ms', measured: r.last_ms, target: `<= 50 ms, ${READERS} of them`,
    reached: r.last_ms <= 50 && r.readers === READERS, p50Ms: r.half_ms, p99Ms: r.worst_ms });
}

/** Other things of the house, one after the other, while words come at half the rate at which they can be stored. */
async function meanwhile(tools, engine) {
  const stored = tools.results.find((r) => r.name === 'message' && r.engine === engine.name)?.measured ?? 2000;
  const rate = Math.floor(stored / 2);
  const { count, prefix } = await roomFor(tools.run, 20000);
  const pairs = Math.min(Math.floor(count / 8), 2000);
  // Twice as many as talk: those of the last run may still be ending when the next one begins.
  const server = await tools.startServer(await tools.freshCopy(engine), { prefix, env: { CHATHUB_LIMITS: LIMITS, CHATHUB_CONNECTIONS: String(4 * pairs + 200) } });
  const { address } = server;
  const probes = {
    'chatbot/status': (i) => ask(address, 'GET', `/api/shops/${10001 + i}/chatbot/status`, { account: 10001 + i }),
    transactions: (i) => ask(address, 'GET', '/api/billing/transactions?limit=50', { account: 1 + i }),
    inbox: (i) => ask(address, 'GET', '/api/inbox', { account: 10001 + i }),
    'sso/issue': (i) => ask(address, 'POST', `/api/shops/${10001 + i}/sso/issue`, { account: 10001 + i, body: { role: 'admin' } }),
    enable: (i) => ask(address, 'POST', `/api/shops/${30001 + i}/chatbot/enable`, { account: 30001 + i, body: {} }),
  };
  const look = async (from) => {
    const times = {};
    for (const [name, probe] of Object.entries(probes)) times[name] = (await clocked(PROBES, async (i) => (await probe(from + i)).ms)).p99Ms;
    return times;
  };
  const quiet = await look(0);
  let over = false;
  // One run for all probes, as a rule: that thousands of sockets open at once is another row's.
  const talk = (async () => {
    while (!over) await tools.measure('talk', new URL(address).port, pairs, rate, TALK_SECONDS);
  })();
  await sleep(4000);
  const busy = await look(1000);
  over = true;
  await talk;
  await tools.stopServer(server);
  for (const name of Object.keys(probes))
    tools.result({ name: `${name}, p99 beside ${rate} words/s`, engine: engine.name, unit: 'ms', measured: busy[name], base: quiet[name], ratio: busy[name] / quiet[name],
      baseName: 'ms, without', target: '<= 3', reached: busy[name] / quiet[name] <= 3 });
}

/** `tools`: what run.mjs measures with. */
export async function measureChat(tools, engine) {
  if (tools.wanted('visitors')) await idleSockets(tools, engine);
  if (tools.wanted('talk')) await seen(tools, engine);
  if (tools.wanted('tenants')) await tenants(tools, engine);
  if (tools.wanted('meanwhile')) await meanwhile(tools, engine);
  if (tools.wanted('fan')) await fan(tools, engine);
  if (tools.wanted('import')) await imports(tools, engine);
  if (tools.wanted('beside')) await beside(tools, engine);
  if (tools.wanted('answer') || tools.named('search')) await answersAndSearch(tools, engine);
}
