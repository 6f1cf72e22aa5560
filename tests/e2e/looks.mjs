// looks.mjs: every page as people see it, in both languages and themes and at phone width, left in build/e2e/ for eyes,
// and judged by axe-core (WCAG 2.2 AA and best practice). No page may be wider than its window.
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PASSWORD, Server } from '../http/lib/server.mjs';
import { until } from '../http/lib/suite.mjs';
import { ChatbotWorld } from '../world/chatbot.mjs';
import { Person } from './lib/browser.mjs';
import { OUT } from './lib/checks.mjs';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
export const SECRET = 'shared-secret-of-the-screenshots';

/** A name without a place to break it. */
const LONG = 'W'.repeat(60);

const DESK = { width: 1280, height: 860 };
const PHONE = { width: 375, height: 760 };
const MODES = [
    { name: 'zh-light', lang: 'zh-CN', colorScheme: 'light', viewport: DESK },
    { name: 'en-dark', lang: 'en', colorScheme: 'dark', viewport: DESK },
    { name: 'zh-dark-phone', lang: 'zh-CN', colorScheme: 'dark', viewport: PHONE },
    { name: 'en-light-phone', lang: 'en', colorScheme: 'light', viewport: PHONE },
];

const main = (page) => page.locator('main h1').first().waitFor();
/** Pages: name, address, and what opens on them before they are looked at (texts: [Chinese, English]). */
export const VISITOR = [
    ['login', '/login'], ['register', '/register'], ['forgot', '/forgot'],
    ['confirm', '/register?confirm=1'], ['verify-email', '/auth/verify-email#token=x'],
    ['verify-email-broken', '/auth/verify-email'], ['reset-password', '/auth/reset-password#token=x'],
];
const NEWCOMER = [['home-new', '/'], ['shops-empty', '/shops'], ['billing-empty', '/billing']];
const open = (name) => async (page, at) => {
    await page.getByRole('button', { name: name[at], exact: true }).first().click();
    await page.getByRole('dialog').waitFor();
};
export const merchantPages = ({ active, off, failed, busy, long }) => [
    ['home', '/'], ['shops', '/shops'], ['shop-add', '/shops?new=1', (page) => page.getByRole('dialog').waitFor()],
    ['shop-active', `/shops/${active}`], ['shop-off', `/shops/${off}`],
    ['shop-enable', `/shops/${off}`, open(['启用智能客服 (-50积分)', 'Enable chatbot (−50 credits)'])],
    ['shop-failed', `/shops/${failed}`], ['shop-provisioning', `/shops/${busy}`], ['shop-keys', `/shops/${active}/keys`],
    ['shop-settings', `/shops/${active}/settings`], ['shop-delete', `/shops/${active}/settings`, open(['删除', 'Delete'])],
    ['shop-long', `/shops/${long}`], ['shop-long-delete', `/shops/${long}/settings`, open(['删除', 'Delete'])],
    ['billing', '/billing', (page) => until('the chart', async () => (await page.locator('.chart svg path').count()) > 1)],
    ['shop-install', `/shops/${active}/install`], ['shop-subscription', `/shops/${active}/subscription`],
    ['activity', '/settings/activity'], ['profile', '/settings/profile'], ['security', '/settings/security'],
    ['not-found', '/nowhere'],
];
export const operatorPages = (merchant) => [
    ['operator', '/operator'], ['operator-customers', '/operator/customers'],
    ['operator-customer', `/operator/customers/${merchant}`], ['operator-grant', `/operator/customers/${merchant}`, open(['发放积分', 'Grant credits'])],
    ['operator-jobs', '/operator/jobs'], ['operator-audit', '/operator/audit'],
];

/** Skeletons are gone, dialogs stand still. */
export async function settle(page) {
    await main(page);
    await until('the content', async () => (await page.locator('.waiting').count()) === 0);
    await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null))));
}

async function judge(page) {
    // The policy allows no script of ours in the page; the debugger's own door does not go by it.
    const debug = await page.context().newCDPSession(page);
    await debug.send('Runtime.evaluate', { expression: AXE });
    await debug.detach();
    const { violations } = await page.evaluate((runOnly) => window.axe.run(document, { runOnly }), RULES);
    return violations.map(({ id, nodes }) => {
        const where = nodes.slice(0, 3).map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`);
        return `${id}: ${where.join('; ')}`;
    });
}

async function look({ checks, person, mode, pages }) {
    const { page } = person;
    for (const [name, address, prepare] of pages) {
        await checks.try(`${name} in ${mode.name}`, async () => {
            await page.goto(address);
            await settle(page);
            await prepare?.(page, mode.lang === 'en' ? 1 : 0);
            await settle(page);
            await page.screenshot({ path: path.join(OUT, `${mode.name}-${name}.png`), fullPage: true });
            const faults = await judge(page);
            const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
            if (wider > 0) faults.push(`the page is ${wider} px wider than its window`);
            if (faults.length > 0) throw new Error(faults.join('\n'));
        });
    }
}

/** The drawer that the side becomes. */
async function lookAtDrawer({ checks, person, mode }) {
    if (mode.viewport !== PHONE) return;
    const open = (page, at) => open0(page, ['打开菜单', 'Open menu'][at]);
    const open0 = async (page, name) => {
        await page.getByRole('button', { name, exact: true }).click();
        await page.getByRole('dialog').getByRole('navigation').waitFor();
    };
    await look({ checks, person, mode, pages: [['menu', '/shops', open]] });
}

export async function signIn(person, email, lang) {
    const at = lang === 'en' ? 1 : 0;
    await person.page.goto('/login');
    await person.page.getByLabel(['邮箱', 'E-mail'][at]).fill(email);
    await person.page.getByLabel(['密码', 'Password'][at], { exact: true }).fill(PASSWORD);
    await person.page.getByRole('button', { name: ['登录', 'Sign in'][at], exact: true }).click();
    await person.page.waitForURL((url) => url.pathname !== '/login');
}

/** A house with something in every corner. */
export async function furnish(server, world) {
    const merchant = await server.account('merchant', { email: 'mei@tea.example', credits: 300 });
    await merchant.request('PATCH', '/api/user', { json: { name: '林美' } });
    const shops = {};
    const domain = `${LONG.toLowerCase()}.example.com`;
    const long = await merchant.post('/api/shops', { shop_name: LONG, domain, hosting: 'external' });
    shops.long = long.json.id;
    for (const [state, name] of Object.entries({ active: '美美的茶叶店', off: 'Nordlicht Keramik & Töpferei Handelsgesellschaft',
        failed: '三号店', busy: 'Tea & Books' })) {
        const made = await merchant.post('/api/shops', { shop_name: name, domain: `${state}.example.com`, hosting: 'external' });
        shops[state] = made.json.id;
    }
    await merchant.post(`/api/shops/${shops.active}/chatbot/enable`, {});
    await merchant.post(`/api/shops/${shops.active}/secrets/sso/rotate`);
    await merchant.post(`/api/shops/${shops.long}/chatbot/enable`, {});
    world.always = '401';
    await merchant.post(`/api/shops/${shops.failed}/chatbot/enable`, {});
    world.always = 'never';
    await merchant.post(`/api/shops/${shops.busy}/chatbot/enable`, {});
    const gone = await merchant.post('/api/shops', { shop_name: 'Gone', hosting: 'external' });
    await merchant.request('DELETE', `/api/shops/${gone.json.id}`);
    await server.account('merchant', { email: 'new@tea.example' });
    await server.account('operator', { email: 'boss@chathub.example' });
    return { shops, merchant };
}

async function inMode({ browser, checks, server, mode, house }) {
    const { name: _name, ...options } = mode;
    const guests = [
        [null, VISITOR], ['new@tea.example', NEWCOMER], ['mei@tea.example', merchantPages(house.shops)],
        ['boss@chathub.example', operatorPages(house.merchant.id)],
    ];
    for (const [email, pages] of guests) {
        const person = await Person.come(browser, server.base, { ...options, reducedMotion: 'reduce' });
        checks.about('looks', () => [person.page]);
        if (email !== null) await signIn(person, email, mode.lang);
        await look({ checks, person, mode, pages });
        if (email === 'mei@tea.example') await lookAtDrawer({ checks, person, mode });
        checks.record(`${email ?? 'a visitor'} in ${mode.name}: no page threw or broke the policy`, person.faults.join('\n'));
        await person.leave();
    }
}

export async function looks({ browser, engine, checks }) {
    await mkdir(OUT, { recursive: true });
    const world = await ChatbotWorld.start({ secret: SECRET });
    const server = await Server.start({ engine, env: { CHATBOT_BASE_URL: world.base, CHATBOT_SHARED_SECRET: SECRET } });
    checks.about('looks', () => []);
    try {
        const house = await furnish(server, world);
        const wanted = process.env.CHATHUB_LOOKS ?? ''; // one mode alone, by its name
        for (const mode of MODES.filter(({ name }) => wanted === '' || name === wanted)) await inMode({ browser, checks, server, mode, house });
    } finally {
        checks.record('the server ends well', (await server.end()).join('\n'));
        await world.stop();
    }
}
