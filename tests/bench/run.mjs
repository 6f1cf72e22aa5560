// run.mjs: the benchmark. Starts PostgreSQL, nginx and chathub itself, measures, prints one table.
//
//   node tests/bench/run.mjs --chathub FILE --bench FILE [--json] [--seconds 5] [--repeats 3]
//        [--engine sqlite|postgres] [--only NAME,NAME] [--clients 8,16,32] [--work DIR]
//   NAME: process, constant, status, transactions, echo, sockets, sso, debit, enable, jobs, message; of chat.mjs:
//         visitors, talk, tenants, meanwhile, fan, import, beside, answer, search (a million products; only when named);
//         of money.mjs: notices, renewals
//
// Absolute numbers say more about the machine than about us, so each one is divided by something measured in the same
// minute: reads by our own constant answer (and that by nginx), writes by the bare SQL of the same rows. Base and product
// take turns, the medians are compared. A write starts on a fresh copy of the seeded database; afterwards the rows are
// counted on both sides, and `chathub verify` must find what the product left sound.
//
// It is no test: a target that is missed is printed as such. The exit status is 1 when something broke: an answer that
// is not 2xx, rows that differ, a database that is not sound.
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { cpus, loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { measureChat } from './chat.mjs';
import { measureMoney } from './money.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const run = promisify(execFile);
const { values: options } = parseArgs({
  options: {
    chathub: { type: 'string', default: join(root, 'build/chathub') },
    bench: { type: 'string', default: join(root, 'build/bench/tests/bench/bench') },
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '5' },
    repeats: { type: 'string', default: '3' },
    engine: { type: 'string', default: 'sqlite,postgres' },
    only: { type: 'string', default: '' },
    clients: { type: 'string', default: '8,16,32' },
    work: { type: 'string', default: join(root, 'build') }, // where databases lie while it runs
    workers: { type: 'string', default: '' }, // CHATHUB_DATABASE_WORKERS; empty: the product's own choice
  },
});
const seconds = Number(options.seconds);
const repeats = Number(options.repeats);
const clientCounts = options.clients.split(',').map(Number);
const only = options.only ? options.only.split(',') : null;
const CONNECTIONS = 256;
const SOCKETS = 64;
// Writers that the product takes when nothing is set (LANES_* in src/app/config.h).
const LANES = { sqlite: 1, postgres: 8 };

mkdirSync(options.work, { recursive: true });
const work = mkdtempSync(join(resolve(options.work), 'bench-run-'));
process.env.CHATHUB_MASTER_KEY = randomBytes(32).toString('base64');
const say = (text) => process.stderr.write(`bench: ${text}\n`);
const failures = [];
const broke = (text) => {
  failures.push(text);
  say(`BROKEN: ${text}`);
};
const median = (list) => {
  const s = [...list].sort((a, b) => a - b);
  return s.length % 2 ? s[(s.length - 1) / 2] : (s[s.length / 2 - 1] + s[s.length / 2]) / 2;
};
// Of a write, for this long: a fast machine has enabled, or renewed, all the shops there are in the time that the others take.
const secondsOf = (op) => (['enable', 'renew'].includes(op) ? Math.min(seconds, 3) : seconds);
const wanted = (name) => !only || only.includes(name);

// ---- processes ----

const children = new Set();
const start = (file, args, extra = {}) => {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...extra });
  child.ended = new Promise((done) => child.on('close', (code) => (children.delete(child), done(code))));
  children.add(child);
  return child;
};
// Each in a session of its own: on a machine that does other things too, Linux shares its time among sessions, and the
// server, its clients and the bare side shall have the same share each.
const apart = (file, args) => run('setsid', ['-w', file, ...args], { maxBuffer: 1 << 24 });
const bench = async (...args) => JSON.parse((await apart(options.bench, args.map(String))).stdout);

async function freePort() {
  const s = createServer();
  await new Promise((done) => s.listen(0, '127.0.0.1', done));
  const { port } = s.address();
  await new Promise((done) => s.close(done));
  return port;
}

const environment = (url) => ({
  ...process.env,
  CHATHUB_LISTEN: '127.0.0.1:0',
  CHATHUB_DATA_DIR: join(work, 'data'),
  CHATHUB_DATABASE_URL: url,
  ...(options.workers ? { CHATHUB_DATABASE_WORKERS: options.workers } : {}),
});

// Resolves when the first answer is here.
// `prefix`: [program, arguments] that starts it, with other limits.
async function startServer(url, { env = {}, prefix = null } = {}) {
  const began = process.hrtime.bigint();
  const [file, args] = prefix ? [prefix[0], [...prefix[1], options.chathub, 'serve']] : [options.chathub, ['serve']];
  const child = start(file, args, { env: { ...environment(url), ...env }, cwd: work });
  let log = '';
  child.stderr.on('data', (d) => (log = (log + d).slice(-4000)));
  const address = await new Promise((done, fail) => {
    let text = '';
    child.stdout.on('data', (d) => {
      text += d;
      const found = /ready at (http:\/\/\S+)/.exec(text);
      if (found) done(found[1]);
    });
    child.ended.then((code) => fail(new Error(`chathub ended with ${code}: ${log}`)));
  });
  const { body, headers } = await fetchText(`${address}/healthz`);
  const ms = Number(process.hrtime.bigint() - began) / 1e6;
  return { child, address, ms, body, headers, log: () => log };
}

const fetchText = (url) =>
  new Promise((done, fail) => {
    get(url, { agent: false }, (res) => {
      let body = '';
      res.on('data', (d) => (body += d));
      res.on('end', () => done({ body, headers: res.headers, status: res.statusCode }));
    }).on('error', fail);
  });

async function stopServer(server) {
  server.child.kill('SIGTERM');
  const code = await server.child.ended;
  if (code !== 0) broke(`chathub ended with ${code}: ${server.log()}`);
}

const cpuSeconds = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const residentMb = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

// ---- load ----

async function wrk(address, mode, pid, length = seconds) {
  const before = pid ? cpuSeconds(pid) : 0;
  const { stdout } = await apart('wrk', ['-t2', `-c${CONNECTIONS}`, `-d${length}s`, '--latency', '--timeout', '10s', '-s',
    join(here, 'wrk.lua'), address, '--', mode]);
  const found = /RESULT (.*)/.exec(stdout);
  if (!found) throw new Error(`wrk said: ${stdout}`);
  const r = JSON.parse(found[1]);
  if (r.late) broke(`${mode}: ${r.late} answers took more than 10 s`);
  if (r.bad) broke(`${mode}: ${r.bad} answers were no success, of ${r.requests}`);
  return { ...r, perSecond: r.requests / r.seconds, cpuUs: pid ? ((cpuSeconds(pid) - before) * 1e6) / r.requests : 0 };
}

async function startNginx(bodyText) {
  const port = await freePort();
  const conf = join(work, 'nginx.conf');
  writeFileSync(conf, `worker_processes 2;
daemon off;
pid ${work}/nginx.pid;
error_log ${work}/nginx.log;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:${port} reuseport backlog=4096;
    location / { default_type application/json; return 200 '${bodyText}'; }
  }
}
`);
  const child = start('nginx', ['-c', conf, '-p', work]);
  for (let i = 0; i < 100; i++) {
    try {
      await fetchText(`http://127.0.0.1:${port}/`);
      return { child, address: `http://127.0.0.1:${port}` };
    } catch {
      await new Promise((done) => setTimeout(done, 50));
    }
  }
  throw new Error('nginx does not start');
}

// ---- the two engines: a seeded database, and fresh copies of it ----

function sqliteEngine() {
  const seeded = join(work, 'seeded.db');
  const copy = join(work, 'run.db');
  const forget = () => ['', '-wal', '-shm', '.lock'].forEach((tail) => rmSync(copy + tail, { force: true }));
  return {
    name: 'sqlite',
    seed: () => bench('seed', `sqlite:${seeded}`),
    seededUrl: `sqlite:${seeded}`,
    fresh: async () => {
      forget();
      copyFileSync(seeded, copy);
      await bench('seen', `sqlite:${copy}`);
      return `sqlite:${copy}`;
    },
    bare: (url, op, clients, accounts = 0) => bench('bare', url, op, 20001, secondsOf(op), accounts),
    stop: async () => forget(),
  };
}

async function postgresEngine() {
  const dir = join(work, 'pg');
  const { stdout } = await run(join(root, 'tools/pg'), ['start', dir, 'shared_buffers=256MB', 'max_wal_size=8GB',
    'checkpoint_timeout=30min']);
  const base = stdout.trim().replace(/\/postgres$/, '');
  const sql = (text) => run('psql', [`${base}/postgres`, '-qc', text]);
  await sql('CREATE DATABASE seeded');
  return {
    name: 'postgres',
    seed: () => bench('seed', `${base}/seeded`),
    seededUrl: `${base}/seeded`,
    fresh: async () => {
      await sql('DROP DATABASE IF EXISTS run WITH (FORCE)');
      await sql('CREATE DATABASE run TEMPLATE seeded STRATEGY FILE_COPY');
      await bench('seen', `${base}/run`);
      return `${base}/run`;
    },
    bare: (url, op, clients, accounts = 0) => pgbench(url, op, clients, accounts),
    stop: () => run(join(root, 'tools/pg'), ['remove', dir]),
  };
}

async function pgbench(url, op, clients, accounts) {
  const scripts = op === 'jobs' ? ['jobs_put', 'jobs_work'] : [op];
  const args = [];
  for (const name of scripts) {
    const file = join(work, `${name}.pgbench`);
    writeFileSync(file, (await run(options.bench, ['script', name, String(accounts)])).stdout);
    args.push('-f', name === 'jobs_put' ? `${file}@64` : `${file}@1`);
  }
  const { stdout } = await apart('pgbench', ['-n', '-M', 'prepared', '-c', String(clients), '-j', '2', '-T',
    String(secondsOf(op)), '-D', `now=${Date.now()}`, '-D', 'first=20001', '-D', 'n=0', '-D', `clients=${clients}`,
    ...args, url]);
  const transactions = Number(/transactions actually processed: (\d+)/.exec(stdout)[1]);
  const perSecond = Number(/tps = ([\d.]+)/.exec(stdout)[1]);
  return { ops: transactions, per_second: perSecond, seconds: transactions / perSecond };
}

// ---- rows ----

const results = [];
const number = (n) => (n >= 100 ? Math.round(n).toLocaleString('en') : n.toFixed(n < 10 ? 2 : 1));
function result(r) {
  results.push(r);
  const ratio = r.ratio === undefined ? '' : ` = ${r.ratio.toFixed(2)} of ${number(r.base)} (${r.baseName})`;
  const verdict = r.target ? `; ${r.reached ? 'reached' : 'NOT reached'} ${r.target}` : '';
  say(`${r.engine} ${r.name}: ${number(r.measured)} ${r.unit}${ratio}${verdict}`);
}

// Rows of `main` are the operations; everything else is divided by them.
const perOperation = (before, after, main) => {
  const ops = after[main] - before[main];
  const out = {};
  for (const name of Object.keys(after)) {
    const each = Math.round(((after[name] - before[name]) / ops) * 100) / 100;
    if (Math.abs(each) >= 0.03) out[name] = each;
  }
  return { ops, rows: out };
};
const same = (a, b, slack) => {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((n) => Math.abs((a[n] ?? 0) - (b[n] ?? 0)) <= slack);
};

async function verify(url, what) {
  try {
    const { stdout } = await run(options.chathub, ['verify', '--json'], { env: environment(url), cwd: work });
    if (!JSON.parse(stdout).sound) broke(`verify after ${what}: ${stdout}`);
  } catch (e) {
    broke(`verify after ${what}: ${e.stdout || e.message}`);
  }
}

const writes = [
  { name: 'sso issue', op: 'sso', main: 'audit_log', http: true },
  { name: 'debit', op: 'debit', main: 'credit_entries', atLeast: { sqlite: 10000 } },
  { name: 'enable', op: 'enable', main: 'tenants', http: true },
  { name: 'jobs', op: 'jobs', main: 'jobs.done' },
  { name: 'message', op: 'message', main: 'chat_messages' },
];

async function product(w, url, engine) {
  if (!w.http) {
    const r = await bench(w.op, url, options.workers || LANES[engine.name], seconds);
    return { perSecond: r.per_second, answered: r.ops };
  }
  const server = await startServer(url);
  const r = await wrk(server.address, w.op, server.child.pid, secondsOf(w.op));
  await stopServer(server);
  return { perSecond: r.perSecond, answered: r.requests, cpuUs: r.cpuUs, p50: r.p50_ms, p99: r.p99_ms };
}

// The copy is on the disk before anything is timed: the kernel would write it back in between.
async function freshCopy(engine) {
  const url = await engine.fresh();
  await run('sync');
  return url;
}

async function bareRun(w, engine, clients) {
  const url = await freshCopy(engine);
  const before = await bench('counts', url);
  const r = await engine.bare(url, w.op, clients);
  const counted = perOperation(before, await bench('counts', url), w.main);
  // pgbench counts the scripts of jobs, not the jobs: those are counted where they ended.
  return { perSecond: w.op === 'jobs' ? counted.ops / r.seconds : r.per_second, counted };
}

async function productRun(w, engine) {
  const url = await freshCopy(engine);
  const before = await bench('counts', url);
  const r = await product(w, url, engine);
  const counted = perOperation(before, await bench('counts', url), w.main);
  if (counted.ops < r.answered) broke(`${w.name}: ${r.answered} were answered, ${counted.ops} are stored`);
  await verify(url, `${engine.name} ${w.name}`);
  return { ...r, counted };
}

async function measureWrite(w, engine) {
  const clients = engine.name === 'sqlite' ? [1] : clientCounts;
  const bare = new Map(clients.map((c) => [c, []]));
  const ours = [];
  for (let i = 0; i < repeats; i++) {
    for (const c of clients) {
      bare.get(c).push(await bareRun(w, engine, c));
      if (c === clients[0]) ours.push(await productRun(w, engine));
    }
  }
  const speeds = [...bare].map(([c, runs]) => ({ clients: c, perSecond: median(runs.map((r) => r.perSecond)) }));
  const best = speeds.reduce((a, b) => (b.perSecond > a.perSecond ? b : a));
  const measured = median(ours.map((r) => r.perSecond));
  const rows = { bare: bare.get(clients[0])[0].counted.rows, product: ours[0].counted.rows };
  // pgbench throws dice which script comes next, so at its end some jobs were put and not yet claimed.
  const equal = same(rows.bare, rows.product, w.op === 'jobs' && engine.name === 'postgres' ? 0.2 : 0.02);
  if (!equal) broke(`${engine.name} ${w.name}: rows differ: ${JSON.stringify(rows)}`);
  const atLeast = w.atLeast?.[engine.name] ?? 0;
  const ratio = measured / best.perSecond;
  result({ name: w.name, engine: engine.name, unit: '/s', measured, base: best.perSecond, ratio,
    baseName: engine.name === 'sqlite' ? 'bare SQL, batches of 64' : `bare SQL, pgbench, ${best.clients} clients`,
    target: `>= 0.6${atLeast ? ` and >= ${number(atLeast)}/s` : ''}`, reached: ratio >= 0.6 && measured >= atLeast,
    rowsPerOperation: rows, rowsEqual: equal, runs: { bare: speeds, product: ours.map((r) => r.perSecond) },
    cpuUs: ours[0].cpuUs, p50Ms: ours[0].p50, p99Ms: ours[0].p99 });
}

async function measureReads(engine, nginx) {
  await bench('seen', engine.seededUrl);
  const server = await startServer(engine.seededUrl);
  const { pid } = server.child;
  const modes = ['nginx', 'constant', 'status', 'transactions'].filter((m) => m === 'constant' || wanted(m) ||
    (m === 'nginx' && wanted('constant')));
  const runs = Object.fromEntries(modes.map((m) => [m, []]));
  for (const m of modes) if (m !== 'nginx') await wrk(server.address, m, pid, 1);
  for (let i = 0; i < repeats; i++) {
    for (const m of modes) {
      runs[m].push(m === 'nginx' ? await wrk(nginx.address, 'constant', 0) : await wrk(server.address, m, pid));
    }
  }
  await stopServer(server);
  const middle = (m, key = 'perSecond') => median(runs[m].map((r) => r[key]));
  const row = (m, base, baseName, target) => result({ name: m, engine: engine.name, unit: '/s', measured: middle(m),
    base: middle(base), ratio: middle(m) / middle(base), baseName, target: `>= ${target}`,
    reached: middle(m) / middle(base) >= target, cpuUs: middle(m, 'cpuUs'), p50Ms: middle(m, 'p50_ms'),
    p99Ms: middle(m, 'p99_ms'), runs: { base: runs[base].map((r) => r.perSecond), product: runs[m].map((r) => r.perSecond) } });
  if (runs.nginx) row('constant', 'nginx', 'nginx return 200', 0.8);
  if (runs.status) row('status', 'constant', 'our constant answer', engine.name === 'sqlite' ? 0.35 : 0.15);
  if (runs.transactions) row('transactions', 'constant', 'our constant answer', engine.name === 'sqlite' ? 0.15 : 0.08);
}

// Messages that come back, by requests that are answered: the same server, alternating. One connection has one message
// under way, as the constant answer has one request.
async function measureEcho(engine) {
  const server = await startServer(engine.seededUrl);
  const { pid } = server.child;
  const port = new URL(server.address).port;
  const runs = { echo: [], constant: [] };
  for (let i = 0; i < repeats; i++) {
    runs.constant.push((await wrk(server.address, 'constant', pid)).perSecond);
    const before = cpuSeconds(pid);
    const r = await bench('echo', port, SOCKETS, seconds);
    runs.echo.push({ perSecond: r.per_second, cpuUs: ((cpuSeconds(pid) - before) / r.ops) * 1e6 });
  }
  await stopServer(server);
  const measured = median(runs.echo.map((r) => r.perSecond));
  const base = median(runs.constant);
  result({ name: 'websocket echo', engine: engine.name, unit: '/s', measured, base, ratio: measured / base,
    baseName: 'our constant answer', target: '>= 0.5', reached: measured / base >= 0.5,
    cpuUs: median(runs.echo.map((r) => r.cpuUs)) });
}

// What an idle socket costs the process, by what nine tenths of them added to the first; what they cost the kernel stands
// beside it. Without a higher limit of files one process holds no more than 20,000.
async function measureIdleSockets() {
  const files = Number((await run('sh', ['-c', 'ulimit -Hn'])).stdout) || Infinity;
  const count = Math.min(20000, files - 100);
  // An empty database: what the engine caches and gives back of a full one would be counted too.
  const server = await startServer(`sqlite:${join(work, 'idle.db')}`);
  const { pid } = server.child;
  const port = new URL(server.address).port;
  const anonymousKb = () => Number(/^Anonymous:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]);
  const slabKb = () => Number(/^Slab:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))[1]);
  await bench('echo', port, SOCKETS, 1); // warm: buffers and pools are there
  const client = start(options.bench, ['idle', port, String(count)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = () => new Promise((done, fail) => {
    client.stdout.once('data', done);
    client.ended.then((code) => fail(new Error(`the idle client ended with ${code}`)));
  });
  const memory = async () => {
    await new Promise((done) => setTimeout(done, 1000));
    return { own: anonymousKb(), slab: slabKb(), files: readdirSync(`/proc/${pid}/fd`).length };
  };
  await said();
  const first = await memory();
  client.stdin.write('.');
  await said();
  const all = await memory();
  client.stdin.end();
  await client.ended;
  await stopServer(server);
  const each = (kb) => (kb * 1024) / (count - Math.floor(count / 10));
  const own = each(all.own - first.own);
  if (all.files < count) broke(`of ${count} sockets the server had ${all.files} when they were counted`);
  result({ name: `idle socket of ${count}`, engine: 'sqlite', unit: 'B', measured: own, target: '<= 1024 B',
    reached: all.files >= count && own <= 1024 });
  result({ name: 'its kernel memory, both ends', engine: 'sqlite', unit: 'B', measured: each(all.slab - first.slab), target: '',
    reached: true });
}

async function measureProcess(engine) {
  const times = [];
  const memory = [];
  for (let i = 0; i < Math.max(5, repeats); i++) {
    const server = await startServer(engine.seededUrl);
    times.push(server.ms);
    await new Promise((done) => setTimeout(done, 500));
    memory.push(residentMb(server.child.pid));
    await stopServer(server);
  }
  // The limits are those of the usual installation: on PostgreSQL most of the start is the server making connections.
  const row = (name, measured, unit, limit) => result({ name, engine: engine.name, unit, measured,
    target: engine.name === 'sqlite' ? `<= ${limit} ${unit}` : '', reached: measured <= limit });
  row('idle memory', median(memory), 'MB', 30);
  row('start to first answer', median(times), 'ms', 100);
  if (engine.name === 'sqlite') row('binary', statSync(options.chathub).size / 1e6, 'MB', 5);
}

// ---- everything ----

function table() {
  const head = ['engine', 'what', 'measured', 'base', 'ratio', 'target', 'reached', 'cpu us', 'p50 ms', 'p99 ms'];
  const body = results.map((r) => [r.engine, r.name, `${number(r.measured)} ${r.unit}`,
    r.base ? `${number(r.base)} ${r.baseName}` : '', r.ratio === undefined ? '' : r.ratio.toFixed(2), r.target,
    r.target ? (r.reached ? 'yes' : 'NO') : '', r.cpuUs ? r.cpuUs.toFixed(1) : '', r.p50Ms ? r.p50Ms.toFixed(1) : '', r.p99Ms ? r.p99Ms.toFixed(1) : '']);
  const width = head.map((h, i) => Math.max(h.length, ...body.map((b) => b[i].length)));
  const line = (cells) => cells.map((c, i) => c.padEnd(width[i])).join('  ').trimEnd();
  const rows = results.filter((r) => r.rowsPerOperation).map((r) =>
    `${r.engine} ${r.name}: ${r.rowsEqual ? 'the same on both sides' : 'DIFFERENT'}: ${JSON.stringify(r.rowsPerOperation.product)}`);
  return [line(head), ...body.map(line), '', 'Rows added by one operation (and raised counters):', ...rows].join('\n');
}

async function main() {
  const engines = [];
  if (options.engine.includes('sqlite')) engines.push(sqliteEngine());
  if (options.engine.includes('postgres')) engines.push(await postgresEngine());
  try {
    for (const engine of engines) {
      mkdirSync(join(work, 'data'), { recursive: true });
      const seeded = await engine.seed();
      say(`${engine.name}: seeded in ${seeded.seconds} s`);
      await stopServer(await startServer(engine.seededUrl)); // puts the seeded chains under a key of the database
      if (wanted('process')) await measureProcess(engine);
      if (['constant', 'status', 'transactions'].some(wanted)) {
        const probe = await startServer(engine.seededUrl);
        await stopServer(probe);
        const nginx = await startNginx(probe.body);
        await measureReads(engine, nginx);
        nginx.child.kill('SIGTERM');
        await nginx.child.ended;
      }
      if (engine.name === 'sqlite' && wanted('echo')) await measureEcho(engine);
      if (engine.name === 'sqlite' && wanted('sockets')) await measureIdleSockets();
      for (const w of writes) if (wanted(w.op)) await measureWrite(w, engine);
      const tools = { run, apart, start, startServer, stopServer, broke, result, results, wanted, work, seconds, repeats, median,
        lanes: LANES, freshCopy, clientCounts, perOperation, same, verify, cpuSeconds,
        bench: options.bench, measure: bench, named: (name) => only?.includes(name) ?? false };
      await measureChat(tools, engine);
      await measureMoney(tools, engine);
      await verify(engine.seededUrl, `${engine.name} reads`);
    }
  } finally {
    for (const c of children) c.kill('SIGKILL');
    for (const engine of engines) await engine.stop();
    if (existsSync(work)) rmSync(work, { recursive: true, force: true });
  }
  const machine = `${cpus().length} x ${cpus()[0].model}, load ${loadavg().map((l) => l.toFixed(1)).join(' ')}`;
  if (options.json) process.stdout.write(`${JSON.stringify({ machine, seconds, repeats, results, failures })}\n`);
  else process.stdout.write(`${machine}; ${CONNECTIONS} connections, median of ${repeats} x ${seconds} s\n\n${table()}\n`);
  return failures.length ? 1 : 0;
}

process.exitCode = await main();
