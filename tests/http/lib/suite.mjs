// suite.mjs: tests as a list, run on both engines one after the other. One line a test, the reason when it failed, and
// last "N passed, N failed".
//
//   test('a replayed grant is free', async (t) => { ... });       t.server, t.engine
//   await run({ env: { CHATHUB_TEST_CLOCK: '1' } });
//
// `node X.mjs [--engine sqlite|postgres] [WORDS]` runs one engine, or the tests whose name holds WORDS.
import { Server } from './server.mjs';

const tests = [];
const args = process.argv.slice(2);
const engineAt = args.indexOf('--engine');
const engines = engineAt < 0 ? ['sqlite', 'postgres'] : args.splice(engineAt, 2).slice(1);
const words = args.join(' ');

let passed = 0;
let failed = 0;

export function test(name, body) {
    tests.push({ name, body });
}

/** A result inside a test that goes on: many small checks of one table. */
export function record(name, fault) {
    if (fault) {
        failed++;
        console.log(`FAILED ${name}: ${fault}`);
    } else {
        passed++;
    }
}

/** What the server complained of meanwhile, the last of it. */
function warnings(log) {
    const found = log.split('\n').filter((line) => /"level":"(warn|error)"/.test(line));
    return found.slice(-10).map((line) => line.slice(0, 400));
}

/** The options are those of Server.start; `began` is called with each new server, for what is of one server alone. */
export async function run({ began, ...options } = {}) {
    for (const engine of engines) {
        const server = await Server.start({ engine, ...options });
        const t = { server, engine };
        began?.(t);
        for (const { name, body } of tests.filter((one) => one.name.includes(words))) {
            const started = Date.now();
            const logged = server.log.length;
            try {
                await body(t);
                passed++;
                console.log(`ok     ${name} [${engine}] ${Date.now() - started} ms`);
            } catch (e) {
                failed++;
                console.log(
                    `FAILED ${name} [${engine}]\n    ${(e.stack ?? String(e)).split('\n').slice(0, 14).join('\n    ')}`,
                );
                for (const line of warnings(server.log.slice(logged))) console.log(`    ${line}`);
            }
        }
        const faults = await t.server.end();
        record(`the server ends well [${engine}]`, faults.join('\n') || null);
    }
    console.log(`${passed} passed, ${failed} failed`);
    process.exit(failed === 0 ? 0 : 1);
}

/**
 * For what only a machine that does not stall can show, such as words in quick succession. `attempt` gives a sentence when
 * the machine was too slow to tell, which is no fault, and nothing when all is well; what it throws is a fault at once.
 */
export async function unhurried(attempt, tries = 6) {
    let slow;
    for (let i = 0; i < tries; i++) if (!(slow = await attempt())) return;
    throw new Error(`the machine was too slow ${tries} times: ${slow}`);
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks again until `ask` gives something truthy: soon at first, then twice a second, as limits by visitor allow. `what`
 * is a text, or makes one of what was seen last. */
export async function until(what, ask, limitMs = 60000) {
    const end = Date.now() + limitMs;
    for (let pauseMs = 40; ; pauseMs = Math.min(pauseMs * 1.2, 500)) {
        const got = await ask();
        if (got) return got;
        if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${typeof what === 'function' ? what() : what}`);
        await sleep(pauseMs);
    }
}
