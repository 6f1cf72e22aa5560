// panel.mjs: a merchant of an outside panel: a page of the panel, on another site, carries the browser into the inbox.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import http from 'node:http';
import { Server } from '../http/lib/server.mjs';
import { Shopper } from '../http/lib/shopper.mjs';
import { Person } from './lib/browser.mjs';
import { Stop } from './lib/checks.mjs';

const SECRET = 'shared-secret-of-the-browser-tests';
const SHOP = {
    shopId: 'acme-1', merchantId: 'm-1', instanceUrl: 'https://acme.example', ssoType: 'shared', botName: 'Amy',
    ssoSharedSecret: 'sso secret of the browser tests', webhookSecret: 'webhook secret of the browser tests',
};

function token() {
    const iat = Math.floor(Date.now() / 1000);
    const part = (o) => Buffer.from(JSON.stringify(o)).toString('base64url');
    const text = `${part({ alg: 'HS256' })}.${part({ shopId: SHOP.shopId, role: 'admin', iss: 'shopsaas', aud: 'chatbot-node', iat, exp: iat + 600 })}`;
    return `${text}.${createHmac('sha256', SHOP.ssoSharedSecret).update(text).digest('base64url')}`;
}

const call = async (server, path, headers, json) => {
    const r = await server.client().request('POST', path, { json, headers: { origin: undefined, ...headers } });
    assert.equal(r.status, 200, r.text);
    return r.json;
};

/** The panel: each visit gets a form of its own, with a button. Under another name of this machine: to a browser, another site. */
async function panelOf(server) {
    const listener = http.createServer((req, res) => {
        call(server, `/api/admin/tenants/${SHOP.shopId}/launch`, { authorization: `Bearer ${token()}` })
            .then(({ action, fields }) => {
                res.setHeader('content-type', 'text/html');
                res.end(`<!doctype html><title>Panel</title><form method="post" action="${action}"><input type="hidden" name="code"
                    value="${fields.code}"><button>Open the chat</button></form>`);
            })
            .catch((e) => res.writeHead(500).end(String(e)));
    });
    await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
    return { url: `http://localhost:${listener.address().port}/`, stop: () => listener.close() };
}

async function story({ checks, person, panel, chat }) {
    const { page } = person;
    const shop = Number(chat.shopId.slice('shop-'.length));
    const enter = async () => {
        await page.goto(panel.url);
        await page.getByRole('button', { name: 'Open the chat' }).click();
        await page.waitForURL((url) => url.pathname === '/inbox');
    };
    await checks.try('a page of the panel leads into the inbox of that shop', async () => {
        await enter();
        assert.equal(new URL(page.url()).search, `?shop=${shop}`);
        await page.getByText('我的壶呢？').first().waitFor();
        const { user } = (await person.api('GET', '/api/user')).json;
        assert.deepEqual([user.by_panel, user.account.role, user.account.name], [true, 'admin', 'm-1']);
    });
    await checks.try('its settings know that a panel lets it in', async () => {
        await page.goto('/settings/security');
        await page.getByText('您由店铺的管理面板登录，此处没有密码。').waitFor();
        assert.equal(await page.getByLabel('当前密码').count(), 0);
        await page.goto('/settings/team');
        await page.getByText('该账户由其所属的管理面板决定成员。').waitFor();
        await page.goto(`/shops/${shop}/subscription`);
        await page.getByText('登记该店铺的管理面板').waitFor();
    });
    await checks.try('signed out it is out, and the panel lets it in again', async () => {
        assert.equal((await person.api('POST', '/auth/logout', {})).status, 200);
        assert.equal((await person.api('GET', '/api/shops')).status, 401);
        await enter();
        assert.equal((await person.api('GET', '/api/shops')).status, 200);
    });
}

export async function panel({ browser, engine, checks }) {
    const server = await Server.start({ engine, env: { CHATBOT_SHARED_SECRET: SECRET } });
    const page = await panelOf(server);
    const person = await Person.come(browser, server.base);
    checks.about(`${engine}, a panel`, () => [person.page]);
    try {
        const { chat } = await call(server, '/api/admin/tenants/register', { 'x-shopsaas-secret': SECRET }, SHOP);
        const shopper = new Shopper(server, chat.shopId, 'acme.example');
        await shopper.begin();
        assert.equal((await shopper.say('我的壶呢？')).status, 201);
        await story({ checks, person, panel: page, chat });
        checks.record('no page threw, logged an error or broke the policy', person.faults.join('\n'));
    } catch (cause) {
        if (!(cause instanceof Stop)) checks.record('the part of the panel runs to its end', cause.stack);
    } finally {
        await person.leave();
        page.stop();
        checks.record('the server ends well', (await server.end()).join('\n'));
    }
}
