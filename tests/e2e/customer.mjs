// customer.mjs: customers whom the shop vouches for, in a browser with two tabs; and the inbox, where what is kept of one is
// saved as a file and erased. What one wrote is never shown to, or sent as, the next one at the same browser.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { Server } from '../http/lib/server.mjs';
import { statement } from '../http/lib/shopper.mjs';
import { Person } from './lib/browser.mjs';
import { signIn } from './lib/house.mjs';
import { axe, looksCount } from './lib/sight.mjs';


function storeWith(page) {
    const server = createServer((_, res) => {
        res.setHeader('Content-Type', 'text/html; charset=utf-8');
        res.end(page);
    });
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({
        base: `http://127.0.0.1:${server.address().port}`, close: () => server.close(),
    })));
}

const box = (page) => page.getByRole('textbox', { name: 'Write a message…' });
const words = (page) => page.locator('chathub-chat .m.mine .b').allTextContents();
const hears = (page, text) => page.locator('chathub-chat .m .b', { hasText: text }).first().waitFor();
async function write(page, text) {
    await box(page).fill(text);
    await box(page).press('Enter');
}
async function open(page) {
    await page.goto('/');
    await page.getByRole('button', { name: /Chat with us/ }).click();
    await box(page).waitFor();
}
const identify = (page, token) => page.evaluate((t) => window.chathub.identify(t), token);
const empty = (page) => page.waitForFunction(() => {
    const { shadowRoot } = document.querySelector('chathub-chat');
    return shadowRoot.querySelectorAll('.m.mine').length === 0;
});

async function customers({ checks, shopper, signed }) {
    const { page, context } = shopper;
    const other = await context.newPage();
    await checks.must('who says something and then signs in keeps it', async () => {
        await open(page);
        await write(page, 'Before I signed in');
        await page.locator('chathub-chat .m.mine .at', { hasText: ':' }).waitFor();
        assert.equal(await identify(page, signed({ sub: 'ann', name: 'Ann' })), true);
        await write(page, 'Ann lives in Elm Street');
        await page.locator('chathub-chat .m.mine .at', { hasText: ':' }).nth(1).waitFor();
        assert.deepEqual((await words(page)).slice(0, 2), ['Before I signed in', 'Ann lives in Elm Street']);
    });
    await checks.must('a statement that does not hold changes nothing', async () => {
        assert.equal(await identify(page, `${signed({ sub: 'eve' }).slice(0, -3)}AAA`), false);
        assert.equal((await words(page)).length, 2);
    });
    await checks.must('another customer in the same browser sees nothing of the first, in no tab, and sends nothing of theirs', async () => {
        await open(other);
        await hears(other, 'Elm Street');
        await context.setOffline(true);
        await write(page, 'Written by Ann, not sent');
        await page.locator('chathub-chat .m .at', { hasText: 'Sending' }).waitFor();
        const bob = signed({ sub: 'bob', name: 'Bob' });
        await context.setOffline(false);
        assert.equal(await identify(page, bob), true);
        await empty(page);
        await empty(other);
        await write(page, 'Bob is here');
        await page.locator('chathub-chat .m.mine .at', { hasText: ':' }).waitFor();
        await hears(other, 'Bob is here');
        for (const tab of [page, other]) assert.ok(!(await words(tab)).some((w) => w.includes('Ann') || w.includes('Elm')));
    });
    await checks.must('who logs out is nobody in every tab', async () => {
        await other.evaluate(() => window.chathub.logout());
        await empty(other);
        await empty(page);
        await write(page, 'Somebody new');
        await page.locator('chathub-chat .m.mine .at', { hasText: ':' }).waitFor();
        assert.deepEqual(await words(page), ['Somebody new']);
    });
    await other.close();
}

async function desk({ checks, merchant, shopper, agent }) {
    const { page } = merchant;
    await checks.must('what is kept of a customer is saved as a file', async () => {
        await page.goto('/inbox');
        await page.getByRole('link', { name: /Ann/ }).first().click();
        await page.locator('section[aria-label="Customer"]', { hasText: 'signed in to the shop' }).waitFor();
        const [file] = await Promise.all([
            page.waitForEvent('download'),
            page.getByRole('button', { name: 'Export customer data' }).click(),
        ]);
        const { parts } = JSON.parse(await readFile(await file.path(), 'utf8'));
        assert.deepEqual(parts.flatMap((p) => p.messages.filter((m) => m.author === 'visitor').map((m) => m.text)).slice(0, 2), ['Before I signed in', 'Ann lives in Elm Street']);
        assert.equal(parts[0].visitor.customer.subject, 'ann');
    });
    if (looksCount()) await checks.must('axe-core finds nothing there, nor in the question before it is erased', async () => {
        await axe(page);
        await page.getByRole('button', { name: 'Erase customer data' }).click();
        await axe(page);
        await page.screenshot({ path: 'build/e2e-erase.png' });
        await page.getByRole('button', { name: 'Cancel' }).click();
        await page.locator('.said-visitor', { hasText: 'Elm Street' }).waitFor();
    });
    await checks.must('and erased, for the merchant at once', async () => {
        await page.getByRole('button', { name: 'Erase customer data' }).click();
        await page.getByRole('button', { name: 'Erase for good' }).click();
        await page.getByText('has been erased').waitFor();
        await page.getByRole('link', { name: /Ann/ }).first().waitFor({ state: 'detached' });
        assert.equal(new URL(page.url()).pathname, '/inbox');
        await page.getByRole('link', { name: /Bob/ }).first().waitFor();
    });
    await checks.must('on a phone nothing is wider than the screen, and an agent is not asked', async () => {
        await page.setViewportSize({ width: 320, height: 640 });
        await page.getByRole('link', { name: /Bob/ }).first().click();
        await page.getByText('Customer and order', { exact: true }).click();
        await page.getByRole('button', { name: 'Erase customer data' }).waitFor();
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
        await page.screenshot({ path: 'build/e2e-erase-phone.png' });
        await agent.page.goto('/inbox');
        await agent.page.getByRole('link', { name: /Bob/ }).first().click();
        await agent.page.locator('.said-visitor', { hasText: 'Bob is here' }).waitFor();
        assert.equal(await agent.page.getByRole('button', { name: 'Erase customer data' }).count(), 0);
    });
    assert.ok(shopper);
}

const KNOWN = {
    currency: 'USD', products: [], faq: [{ id: 'f1', question: 'Returns', answer: 'Within 30 days.' }],
    orders: [{ number: '#W1200', email: 'cleo@store.example', name: 'Cleo', status: 'shipped', currency: 'USD', total: 3900,
        items: [{ title: 'Copper Kettle', quantity: 2 }], shipments: [{ carrier: 'UPS', tracking: '1Z77' }] }],
};

/** Who named an order and its address has it beside the conversation, which is found by its number. */
async function named({ checks, merchant, shopper, owner, shop }) {
    const { page } = merchant;
    await checks.must('an order that was named with its address stands beside the conversation, as the chat goes', async () => {
        const took = await owner.post(`/api/shops/${shop.id}/knowledge/import`, KNOWN);
        assert.equal(took.status, 200, took.text);
        await page.setViewportSize({ width: 1280, height: 860 });
        await page.goto('/inbox');
        await shopper.page.evaluate(() => window.chathub.logout());
        await empty(shopper.page);
        await write(shopper.page, 'Do you take returns?');
        await hears(shopper.page, 'Within 30 days');
        await page.locator('.inbox-list a', { hasText: 'Within 30 days' }).click();
        await page.locator('.said-visitor', { hasText: 'Do you take returns?' }).waitFor();
        await write(shopper.page, 'Where is my order #W1200? My e-mail is cleo@store.example');
        await hears(shopper.page, '1Z77');
        const beside = page.locator('section[aria-label="Customer"]');
        await beside.getByText('Named in the chat: number and e-mail matched').waitFor();
        await beside.getByText('#W1200 · shipped · Copper Kettle × 2').waitFor();
        assert.doesNotMatch(await beside.innerText(), /signed in/);
        await page.getByRole('searchbox').fill('w-1200');
        await page.locator('.inbox-list a', { hasText: /Found by the order: .*#W1200/ }).waitFor();
        if (looksCount()) await axe(page);
        await page.screenshot({ path: 'build/e2e-order-named.png' });
    });
    await checks.must('on a phone it is in the fold', async () => {
        await page.setViewportSize({ width: 390, height: 740 });
        await page.getByText('Customer and order', { exact: true }).click();
        await page.getByText('#W1200 · shipped · Copper Kettle × 2').waitFor();
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    });
}

export async function customer({ browser, engine, checks }) {
    const server = await Server.start({ engine });
    const owner = await server.account('merchant', { credits: 500, email: 'owner@vouch.example' });
    const shop = await owner.shop('Tea', 'tea.example');
    assert.equal((await owner.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    const { secret } = (await owner.post(`/api/shops/${shop.id}/secrets/sso/show`)).json;
    const signed = (claims) => statement(secret, { iss: `shop-${shop.id}`, aud: server.base, ...claims });
    const helper = await server.member(owner, 'agent');
    const store = await storeWith(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Tea</title>
<script async src="${server.base}/widget.js" data-shop="shop-${shop.id}"></script><body><h1>Tea</h1></body></html>`);
    const shopper = await Person.come(browser, store.base, { lang: 'en' });
    const merchant = await Person.come(browser, server.base, { lang: 'en' });
    const agent = await Person.come(browser, server.base, { lang: 'en' });
    checks.about(`${engine}, customer`, () => [shopper.page, merchant.page, agent.page]);
    try {
        await signIn(merchant, owner.email, 'en');
        await signIn(agent, helper.email, 'en');
        await agent.api('POST', '/api/account/switch', { account: owner.id });
        const all = { checks, shopper, merchant, agent, signed };
        await customers(all);
        await desk(all);
        await named({ ...all, owner, shop });
        checks.record('no page threw, logged an error or broke the policy',
            [...shopper.faults.filter((f) => !f.includes('ERR_INTERNET_DISCONNECTED')), ...merchant.faults].join('\n'));
    } finally {
        for (const p of [shopper, merchant, agent]) await p.leave();
        store.close();
        checks.record('the server ends well', (await server.end()).join('\n'));
    }
}
