// house.mjs: a house with something in every corner, and the addresses of all that one can look at in it.
import { PASSWORD, Server } from '../../http/lib/server.mjs';
import { deliver } from '../../http/lib/deliveries.mjs';
import { until } from '../../http/lib/suite.mjs';
import { ChatbotWorld } from '../../world/chatbot.mjs';

const SECRET = 'shared-secret-of-the-screenshots';
export const MERCHANT = 'mei@tea.example';
export const NEWCOMER = 'new@tea.example';
export const OPERATOR = 'boss@chathub.example';

/** What the house says of itself, at the foot of every page. */
const SAYS = { CHATHUB_COMPANY: '茶馆（杭州）网络科技有限公司 Tea & Chat Ltd.', CHATHUB_ICP_NUMBER: '浙ICP备12345678号-1',
    CHATHUB_SUPPORT_CONTACT: 'mailto:help@chathub.example', CHATHUB_SUPPORT_HOURS: '周一至周五 9:00–18:00',
    CHATHUB_STATUS_URL: 'https://status.chathub.example/' };

/** A name without a place to break it. */
const LONG = 'W'.repeat(60);

const open = (name) => async (page, at) => {
    await page.getByRole('button', { name: name[at], exact: true }).first().click();
    await page.getByRole('dialog').waitFor();
};

/** Pages: name, address, and what opens on them before they are looked at (texts: [Chinese, English]). */
const VISITOR_PAGES = [
    ['login', '/login'], ['register', '/register'], ['forgot', '/forgot'],
    ['confirm', '/register?confirm=1'], ['verify-email', '/auth/verify-email#token=x'],
    ['join-broken', '/auth/join'], ['join-dead', '/auth/join#token=x'],
    ['verify-email-broken', '/auth/verify-email'], ['reset-password', '/auth/reset-password#token=x'],
];
const NEWCOMER_PAGES = [['home-new', '/'], ['shops-empty', '/shops'], ['billing-empty', '/billing']];
const drawer = async (page, at) => {
    const button = page.getByRole('button', { name: ['打开菜单', 'Open menu'][at], exact: true });
    if (!await button.isVisible()) return;
    await button.click();
    await page.getByRole('dialog').getByRole('navigation').waitFor();
};
const palette = async (page) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').waitFor();
};
const merchantPages = ({ active, off, failed, busy, long }) => [
    ['home', '/'], ['menu', '/shops', drawer], ['search', '/shops', palette],
    ['shops', '/shops'], ['shop-add', '/shops?new=1', (page) => page.getByRole('dialog').waitFor()],
    ['shop-active', `/shops/${active}`], ['shop-off', `/shops/${off}`],
    ['shop-enable', `/shops/${off}`, open(['启用智能客服 (-50积分)', 'Enable chatbot (−50 credits)'])],
    ['shop-failed', `/shops/${failed}`], ['shop-provisioning', `/shops/${busy}`], ['shop-keys', `/shops/${active}/keys`],
    ['shop-settings', `/shops/${active}/settings`], ['shop-delete', `/shops/${active}/settings`, open(['删除', 'Delete'])],
    ['shop-long', `/shops/${long}`], ['shop-long-delete', `/shops/${long}/settings`, open(['删除', 'Delete'])],
    ['inbox', '/inbox'], ['visitors', '/visitors'], ['customers', '/customers'], ['numbers', '/numbers'],
    ['shop-chat', `/shops/${active}/chat`], ['shop-chat-none', `/shops/${off}/chat`],
    ['shop-channel', `/shops/${active}/channel`], ['shop-channel-none', `/shops/${off}/channel`],
    ['billing', '/billing', (page) => until('the chart', async () => (await page.locator('.chart svg path').count()) > 1)],
    ['billing-filtered', '/billing?reason=grant&from=2020-01-01'], ['billing-none', '/billing?search=nothing-like-this'],
    ['receipt', '/billing', open(['运营发放', 'Granted'])],
    ['shop-install', `/shops/${active}/install`], ['shop-subscription', `/shops/${active}/subscription`],
    ['activity', '/settings/activity'], ['team', '/settings/team'],
    ['team-invite', '/settings/team', open(['邀请成员', 'Invite somebody'])], ['profile', '/settings/profile'], ['security', '/settings/security'],
    ['not-found', '/nowhere'],
];
const operatorPages = (merchant) => [
    ['operator', '/operator'], ['operator-customers', '/operator/customers'],
    ['operator-customer', `/operator/customers/${merchant}`],
    ['operator-grant', `/operator/customers/${merchant}`, open(['发放积分', 'Grant credits'])],
    ['operator-renewals', '/operator/renewals'], ['operator-jobs', '/operator/jobs'], ['operator-audit', '/operator/audit'],
    ['operator-jobs-of', `/operator/jobs?account=${merchant}&from=2020-01-01`], ['operator-skips', '/operator/jobs/skips'],
    ['operator-shops', '/operator/shops'], ['operator-shops-of', '/operator/shops?state=failed&sort=oldest'],
    ['operator-shops-ending', '/operator/shops?sort=ending'], ['operator-shops-due', '/operator/shops?state=pastDue'],
    ['operator-customers-by', '/operator/customers?sort=email&from=2020-01-01'],
    ['operator-shops-none', '/operator/shops?search=nothing-like-this'], ['operator-shop', '/operator/shops/2'],
    ['operator-shop-long', '/operator/shops/1'], ['operator-deliveries', '/operator/deliveries'],
    ['operator-delivery', '/operator/deliveries/1', async (page, at) => {
        await page.getByRole('button', { name: ['查看内容', 'Show contents'][at], exact: true }).click();
        await page.getByRole('group', { name: ['正文', 'Body'][at], exact: true }).waitFor();
    }],
    ['operator-audit-of', `/operator/audit?account=${merchant}&action=shop_created`],
];

/** Who looks at what. */
export const guests = ({ shops, merchant }) => [
    [null, VISITOR_PAGES], [NEWCOMER, NEWCOMER_PAGES], [MERCHANT, merchantPages(shops)], [OPERATOR, operatorPages(merchant.id)],
];

async function furnish(server, world) {
    const merchant = await server.account('merchant', { email: MERCHANT, credits: 300 });
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
    // Its answer waits for an end that does not come: nobody waits for that here.
    const busy = merchant.post(`/api/shops/${shops.busy}/chatbot/enable`, {}).catch(() => undefined);
    const gone = await merchant.post('/api/shops', { shop_name: 'Gone', hosting: 'external' });
    await merchant.request('DELETE', `/api/shops/${gone.json.id}`);
    const outside = server.client();
    await deliver(outside, 'evt_0001', `{"trade":7,"subject":"${LONG}"}`);
    await deliver(outside, `evt_${LONG}`, 'x'.repeat(3000));
    await deliver(outside, 'evt_forged', 'x', { headers: { 'webhook-signature': `v1,${'A'.repeat(43)}=` } });
    await server.account('merchant', { email: NEWCOMER });
    await server.account('operator', { email: OPERATOR });
    await until('the setting up', async () => {
        const { json } = await merchant.get(`/api/shops/${shops.busy}/chatbot`);
        return json.state === 'provisioning';
    });
    return { shops, merchant, busy };
}

/** { server, shops, merchant, leave() } */
export async function house(engine) {
    const world = await ChatbotWorld.start({ secret: SECRET });
    const server = await Server.start({ engine, env: { CHATBOT_BASE_URL: world.base,
        CHATBOT_SHARED_SECRET: SECRET, ...SAYS } });
    const { busy, ...made } = await furnish(server, world);
    const leave = async () => {
        const faults = await server.end();
        await busy;
        await world.stop();
        return faults;
    };
    return { server, ...made, leave };
}

export async function signIn({ page }, email, lang) {
    const at = lang === 'en' ? 1 : 0;
    await page.goto('/login');
    await page.getByLabel(['邮箱', 'E-mail'][at]).fill(email);
    await page.getByLabel(['密码', 'Password'][at], { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: ['登录', 'Sign in'][at], exact: true }).click();
    await page.waitForURL((url) => url.pathname !== '/login');
}

/** Skeletons are gone, dialogs stand still. */
export async function settle(page) {
    await page.locator('main h1').first().waitFor();
    await page.waitForFunction(() => document.querySelector('.waiting') === null);
    await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null))));
}
