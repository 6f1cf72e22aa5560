// differential.mjs: our request reader against Node's (llhttp, insecureHTTPParser off), on generated requests.
//
// Each case is what one connection sends: one to three requests, bent by a few mutations. It goes over a socket to a
// Node server and as a record to reader_cli. Then:
//   - whatever we accept, Node accepts with the same method, target, version, fields, body and cut between requests;
//   - whatever Node refuses, we refuse (or still wait for bytes of it);
//   - where we refuse and Node does not, this file must know why: STRICTER lists the reasons, each with a test of its
//     own over the raw bytes. A refusal without a reason there is a disagreement.
//
//   node tests/http/differential.mjs PATH/TO/reader_cli [--cases 6000] [--seed N]
//
// A failing case is printed with the seed; the same seed and count give the same cases.
import { spawn } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';

const args = process.argv.slice(2);
const option = (name, otherwise) => (args.includes(name) ? Number(args[args.indexOf(name) + 1]) : otherwise);
const cli = args[0];
const caseCount = option('--cases', 6000);
const seed = option('--seed', Date.now() % 2 ** 31);
const CONNECTIONS = 64;
const SHOWN_MAX = 10;
const SETTLE_MS = 20; // from the end of the client's bytes; they are parsed by then, only events are under way
// Node no longer reads the socket (it does so behind an upgrade). Looked at in steps: after a stall of the machine, timers come
// before what arrived meanwhile, and one long timer would end what was never read.
const STUCK_LOOKS = 30;
const STUCK_LOOK_MS = 100;

// ---- randomness: mulberry32, so that a seed gives the same cases everywhere ----
let state = seed >>> 0;
function random() {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const chance = (p) => random() < p;

// ---- requests: latin1 strings, one character a byte ----
const METHODS = ['GET', 'GET', 'POST', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'];
const ODD_METHODS = ['get', 'BREW', 'M-SEARCH', 'PROPFIND', 'G', 'GET1', 'CONNECT', 'TRACE', 'Post', 'PRI', 'SOURCE'];
const TARGETS = [
    '/',
    '/healthz',
    '/api/shops/1/status',
    '/a?b=c',
    '/a?b?c',
    '/%41%2f',
    '/a;b=1,2',
    "/!$&'()*+,-._~",
    '/a//b',
    '/.',
];
const ODD_TARGETS = [
    '*',
    'http://a/x',
    'http://b/x',
    'http://a',
    'https://a/?q',
    'a:80',
    'healthz',
    '/a#b',
    '?x',
    '',
    '/\xfc',
    '/\x7f',
    '/a\x00',
    '/"<>\\^`{|}',
    '/\t',
    'http://u@a/',
    '/' + 'a'.repeat(8191),
    '/' + 'a'.repeat(8192),
    '/' + 'b'.repeat(12000),
];
const VERSIONS = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0'];
const ODD_VERSIONS = [
    'HTTP/2.0',
    'HTTP/1.2',
    'HTTP/1.10',
    'HTTP/01.1',
    'HTTP/0.9',
    'http/1.1',
    'HTTP/1',
    '',
    'HTTP/1.1 ',
    'HTTP/ 1.1',
    'ICE/1.0',
    'RTSP/1.0',
    'HTTP/11',
    'HTTP/9.9',
];
const FIELDS = [
    'Accept: */*',
    'User-Agent: Mozilla/5.0 (X11)',
    'X-A: b',
    'X-Empty:',
    'Cookie: sid=abc; lang=zh',
    'X-Utf: \xe4\xb8\xad',
    'X-Tab: a\tb',
    'Accept-Encoding: gzip',
    'Connection: keep-alive',
    'Connection: close',
    'Connection: x, y',
    "X!#$%&'*+-.^_`|~9: t",
    'Upgrade: websocket',
    'Connection: Upgrade',
    'X-Sp:   a  b   ',
    'Expect: 100-continue',
    'TE: trailers',
    'Trailer: X',
];
const ODD_FIELDS = [
    'X : a',
    ' X: a',
    '\tX: a',
    ': a',
    'X',
    'X a',
    'X: a\x00b',
    'X: a\x7f',
    'X: \x0b',
    'X: a\rb',
    'X: a\r\n b',
    'X: a\r\n\tb',
    'X\x0b: a',
    'X(: a',
    'X\xfc: a',
    'X: a\nY: b',
    'Host: b',
    'Host:',
    'Content-Length: 3',
    'Content-Length: +3',
    'Content-Length: 3, 3',
    'Content-Length:',
    'Content-Length: 03',
    'Content-Length: -1',
    'Content-Length: 3 ',
    'Content-Length: 3\t',
    'Content-Length : 3',
    'Content-Length: 0x3',
    'Content-Length: 3 3',
    'Content-Length: 99999999999999999999',
    'Content-Length: 18446744073709551619',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: Chunked',
    'Transfer-Encoding: chunked, chunked',
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding: chunked, gzip',
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding: identity',
    'Transfer-Encoding:',
    'Transfer-Encoding: chunked;q',
    'Transfer-Encoding: \x0bchunked',
    'Transfer-Encoding : chunked',
    'Transfer-Encoding:\r\n chunked',
    'Transfer-Encoding: ,chunked',
    'Transfer-Encoding: chunked,',
    'Transfer_Encoding: chunked',
    'Expect: x',
    'Connection: "close"',
    'Connection: close;x',
    'Connection: closed',
    'X: \r',
    'X:\ta\t',
    'Connection: \x80',
];
const HOSTS = ['a', 'a', 'a', 'a:80', 'shop.example.com', '127.0.0.1:8080', '[::1]:80'];
const ODD_HOSTS = [
    '',
    'a b',
    'u@a',
    'a/b',
    'a:',
    'a:x',
    'a:99999',
    '[::1',
    '\xe4',
    'a,b',
    '.a',
    'a..b',
    'A',
    'a#',
    '%61',
];
const DATA = ['', 'x', 'hello', 'a=b&c=d', '{"a":1}', '0\r\n\r\n', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', '\x00\xff\r\n'];
const SIZES_ODD = [
    '',
    ' 1',
    '1 ',
    '0x1',
    '-1',
    '+1',
    '1;a',
    '1;a=b',
    '1;a="b;\\"c"',
    '1;a;b=c',
    '1;',
    '1;a=',
    '1; a',
    '1 ;a',
    '1;a="b',
    '1;a="b\r\n"',
    '1;a\n',
    '1;a\rb',
    '1;a=b=c',
    '1;"a"',
    'g',
    '000000001',
    'ffffffff',
    'FFFFFFFFFFFFFFFF',
    '10000000000000001',
    '1\t',
    '1_',
];
const BYTES = [
    '\r',
    '\n',
    '\r\n',
    ' ',
    '\t',
    '\x00',
    '\x0b',
    '\x7f',
    '\x80',
    '\xff',
    ':',
    ';',
    ',',
    '0',
    '1',
    'a',
    '/',
    '?',
    '#',
    '%',
    '"',
    '(',
    'X',
];
const EXTENSIONS = [';a', ';a=b', ';a=b;c', ';x="y;z"', ";signature=0a'!", ';q="\\"\t\xff"'];
const TRAILERS = ['X: y\r\n', 'X-Checksum:abc\r\nX-Two: \r\n', 'Server-Timing: a;dur=1 \r\n', 'Cookies: \xe4\r\n'];
const TRAILERS_ODD = [
    'X: y\r\n',
    'Content-Length: 3\r\n',
    'transfer-encoding: chunked\r\n',
    'Host: b\r\n',
    ' x\r\n',
    'X: y\r\n z\r\n',
    'X : y\r\n',
    ': y\r\n',
    'X\r\n',
    'X: y\n',
    'X: y\rz\r\n',
    'X: \x00\r\n',
    'GET / HTTP/1.1\r\n',
];

function chunkedBody(odd) {
    let out = '';
    const n = below(3);
    for (let i = 0; i < n; i++) {
        const data = pick(DATA) || 'y';
        const size =
            odd && chance(0.3)
                ? pick(SIZES_ODD)
                : chance(0.5)
                  ? data.length.toString(16)
                  : data.length.toString(16).toUpperCase();
        out +=
            size +
            (chance(0.2) ? pick(EXTENSIONS) : '') +
            (odd && chance(0.1) ? pick(['\n', '\r', '\r\r\n']) : '\r\n') +
            data +
            (odd && chance(0.1) ? pick(['\n', '', '\r', 'x\r\n']) : '\r\n');
    }
    out += odd && chance(0.15) ? pick(['00', '0;x', '', '0 ', '0x0']) : '0';
    out += odd && chance(0.1) ? pick(['\n', '\r']) : '\r\n';
    out += odd && chance(0.25) ? pick(TRAILERS_ODD) : chance(0.2) ? pick(TRAILERS) : '';
    return out + (odd && chance(0.1) ? pick(['\n', '', '\r']) : '\r\n');
}

function request(odd) {
    const o = (p) => odd && chance(p);
    const method = o(0.1) ? pick(ODD_METHODS) : pick(METHODS);
    const target = o(0.12) ? pick(ODD_TARGETS) : pick(TARGETS);
    const version = o(0.08) ? pick(ODD_VERSIONS) : pick(VERSIONS);
    const gap = () => (o(0.02) ? pick(['  ', '\t', '']) : ' ');
    const end = () => (o(0.02) ? pick(['\n', '\r', '\n\r', '\r\r\n']) : '\r\n');
    const fields = [];
    if (!o(0.06) && !(version === 'HTTP/1.0' && chance(0.3)))
        fields.push((chance(0.8) ? 'Host: ' : 'hoST:') + (o(0.1) ? pick(ODD_HOSTS) : pick(HOSTS)));
    const count = o(0.03) ? 60 + below(8) : below(6);
    for (let i = 0; i < count; i++) fields.push(o(0.15) ? pick(ODD_FIELDS) : pick(FIELDS));
    let body = '';
    const kind = below(4);
    if (kind === 1 || method === 'POST') {
        body = pick(DATA);
        fields.push('Content-Length: ' + (o(0.08) ? body.length + below(3) - 1 : body.length));
    } else if (kind === 2 && version !== 'HTTP/1.0') {
        body = chunkedBody(odd);
        fields.push('Transfer-Encoding: chunked');
    }
    if (o(0.02)) fields.push('X-Long: ' + 'v'.repeat(pick([8000, 16000, 17000])));
    if (chance(0.3)) fields.sort(() => random() - 0.5);
    const before = o(0.04) ? pick(['\r\n', '\r\n\r\n', '\n', ' ', '\r']) : '';
    return (
        before +
        method +
        gap() +
        target +
        gap() +
        version +
        end() +
        fields.map((f) => f + end()).join('') +
        end() +
        body
    );
}

function bend(raw) {
    const at = below(raw.length + 1);
    switch (below(4)) {
        case 0:
            return raw.slice(0, at) + pick(BYTES) + raw.slice(at);
        case 1:
            return raw.slice(0, at) + pick(BYTES) + raw.slice(at + 1);
        case 2:
            return raw.slice(0, at) + raw.slice(at + 1 + below(3));
        default:
            return raw.slice(0, at);
    }
}

function makeCase() {
    let raw = '';
    const odd = chance(0.75);
    for (let i = 1 + below(3); i > 0; i--) raw += request(odd);
    if (chance(0.3)) for (let i = 1 + below(2); i > 0; i--) raw = bend(raw);
    return raw;
}

// ---- Node's reading ----
// By the client's port, until both ends have met; then the server's socket has it, for a port is used again.
const seen = new Map();
const ENTRY = Symbol('entry');
const hex = (latin1) => Buffer.from(latin1, 'latin1').toString('hex');
const server = http.createServer((req, res) => {
    const entry = req.socket[ENTRY];
    const mine = {
        done: false,
        method: hex(req.method),
        target: hex(req.url),
        minor: req.httpVersionMinor,
        headers: req.rawHeaders.map(hex),
        body: [],
    };
    entry.requests.push(mine);
    req.on('data', (d) => mine.body.push(d));
    req.on('end', () => {
        mine.done = true;
        mine.body = Buffer.concat(mine.body).toString('hex');
        res.end();
    });
    req.on('error', () => {});
});
server.httpAllowHalfOpen = true; // our client closes its side at once; what it sent still counts
server.maxHeadersCount = 0;
server.on('clientError', (e, socket) => {
    socket[ENTRY].error ??= e.code;
    socket.destroy();
});
server.on('checkExpectation', (req, res) => {
    req.socket[ENTRY].error ??= 'EXPECTATION';
    res.writeHead(417).end();
});
server.on('connect', (req, socket) => {
    socket[ENTRY].error ??= 'CONNECT';
    socket.destroy();
});
server.on('connection', (socket) => {
    const entry = seen.get(socket.remotePort) ?? { requests: [] };
    seen.set(socket.remotePort, entry);
    socket[ENTRY] = entry;
    socket.on('close', () => entry.closed?.());
    socket.on('end', () => setTimeout(() => socket.destroy(), SETTLE_MS));
});

function nodeReads(raw) {
    return new Promise((resolve, reject) => {
        const client = net.connect(server.address().port, '127.0.0.1', () => {
            const port = client.localPort;
            const entry = seen.get(port) ?? { requests: [] };
            seen.set(port, entry);
            let timer;
            const look = (left) => {
                timer = setTimeout(() => (left > 1 ? look(left - 1) : entry.closed?.()), STUCK_LOOK_MS);
            };
            look(STUCK_LOOKS);
            entry.closed = () => {
                entry.closed = null; // a socket that was given up closes later, when its port may be another's
                clearTimeout(timer);
                seen.delete(port);
                client.destroy();
                resolve({ requests: entry.requests.filter((r) => r.done), error: entry.error });
            };
            client.end(Buffer.from(raw, 'latin1'));
        });
        client.on('data', () => {});
        client.on('error', (e) => (e.code === 'ECONNRESET' || e.code === 'EPIPE' ? 0 : reject(e)));
    });
}

// ---- our reading ----
function weRead(cases) {
    return new Promise((resolve, reject) => {
        const child = spawn(cli, { stdio: ['pipe', 'pipe', 'inherit'] });
        const out = [];
        child.stdout.on('data', (d) => out.push(d));
        child.on('error', reject);
        child.on('close', (code) => {
            const lines = Buffer.concat(out).toString().trim().split('\n');
            if (code !== 0 || lines.length !== cases.length)
                reject(new Error(`${cli}: exit ${code}, ${lines.length} lines for ${cases.length} cases`));
            else resolve(lines.map((l) => JSON.parse(l)));
        });
        for (const raw of cases) {
            const size = Buffer.alloc(4);
            size.writeUInt32BE(raw.length);
            child.stdin.write(size);
            child.stdin.write(Buffer.from(raw, 'latin1'));
        }
        child.stdin.end();
    });
}

// ---- why we are stricter: [name, test of (head of the refused request, all that follows it, our status)] ----
const field = (head, name) =>
    head
        .split('\r\n')
        .slice(1)
        .filter((l) => l.toLowerCase().startsWith(name + ':'))
        .map((l) => l.slice(name.length + 1).replace(/^[ \t]+|[ \t]+$/g, ''));
const line1 = (head) => head.replace(/^\r\n/, '').split('\r\n')[0];
const hostIsFine = (v) =>
    v === '' || hostIsNamed(v);
const hostIsNamed = (v) =>
    net.isIPv6(/^\[(.*)\]/.exec(v)?.[1] ?? '::') &&
    /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?)(:[1-9][0-9]{0,4})?$/.test(v) &&
    Number((/:(\d+)$/.exec(v.replace(/^\[.*\]/, '')) ?? [0, 1])[1]) <= 65535;
const STRICTER = [
    ['more than one empty line before the request, or not CRLF', (h) => /^(\r\n[\r\n]|\n|\r[^\n]|\r$)/.test(h)],
    ['bare LF', (h, b, s, all) => s === 400 && /(^|[^\r])\n/.test(all)],
    [
        'Host missing, twice or malformed',
        (h) => {
            const v = field(h, 'host');
            return v.length !== 1 ? v.length > 1 || / HTTP\/1\.1$/.test(line1(h)) : !hostIsFine(v[0]);
        },
    ],
    [
        'target is neither origin-form, "*" for OPTIONS nor our own host',
        (h) => {
            const t = line1(h).split(' ')[1] ?? '';
            return !t.startsWith('/') && !(t === '*' && h.includes('OPTIONS *'));
        },
    ],
    ['fragment or byte over 0x7E in the target', (h) => /[#\x7f-\xff]/.test(line1(h))],
    ['target over 8 KiB', (h, b, s) => s === 414 && line1(h).length > 8192],
    [
        'more than 64 fields, or head over 16 KiB',
        (h, b, s, all) => s === 431 && (h.split('\r\n').length > 66 || all.length >= 16384),
    ],
    ['method that no route has', (h) => !/^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) /.test(line1(h))],
    ['more than one space before the version', (h) => /^[A-Z]+ [^ ]+ {2,}HTTP/.test(line1(h))],
    ['version other than 1.0 and 1.1', (h, b, s) => s === 505 || (s === 400 && !/ HTTP\/1\.[01]$/.test(line1(h)))],
    ['transfer coding other than chunked alone', (h, b, s) => s === 501 && field(h, 'transfer-encoding').length === 1],
    [
        'transfer coding empty or twice',
        (h) => field(h, 'transfer-encoding').length > 1 || field(h, 'transfer-encoding').includes(''),
    ],
    ['transfer coding on 1.0', (h) => field(h, 'transfer-encoding').length > 0 && /HTTP\/1\.0$/.test(line1(h))],
    [
        'Content-Length twice, empty, with a leading zero or over 18 digits',
        (h) => {
            const v = field(h, 'content-length');
            return v.length > 1 || v.some((x) => !/^(0|[1-9][0-9]{0,17})$/.test(x));
        },
    ],
    [
        'Connection holds no tokens',
        (h) =>
            field(h, 'connection').some((v) =>
                v.split(',').some((w) => !/^[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]*[ \t]*$/.test(w)),
            ),
    ],
    ['Expect other than 100-continue, once', (h, b, s) => s === 417],
    ['control character in a value', (h) => /:[^\r\n]*[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(h)],
    [
        'chunk extension that is none',
        (h, b) =>
            field(h, 'transfer-encoding').length === 1 &&
            [...b.matchAll(/^[0-9a-fA-F]+([ \t]*;[^\n]*)\n/gm)].some(
                (m) =>
                    !/^(;[!#$%&'*+.^_`|~0-9A-Za-z-]+(=([!#$%&'*+.^_`|~0-9A-Za-z-]+|"([\t !#-[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*"))?)+\r$/.test(
                        m[1],
                    ),
            ),
    ],
    [
        'trailer that frames or steers',
        (h, b) =>
            field(h, 'transfer-encoding').length === 1 &&
            /^0+(;[^\n]*)?\r\n([^\n]+\n)*(content-length|transfer-encoding|host|connection|upgrade|expect|te|trailer|authorization|cookie|content-type|content-encoding):/im.test(
                b,
            ),
    ],
    [
        'chunk size over 8 digits or over the limit',
        (h, b, s) => field(h, 'transfer-encoding').length === 1 && (s === 413 || /^[0-9a-fA-F]{9,}/m.test(b)),
    ],
    [
        'chunk size with white space behind',
        (h, b) => field(h, 'transfer-encoding').length === 1 && /^[0-9a-fA-F]+[ \t]+\r/m.test(b),
    ],
    [
        'body of a request to upgrade (Node drops it unread)',
        (h) => /^upgrade:/im.test(h) && /^connection:.*\bupgrade\b/im.test(h),
    ],
    ['body over the limit', (h, b, s) => s === 413],
];
function reason(table, rest, status) {
    const end = rest.indexOf('\r\n\r\n', rest.startsWith('\r\n') ? 2 : 0);
    const head = end < 0 ? rest : rest.slice(0, end);
    const body = end < 0 ? '' : rest.slice(end + 4);
    return table.find(([, test]) => test(head, body, status, rest))?.[0];
}

const same = (a, b) =>
    ['method', 'target', 'minor', 'body'].every((k) => a[k] === b[k]) && a.headers.join() === b.headers.join();
const values = (r, name) =>
    r.headers
        .filter(
            (v, i) =>
                i % 2 === 1 &&
                Buffer.from(r.headers[i - 1], 'hex')
                    .toString('latin1')
                    .toLowerCase() === name,
        )
        .map((v) => Buffer.from(v, 'hex').toString('latin1').toLowerCase())
        .join();
const asksToUpgrade = (r) => /\bupgrade\b/.test(values(r, 'connection')) && values(r, 'upgrade') !== '';
const closesAndStays = (r) =>
    /\bclose\b/.test(values(r, 'connection')) && /\bkeep-alive\b/.test(values(r, 'connection'));
const UPGRADE_DROPS = 'Node alone: drops what follows a request to upgrade';
// RFC 9110 5.5: white space around a value is SP or HTAB. llhttp takes the blank behind Content-Length, not the tab.
const LENGTH_TAB = 'Node alone: refuses a tab behind the value of Content-Length';
const refusesTab = (raw, node) =>
    node.error === 'HPE_INVALID_CONTENT_LENGTH' && /\ncontent-length:[ \t]*[0-9]+ *\t[ \t]*\r?\n/i.test(raw);
const tally = new Map();
const count = (what) => tally.set(what, (tally.get(what) ?? 0) + 1);

// Undefined when both agree or the difference is allowed; else what is wrong.
function compare(raw, ours, node) {
    for (const [i, r] of ours.requests.entries()) {
        if (i < node.requests.length && !same(r, node.requests[i])) return `request ${i + 1} is read differently`;
        if (i >= node.requests.length) {
            if (refusesTab(raw, node)) {
                count(LENGTH_TAB);
                return undefined;
            }
            // Node drops what follows a request to upgrade even when nobody upgrades; RFC 9110 7.8 lets us go on.
            if (i === 0 || node.error || !asksToUpgrade(ours.requests[i - 1]))
                return `request ${i + 1} is ours alone (Node: ${node.error})`;
            count(UPGRADE_DROPS);
            return undefined;
        }
    }
    if (ours.status !== 0) {
        if (node.requests.length === ours.requests.length && node.error) {
            count('both refuse');
            return undefined;
        }
        if (
            node.requests.length === ours.requests.length &&
            ours.requests.length &&
            asksToUpgrade(ours.requests.at(-1))
        ) {
            count(UPGRADE_DROPS);
            return undefined;
        }
        const why = reason(STRICTER, raw.slice(raw.length - ours.rest), ours.status);
        if (!why)
            return `refused with ${ours.status}, Node does not, and no reason is known`;
        count('ours alone: ' + why);
        return undefined;
    }
    if (node.requests.length > ours.requests.length) {
        if (!ours.requests.length || !closesAndStays(ours.requests.at(-1))) return 'Node reads more requests';
        count('ours alone: "close" wins over "keep-alive"');
        return undefined;
    }
    if (ours.rest === 0 && node.error) {
        return `Node refuses (${node.error}) where we end`;
    }
    count(ours.rest > 0 ? 'both wait, or the connection ends' : 'both accept all');
    return undefined;
}

async function main() {
    const cases = Array.from({ length: caseCount }, makeCase);
    const ours = await weRead(cases);
    await new Promise((r) => server.listen(0, '127.0.0.1', r));
    let next = 0,
        failed = 0;
    const worker = async () => {
        while (next < cases.length) {
            const i = next++;
            const node = await nodeReads(cases[i]);
            const wrong = compare(cases[i], ours[i], node);
            if (!wrong) continue;
            if (failed++ < SHOWN_MAX) {
                console.log(`case ${i} of seed ${seed}: ${wrong}\n  ${JSON.stringify(cases[i].slice(0, 1200))}`);
                console.log(
                    `  ours ${JSON.stringify(ours[i]).slice(0, 600)}\n  node ${JSON.stringify(node).slice(0, 600)}`,
                );
            }
        }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, worker));
    server.close();
    server.closeAllConnections();
    for (const [what, n] of [...tally].sort()) console.log(`${String(n).padStart(6)}  ${what}`);
    console.log(`seed ${seed}\n${cases.length - failed} passed, ${failed} failed`);
    process.exitCode = failed > 0 ? 1 : 0;
}
await main();
