// looks.mjs: every page that the router has as people see it, by turns in one of two ways that together have both
// languages, both themes, a desk and a phone (in both by CHATHUB_LOOKS=judged): nothing jumps while it loads, axe-core
// finds nothing (WCAG 2.2 AA and best practice), whatever can have the focus shows it, nothing is wider than the page at
// any width or zoom, no page throws or breaks the policy.
//
// CHATHUB_LOOKS: modes by name, with commas, "judged" for both ways, or "all". CHATHUB_LOOKS_AT: only pages whose name has this pattern. CHATHUB_PICTURES=1 leaves pictures of all pages in build/e2e/ for eyes.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Person } from './lib/browser.mjs';
import { OUT } from './lib/checks.mjs';
import { guests, settle, signIn } from './lib/house.mjs';
import { AXE } from './lib/sight.mjs';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** At 200 % zoom a window of 1280 or 1440 has half as many CSS pixels. */
const WIDTHS = [320, 375, 390, 640, 700, 720, 768, 961, 1024, 1280, 1440];
/** Where the words are shorter: what breaks there breaks at these. */
const FEW_WIDTHS = [320, 768, 1440];
const CLS_MAX = 0.05;
const RING_MIN = 3;
const RING_MIN_PX = 2;
/** A machine that stalls paints what nobody would see: a page that jumps does so each time. */
const LOADS = 3;
/** Answers come late, as they do elsewhere: what waits for them must have its height already. */
const LATE_MS = 120;

const DESK = { width: 1280, height: 860 };
const PHONE = { width: 375, height: 760 };
export const MODES = [
    { name: 'zh-light', lang: 'zh-CN', colorScheme: 'light', viewport: DESK, widths: FEW_WIDTHS },
    { name: 'en-dark-phone', lang: 'en', colorScheme: 'dark', viewport: PHONE, widths: WIDTHS, onlyMain: true },
    // The other halves, for eyes: what the two above do not show is a text of one language on a colour of the other theme.
    { name: 'en-dark', lang: 'en', colorScheme: 'dark', viewport: DESK, widths: WIDTHS },
    { name: 'zh-light-phone', lang: 'zh-CN', colorScheme: 'light', viewport: PHONE, widths: WIDTHS },
];
const JUDGED = MODES.slice(0, 2).map(({ name }) => name);
/** The preview of a public page lies in a frame without scripts: what watches for shifts may not run in there. */
const OURS_IN_A_FRAME = /^Blocked script execution in 'about:srcdoc'/;
/** Whose turn it is moves each day, so that no page is seen in one way alone; CHATHUB_LOOKS_TURN repeats a day's. */
const SHIFT = Number(process.env.CHATHUB_LOOKS_TURN ?? Math.floor(Date.now() / 86400000)) % 2;
const AT = new RegExp(process.env.CHATHUB_LOOKS_AT ?? '');
const PICTURES = process.env.CHATHUB_PICTURES === '1';

/** Sums layout shifts from the first byte of a load on. */
const WATCH_SHIFTS = () => {
    window.shifts = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
};

/** Elements that stick out of the page, as far as they can be seen. */
const TOO_WIDE = () => {
    const room = document.documentElement.clientWidth;
    const out = [];
    if (document.documentElement.scrollWidth > room) out.push(`the page: ${document.documentElement.scrollWidth} > ${room}`);
    for (const element of document.querySelectorAll('main *, header *')) {
        const { right, width } = element.getBoundingClientRect();
        if (width === 0 || right <= room + 1) continue;
        if (element.closest('pre, .parts, .unseen, thead, svg, .short, .details') !== null) continue;
        out.push(`${element.tagName}.${element.className}: ${Math.round(right)}`);
    }
    for (const { scrollWidth, clientWidth } of document.querySelectorAll('.table-place'))
        if (scrollWidth > clientWidth + 1) out.push(`a table: ${scrollWidth} > ${clientWidth}`);
    return out.slice(0, 5);
};

/** The policy allows no script of ours in the page; the debugger's own door does not go by it. The frame is the same around
 * all pages: once in each mode, and on every page in one of them, is often enough. */
async function axeFaults(person, onlyMain) {
    await person.debug.send('Runtime.evaluate', { expression: AXE });
    const { violations } = await person.page.evaluate(([runOnly, narrow]) => {
        const part = document.querySelector('dialog[open]') ?? document.querySelector('main');
        return window.axe.run(narrow ? part : document, { runOnly });
    }, [RULES, onlyMain]);
    return violations.map(({ id, nodes }) => {
        const where = nodes.slice(0, 3).map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`);
        return `${id}: ${where.join('; ')}`;
    });
}

/** What has the focus by keyboard and has no ring around it of that width, or of too little contrast with the ground that
 * it lies on. One that came by a key makes those shown that scripts set after it. */
const RINGLESS = ([minimum, width]) => {
    const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
    const light = (colour) => numbers(colour).slice(0, 3).map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
    const groundOf = (element) => {
        for (let at = element.parentElement; at !== null; at = at.parentElement) {
            const { backgroundColor } = getComputedStyle(at);
            if ((numbers(backgroundColor)[3] ?? 1) !== 0) return backgroundColor;
        }
        return 'rgb(255,255,255)';
    };
    const out = [];
    let tried = 0;
    const all = document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]');
    for (const element of all) {
        element.focus({ preventScroll: true });
        if (document.activeElement !== element) continue; // disabled, not shown, or behind a dialog
        tried++;
        // A field whose frame is its parent's shows the ring there.
        const shown = element.matches('.palette-field > input') ? element.parentElement : element;
        const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(shown);
        const [high, low] = [light(outlineColor), light(groundOf(shown))].sort((a, b) => b - a);
        const ratio = (high + 0.05) / (low + 0.05);
        if (outlineStyle === 'solid' && parseFloat(outlineWidth) >= width && ratio >= minimum) continue;
        out.push(`${element.tagName}.${element.className} “${element.textContent.trim().slice(0, 20)}”: ${outlineStyle} ` +
            `${outlineWidth}, ${ratio.toFixed(2)}:1`);
    }
    return { out: out.slice(0, 5), tried };
};

async function ringFaults({ page }) {
    await page.keyboard.press('Tab');
    const { out, tried } = await page.evaluate(RINGLESS, [RING_MIN, RING_MIN_PX]);
    return tried === 0 ? ['nothing can have the focus'] : out.map((fault) => `no ring around ${fault}`);
}

async function widthFaults(person, { viewport, widths }) {
    const faults = [];
    for (const width of widths) {
        await person.debug.send('Emulation.setDeviceMetricsOverride', { width, height: 800, deviceScaleFactor: 1, mobile: false });
        for (const fault of await person.page.evaluate(TOO_WIDE)) faults.push(`at ${width} px ${fault}`);
    }
    await person.debug.send('Emulation.setDeviceMetricsOverride', { ...viewport, deviceScaleFactor: 1, mobile: false });
    return faults;
}

async function look({ checks, person, mode, pages }) {
    const { page } = person;
    const swept = new Set();
    for (const [name, address, prepare] of pages) {
        await checks.try(name, async () => {
            const faults = [];
            let shifts = Infinity;
            for (let load = 0; load < LOADS && shifts >= CLS_MAX; load++) {
                if (load > 0) await page.goto('about:blank'); // an address with a # alone is no load
                await page.goto(address);
                await settle(page);
                shifts = Math.min(shifts, await page.evaluate(() => window.shifts));
            }
            if (shifts >= CLS_MAX) faults.push(`it jumps while it loads: CLS ${shifts.toFixed(3)}`);
            if (prepare !== undefined) {
                await prepare(page, mode.lang === 'en' ? 1 : 0);
                await settle(page);
            }
            if (PICTURES) await page.screenshot({ path: path.join(OUT, `${mode.name}-${name}.png`), fullPage: true });
            faults.push(...await axeFaults(person, mode.onlyMain === true && swept.size > 0));
            faults.push(...await ringFaults(person));
            // A dialog stands on a page that was looked at already.
            if (!swept.has(address)) faults.push(...await widthFaults(person, mode));
            swept.add(address);
            if (faults.length > 0) throw new Error(faults.join('\n'));
        });
    }
}

/** `turn`: only the pages whose turn it is to be seen in this mode; null: all. */
async function inMode({ browser, checks, mode, turn, home }) {
    const { lang, colorScheme, viewport } = mode;
    for (const [email, all] of await guests(home)) {
        const pages = all.filter(([page], i) => AT.test(page) && (turn === null || (i + SHIFT) % JUDGED.length === turn));
        if (pages.length === 0) continue;
        const person = await Person.come(browser, home.server.base, { lang, colorScheme, viewport });
        checks.about(`looks, ${mode.name}`, () => [person.page]);
        await person.context.addInitScript(WATCH_SHIFTS);
        if (email !== null) await signIn(person, email, mode.lang);
        await person.page.route('**/api/**', async (route) => {
            await new Promise((resolve) => setTimeout(resolve, LATE_MS));
            await route.continue().catch(() => undefined);
        });
        person.debug = await person.context.newCDPSession(person.page);
        await look({ checks, person, mode, pages });
        const faults = person.faults.filter((line) => !OURS_IN_A_FRAME.test(line));
        checks.record(`${email ?? 'a visitor'}: no page threw or broke the policy`, faults.join('\n'));
        await person.page.unrouteAll({ behavior: 'ignoreErrors' });
        await person.leave();
    }
}

/** One part for each mode: they may run beside each other. */
export const looks = () => {
    const asked = process.env.CHATHUB_LOOKS?.replace('judged', JUDGED.join());
    const byTurns = asked === undefined && process.env.CHATHUB_LOOKS_AT === undefined;
    const wanted = (asked ?? JUDGED.join()).split(',');
    const modes = MODES.filter(({ name }) => wanted.includes(name) || wanted.includes('all'));
    return modes.map((mode, i) => async ({ browser, checks, home }) => {
        await mkdir(OUT, { recursive: true });
        if (byTurns && i === 0) console.log(`    CHATHUB_LOOKS_TURN=${SHIFT}`);
        await inMode({ browser, checks, mode, turn: byTurns ? i : null, home });
    });
};
