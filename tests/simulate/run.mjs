// run.mjs: the hand-off model check as a suite: schedules of the product, of both engines and with each step committed by
// itself; then every twin, which has one fault and must be found out, by a seed that replays.
// usage: run.mjs FOLDER [N]: the folder of the programs, and how many schedules of the product.
import { execFileSync, spawn } from 'node:child_process';
import process from 'node:process';

const [folder, wanted = '100000'] = process.argv.slice(2);
const postgres = process.env.CHATHUB_TEST_POSTGRES ? ['--engine', 'postgres'] : null;
let passed = 0;
let failed = 0;

function check(what, good, told = '') {
    if (good) passed++;
    else failed++;
    if (!good) console.log(`FAILED ${what}\n${told}`);
}

function run(program, ...args) {
    return new Promise((resolve) => {
        const child = spawn(`${folder}/${program}`, args.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
        let out = '';
        child.stdout.on('data', (piece) => (out += piece));
        child.on('close', (code) => resolve({ code, out: out.trim() }));
    });
}

async function sound(what, ...args) {
    const began = Date.now();
    const { code, out } = await run('simulate', ...args);
    check(what, code === 0 && / schedules, no fault$/.test(out), out);
    console.log(`${what}: ${out.split('\n').at(-1)} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}

// Found out within so many schedules; the seed that is printed does the same again, step for step, and the product does
// well with it.
async function found(twin) {
    const { code, out } = await run(`twin_${twin}`, '--schedules', 30000);
    const seed = /^seed (\d+): (.*)$/m.exec(out);
    check(`twin ${twin} is found out`, code === 1 && seed !== null, out);
    if (seed === null) return;
    console.log(`twin ${twin}: ${seed[0]}`);
    const again = [await run(`twin_${twin}`, '--schedules', 1, '--seed', seed[1])];
    again.push(await run(`twin_${twin}`, '--schedules', 1, '--seed', seed[1]));
    const same = again.every(({ code: c, out: o }) => c === 1 && o.includes(seed[0]) && /^digest [0-9a-f]{16}$/m.test(o));
    check(`twin ${twin} fails again`, same && again[0].out === again[1].out, again.map((a) => a.out).join('\n'));
    const product = await run('simulate', '--schedules', 1, '--seed', seed[1]);
    check(`the product does well where twin ${twin} fails`, product.code === 0, product.out);
}

const cores = Number(execFileSync('nproc', { encoding: 'utf8' }));
const seed = Number(process.env.CHATHUB_SIMULATE_SEED ?? 1);
await sound(`${wanted} schedules`, '--schedules', wanted, '--seed', seed, '--workers', Math.min(cores, 8));
await sound('each step committed', '--schedules', 400, '--seed', 1_000_000 + seed, '--commits');
if (postgres) await sound('PostgreSQL', '--schedules', 150, '--seed', 2_000_000 + seed, ...postgres);
for (const twin of ['cursor', 'looks_first', 'in_memory', 'empty_turn', 'mail_twice', 'still_told']) await found(twin);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
