// backend.mjs: enabling while an outside chatbot server is slow, silent or refuses: what the merchant sees meanwhile.
import assert from 'node:assert/strict';
import { PASSWORD, Server } from '../http/lib/server.mjs';
import { ChatbotWorld } from '../world/chatbot.mjs';
import { Person } from './lib/browser.mjs';
import { Stop } from './lib/checks.mjs';

const SECRET = 'shared-secret-of-the-browser-tests';
const EMAIL = 'patient@shop.example';
const CREDITS = 200;
/** The silent try's own limit, and the pause before the next. */
const RETRY_MS = 180000;

const button = (page, name) => page.getByRole('button', { name, exact: true });
const heading = (page, name) => page.getByRole('heading', { name, exact: true });
const question = (page) => page.getByRole('dialog', { name: '启用智能客服' });
const seen = (locator, options) => locator.waitFor(options);

/** A new shop's page, with the question asked and answered with yes. */
async function ask({ person }, shop_name) {
    const { json } = await person.api('POST', '/api/shops', { shop_name, domain: 'store.example.com', hosting: 'external' });
    await person.page.goto(`/shops/${json.id}`);
    await button(person.page, '启用智能客服 (-50积分)').click();
    await button(question(person.page), '确认启用').click();
    return json.id;
}

async function late({ checks, person, world }) {
    const { page } = person;
    await checks.try('a slow server: the steps are shown while they happen, then the good end', async () => {
        world.faults = ['held'];
        await ask({ person }, 'Slow');
        const steps = page.getByRole('list', { name: '开通进度' }).first();
        await seen(steps.getByRole('listitem').filter({ hasText: '注册智能客服' }).filter({ hasText: '进行中' }));
        world.release();
        await seen(question(page).getByText('智能客服启用成功！'));
        await button(question(page), '关闭').last().click();
        await seen(page.getByText('外部聊天服务器'));
    });
    await checks.try('its admin is opened there, by a POST without a token in the address', async () => {
        const opened = person.context.waitForEvent('page');
        await page.getByRole('button', { name: '打开客服后台' }).click();
        const admin = await opened;
        await admin.waitForURL(`${world.base}/admin`);
        await admin.close();
        // A browser's visit is not part of the contract between the two servers.
        world.complaints = world.complaints.filter((line) => !/^(POST \/admin|GET \/favicon)/.test(line));
    });
}

async function silent({ checks, person, world }) {
    const { page } = person;
    await checks.try('a silent server: the page says so and follows by itself to the good end', async () => {
        world.always = 'never';
        await ask({ person }, 'Silent');
        await seen(page.getByText('仍在开通中，页面会自动更新').first());
        await seen(page.getByText('可以离开此页面，开通会继续进行。'));
        await page.evaluate(() => { window.neverReloaded = true; });
        world.always = null;
        await seen(page.getByText('已启用').first(), { timeout: RETRY_MS });
        assert.equal(await page.evaluate(() => window.neverReloaded), true);
    });
}

async function refusing({ checks, person, world }) {
    const { page } = person;
    await checks.try('a refusing server: told why, nothing charged, and trying again works', async () => {
        const before = (await person.api('GET', '/api/billing/summary')).json;
        world.always = '401';
        await ask({ person }, 'Refused');
        await seen(question(page).getByText('启用失败').first());
        await page.keyboard.press('Escape');
        await question(page).waitFor({ state: 'hidden' });
        await seen(page.getByText('预留的积分已退回，未产生扣费。'));
        const after = (await person.api('GET', '/api/billing/summary')).json;
        assert.deepEqual([after.credits, after.held], [before.credits, 0]);
        world.always = null;
        await button(page, '重试').click();
        await button(question(page), '确认启用').click();
        await seen(question(page).getByText('智能客服启用成功！'));
    });
}

export async function backend({ browser, engine, checks }) {
    const world = await ChatbotWorld.start({ secret: SECRET });
    const env = { CHATBOT_BASE_URL: world.base, CHATBOT_SHARED_SECRET: SECRET };
    const server = await Server.start({ engine, env });
    const person = await Person.come(browser, server.base);
    checks.about(`${engine}, outside server`, () => [person.page]);
    const all = { checks, person, world };
    try {
        await server.account('merchant', { email: EMAIL, credits: CREDITS });
        await person.page.goto('/login');
        await person.page.getByLabel('邮箱').fill(EMAIL);
        await person.page.getByLabel('密码', { exact: true }).fill(PASSWORD);
        await button(person.page, '登录').click();
        await seen(heading(person.page, '欢迎回来'));
        await late(all);
        await silent(all);
        await refusing(all);
        checks.record('the outside server was spoken to by the letter', world.complaints.join('\n'));
        checks.record('no page threw, logged an error or broke the policy', person.faults.join('\n'));
    } catch (cause) {
        if (!(cause instanceof Stop)) checks.record('the outside server part runs to its end', cause.stack);
    } finally {
        await person.leave();
        checks.record('the server ends well', (await server.end()).join('\n'));
        await world.stop();
    }
}
