// schedules.mjs: what the suites of seeded schedules share (tests/simulate, tests/money): a run of the product that must
// find no fault, and twins, each with one fault, which must be found out by a seed that replays.
import { execFileSync, spawn } from 'node:child_process';
import process from 'node:process';

export const cores = Math.min(Number(execFileSync('nproc', { encoding: 'utf8' })), 8);
export const seed = Number(process.env.CHATHUB_SIMULATE_SEED ?? 1);

// `folder`: of the programs; `product`: the one without a fault.
export function schedules(folder, product) {
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
        const { code, out } = await run(product, ...args);
        check(what, code === 0 && / schedules, no fault$/.test(out), out);
        console.log(`${what}: ${out.split('\n').at(-1)} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    }

    // Found out within so many schedules; the seed that is printed does the same again, step for step, and the product
    // does well with it.
    async function found(program, within) {
        const { code, out } = await run(program, '--schedules', within);
        const fault = /^seed (\d+): (.*)$/m.exec(out);
        check(`${program} is found out`, code === 1 && fault !== null, out);
        if (fault === null) return;
        console.log(`${program}: ${fault[0]}`);
        const one = ['--schedules', 1, '--seed', fault[1]];
        const again = [await run(program, ...one), await run(program, ...one)];
        const same = again.every(({ code: c, out: o }) => c === 1 && o.includes(fault[0]) && /^digest [0-9a-f]{16}$/m.test(o));
        check(`${program} fails again`, same && again[0].out === again[1].out, again.map((a) => a.out).join('\n'));
        const sane = await run(product, ...one);
        check(`the product does well where ${program} fails`, sane.code === 0, sane.out);
    }

    function end() {
        console.log(`${passed} passed, ${failed} failed`);
        process.exit(failed === 0 ? 0 : 1);
    }

    return { sound, found, end };
}
