// manners.mjs: how the console behaves whatever the page is about: typing is never lost, what can be undone offers it, choices
// that were seen stay, a translated page tells the truth, lists stand in their addresses, paper shows the content alone.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { PASSWORD, Server } from '../http/lib/server.mjs';
import { until } from '../http/lib/suite.mjs';
import { Person } from './lib/browser.mjs';
import { settle, signIn } from './lib/house.mjs';

const MERCHANT = 'hua@tea.example';
const OPERATOR = 'desk@chathub.example';
const DAY_S = 86400;
const LIVE_MS = 60000;

const button = (page, name) => page.getByRole('button', { name, exact: true });
const heading = (page, name) => page.getByRole('heading', { name, exact: true });
const dialog = (page, name) => page.getByRole('dialog', { name });
const seen = (locator, options) => locator.waitFor(options);
const gone = (locator, options) => locator.waitFor({ state: 'detached', ...options });
const path = (page) => { const { pathname, search } = new URL(page.url()); return pathname + search; };

async function typing({ checks }, { page }) {
    await checks.try('a changed form asks before it is left; staying keeps it, going drops it', async () => {
        await page.goto('/settings/profile');
        await page.getByLabel('Name').fill('Hua Li');
        await seen(page.getByText('You have unsaved changes'));
        await page.getByRole('link', { name: 'Shops', exact: true }).first().click();
        const ask = dialog(page, 'Leave without saving?');
        await seen(ask);
        assert.equal(path(page), '/settings/profile');
        await button(ask, 'Cancel').click();
        await gone(ask);
        assert.equal(await page.getByLabel('Name').inputValue(), 'Hua Li');
        await page.getByRole('link', { name: 'Shops', exact: true }).first().click();
        await button(ask, 'Leave').click();
        await seen(heading(page, 'Shops'));
    });
    await checks.try('a reload asks as well, and what was typed is there after it', async () => {
        await page.goto('/settings/profile');
        await page.getByLabel('Name').fill('Hua Lin');
        const asked = new Promise((resolve) => page.once('dialog', (box) => { resolve(box.type()); box.accept(); }));
        await page.reload();
        assert.equal(await asked, 'beforeunload');
        await until('the draft', async () => (await page.getByLabel('Name').inputValue()) === 'Hua Lin');
        await button(page, 'Discard').click();
        assert.equal(await page.getByLabel('Name').inputValue(), '');
        await gone(page.getByText('You have unsaved changes'));
    });
    await checks.try('a press beside a dialog with typing does not end it', async () => {
        await page.goto('/shops?new=1');
        const box = page.getByRole('dialog');
        await box.getByLabel('Shop name').fill('Half a na');
        await page.mouse.click(8, 8);
        assert.equal(await box.getByLabel('Shop name').inputValue(), 'Half a na');
        await box.press('Escape');
        await gone(box);
    });
    await checks.try('what is typed into a dialog outlives its end, a reload that asks, and the way back', async () => {
        await page.goto('/settings/profile');
        await page.getByRole('link', { name: 'Team', exact: true }).click();
        await button(page, 'Invite somebody').click();
        const box = page.getByRole('dialog');
        await box.getByLabel('E-mail').fill('half@tea');
        await box.press('Escape');
        await gone(box);
        await button(page, 'Invite somebody').click();
        assert.equal(await box.getByLabel('E-mail').inputValue(), 'half@tea');
        const asked = new Promise((resolve) => page.once('dialog', (ask) => { resolve(ask.type()); ask.accept(); }));
        await page.reload();
        assert.equal(await asked, 'beforeunload');
        await button(page, 'Invite somebody').click();
        await seen(box.getByText('What you typed before is still here.'));
        await page.evaluate(() => history.back());
        const leave = dialog(page, 'Leave without saving?');
        await seen(leave);
        await button(leave, 'Cancel').click();
        await gone(leave);
        await button(box, 'Start over').click();
        await until('the focus is in the first field', () => box.getByLabel('E-mail').evaluate((field) => field === document.activeElement));
        assert.equal(await box.getByLabel('E-mail').inputValue(), '');
        assert.equal(await box.getByText('What you typed before is still here.').count(), 0);
        await box.press('Escape');
        await gone(box);
    });
    await checks.try('errors are in the language of the page, at their field, and leave with the next letter', async () => {
        await page.goto('/shops?new=1');
        const box = page.getByRole('dialog');
        await box.getByLabel('Shop name').fill('');
        await box.getByLabel('Shop name').press('Enter');
        await seen(box.locator('.field-error').first());
        await box.getByLabel('Shop name').fill('N');
        await until('no error', async () => (await box.locator('.field-error').count()) === 0);
        await box.press('Escape');
    });
}

async function undoing({ checks }, person) {
    const { page } = person;
    await checks.try('a shop that was deleted is had back by one press', async () => {
        await page.goto('/shops');
        await page.getByRole('button', { name: 'More for “Leaves”' }).click();
        await page.getByRole('menuitem', { name: 'Delete' }).click();
        await button(page.getByRole('dialog'), 'Delete').click();
        await seen(page.locator('.toast', { hasText: 'Shop deleted' }));
        assert.equal(await page.getByRole('dialog').count(), 0, 'never beside a dialog');
        await button(page, 'Undo').click();
        await seen(page.getByRole('link', { name: 'Leaves', exact: true }));
    });
    await checks.try('and a renewal that was switched off likewise', async () => {
        const { json } = await person.api('GET', '/api/shops');
        const shop = json.shops.find(({ shop_name: name }) => name === 'Pots').id;
        const automatic = async () => (await person.api('GET', `/api/shops/${shop}/chatbot`)).json.subscription.automatic;
        await page.goto(`/shops/${shop}/subscription`);
        await page.getByRole('switch').click();
        await until('it is off', async () => !(await automatic()));
        await button(page, 'Undo').click();
        await until('it is on', automatic);
    });
}

async function choices({ checks, browser, server }) {
    await checks.try('the language that was chosen before signing in stays afterwards', async () => {
        const person = await Person.come(browser, server.base, { lang: 'zh-CN' });
        const { page } = person;
        await page.goto('/login');
        await seen(heading(page, '登录'));
        await button(page, 'English').click();
        await seen(heading(page, 'Sign in'));
        await page.getByLabel('E-mail').fill(MERCHANT);
        await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
        await button(page, 'Sign in').click();
        await seen(heading(page, 'Welcome back'));
        await page.reload();
        await seen(heading(page, 'Welcome back'));
        assert.equal(await page.locator('html').getAttribute('lang'), 'en');
        await person.leave();
    });
    await checks.try('the theme is chosen by the arrow keys, and kept', async () => {
        const person = await Person.come(browser, server.base, { lang: 'en', colorScheme: 'light' });
        const { page } = person;
        await page.goto('/login');
        await page.getByRole('button', { name: /^Appearance/ }).focus();
        await page.keyboard.press('Enter');
        await seen(page.getByRole('menuitemradio', { name: 'Match system', checked: true }));
        await page.keyboard.press('Home');
        const names = await page.getByRole('menuitemradio').allTextContents();
        for (let i = 0; i < names.indexOf('Dark'); i++) await page.keyboard.press('ArrowDown');
        await page.keyboard.press('Enter');
        const dark = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor === 'rgb(15, 21, 20)');
        await until('dark', dark);
        await page.reload();
        await seen(heading(page, 'Sign in'));
        assert.ok(await dark());
        await person.leave();
    });
}

async function translated({ checks }, person) {
    const { page } = person;
    await checks.try('a page that the browser translated shows the new state, not the old one beside it', async () => {
        await page.goto('/shops');
        const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'Leaves', exact: true }) });
        await seen(row.locator('.pill', { hasText: 'Off' }));
        // As translators do it: the text node is taken out, and elements of their own stand in its place.
        await row.locator('.pill > span').evaluate((element) => {
            const font = document.createElement('font');
            font.append('Aus');
            element.replaceChildren(font);
        });
        const { json } = await person.api('GET', '/api/shops');
        const shop = json.shops.find(({ shop_name: name }) => name === 'Leaves').id;
        assert.equal((await person.api('POST', `/api/shops/${shop}/chatbot/enable`, {})).status, 200);
        await seen(row.locator('.pill', { hasText: 'On' }), { timeout: LIVE_MS });
        assert.equal(await row.getByText('Aus').count(), 0);
        assert.equal(await page.locator('code[translate=no], [translate=no]').count() > 0, true);
    });
}

async function onPaper({ checks }, { page }) {
    await checks.try('on paper stands the content alone', async () => {
        await page.goto('/billing');
        await settle(page);
        await page.emulateMedia({ media: 'print' });
        assert.equal(await page.locator('aside.side').isVisible(), false);
        assert.equal(await page.locator('header.top').isVisible(), false);
        assert.equal(await page.getByText('Export CSV').isVisible(), false);
        assert.equal(await page.getByRole('table', { name: 'Transactions' }).isVisible(), true);
        await page.emulateMedia({ media: null });
    });
}

async function shopLists({ checks }, { page }) {
    await checks.try('one\'s own shops are narrowed to days in the address, and saved as they stand there', async () => {
        await page.goto('/shops?sort=name&down=1');
        const names = () => page.locator('td.p-main').allTextContents();
        await until('both', async () => (await names()).join() === 'Pots,Leaves');
        const saving = page.waitForEvent('download');
        await button(page, 'Export CSV').click();
        const lines = (await readFile(await (await saving).path(), 'utf8')).trim().split('\r\n');
        assert.deepEqual(lines.map((line) => line.split(',')[1]), ['name', 'Pots', 'Leaves']);
        await page.getByLabel('From').fill('2031-01-01');
        await seen(page.getByText('No shop matches.'));
        assert.match(path(page), /from=2031-01-01/);
    });
}

async function customerParts({ checks }, { page }) {
    await checks.try('a customer stands in parts with addresses; a note says who and when, and stays', async () => {
        await page.goto('/operator/customers');
        await page.getByRole('link', { name: MERCHANT }).click();
        await page.getByRole('link', { name: 'Notes', exact: true }).click();
        await page.waitForURL(/\/notes$/);
        await page.getByRole('textbox', { name: 'New note' }).fill('Wants an invoice\nby post');
        await page.getByRole('link', { name: 'Money', exact: true }).click();
        await button(dialog(page, 'Leave without saving?'), 'Cancel').click();
        await button(page, 'Add note').click();
        await seen(page.locator('.notes li', { hasText: 'Wants an invoice' }).getByText(OPERATOR));
        await page.reload();
        await seen(page.locator('.notes li', { hasText: 'by post' }));
        for (const [part, shown] of [['Shops', 'Leaves'], ['Money', 'Granted'], ['Activity', 'Shop added']]) {
            await page.getByRole('navigation', { name: 'About this customer' }).getByRole('link', { name: part }).click();
            await page.waitForURL(new RegExp(`/${part.toLowerCase()}$`));
            await seen(page.getByRole('table').getByText(shown).first());
        }
    });
}

async function lists({ checks, server }, { page }) {
    await checks.try('customers are sorted by the server, in the address, by keyboard too', async () => {
        await page.goto('/operator/customers');
        const emails = () => page.locator('td.p-main').allTextContents();
        await until('the rows', async () => (await emails()).length === 3);
        await page.getByRole('columnheader', { name: /^E-mail/ }).getByRole('button').press('Enter');
        await page.waitForURL('**/operator/customers?sort=email');
        await until('in order', async () => (await emails()).join() === [...await emails()].sort().join());
        assert.equal(await page.getByRole('columnheader', { name: /^E-mail/ }).getAttribute('aria-sort'), 'ascending');
        await page.reload();
        await until('still in order', async () => (await emails()).join() === [...await emails()].sort().join());
        await page.getByLabel('From').fill('2031-01-01');
        await seen(page.getByText('Nothing matches these filters.'));
        assert.match(path(page), /from=2031-01-01/);
    });
    await checks.try('the list saves as a table what its filters leave', async () => {
        await page.goto('/operator/customers?sort=email');
        const saving = page.waitForEvent('download');
        await button(page, 'Export CSV').click();
        const lines = (await readFile(await (await saving).path(), 'utf8')).trim().split('\r\n');
        assert.equal(lines.length, 1 + 3);
        assert.match(lines[1], new RegExp(`,${OPERATOR},`));
    });
    await checks.must('what is not paid stands in a list of its own, and what ends next comes first', async () => {
        await server.advance(32 * DAY_S);
        await page.goto('/operator');
        await signInAgain(page);
        // Both chatbots: after the second one was enabled too little was left for either.
        await until('past due', async () => {
            await page.goto('/operator/shops?state=pastDue');
            await settle(page);
            return (await page.getByRole('link', { name: 'Pots', exact: true }).count()) === 1;
        });
        await seen(page.getByRole('row').filter({ hasText: 'Pots' }).getByText('Payment due'));
        await page.goto('/operator');
        const due = page.locator('.figure', { hasText: 'Payment due' });
        await seen(due.getByText('Not counted a week ago')); // the clock went on a month in one step
        assert.match(await due.getByRole('definition').textContent(), /^2/);
        await due.getByRole('link').click();
        await page.waitForURL(/state=pastDue/);
        await page.goto('/operator/shops');
        await page.getByRole('columnheader', { name: /^Paid until/ }).getByRole('button').click();
        await page.waitForURL('**/operator/shops?sort=ending');
        await until('sorted', async () => (await page.locator('td.p-main').allTextContents())[0] === 'Pots');
    });
    await checks.try('an operator is not offered to lock himself out', async () => {
        await page.goto('/operator/customers');
        await page.getByRole('link', { name: OPERATOR }).click();
        await seen(heading(page, OPERATOR));
        await settle(page);
        assert.equal(await button(page, 'Disable account').count(), 0);
        await page.goto('/operator/customers');
        await page.getByRole('link', { name: MERCHANT }).click();
        await seen(button(page, 'Disable account'));
    });
}

/** After days the session is over: the sign-in comes to the page. */
async function signInAgain(page) {
    const again = dialog(page, 'Please sign in again').or(page.getByRole('heading', { name: 'Sign in', exact: true }));
    await seen(again.or(heading(page, 'Today')).first());
    if (await heading(page, 'Today').isVisible()) return;
    if (await page.getByLabel('E-mail').isVisible()) await page.getByLabel('E-mail').fill(OPERATOR);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await button(page, 'Sign in').click();
    await seen(heading(page, 'Today'));
}

export async function manners({ browser, engine, checks }) {
    const server = await Server.start({ engine, env: { CHATHUB_TEST_CLOCK: '1' } });
    checks.about('manners', () => []);
    try {
        const owner = await server.account('merchant', { email: MERCHANT, credits: 105 });
        await owner.post('/api/shops', { shop_name: 'Leaves', hosting: 'external' });
        const pots = await owner.post('/api/shops', { shop_name: 'Pots', hosting: 'external' });
        await owner.post(`/api/shops/${pots.json.id}/chatbot/enable`, {});
        await server.account('operator', { email: OPERATOR });
        await server.account('merchant', { email: 'zed@tea.example' });
        const merchant = await Person.come(browser, server.base, { lang: 'en' });
        const operator = await Person.come(browser, server.base, { lang: 'en' });
        checks.about('manners', () => [merchant.page, operator.page]);
        const all = { checks, browser, server };
        await signIn(merchant, MERCHANT, 'en');
        await typing(all, merchant);
        await undoing(all, merchant);
        await shopLists(all, merchant);
        await choices(all);
        await translated(all, merchant);
        await onPaper(all, merchant);
        await signIn(operator, OPERATOR, 'en');
        await customerParts(all, operator);
        await server.verify(); // before the clock is moved: the command line goes by that of the machine
        await lists(all, operator);
        checks.record('no page threw, logged an error or broke the policy', [...merchant.faults, ...operator.faults].join('\n'));
        await merchant.leave();
        await operator.leave();
    } finally {
        checks.record('the server ends well', (await server.end()).join('\n'));
    }
}
