// websocket.mjs: the running server's WebSockets on the wire, against /dev/echo: RFC 6455 case by case (in the manner of the
// Autobahn suite), each sent in one piece and a byte at a time; upgrade requests, good and bad; clients of others
// (the npm package ws, and Chromium).
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import net from 'node:net';
import { record, run, sleep, test } from './lib/suite.mjs';

const LIMIT_MS = 60000;
const MESSAGE_MAX = 4 << 20;
const [CONT, TEXT, BINARY, CLOSE, PING, PONG] = [0, 1, 2, 8, 9, 10];

/** One frame of a client. `form` 16 or 64 writes the length longer than it must be; `length` lies about it. */
function frame(opcode, data = '', { fin = true, rsv = 0, masked = true, form = 0, length } = {}) {
    const body = Buffer.isBuffer(data) ? data : Buffer.from(data);
    const n = length ?? body.length;
    let head = Buffer.alloc(2);
    if (form === 64 || (form === 0 && n > 65535)) {
        head = Buffer.alloc(10);
        head[1] = 127;
        head.writeBigUInt64BE(BigInt(n), 2);
    } else if (form === 16 || n > 125) {
        head = Buffer.alloc(4);
        head[1] = 126;
        head.writeUInt16BE(n, 2);
    } else {
        head[1] = n;
    }
    head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
    if (!masked) return Buffer.concat([head, body]);
    head[1] |= 0x80;
    const mask = randomBytes(4);
    return Buffer.concat([head, mask, Buffer.from(body.map((b, i) => b ^ mask[i % 4]))]);
}

const code = (n, reason = '') => Buffer.concat([Buffer.from([n >> 8, n & 255]), Buffer.from(reason)]);
const bye = frame(CLOSE, code(1000));

class Wire {
    constructor(port) {
        this.socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true });
        this.socket.setNoDelay(true);
        this.bytes = Buffer.alloc(0);
        this.ended = false;
        this.waiting = [];
        const wake = () => this.waiting.splice(0).forEach((f) => f());
        this.socket.on('data', (d) => ((this.bytes = Buffer.concat([this.bytes, d])), wake()));
        this.socket.on('end', () => ((this.ended = true), wake()));
        this.socket.on('error', () => ((this.ended = true), wake()));
        this.socket.on('close', () => ((this.ended = true), wake()));
    }
    async more() {
        if (this.ended) return false;
        const late = sleep(LIMIT_MS).then(() => 'late');
        if ((await Promise.race([new Promise((r) => this.waiting.push(r)), late])) === 'late')
            throw new Error(`nothing for ${LIMIT_MS} ms; have ${this.bytes.subarray(0, 80).toString('latin1')}`);
        return true;
    }
    async head() {
        for (;;) {
            const end = this.bytes.indexOf('\r\n\r\n');
            if (end >= 0) {
                const head = this.bytes.subarray(0, end + 4).toString('latin1');
                this.bytes = this.bytes.subarray(end + 4);
                return head;
            }
            if (!(await this.more())) return this.bytes.toString('latin1');
        }
    }
    /** The next frame of the server, or null at its end. Frames of servers are whole and not masked. */
    async frame() {
        for (;;) {
            const b = this.bytes;
            if (b.length >= 2) {
                assert.equal(b[0] & 0xf0, 0x80, 'a whole frame without reserved bits');
                assert.equal(b[1] & 0x80, 0, 'not masked');
                let [n, at] = [b[1], 2];
                if (n === 126 && b.length >= 4) [n, at] = [b.readUInt16BE(2), 4];
                else if (n === 127 && b.length >= 10) [n, at] = [Number(b.readBigUInt64BE(2)), 10];
                else if (n >= 126) n = Infinity;
                if (at === 4) assert.ok(n > 125);
                if (at === 10) assert.ok(n > 65535 || n === Infinity);
                if (b.length >= at + n) {
                    this.bytes = b.subarray(at + n);
                    return { opcode: b[0] & 15, data: b.subarray(at, at + n) };
                }
            }
            if (!(await this.more())) return null;
        }
    }
    /** All frames to the end, as short texts. */
    async frames() {
        const got = [];
        for (let f = await this.frame(); f; f = await this.frame()) got.push(short(f));
        return got;
    }
    close() {
        this.socket.destroy();
    }
}

function short({ opcode, data }) {
    if (opcode === CLOSE) return data.length ? `close ${data.readUInt16BE(0)}` : 'close';
    const name = { [TEXT]: 'text', [BINARY]: 'binary', [PING]: 'ping', [PONG]: 'pong' }[opcode];
    const text = data.length > 60 ? `#${createHash('md5').update(data).digest('hex')}` : data.toString('latin1');
    return `${name} ${text}`;
}
const echoed = (data, opcode = TEXT) => short({ opcode, data: Buffer.from(data) });

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const usual = (server) => ({
    Host: `127.0.0.1:${server.port}`,
    Origin: server.base,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': KEY,
});
function request(server, changes = {}, line = 'GET /dev/echo HTTP/1.1') {
    const lines = Object.entries({ ...usual(server), ...changes }).filter(([, v]) => v !== undefined);
    return `${line}\r\n${lines.flatMap(([k, v]) => [v].flat().map((one) => `${k}: ${one}`)).join('\r\n')}\r\n\r\n`;
}
async function opened(server, behind = Buffer.alloc(0)) {
    const w = new Wire(server.port);
    w.socket.write(Buffer.concat([Buffer.from(request(server)), behind]));
    const head = await w.head();
    assert.match(head, /^HTTP\/1\.1 101 Switching Protocols\r\n/);
    return w;
}

// ---- cases: what is sent, what comes back before the server ends ----

const big = (n, c = '*') => Buffer.alloc(n, c);
const utf8 = 'Hello-µ@ßöäüàá-客服-😀-UTF-8!!';
const cases = [];
const expect = (name, sent, ...wanted) => cases.push({ name, sent: [sent].flat(), wanted: wanted.flat() });
const fails = (name, sent, n) => expect(name, sent, `close ${n}`);

for (const n of [0, 1, 125, 126, 127, 128, 65535, 65536, 65537, 200000]) {
    expect(`text of ${n} bytes`, [frame(TEXT, big(n)), bye], echoed(big(n)), 'close 1000');
    expect(`binary of ${n} bytes`, [frame(BINARY, big(n, '\xfe')), bye], echoed(big(n, '\xfe'), BINARY), 'close 1000');
}
for (const data of ['', 'hello', Buffer.from([0, 255, 254, 253]), big(125)])
    expect(`ping with ${data.length}`, [frame(PING, data), bye], echoed(data, PONG), 'close 1000');
fails('ping of 126', frame(PING, big(126)), 1002);
fails('ping in fragments', frame(PING, 'x', { fin: false }), 1002);
expect('a pong nobody asked for', [frame(PONG, 'x'), frame(PING, 'y'), bye], 'pong y', 'close 1000');
expect('ten pings', [...Array(10)].map((_, i) => frame(PING, `${i}`)).concat(bye), [...Array(10)].map((_, i) => `pong ${i}`), 'close 1000');
for (let rsv = 1; rsv <= 7; rsv++) {
    fails(`reserved bits ${rsv}`, frame(TEXT, 'x', { rsv }), 1002);
    expect(`reserved bits ${rsv} behind a message`, [frame(TEXT, 'a'), frame(PING, 'x', { rsv })], 'text a', 'close 1002');
}
for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) fails(`opcode ${opcode}`, frame(opcode, 'x'), 1002);
for (const opcode of [3, 11]) fails(`opcode ${opcode} without data`, [frame(opcode), frame(TEXT, 'x')], 1002);
for (const opcode of [TEXT, BINARY, PING, CLOSE]) fails(`not masked, opcode ${opcode}`, frame(opcode, 'xy', { masked: false }), 1002);

expect('two fragments', [frame(TEXT, 'fra', { fin: false }), frame(CONT, 'gment'), bye], 'text fragment', 'close 1000');
expect('a ping between fragments', [frame(TEXT, 'a', { fin: false }), frame(PING, 'p'), frame(CONT, 'b'), bye], 'pong p', 'text ab', 'close 1000');
expect('a pong between fragments', [frame(TEXT, 'a', { fin: false }), frame(PONG), frame(CONT, 'b'), bye], 'text ab', 'close 1000');
expect('empty fragments', [frame(TEXT, '', { fin: false }), frame(CONT, '', { fin: false }), frame(CONT, ''), bye], 'text ', 'close 1000');
expect('one full fragment among empty ones', [frame(BINARY, '', { fin: false }), frame(CONT, 'x', { fin: false }), frame(CONT), bye], 'binary x', 'close 1000');
expect('64 fragments with pings', [...Array(64)].flatMap((_, i) => [frame(i ? CONT : TEXT, `${i % 10}`, { fin: i === 63 }), frame(PING)]).slice(0, 60 * 2).concat(frame(CONT, '!'), bye), [...Array(60)].map(() => 'pong '), echoed(`${'0123456789'.repeat(6)}!`), 'close 1000');
fails('a continuation of nothing', frame(CONT, 'x'), 1002);
fails('a continuation of nothing, not the last', frame(CONT, 'x', { fin: false }), 1002);
expect('a continuation behind a whole message', [frame(TEXT, 'a'), frame(CONT, 'x')], 'text a', 'close 1002');
fails('a text within a message', [frame(TEXT, 'a', { fin: false }), frame(TEXT, 'b')], 1002);
fails('a binary within a text', [frame(TEXT, 'a', { fin: false }), frame(BINARY, 'b')], 1002);
expect('close within a message', [frame(TEXT, 'a', { fin: false }), bye], 'close 1000');

expect('UTF-8', [frame(TEXT, utf8), bye], echoed(utf8), 'close 1000');
const cut = Buffer.from(utf8);
for (const at of [7, 8, cut.indexOf(0xe5) + 1, cut.indexOf(0xe5) + 2, cut.indexOf(0xf0) + 1, cut.indexOf(0xf0) + 3])
    expect(`UTF-8 cut at ${at}`, [frame(TEXT, cut.subarray(0, at), { fin: false }), frame(PING), frame(CONT, cut.subarray(at)), bye], 'pong ', echoed(utf8), 'close 1000');
expect('UTF-8 a byte a frame', [...cut].map((b, i) => frame(i ? CONT : TEXT, Buffer.from([b]), { fin: i === cut.length - 1 })).concat(bye), echoed(utf8), 'close 1000');
for (const good of ['f48fbfbf', 'ed9fbf', 'ee8080', 'efbfbd', 'f0908080', 'c280', 'dfbf', 'e0a080', 'efbfbf', '00', '7f'])
    expect(`valid ${good}`, [frame(TEXT, Buffer.from(good, 'hex')), bye], echoed(Buffer.from(good, 'hex')), 'close 1000');
for (const bad of ['80', 'bf', 'c080', 'c1bf', 'c2', 'e080af', 'e09fbf', 'eda080', 'edbfbf', 'f08080af', 'f08fbfbf', 'f4908080', 'f5808080', 'f8', 'fe', 'ff', 'cebae1bdb9cf83cebcceb5eda080656469746564', '61c3', 'e282', 'f09f98'])
    fails(`invalid ${bad}`, frame(TEXT, Buffer.from(bad, 'hex')), 1007);
fails('invalid over two frames', [frame(TEXT, Buffer.from('f0', 'hex'), { fin: false }), frame(CONT, Buffer.from('28', 'hex'))], 1007);
fails('invalid is told before the message is whole', [frame(TEXT, Buffer.from('61ff', 'hex'), { fin: false })], 1007);
fails('a character that the last frame leaves open', [frame(TEXT, Buffer.from('61e2', 'hex'), { fin: false }), frame(CONT, '')], 1007);
expect('binary need not be text', [frame(BINARY, Buffer.from('ff00c0', 'hex')), bye], echoed(Buffer.from('ff00c0', 'hex'), BINARY), 'close 1000');

for (const n of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])
    expect(`close ${n}`, frame(CLOSE, code(n)), `close ${n}`);
for (const n of [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535])
    fails(`close ${n}, which may not be sent`, frame(CLOSE, code(n)), 1002);
expect('close without a code', frame(CLOSE), 'close');
fails('close with half a code', frame(CLOSE, Buffer.from([3])), 1002);
expect('close with a reason', frame(CLOSE, code(1000, 'enough')), 'close 1000');
expect('close with the longest reason', frame(CLOSE, code(1000, 'r'.repeat(123))), 'close 1000');
fails('close with a reason too long', frame(CLOSE, code(1000, 'r'.repeat(124))), 1002);
fails('close with a reason that is no text', frame(CLOSE, Buffer.concat([code(1000), Buffer.from([0xff])])), 1007);
expect('nothing behind close', [bye, frame(TEXT, 'x'), frame(PING)], 'close 1000');
expect('close twice', [bye, bye], 'close 1000');

fails('length 5 in 16 bits', frame(TEXT, 'hello', { form: 16 }), 1002);
fails('length 125 in 16 bits', frame(TEXT, big(125), { form: 16 }), 1002);
fails('length 5 in 64 bits', frame(TEXT, 'hello', { form: 64 }), 1002);
fails('length 65535 in 64 bits', frame(TEXT, big(65535), { form: 64 }), 1002);
fails('a message too long', frame(BINARY, 'x', { form: 64, length: MESSAGE_MAX + 1 }), 1009);
fails('a message that would never end', frame(BINARY, 'x', { form: 64, length: Number.MAX_SAFE_INTEGER }), 1009);
fails('a message too long in fragments', [frame(BINARY, 'x', { fin: false }), frame(CONT, 'x', { form: 64, length: MESSAGE_MAX })], 1009);
fails('a length with its first bit', Buffer.concat([Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0]), big(5)]), 1002);

test('every case, whole and a byte at a time', async ({ server }) => {
    for (const { name, sent, wanted } of cases) {
        const bytes = Buffer.concat(sent);
        for (const way of bytes.length > 2000 ? ['whole', 'pieces'] : ['whole', 'a byte at a time', 'behind the request']) {
            const w = await opened(server, way === 'behind the request' ? bytes : undefined);
            try {
                if (way === 'whole') w.socket.write(bytes);
                const step = way === 'pieces' ? 4099 : 1;
                if (way === 'pieces' || way === 'a byte at a time')
                    for (let at = 0; at < bytes.length; at += step) {
                        w.socket.write(bytes.subarray(at, at + step));
                        if (at % (16 * step) === 0) await new Promise(setImmediate);
                    }
                const got = await w.frames();
                assert.deepEqual(got, wanted);
                record(`${name}, ${way}`, null);
            } catch (e) {
                record(`${name}, ${way}`, e.message.split('\n').slice(0, 12).join(' | '));
            }
            w.close();
        }
    }
});

test('a message of the largest size comes back', async ({ server }) => {
    const w = await opened(server);
    const much = randomBytes(MESSAGE_MAX);
    w.socket.write(frame(BINARY, much));
    assert.deepEqual((await w.frame()).data, much);
    w.close();
});

test('a flood of pings is ended', async ({ server }) => {
    const w = await opened(server);
    w.socket.write(Buffer.concat([...Array(200)].map(() => frame(PING, 'x'))));
    const got = await w.frames();
    assert.equal(got.at(-1), 'close 1008');
    assert.ok(got.length <= 61, `${got.length} answers`);
    w.close();
});

test('garbage behind the upgrade is no frame', async ({ server }) => {
    for (const garbage of ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\0\0\0\0\0\0\0\0\0\0', 'x'.repeat(5000)]) {
        const w = await opened(server, Buffer.from(garbage));
        assert.deepEqual(await w.frames(), ['close 1002']);
        w.close();
    }
});

test('one side that ends, and one that is cut', async ({ server }) => {
    let w = await opened(server);
    w.socket.write(frame(TEXT, 'x'));
    assert.equal(short(await w.frame()), 'text x');
    w.socket.end();
    assert.equal(await w.frame(), null, 'half-closed without a close frame: gone');
    w = await opened(server);
    w.socket.write(frame(TEXT, 'half of it', { length: 100 }));
    w.socket.resetAndDestroy();
    w = await opened(server);
    w.socket.write(bye);
    w.socket.end();
    assert.deepEqual(await w.frames(), ['close 1000']);
    w.close();
});

test('who reads slowly stalls alone', async ({ server }) => {
    const w = await opened(server);
    w.socket.pause();
    const much = frame(BINARY, randomBytes(1 << 20));
    let took = true;
    for (let i = 0; i < 64 && took; i++) took = w.socket.write(much) || (await Promise.race([new Promise((r) => w.socket.once('drain', () => r(true))), sleep(1500).then(() => false)]));
    assert.ok(!took, 'the server stops reading what it cannot answer');
    const other = await opened(server);
    other.socket.write(frame(TEXT, 'beside'));
    assert.equal(short(await other.frame()), 'text beside');
    other.close();
    w.close();
});

// ---- the request ----

test('upgrade requests', async ({ server }) => {
    const tries = [
        ['as it should be', {}, 101],
        ['upper case and more words', { Upgrade: 'WebSocket', Connection: 'keep-alive, UPGRADE' }, 101],
        ['Upgrade as a list', { Upgrade: 'foo, websocket' }, 101],
        ['extensions are offered and not taken', { 'Sec-WebSocket-Extensions': 'permessage-deflate' }, 101],
        ['a protocol is offered and not taken', { 'Sec-WebSocket-Protocol': 'chat' }, 101],
        ['no Upgrade', { Upgrade: undefined }, 426],
        ['another Upgrade', { Upgrade: 'h2c' }, 426],
        ['no Connection', { Connection: undefined }, 426],
        ['another Connection', { Connection: 'keep-alive' }, 426],
        ['no version', { 'Sec-WebSocket-Version': undefined }, 426],
        ['version 8', { 'Sec-WebSocket-Version': '8' }, 426],
        ['version 13 twice', { 'Sec-WebSocket-Version': ['13', '13'] }, 426],
        ['versions as a list', { 'Sec-WebSocket-Version': '13, 8' }, 426],
        ['no key', { 'Sec-WebSocket-Key': undefined }, 400],
        ['a key too short', { 'Sec-WebSocket-Key': 'AAAA' }, 400],
        ['a key that is no base64', { 'Sec-WebSocket-Key': '!!!!!!!!!!!!!!!!!!!!!!==' }, 400],
        ['a key of 17 bytes', { 'Sec-WebSocket-Key': Buffer.alloc(17).toString('base64') }, 400],
        ['two keys', { 'Sec-WebSocket-Key': [KEY, KEY] }, 400],
        ['a body', { 'Content-Length': '1' }, 400],
        ['a foreign origin', { Origin: 'https://evil.example' }, 403],
        ['no origin', { Origin: undefined }, 403],
        ['a null origin', { Origin: 'null' }, 403],
        ['a foreign host', { Host: 'evil.example' }, 421],
        ['HTTP/1.0', {}, 426, 'GET /dev/echo HTTP/1.0'],
        ['HEAD', {}, 426, 'HEAD /dev/echo HTTP/1.1'],
        ['POST', {}, 405, 'POST /dev/echo HTTP/1.1'],
        ['a query', {}, 422, 'GET /dev/echo?x=1 HTTP/1.1'],
        ['another address', {}, 404, 'GET /dev/none HTTP/1.1'],
        ['an address that is no socket answers as ever', {}, 200, 'GET /healthz HTTP/1.1'],
    ];
    for (const [name, changes, status, line] of tries) {
        const w = new Wire(server.port);
        w.socket.write(request(server, changes, line) + (status === 400 && changes['Content-Length'] ? 'x' : ''));
        const head = await w.head();
        const got = Number(head.split(' ')[1]);
        record(name, got === status ? null : `${got}, wanted ${status}: ${head}`);
        if (status === 101) {
            assert.match(head, /\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/);
            assert.doesNotMatch(head, /extensions|protocol:/i);
        }
        if (status === 426) assert.match(head, /\r\nSec-WebSocket-Version: 13\r\n/);
        w.close();
    }
});

test('a connection that was refused may be asked again', async ({ server }) => {
    const w = new Wire(server.port);
    w.socket.write(request(server, { 'Sec-WebSocket-Version': '8' }));
    const refused = await w.head();
    assert.match(refused, / 426 /);
    const length = Number(/content-length: (\d+)/i.exec(refused)[1]);
    while (w.bytes.length < length) await w.more();
    w.bytes = w.bytes.subarray(length);
    w.socket.write(request(server));
    assert.match(await w.head(), / 101 /);
    w.socket.write(frame(TEXT, 'at last'));
    assert.equal(short(await w.frame()), 'text at last');
    w.close();
});

test('many at once, each its own', async ({ server }) => {
    const all = await Promise.all([...Array(200)].map(() => opened(server)));
    all.forEach((w, i) => w.socket.write(frame(TEXT, `to ${i}`)));
    for (const [i, w] of all.entries()) assert.equal(short(await w.frame()), `text to ${i}`);
    for (const w of all) w.close();
});

// ---- clients of others ----

test('the npm package ws', async ({ server }) => {
    const { WebSocket } = await import('../websocket/node_modules/ws/wrapper.mjs');
    const url = `ws://127.0.0.1:${server.port}/dev/echo`;
    const ws = new WebSocket(url, { origin: server.base });
    const next = () => new Promise((resolve, reject) => (ws.once('message', (d, binary) => resolve([d, binary])), ws.once('error', reject)));
    await new Promise((resolve, reject) => (ws.once('open', resolve), ws.once('error', reject)));
    assert.equal(ws.extensions, '', 'no compression');
    for (const data of [utf8, Buffer.from([1, 2, 3]), 'x'.repeat(100000), randomBytes(1 << 20)]) {
        const answer = next();
        ws.send(data);
        const [got, binary] = await answer;
        assert.equal(binary, Buffer.isBuffer(data));
        assert.deepEqual(got, Buffer.from(data));
    }
    const pong = new Promise((r) => ws.once('pong', r));
    ws.ping('are you there');
    assert.equal(String(await pong), 'are you there');
    const closed = new Promise((r) => ws.once('close', (n, why) => r([n, String(why)])));
    ws.close(4002, 'done');
    assert.deepEqual(await closed, [4002, '']);
});

await run();
