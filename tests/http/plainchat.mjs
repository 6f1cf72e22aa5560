// plainchat.mjs: the chat as one question and one answer, for programs that hold nothing open: what is answered within
// the request, what is read on later, the same message again, and the history backwards.
import assert from 'node:assert/strict';
import { newKey } from './lib/client.mjs';
import { run, test, until } from './lib/suite.mjs';

const KNOWN = {
    name: 'Tea',
    languages: ['en'],
    currency: 'USD',
    products: [{ id: 'p1', title: 'Copper Kettle', price: 3900, available: true }],
    faq: [{ id: 'returns', question: 'Returns', answer: 'Within 30 days.' }],
};

/** A merchant with two shops: one that has taught, one that has not. */
async function makeHouse(server) {
    const a = await server.account('merchant', { credits: 500 });
    const [told, silent] = [await a.shop('Tea', 'tea.example'), await a.shop('Coffee', 'coffee.example')];
    for (const shop of [told, silent])
        assert.equal((await a.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    assert.equal((await a.post(`/api/shops/${told.id}/knowledge/import`, KNOWN)).status, 200);
    return { a, told: `shop-${told.id}`, silent: `shop-${silent.id}` };
}

/** A program that is a visitor of this shop. */
async function visitor(server, shop) {
    const c = server.client();
    const begun = await c.request('POST', `/api/chat/${shop}/session`, { json: { language: 'en' } });
    assert.equal(begun.status, 200, begun.text);
    const headers = { authorization: `Bearer ${begun.json.token}` };
    return {
        ask: (method, what, json, more = {}) =>
            c.request(method, `/api/chat/${shop}/${what}`, { json, headers: { ...headers, ...more } }),
    };
}

/** So long a request waits for an answer, if one may come. */
const WAIT_MS = 10000;
let house;

test('a question is answered in its request, once, and again by its id', async ({ server }) => {
    house = await makeHouse(server);
    const v = await visitor(server, house.told);
    const body = { text: 'Do you have a copper kettle? 🙂', clientId: newKey() };
    const r = await v.ask('POST', 'chat', body);
    assert.equal(r.status, 200, r.text);
    assert.equal(r.json.message.text, body.text);
    assert.equal(r.json.message.number, 1);
    assert.equal(r.json.replies.length, 1);
    assert.equal(r.json.replies[0].author, 'bot');
    assert.match(r.json.response, /Copper Kettle/);
    assert.equal(r.json.readOn, `/api/chat/${house.told}/messages?after=2`);
    const again = await v.ask('POST', 'chat', body);
    assert.equal(again.status, 200);
    assert.deepEqual(again.json, r.json);
    assert.equal((await v.ask('GET', 'messages?after=2')).json.messages.length, 0);
});

/** The events of an answer that came as lines, and that it ends as it must. */
const lines = (r) => {
    assert.match(r.headers['content-type'], /^text\/event-stream/);
    const all = r.text.split('\n\n');
    assert.deepEqual(all.splice(-2), ['data: [DONE]', '']);
    assert.ok(all.every((line) => /^data: \{.*\}$/.test(line)), r.text);
    return all.map((line) => JSON.parse(line.slice('data: '.length)));
};

test('the same as lines of events: a word in many bytes stays whole, and again by its id it is the same', async ({ server }) => {
    const v = await visitor(server, house.told);
    const body = { text: 'Do you have a copper kettle?\n🙂 \u2028 ñ', clientId: newKey() };
    const r = await v.ask('POST', 'chat/stream', body);
    assert.equal(r.status, 200, r.text);
    const [started, said, completed, ...rest] = lines(r);
    assert.deepEqual([started, rest], [{ event: 'started', conversationId: completed.conversationId, number: 1 }, []]);
    assert.equal(said.event, 'message');
    assert.match(said.content, /Copper Kettle/);
    assert.deepEqual([said.message.author, said.message.number, said.message.text], ['bot', 2, said.content]);
    assert.equal(completed.event, 'completed');
    assert.equal(completed.readOn, `/api/chat/${house.told}/messages?after=2`);
    assert.deepEqual(lines(await v.ask('POST', 'chat/stream', body)), lines(r));
    // It is the conversation that the other ways lead to.
    const plain = await v.ask('POST', 'chat', body);
    assert.equal(plain.json.response, said.content);
    assert.deepEqual((await v.ask('GET', 'history')).json.messages.map((m) => m.text), [body.text, said.content]);
    // Refused as JSON, and nothing is said.
    const other = await v.ask('POST', 'chat/stream', { ...body, text: 'Other' });
    assert.deepEqual([other.status, other.json.error], [409, 'message_differs']);
    assert.equal((await v.ask('POST', 'chat/stream', body, { authorization: 'Bearer chv_made-up' })).status, 401);
});

test('where nobody answers by himself the lines say that it waits', async ({ server }) => {
    const v = await visitor(server, house.silent);
    const clientId = newKey();
    await v.ask('POST', 'person', {});
    const r = await v.ask('POST', 'chat/stream', { text: 'Hello', clientId });
    const events = lines(r);
    assert.equal(r.status, events.length === 2 ? 202 : 200);
    assert.equal(events.at(-1).event, r.status === 202 ? 'waiting' : 'completed');
    assert.equal(events.at(-1).conversation.owner, 'waiting');
    assert.ok(events.every((e) => e.event !== 'message' || e.message.author === 'house'), r.text);
});

test('a conversation is counted by who said it, and a visitor sees its own alone', async ({ server }) => {
    const [v, other] = [await visitor(server, house.told), await visitor(server, house.told)];
    const none = { userMessages: 0, botMessages: 0, personMessages: 0, replyRate: null, more: false, conversation: null };
    assert.deepEqual((await v.ask('GET', 'stats')).json, none);
    for (const text of ['What is the price of the kettle?', 'And can I return it?'])
        assert.equal((await v.ask('POST', 'chat', { text, clientId: newKey() })).status, 200);
    const { messages } = (await v.ask('GET', 'history')).json;
    const by = (author) => messages.filter((m) => m.author === author).length;
    const r = await v.ask('GET', 'stats');
    assert.equal(r.status, 200, r.text);
    assert.deepEqual([r.json.userMessages, r.json.botMessages, r.json.personMessages], [2, by('bot'), 0]);
    assert.equal(r.json.replyRate, by('bot') * 50);
    assert.deepEqual((await other.ask('GET', 'stats')).json, none);
    assert.equal((await v.ask('GET', 'stats', undefined, { authorization: '' })).status, 401);
    assert.equal((await v.ask('GET', 'stats', undefined, { origin: 'https://else.example' })).status, 403);
});

test('what a reply stands on is kept with it and told to the team alone', async ({ server }) => {
    const v = await visitor(server, house.told);
    const asked = await v.ask('POST', 'chat', { text: 'Do you have a copper kettle?', clientId: newKey() });
    assert.equal(asked.status, 200, asked.text);
    const shop = house.told.slice('shop-'.length);
    const { id } = (await house.a.get(`/api/inbox?shop=${shop}`)).json.items[0].conversation;
    const seen = (await house.a.get(`/api/inbox/${id}`)).json.messages;
    const reply = seen.find((m) => m.author === 'bot');
    assert.deepEqual(reply.sources[0], { kind: 'product', id: 'p1', title: 'Copper Kettle', url: null });
    assert.ok(seen.filter((m) => m.author !== 'bot').every((m) => !('sources' in m)));
    // It says what it was made from, whatever the entry is called by now.
    const renamed = { ...KNOWN, products: [{ ...KNOWN.products[0], title: 'Iron Kettle' }] };
    assert.equal((await house.a.post(`/api/shops/${shop}/knowledge/import`, renamed)).status, 200);
    const again = (await house.a.get(`/api/inbox/${id}`)).json.messages.find((m) => m.author === 'bot');
    assert.deepEqual(again.sources, reply.sources);
    assert.equal((await house.a.post(`/api/shops/${shop}/knowledge/import`, KNOWN)).status, 200);
    const told = await Promise.all(['history', 'messages'].map((what) => v.ask('GET', what)));
    for (const r of [asked, ...told]) assert.ok(!r.text.includes('"sources"'), r.text);
});

test('two that ask at once are both answered, and the conversation has no gap', async ({ server }) => {
    const v = await visitor(server, house.told);
    const [one, two] = await Promise.all(
        ['What is the price of the kettle?', 'And can I return it?'].map((text) =>
            v.ask('POST', 'chat', { text, clientId: newKey() }),
        ),
    );
    for (const r of [one, two]) {
        assert.equal(r.status, 200, r.text);
        assert.ok(r.json.replies.length >= 1);
    }
    const all = (await v.ask('GET', 'history')).json.messages;
    assert.deepEqual(all.map((m) => m.number), all.map((_, i) => i + 1));
    assert.equal(all.filter((m) => m.author === 'visitor').length, 2);
});

test('where nobody answers by himself it is stored, told at once, and read on', async ({ server }) => {
    const v = await visitor(server, house.silent);
    const clientId = newKey();
    const before = Date.now();
    const r = await v.ask('POST', 'chat', { text: 'Hello', clientId });
    assert.ok(Date.now() - before < WAIT_MS);
    assert.ok([200, 202].includes(r.status), r.text);
    assert.ok(r.json.replies.every((m) => m.author === 'house'));
    if (r.status === 202) assert.equal(r.json.response, null);
    const talk = (await house.a.get(`/api/inbox?shop=${house.silent.slice('shop-'.length)}`)).json.items[0].conversation;
    const said = await house.a.post(`/api/inbox/${talk.id}/messages`, { text: 'I am here', clientId: newKey() });
    assert.ok([200, 201].includes(said.status), said.text);
    const on = await v.ask('GET', r.json.readOn.split('/').pop());
    assert.ok(on.json.messages.some((m) => m.author === 'person' && m.text === 'I am here'));
    const again = await v.ask('POST', 'chat', { text: 'Hello', clientId });
    assert.equal(again.status, 200);
    assert.match(again.json.response, /I am here/);
    // A person speaks: nobody waits for the assistant.
    const start = Date.now();
    const next = await v.ask('POST', 'chat', { text: 'Thanks', clientId: newKey() });
    assert.equal(next.status, 202, next.text);
    assert.ok(Date.now() - start < WAIT_MS);
});

test('the history is read backwards to its beginning', async ({ server }) => {
    const v = await visitor(server, house.silent);
    assert.deepEqual((await v.ask('GET', 'history')).json, { messages: [], more: false, conversation: null });
    for (let i = 1; i <= 7; i++) await v.ask('POST', 'messages', { text: `Word ${i}`, clientId: newKey() });
    const numbers = [];
    let before = '';
    for (let page = 0; page < 20; page++) {
        const r = await v.ask('GET', `history?limit=2${before}`);
        assert.equal(r.status, 200);
        assert.ok(r.json.messages.length <= 2);
        numbers.unshift(...r.json.messages.map((m) => m.number));
        before = `&before=${numbers[0]}`;
        if (!r.json.more) break;
    }
    assert.deepEqual(numbers, numbers.map((_, i) => i + 1));
    assert.ok(numbers.length >= 7);
    assert.deepEqual((await v.ask('GET', 'history?before=1')).json.messages, []);
});

test('a client of a chatbot-node server is heard as it speaks, and the ids it names are not believed', async ({ server }) => {
    const [a, b] = [await visitor(server, house.told), await visitor(server, house.told)];
    const old = (conversationId) => ({ shopId: house.silent, message: 'Do you have a copper kettle?', userId: 'u-1', botId: 'bot', conversationId });
    const first = await a.ask('POST', 'chat', old());
    assert.equal(first.status, 200, first.text);
    assert.match(first.json.response, /Copper Kettle/);
    assert.match(first.json.conversationId, /^conv_[0-9a-f]{32}$/);
    // Without an id of its own it is said twice; with another visitor's conversation it stays in its own.
    const again = await a.ask('POST', 'chat', old(first.json.conversationId));
    assert.equal(again.json.conversationId, first.json.conversationId);
    assert.equal(again.json.message.number, first.json.message.number + 2);
    const other = await b.ask('POST', 'chat', old(first.json.conversationId));
    assert.notEqual(other.json.conversationId, first.json.conversationId);
    assert.equal(other.json.message.number, 1);
    const streamed = lines(await a.ask('POST', 'chat/stream', old(first.json.conversationId)));
    for (const one of [streamed[0], streamed.at(-1)]) assert.equal(one.conversationId, first.json.conversationId);
    assert.equal((await a.ask('GET', 'history')).json.messages.length, 6);
});

test('what is refused changes nothing', async ({ server }) => {
    const v = await visitor(server, house.told);
    const good = { text: 'Hello', clientId: newKey() };
    const cases = [
        [{}, {}, 422],
        [{ ...good, text: '' }, {}, 422],
        [{ ...good, text: ' \n ' }, {}, 422],
        [{ ...good, text: 'x'.repeat(4001) }, {}, 422],
        [{ ...good, clientId: 'short' }, {}, 422],
        [good, { authorization: 'Bearer chv_made-up' }, 401],
        [good, { authorization: '' }, 401],
        [good, { origin: 'https://else.example' }, 403],
    ];
    for (const [body, headers, status] of cases)
        assert.equal((await v.ask('POST', 'chat', body, headers)).status, status, JSON.stringify([body, headers]).slice(0, 90));
    for (const query of ['before=0', 'before=x', 'limit=0', 'limit=201'])
        assert.ok([400, 422].includes((await v.ask('GET', `history?${query}`)).status), query);
    assert.deepEqual((await v.ask('GET', 'history')).json.messages, []);
    assert.equal((await v.ask('POST', 'messages', good)).status, 201);
    assert.equal((await v.ask('POST', 'chat', { ...good, text: 'Other' })).json.error, 'message_differs');
});

/** A file of knowledge, sent and taken to its end. */
async function take(a, shop, name, body) {
    const at = `/api/shops/${shop}/knowledge`;
    const sent = await a.request('POST', `${at}/files?name=${encodeURIComponent(name)}`, {
        body,
        headers: { 'idempotency-key': newKey() },
    });
    assert.equal(sent.status, 201, sent.text);
    const looked = await a.post(`${at}/files/${sent.json.file}/preview`, {});
    const taken = await a.post(`${at}/files/${sent.json.file}/import`, {});
    assert.equal(taken.status, 202, taken.text);
    const status = await until('the file is taken', async () => {
        const now = (await a.get(taken.json.statusUrl)).json.status;
        return ['done', 'failed'].includes(now) && now;
    });
    return { looked: looked.json, status };
}

test('a text from a file is quoted, shown passage by passage, and gone when it is removed', async ({ server }) => {
    const shop = house.told.slice('shop-'.length);
    const files = `/api/shops/${shop}/knowledge/document-files`;
    const text = '# House rules\n\n## Warranty\n\nThe **warranty** lasts nine years.\n\n## Pets\n\nDogs may come in.\n';
    const { looked, status } = await take(house.a, shop, 'Rules.md', text);
    assert.deepEqual([looked.format, looked.documents, looked.refused, status], ['markdown', 2, [], 'done']);
    // "退货" and "七天内" as a spreadsheet of China writes them.
    const gb = Uint8Array.from([0xcd, 0xcb, 0xbb, 0xf5, 0x0a, 0x0a, 0xc6, 0xdf, 0xcc, 0xec, 0xc4, 0xda]);
    assert.equal((await take(house.a, shop, '退货.txt', gb)).looked.encoding, 'GB18030');
    const odd = '\u202a🙂\u202c \u200b.txt'; // a name that no console has made stays as it is, too
    assert.equal((await take(house.a, shop, odd, 'Elephants\n\nThey may not come in.')).status, 'done');
    const listed = (await house.a.get(files)).json.files;
    assert.equal((await house.a.request('DELETE', `${files}/${listed.find((f) => f.name === odd).file}`)).status, 200);
    assert.deepEqual(listed.filter((f) => f.name !== odd).map((f) => [f.name, f.title, f.passages]).sort(), [
        ['Rules.md', 'House rules', 2],
        ['退货.txt', '退货', 1],
    ]);
    const { file } = listed.find((f) => f.name === 'Rules.md');
    const known = (await house.a.get(`${files}/${file}`)).json;
    assert.deepEqual(known.passages.map((p) => p.text), ['The warranty lasts nine years.', 'Dogs may come in.']);
    const question = { text: 'How long is the warranty?', clientId: newKey() };
    const v = await visitor(server, house.told);
    assert.match((await v.ask('POST', 'chat', question)).json.response, /nine years/);
    assert.equal((await house.a.request('DELETE', `${files}/${file}`)).status, 200);
    const other = await visitor(server, house.told);
    const after = await other.ask('POST', 'chat', { ...question, clientId: newKey() });
    assert.doesNotMatch(after.json.response, /nine years/);
    assert.equal((await take(house.a, shop, 'empty.md', '# Nothing below\n')).status, 'failed');
    assert.equal((await house.a.get(files)).json.files.length, 1);
});

test('the assistant says what its shop has put in the place of a sentence, and facts stay in it', async ({ server }) => {
    const at = `/api/shops/${house.told.slice('shop-'.length)}/chatbot`;
    const built = (await house.a.get(`${at}/sayings`)).json.sayings;
    const price = built.find((s) => s.language === 'en' && s.key === 'price');
    assert.deepEqual(price.holes, ['title', 'price']);
    const { revision } = (await house.a.get(`${at}/settings`)).json;
    const put = (...sayings) => house.a.request('PUT', `${at}/settings`, { json: { revision, sayings } });
    const lost = await put({ language: 'en', key: 'price', text: 'It costs {price}.' });
    assert.equal(lost.status, 422);
    assert.deepEqual([lost.json.fields[0].field, lost.json.fields[0].code], ['sayings[0].text', 'hole_missing']);
    assert.match(lost.json.fields[0].message, /braces/);
    const own = [
        { language: 'en', key: 'price', text: 'For {price} the {title} is yours.' },
        { language: 'en', key: 'greeting', text: 'Ahoy!' },
    ];
    const kept = await put(...own);
    assert.equal(kept.status, 200, kept.text);
    assert.deepEqual(kept.json.sayings, own);
    const v = await visitor(server, house.told);
    assert.equal((await v.ask('POST', 'chat', { text: 'Hi', clientId: newKey() })).json.response, 'Ahoy!');
    const turns = ['How much is the copper kettle?'];
    const asked = await v.ask('POST', 'chat', { text: turns[0], clientId: newKey() });
    assert.match(asked.json.response, /^For \$39\.00 the Copper Kettle is yours\./);
    const tried = await house.a.post(`${at}/try`, { turns: ['Hi', ...turns] });
    assert.deepEqual(tried.json.replies.map((r) => r.text), ['Ahoy!', asked.json.response]);
});

await run();
