// roundtrip.mjs: what is read may be written back. For every resource of the API description that can be replaced, the
// answer of its GET, as it came, is accepted by its PUT and changes nothing: of a shop with a name and a domain as long as
// they may be, values that the program made by itself, and values that people chose.
import assert from 'node:assert/strict';
import { newKey } from './lib/client.mjs';
import { record, run, test, until } from './lib/suite.mjs';

const NAME = '茶'.repeat(35) + 'T'.repeat(36); // 71 characters, as the longest shop names are
const TIMES = ['updatedAt', 'changedAt'];

/** Where the resources of a path live, by the names of its parameters; and what is said of paths that have no GET. */
const values = { id: 'shop', shopId: 'publicId' };
const NO_GET = {
    '/api/inbox/{id}/labels': async ({ c, conversation }) => {
        const { labels } = (await c.get(`/api/inbox/${conversation}`)).json;
        return { path: `/api/inbox/${conversation}/labels`, json: { labels: labels.map((one) => one.id ?? one) } };
    },
};

/** The body is a file: what was read is an address of it. */
const FILES = ['/api/shops/{id}/chatbot/picture', '/api/user/picture'];
/** Each PUT makes a version: it has a test of its own. */
const VERSIONS = ['/api/operator/pages/{name}'];
const replaceable = (api) => Object.keys(api.paths).filter((path) => api.paths[path].put && !FILES.includes(path) && !VERSIONS.includes(path));

async function populated(server, long) {
    const c = await server.account('merchant', { credits: 500 });
    const shop = await c.shop(long ? NAME : 'Tea', long ? `${'a'.repeat(60)}.${'b'.repeat(60)}.example` : 'tea.example');
    assert.equal((await c.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    const base = `/api/shops/${shop.id}`;
    const many = 'x'.repeat(60);
    for (const [path, json] of [
        [`${base}/knowledge/faq`, { question: `\u202eReturns?\u202c \u2067שאלה\u2069 👨‍👩‍👧 ${many}`, answer: 'Within 30 days.' }],
        [`${base}/knowledge/documents`, { title: 'Use', text: 'Fill it.' }],
        [`${base}/knowledge/promotions`, { title: 'May', text: 'Ten off.' }],
        ['/api/labels', { name: '退货', colour: 'red' }],
        ['/api/replies', { shortcut: 'hi', text: '您好 {name}' }],
    ]) {
        const made = await c.post(path, json);
        assert.equal(made.status, 201, `${path}: ${made.text}`);
        if (json.question) assert.equal(made.json.question, json.question);
    }
    if (long) assert.equal((await c.request('PUT', `${base}/channel`, { json: { url: 'https://hooks.example/a?b=1' } })).status, 200);
    const visitor = server.client();
    const headers = { Origin: `https://${shop.domain}` };
    const began = await visitor.request('POST', `/api/chat/shop-${shop.id}/session`, { json: { language: 'en' }, headers });
    assert.equal(began.status, 200, began.text);
    headers.Authorization = `Bearer ${began.json.token}`;
    const said = await visitor.request('POST', `/api/chat/shop-${shop.id}/messages`, { json: { text: 'Hi', clientId: newKey() }, headers });
    assert.equal(said.status, 201, said.text);
    const { items } = await until('it is in the inbox', async () => {
        const { json } = await c.get('/api/inbox');
        return json.items.length > 0 && json;
    });
    const sso = (await c.post(`${base}/sso/issue`, { role: 'admin' })).json.token;
    const operator = await server.account('operator');
    return { c, operator, shop, conversation: items[0].conversation.id, values: { shop: shop.id, publicId: `shop-${shop.id}` }, sso };
}

/** Who may read and write it. */
const callerOf = (path, house) => (path.startsWith('/api/operator/') ? house.operator : house.c);

/** The last parameter of an item's path names one of its list. */
const listOf = (path) => /^(.*)\/\{[^/]+\}$/.exec(path)?.[1];
const filled = (path, house) => path.replace(/\{([^}]+)\}/g, (_, name) => house.values[values[name]]);

async function source(server, house, path, how) {
    const { paths } = server.api;
    if (paths[path].get) {
        const at = filled(path, house);
        const read = await callerOf(path, house).request('GET', at, how);
        assert.equal(read.status, 200, `GET ${at}: ${read.text}`);
        return { path: at, json: read.json };
    }
    if (NO_GET[path]) return NO_GET[path](house);
    const list = listOf(path);
    if (!list || !paths[list]?.get) throw new Error(`PUT ${path} has no GET: say in this test where it is read`);
    const read = await house.c.request('GET', filled(list, house), how);
    assert.equal(read.status, 200, read.text);
    const [item] = Object.values(read.json).find(Array.isArray);
    return { path: `${filled(list, house)}/${item.id}`, json: item };
}

const without = (json) => Object.fromEntries(Object.entries(json ?? {}).filter(([name]) => !TIMES.includes(name)));

for (const long of [false, true])
    test(`every PUT takes what its GET gave, of ${long ? 'a shop of long names' : 'a new shop'}`, async ({ server, engine }) => {
        const house = await populated(server, long);
        const paths = replaceable(server.api);
        assert.ok(paths.length >= 7, paths.join());
        for (const path of paths) {
            const how = path.startsWith('/api/admin/tenants/') ? { headers: { Authorization: `Bearer ${house.sso}` } } : {};
            try {
                const from = await source(server, house, path, how);
                const put = await callerOf(path, house).request('PUT', from.path, { ...how, json: from.json });
                assert.equal(put.status, 200, `${put.text}\n    ${JSON.stringify(from.json)}`);
                const again = await source(server, house, path, how);
                assert.deepEqual(without(again.json), without(from.json));
                record(`${path} [${engine}]`);
            } catch (e) {
                record(`PUT ${path} [${engine}]`, e.message);
            }
        }
    });

test('a member that no answer has is refused, as ever', async ({ server }) => {
    const house = await populated(server, false);
    for (const path of replaceable(server.api)) {
        if (path.startsWith('/api/admin/tenants/')) continue; // what others send there is theirs
        const from = await source(server, house, path, {});
        const put = await callerOf(path, house).request('PUT', from.path, { json: { ...from.json, nosuchmember: 1 } });
        assert.equal(put.status, 422, `${path}: ${put.status} ${put.text}`);
        assert.match(put.text, /nosuchmember/);
    }
});

test('a public page takes what its GET gave, as its next version', async ({ server }) => {
    const operator = await server.account('operator');
    const path = '/api/operator/pages/terms?lang=en';
    const read = (await operator.get(path)).json;
    const put = await operator.request('PUT', path, { json: read });
    assert.equal(put.status, 200, put.text);
    const again = (await operator.get(path)).json;
    assert.deepEqual([again.text, again.version], [read.text, read.version + 1]);
});

await run({});
