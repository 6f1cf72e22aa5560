// phone.mjs: a slow phone, played by the browser: 1.6 Mbit/s, 150 ms, and a processor of one speed whatever machine plays it.
//
// The browser can only slow a processor down by a factor. Four times as slow as a machine that is itself slow, or that does
// something else meanwhile, is no phone that anybody has: so what this page gets of the processor is measured first, and the
// factor is what is left to the phone's speed. A machine that is slower than the phone is judged as it is.
import { readFile } from 'node:fs/promises';

const NETWORK = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 };
/** Rounds of BURSTS in a millisecond: a quarter of what a server's core of 2023 makes. */
const PHONE_ROUNDS = 42;
/** The machine is given so long to come to rest, and is at rest when less of it than this is used. */
const REST_MS = 30000;
const REST_SHARE = 0.25;

/** The middle of thirty measurements of 10 ms. */
const BURSTS = () => {
    const speeds = [];
    for (let burst = 0; burst < 30; burst++) {
        const begun = performance.now();
        let rounds = 0;
        for (; performance.now() - begun < 10; rounds++) {
            let text = '';
            for (let i = 0; i < 2000; i++) text += 'a';
            if (text.length !== 2000) throw new Error('a text is not what was added');
        }
        speeds.push(rounds / (performance.now() - begun));
    }
    return speeds.sort((a, b) => a - b)[15];
};

async function used() {
    const [, ...ticks] = (await readFile('/proc/stat', 'utf8')).split('\n')[0].split(/\s+/).map(Number);
    const all = ticks.slice(0, 8).reduce((a, b) => a + b);
    return { all, idle: ticks[3] + ticks[4] };
}

/** Until the machine rests; what was there before may still be ending. */
async function atRest() {
    for (const end = Date.now() + REST_MS; Date.now() < end;) {
        const before = await used();
        await new Promise((resolve) => setTimeout(resolve, 1000));
        const now = await used();
        if (1 - (now.idle - before.idle) / (now.all - before.all) < REST_SHARE) return;
    }
    console.log(`    the machine did not come to rest within ${REST_MS / 1000} s`);
}

/** From here on the page of this person is on a slow phone, which has nothing in its cache. Gives the debugger's session. */
export async function slowPhone({ context, page }) {
    const debug = await context.newCDPSession(page);
    await atRest();
    await page.goto('about:blank');
    const speed = await page.evaluate(BURSTS);
    const rate = Math.max(1, speed / PHONE_ROUNDS);
    console.log(`    ${speed.toFixed(0)} rounds/ms: ${rate.toFixed(1)} times as fast as the phone`);
    await debug.send('Network.enable');
    await debug.send('Network.clearBrowserCache');
    await debug.send('Network.emulateNetworkConditions', NETWORK);
    await debug.send('Emulation.setCPUThrottlingRate', { rate });
    return debug;
}
