// house.mjs: a house with something in every corner, and the addresses of all that one can look at in it.
import { newKey } from '../../http/lib/client.mjs';
import { PASSWORD, Server } from '../../http/lib/server.mjs';
import { deliver } from '../../http/lib/deliveries.mjs';
import { paying } from '../../http/lib/paying.mjs';
import { until } from '../../http/lib/suite.mjs';
import { ChatbotWorld } from '../../world/chatbot.mjs';
import { allPages } from './pages.mjs';

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

/** Beside the pages that the router names (lib/pages.mjs): the same in other states, and what opens on them. Name, address,
 * and what opens before one looks (texts: [Chinese, English]). */
const VISITOR_PAGES = [
    ['confirm', '/register?confirm=1'], ['verify-email', '/auth/verify-email#token=x'], ['join-dead', '/auth/join#token=x'],
    ['reset-password', '/auth/reset-password#token=x'],
];
const NEWCOMER_PAGES = [['home-new', '/'], ['shops-empty', '/shops'], ['billing-empty', '/billing'],
    ['plan-empty', '/billing/plan'], ['orders-empty', '/billing/orders'], ['order-unknown', '/orders/nonesuch'],
    ['spending-empty', '/billing/spending']];
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
const merchantPages = ({ active, off, failed, busy, long, talk }, orders) => [
    ['order-paid', `/orders/${orders.dollars}`], ['buy-credits', '/billing/buy?offer=dollars-5000&quantity=3&currency=USD'],
    ['buy-plan', `/billing/buy?offer=enterprise&seats=5&shop=${active}`],
    ['menu', '/shops', drawer], ['search', '/shops', palette],
    ['shop-add', '/shops?new=1', (page) => page.getByRole('dialog').waitFor()],
    ['shops-deleted', '/shops?deleted=1'], ['shops-none', '/shops?search=nothing-like-this'],
    ['shop-active', `/shops/${active}`], ['shop-off', `/shops/${off}`],
    ['shop-enable', `/shops/${off}`, open(['启用智能客服 (-50积分)', 'Enable chatbot (−50 credits)'])],
    ['shop-failed', `/shops/${failed}`], ['shop-provisioning', `/shops/${busy}`], ['shop-keys', `/shops/${active}/keys`],
    ['shop-delete', `/shops/${active}/settings`, open(['删除', 'Delete'])],
    ['shop-long', `/shops/${long}`], ['shop-long-delete', `/shops/${long}/settings`, open(['删除', 'Delete'])],
    ['shop-chat-none', `/shops/${off}/chat`], ['shop-channel-none', `/shops/${off}/channel`],
    ['shop-channel-open', `/shops/${talk}/channel`, open(['开通渠道', 'Open the channel'])],
    ['knowledge-write', `/knowledge/${talk}/faq`, open(['添加问题', 'Add a question'])],
    ['inbox-none', '/inbox?search=nothing-like-this'], ['customers-none', '/customers?search=nothing-like-this'],
    ['customers-oldest', '/customers?sort=oldest&from=2020-01-01'],
    ['billing', '/billing', (page) => until('the chart', async () => (await page.locator('.chart svg path').count()) > 1)],
    ['billing-filtered', '/billing?reason=grant&from=2020-01-01'], ['billing-none', '/billing?search=nothing-like-this'],
    ['receipt', '/billing', open(['运营发放', 'Granted'])],
    ['team-invite', '/settings/team', open(['邀请成员', 'Invite somebody'])], ['not-found', '/nowhere'],
];
const operatorPages = (merchant, shops, orders) => [
    ['operator-orders-paid', '/operator/orders?state=paid&provider=sandbox'], ['operator-mismatches-all', '/operator/money/mismatches?show=all'],
    ['operator-price-versions', '/operator/catalogue/prices?code=basic&currency=CNY'],
    ['operator-price-new', '/operator/catalogue/prices', open(['新版本', 'New version'])],
    ['operator-grant', `/operator/customers/${merchant}`, open(['发放积分', 'Grant credits'])],
    ['operator-jobs-of', `/operator/jobs?account=${merchant}&from=2020-01-01`],
    ['operator-shops-of', '/operator/shops?state=failed&sort=oldest'],
    ['operator-shops-ending', '/operator/shops?sort=ending'],
    ['operator-customers-by', '/operator/customers?sort=email&from=2020-01-01'],
    ['operator-shops-none', '/operator/shops?search=nothing-like-this'], ['operator-shop-long', `/operator/shops/${shops.long}`],
    ['operator-delivery', '/operator/deliveries/1', async (page, at) => {
        await page.getByRole('button', { name: ['查看内容', 'Show contents'][at], exact: true }).click();
        await page.getByRole('group', { name: ['正文', 'Body'][at], exact: true }).waitFor();
    }],
    ['operator-order-marked', `/operator/orders/${orders.marked}`],
    ['operator-audit-of', `/operator/audit?account=${merchant}&action=shop_created`],
];

/** Who looks at what: each page of the router, then the others. */
export async function guests({ shops, merchant, conversation, customer, orders }) {
    const all = await allPages({
        '/shops/:id': shops.talk, '/inbox/:id': conversation, '/customers/:id': customer, '/knowledge/:shop': shops.talk,
        '/operator/customers/:id': merchant.id, '/operator/shops/:id': shops.active, '/operator/deliveries/:id': 1,
        '/orders/:number': orders.open, '/operator/orders/:number': orders.paid,
    });
    return [
        [null, [...all.outside, ...VISITOR_PAGES]], [NEWCOMER, NEWCOMER_PAGES],
        [MERCHANT, [...all.merchant, ...merchantPages(shops, orders)]], [OPERATOR, [...all.operator, ...operatorPages(merchant.id, shops, orders)]],
    ];
}

/** A shop whose chat is here: with knowledge, a customer who wrote, a label, a ready answer. */
async function furnishTalk(server, merchant) {
    const made = await merchant.post('/api/shops', { shop_name: '茶语小铺', domain: 'talk.example.com', hosting: 'external' });
    const shop = made.json.id;
    await merchant.post(`/api/shops/${shop}/chatbot/enable`, {});
    await merchant.post(`/api/shops/${shop}/knowledge/import`, { currency: 'USD',
        products: [{ id: 'kettle', title: LONG, price: 2900, url: 'https://talk.example.com/kettle' }],
        faq: [{ id: 'ship', question: 'Do you ship to Fiji?', answer: `Yes. ${LONG}` }] });
    await merchant.post('/api/labels', { name: '退货', colour: 'red' });
    await merchant.post('/api/replies', { shortcut: 'hi', text: `Hello {name}. ${LONG}` });
    const visitor = server.client();
    const headers = { Origin: 'https://talk.example.com' };
    const began = await visitor.request('POST', `/api/chat/shop-${shop}/session`,
        { json: { name: LONG, language: 'en' }, headers });
    const say = (text) => visitor.request('POST', `/api/chat/shop-${shop}/messages`, { json: { text, clientId: newKey() },
        headers: { ...headers, Authorization: `Bearer ${began.json.token}` } });
    await say('I want to talk to a person');
    await say(LONG);
    const first = await until('the conversation', async () => (await merchant.get('/api/inbox')).json.items[0]);
    const known = await until('the customer', async () => (await merchant.get('/api/customers')).json.customers[0]);
    return { shop, conversation: first.conversation.id, customer: known.id };
}

/** An order that is paid, one in another currency of which a part went back and the rest is to go, one that was given up and
 * of which somebody says that it was paid, and one that is open. */
async function furnishOrders(merchant, boss) {
    const order = async (body = { offer: 'credits-1000' }) => (await merchant.post('/api/billing/orders', body)).json.number;
    const pay = async (number) => {
        const begun = await paying(merchant, number, { provider: 'sandbox' });
        const payment = begun.json.payment.number;
        await merchant.request('POST', `/sandbox/pay/${payment}/paid`);
        await until('the order', async () => (await merchant.get(`/api/billing/orders/${number}`)).json.state === 'paid');
        return payment;
    };
    const paid = await order();
    await pay(paid);
    await boss.post('/api/operator/offers', { code: 'dollars-5000', kind: 'credits', nameEn: '5,000 credits', nameZh: '5000 积分',
        currency: 'USD', price: 1234500, credits: 5000 });
    const dollars = await order({ offer: 'dollars-5000', currency: 'USD' });
    const back = { payment: await pay(dollars), reason: LONG, takesBack: false };
    for (const part of [{ amount: 100000 }, { outside: true }]) {
        const asked = await boss.post(`/api/operator/orders/${dollars}/refund`, { ...back, ...part });
        if (![200, 201].includes(asked.status)) throw new Error(`no refund to look at: ${asked.text}`);
    }
    const marked = await order();
    const { json } = await paying(merchant, marked, { provider: 'sandbox' });
    const said = { payment: json.payment.number, reason: LONG, trade: 'BANK-2026-05-03-000000000042' };
    const mark = await boss.post(`/api/operator/orders/${marked}/paid`, said);
    if (mark.status !== 201) throw new Error(`no mark to look at: ${mark.text}`);
    await merchant.post(`/api/billing/orders/${marked}/cancel`);
    await until('the end of the order', async () => (await merchant.get(`/api/billing/orders/${marked}`)).json.state === 'closed');
    return { paid, dollars, marked, open: await order() };
}

async function furnish(server, world) {
    const merchant = await server.account('merchant', { email: MERCHANT, credits: 350 });
    await merchant.request('PATCH', '/api/user', { json: { name: '林美' } });
    const shops = {};
    const { shop, conversation, customer } = await furnishTalk(server, merchant);
    shops.talk = shop;
    // From here on shops are set up with a chatbot server outside.
    await server.stop();
    await server.again({ CHATBOT_BASE_URL: world.base, CHATBOT_SHARED_SECRET: SECRET });
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
    await until('the setting up', async () => {
        const { json } = await merchant.get(`/api/shops/${shops.busy}/chatbot`);
        return json.state === 'provisioning';
    });
    const boss = await server.account('operator', { email: OPERATOR });
    await boss.post(`/api/operator/accounts/${merchant.id}/notes`, { text: `Wants an invoice.\n${LONG}` });
    await boss.post(`/api/operator/shops/${shops.long}/suspend`, { reason: `It sells what nobody may sell. ${LONG}` });
    return { shops, merchant, busy, conversation, customer, orders: await furnishOrders(merchant, boss) };
}

/** { server, shops, merchant, conversation, customer, leave() } */
export async function house(engine) {
    const world = await ChatbotWorld.start({ secret: SECRET });
    const server = await Server.start({ engine, env: SAYS });
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
