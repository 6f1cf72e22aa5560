// checks.mjs: counts and prints, one line a check. A check of the walk that fails stops the walk: what follows stands
// on it. What the page looked like goes to build/e2e/failed-N.png.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const OUT = fileURLToPath(new URL('../../../build/e2e/', import.meta.url));

export class Stop extends Error {}

/** Of all parts together. */
export class Tally {
    passed = 0;
    failed = 0;

    summary() {
        console.log(`${this.passed} passed, ${this.failed} failed`);
        return this.failed === 0 && this.passed > 0 ? 0 : 1;
    }
}

/** Of one part: parts may run beside each other. */
export class Checks {
    #label = '';
    #pages = () => [];
    #since = performance.now();
    #failed = 0;

    constructor(tally) {
        this.tally = tally;
    }

    /** From here on: which engine or part the lines are about, and which pages to photograph after a failure. */
    about(label, pages) {
        this.#label = label;
        this.#pages = pages;
    }

    /** With the time since the line before: what prepares a check counts for it. */
    record(name, fault) {
        const took = `${((performance.now() - this.#since) / 1000).toFixed(1)} s`;
        this.#since = performance.now();
        if (!fault) {
            this.tally.passed++;
            console.log(`ok     ${name} [${this.#label}] ${took}`);
            return;
        }
        this.#failed++;
        this.tally.failed++;
        console.log(`FAILED ${name} [${this.#label}] ${took}\n    ${String(fault).split('\n').slice(0, 14).join('\n    ')}`);
    }

    async #photograph() {
        await mkdir(OUT, { recursive: true });
        let n = 0;
        for (const page of this.#pages()) {
            const file = path.join(OUT, `failed-${this.tally.failed}-${++n}.png`);
            const where = await page.screenshot({ path: file }).then(() => file, () => 'no screenshot');
            const said = await page.locator('main').first().innerText({ timeout: 2000 }).catch(() => 'no main part');
            console.log(`    ${page.url()} → ${path.basename(where)}: ${said.replace(/\s+/g, ' ').slice(0, 300)}`);
        }
    }

    /** The others go on when this one fails. */
    async try(name, body) {
        try {
            const got = await body();
            this.record(name, null);
            return got;
        } catch (cause) {
            this.record(name, cause.stack ?? cause);
            await this.#photograph();
            return undefined;
        }
    }

    /** The rest stands on this one. */
    async must(name, body) {
        const before = this.#failed;
        const got = await this.try(name, body);
        if (this.#failed > before) throw new Stop(name);
        return got;
    }
}
