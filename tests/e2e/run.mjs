// run.mjs: the main job in a browser, against the real binary with a real SMTP server.
//
//   CHATHUB_BIN=build/chathub node tests/e2e/run.mjs [walk] [backend] [looks] [measures]
//
// CHATHUB_TEST_ENGINE: sqlite or postgres; unset: sqlite, and PostgreSQL too when CHATHUB_TEST_POSTGRES names one.
// Screenshots are left in build/e2e/. One line a check; last line "N passed, N failed".
import { rm } from 'node:fs/promises';
import { backend } from './backend.mjs';
import { Checks, OUT, Stop } from './lib/checks.mjs';
import { launch } from './lib/browser.mjs';
import { looks } from './looks.mjs';
import { measures } from './measures.mjs';
import { walk } from './walk.mjs';

const PARTS = { walk, backend, looks, measures };
const wanted = process.argv.slice(2);
const parts = Object.entries(PARTS).filter(([name]) => wanted.length === 0 || wanted.includes(name));

function engines() {
    const one = process.env.CHATHUB_TEST_ENGINE;
    if (one !== undefined && one !== '') {
        if (!['sqlite', 'postgres'].includes(one)) throw new Error(`CHATHUB_TEST_ENGINE is sqlite or postgres, not ${one}`);
        return [one];
    }
    return process.env.CHATHUB_TEST_POSTGRES ? ['sqlite', 'postgres'] : ['sqlite'];
}

await rm(OUT, { recursive: true, force: true });
const checks = new Checks();
const browser = await launch();
for (const [index, engine] of engines().entries()) {
    for (const [name, part] of parts) {
        if ((name === 'looks' || name === 'measures') && index > 0) continue; // screens do not know the engine
        try {
            await part({ browser, engine, checks });
        } catch (cause) {
            if (!(cause instanceof Stop)) checks.record(`${name} runs to its end`, cause.stack ?? cause);
        }
    }
}
await browser.close();
process.exit(checks.summary());
