// frozen.mjs: a server that takes connections and says nothing. The console, the inbox and the widget notice it although no
// connection ends, say so, and go on when it is back: what was written meanwhile is there once.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Server } from '../http/lib/server.mjs';
import { until } from '../http/lib/suite.mjs';
import { Person } from './lib/browser.mjs';
import { signIn } from './lib/house.mjs';

const WATCH_MS = 45000;
const SAID_MS = WATCH_MS + 30000; // on a busy machine
const BACK_MS = 120000; // pauses between tries grow up to half a minute

function storeWith(base, shop) {
    const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Tea</title>
<script async src="${base}/widget.js" data-shop="${shop}"></script><body><h1>Tea</h1></body></html>`;
    const server = createServer((_, res) => res.setHeader('Content-Type', 'text/html; charset=utf-8').end(page));
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({
        base: `http://127.0.0.1:${server.address().port}`, close: () => server.close(),
    })));
}

const down = (page) => page.locator('.offline');
const noConnection = (page) => page.locator('chathub-chat .say.bad', { hasText: 'No connection' });
const write = async (page, text) => {
    const box = page.getByRole('textbox', { name: 'Write a message…' });
    await box.fill(text);
    await box.press('Enter');
};

/** As a browser sees a stream of the inbox whose other end has died: open, and nothing comes; nor is a new one answered. */
function silentInbox() {
    const Real = window.EventSource;
    class Silent extends EventTarget {
        readyState = 1;

        constructor() {
            super();
            if (window.inboxTries === 1) setTimeout(() => this.onopen?.(), 0);
        }

        close() {
            this.readyState = 2;
        }
    }
    window.EventSource = function source(url) {
        window.inboxTries = (window.inboxTries ?? 0) + String(url).includes('/inbox/');
        return String(url).includes('/inbox/') && !window.heals ? new Silent() : new Real(url);
    };
    window.EventSource.CLOSED = 2;
}

/** The account's stream goes on, or there is none as for an agent: only the inbox itself can notice. */
async function inboxAlone({ checks, browser, base, shopper, who, email }) {
    const person = await Person.come(browser, base, { lang: 'en' });
    const { page } = person;
    await checks.must(`an inbox of ${who} whose own stream died says so, and reads again when it is back`, async () => {
        await signIn(person, email, 'en');
        await page.clock.install();
        await page.addInitScript(silentInbox);
        await page.goto('/inbox');
        await page.locator('.inbox-side').waitFor();
        await page.waitForFunction(() => window.inboxTries === 1);
        await page.clock.fastForward(WATCH_MS - 5000);
        assert.equal(await down(page).count(), 0);
        await page.clock.fastForward(6000);
        await page.clock.fastForward(6000); // a break of a moment is nobody's business
        await down(page).waitFor({ timeout: 20000 });
        await write(shopper.page, `to ${who}, unheard`);
        await shopper.page.locator('chathub-chat .m .b', { hasText: `to ${who}, unheard` }).waitFor();
        await page.evaluate(() => { window.heals = true; });
        await until('it is tried again', async () => {
            await page.clock.fastForward(3000);
            return page.evaluate(() => window.inboxTries > 1);
        });
        await until('it is up', async () => {
            await page.clock.fastForward(3000);
            return (await down(page).count()) === 0;
        });
        await page.locator('.inbox-list', { hasText: `to ${who}, unheard` }).waitFor();
        assert.deepEqual(person.faults, []);
    });
    await person.leave();
}

async function frozen({ checks, server, home, inbox, shopper }) {
    await checks.must('they talk', async () => {
        await inbox.page.goto('/inbox');
        await shopper.page.goto('/');
        await shopper.page.getByRole('button', { name: /Chat with us/ }).click();
        await write(shopper.page, 'before');
        await inbox.page.locator('.inbox-list a').first().waitFor();
        for (const { page } of [home, inbox]) assert.equal(await down(page).count(), 0);
        assert.equal(await noConnection(shopper.page).count(), 0);
    });
    process.kill(server.child.pid, 'SIGSTOP');
    try {
        await checks.must('the console, the inbox and the widget say that nothing is heard any more', () => Promise.all([
            down(home.page).waitFor({ timeout: SAID_MS }),
            down(inbox.page).waitFor({ timeout: SAID_MS }),
            noConnection(shopper.page).waitFor({ timeout: SAID_MS }),
        ]));
        await write(shopper.page, 'meanwhile');
    } finally {
        process.kill(server.child.pid, 'SIGCONT');
    }
    await checks.must('all of them go on by themselves, and what was written meanwhile is there once', async () => {
        const gone = { state: 'detached', timeout: BACK_MS };
        await Promise.all([down(home.page).waitFor(gone), down(inbox.page).waitFor(gone),
            noConnection(shopper.page).waitFor({ state: 'hidden', timeout: BACK_MS })]);
        await inbox.page.locator('.inbox-list a').first().click();
        await inbox.page.locator('.inbox-main', { hasText: 'meanwhile' }).waitFor();
        assert.equal(await inbox.page.locator('.said', { hasText: 'meanwhile' }).count(), 1);
        await inbox.page.locator('.composer-text').fill('We are back');
        await inbox.page.locator('.composer-text').press('Enter');
        await shopper.page.locator('chathub-chat .m .b', { hasText: 'We are back' }).waitFor();
        const said = await shopper.page.locator('chathub-chat .m .b').allTextContents();
        assert.equal(said.filter((text) => text === 'meanwhile').length, 1, said.join(' | '));
    });
}

export async function freeze({ browser, engine, checks }) {
    const server = await Server.start({ engine });
    const owner = await server.account('merchant', { credits: 500 });
    const shop = await owner.shop('Tea', 'tea.example');
    assert.equal((await owner.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    const store = await storeWith(server.base, `shop-${shop.id}`);
    const [home, inbox] = [await Person.come(browser, server.base, { lang: 'en' }), await Person.come(browser, server.base, { lang: 'en' })];
    const shopper = await Person.come(browser, store.base, { lang: 'en' });
    checks.about(`${engine}, a server that freezes`, () => [home.page, inbox.page, shopper.page]);
    try {
        for (const person of [home, inbox]) await signIn(person, owner.email, 'en');
        await frozen({ checks, server, home, inbox, shopper });
        const agent = await server.member(owner, 'agent');
        for (const [who, { email }] of [['an owner', owner], ['an agent', agent]])
            await inboxAlone({ checks, browser, base: server.base, shopper, who, email });
        const faults = [home, inbox, shopper].flatMap((person) => person.faults);
        checks.record('no page threw, or broke the policy', faults.filter((f) => !/ERR_|net::|WebSocket/.test(f)).join('\n'));
    } finally {
        for (const person of [home, inbox, shopper]) await person.leave();
        store.close();
        checks.record('the server ends well', (await server.end()).join('\n'));
    }
}
