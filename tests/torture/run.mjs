#!/usr/bin/env node
// run.mjs: registrations, shops, grants, enables, disables, deletions, chats and a shop's own server, from many clients while the
// service is killed and started again at random instants, its database's address moves to another server and back, and the
// machine's clock is wrong for seconds. Afterwards every invariant must hold (judge.mjs).
//
//   node tests/torture/run.mjs [--engine sqlite|postgres|both] [--mode kill|power|failover|all]
//                              [--backend builtin|chatbot|both] [--servers 1|2|both] [--kills N] [--seconds S] [--seed N]
//   --kills       in all combinations of these together (twelve, when nothing is chosen), and what comes in the place of one
//   --seconds     about how long all may take: a combination whose part is over is not killed any more
//   --servers 2   two processes on one PostgreSQL: either is killed while the other goes on (modes kill, failover)
//   CHATHUB_BIN           the server (default build/chathub)
//   CHATHUB_TORTURE_BIN   for --mode power on SQLite: a build with -Dtorture=true, whose VFS forgets what was not synced
//
// mode kill: SIGKILL, now and then also while it starts. mode power: on SQLite the kill takes every write that was not
// synced with it; on PostgreSQL that server is stopped with `immediate` below a running service, or both are. mode
// failover, on PostgreSQL: the primary is lost for good and its standby takes its place behind the same address, then the
// other way round; now and then the address leads to a server that only reads (standby.mjs). In every mode the clock of
// some servers jumps by a year, forward and back, for seconds, and other things break meanwhile (clock.mjs).
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ChatbotWorld } from '../world/chatbot.mjs';
import { Talk, judgeTalk } from './chats.mjs';
import { ShopSide, judgeShopSide } from './shopserver.mjs';
import { Doors, Merchant, Operator, Stats } from './client.mjs';
import { Judge, settle } from './judge.mjs';
import { Cluster, Service, freePort, sleep, temporaryFolder } from './server.mjs';
import { WrongClocks, judgeTimes } from './clock.mjs';
import { Pair } from './standby.mjs';

const { values: options } = parseArgs({
    options: {
        engine: { type: 'string', default: 'both' }, mode: { type: 'string', default: 'all' },
        backend: { type: 'string', default: 'both' }, servers: { type: 'string', default: 'both' },
        kills: { type: 'string', default: '200' }, seconds: { type: 'string', default: '600' },
        seed: { type: 'string', default: String(Date.now() % 1000000) },
    },
});
const CUSTOMERS = 12; // at a time
const STAYING = 8; // of them; the others are followed by new ones
const VISIT_ACTIONS = 12;
const TALK_NUMBER = 60000; // of the merchant whose visitors talk
const SHOP_SIDE_NUMBER = 60001; // of the one whose server is a channel
const TAKE_OVER_MS = 60000; // a lease is 20 s; on a busy machine a look at the jobs takes seconds
const SECRET = 'torture-shared-secret-0123456789';
const FAULTS = { none: 30, twice: 6, 500: 6, '500-after': 6, reset: 4, 'reset-after': 6, garbage: 4, 'botid-null': 4, 401: 2, never: 2,
    'never-after': 2, 'late:300': 10, 'late:1200': 8, 'late:11000': 1 };
const CONFIG_FAULTS = { none: 20, 500: 2, reset: 2, never: 1, 'late:400': 4 };

/** mulberry32: small, seeded, good enough to choose by. */
function generator(seed) {
    let a = seed >>> 0;
    return () => {
        a = (a + 0x6d2b79f5) >>> 0;
        let t = Math.imul(a ^ (a >>> 15), 1 | a);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
}

function pick(random, weights) {
    let at = random() * Object.values(weights).reduce((total, n) => total + n, 0);
    for (const [name, weight] of Object.entries(weights)) if ((at -= weight) < 0) return name;
    return Object.keys(weights)[0];
}

let passed = 0;
let failed = 0;
function check(name, good, detail = '') {
    if (Service.closed) return;
    if (good) passed++;
    else failed++;
    if (!good) console.log(`FAILED ${name} ${detail}`);
}

// ---- the house: database, services, outside server ----

const houses = new Set();
let receiverFaults = 0; // of shops' servers, in all combinations
let cluster = null; // one for all combinations; each has a database of its own
let pair = null; // likewise, of mode failover

/** Faults without end, drawn as they are asked for. */
function endless(random, weights) {
    return { shift: () => pick(random, weights) };
}

async function build(run, folder) {
    const below = run.mode === 'failover' ? pair : run.engine === 'postgres' ? cluster : null;
    const house = { services: [], world: null, below, movedMs: 0 };
    houses.add(house);
    house.move = (seconds) => { house.movedMs += seconds * 1000; };
    const forgetful = run.engine === 'sqlite' && run.mode === 'power';
    const binary = forgetful ? (process.env.CHATHUB_TORTURE_BIN ?? 'build/debug/src/app/chathub') : (process.env.CHATHUB_BIN ?? 'build/chathub');
    const env = { CHATHUB_DATA_DIR: path.join(folder, `data-${run.number}`), CHATHUB_TRUSTED_PROXY: '127.0.0.1', CHATHUB_ENV: 'development',
        CHATHUB_DATABASE_URL: below ? await below.database(`torture_${run.number}`) : '', CHATHUB_CONF: '', CHATHUB_TEST_CLOCK: '1',
        CHATHUB_TRIAL_CREDITS: '0', CHATHUB_GRANT_CONFIRM_ABOVE: '1000000' };
    if (forgetful) env.CHATHUB_TEST_VFS = 'forgetful';
    if (run.backend === 'chatbot') {
        house.world = await ChatbotWorld.start({ secret: SECRET, now: () => Date.now() + house.movedMs });
        const random = run.generator(1);
        house.world.faults = endless(random, FAULTS);
        house.world.configFaults = endless(random, CONFIG_FAULTS);
        Object.assign(env, { CHATBOT_BASE_URL: house.world.base, CHATBOT_SHARED_SECRET: SECRET });
    }
    for (let i = 0; i < run.servers; i++) {
        const port = await freePort();
        if (i === 0) env.CHATHUB_BASE_URL = `http://127.0.0.1:${port}`;
        house.services.push(new Service(path.resolve(binary), env, port));
    }
    house.doors = new Doors(house.services, env.CHATHUB_BASE_URL);
    return house;
}

async function tearDown(house) {
    for (const service of house.services) await service.kill();
    house.doors?.close();
    await house.world?.stop();
    await house.shopSide?.stop();
    houses.delete(house);
}

// ---- disasters ----

async function killService(random, service) {
    await service.kill();
    if (random() < 0.15) {                                   // and once more before it is ready
        service.launch();
        await sleep(random() * 60);
        await service.kill();
    }
    await service.start();
}

async function powerCut(random, { below }, service) {
    const both = random() < 0.5;
    await Promise.all([below.stop(), both ? sleep(random() * 30).then(() => service.kill()) : null]);
    await sleep(random() * 100);
    await below.start();
    if (both || !service.running) await service.start();
}

/** By turns, so that a short run has it all: there, led astray, back, and a kill. */
async function failOver(random, { below }, service, turn) {
    if (turn % 4 === 1) await below.lead(200 + random() * 1500);
    else if (turn % 4 === 3) await killService(random, service);
    else await below.failOver();
}

/** What breaks. */
async function disaster(run, house, random, turn) {
    const service = house.services[Math.floor(random() * house.services.length)];
    if (run.mode === 'failover') await failOver(random, house, service, turn);
    else if (house.below && run.mode === 'power' && random() < 0.6) await powerCut(random, house, service);
    else await killService(random, service);
}

/** While one of two is dead the other takes its jobs up, in real time. */
async function takeOver(house) {
    const [survivor, victim] = house.services;
    house.world.always = 'late:8000';
    const running = async () => (await survivor.command(['jobs', 'list', '--state', 'running'])).jobs.filter((j) => j.kind === 'tenants.register');
    for (const end = Date.now() + TAKE_OVER_MS; (await running()).length < 2 && Date.now() < end;) await sleep(100);
    await victim.kill();
    const orphans = new Map((await running()).map((j) => [j.id, j.attempts]));
    house.world.always = null;
    const began = Date.now();
    for (let left = [...orphans]; left.length > 0 && Date.now() - began < 2 * TAKE_OVER_MS; await sleep(100)) {
        const now = new Map((await running()).map((j) => [j.id, j.attempts]));
        left = [...orphans].filter(([id, attempts]) => now.get(id) === attempts);
    }
    const tookMs = Date.now() - began;
    check('jobs were running when one server died', orphans.size > 0);
    check('the survivor takes up the jobs of the dead', tookMs <= TAKE_OVER_MS, `${tookMs} ms`);
    console.log(`  ${orphans.size} jobs were running when one server died for good; all taken up after ${(tookMs / 1000).toFixed(1)} s`);
    await victim.start();
}

// ---- one combination ----

/** Customers come, act and go until it is over; all that ever came. */
function openDoors(run, house, stats, operator) {
    const crowd = { over: false, merchants: [], error: null };
    const visit = async (actions) => {
        const m = new Merchant(house.doors, stats, crowd.merchants.length + 1, run.generator(100 + crowd.merchants.length), house.world !== null);
        crowd.merchants.push(m);
        await m.register();
        for (let i = 0; i < actions && !crowd.over; i++) {
            if (i % 4 === 0) await operator.grant(m, 20 + Math.floor(m.random() * 180));
            await m.act();
        }
    };
    const chair = async (i) => {
        while (!crowd.over) await visit(i < STAYING ? Infinity : VISIT_ACTIONS);
    };
    crowd.gone = Promise.all(Array.from({ length: CUSTOMERS }, (_, i) => chair(i))).catch((error) => {
        crowd.error = error;
        crowd.over = true;
    });
    return crowd;
}

async function torture(run, house) {
    const stats = new Stats();
    const random = run.generator(2);
    const began = Date.now();
    for (const service of house.services) await service.start();
    const operator = new Operator(house.doors, stats);
    await house.services[0].command(['user', 'add', '--email', operator.email, '--role', 'operator', '--password-stdin'], `${operator.password}\n`);
    if (!(await operator.signIn())) throw new Error('the operator cannot sign in');
    const talk = house.world ? null : new Talk(house, stats, run.generator); // an outside server has chats of its own
    await talk?.begin(operator, TALK_NUMBER);
    const side = house.world ? null : (house.shopSide = new ShopSide(house, stats, run.generator));
    await side?.begin(operator, SHOP_SIDE_NUMBER);
    const crowd = openDoors(run, house, stats, operator);
    const clocks = new WrongClocks(house.services, random);
    await sleep(500);
    let kills = 0, hits = 0;
    while (!crowd.over && !talk?.over && !side?.over && kills < run.kills && Date.now() - began < run.seconds * 1000) {
        // Mostly short lives; now and then a longer one, so that slow things (a registration) come to their end too.
        await sleep(random() < 0.8 ? 100 + random() * 600 : 700 + random() * 1500);
        if (stats.inFlight > 0) hits++;
        const turn = kills++;
        // Every second one while a clock is wrong: a year ahead, then a year behind; a run of two kills has one of them.
        if (turn % 2 === 1) await clocks.wrongWhile((turn + 2 * run.number) % 4 === 1, () => disaster(run, house, random, turn));
        else await disaster(run, house, random, turn);
    }
    if (run.servers > 1 && house.world) await takeOver(house);
    crowd.over = true;
    const calm = () => { house.world.faults = endless(random, { none: 1 }); house.world.configFaults = endless(random, { none: 1 }); };
    if (house.world) calm();
    const gone = crowd.gone.then(() => crowd.error ?? oneCharge(crowd.merchants, operator));
    await Promise.all([gone, house.world ? tick(house, stats, gone) : null]);
    if (crowd.error) throw crowd.error;
    await talk?.end();
    await side?.end();
    await new Judge(house, stats, (name, good, detail) => check(`${run.name}: ${name}`, good, detail)).all(crowd.merchants, operator);
    clocks.judge((name, good, detail) => check(`${run.name}: ${name}`, good, detail), kills);
    await judgeTimes({ house, began, merchants: crowd.merchants, talk }, (name, good, detail) => check(`${run.name}: ${name}`, good, detail));
    if (talk) await judgeTalk(talk, (name, good, detail) => check(`${run.name}: ${name}`, good, detail));
    if (side) receiverFaults += side.receiver.refused + side.receiver.hung;
    if (side) await judgeShopSide(side, (name, good, detail) => check(`${run.name}: ${name}`, good, detail));
    if (run.engine === 'sqlite') {                            // once more without a server: what the file alone says
        await house.services[0].kill();
        const verdict = await house.services[0].command(['verify']);
        check(`${run.name}: verify is sound after a last kill`, verdict.sound === true, JSON.stringify(verdict));
    }
    report(run, house, stats, { kills, hits, clocks, seconds: (Date.now() - began) / 1000, merchants: crowd.merchants.length });
}

/** A short run on a busy machine may have killed every enable: then one comes now, so that the judge has something to look at. */
async function oneCharge(merchants, operator) {
    if (merchants.some((m) => m.shops.some((shop) => shop.charged))) return;
    const [first] = merchants;
    await operator.grant(first, 200);
    await first.addShop();
    await first.enable(first.shops.at(-1));
}

/** Customers who wait for the outside server need not wait in real time once it is over. */
async function tick(house, stats, gone) {
    let waiting = true;
    gone.finally(() => { waiting = false; }).catch(() => {}); // who waits for it hears of a fault
    for (await sleep(1500); waiting; await sleep(500)) await settle(house, stats);
}

const words = (counts) => Object.entries(counts).map(([name, n]) => `${n} ${name}`).join(', ') || 'none';

function report(run, house, stats, { kills, hits, clocks, seconds, merchants }) {
    const starts = house.services.flatMap((s) => s.startMs).sort((a, b) => a - b);
    const { registration, shop, grant, enable, disable, delete: deleted, rotation } = stats.acknowledged;
    check(`${run.name}: it was hit while working`, kills > 0 && hits > 0);
    if (kills < run.kills) console.log(`  the time was up after ${kills} of ${run.kills} kills`);
    console.log(`${run.name}: ${kills} kills (${hits} hit requests under way) in ${seconds.toFixed(0)} s; ` +
        `${clocks.jumps} clocks were a year wrong; ${run.mode === 'failover' ? `${house.below.failovers} failovers so far; ` : ''}${stats.requests} requests, ` +
        `${stats.unanswered} without an answer (${stats.cut} cut off), told to come later ${words(stats.later)}; acknowledged: ${registration} registrations, ` +
        `${shop} shops, ${grant} grants, ${enable} enables, ${disable} disables, ${deleted} deletions, ${rotation} new secrets; ${stats.refused} enables refused; ` +
        (stats.acknowledged.word ? `${stats.acknowledged.word} words of visitors (${stats.acknowledged.picture} pictures), ${stats.acknowledged.reply} of persons, ${stats.acknowledged.import} imports, ${stats.sockets} sockets; ` : '') +
        (house.shopSide ? `${stats.acknowledged.channel} words by a shop's server, which refused ${house.shopSide.receiver.refused} and hung ${house.shopSide.receiver.hung} times, ${stats.acknowledged.reading} readings of its store; ` : '') +
        `${merchants} merchants; start to answer ${starts[starts.length >> 1]} ms median, ${starts.at(-1)} ms at most`);
}

const lastLines = (service) => service.log.split('\n').filter((line) => !/"level":"(info|debug)"|"event":"slow_op"/.test(line)).slice(-25).join('\n');

// ---- all combinations ----

const both = (value, a, b) => (value === 'both' ? [a, b] : [value]);

function combinations() {
    const modes = options.mode === 'all' ? ['kill', 'power', 'failover'] : [options.mode];
    const all = both(options.servers, '1', '2').flatMap((servers) => modes.flatMap((mode) =>
        both(options.engine, 'sqlite', 'postgres').flatMap((engine) =>
            both(options.backend, 'builtin', 'chatbot').map((backend) => ({ mode, engine, backend, servers: Number(servers) })))));
    // Of failovers, unless they are asked for, one with each backend: each takes seconds.
    const possible = all.filter((run) => run.mode === 'failover'
        ? run.engine === 'postgres' && (options.mode !== 'all' || (run.servers === 2) === (run.backend === 'builtin'))
        : run.servers === 1 || (run.engine === 'postgres' && run.mode === 'kill'));
    for (const [number, run] of possible.entries()) {
        const seed = Number(options.seed) * 1000 + number * 7919;
        const beside = possible.filter((r) => r.engine === run.engine).length;
        Object.assign(run, { number, kills: Math.ceil(Number(options.kills) / possible.length), seconds: Number(options.seconds) / beside,
            name: `${run.engine} ${run.mode} ${run.backend}${run.servers > 1 ? ` ${run.servers} servers` : ''}`,
            generator: (n) => generator(seed + n * 104729) });
    }
    return possible;
}

async function one(run, folder) {
    const before = failed;
    let house = null;
    try {
        house = await build(run, folder);
        await torture(run, house);
    } catch (error) {
        check(`${run.name} runs to its end`, false, error.stack);
    }
    if (house) await tearDown(house);
    if (failed > before) console.log(`  seed ${options.seed}; the end of the log:\n${(house?.services ?? []).map(lastLines).join('\n  ----\n')}`);
}

const runs = combinations();
if (runs.length === 0) {
    console.error('no such combination: --servers 2 needs PostgreSQL and mode kill or failover, and that PostgreSQL');
    process.exit(2);
}
console.log(`seed ${options.seed}`);
const { dir, remove } = await temporaryFolder();
async function leave() {
    for (const house of houses) await tearDown(house);
    await cluster?.remove();
    await pair?.remove();
    await remove();
}
for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
        Service.closed = true;
        console.log(`interrupted by ${signal}`);
        leave().finally(() => process.exit(1));
    });
}

// The engines do not know of each other, so they go side by side; the combinations of one follow each other, because
// its power cuts hit all databases.
if (runs.some((run) => run.engine === 'postgres' && run.mode !== 'failover')) {
    cluster = new Cluster(dir);
    await cluster.start();
}
if (runs.some((run) => run.mode === 'failover')) {
    pair = new Pair(dir);
    await pair.start();
}
await Promise.all(['sqlite', 'postgres'].map(async (engine) => {
    for (const run of runs.filter((r) => r.engine === engine)) if (!Service.closed) await one(run, dir);
}));
await leave();
// One run may be too short to draw any; all of them together are not.
if (runs.some((run) => run.backend === 'builtin')) check('a shop’s server refused or hung at times', receiverFaults > 0);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
