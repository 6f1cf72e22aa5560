// inbox.mjs: two colleagues in one inbox, in two browsers: labels, ready answers, a note that names, a search, snoozing,
// assigning, both taking the same conversation at once, who writes, what is told elsewhere, keys, a phone, both languages and
// themes, axe-core; and that a role that is changed or taken away reaches the page that is open, and what they had goes back.
import assert from 'node:assert/strict';
import { Server } from '../http/lib/server.mjs';
import { newKey } from '../http/lib/client.mjs';
import { until } from '../http/lib/suite.mjs';
import { Person } from './lib/browser.mjs';
import { settle, signIn } from './lib/house.mjs';
import { axe as axeAsItStands, looksCount } from './lib/sight.mjs';


async function axe(page) {
    await settle(page);
    await axeAsItStands(page);
}

/** A visitor's first word, over HTTP. */
async function says(server, shop, name, text) {
    const visitor = server.client();
    const headers = { Origin: 'https://tea.example' };
    const path = `/api/chat/shop-${shop.id}`;
    const began = await visitor.request('POST', `${path}/session`, { json: { name, language: 'en' }, headers });
    assert.equal(began.status, 200, began.text);
    const sent = await visitor.request('POST', `${path}/messages`, {
        json: { text, clientId: newKey() }, headers: { ...headers, Authorization: `Bearer ${began.json.token}` },
    });
    assert.equal(sent.status, 201, sent.text);
}

const item = ({ page }, name) => page.locator('.inbox-list a', { hasText: name });
const open = async (person, name) => {
    await item(person, name).click();
    await person.page.locator('.inbox-head h2', { hasText: name }).waitFor();
};
/** Whether the button that sends stands on the screen, without scrolling. */
const inSight = async (page) => {
    const box = await page.locator('.composer button[type=submit]').boundingBox();
    return box.y + box.height <= page.viewportSize().height;
};
const menu = async ({ page }, button, entry) => {
    await page.getByRole('button', { name: button, exact: true }).click();
    await page.getByRole('menu').getByText(entry, { exact: true }).click();
};

async function prepared({ checks, mei }) {
    const { page } = mei;
    await checks.must('a label and a ready answer are made where they are needed', async () => {
        await page.goto('/settings/inbox');
        await page.getByRole('button', { name: '新建标签' }).click();
        await page.getByLabel('名称').fill('退货');
        await page.getByLabel('颜色').selectOption('red');
        await page.getByRole('button', { name: '保存', exact: true }).click();
        await page.locator('.label-red', { hasText: '退货' }).waitFor();
        await page.getByRole('button', { name: '新建快捷回复' }).click();
        await page.getByLabel('快捷词').fill('hi');
        await page.getByLabel('回复内容').fill('您好 {name}，我是 {shop} 的客服。');
        await page.getByRole('button', { name: '保存', exact: true }).click();
        await page.getByText('/hi', { exact: true }).waitFor();
    });
    if (looksCount()) await checks.must('axe-core finds nothing where they are kept', () => axe(page));
}

async function alone({ checks, mei, wei }) {
    const { page } = mei;
    await checks.must('a label is put on, seen in the list, and finds its conversation', async () => {
        await page.goto('/inbox');
        await open(mei, 'Anna');
        await menu(mei, '标签', '退货');
        await item(mei, 'Anna').locator('.label-red').waitFor();
        await page.locator('.inbox-side select').selectOption({ label: '退货' });
        await item(mei, 'Ben').waitFor({ state: 'detached' });
        await item(mei, 'Anna').waitFor();
        await page.goto('/inbox');
    });
    await checks.must('a slash offers a ready answer, filled in, and it is sent after it was read', async () => {
        await open(mei, 'Anna');
        const box = page.locator('.composer-text');
        await box.pressSequentially('/h');
        await page.getByRole('option', { name: '/hi' }).waitFor();
        await box.press('Enter');
        assert.equal(await box.inputValue(), '您好 Anna，我是 Tea 的客服。');
        await box.press('Enter');
        await page.locator('.said-person', { hasText: '您好 Anna' }).waitFor();
    });
    await checks.must('a draft waits in its conversation', async () => {
        await page.locator('.composer-text').fill('还没写完');
        await open(mei, 'Ben');
        assert.equal(await page.locator('.composer-text').inputValue(), '');
        await open(mei, 'Anna');
        assert.equal(await page.locator('.composer-text').inputValue(), '还没写完');
        const box = page.locator('.composer-text');
        await box.fill('@'); // of a note: whom it names is not lost with the tab
        await page.locator('[data-write=note]').click();
        await box.fill(`@${wei.email} 稍后再看`);
        const later = await mei.context.newPage(); // the browser was closed
        await later.goto(page.url());
        assert.equal(await later.locator('.composer-note .composer-text').inputValue(), `@${wei.email} 稍后再看`);
        await later.locator('.composer-text').press('Enter');
        await later.locator('.said-note', { hasText: '稍后再看' }).waitFor();
        await later.close();
        const { json } = await wei.api('GET', '/api/inbox/mentions');
        assert.match(json.mentions[0]?.words ?? '', /稍后再看/);
        await open(wei, 'Anna'); // seen
        await until('seen', async () => (await wei.api('GET', '/api/inbox/mentions')).json.mentions.length === 0);
        await wei.page.goto('/inbox');
        await page.reload();
        await page.locator('.said-note').waitFor();
        assert.equal(await box.inputValue(), '');
    });
    await checks.must('what was said is found a few seconds later, by a number as well', async () => {
        const find = page.getByRole('searchbox', { name: '内容、姓名、邮箱或订单号' });
        await until('it is found', async () => {
            const { json } = await mei.api('GET', '/api/inbox?search=10442');
            return json.items.length === 1;
        });
        await find.fill('10442');
        await item(mei, 'Anna').waitFor({ state: 'detached' });
        await item(mei, 'Ben').waitFor();
        await find.fill('');
        await item(mei, 'Anna').waitFor();
    });
    await checks.must('a colleague named in a note finds it, until they look', async () => {
        await open(mei, 'Anna');
        await page.getByRole('button', { name: '备注', exact: true }).click();
        const box = page.locator('.composer-text');
        await box.pressSequentially('@');
        await page.getByRole('option').filter({ hasText: wei.email }).click();
        await box.pressSequentially('请看一下');
        await box.press('Enter');
        await page.locator('.said-note', { hasText: '请看一下' }).waitFor();
        await wei.page.getByRole('button', { name: '1 thing needs your attention' }).click();
        await wei.page.getByRole('menuitem', { name: /: @.*请看一下/ }).waitFor();
        await axe(wei.page);
        await wei.page.keyboard.press('Escape');
        await wei.page.getByRole('button', { name: 'You were named 1' }).click();
        await item(wei, 'Ben').waitFor({ state: 'detached' });
        await open(wei, 'Anna');
        await page.locator('.inbox-others', { hasText: wei.email }).waitFor();
        await wei.page.getByRole('button', { name: 'Nothing needs your attention' }).waitFor();
        await wei.page.goto('/inbox?filter=mentions');
        await wei.page.getByText('No conversation is in this state.').waitFor();
    });
}

async function together({ checks, mei, wei, server, shop }) {
    await checks.must('who else writes is said by name, also of a note, and not to oneself', async () => {
        await mei.page.goto('/inbox');
        await wei.page.goto('/inbox');
        await Promise.all([open(mei, 'Ben'), open(wei, 'Ben')]);
        const others = ({ page }, text) => page.locator('.inbox-others', { hasText: text });
        await others(wei, mei.email).waitFor();
        await mei.page.locator('.composer-text').pressSequentially('稍等');
        await others(wei, `${mei.email} is writing an answer…`).waitFor();
        assert.doesNotMatch(await mei.page.locator('.inbox-others').innerText(), /正在回复/);
        await mei.page.locator('.composer-text').fill('');
        await wei.page.locator('[data-write=note]').click();
        await wei.page.locator('.composer-text').pressSequentially('between us');
        await others(mei, `${wei.email} 正在写备注…`).waitFor();
        await wei.page.locator('.composer-text').fill('');
        await wei.page.locator('[data-write=answer]').click();
    });
    await checks.must('two take it in the same moment: one has it, the other is told by whom', async () => {
        await mei.page.goto('/inbox');
        await wei.page.goto('/inbox');
        await Promise.all([open(mei, 'Ben'), open(wei, 'Ben')]);
        const take = ({ page }, name) => page.getByRole('button', { name, exact: true });
        await Promise.all([take(mei, '接管会话').waitFor(), take(wei, 'Take over').waitFor()]);
        // The slower page does not hear of it before it asks.
        await wei.page.route('**/api/inbox/*/take', async (route) => {
            await take(mei, '接管会话').click();
            await mei.page.locator('.inbox-head .pill-on', { hasText: mei.email }).waitFor(); // no name is known
            await route.continue();
        });
        await take(wei, 'Take over').click();
        await wei.page.getByText('was quicker. Your page is up to date now.').waitFor();
        await wei.page.unroute('**/api/inbox/*/take');
    });
    await checks.must('both press Enter on a first word: one is sent, the other keeps theirs and is told by whom', async () => {
        await says(server, shop, 'Eve', 'Is anybody there?');
        await mei.page.goto('/inbox');
        await wei.page.goto('/inbox');
        await Promise.all([open(mei, 'Eve'), open(wei, 'Eve')]);
        const box = ({ page }) => page.locator('.composer-text');
        const words = ({ page }, text) => page.locator('.said-person', { hasText: text });
        await box(mei).fill('我来处理');
        await box(wei).fill('I have it');
        await wei.page.route('**/api/inbox/*/messages', async (route) => {
            await box(mei).press('Enter');
            await words(mei, '我来处理').waitFor();
            await route.fallback();
        }, { times: 1 });
        await box(wei).press('Enter');
        await wei.page.locator('.composer-quicker', { hasText: `${mei.email} was quicker and answers here now.` }).waitFor();
        assert.equal(await box(wei).inputValue(), 'I have it');
        await words(wei, '我来处理').waitFor();
        assert.equal(await words(mei, 'I have it').count(), 0);
        // Two of one's own in a row, whatever the page has heard of the first.
        await box(mei).fill('请问订单号？');
        await box(mei).press('Enter');
        await until('it is sent', async () => await box(mei).inputValue() === '');
        await box(mei).fill('还有邮箱');
        await box(mei).press('Enter');
        await words(mei, '还有邮箱').waitFor();
        assert.equal(await mei.page.locator('.composer-quicker').innerText(), '');
        await words(wei, '还有邮箱').waitFor(); // what she knows when she presses again
        await box(wei).press('Enter');
        await words(mei, 'I have it').waitFor();
        await until('it is sent', async () => await box(wei).inputValue() === '');
        assert.equal(await wei.page.locator('.composer-quicker').innerText(), '');
    });
    await checks.must('a conversation begun by hand, by two at once: the words of the slower stay, with who was quicker', async () => {
        const here = await server.client().request('POST', `/api/chat/shop-${shop.id}/here`, {
            json: { visit: '0123456789abcdef', page: 'https://tea.example/by-hand', language: 'en' }, headers: { Origin: 'https://tea.example' },
        });
        assert.equal(here.status, 200, here.text);
        const [{ id }] = (await mei.api('GET', '/api/visitors')).json.visitors;
        const { page } = wei;
        await page.goto('/visitors');
        await page.getByRole('button', { name: 'Say hello' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByRole('textbox').fill('May I help?');
        const begun = await mei.api('POST', `/api/visitors/${id}/messages`, { text: '您好', clientId: 'by-hand-1', epoch: 1 });
        assert.equal(begun.status, 201);
        await dialog.getByRole('button', { name: 'Send' }).click();
        await dialog.getByText(`${mei.email} was quicker and answers here now.`).waitFor();
        assert.equal(await dialog.getByRole('textbox').inputValue(), 'May I help?');
        await dialog.getByRole('button', { name: 'Send' }).click(); // all the same
        await page.waitForURL(`**/inbox/${begun.json.conversation}`);
        await page.locator('.said-person', { hasText: 'May I help?' }).waitFor();
    });
    await checks.must('two tabs: what is sent in one leaves what the other keeps', async () => {
        const other = await mei.context.newPage();
        await mei.page.locator('.composer-text').fill('第一个标签页');
        await other.goto(mei.page.url());
        await other.locator('.composer-text').fill('第二个标签页');
        await mei.page.locator('.composer-text').press('Enter');
        await mei.page.locator('.said-person', { hasText: '第一个标签页' }).waitFor();
        await until('it is sent', async () => await mei.page.locator('.composer-text').inputValue() === '');
        await other.reload();
        await other.locator('.said-person', { hasText: '第一个标签页' }).waitFor();
        assert.equal(await other.locator('.composer-text').inputValue(), '第二个标签页');
        await other.locator('.composer-text').press('Enter');
        await other.locator('.said-person', { hasText: '第二个标签页' }).waitFor();
        await other.close();
    });
    await checks.must('it is assigned to a colleague, who finds it among theirs', async () => {
        await open(mei, 'Ben');
        await menu(mei, '分配', wei.email);
        await wei.page.goto('/inbox?filter=mine');
        await item(wei, 'Ben').waitFor();
    });
    await checks.must('it is snoozed, resolved and opened again', async () => {
        await open(wei, 'Ben');
        await menu(wei, 'Snooze', 'For an hour');
        await wei.page.getByRole('button', { name: 'Reopen', exact: true }).waitFor(); // whoever leaves before is not heard
        await wei.page.goto('/inbox?filter=snoozed');
        await open(wei, 'Ben');
        await wei.page.getByRole('button', { name: 'Reopen', exact: true }).click();
        await wei.page.getByRole('button', { name: 'Resolve', exact: true }).click();
        await wei.page.getByRole('button', { name: 'Reopen', exact: true }).waitFor();
        await wei.page.goto('/inbox?filter=resolved');
        await open(wei, 'Ben');
        await wei.page.getByRole('button', { name: 'Reopen', exact: true }).click();
        await wei.page.getByRole('button', { name: 'Resolve', exact: true }).waitFor();
    });
}

async function hands({ checks, wei }) {
    const { page } = wei;
    await checks.must('the inbox goes by keys, and says which', async () => {
        await page.goto('/inbox');
        await item(wei, 'Anna').waitFor();
        await page.locator('h1').focus();
        await page.keyboard.press('j');
        await page.locator('.inbox-here').waitFor();
        const first = page.url();
        const name = await page.locator('.inbox-head h2').textContent();
        await page.keyboard.press('j');
        await page.waitForURL((url) => url.href !== first);
        await page.keyboard.press('k');
        await page.waitForURL(first);
        await page.locator('.inbox-head h2', { hasText: name }).waitFor();
        const note = page.locator('.composer-note .composer-text:focus');
        await until('a note, by its key', async () => { // its keys come a moment after the conversation
            if (await note.count() > 0) return true;
            await page.keyboard.press('n');
            return note.waitFor({ timeout: 2000 }).then(() => true, () => false);
        });
        await note.fill('');
        await page.keyboard.press('Escape');
        await page.keyboard.press('r');
        await page.locator('.composer:not(.composer-note) .composer-text:focus').waitFor();
        await page.keyboard.press('?');
        assert.equal(await page.locator('.composer-text').inputValue(), '?');
        await page.locator('.composer-text').fill('');
        await page.keyboard.press('Escape');
        for (const [key, menu] of [['h', 'Hand on'], ['a', 'Assign'], ['l', 'Label'], ['s', 'Snooze']]) {
            await page.keyboard.press(key);
            await page.getByRole('menu', { name: menu, exact: true }).waitFor();
            await page.keyboard.press('Escape');
            await page.getByRole('menu').waitFor({ state: 'detached' });
        }
        await page.keyboard.press('/'); // into the search; Esc leads out of it, and what was sought stays
        const search = page.locator('.inbox-side input[type=search]');
        await page.locator('.inbox-side input[type=search]:focus').waitFor();
        await page.keyboard.type('a');
        await page.keyboard.press('Escape');
        await page.locator('.inbox-side input[type=search]:focus').waitFor({ state: 'detached' });
        assert.equal(await search.inputValue(), 'a');
        await page.keyboard.press('?');
        await page.getByRole('dialog').getByText('Next conversation').waitFor();
        await page.keyboard.press('Escape');
        await search.fill('');
    });
}

async function elsewhere({ checks, wei, server, shop }) {
    const { page } = wei;
    await checks.must('the answer is written in sight', async () => {
        await page.goto('/inbox');
        await open(wei, 'Anna');
        assert.ok(await inSight(page));
    });
    await checks.must('whoever wants to be told is told on other pages too, until it is switched off', async () => {
        const told = () => page.evaluate(() => window.told);
        await page.addInitScript(() => {
            window.told = [];
            window.Notification = class {
                static permission = 'granted';
                static requestPermission = () => Promise.resolve('granted');
                constructor(title, { body }) { window.told.push(`${title}: ${body}`); }
            };
        });
        await page.goto('/inbox');
        await menu(wei, 'Tell me', 'Notifications of the browser');
        assert.deepEqual(await told(), ['You will be told like this: ']);
        await page.goto('/visitors');
        await Promise.all([page.waitForResponse('**/api/inbox/events'), page.reload()]);
        await says(server, shop, 'Cleo', 'I want to talk to a person');
        await until('it is told', async () => (await told()).length > 0);
        await page.goto('/inbox');
        await menu(wei, 'Tell me', 'Notifications of the browser');
        await page.goto('/visitors');
        await page.getByRole('heading', { name: 'Visitors' }).waitFor();
        await says(server, shop, 'Dan', 'I want to talk to a person');
        await page.waitForTimeout(1500);
        assert.deepEqual(await told(), []);
    });
    await checks.must('a browser that cannot show one says so, and nothing is switched on', async () => {
        await page.addInitScript(() => {
            window.Notification = class {
                static permission = 'granted';
                static requestPermission = () => Promise.resolve('granted');
                constructor() { throw new TypeError('Illegal constructor'); }
            };
        });
        await page.goto('/inbox');
        await menu(wei, 'Tell me', 'Notifications of the browser');
        await page.getByText('This browser shows no notifications of this site.').waitFor();
        assert.equal(await page.evaluate(() => localStorage.getItem('chathub-inbox-show')), 'off');
    });
}

async function looks({ checks, mei, wei }) {
    for (const [name, person] of looksCount() ? [['in Chinese', mei], ['in English', wei]] : []) {
        for (const colorScheme of ['light', 'dark']) {
            await checks.must(`axe-core finds nothing in the inbox ${name}, ${colorScheme}`, async () => {
                await person.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
                await axe(person.page);
            });
        }
    }
    await checks.must('on a phone there is the list or one conversation, and nothing is wider than the screen', async () => {
        const { page } = wei;
        for (const width of [320, 390]) {
            await page.setViewportSize({ width, height: 740 });
            await page.goto('/inbox');
            await item(wei, 'Anna').waitFor();
            assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `list, ${width}`);
            await open(wei, 'Anna');
            assert.ok(!await item(wei, 'Ben').isVisible());
            if (width === 390) assert.ok(await inSight(page), 'the answer is written in sight, on a phone');
            await page.getByText('Customer and order', { exact: true }).click();
            await page.locator('.inbox-facts').getByText('Last seen').waitFor();
            assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `thread, ${width}`);
            await page.locator('.inbox-back').click();
            await item(wei, 'Ben').waitFor();
        }
    });
}

async function leaves({ checks, mei, wei, server, owner, colleague, shop }) {
    const { page } = wei;
    const { members } = (await owner.get('/api/team')).json;
    const member = `/api/team/members/${members.find(({ email }) => email === colleague.email).person}`;
    const role = async (is) => assert.equal((await owner.request('PATCH', member, { json: { role: is } })).status, 200);
    const words = () => page.locator('.composer');
    const takes = () => page.getByRole('button', { name: 'Take over', exact: true });
    let talk;
    await checks.must('who is made a viewer has no buttons and no field any more, without a reload, and has them back', async () => {
        await page.setViewportSize({ width: 1280, height: 800 });
        await says(server, shop, 'Olga', 'Is anybody there?');
        await page.goto('/inbox');
        await open(wei, 'Olga');
        talk = Number(/\d+$/.exec(new URL(page.url()).pathname)[0]);
        await takes().click();
        await page.locator('.inbox-head').getByText('Resolve').first().waitFor();
        await role('viewer');
        await words().waitFor({ state: 'detached' });
        assert.equal(await page.locator('.inbox-head').getByRole('button').count(), 0);
        await page.locator('.said-visitor', { hasText: 'Is anybody there?' }).waitFor();
        const { conversation } = (await owner.get(`/api/inbox/${talk}`)).json;
        assert.deepEqual([conversation.owner, conversation.assignee, conversation.person], ['waiting', 0, 0]);
        await role('agent');
        await words().waitFor();
        await takes().waitFor();
    });
    await checks.must('and on another page, where an agent has no events of the account', async () => {
        await Promise.all([page.waitForResponse('**/api/inbox/events'), page.goto('/settings/profile')]);
        await page.getByRole('heading', { name: 'Profile' }).waitFor();
        const home = page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Home' });
        assert.equal(await home.count(), 0);
        await role('viewer');
        await home.waitFor();
        await page.waitForTimeout(2000); // whoever sees the account has its events, by another stream
        await role('agent');
        await home.waitFor({ state: 'detached' });
    });
    await checks.must('who is removed sees that, and nothing of before; what they had waits for another', async () => {
        await page.goto(`/inbox/${talk}`);
        await takes().click();
        await page.locator('.inbox-head').getByText('Resolve').first().waitFor();
        await mei.page.goto('/inbox?filter=waiting');
        await item(mei, 'Olga').waitFor({ state: 'detached' });
        assert.equal((await owner.request('DELETE', member)).status, 200);
        await page.getByRole('heading', { name: /^You are no longer in / }).waitFor();
        for (const left of ['.inbox', '.composer', '.frame']) assert.equal(await page.locator(left).count(), 0, left);
        assert.equal(await page.getByText('Olga').count(), 0);
        await item(mei, 'Olga').waitFor();
        const { conversation } = (await owner.get(`/api/inbox/${talk}`)).json;
        assert.deepEqual([conversation.owner, conversation.assignee], ['waiting', 0]);
        await axe(page);
        await page.setViewportSize({ width: 320, height: 640 });
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
        await page.getByRole('button', { name: '中文' }).click();
        await page.getByRole('heading', { name: /^您已不在/ }).waitFor();
        await page.getByRole('button', { name: 'English' }).click();
    });
    await checks.must('the account that they have besides is a press away', async () => {
        await page.setViewportSize({ width: 1280, height: 800 });
        await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: /^Go on in / }).click()]);
        await page.waitForURL('**/home');
        assert.equal((await wei.api('GET', `/api/inbox/${talk}`)).status, 404);
    });
    // The server cuts the stream of who has gone, when their page has not let go of it before.
    wei.faults = wei.faults.filter((fault) => !fault.includes('ERR_INCOMPLETE_CHUNKED_ENCODING'));
}

export async function inbox({ browser, engine, checks }) {
    const server = await Server.start({ engine });
    const owner = await server.account('merchant', { credits: 500 });
    const colleague = await server.member(owner, 'agent');
    const shop = await owner.shop('Tea', 'tea.example');
    assert.equal((await owner.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    await says(server, shop, 'Anna', 'I would like to send the kettle back');
    await says(server, shop, 'Ben', 'Where is my order SO-10442?');
    const mei = Object.assign(await Person.come(browser, server.base), { email: owner.email });
    const wei = Object.assign(await Person.come(browser, server.base, { lang: 'en' }), { email: colleague.email });
    checks.about(`${engine}, inbox`, () => [mei.page, wei.page]);
    try {
        await signIn(mei, owner.email, 'zh-CN');
        await signIn(wei, colleague.email, 'en');
        assert.equal((await wei.api('POST', '/api/account/switch', { account: owner.id })).status, 200);
        await wei.page.goto('/inbox');
        const all = { checks, mei, wei, server, shop, owner, colleague };
        await prepared(all);
        await alone(all);
        await together(all);
        await hands(all);
        await elsewhere(all);
        await looks(all);
        await leaves(all);
        checks.record('no page threw, logged an error or broke the policy', [...mei.faults, ...wei.faults].join('\n'));
    } finally {
        await mei.leave();
        await wei.leave();
        checks.record('the server ends well', (await server.end()).join('\n'));
    }
}
