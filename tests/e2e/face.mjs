// face.mjs: what a merchant sets is what a shopper sees: colour, corner, greeting, chips, a greeting by itself once a visit;
// the widget on pages that change without loading; who is there, and a conversation that the team begins; a shop that is
// suspended has no launcher.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { Server } from '../http/lib/server.mjs';
import { until } from '../http/lib/suite.mjs';
import { Person } from './lib/browser.mjs';
import { OUT } from './lib/checks.mjs';
import { signIn } from './lib/house.mjs';
import { axe, looksCount } from './lib/sight.mjs';

/** For eyes: CHATHUB_PICTURES=1. */
async function picture(page, name) {
    if (process.env.CHATHUB_PICTURES !== '1') return;
    await mkdir(OUT, { recursive: true });
    await page.screenshot({ path: `${OUT}/${name}.png`, fullPage: true });
}

const SETTINGS = {
    botName: 'Ling', colour: '#ffd54f', position: 'left', avatar: 'leaf', proactive: true, proactiveAfterSeconds: 1, proactivePages: ['/cart'],
    texts: [{ language: 'en', greeting: 'Welcome to Tea.', opening: ['Where is my order?', 'Returns'], after: ['Thanks'],
        handOff: ['I can wait'], proactive: 'Questions about your cart?' }],
};

/** Pages that change as Turbo, Astro and single-page applications do it. The script comes with every page. */
function storeOf(base, shop) {
    const server = createServer((req, res) => {
        res.setHeader('Content-Type', 'text/html; charset=utf-8');
        if (req.url === '/strict') res.setHeader('Content-Security-Policy', `script-src ${base}; connect-src 'self'`);
        res.end(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Tea</title><meta name="viewport" content="width=device-width">
<body><h1>Tea ${req.url}</h1><script async src="${base}/widget.js" data-shop="${shop}"></script></body></html>`);
    });
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({
        base: `http://127.0.0.1:${server.address().port}`, close: () => server.close(),
    })));
}

const launcher = (page) => page.locator('chathub-chat button.l');
const chip = (page, text) => page.locator('chathub-chat .chips button', { hasText: text });
const greeting = (page) => page.locator('chathub-chat .n');

async function seen({ checks, page }) {
    await checks.must('the launcher has the colour and the corner of the settings, and dark words on a light colour', async () => {
        await page.goto('/');
        await until('the colour', async () => await launcher(page).evaluate((b) => getComputedStyle(b).backgroundColor) === 'rgb(255, 213, 79)');
        const { left, colour } = await launcher(page).evaluate((b) => ({ left: b.getBoundingClientRect().left, colour: getComputedStyle(b).color }));
        assert.ok(left < 100);
        assert.equal(colour, 'rgb(0, 0, 0)');
    });
    await checks.must('no greeting comes by itself on another page', async () => {
        await page.waitForTimeout(1600);
        assert.equal(await greeting(page).count(), 0);
    });
    await checks.must('a page of an application is entered without loading: the greeting comes there, once', async () => {
        await page.evaluate(() => history.pushState({}, '', '/cart/1'));
        await greeting(page).getByText('Questions about your cart?').waitFor();
        await greeting(page).getByRole('button', { name: 'Close the chat' }).click();
        assert.equal(await greeting(page).count(), 0);
        await page.reload();
        await page.waitForTimeout(2500);
        assert.equal(await greeting(page).count(), 0);
    });
    await checks.must('the panel greets with the shop\'s words, says who answers, and has its chips', async () => {
        await launcher(page).click();
        await page.locator('chathub-chat .m .b', { hasText: 'Welcome to Tea.' }).waitFor();
        await page.locator('chathub-chat h2', { hasText: 'Ling' }).waitFor();
        await page.locator('chathub-chat header p', { hasText: 'AI assistant, not a person' }).waitFor();
        await chip(page, 'Returns').waitFor();
    });
    await checks.must('a chip is said as if it were typed, and the opening ones are gone', async () => {
        await chip(page, 'Where is my order?').click();
        await page.locator('chathub-chat .m.mine .b', { hasText: 'Where is my order?' }).waitFor();
        await chip(page, 'Returns').waitFor({ state: 'detached' });
    });
}

async function pagesThatChange({ checks, page }) {
    const state = () => page.evaluate(() => ({
        launchers: document.querySelectorAll('chathub-chat').length,
        open: !document.querySelector('chathub-chat').shadowRoot.querySelector('section').hidden,
        draft: document.querySelector('chathub-chat').shadowRoot.querySelector('textarea').value,
    }));
    const fresh = `new DOMParser().parseFromString(await (await fetch('/other')).text(), 'text/html')`;
    for (const [how, code] of [
        ['a body that is replaced, as Turbo does', `document.body.replaceWith(document.adoptNode((${fresh}).body))`],
        ['all of <html> changed, as Astro does', `document.documentElement.replaceChildren(...document.adoptNode((${fresh}).documentElement).childNodes)`],
        ['the script run again', `const s = document.createElement('script'); s.src = document.querySelector('script[data-shop]').src;
            s.dataset.shop = document.querySelector('script[data-shop]').dataset.shop; document.body.append(s); await new Promise((r) => (s.onload = r))`],
        ['routes of an application', `history.pushState({}, '', '/a'); history.replaceState({}, '', '/b'); history.back()`],
    ])
        await checks.must(`one launcher, the panel open and the draft kept after ${how}`, async () => {
            await page.getByRole('textbox').fill('half a word');
            await page.evaluate(`(async () => { ${code}; })()`);
            await until('the launcher', async () => (await page.locator('chathub-chat').count()) === 1);
            assert.deepEqual(await state(), { launchers: 1, open: true, draft: 'half a word' });
        });
    await checks.must('the page\'s own calls: close, toggle, open, sendMessage, on, logout, destroy', async () => {
        const told = await page.evaluate(async () => {
            const heard = [];
            const end = window.chathub.on('open', () => heard.push('open'));
            window.chathub.on('close', () => heard.push('close'));
            window.chathub.close();
            window.chathub.toggle();
            await new Promise((r) => setTimeout(r, 100));
            end();
            window.chathub.close();
            window.chathub.open();
            window.chathub.sendMessage('said by the page');
            await new Promise((r) => setTimeout(r, 100));
            return heard;
        });
        assert.deepEqual(told, ['close', 'open', 'close']);
        await page.locator('chathub-chat .m.mine .b', { hasText: 'said by the page' }).waitFor();
        await page.evaluate(() => window.chathub.logout());
        await page.locator('chathub-chat .m.mine').first().waitFor({ state: 'detached' });
        await chip(page, 'Returns').waitFor();
        await page.evaluate(() => window.chathub.destroy());
        assert.deepEqual(await page.evaluate(() => [document.querySelectorAll('chathub-chat').length, typeof window.chathub]), [0, 'undefined']);
    });
}

async function byHand({ checks, browser, store, owner }) {
    const guest = await Person.come(browser, store.base, { lang: 'en' });
    await checks.must('who is on the shop is seen: page, since when, language; without what stands behind ?', async () => {
        await guest.page.goto('/tea/green?utm=secret#top');
        await launcher(guest.page).waitFor();
        const find = async () => (await owner.get('/api/visitors')).json.visitors.find((v) => v.page === `${store.base}/tea/green`);
        const visitor = await until('the visitor', find);
        assert.equal(visitor.language, 'en');
        assert.equal(visitor.conversation, null);
        const begun = await owner.post(`/api/visitors/${visitor.id}/messages`, { text: 'Good day! May I help?', clientId: 'by-hand-1' });
        assert.equal(begun.status, 201);
        assert.equal((await owner.get(`/api/inbox/${begun.json.conversation}`)).json.conversation.owner, 'person');
    });
    await checks.must('a word of the team shows on the launcher, and is answered in that conversation', async () => {
        await guest.page.evaluate(() => history.pushState({}, '', '/tea/black')); // the next beat
        await guest.page.locator('chathub-chat b', { hasText: '1' }).waitFor();
        await launcher(guest.page).click();
        await guest.page.locator('chathub-chat .m .b', { hasText: 'Good day! May I help?' }).waitFor();
        await guest.page.getByRole('textbox').fill('Yes, please');
        await guest.page.getByRole('textbox').press('Enter');
        await until('the answer', async () => (await owner.get('/api/inbox')).json.items[0].conversation.lastNumber > 1);
    });
    checks.record('no page of the guest threw', guest.faults.join('\n'));
    await guest.leave();
}

/** The merchant's pages: what is typed is worn by the widget beside it, and is saved by the button alone. */
async function desk({ checks, merchant, shop, owner, store, server }) {
    const { page } = merchant;
    const frame = page.frameLocator('iframe.chat-preview');
    await checks.must('the preview wears what is typed before it is saved', async () => {
        await page.goto(`/shops/${shop.id}/chat`);
        await frame.locator('chathub-chat .m .b', { hasText: 'Welcome to Tea.' }).waitFor();
        await page.getByLabel('Name of the assistant').fill('Mei');
        await page.getByLabel('Greeting', { exact: true }).fill('Good evening.');
        await frame.locator('chathub-chat h2', { hasText: 'Mei' }).waitFor();
        await frame.locator('chathub-chat .m .b', { hasText: 'Good evening.' }).waitFor();
        assert.equal((await owner.get(`/api/shops/${shop.id}/chatbot/settings`)).json.botName, 'Ling');
    });
    await checks.must('a question in the preview is answered, with the reason, and leaves no conversation', async () => {
        const before = (await owner.get('/api/inbox')).json.items.length;
        await frame.getByRole('textbox').fill('Do you sell tea pots?');
        await frame.getByRole('textbox').press('Enter');
        await page.getByRole('heading', { name: 'Why this answer' }).waitFor();
        await frame.locator('chathub-chat .m:not(.mine) .b').nth(1).waitFor();
        assert.equal((await owner.get('/api/inbox')).json.items.length, before);
    });
    await checks.must('hours are refused at their field, and saved when they are right', async () => {
        await page.getByLabel('Persons come within hours only').check();
        await page.getByLabel('Time zone').fill('Asia/Shanghai');
        await page.getByLabel('Monday').fill('9 to 5');
        await page.getByRole('button', { name: 'Save' }).click();
        await page.locator('.field-wrong', { hasText: 'Monday' }).waitFor();
        await page.getByLabel('Monday').fill('09:00-12:00, 13:00-18:00');
        await page.getByRole('button', { name: 'Save' }).click();
        await until('the settings', async () => (await owner.get(`/api/shops/${shop.id}/chatbot/settings`)).json.botName === 'Mei');
        const saved = (await owner.get(`/api/shops/${shop.id}/chatbot/settings`)).json;
        assert.deepEqual(saved.hours, [{ day: 'mon', from: 540, to: 720 }, { day: 'mon', from: 780, to: 1080 }]);
        assert.equal(saved.texts[0].greeting, 'Good evening.');
    });
    await checks.must('what a colleague saves meanwhile is said, and what was typed is kept with it', async () => {
        await page.getByLabel('Sunday').fill('10:00-11:00');
        const { domain, changedAt, ...now } = (await owner.get(`/api/shops/${shop.id}/chatbot/settings`)).json;
        assert.ok(domain && changedAt);
        const theirs = await owner.request('PUT', `/api/shops/${shop.id}/chatbot/settings`, { json: { ...now, keepDays: 77 } });
        assert.equal(theirs.status, 200);
        const alert = page.locator('.alert', { hasText: 'A colleague has saved' });
        await alert.waitFor();
        assert.equal(await page.getByLabel('Sunday').inputValue(), '10:00-11:00');
        await alert.getByRole('button', { name: 'Keep what I typed' }).click();
        await alert.waitFor({ state: 'detached' });
        await page.getByRole('button', { name: 'Save' }).click();
        const saved = async () => (await owner.get(`/api/shops/${shop.id}/chatbot/settings`)).json;
        await until('both', async () => (await saved()).hours.some(({ day }) => day === 'sun'));
        assert.equal((await saved()).keepDays, 77);
    });
    await checks.must('keys of one sign can be switched off, and on again in the profile', async () => {
        const help = page.getByRole('dialog', { name: 'Keys' });
        await page.goto('/inbox');
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.getByRole('button', { name: /Keys/ }).waitFor();
        await page.keyboard.press('?');
        await help.getByRole('checkbox').uncheck();
        await axe(page);
        await page.keyboard.press('Escape');
        await help.waitFor({ state: 'hidden' });
        await page.keyboard.press('?');
        await page.keyboard.press('/');
        assert.equal(await help.isVisible(), false);
        assert.equal(await page.evaluate(() => document.activeElement?.matches('input[type=search]')), false);
        await page.goto('/settings/profile');
        const keys = page.getByRole('checkbox', { name: 'Keys of one sign' });
        assert.equal(await keys.isChecked(), false);
        await keys.check();
        await picture(page, 'face-profile');
        await axe(page);
        await page.goto('/inbox');
        await page.getByRole('button', { name: /Keys/ }).waitFor();
        await page.keyboard.press('?');
        await help.waitFor();
    });
    await checks.must('the console can be installed, and begins in the inbox', async () => {
        const manifest = await (await fetch(`${server.base}/manifest.webmanifest`)).json();
        assert.equal(manifest.start_url, '/inbox');
        for (const { src } of manifest.icons) {
            const icon = await fetch(server.base + src);
            assert.deepEqual([icon.status, icon.headers.get('content-type')], [200, 'image/png']);
        }
        assert.equal(await page.locator('link[rel=manifest]').getAttribute('href'), '/manifest.webmanifest');
    });
    if (looksCount()) await checks.must('axe-core finds nothing in the settings of the chat', async () => {
        await page.goto(`/shops/${shop.id}/chat`);
        await frame.locator('chathub-chat .m .b').first().waitFor();
        await axe(page);
    });
    await checks.must('a page of the shop is fetched, and told line by line', async () => {
        await page.goto(`/shops/${shop.id}/install`);
        await page.getByLabel('Page to look at').fill('nonsense');
        await page.getByRole('button', { name: 'Check now' }).click();
        await page.locator('.field-wrong', { hasText: 'whole address' }).waitFor();
        await page.getByLabel('Page to look at').fill(`${store.base}/strict`);
        await page.getByRole('button', { name: 'Check now' }).click();
        await page.getByText('The script names this shop.').waitFor();
        assert.deepEqual(await page.locator('.finding-bad').allInnerTexts(),
            [`In the way:\nThe page's Content-Security-Policy blocks the chat's requests. Add to it:\nconnect-src ${server.base} ${server.base.replace('http', 'ws')}`]);
        await axe(page);
    });
    await checks.must('the page of visitors shows who is there, and begins a conversation', async () => {
        await page.goto('/visitors');
        await page.getByRole('button', { name: 'Say hello' }).first().click();
        await page.getByRole('dialog').getByRole('textbox').fill('Welcome!');
        await axe(page);
        await page.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
        await page.waitForURL(/\/inbox\/\d+$/);
        await page.getByText('Welcome!').first().waitFor();
    });
    for (const width of looksCount() ? [320, 768, 1440] : [])
        await checks.must(`nothing is wider than the page at ${width}`, async () => {
            await page.setViewportSize({ width, height: 900 });
            for (const address of [`/shops/${shop.id}/chat`, `/shops/${shop.id}/install`, '/visitors']) {
                await page.goto(address);
                await page.getByRole('heading', { level: 1 }).waitFor();
                if (address.endsWith('/install')) await page.getByText('The script names this shop.').waitFor();
                if (address.endsWith('/chat')) await frame.locator('chathub-chat .m .b').first().waitFor();
                await picture(page, `face${address.replaceAll('/', '-')}-${width}`);
                assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
            }
        });
    checks.record('no page of the merchant threw', merchant.faults.join('\n'));
}

export async function face({ browser, engine, checks }) {
    const server = await Server.start({ engine });
    const owner = await server.account('merchant', { credits: 500, email: 'owner@tea.example' });
    const shop = await owner.shop('Tea', 'tea.example');
    assert.equal((await owner.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    assert.equal((await owner.request('PUT', `/api/shops/${shop.id}/chatbot/settings`, { json: SETTINGS })).status, 200);
    const store = await storeOf(server.base, `shop-${shop.id}`);
    const shopper = await Person.come(browser, store.base, { lang: 'en' });
    checks.about(`${engine}, face`, () => [shopper.page]);
    try {
        const all = { checks, page: shopper.page, browser, store, owner };
        await seen(all);
        await pagesThatChange(all);
        await byHand(all);
        const here = await Person.come(browser, store.base, { lang: 'en' });
        await here.page.goto('/tea/white');
        const merchant = await Person.come(browser, server.base, { lang: 'en' });
        checks.about(`${engine}, face`, () => [shopper.page, merchant.page]);
        await signIn(merchant, 'owner@tea.example', 'en');
        await desk({ ...all, merchant, shop, server });
        await merchant.leave();
        await here.leave();
        await checks.must('a shop whose chat is off has no launcher', async () => {
            assert.equal((await owner.post(`/api/shops/${shop.id}/chatbot/disable`)).status, 200);
            await shopper.page.goto('/');
            await until('no launcher', async () => (await shopper.page.locator('chathub-chat').count()) === 0);
        });
        checks.record('no page threw, logged an error or broke the policy', shopper.faults.join('\n'));
    } finally {
        await shopper.leave();
        store.close();
        checks.record('the server ends well', (await server.end()).join('\n'));
    }
}
