// turns.mjs: who speaks, and when, on the running server: the assistant waits while somebody types and answers a burst
// once, also over a kill; a wish for a person is answered by a place in line that moves, letters to the team, and words
// about hours when nobody is there; a person who falls silent leaves the talk to the assistant.
import assert from 'node:assert/strict';
import { newKey } from './lib/client.mjs';
import { Shopper } from './lib/shopper.mjs';
import { run, sleep, test, unhurried, until } from './lib/suite.mjs';

const DOMAIN = 'tea.example';
const PAUSE_MS = 700; // the assistant answers so long after the last word
const TYPING_MS = 6000; // so long somebody who said it types
let house;
let shoppers = 0;

async function makeHouse(server) {
    const a = await server.account('merchant', { credits: 500 });
    const shop = await a.shop('Tea', DOMAIN);
    assert.equal((await a.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    const known = await a.post(`/api/shops/${shop.id}/knowledge/import`, {
        currency: 'EUR',
        products: [{ id: 'p1', title: 'Copper Kettle', price: 3900, available: true }],
        faq: [{ id: 'f1', question: 'Can I return it?', answer: 'Within 30 days.' }],
    });
    assert.equal(known.status, 200, known.text);
    const agent = await server.member(a, 'agent');
    return { a, agent, id: shop.id, shop: `shop-${shop.id}` };
}

const shopper = async (server, language = 'en') => {
    const s = new Shopper(server, house.shop, DOMAIN);
    s.name = `Shopper ${++shoppers}`;
    await s.begin({ language, name: s.name, page: `https://${DOMAIN}/` });
    return s;
};
/** By the name that it has: in another one something may have been said since. */
const conversationOf = async (s) =>
    (await house.a.get('/api/inbox?limit=100')).json.items.find((i) => i.visitorName === s.name).conversation;
const ms = (message) => Date.parse(message.at);
const byBot = async (s) => (await s.heard()).filter((m) => m.author === 'bot');
const notices = async (s) => (await s.heard()).filter((m) => m.author === 'house').map((m) => m.notice);
const answered = (s, count) => until(`${count} answers`, async () => (await byBot(s)).length >= count);
const settings = async (change) => {
    const at = `/api/shops/${house.id}/chatbot/settings`;
    const { revision } = (await house.a.get(at)).json;
    const r = await house.a.request('PUT', at, { json: { revision, ...change } });
    assert.equal(r.status, 200, r.text);
};

test('a33 a burst is answered once, a moment after its last word', async ({ server }) => {
    house = await makeHouse(server);
    await unhurried(async () => {
        const s = await shopper(server);
        for (const text of ['hello', 'how much is the copper kettle?', 'and can I return it?']) {
            assert.equal((await s.say(text)).status, 201);
            await sleep(PAUSE_MS / 3);
        }
        await answered(s, 1);
        await sleep(1500);
        const heard = await s.heard();
        const words = heard.filter((m) => m.author === 'visitor').map(ms);
        const longest = Math.max(words[1] - words[0], words[2] - words[1]);
        if (longest >= PAUSE_MS) return `${longest} ms between two words`;
        assert.deepEqual(heard.map((m) => m.author), ['visitor', 'visitor', 'visitor', 'bot']);
        assert.ok(ms(heard[3]) - words[2] >= PAUSE_MS, `${ms(heard[3]) - words[2]} ms after the last word`);
        return null;
    });
});

test('while the visitor types it waits, five seconds at most after the last word', async ({ server }) => {
    await unhurried(async () => {
        const s = await shopper(server);
        const socket = await s.socket();
        await socket.take('hello', (f) => f.type === 'hello');
        let [last, longest] = [Date.now(), 0];
        const types = () => {
            longest = Math.max(longest, Date.now() - last);
            last = Date.now();
            socket.send({ type: 'typing' });
        };
        socket.send({ type: 'message', text: 'how much is the copper kettle?', clientId: newKey() });
        await socket.take('ack', (f) => f.type === 'ack');
        const first = Date.now() - last;
        types();
        const typing = setInterval(types, TYPING_MS / 6);
        const told = await socket
            .take('the answer', (f) => f.type === 'message' && f.author === 'bot')
            .finally(() => clearInterval(typing));
        socket.close();
        assert.match(told.text, /39\.00/);
        if (first >= PAUSE_MS / 2) return `${first} ms before the first sign of typing`;
        if (longest >= TYPING_MS / 2) return `${longest} ms between two signs of typing`;
        const waited = ms(told) - ms((await s.heard())[0]);
        assert.ok(waited >= 4900, `after ${waited} ms`);
        return null;
    });
});

test('a wish is said, with a place in line that moves while one waits', async ({ server }) => {
    const [first, second] = [await shopper(server), await shopper(server)];
    await first.say('I want to talk to a human');
    await until('it waits', async () => (await first.state()).owner === 'waiting');
    const c = await conversationOf(first);
    assert.equal((await first.state()).place, 1);
    assert.deepEqual((await first.heard()).map((m) => m.author), ['visitor', 'bot', 'house']);
    assert.deepEqual(await notices(first), ['waiting']);
    const socket = await second.socket();
    const hello = await socket.take('hello', (f) => f.type === 'hello');
    assert.equal(hello.conversation.place, undefined);
    socket.send({ type: 'person' });
    const state = await socket.take('state', (f) => f.type === 'state');
    assert.deepEqual([state.owner, state.place], ['waiting', 2]);
    const said = await socket.take('the notice', (f) => f.type === 'message' && f.author === 'house');
    assert.match(said.text, /^A person has been asked to come\.$/); // the place is told where it moves
    assert.equal((await house.agent.post(`/api/inbox/${c.id}/take`, {})).status, 200);
    const moved = await socket.take('a place', (f) => f.type === 'place');
    assert.equal(moved.place, 1);
    assert.deepEqual(await notices(first), ['waiting', 'joined']);
    assert.equal((await first.state()).place, undefined);
    // Tired of waiting: by socket, then by the route; and not while a person speaks.
    socket.send({ type: 'bot' });
    assert.equal((await socket.take('state', (f) => f.type === 'state' && f.owner === 'bot')).place, undefined);
    await second.ask('POST', 'person', {});
    assert.equal((await second.ask('POST', 'bot', {})).json.conversation.owner, 'bot');
    assert.deepEqual(await notices(second), ['waiting', 'assistant', 'waiting', 'assistant']);
    const refused = await first.ask('POST', 'bot', {});
    assert.deepEqual([refused.status, refused.json.error], [409, 'person_answers']);
    const again = (await second.socket()).take('hello', (f) => f.type === 'hello');
    assert.equal((await again).conversation.owner, 'bot');
    socket.close();
});

test('two answers that found nothing, and anger, call a person', async ({ server }) => {
    const [lost, angry] = [await shopper(server, 'en'), await shopper(server, 'zh-CN')];
    await lost.say('do you sell bicycles?');
    await answered(lost, 1);
    assert.equal((await lost.state()).owner, 'bot');
    await lost.say('do you sell canoes?');
    await until('a person is called', async () => (await lost.state()).owner === 'waiting');
    await angry.say('你们是骗子，气死我了');
    await until('a person is called', async () => (await angry.state()).owner === 'waiting');
    const said = (await angry.heard()).at(-1);
    assert.equal(said.notice, 'waiting');
    assert.equal(said.text, '已为您呼叫人工客服。');
    assert.ok((await angry.state()).place >= 1);
});

test('outside of hours it says when, and takes an address', async ({ server }) => {
    const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
    const yesterday = days[(new Date().getUTCDay() + 5) % 7];
    await settings({
        timezone: 'UTC',
        hoursOn: true,
        hours: [{ day: yesterday, from: 540, to: 600 }],
        texts: [{ language: 'en', away: 'We are at the market.' }],
    });
    const s = await shopper(server);
    await s.ask('POST', 'person', {});
    const [said] = (await s.heard()).slice(-1);
    assert.equal(said.notice, 'away');
    assert.match(said.text, /^We are at the market\.\nNobody is here at the moment\. Somebody will be here on \w+day at 09:00 \(UTC\)\./);
    for (const email of ['', 'ann', 'ann@', 'a b@c.de', 'ann@example.com\n', `${'a'.repeat(250)}@example.com`, 7, null])
        assert.equal((await s.ask('POST', 'email', { email })).status, 422, String(email));
    assert.equal((await s.ask('POST', 'email', {})).status, 422);
    assert.equal((await s.ask('POST', 'email', { email: 'ann@shopper.example' })).status, 200);
    const { token } = s;
    s.token = 'chv_wrong';
    assert.equal((await s.ask('POST', 'email', { email: 'other@shopper.example' })).status, 401);
    s.token = token;
    const c = await conversationOf(s);
    assert.equal((await house.a.get(`/api/inbox/${c.id}`)).json.visitor.email, 'ann@shopper.example');
    // Known: it is not asked for once more.
    await s.ask('POST', 'bot', {});
    await s.ask('POST', 'person', {});
    assert.ok(!(await s.heard()).at(-1).text.includes('e-mail'));
    await settings({ hoursOn: false });
});

test('a40 a kill loses no turn and sends none twice', async ({ server }) => {
    const s = await shopper(server);
    assert.equal((await s.say('how much is the copper kettle?')).status, 201);
    await server.stop('SIGKILL');
    await server.again();
    s.base = server.base;
    await answered(s, 1);
    await sleep(1500);
    assert.deepEqual((await s.heard()).map((m) => m.author), ['visitor', 'bot']);
});

test('a34 after a restart the assistant still leaves the word to the person who had it', async ({ server }) => {
    const s = await shopper(server);
    assert.equal((await s.say('hello')).status, 201);
    await answered(s, 1);
    const { id } = await conversationOf(s);
    assert.equal((await house.a.post(`/api/inbox/${id}/take`, {})).status, 200);
    await server.stop('SIGKILL');
    await server.again();
    s.base = server.base;
    assert.equal((await s.say('how much is the copper kettle?')).status, 201);
    // Another's later question is answered: by then the assistant would have spoken here too.
    const other = await shopper(server);
    assert.equal((await other.say('how much is the copper kettle?')).status, 201);
    await answered(other, 1);
    await sleep(PAUSE_MS);
    assert.equal((await byBot(s)).length, 1);
    assert.equal((await s.state()).owner, 'person');
});

test('the books of conversations are sound', async ({ server }) => {
    const { checks } = await server.verify();
    assert.ok(checks.find((c) => c.name === 'chat.conversations').looked >= 6);
});

// From here on the clock is moved: last.
test('the team is told after two minutes and after ten, and nobody of who came', async ({ server }) => {
    const letters = async () => (await server.mails(house.a.email)).filter((m) => m.kind === 'chat_waiting');
    const s = await shopper(server);
    await s.say('My kettle leaks <b>badly</b>');
    await answered(s, 1);
    await s.ask('POST', 'person', {});
    const ofMine = async () => (await letters()).filter((m) => m.text.includes('My kettle leaks <b>badly</b>'));
    await server.advance(121);
    // Others wait as well: theirs may come before it.
    await until('a letter', async () => (await ofMine()).length > 0);
    const mine = await ofMine();
    assert.equal(mine.length, 1);
    assert.ok(!mine[0].html.includes('<b>badly'));
    // Each of the team has a letter of its own: one may come a moment after the other.
    const colleagues = async () => (await server.mails(house.agent.email)).filter((m) => m.text.includes('leaks'));
    await until("a colleague's letter", async () => (await colleagues()).length === 1);
    await server.advance(480);
    await until('the second', async () => (await letters()).filter((m) => m.text.includes('leaks')).length === 2);
    assert.deepEqual((await notices(s)).slice(-1), ['still_waiting']);
    const c = await conversationOf(s);
    assert.equal((await house.agent.post(`/api/inbox/${c.id}/messages`, { text: 'Oh', clientId: newKey() })).status, 201);
    await server.advance(3600);
    // Nobody waits any more, so no letter comes: it would have come before this one, which is later by the same clock.
    const other = await shopper(server);
    await other.say('My teapot sings');
    await other.ask('POST', 'person', {});
    await server.advance(121);
    await until('the letter of another', async () => (await letters()).some((m) => m.text.includes('My teapot sings')));
    assert.equal((await letters()).filter((m) => m.text.includes('leaks')).length, 2);
});

test('after a silence the assistant begins with what is unanswered', async ({ server }) => {
    const s = await shopper(server);
    await s.say('hello');
    await answered(s, 1);
    const c = await conversationOf(s);
    assert.equal((await house.a.post(`/api/inbox/${c.id}/messages`, { text: 'I am here', clientId: newKey() })).status, 201);
    await s.say('how much is the copper kettle?');
    const socket = await s.socket();
    await server.advance(840); // of 900: what was done since took its time
    assert.equal((await s.state()).owner, 'person');
    await server.advance(64);
    await socket.take('the assistant', (f) => f.type === 'state' && f.owner === 'bot');
    await answered(s, 2);
    assert.match((await byBot(s)).at(-1).text, /39\.00/);
    assert.deepEqual(await notices(s), ['assistant']);
    socket.close();
});

test('the books are sound after all of it', async ({ server }) => {
    const { checks } = await server.verify();
    assert.ok(checks.find((one) => one.name === 'chat.conversations').looked >= 8);
});

await run({ env: { CHATHUB_TEST_CLOCK: '1' } });
