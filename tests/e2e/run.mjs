// run.mjs: the main job in a browser, against the real binary with a real SMTP server.
//
//   CHATHUB_BIN=build/chathub node tests/e2e/run.mjs [PART...]       --names: says the parts
//
// Parts run beside each other, as many as CHATHUB_LANES says (2), each with a server or a browser context of its own; what
// measures speed runs after them, alone. CHATHUB_TEST_ENGINE: sqlite or postgres; unset: sqlite, and of PostgreSQL the
// stories that could tell the two apart, when CHATHUB_TEST_POSTGRES names one. What a page looked like when a check failed
// is left in build/e2e/. One line a check, with its seconds; last line "N passed, N failed".
import { rm } from 'node:fs/promises';
import { backend } from './backend.mjs';
import { buying } from './buying.mjs';
import { chat } from './chat.mjs';
import { customer } from './customer.mjs';
import { embed } from './embed.mjs';
import { face } from './face.mjs';
import { fallback } from './fallback.mjs';
import { freeze } from './frozen.mjs';
import { knowledge } from './knowledge.mjs';
import { launch } from './lib/browser.mjs';
import { Checks, OUT, Stop, Tally } from './lib/checks.mjs';
import { house } from './lib/house.mjs';
import { inSight } from './lib/sight.mjs';
import { inbox } from './inbox.mjs';
import { landing, soon } from './landing.mjs';
import { looks } from './looks.mjs';
import { speed } from './measures.mjs';
import { manners } from './manners.mjs';
import { money } from './money.mjs';
import { numbers } from './numbers.mjs';
import { panel } from './panel.mjs';
import { people } from './people.mjs';
import { providers } from './providers.mjs';
import { ownserver } from './ownserver.mjs';
import { pictures } from './pictures.mjs';
import { socket } from './socket.mjs';
import { store } from './store.mjs';
import { team } from './team.mjs';
import { walk } from './walk.mjs';

const LANES = Number(process.env.CHATHUB_LANES ?? 2);
// How their pages look is judged on the first engine. A run of both tells a second time only what two engines could tell
// apart, one of these each day: the whole of them is asked for by CHATHUB_TEST_ENGINE=postgres.
const TWICE = [['walk', 'chat'][Math.floor(Date.now() / 86400000) % 2]];
const STORIES = {
    walk,
    backend,
    buying,
    providers,
    chat,
    fallback,
    knowledge,
    ownserver,
    pictures,
    face,
    inbox,
    customer,
    socket,
    store,
    team,
    numbers,
    people,
    panel,
    landing,
};
const NAMES = [...Object.keys(STORIES), 'money', 'manners', 'embed', 'freeze', 'looks', 'speed'];
if (process.argv[2] === '--names') {
    console.log(NAMES.join('\n'));
    process.exit(0);
}
const asked = process.argv.slice(2).flatMap((name) => (name === 'measures' ? ['looks', 'speed'] : [name]));
const wants = (name) => asked.length === 0 || asked.includes(name);
const stranger = asked.find((name) => !NAMES.includes(name));
if (stranger !== undefined) throw new Error(`no part is named ${stranger}; there are ${NAMES.join(', ')}`);

function engines() {
    const one = process.env.CHATHUB_TEST_ENGINE;
    if (one !== undefined && one !== '') {
        if (!['sqlite', 'postgres'].includes(one)) throw new Error(`CHATHUB_TEST_ENGINE is sqlite or postgres, not ${one}`);
        return [one];
    }
    return process.env.CHATHUB_TEST_POSTGRES ? ['sqlite', 'postgres'] : ['sqlite'];
}

const started = performance.now();
const tally = new Tally();

async function run(name, part, all) {
    const checks = new Checks(tally);
    try {
        await part({ ...all, checks });
    } catch (cause) {
        if (!(cause instanceof Stop)) checks.record(`${name} runs to its end`, cause.stack ?? cause);
    }
}

async function inLanes(tasks) {
    const lane = async () => {
        for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) await task();
    };
    await Promise.all(Array.from({ length: LANES }, lane));
}

await rm(OUT, { recursive: true, force: true });
const browser = await launch();
// Screens do not know the engine: what is about them alone is tried on the first.
const [first] = engines();
const home = ['looks', 'speed'].some(wants) ? await house(first) : null;
const visits = [
    ...(wants('looks') ? looks().map((mode) => () => run('looks', mode, { browser, home })) : []),
    ...(wants('money') ? [() => run('money', money, { browser, engine: first })] : []),
    ...(wants('manners') ? [() => run('manners', manners, { browser, engine: first })] : []),
    ...(wants('embed') ? [() => run('embed', embed, { browser, engine: first })] : []),
    ...(wants('freeze') ? [() => run('freeze', freeze, { browser, engine: first })] : []),
];
const walks = engines().flatMap((engine) => Object.entries(STORIES)
    .filter(([name]) => wants(name) && (engine === first || TWICE.includes(name)))
    .map(([name, part]) => () => inSight(engine === first, () => run(name, part, { browser, engine }))));
// The longest first, one of each sort beside the other.
await inLanes([...visits.splice(0, 1), ...walks.splice(0, 1), ...visits, ...walks]);
if (home !== null && wants('speed')) {
    await run('speed', speed, { browser, home });
    await run('speed', soon, { browser, server: home.server });
}
if (home !== null) new Checks(tally).record('the server of the looks ends well', (await home.leave()).join('\n'));
await browser.close();
console.log(`${Math.round((performance.now() - started) / 1000)} s`);
process.exit(tally.summary());
