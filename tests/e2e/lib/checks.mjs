// checks.mjs: counts and prints, one line a check. A check of the walk that fails stops the walk: what follows stands
// on it. What the page looked like goes to build/e2e/failed-N.png.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const OUT = fileURLToPath(new URL('../../../build/e2e/', import.meta.url));

export class Stop extends Error {}

export class Checks {
    passed = 0;
    failed = 0;
    #label = '';
    #pages = () => [];

    /** From here on: which engine or part the lines are about, and which pages to photograph after a failure. */
    about(label, pages) {
        this.#label = label;
        this.#pages = pages;
    }

    record(name, fault) {
        if (!fault) {
            this.passed++;
            console.log(`ok     ${name} [${this.#label}]`);
            return;
        }
        this.failed++;
        console.log(`FAILED ${name} [${this.#label}]\n    ${String(fault).split('\n').slice(0, 14).join('\n    ')}`);
    }

    async #photograph() {
        await mkdir(OUT, { recursive: true });
        let n = 0;
        for (const page of this.#pages()) {
            const file = path.join(OUT, `failed-${this.failed}-${++n}.png`);
            const where = await page.screenshot({ path: file }).then(() => file, () => 'no screenshot');
            console.log(`    ${page.url()} → ${path.basename(where)}`);
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
        const before = this.failed;
        const got = await this.try(name, body);
        if (this.failed > before) throw new Stop(name);
        return got;
    }

    summary() {
        console.log(`${this.passed} passed, ${this.failed} failed`);
        return this.failed === 0 ? 0 : 1;
    }
}
