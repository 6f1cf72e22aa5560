// chat.mjs: people talk, by HTTP and WebSocket, on the running server: a shopper's browser on the shop's own domain, the
// merchant's team in the inbox. What is stored, acknowledged and delivered, in this order; what each sees of the other;
// who speaks; what is refused.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Client, newKey, randomAddress } from './lib/client.mjs';
import { EventStream } from './lib/events.mjs';
import { JsonSocket } from './lib/socket.mjs';
import { run, test, until } from './lib/suite.mjs';

const PROTOCOL = 'chathub.chat.1';
const DOMAIN = 'tea.example';
const HARD_TEXTS = [
    '👨‍👩‍👧 🇭🇰 🙂',
    '\u202eright to left\u202c',
    'zero\u200bwidth\ufeff',
    ' spaces \n\tand tabs\r\nstay ',
    'e\u0301 is not \u00e9',
    '<script>alert(1)</script>',
    '人工费多少？',
    '\u2028\u2029',
];

let house;

/** Merchant A with an enabled shop on a domain and a team; merchant B. */
async function makeHouse(server) {
    const [a, b] = [await server.account('merchant', { credits: 500 }), await server.account('merchant', { credits: 90 })];
    const shop = await a.shop('Tea', DOMAIN);
    const other = await b.shop('Coffee', 'coffee.example');
    assert.equal((await a.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    assert.equal((await b.post(`/api/shops/${other.id}/chatbot/enable`, {})).status, 200);
    const agent = await server.member(a, 'agent');
    const viewer = await server.member(a, 'viewer');
    return { server, a, b, agent, viewer, shop: `shop-${shop.id}`, id: shop.id, other: `shop-${other.id}` };
}

/** A shopper's browser on a page of the shop. */
class Shopper extends Client {
    constructor(server, shop = house.shop, origin = `https://${DOMAIN}`) {
        super(server.client().base, server.api);
        this.shop = shop;
        this.origin = origin;
    }
    ask(method, what, json, headers = {}) {
        return this.request(method, `/api/chat/${this.shop}/${what}`, {
            json,
            headers: {
                origin: this.origin,
                ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
                ...headers,
            },
        });
    }
    async begin(json = {}) {
        const r = await this.ask('POST', 'session', json);
        assert.equal(r.status, 200, r.text);
        this.token = r.json.token;
        return r.json;
    }
    say(text, clientId = newKey()) {
        return this.ask('POST', 'messages', { text, clientId });
    }
    async heard(after = 0) {
        const r = await this.ask('GET', `messages?after=${after}&limit=200`);
        assert.equal(r.status, 200, r.text);
        return r.json.messages;
    }
    socket(options = {}) {
        return JsonSocket.open(this.base, `/chat/${this.shop}/socket`, {
            origin: this.origin,
            protocols: [PROTOCOL, this.token],
            address: this.address,
            ...options,
        });
    }
}

const shopper = async (server, ...more) => {
    const s = new Shopper(server, ...more);
    await s.begin({ language: 'en', page: `https://${DOMAIN}/green` });
    return s;
};

/** The newest conversation of the inbox, as this one of the team sees it. */
const newest = async (who, query = '') => (await who.get(`/api/inbox${query}`)).json.items[0]?.conversation;
/** What people said: not what the house says of who comes and who is waited for. */
const spoken = (messages) => messages.filter((m) => m.author !== 'house');
const refused = async (promise) => promise.then(() => assert.fail('it opened'), (e) => e.status);

test('d33 a shopper and a person talk, and both see the same numbers', async ({ server }) => {
    house = await makeHouse(server);
    const s = await shopper(server);
    const first = await s.say('Is the green tea in stock?');
    assert.equal(first.status, 201, first.text);
    assert.equal(first.json.message.number, 1);
    // This shop has taught nothing, so nobody but a person can answer: it waits for one, and says so.
    assert.equal(first.json.conversation.owner, 'waiting');
    const c = await newest(house.a);
    assert.equal(c.unread, 1);
    const sent = await house.agent.post(`/api/inbox/${c.id}/messages`, { text: 'It is.', clientId: newKey() });
    assert.equal(sent.status, 201, sent.text);
    assert.equal(sent.json.conversation.owner, 'person');
    assert.equal((await house.agent.post(`/api/inbox/${c.id}/notes`, { text: 'A friend', clientId: newKey() })).status, 201);
    const thanks = (await s.say('Thank you')).json.message.number;
    const heard = await s.heard();
    assert.deepEqual(heard.map((m) => m.number), Array.from({ length: thanks }, (_, i) => i + 1));
    assert.deepEqual([heard[1].author, heard[1].notice], ['house', 'waiting']);
    assert.deepEqual(
        spoken(heard).map((m) => [m.author, m.text]),
        [
            ['visitor', 'Is the green tea in stock?'],
            ['person', 'It is.'],
            ['visitor', 'Thank you'],
        ],
    );
    const thread = (await house.viewer.get(`/api/inbox/${c.id}`)).json;
    assert.deepEqual(thread.messages.map((m) => m.number), heard.map((m) => m.number));
    const { person } = sent.json.conversation;
    assert.ok(person > 0);
    assert.ok(thread.messages.every((m) => (m.author === 'person') === (m.person === person)));
    assert.ok(heard.every((m) => !('person' in m)), 'whose number it is, visitors are not told');
    assert.deepEqual(thread.notes.map((n) => [n.behind, n.text]), [[thanks - 1, 'A friend']]);
    assert.equal(thread.visitor.page, `https://${DOMAIN}/green`);
    assert.ok(!JSON.stringify(heard).includes('friend'), 'no note reaches the visitor');
});

test('every text comes back to the byte', async ({ server }) => {
    const s = await shopper(server);
    for (const text of HARD_TEXTS.slice(0, -1)) assert.equal((await s.say(text)).status, 201, text);
    assert.deepEqual(spoken(await s.heard()).map((m) => m.text), HARD_TEXTS.slice(0, -1));
    const long = '🙂'.repeat(4000);
    assert.equal((await s.say(long)).status, 201);
    assert.equal((await s.heard()).at(-1).text, long);
    for (const [text, code] of [
        ['🙂'.repeat(4001), 'too_long'],
        [' \n\u3000\u200b', 'required'],
        ['', 'required'],
        ['a\u0000b', undefined],
        ['bell\u0007', 'control_characters'],
    ]) {
        const r = await s.say(text);
        assert.ok([400, 422].includes(r.status), `${JSON.stringify(text.slice(0, 20))}: ${r.status}`);
        if (code) assert.equal(r.json.fields[0].code, code);
    }
});

test('the same message twice is one, also at once', async ({ server }) => {
    const s = await shopper(server);
    const id = newKey();
    const all = await Promise.all(Array.from({ length: 8 }, () => s.say('Hello', id)));
    for (const r of all) {
        assert.equal(r.status, 201, r.text);
        assert.equal(r.json.message.number, 1);
    }
    assert.equal(spoken(await s.heard()).length, 1);
    const other = await s.say('Something else', id);
    assert.equal(other.status, 409);
    assert.equal(other.json.error, 'message_differs');
    const many = await Promise.all(Array.from({ length: 20 }, (_, i) => s.say(`m${i}`)));
    assert.deepEqual(
        many.map((r) => r.json.message.number).sort((x, y) => x - y),
        Array.from({ length: 20 }, (_, i) => i + 3), // the second is the house's: somebody was called
    );
});

test('a37 by socket: acknowledged, told, and gaps filled', async ({ server }) => {
    const s = await shopper(server);
    const one = await s.socket();
    assert.equal(one.protocol, PROTOCOL);
    assert.equal((await one.take('hello', (f) => f.type === 'hello')).conversation.lastNumber, 0);
    const inbox = await EventStream.open(house.a, undefined, { path: '/api/inbox/events' });
    const tab = await s.socket(); // nothing was said yet: nobody is told
    one.send({ type: 'message', text: HARD_TEXTS[0], clientId: 'first-message' });
    const ack = await one.take('ack', (f) => f.type === 'ack');
    assert.equal(ack.number, 1);
    assert.equal(ack.clientId, 'first-message');
    const told = await one.take('its own message', (f) => f.type === 'message');
    assert.deepEqual([told.number, told.author, told.text, told.clientId], [1, 'visitor', HARD_TEXTS[0], 'first-message']);
    const event = await inbox.next('message');
    assert.equal(event.data.message.text, HARD_TEXTS[0]);
    const id = event.data.conversation;
    tab.close();
    assert.equal((await inbox.next('presence')).data.present, false);
    assert.equal(inbox.seen.filter((e) => e.event === 'presence').length, 1);
    (await s.socket()).close();
    assert.equal((await inbox.next('presence')).data.present, true);
    assert.equal((await inbox.next('presence')).data.present, false);
    one.send({ type: 'typing' });
    assert.equal((await inbox.next('typing')).data.side, 'visitor');
    await house.a.post(`/api/inbox/${id}/typing`, {});
    const seen = await one.take('typing', (f) => f.type === 'typing' && f.side === 'team');
    assert.deepEqual(Object.keys(seen), ['type', 'side', 'name'], 'no number of ours');
    const writes = (await inbox.next('typing')).data;
    assert.deepEqual([writes.side, writes.name, writes.note], ['team', house.a.email, false]); // no name is known
    await house.a.post(`/api/inbox/${id}/typing`, { note: true });
    const notes = (await inbox.next('typing')).data;
    assert.deepEqual([notes.note, notes.person], [true, writes.person]);
    assert.ok(!one.frames.some((f) => f.type === 'typing' && f.side === 'team'), 'a visitor hears nothing of a note');
    await house.a.post(`/api/inbox/${id}/messages`, { text: 'Hi', clientId: newKey() });
    const hi = await one.take('an answer', (f) => f.type === 'message' && f.author === 'person');
    await one.take('who speaks', (f) => f.type === 'state' && f.owner === 'person');
    one.send({ type: 'read', number: hi.number });
    assert.equal((await inbox.next('read')).data.readByVisitor, hi.number);
    one.close();
    await house.a.post(`/api/inbox/${id}/messages`, { text: 'x'.repeat(3999), clientId: newKey() });
    const two = await s.socket();
    assert.equal((await two.take('hello', (f) => f.type === 'hello')).conversation.lastNumber, hi.number + 1);
    two.send({ type: 'resume', after: hi.number - 1 });
    const gap = await two.take('what was missed', (f) => f.type === 'messages');
    assert.deepEqual(gap.messages.map((m) => m.number), [hi.number, hi.number + 1]);
    assert.equal(gap.more, false);
    await house.a.post(`/api/inbox/${id}/messages`, { text: 'y'.repeat(3999), clientId: newKey() });
    const announced = await two.take('a long one', (f) => f.type === 'message' && f.number === hi.number + 2);
    assert.equal(announced.text, null);
    assert.equal((await s.heard(hi.number + 1))[0].text.length, 3999);
    two.send({ type: 'bot' });
    assert.equal((await two.take('a refusal', (f) => f.type === 'error')).error, 'person_answers');
    two.close();
    inbox.close();
});

/** More than one transaction tells of. */
const MANY = 150;

/** Many who have said something, and are there. */
const crowd = (server) => Promise.all(Array.from({ length: MANY }, async () => {
    const s = await shopper(server);
    await s.say('Hello');
    const one = await s.socket();
    await one.take('hello', (f) => f.type === 'hello');
    return one;
}));

/** What an inbox hears of them until it has heard it of so many: their conversations, and the last event's number. */
async function presences(inbox, present) {
    const of = [];
    let id;
    while (of.length < MANY) {
        const { data, id: number } = await inbox.next('presence');
        if (data.present === present) of.push(data.conversation);
        id = number;
    }
    return { of: new Set(of), id };
}

test('the team hears of each who goes, also when many go at once', async ({ server }) => {
    const inbox = await EventStream.open(house.a, undefined, { path: '/api/inbox/events' });
    for (const one of await crowd(server)) one.close();
    assert.equal((await presences(inbox, false)).of.size, MANY, 'of each once');
    inbox.close();
});

test('a server that ends tells the team first that all have gone', async ({ server }) => {
    const path = '/api/inbox/events';
    const before = await EventStream.open(house.a, undefined, { path });
    const sockets = await crowd(server);
    const there = await presences(before, true);
    before.close();
    assert.equal(await server.stop(), 0);
    await server.again();
    const after = await EventStream.open(house.a, there.id, { path });
    assert.deepEqual((await presences(after, false)).of, there.of);
    after.close();
    for (const one of sockets) one.close();
});

test('fifty frames in a row keep their order', async ({ server }) => {
    const s = await shopper(server);
    const socket = await s.socket();
    for (let i = 0; i < 25; i++) socket.send({ type: 'message', text: `n${i}`, clientId: `ordered-${i}` });
    // The second is the house's: somebody was called.
    for (let i = 0; i < 25; i++)
        assert.equal(
            (await socket.take(`ack ${i}`, (f) => f.type === 'ack' && f.clientId === `ordered-${i}`)).number,
            i === 0 ? 1 : i + 2,
        );
    assert.deepEqual(spoken(await s.heard()).map((m) => m.text), Array.from({ length: 25 }, (_, i) => `n${i}`));
    socket.close();
});

test('garbage over a socket closes it with the right code', async ({ server }) => {
    const s = await shopper(server);
    const ends = async (act) => {
        const socket = await s.socket();
        act(socket);
        const code = await socket.ended();
        socket.close();
        return code;
    };
    assert.equal(await ends((x) => x.raw(2, 'bytes')), 1003);
    assert.equal(await ends((x) => x.raw(1, 'no json')), 1007);
    assert.equal(await ends((x) => x.raw(1, '[1]')), 1007);
    assert.equal(await ends((x) => x.raw(1, '{"type":"message"')), 1007);
    assert.equal(await ends((x) => x.raw(1, Buffer.from([0xff, 0xfe]))), 1007);
    assert.equal(await ends((x) => x.raw(1, 'x'.repeat(60000))), 1009);
    assert.equal(await ends((x) => Array.from({ length: 90 }, () => x.send({ type: 'later' }))), 1008);
    // As many, that are to be stored: it is the pace that is wrong, and not that we are slow (1013: come again).
    assert.equal(await ends((x) => Array.from({ length: 80 }, () => x.send({ type: 'typing' }))), 1008);
    const socket = await s.socket();
    for (const [frame, error] of [
        [{ type: 'later' }, 'unknown_type'],
        [{}, 'unknown_type'],
        [{ type: 'message', clientId: 'no-text-here' }, 'invalid_fields'],
        [{ type: 'message', text: 'x', clientId: 'short' }, 'invalid_fields'],
        [{ type: 'message', text: 'x'.repeat(4001), clientId: 'long-enough' }, 'invalid_fields'],
        [{ type: 'read', number: 'three' }, 'invalid_fields'],
        [{ type: 'resume', after: -1 }, 'invalid_fields'],
    ]) {
        socket.send(frame);
        assert.equal((await socket.take(JSON.stringify(frame), (f) => f.type === 'error')).error, error);
    }
    socket.send({ type: 'message', text: 'still here', clientId: 'still-here' });
    await socket.take('ack', (f) => f.type === 'ack');
    socket.close();
});

test('one visitor holds some sockets and streams, not all there are', async ({ server }) => {
    const s = await shopper(server);
    const held = [];
    for (let i = 0; i < 8; i++) held.push(await s.socket());
    assert.equal(await refused(s.socket()), 429);
    const other = await shopper(server);
    (await other.socket()).close();
    for (const socket of held) socket.close();
    await until('room again', async () => {
        const socket = await s.socket().catch(() => null);
        socket?.close();
        return socket !== null;
    });
});

test('d33 only the shop’s own pages, and only with its token', async ({ server }) => {
    const s = await shopper(server);
    for (const origin of [`https://www.${DOMAIN}`, s.base]) {
        const page = await shopper(server, house.shop, origin);
        const r = await page.say('from another page of ours');
        assert.equal(r.status, 201);
    }
    const allowed = await s.ask('GET', 'messages');
    assert.equal(allowed.headers['access-control-allow-origin'], `https://${DOMAIN}`);
    for (const origin of ['https://evil.example', `http://${DOMAIN}`, `https://${DOMAIN}.evil.example`, 'https://coffee.example',
        `https://x${DOMAIN}`, 'null', `https://${DOMAIN}:8443`]) {
        const r = await s.ask('POST', 'messages', { text: 'x', clientId: newKey() }, { origin });
        assert.equal(r.status, 403, origin);
        assert.equal(r.headers['access-control-allow-origin'], undefined, origin);
        assert.equal(await refused(s.socket({ origin })), 403, origin);
        const fresh = new Shopper(server, house.shop, origin);
        assert.equal((await fresh.ask('POST', 'session', {})).status, 403, origin);
    }
    const nobody = new Shopper(server);
    assert.equal((await nobody.say('who am I')).json.error, 'chat_token');
    assert.equal(await refused(s.socket({ protocols: [PROTOCOL] })), 401);
    assert.equal(await refused(s.socket({ protocols: ['other', s.token] })), 400);
    nobody.token = s.token.slice(0, -3) + (s.token.endsWith('AAA') ? 'BBB' : 'AAA');
    assert.equal((await nobody.say('changed')).status, 401);
    const elsewhere = new Shopper(server, house.other, 'https://coffee.example');
    elsewhere.token = s.token;
    assert.equal((await elsewhere.say('of another shop')).status, 401);
    // Where there is no chat every page may hear that, and takes its launcher away.
    assert.equal((await new Shopper(server, 'shop-999999').ask('GET', 'messages')).status, 404);
    assert.equal((await new Shopper(server, 'shop-999999', s.base).ask('GET', 'messages')).status, 404);
    assert.equal((await new Shopper(server, 'tea', s.base).ask('GET', 'messages')).status, 404);
    // A server of the shop has no origin: its visitor's token is enough.
    assert.equal((await s.ask('GET', 'messages', undefined, { origin: undefined })).status, 200);
});

test('a program begins as the protocol says: with an origin for its first token, without one from then on', async ({
    server,
}) => {
    const s = new Shopper(server);
    const bare = { origin: undefined };
    for (const [path, body] of Object.entries({ here: { visit: newKey() }, session: {}, identify: { token: 'x' } })) {
        const r = await s.ask('POST', path, body, bare);
        assert.deepEqual([r.status, r.json.error], [403, 'cross_site'], path);
    }
    const begun = await s.ask('POST', 'session', { language: 'en' }, { origin: server.base });
    assert.equal(begun.status, 200, begun.text);
    s.token = begun.json.token;
    const said = await s.ask('POST', 'messages', { text: 'Hello', clientId: newKey() }, bare);
    assert.equal(said.status, 201, said.text);
    const again = await s.ask('POST', 'session', {}, bare);
    assert.deepEqual([again.status, again.json.anew], [200, false]);
    assert.equal(await refused(s.socket({ origin: '' })), 403);
    const headers = { authorization: `Bearer ${s.token}` };
    const socket = await s.socket({ origin: '', protocols: [PROTOCOL], headers });
    const hello = await socket.take('hello', (f) => f.type === 'hello');
    assert.equal(hello.conversation.lastNumber >= 1, true);
    socket.close();
});

test('allowed domains: their pages are let in beside the shop’s own, and refused at once when they are taken away', async ({
    server,
}) => {
    const path = `/api/shops/${house.id}/chatbot/settings`;
    const put = async (domains) => {
        const { revision } = (await house.a.get(path)).json;
        const r = await house.a.request('PUT', path, { json: { revision, domains } });
        assert.equal(r.status, 200, r.text);
        return r.json.domains;
    };
    const refusesAll = async (origin, s) => {
        assert.equal((await s.ask('POST', 'messages', { text: 'x', clientId: newKey() })).status, 403, origin);
        assert.equal(await refused(s.socket()), 403, origin);
        assert.equal((await new Shopper(server, house.shop, origin).ask('POST', 'session', {})).status, 403, origin);
    };
    const own = await shopper(server);
    const origins = ['https://blog.example', 'https://zh.landing.example'];
    for (const origin of origins) {
        const s = new Shopper(server, house.shop, origin);
        s.token = own.token;
        await refusesAll(origin, s);
    }
    assert.deepEqual(await put(['https://Blog.example/', '*.landing.example']), ['blog.example', '*.landing.example']);
    const there = [];
    for (const origin of origins) {
        const s = await shopper(server, house.shop, origin);
        const r = await s.say('from a page beside the shop');
        assert.equal(r.status, 201, origin);
        assert.equal((await s.ask('GET', 'messages')).headers['access-control-allow-origin'], origin);
        (await s.socket()).close();
        there.push(s);
    }
    await refusesAll('https://x.blog.example', Object.assign(new Shopper(server, house.shop, 'https://x.blog.example'), { token: own.token }));
    assert.equal((await own.say('and from the shop')).status, 201);
    await put([]);
    for (const s of there) await refusesAll(s.origin, s);
    assert.equal((await own.say('still from the shop')).status, 201);
});

test('a first word takes it too: of two in the same moment one is stored, the other told who was quicker', async ({ server }) => {
    const s = await shopper(server);
    await s.say('Is anybody here?');
    await s.ask('POST', 'person', {});
    const c = await newest(house.a, '?filter=waiting');
    const say = (p, text, epoch, clientId = newKey()) => p.post(`/api/inbox/${c.id}/messages`, { text, clientId, epoch });
    const ids = [newKey(), newKey()];
    const people = [house.a, house.agent];
    const both = await Promise.all(people.map((p, i) => say(p, `word ${i}`, c.epoch, ids[i])));
    assert.deepEqual(both.map((r) => r.status).sort(), [201, 409]);
    const first = both[0].status === 201 ? 0 : 1;
    const [winner, late] = [people[first], people[1 - first]];
    const won = both[first].json.conversation;
    const lost = both[1 - first].json;
    assert.deepEqual([lost.error, lost.person, lost.owner, lost.epoch], ['conversation_moved', won.person, 'person', won.epoch]);
    const words = async () => (await s.heard()).filter((m) => m.author === 'person').map((m) => m.text);
    assert.deepEqual(await words(), [`word ${first}`]);
    assert.equal((await newest(house.a, '?filter=open')).person, won.person);
    // One's own word before it makes nobody late.
    assert.equal((await say(winner, 'and more', c.epoch)).status, 201);
    // With what was told it goes; what is stored already is answered as stored, whoever speaks by then.
    assert.equal((await say(late, 'word late', (await newest(house.a, '?filter=open')).epoch)).status, 201);
    const again = await say(winner, `word ${first}`, c.epoch, ids[first]);
    assert.deepEqual([again.status, again.json.message.number], [201, both[first].json.message.number]);
    const other = await say(winner, 'other', c.epoch, ids[first]);
    assert.deepEqual([other.status, other.json.error], [409, 'message_differs']);
    assert.deepEqual(await words(), [`word ${first}`, 'and more', 'word late']);
    // A note takes nothing; who names no epoch is heard as before.
    const note = await winner.post(`/api/inbox/${c.id}/notes`, { text: 'between us', clientId: newKey() });
    assert.equal(note.status, 201, note.text);
    assert.equal((await say(winner, 'as before', undefined)).status, 201);
});

test('begun by hand by two at once: one is heard, the other is told who was quicker', async ({ server }) => {
    const s = new Shopper(server);
    const page = `https://${DOMAIN}/by-hand`;
    const visit = randomBytes(8).toString('hex');
    const beat = async () => (await s.ask('POST', 'here', { visit, page, language: 'en' })).json;
    await beat();
    const { id, conversation } = (await house.a.get('/api/visitors')).json.visitors.find((v) => v.page === page);
    assert.equal(conversation, null);
    const people = [house.a, house.agent];
    const says = (p, text, epoch) => p.post(`/api/visitors/${id}/messages`, { text, clientId: newKey(), epoch });
    const both = await Promise.all(people.map((p, i) => says(p, `May I help? ${i}`, 1)));
    assert.deepEqual(both.map((r) => r.status).sort(), [201, 409]);
    const first = both[0].status === 201 ? 0 : 1;
    const lost = both[1 - first].json;
    assert.deepEqual([lost.error, lost.owner], ['conversation_moved', 'person']);
    s.token = (await beat()).token;
    assert.deepEqual((await s.heard()).filter((m) => m.author === 'person').map((m) => m.text), [`May I help? ${first}`]);
    assert.equal((await says(people[first], 'and more', 1)).status, 201); // behind one's own word
    assert.equal((await says(people[1 - first], 'me too', lost.epoch + 1)).status, 201);
    assert.equal((await says(people[first], 'as before', undefined)).status, 201);
});

test('who is spoken to by hand hears it, also between the opening of the chat and the next beat', async ({ server }) => {
    for (const order of ['opened first', 'spoken to first']) {
        const s = new Shopper(server);
        const page = `https://${DOMAIN}/hello-${order.slice(0, 6)}`;
        const visit = randomBytes(8).toString('hex');
        const open = async () => assert.equal((await s.begin({ visit })).token.length > 20, true);
        assert.equal((await s.ask('POST', 'here', { visit, page })).status, 200);
        const seen = async () => (await house.a.get('/api/visitors')).json.visitors.find((v) => v.page === page);
        const { id } = await seen();
        if (order === 'opened first') {
            await open();
            const socket = await s.socket(); // its conversation has no word yet, and is none to open for the team
            await socket.take('a beginning', (f) => f.type === 'hello');
            assert.equal((await seen()).conversation, null);
            socket.close();
        }
        const said = await house.a.post(`/api/visitors/${id}/messages`, { text: `Hello, ${order}`, clientId: newKey() });
        assert.equal(said.status, 201, said.text);
        if (order === 'spoken to first') await open();
        const mine = async () => (await s.heard()).filter((m) => m.author === 'person').map((m) => m.text);
        assert.deepEqual(await mine(), [`Hello, ${order}`]);
        assert.equal((await s.ask('POST', 'here', { visit, page })).json.token, null, 'the browser has one');
        assert.equal((await seen()).conversation, said.json.conversation);
        assert.equal((await s.say('Hello to you')).status, 201);
        assert.deepEqual(await mine(), [`Hello, ${order}`]);
    }
    // The name of a visit of another shop opens nothing here, and a name that nobody said is no visit.
    const s = new Shopper(server);
    assert.equal((await s.ask('POST', 'session', { visit: randomBytes(8).toString('hex') })).status, 200);
    assert.equal((await s.ask('POST', 'session', { visit: 'short' })).status, 422);
});

test('begun by hand with who opens the chat in that moment: the words come, once, whichever was first', async ({ server }) => {
    for (const opens of ['before', 'after']) {
        const s = new Shopper(server);
        const page = `https://${DOMAIN}/crossed-${opens}`;
        const visit = randomBytes(8).toString('hex');
        const beat = async () => (await s.ask('POST', 'here', { visit, page, language: 'en' })).json;
        const seen = async () => (await house.a.get('/api/visitors')).json.visitors.find((v) => v.page === page);
        assert.equal((await beat()).token, null);
        const { id } = await seen();
        const word = { text: `Hello ${opens}`, clientId: newKey() };
        const hello = () => house.a.post(`/api/visitors/${id}/messages`, word);
        if (opens === 'before') await s.begin();
        const first = await hello();
        assert.equal(first.status, 201, first.text);
        if (opens === 'after') await s.begin(); // the token of the invitation comes too late
        const live = await s.socket();
        const said = async () => (await s.heard()).filter((m) => m.author === 'person').map((m) => m.text);
        assert.deepEqual(await said(), []);
        const beats = await Promise.all([beat(), beat()]); // two tabs
        assert.deepEqual(beats.map((b) => b.token), [null, null]);
        await live.take('the word', (f) => f.type === 'message' && JSON.stringify(f).includes(word.text));
        live.close();
        assert.deepEqual(await said(), [word.text]);
        assert.equal((await hello()).status, 201); // sent again
        assert.deepEqual(await said(), [word.text]);
        const { conversation } = await seen();
        assert.notEqual(conversation, first.json.conversation);
        assert.equal((await house.a.get(`/api/inbox/${conversation}`)).json.conversation.owner, 'person');
        assert.equal((await house.a.get(`/api/inbox/${first.json.conversation}`)).status, 404);
        await s.say('Thank you');
        assert.equal((await newest(house.a)).id, conversation);
    }
});

test('who takes it, and who is told that somebody was quicker', async ({ server }) => {
    const s = await shopper(server);
    await s.say('A person, please');
    const asked = await s.ask('POST', 'person', {});
    assert.equal(asked.json.conversation.owner, 'waiting');
    const c = await newest(house.a, '?filter=waiting');
    assert.equal(c.owner, 'waiting');
    const both = await Promise.all([house.a, house.agent].map((p) => p.post(`/api/inbox/${c.id}/take`, { epoch: c.epoch })));
    assert.deepEqual(both.map((r) => r.status).sort(), [200, 409]);
    const lost = both.find((r) => r.status === 409).json;
    const won = both.find((r) => r.status === 200).json.conversation;
    assert.equal(lost.error, 'conversation_moved');
    assert.equal(lost.person, won.person);
    assert.equal((await s.ask('POST', 'bot', {})).json.error, 'person_answers');
    const winner = both[0].status === 200 ? house.a : house.agent;
    assert.equal((await newest(winner, '?filter=mine')).id, c.id);
    const back = await winner.post(`/api/inbox/${c.id}/hand`, { to: 'bot', epoch: won.epoch });
    // There is no assistant in this shop: what nobody has answered goes on waiting.
    assert.equal(back.json.conversation.owner, 'waiting');
    const { user } = (await house.agent.get('/api/user')).json;
    const given = await house.a.post(`/api/inbox/${c.id}/assign`, { person: user.id });
    assert.equal(given.json.conversation.person, user.id);
    const viewer = (await house.viewer.get('/api/user')).json.user.id;
    assert.equal((await house.a.post(`/api/inbox/${c.id}/assign`, { person: viewer })).json.error, 'no_colleague');
    assert.equal((await house.a.post(`/api/inbox/${c.id}/assign`, { person: 999999 })).json.error, 'no_colleague');
    const done = await house.a.post(`/api/inbox/${c.id}/state`, { status: 'resolved' });
    assert.equal(done.json.conversation.status, 'resolved');
    assert.equal((await newest(house.a, '?filter=resolved')).id, c.id);
    await s.say('One more thing');
    assert.equal((await house.a.get(`/api/inbox/${c.id}`)).json.conversation.status, 'open');
    const far = (days) => new Date(Date.now() + days * 86400e3).toISOString();
    const beyond = await house.a.post(`/api/inbox/${c.id}/state`, { status: 'snoozed', until: far(367) });
    assert.deepEqual([beyond.status, beyond.json.error], [422, 'until_is_far']);
    assert.match(beyond.json.message, /year|年/);
    const past = await house.a.post(`/api/inbox/${c.id}/state`, { status: 'snoozed', until: '2020-01-01T00:00:00Z' });
    assert.equal(past.json.error, 'until_is_past');
});

test('another merchant’s conversations are not there, and a viewer changes nothing', async ({ server }) => {
    [house.a, house.b, house.agent, house.viewer] = await Promise.all(
        [house.a, house.b, house.agent, house.viewer].map(async (p) => (await p.get('/api/inbox')).status === 200 && p),
    );
    const s = await shopper(server);
    await s.say('Hello');
    const c = await newest(house.a);
    assert.equal((await house.b.get(`/api/inbox/${c.id}`)).status, 404);
    for (const [what, body] of [
        ['messages', { text: 'x', clientId: newKey() }],
        ['notes', { text: 'x', clientId: newKey() }],
        ['take', {}],
        ['hand', { to: 'bot' }],
        ['assign', { person: 0 }],
        ['state', { status: 'resolved' }],
        ['read', { number: 1 }],
        ['typing', {}],
        ['visitor', { blocked: true }],
    ]) {
        assert.equal((await house.b.post(`/api/inbox/${c.id}/${what}`, body)).status, 404, what);
        assert.equal((await house.viewer.post(`/api/inbox/${c.id}/${what}`, body)).status, 403, what);
    }
    assert.ok(!(await house.b.get('/api/inbox')).text.includes(`"id":${c.id},`));
    assert.equal(spoken(await s.heard()).length, 1);
});

test('a blocked visitor, and a shop whose chat is off', async ({ server }) => {
    const s = await shopper(server);
    await s.say('Hello');
    const c = await newest(house.a);
    const socket = await s.socket();
    assert.equal((await s.ask('POST', 'person', {})).json.conversation.owner, 'waiting');
    const cut = await house.a.post(`/api/inbox/${c.id}/visitor`, { blocked: true });
    assert.deepEqual([cut.status, cut.json.conversation.status, cut.json.conversation.owner], [200, 'resolved', 'bot']);
    assert.equal((await s.say('Again')).json.error, 'chat_blocked');
    assert.equal((await socket.take('a refusal', (f) => f.type === 'ended')).error, 'chat_blocked');
    assert.equal(await socket.ended(), 1008);
    assert.equal((await s.ask('POST', 'session', {})).json.error, 'chat_blocked');
    assert.equal((await house.a.post(`/api/inbox/${c.id}/visitor`, { blocked: false })).status, 200);
    const again = await s.socket();
    again.send({ type: 'message', text: 'By socket', clientId: 'by-the-socket' });
    await again.take('ack', (f) => f.type === 'ack');
    again.close();
    const off = await house.a.request('DELETE', `/api/shops/${house.id}`);
    assert.ok(off.status < 300, off.text);
    assert.equal((await s.say('Anybody?')).json.error, 'chat_paused');
    assert.equal((await new Shopper(server).ask('POST', 'session', {})).json.error, 'chat_paused');
    assert.equal(await refused(s.socket()), 403);
    assert.ok((await house.a.post(`/api/shops/${house.id}/restore`, {})).status < 300);
    assert.equal((await s.say('There you are')).status, 201);
});

test('pages of the inbox leave nobody out and show nobody twice', async ({ server }) => {
    for (let i = 0; i < 7; i++) await (await shopper(server)).say(`page ${i}`);
    const seen = [];
    for (let next = ''; next !== null; ) {
        const r = (await house.a.get(`/api/inbox?limit=3${next ? `&after=${next}` : ''}`)).json;
        seen.push(...r.items.map((i) => i.conversation.id));
        next = r.next;
    }
    assert.equal(new Set(seen).size, seen.length);
    assert.ok(seen.length >= 7);
    assert.equal((await house.a.get('/api/inbox?after=abc')).status, 422);
    assert.equal((await house.a.get(`/api/inbox?shop=${house.id}&limit=1`)).json.items.length, 1);
    assert.equal((await house.a.get('/api/inbox?shop=999999')).json.items.length, 0);
});

test('server events where no socket can be had', async ({ server }) => {
    const s = await shopper(server);
    const stream = await EventStream.open(s, undefined, {
        path: `/api/chat/${house.shop}/events`,
        headers: { origin: s.origin, authorization: `Bearer ${s.token}` },
    });
    await s.say('Hello');
    const told = await stream.next('message');
    assert.deepEqual([told.data.number, told.data.text], [1, 'Hello']);
    stream.close();
    await s.say('Missed');
    const again = await EventStream.open(s, told.id, {
        path: `/api/chat/${house.shop}/events`,
        headers: { origin: s.origin, authorization: `Bearer ${s.token}` },
    });
    assert.equal((await again.next('message')).data.number, 2);
    again.close();
});

test('one visitor’s flood is stopped and slows nobody else', async ({ server }) => {
    const [loud, quiet] = [await shopper(server), await shopper(server)];
    const from = () => ({ 'x-forwarded-for': randomAddress() }); // it is the visitor that is counted, wherever it is
    const codes = await Promise.all(
        Array.from({ length: 150 }, () => loud.ask('POST', 'typing', {}, from()).then((r) => r.status)),
    );
    assert.ok(codes.includes(429));
    assert.equal((await quiet.say('Hello')).status, 201);
});

test('the books of conversations are sound', async ({ server }) => {
    const { checks } = await server.verify();
    assert.ok(checks.find((c) => c.name === 'chat.conversations').looked > 10);
});

// Last, for it moves the clock: sessions of before would be from a time to come for whoever verifies with the true one.
test('a snoozed conversation comes back by itself', async ({ server }) => {
    const s = await shopper(server);
    await s.say('Call me tomorrow');
    const c = await newest(house.a);
    const until_ = new Date(Date.now() + 3600e3 * 30).toISOString();
    const r = await house.a.post(`/api/inbox/${c.id}/state`, { status: 'snoozed', until: until_ });
    assert.equal(r.json.conversation.status, 'snoozed');
    assert.equal((await newest(house.a, '?filter=snoozed')).id, c.id);
    await server.advance(31 * 3600);
    await until('it is open', async () => (await house.a.get(`/api/inbox/${c.id}`)).json?.conversation?.status === 'open');
});

await run({ env: { CHATHUB_TEST_CLOCK: '1' } });
