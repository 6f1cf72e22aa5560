// backend.mjs: enabling when the conversations live on an outside chatbot server, which answers late, twice, 500, never,
// or cuts the line. Whatever it does: a shop is charged once or not at all, registered once, and the merchant is told.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { ChatbotWorld } from '../world/chatbot.mjs';
import { run, sleep, test, until } from './lib/suite.mjs';

const SECRET = 'shared-secret-of-the-tests';
// The server's clock runs ahead of ours by what tests advanced; the world judges tokens by the server's clock.
let aheadS = 0;
const world = await ChatbotWorld.start({ secret: SECRET, now: () => Date.now() + aheadS * 1000 });

const enable = (c, shop, body = {}) => c.post(`/api/shops/${shop.id}/chatbot/enable`, body);
const view = async (c, shop) => (await c.get(`/api/shops/${shop.id}/chatbot`)).json;
const summary = async (c) => (await c.get('/api/billing/summary')).json;

async function advance(server, seconds) {
    aheadS += seconds;
    await server.advance(seconds);
}

let served;

/** A merchant who can pay twice, with one shop; the world forgets its faults, and everything with each new server. */
async function merchant(server) {
    if (served !== server) {
        served = server;
        aheadS = 0;
        world.tenants.clear();
    }
    Object.assign(world, { faults: [], configFaults: [], always: null });
    const c = await server.account('merchant', { credits: 100 });
    const shop = await c.shop(undefined, 'store.example.com');
    world.about = shop.public_id;
    return { c, shop };
}

/** The time between attempts goes by on the server's clock. */
async function settled(server, c, shop, state) {
    return until(
        `state ${state}`,
        async () => {
            const now = await view(c, shop);
            if (now.state === state) return now;
            if (now.nextAttemptAt) await advance(server, 5);
            return null;
        },
        60000,
    );
}

async function chargedOnce(c, shop) {
    const now = await summary(c);
    assert.deepEqual([now.credits, now.balance, now.held], [50, 50, 0]);
    const { transactions } = (await c.get('/api/billing/transactions')).json;
    assert.equal(transactions.filter((t) => t.relatedShopId === shop.id).length, 1);
    assert.deepEqual(world.complaints, []);
}

async function notCharged(c, shop) {
    const now = await summary(c);
    assert.deepEqual([now.credits, now.balance, now.held], [100, 100, 0]);
    const { transactions } = (await c.get('/api/billing/transactions')).json;
    assert.equal(transactions.filter((t) => t.relatedShopId === shop.id).length, 0);
    assert.deepEqual(world.complaints, []);
}

const tenantOf = (shop) => world.tenants.get(shop.public_id);

test('a good server: registered to the letter, charged once, its secrets are the shown ones', async ({ server }) => {
    const { c, shop } = await merchant(server);
    const r = await enable(c, shop, { botName: 'Helper' });
    assert.equal(r.status, 200, r.text);
    const tenant = tenantOf(shop);
    assert.deepEqual(r.json, { success: true, botId: tenant.config.botId, creditsRemaining: 50 });
    assert.equal(tenant.botName, 'Helper');
    assert.equal(tenant.merchantId, String(c.id));
    assert.equal(tenant.instanceUrl, 'https://store.example.com');
    assert.equal(tenant.registrations, 1);
    for (const [kind, known] of [
        ['sso', tenant.ssoSharedSecret],
        ['webhook', tenant.webhookSecret],
    ])
        assert.equal((await c.post(`/api/shops/${shop.id}/secrets/${kind}/show`)).json.secret, known);
    assert.equal((await view(c, shop)).backend, 'chatbot');
    await chargedOnce(c, shop);
});

test("the console's forms may lead to its pages, and nowhere else outside", async ({ server }) => {
    const page = await fetch(`${server.base}/login`);
    assert.match(page.headers.get('content-security-policy'), new RegExp(`form-action 'self' ${new URL(world.base).origin};`));
});

test('its bot is not made yet: success, and the bot state says pending', async ({ server }) => {
    const { c, shop } = await merchant(server);
    world.faults = ['botid-null'];
    const r = await enable(c, shop);
    assert.deepEqual([r.status, r.json.botId], [200, null]);
    assert.equal((await view(c, shop)).botState, 'pending');
    await chargedOnce(c, shop);
});

test('late: the request waits; meanwhile the credits are held, and asking again joins', async ({ server }) => {
    const { c, shop } = await merchant(server);
    world.faults = ['held'];
    const before = world.registers;
    const first = enable(c, shop);
    await until('the call', () => world.registers > before);
    const now = await summary(c);
    assert.deepEqual([now.credits, now.balance, now.held], [50, 100, 50]);
    assert.equal((await view(c, shop)).state, 'provisioning');
    const second = enable(c, shop);
    await sleep(1000);
    world.release();
    for (const r of [await first, await second]) assert.equal(r.status, 200, r.text);
    assert.equal(world.registers - before, 1);
    await chargedOnce(c, shop);
});

test('it answers twice: heard once', async ({ server }) => {
    const { c, shop } = await merchant(server);
    world.faults = ['twice'];
    assert.equal((await enable(c, shop)).status, 200);
    await chargedOnce(c, shop);
});

for (const fault of ['500', 'reset']) {
    test(`${fault} and nothing done: the next attempt registers`, async ({ server }) => {
        const { c, shop } = await merchant(server);
        world.faults = [fault];
        const r = await enable(c, shop);
        assert.ok([200, 202].includes(r.status), r.text);
        await settled(server, c, shop, 'active');
        assert.equal(tenantOf(shop).registrations, 1);
        await chargedOnce(c, shop);
    });
}

for (const fault of ['500-after', 'reset-after', 'garbage']) {
    test(`d04 ${fault}: what was done is found out, not done again, and charged once`, async ({ server }) => {
        const { c, shop } = await merchant(server);
        world.faults = [fault];
        const r = await enable(c, shop);
        assert.ok([200, 202].includes(r.status), r.text);
        await settled(server, c, shop, 'active');
        assert.equal(tenantOf(shop).registrations, 1, 'settled by asking for the configuration');
        await chargedOnce(c, shop);
    });
}

test('done and never answered: 202 with where to look, then settled by asking', async ({ server }) => {
    const { c, shop } = await merchant(server);
    world.faults = ['never-after'];
    const r = await enable(c, shop);
    assert.equal(r.status, 202, r.text);
    assert.deepEqual(Object.keys(r.json).sort(), ['status', 'statusUrl', 'success']);
    assert.equal(r.json.status, 'provisioning');
    assert.equal((await c.get(new URL(r.json.statusUrl, server.base).pathname)).status, 200);
    await settled(server, c, shop, 'active');
    assert.equal(tenantOf(shop).registrations, 1);
    await chargedOnce(c, shop);
});

test('d02 refused for good: the credits come back, the merchant is told and may try again', async ({ server }) => {
    const { c, shop } = await merchant(server);
    world.always = '401';
    const r = await enable(c, shop);
    assert.equal(r.status, 502, r.text);
    assert.equal(r.json.error, 'chatbot_enable_failed');
    assert.ok(r.json.message);
    await notCharged(c, shop);
    const now = await view(c, shop);
    assert.deepEqual([now.state, now.error.code, now.canEnable], ['failed', 'chatbot_enable_failed', true]);
    assert.deepEqual((await c.get(`/api/shops/${shop.id}/chatbot/status`)).json, { enabled: false });
});

test('d03 after a failure the next enable succeeds, with the same secrets, charged once', async ({ server }) => {
    const { c, shop } = await merchant(server);
    world.always = '401';
    for (let i = 0; i < 3; i++) assert.equal((await enable(c, shop)).status, 502);
    await notCharged(c, shop);
    world.always = null;
    const r = await enable(c, shop);
    assert.equal(r.status, 200, r.text);
    await chargedOnce(c, shop);
});

test('silent until the deadline: the credits come back; a late success is found by the next enable', async ({
    server,
}) => {
    const { c, shop } = await merchant(server);
    world.faults = ['500-after'];
    world.configFaults = Array.from({ length: 50 }, () => '500');
    const r = await enable(c, shop);
    assert.equal(r.status, 202, r.text);
    await settled(server, c, shop, 'failed');
    await notCharged(c, shop);
    world.configFaults = [];
    const again = await enable(c, shop);
    assert.ok([200, 202].includes(again.status), again.text);
    await settled(server, c, shop, 'active');
    assert.equal(tenantOf(shop).registrations, 1, 'it was registered by the first attempt');
    await chargedOnce(c, shop);
});

test('d16 accepted work survives kill -9 and is done after the restart', async ({ server }) => {
    // By the clock of now: a kill is tried here, not a clock that is set back meanwhile.
    await server.stop();
    await server.again();
    aheadS = 0;
    const { c, shop } = await merchant(server);
    world.faults = ['never-after'];
    const waiting = enable(c, shop).catch(() => null);
    await until('the call', () => tenantOf(shop));
    await server.stop('SIGKILL');
    await waiting;
    await server.again();
    aheadS = 0;
    await settled(server, c, shop, 'active');
    assert.equal(tenantOf(shop).registrations, 1);
    await chargedOnce(c, shop);
});

test('a rotated secret is told to the server before the old one ends', async ({ server }) => {
    const { c, shop } = await merchant(server);
    assert.equal((await enable(c, shop)).status, 200);
    const old = tenantOf(shop).ssoSharedSecret;
    const rotated = await c.post(`/api/shops/${shop.id}/secrets/sso/rotate`);
    assert.equal(rotated.status, 200, rotated.text);
    await until('the registration with the new secret', () => tenantOf(shop).ssoSharedSecret === rotated.json.secret);
    assert.notEqual(rotated.json.secret, old);
    const { token } = (await c.post(`/api/shops/${shop.id}/sso/issue`, { role: 'viewer' })).json;
    const [head, payload, signature] = token.split('.');
    const good = [old, rotated.json.secret].some(
        (s) => createHmac('sha256', s).update(`${head}.${payload}`).digest('base64url') === signature,
    );
    assert.ok(good);
    await chargedOnce(c, shop);
});

test('an enable that is repeated after it was switched off again is the success that it was', async ({ server }) => {
    const { c, shop } = await merchant(server);
    const again = () =>
        c.post(`/api/shops/${shop.id}/chatbot/enable`, {}, { headers: { 'idempotency-key': `k-${shop.id}` } });
    assert.equal((await again()).status, 200);
    assert.equal((await c.post(`/api/shops/${shop.id}/chatbot/disable`)).status, 200);
    const r = await again();
    assert.equal(r.status, 200, r.text);
    assert.equal(r.json.success, true);
    await chargedOnce(c, shop);
});

test('a new domain is told to the server', async ({ server }) => {
    const { c, shop } = await merchant(server);
    assert.equal((await enable(c, shop)).status, 200);
    const { registrations } = tenantOf(shop);
    assert.equal((await c.request('PATCH', `/api/shops/${shop.id}`, { json: { domain: 'new.example.com' } })).status, 200);
    await until('the new address', () => tenantOf(shop).instanceUrl === 'https://new.example.com');
    assert.equal(tenantOf(shop).registrations, registrations + 1);
    await chargedOnce(c, shop);
});

test('everything above left sound books', async ({ server }) => {
    await server.verify();
    assert.deepEqual(world.complaints, []);
});

await run({ env: { CHATHUB_TEST_CLOCK: '1', CHATBOT_BASE_URL: world.base, CHATBOT_SHARED_SECRET: SECRET } });
