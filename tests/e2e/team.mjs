// team.mjs: an owner invites somebody by the page; the letter comes by SMTP; its link signs them up; the switcher shows the
// accounts; and each role sees what it may, and no more. Who has an account already joins with it. The page shows who is there;
// and who wants to go deletes their sign-in.
import assert from 'node:assert/strict';
import { PASSWORD, Server } from '../http/lib/server.mjs';
import { until } from '../http/lib/suite.mjs';
import { Person } from './lib/browser.mjs';
import { settle, signIn } from './lib/house.mjs';
import { Mailbox } from './lib/mailbox.mjs';
import { axe as axeAsItStands } from './lib/sight.mjs';

const OWNER = 'owner@tea.example';
const FRESH = 'nia@helpers.example';
const KNOWN = 'kim@helpers.example';
const LIVE_MS = 60000;
/** A picture of one pixel. */
const DOT = 'R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAkQBADs=';

async function axe(page) {
    await settle(page);
    await axeAsItStands(page);
}

const button = (page, name) => page.getByRole('button', { name, exact: true });
const heading = (page, name) => page.getByRole('heading', { name, exact: true });
const dialog = (page, name) => page.getByRole('dialog', { name });
const seen = (locator, options) => locator.waitFor(options);
const gone = (locator, options) => locator.waitFor({ state: 'detached', ...options });
const menu = (page) => page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link');
const linkIn = (mail) => /https?:\/\/\S+\/auth\/join#token=[\w-]+/.exec(mail.text)[0];

async function invite({ checks, mailbox }, owner, email, role) {
    const { page } = owner;
    await checks.must(`the owner invites ${email} as ${role} on the page`, async () => {
        await page.goto('/settings/team');
        await button(page, 'Invite somebody').click();
        const box = dialog(page, 'Invite somebody');
        await box.getByLabel('E-mail').fill(email);
        await box.getByLabel('Role').selectOption(role);
        await button(box, 'Send invitation').click();
        await gone(box);
        await seen(page.getByRole('table', { name: 'Open invitations' }).getByRole('cell', { name: email, exact: true }));
    });
    return checks.must(`the letter to ${email} comes by SMTP, with a link to us`, async () => {
        const mail = await mailbox.wait(email, /auth\/join/);
        assert.ok(mail.html.includes('/auth/join#token='), 'both parts carry the link');
        return linkIn(mail);
    });
}

async function openMenu(page) {
    await page.getByRole('button', { name: /^Account: / }).click();
    return page.getByRole('menu', { name: /^Account: / });
}

/** Another account is another page: while it loads nobody can be asked. */
const actsAs = (person, role) => until(`acting as ${role}`, () => person.api('GET', '/api/user')
    .then(({ json }) => json.user.account.role === role, () => false));

const switchTo = (page, open, name) =>
    Promise.all([page.waitForEvent('load'), open.getByRole('menuitemradio', { name }).click()]);

async function aStranger(all, owner, browser) {
    const { checks, server } = all;
    const link = await invite(all, owner, FRESH, 'agent');
    const agent = await Person.come(browser, server.base, { lang: 'en' });
    const { page } = agent;
    checks.about('team', () => [owner.page, page]);
    await checks.must('the link says who invites, into what, as what; nothing happens by opening it', async () => {
        await page.goto(link);
        await seen(page.getByText(`${OWNER} invites you to Tea House. Your role: Agent.`));
        assert.ok(!page.url().includes('token'), 'the token leaves the address');
        assert.equal(await page.locator('#join-email').inputValue(), FRESH);
        await page.reload();
        await seen(page.locator('#join-email'));
    });
    await checks.must('who has no account signs up there, and is in', async () => {
        await page.getByLabel('Password', { exact: true }).fill('short');
        await button(page, 'Sign up and join').click();
        await seen(page.getByText(/at least 8 characters/));
        await page.getByLabel(/^Name/).fill('Nia');
        await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
        await button(page, 'Sign up and join').click();
        await page.waitForURL('**/inbox');
        await seen(heading(page, 'Inbox'));
    });
    await checks.must('the owner sees the new member, and the invitation is gone, without a reload', async () => {
        await seen(owner.page.getByRole('table', { name: 'People' }).getByText('Nia'), { timeout: LIVE_MS });
        await gone(owner.page.getByRole('table', { name: 'Open invitations' }), { timeout: LIVE_MS });
    });
    await checks.must('an agent sees customers: no money, no shops, no team', async () => {
        const places = await menu(page).allTextContents();
        assert.ok(places.includes('Inbox') && places.includes('Settings'), places.join());
        for (const name of ['Home', 'Shops', 'Billing']) assert.ok(!places.includes(name), `${name} in ${places.join()}`);
        assert.equal(await page.locator('aside .credits').count(), 0, 'the balance is not shown');
        for (const path of ['/billing', '/shops', '/settings/team', '/settings/activity']) {
            await page.goto(path);
            await seen(heading(page, 'Page not found'));
        }
        await page.goto('/home');
        await page.waitForURL('**/inbox');
        await page.goto('/settings/profile');
        await seen(heading(page, 'Profile'));
        await page.waitForTimeout(3500);
        assert.equal(await page.locator('.offline').count(), 0, 'nothing is said to be down');
        await page.keyboard.press('Control+k');
        await seen(page.getByRole('combobox', { name: 'Search' }));
        assert.equal(await page.getByRole('option', { name: 'Billing' }).count(), 0);
        await page.keyboard.press('Escape');
    });
    await checks.must('and the server says the same to whoever asks past the screen', async () => {
        for (const path of ['/api/billing/summary', '/api/team', '/api/audit', '/api/home', '/api/billing/ledger'])
            assert.equal((await agent.api('GET', path)).json.error, 'role_not_allowed', path);
        assert.equal((await agent.api('GET', '/api/inbox')).status, 200);
    });
    await checks.try('the link works once', async () => {
        const other = await Person.come(browser, server.base, { lang: 'en' });
        await other.page.goto(link);
        await seen(other.page.locator('.alert-stop'));
        assert.equal(await button(other.page, 'Sign up and join').count(), 0);
        await other.leave();
    });
    return agent;
}

async function oneWithAnAccount(all, owner, browser) {
    const { checks, server } = all;
    const link = await invite(all, owner, KNOWN, 'viewer');
    const viewer = await Person.come(browser, server.base, { lang: 'en' });
    const { page } = viewer;
    checks.about('team', () => [owner.page, page]);
    await checks.must('who is signed in with another address is told which one is meant', async () => {
        const other = await Person.come(browser, server.base, { lang: 'en' });
        await signIn(other, OWNER, 'en');
        await other.page.goto(link);
        await seen(other.page.getByText(KNOWN).first());
        assert.equal(await button(other.page, 'Join').count(), 0);
        await other.leave();
    });
    await checks.must('who has an account signs in, comes back to the link, and joins by a press', async () => {
        await page.goto(link);
        await page.getByRole('link', { name: 'Sign in', exact: true }).click();
        await page.getByLabel('E-mail').fill(KNOWN);
        await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
        await button(page, 'Sign in').click();
        await page.waitForURL('**/auth/join');
        assert.equal((await viewer.api('GET', '/api/user')).json.user.accounts.length, 1, 'signing in joins nothing');
        await button(page, 'Join').click();
        await page.waitForURL('**/home');
    });
    await checks.must('the menu shows both accounts, and switches between them', async () => {
        const open = await openMenu(page);
        await seen(open.getByRole('menuitemradio', { name: 'Tea House', checked: true }));
        await switchTo(page, open, KNOWN);
        await actsAs(viewer, 'owner');
        await page.waitForURL('**/home');
        await seen(page.getByRole('link', { name: 'Add your shop' }).first());
        const again = await openMenu(page);
        await switchTo(page, again, 'Tea House');
        await actsAs(viewer, 'viewer');
        await page.waitForURL('**/home');
    });
    await checks.must('a viewer sees the books and changes nothing', async () => {
        await page.goto('/billing');
        await seen(page.getByRole('table', { name: 'Transactions' }));
        await seen(page.getByText('Whole', { exact: true }));
        await page.goto('/shops');
        await seen(page.getByRole('link', { name: 'Leaves', exact: true }));
        assert.equal(await button(page, 'Add shop').count(), 0);
        assert.equal(await page.getByRole('button', { name: /^Enable chatbot/ }).count(), 0);
        await page.getByRole('link', { name: 'Leaves', exact: true }).click();
        const parts = page.getByRole('navigation', { name: 'Parts of this shop' }).getByRole('link');
        assert.ok(!(await parts.allTextContents()).includes('Keys'));
        await seen(page.getByText('Your role in this account does not allow this. Ask an owner or administrator.'));
        const id = /\d+$/.exec(new URL(page.url()).pathname)[0];
        assert.equal((await viewer.api('POST', `/api/shops/${id}/chatbot/enable`, {})).json.error, 'role_not_allowed');
    });
    await checks.try('who is made something else sees it at once', async () => {
        const row = owner.page.getByRole('table', { name: 'People' }).getByRole('row').filter({ hasText: KNOWN });
        await owner.page.reload();
        await row.getByRole('button').click();
        await owner.page.getByRole('menuitemradio', { name: 'Make: Administrator' }).click();
        await seen(row.getByText('Administrator'));
        await page.reload();
        await seen(page.getByRole('button', { name: /^Enable chatbot/ }).first());
    });
    return viewer;
}

/** What the page says of whether somebody is there. */
const presence = (page, name) => page.getByRole('table', { name: 'People' }).getByRole('row').filter({ hasText: name }).locator('td').nth(2);

async function whoIsThere({ checks, server }, owner, agent, viewer) {
    const { page } = owner;
    await checks.must('the team page shows who is there, by any page that they have open, without a reload', async () => {
        await viewer.page.goto('/settings/profile');
        await page.goto('/settings/team');
        for (const name of [OWNER, KNOWN]) await seen(presence(page, name).getByText('Here now'), { timeout: LIVE_MS });
        await agent.page.goto('/settings/profile');
        await seen(presence(page, 'Nia').getByText('Here now'), { timeout: LIVE_MS });
        await axe(page);
    });
    await checks.must('who signs out is away, and since when is said, without a reload', async () => {
        await agent.page.getByRole('button', { name: /^Account: / }).click();
        await agent.page.getByRole('menuitem', { name: 'Sign out' }).click();
        await agent.page.waitForURL('**/login');
        await seen(presence(page, 'Nia').getByText(/^Last here/), { timeout: LIVE_MS });
        await seen(presence(page, 'Nia').locator('time'));
        await seen(presence(page, OWNER).getByText('Here now'));
    });
    await checks.must('only managers of this account are told', async () => {
        assert.equal((await viewer.api('GET', '/api/team/presence')).status, 200, 'an administrator by now');
        const stranger = await server.account('merchant', { email: 'eve@elsewhere.example' });
        const told = (await stranger.get('/api/team/presence')).json.members;
        assert.equal(told.length, 1, 'of the own account alone');
        assert.equal((await agent.api('GET', '/api/team/presence')).status, 401);
    });
    await checks.must('on a phone it is said beside the name, and nothing is wider than the screen', async () => {
        await page.setViewportSize({ width: 320, height: 640 });
        await seen(page.getByText('Here now').first());
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
        await page.setViewportSize({ width: 1280, height: 800 });
    });
}

async function ownPicture({ checks }, owner) {
    const { page } = owner;
    const menu = page.getByRole('button', { name: /^Account: / });
    await checks.must('the menu of the account shows the own picture as soon as there is one, and the letter without', async () => {
        await page.goto('/settings/profile');
        assert.equal(await menu.textContent(), 'O');
        await page.locator('input[type=file]').setInputFiles({ name: 'dot.gif', mimeType: 'image/gif', buffer: Buffer.from(DOT, 'base64') });
        await seen(menu.locator('img[src^="/chat-faces/"]'));
        await until('it is drawn', () => menu.locator('img').evaluate((image) => image.complete && image.naturalWidth > 0));
        const { width, height } = await menu.locator('img').boundingBox();
        assert.deepEqual([width, height], [36, 36]);
        await page.goto('/inbox');
        await seen(menu.locator('img'));
        await axe(page);
        await page.goto('/settings/profile');
        await button(page, 'Remove the picture').click();
        await gone(menu.locator('img'));
        assert.equal(await menu.textContent(), 'O');
    });
}

async function goes({ checks, server }, owner, agent) {
    const { page } = agent;
    await checks.must('who wants to go is told what stays, and is asked for the password', async () => {
        await signIn(agent, FRESH, 'en');
        await page.goto('/settings/profile');
        await button(page, 'Delete my sign-in').click();
        const box = dialog(page, 'Delete my sign-in');
        await seen(box.getByText(/cannot be undone/));
        await axe(page);
        await box.getByLabel('Password', { exact: true }).fill('not this one 12');
        await button(box, 'Delete for good').click();
        await seen(box.getByText('The current password is not right.'));
    });
    await checks.must('and is gone: signed out, no member, no sign-in', async () => {
        const box = dialog(page, 'Delete my sign-in');
        await box.getByLabel('Password', { exact: true }).fill(PASSWORD);
        await button(box, 'Delete for good').click();
        await page.waitForURL('**/login');
        await gone(owner.page.getByRole('table', { name: 'People' }).getByText('Nia'), { timeout: LIVE_MS });
        const again = await server.client().post('/auth/password/login', { email: FRESH, password: PASSWORD });
        assert.equal(again.status, 401);
    });
    await checks.must('an owner of shops, alone in that, is told why not', async () => {
        await owner.page.goto('/settings/profile');
        await button(owner.page, 'Delete my sign-in').click();
        const box = dialog(owner.page, 'Delete my sign-in');
        await box.getByLabel('Password', { exact: true }).fill(PASSWORD);
        await button(box, 'Delete for good').click();
        await seen(box.getByText(/the only owner of an account that has shops or colleagues/));
        await button(box, 'Cancel').click();
        assert.equal((await owner.api('GET', '/api/user')).json.user.email, OWNER);
        await owner.page.goto('/settings/activity');
        await seen(owner.page.locator('main :not(option)', { hasText: /^Sign-in deleted$/ }).first());
    });
}

export async function team({ browser, engine, checks }) {
    const mailbox = await Mailbox.start();
    const server = await Server.start({ engine, env: { SMTP_HOST: '127.0.0.1', SMTP_PORT: String(mailbox.port),
        CHATHUB_COMPANY: 'Tea & Chat Ltd.', CHATHUB_ICP_NUMBER: '浙ICP备12345678号-1',
        CHATHUB_SUPPORT_CONTACT: 'mailto:help@chathub.example', CHATHUB_SUPPORT_HOURS: 'Mon–Fri 9–18',
        CHATHUB_STATUS_URL: 'https://status.chathub.example/' } });
    checks.about('team', () => []);
    try {
        const account = await server.account('merchant', { email: OWNER, credits: 100 });
        await account.post('/api/shops', { shop_name: 'Leaves', hosting: 'external' });
        await server.account('merchant', { email: KNOWN });
        const owner = await Person.come(browser, server.base, { lang: 'en' });
        checks.about('team', () => [owner.page]);
        await checks.try('before signing in one sees whose house this is, and where help is', async () => {
            await owner.page.goto('/login');
            const foot = owner.page.getByRole('contentinfo', { name: 'About this service' });
            await seen(foot.getByText('Tea & Chat Ltd.'));
            assert.equal(await foot.getByRole('link', { name: '浙ICP备12345678号-1' }).getAttribute('href'), 'https://beian.miit.gov.cn/');
            assert.equal(await foot.getByRole('link', { name: 'help@chathub.example' }).getAttribute('href'), 'mailto:help@chathub.example');
            assert.equal(await foot.getByRole('link', { name: 'Service status' }).getAttribute('href'), 'https://status.chathub.example/');
        });
        await signIn(owner, OWNER, 'en');
        await checks.try('the menu of the account leads to help', async () => {
            const open = await openMenu(owner.page);
            await seen(open.getByRole('menuitem', { name: 'Get help · Mon–Fri 9–18' }));
            await seen(open.getByRole('menuitem', { name: 'Service status' }));
            await owner.page.keyboard.press('Escape');
        });
        const all = { checks, server, mailbox };
        await checks.must('the owner names the account', async () => {
            await owner.page.goto('/settings/team');
            await owner.page.getByRole('textbox', { name: 'Name of the account' }).fill('Tea House');
            await button(owner.page, 'Save').click();
            await seen(owner.page.getByText('The account has a new name'));
        });
        const agent = await aStranger(all, owner, browser);
        const viewer = await oneWithAnAccount(all, owner, browser);
        await whoIsThere(all, owner, agent, viewer);
        await ownPicture(all, owner);
        await goes(all, owner, agent);
        const faults = [...owner.faults, ...agent.faults, ...viewer.faults];
        checks.record('no page threw, logged an error or broke the policy', faults.join('\n'));
        for (const person of [owner, agent, viewer]) await person.leave();
        await server.verify();
    } finally {
        checks.record('the server ends well', (await server.end()).join('\n'));
        await mailbox.stop();
    }
}
