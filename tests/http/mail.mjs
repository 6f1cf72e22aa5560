// mail.mjs: answers by mail on the running server: the letter's Reply-To, the mail server's pipe (`chathub mail-in`), a
// signed POST, and what is forged, unsigned, too large, or switched off. A copy of a conversation by mail.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { deliveries } from './lib/deliveries.mjs';
import { Server } from './lib/server.mjs';
import { Shopper } from './lib/shopper.mjs';
import { run, test, until } from './lib/suite.mjs';

const DOMAIN = 'tea.example';
const SECRET = 'what both of them know';
const env = { CHATHUB_REPLY_DOMAIN: 'reply.chathub.example', CHATHUB_MAIL_SECRET: SECRET, CHATHUB_TEST_CLOCK: '1' };
let house, shopper, address, operator;

const mail = (text, { from = 'ann@store.example', to = address, id = Math.random().toString(36).slice(2), head = '' } = {}) =>
    `Return-Path: <${from}>\r\n${head}From: Ann <${from}>\r\nTo: ${to}\r\nMessage-ID: <${id}@store.example>\r\n` +
    `Content-Type: text/plain; charset=utf-8\r\n\r\n${text}\r\n`;
const sign = (body) => `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;
const post = (client, body, signature = sign(body)) =>
    client.request('POST', '/hooks/mail', {
        body,
        headers: { origin: undefined, 'content-type': 'message/rfc822', 'x-signature': signature },
    });
const words = async () => (await shopper.heard()).filter((m) => m.byMail).map((m) => m.text);
const outcomes = async () => (await deliveries(operator, '&sender=mail&state=acted')).map((d) => d.outcome);
const acted = (count) => until(`${count} mails are acted on`, async () => (await outcomes()).length === count);

test('a letter to a visitor who has gone can be answered', async ({ server }) => {
    const a = await server.account('merchant', { credits: 500 });
    operator = await server.account('operator');
    const shop = await a.shop('Tea', DOMAIN);
    assert.equal((await a.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    house = { a };
    shopper = new Shopper(server, `shop-${shop.id}`, DOMAIN);
    await shopper.begin({ language: 'en', page: `https://${DOMAIN}/` });
    assert.equal((await shopper.say('Is it in stock?')).status, 201);
    assert.equal((await shopper.ask('POST', 'email', { email: 'ann@store.example' })).status, 200);
    const { conversation } = (await a.get('/api/inbox')).json.items[0];
    const said = await a.post(`/api/inbox/${conversation.id}/messages`, { text: 'Red or blue?', clientId: 'c0ffee01' });
    assert.equal(said.status, 201, said.text);
    assert.equal((await server.client().post('/dev/clock', { advance_s: 400 })).status, 200);
    const letter = await until('the letter', async () =>
        (await server.client().get('/dev/outbox', { headers: { accept: 'application/json' } })).json.mails.find(
            (m) => m.kind === 'chat_answered_reply',
        ),
    );
    assert.match(letter.replyTo, /^reply\+[0-9a-f]{56}@reply\.chathub\.example$/);
    assert.match(letter.text, /Answer above this line/);
    address = letter.replyTo;
});

test('the pipe of a mail server hands the answer over, once', async ({ server }) => {
    const body = mail('Blue, please.\r\n\r\nOn Saturday Tea wrote:\r\n> Red or blue?', { id: 'one' });
    const url = `${server.base}/hooks/mail`;
    for (let i = 0; i < 2; i++) {
        const r = await server.cli(['mail-in', '--url', url], { input: body });
        assert.deepEqual([r.code, r.out, r.err], [0, '', '']);
    }
    await acted(1);
    assert.equal((await server.cli(['mail-in', '--url', url], { input: `X-Another-Way: 1\r\n${body}` })).code, 0);
    await acted(2);
    assert.deepEqual(await words(), ['Blue, please.']);
    assert.ok((await outcomes()).includes('nothing: this mail was there already'));
});

test('what the service does not take stays with the mail server', async ({ server }) => {
    const far = await server.cli(['mail-in', '--url', 'http://127.0.0.1:1/hooks/mail'], { input: mail('x') });
    assert.equal(far.code, 75);
    assert.match(far.err, /did not take/);
    const forged = await server.cli(['mail-in', '--url', `${server.base}/hooks/mail`], {
        input: mail('x'),
        env: { CHATHUB_MAIL_SECRET: 'another secret of theirs' },
    });
    assert.equal(forged.code, 75);
    const large = await server.cli(['mail-in', '--url', `${server.base}/hooks/mail`], { input: 'x'.repeat((8 << 20) + 1) });
    assert.equal(large.code, 65);
    const none = await server.cli(['mail-in', '--url', `${server.base}/hooks/mail`]);
    assert.equal(none.code, 65);
    // Any code that a mail server does not know sends the mail back.
    for (const [words, env] of [[['mail-in', '--uri', server.base], {}], [['mail-in'], { CHATHUB_LISTEN: 'nowhere' }]])
        assert.equal((await server.cli(words, { input: mail('x'), env })).code, 75, words.join(' '));
    const unset = await server.cli(['mail-in'], { input: 'x', env: { CHATHUB_MAIL_SECRET: '', CHATHUB_REPLY_DOMAIN: '' } });
    assert.equal(unset.code, 75);
    assert.deepEqual(await words(), ['Blue, please.']);
});

test('forged, unsigned and oversized posts have no effect', async ({ server }) => {
    const stranger = server.client();
    const body = mail('I am a stranger');
    for (const signature of ['', 'sha256=00', sign(`${body} `)]) {
        const r = await post(stranger, body, signature);
        assert.deepEqual([r.status, r.text], [400, 'no']);
    }
    const unsigned = await stranger.request('POST', '/hooks/mail', { body, headers: { origin: undefined } });
    assert.deepEqual([unsigned.status, unsigned.text], [400, 'no']);
    // By what its head says, before a byte of it was read.
    const headers = { origin: undefined, 'content-type': 'message/rfc822', 'content-length': String((8 << 20) + 1) };
    assert.equal((await stranger.request('POST', '/hooks/mail', { body: 'x', headers })).status, 413);
    assert.equal((await stranger.get('/hooks/mail')).status, 405);
    assert.deepEqual(await words(), ['Blue, please.']);
});

test('an absence note says nothing, and a mail from elsewhere is a note', async ({ server }) => {
    const stranger = server.client();
    const before = (await words()).length;
    assert.equal((await post(stranger, mail('I am away', { head: 'Auto-Submitted: auto-replied\r\n' }))).status, 200);
    assert.equal((await post(stranger, mail('It is me', { from: 'bob@elsewhere.example' }))).status, 200);
    // What names no address that was given out is taken, and not kept.
    for (const to of [address.replace('@', '0@'), address.replace(/.@/, (c) => `${c[0] === '0' ? 1 : 0}@`), 'a@b.example'])
        assert.equal((await post(stranger, mail('x', { to }))).status, 200);
    await acted(4);
    assert.equal((await words()).length, before);
    const said = await outcomes();
    assert.ok(said.includes('nothing: a program wrote it') && said.some((o) => o.startsWith('from another address')), said);
    const { conversation } = (await house.a.get('/api/inbox')).json.items[0];
    const notes = (await house.a.get(`/api/inbox/${conversation.id}`)).json;
    assert.match(JSON.stringify(notes), /bob@elsewhere\.example/);
    const verified = await server.cli(['verify']);
    assert.equal(verified.code, 0, verified.out + verified.err);
});

test('a picture in a mail is one of the conversation, whose bytes are shown without what was in them', async ({ server }) => {
    const [gif, secret] = [Buffer.from('R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAkQBADs=', 'base64'), 'GPS 52.1N'];
    const commented = Buffer.concat([gif.subarray(0, 19), Buffer.from([0x21, 0xfe, secret.length]), Buffer.from(secret), Buffer.from([0]), gif.subarray(19)]);
    const part = (name, bytes) =>
        `--b\r\nContent-Type: image/gif; name=${name}\r\nContent-Disposition: attachment; filename=${name}\r\n` +
        `Content-Transfer-Encoding: base64\r\n\r\n${bytes.toString('base64')}\r\n`;
    const body = mail('', { id: 'pictures' }).replace(
        /Content-Type: text\/plain[^]*$/,
        `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nIt came like this\r\n` +
            `${part('broken.gif', commented)}${part('invoice.pdf', Buffer.from('%PDF'))}--b--\r\n`,
    );
    const before = (await outcomes()).length;
    assert.equal((await post(server.client(), body)).status, 200);
    await acted(before + 1);
    const [said, shown] = (await shopper.heard()).filter((m) => m.byMail).slice(-2);
    assert.equal(said.text, 'It came like this\n\n[A file invoice.pdf, 4 B, was not taken]');
    assert.deepEqual([shown.text, shown.image?.type, shown.image?.width], ['broken.gif', 'image/gif', 1]);
    const r = await server.client().get(shown.image.url);
    assert.equal(r.status, 200, r.text);
    assert.equal(r.headers['content-type'], 'image/gif');
    assert.ok(!r.text.includes(secret));
});

test('a visitor has a copy of the conversation mailed, and cannot flood a stranger', async ({ server }) => {
    const copies = async () =>
        (await server.client().get('/dev/outbox', { headers: { accept: 'application/json' } })).json.mails.filter(
            (m) => m.kind === 'chat_transcript',
        );
    const ask = (email, who = shopper) => who.ask('POST', 'transcript', { email });
    assert.deepEqual((await ask('ann@store.example')).json, { email: 'ann@store.example' });
    assert.equal((await ask('ann@store.example')).status, 200); // a retry
    assert.equal((await copies()).length, 1);
    assert.match((await copies())[0].text, /(Ann|You): Is it in stock\?/);
    for (const bad of [undefined, '', 'x', 'a@b', 'a@b.example\r\nBcc: c@d.example', `${'a'.repeat(260)}@b.example`])
        assert.equal((await ask(bad)).status, 422, bad);
    assert.equal((await ask('b@store.example')).status, 200);
    assert.equal((await ask('c@store.example')).status, 200);
    const enough = await ask('d@store.example');
    assert.deepEqual([enough.status, enough.json.error], [429, 'transcript_limit']);
    assert.ok(Number(enough.headers['retry-after']) > 0);
    const silent = new Shopper(server, shopper.shop, DOMAIN);
    assert.equal((await ask('ann@store.example', silent)).status, 401);
    await silent.begin({ language: 'en' });
    assert.equal((await ask('ann@store.example', silent)).json.error, 'transcript_empty');
    assert.equal((await copies()).length, 3);
});

test('without the settings there is no such door', async ({ engine }) => {
    const plain = await Server.start({ engine });
    try {
        assert.equal((await post(plain.client(), mail('x', { to: 'a@b.example' }))).status, 404);
    } finally {
        await plain.stop();
    }
});

await run({ env });
