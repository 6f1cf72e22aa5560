// clock.mjs: the machine's clock is wrong by a year for seconds, below a service that works on; and afterwards no row may
// bear a time of that year. What breaks meanwhile is the caller's: a process that is killed in a wrong year comes back in
// the right one.
import { sleep } from './server.mjs';

const YEAR_S = 365 * 86400;
const NOTICED_MS = 30000; // on a busy machine; a look at the clock is made each second
const SPAN_MS = 120000; // of grace at both ends of a run

export class WrongClocks {
    constructor(services, random) { Object.assign(this, { services, random, jumps: 0, faults: [] }); }

    /** `what` happens while the clock of one server, or of all, is a year ahead or behind. */
    async wrongWhile(ahead, what) {
        const bySeconds = ahead ? YEAR_S : -YEAR_S;
        const all = this.random() < 0.5;
        const chosen = all ? this.services : [this.services[Math.floor(this.random() * this.services.length)]];
        const wrong = [];
        for (const service of chosen) {
            const { child } = service;
            const answer = await service.ask('POST', '/dev/clock', { jump_s: bySeconds });
            if (answer?.status !== 200) this.faults.push(`a clock could not be moved: ${answer?.status}`);
            else wrong.push({ service, child });
        }
        this.jumps += wrong.length;
        for (const { service } of wrong) await this.#told(service, false);
        await sleep(500 + this.random() * 1000);
        await what();
        for (const { service, child } of wrong) {
            if (service.child !== child || !service.running) continue; // it was killed, and came back in this year
            await service.ask('POST', '/dev/clock', { jump_s: -bySeconds });
            await this.#told(service, true);
        }
    }

    async #told(service, sound) {
        for (const end = Date.now() + NOTICED_MS; Date.now() < end; await sleep(50))
            if ((await service.ask('GET', '/readyz'))?.json?.clock === sound) return;
        this.faults.push(`after ${NOTICED_MS} ms readiness does not say that the clock is ${sound ? 'right again' : 'in doubt'}`);
    }

    judge(check, turns) {
        check('clocks that were wrong were noticed, and right again', this.faults.length === 0, this.faults.join('; '));
        check('clocks were wrong while it worked', turns < 2 || this.jumps > 0);
    }
}

/** Every time that merchants and visitors can read lies in the run; `movedMs`: what the judge let go by. */
export async function judgeTimes({ house, began, merchants, talk }, check) {
    const from = began - SPAN_MS, until = Date.now() + house.movedMs + SPAN_MS;
    const asked = merchants.flatMap((m) => ['/api/billing/transactions?limit=100', '/api/audit?limit=100', '/api/shops'].map((path) => [m, path]));
    if (talk) for (const path of ['/api/inbox?limit=100', '/api/audit?limit=100']) asked.push([talk.host, path]);
    const wrong = [];
    let seen = 0;
    const look = (path, value, name = '') => {
        if (typeof value === 'string' && /At$/.test(name)) {
            seen++;
            const at = Date.parse(value);
            if (!(at >= from && at <= until)) wrong.push(`${path} ${name} ${value}`);
        } else if (value && typeof value === 'object') for (const [key, inner] of Object.entries(value)) look(path, inner, Array.isArray(value) ? name : key);
    };
    for (const [person, path] of asked) look(path, (await person.call('GET', path)).json);
    check('no row bears the time of a wrong clock', wrong.length === 0 && seen > 0, `${seen} seen; ${wrong.slice(0, 5).join('; ')}`);
}
