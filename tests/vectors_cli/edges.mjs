// edges.mjs: test vectors of the contract's edges (payment providers), in the form of tests/vectors/README.md, with keys,
// secrets and numbers that are drawn anew each time, so that no answer can be learnt by heart. What is expected is a
// second reading of the contract, by node:crypto alone; what the contract leaves open is not here.
//
//   node tests/vectors_cli/edges.mjs DIR      writes edge-*.json there and prints their names
import { createCipheriv, createHash, createHmac, generateKeyPairSync, randomBytes, randomInt, sign as signWith, X509Certificate } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { certificateOf } from '../http/lib/certificate.mjs';

const NOW = 1795000000 + randomInt(600000);
const MIB = 1 << 20;

const keyPair = (bits = 2048) => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
    return { privateKey, publicPem: publicKey.export({ type: 'spki', format: 'pem' }), privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
};
const digits = (n) => Array.from({ length: n }, () => String(randomInt(10))).join('');
const letters = (n) => randomBytes(n).toString('hex').slice(0, n);
const rsa = (key, text, algorithm = 'RSA-SHA256') => signWith(algorithm, Buffer.isBuffer(text) ? text : Buffer.from(text, 'utf8'), key.privateKey).toString('base64');
const byBytes = ([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b));

const accept = (...effects) => ({ verdict: 'accept', effects, reply: 'ack' });
const reject = (reason) => ({ verdict: 'reject', effects: [], reason, reply: 'nack' });
const made = (topic, members, cases) => ({
    format: 'payvec-1', topic, made_with: ['node:crypto'], ...members, cases: cases.map((one) => ({ sdk: 'n/a', ...one })),
});

// ---- Alipay ----

const us = { app: keyPair(), app_id: digits(16), seller_id: digits(16) };
const alipay = keyPair();
const stranger = keyPair();
const alipayOrders = [
    { id: `O_${letters(10)}-Z`, amount_minor: 8800, currency: 'CNY', state: 'open' },
    { id: 'x'.repeat(64), amount_minor: 1, currency: 'CNY', state: 'open' },
    { id: `big${digits(8)}`, amount_minor: 10000000000, currency: 'CNY', state: 'open' },
];
const [price, fen, big] = alipayOrders;
const trade = digits(28);
const formEncode = (text) => encodeURIComponent(text).replaceAll('%20', '+');
const joined = (pairs) => pairs.filter(([name]) => name !== 'sign' && name !== 'sign_type').sort(byBytes).map(([name, value]) => `${name}=${value}`).join('&');

/** o.over: values instead of ours, undefined takes one away; o.more: pairs behind ours; o.key, o.text (of what is signed),
 * o.algorithm; o.encode; o.sign (of the signature); o.body (of the whole body). */
function alipayNotice(name, expect, o = {}) {
    const named = {
        notify_time: '2026-11-22 12:00:00', notify_type: 'trade_status_sync', notify_id: letters(34), app_id: us.app_id, auth_app_id: us.app_id,
        charset: 'utf-8', version: '1.0', sign_type: 'RSA2', trade_no: trade, out_trade_no: price.id, trade_status: 'TRADE_SUCCESS',
        total_amount: '88.00', receipt_amount: '88.00', subject: 'Team plan', body: '', seller_id: us.seller_id, gmt_create: '2026-11-22 11:59:20',
        gmt_payment: '2026-11-22 11:59:55', ...o.over,
    };
    const pairs = [...Object.entries(named).filter(([, value]) => value !== undefined), ...(o.more ?? [])];
    const text = joined(pairs);
    const encode = o.encode ?? formEncode;
    const signature = o.sign ? o.sign(rsa(o.key ?? alipay, text)) : rsa(o.key ?? alipay, o.text ? o.text(text, pairs) : text, o.algorithm);
    const sent = signature === null ? pairs : [...pairs, ['sign', signature]];
    let body = sent.map(([n, value]) => `${n === 'sign' ? n : encode(n)}=${n === 'sign' ? (o.encodeSign ?? encodeURIComponent)(value) : encode(value)}`).join('&');
    if (o.body) body = o.body(body);
    const request = { method: 'POST', target: '/pay/alipay/notify', headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' }, body, ...o.request };
    return { name, now: NOW, ...(o.after ? { after: o.after } : {}), request, expect, ...(expect.verdict === 'accept' ? { string_to_sign: text } : {}) };
}
const bad = (name, over, reason = 'amount') => alipayNotice(name, reject(reason), { over });
const amounts = (values, expect, what) => values.map((total, i) => alipayNotice(`${what} ${i + 1}: ${JSON.stringify(total)}`, expect, { over: { total_amount: total } }));
const paid = accept('mark_paid');

/** A return: the same pairs in the target's query. */
function alipayReturn(name, expect, o = {}) {
    const named = {
        charset: 'utf-8', out_trade_no: price.id, method: 'alipay.trade.page.pay.return', total_amount: '88.00', trade_no: trade, auth_app_id: us.app_id,
        version: '1.0', app_id: us.app_id, seller_id: us.seller_id, timestamp: '2026-11-22 12:00:00', sign_type: 'RSA2', ...o.over,
    };
    const pairs = Object.entries(named).filter(([, value]) => value !== undefined);
    const text = joined(pairs);
    const query = [...pairs, ['sign', rsa(o.key ?? alipay, text)]].map(([n, value]) => `${n}=${formEncode(value)}`).join('&');
    return {
        name, now: NOW, channel: 'return', request: { method: 'GET', target: `/pay/alipay/return?${o.query ? o.query(query) : query}`, headers: {}, body: '' },
        expect, ...(expect.verdict === 'accept' ? { string_to_sign: text } : {}),
    };
}

const part = (fee, over) => ({ over: { gmt_refund: '2026-11-22 12:10:00.123', refund_fee: fee, out_biz_no: 'rf_1', ...over } });
const alipayCases = [
    alipayNotice('paid', paid),
    // Encodings.
    alipayNotice('every byte percent-encoded, in small letters', paid, { encode: (t) => [...Buffer.from(t)].map((b) => `%${b.toString(16).padStart(2, '0')}`).join('') }),
    alipayNotice('a space as %20', paid, { encode: encodeURIComponent }),
    alipayNotice('raw UTF-8', paid, { over: { subject: '套餐😀' }, encode: (t) => formEncode(t).replaceAll('%E5%A5%97', '套') }),
    alipayNotice('a percent sign that is data', paid, { over: { subject: '100%25 +%2B %zz & = ;', body: '%' } }),
    alipayNotice('names and braces within values', paid, { over: { body: 'a=b&sign=c&sign_type=RSA', subject: '{"sign":"x"}' } }),
    alipayNotice('names by bytes', paid, { over: { b: '1', b1: '2', B: '3', 'b-': '4', b_1: '5', 'é': '6', _: '7', '中': '8' } }),
    alipayNotice('many unknown names', paid, { over: Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`new_${i}`, i % 3 ? `v${i}` : ''])) }),
    alipayNotice('empty values are signed', paid, { over: { passback_params: '', point_amount: '' } }),
    alipayNotice('empty values left out of what is signed', reject('signature'), { text: (t, pairs) => joined(pairs.filter(([, value]) => value !== '')) }),
    alipayNotice('sign_type within what is signed', reject('signature'), { text: (t, pairs) => [...pairs].sort(byBytes).map(([n, value]) => `${n}=${value}`).join('&') }),
    alipayNotice('encoded values are signed', reject('signature'), { text: (t, pairs) => joined(pairs.map(([n, value]) => [n, formEncode(value)])) }),
    alipayNotice('decoded twice', reject('signature'), { over: { subject: '100%25' }, text: (t) => t.replace('100%25', '100%') }),
    alipayNotice('not in the order of names', reject('signature'), { text: (t) => t.split('&').reverse().join('&') }),
    alipayNotice('a percent sign alone', reject('encoding'), { body: (b) => `${b}&x=%` }),
    alipayNotice('half a percent sign', reject('encoding'), { body: (b) => `${b}&x=%4` }),
    alipayNotice('no hexadecimal', reject('encoding'), { body: (b) => b.replace('Team', '%5gTeam') }),
    alipayNotice('GBK', reject('encoding'), { body: (b) => b.replace('subject=Team', 'subject=%CC%D7%B2%CDTeam') }),
    alipayNotice('an overlong form', reject('encoding'), { body: (b) => b.replace('subject=Team', 'subject=%C0%AFTeam') }),
    alipayNotice('a surrogate', reject('encoding'), { body: (b) => b.replace('subject=Team', 'subject=%ED%A0%80Team') }),
    alipayNotice('a name that is not UTF-8', reject('encoding'), { body: (b) => `${b}&%ff=1` }),
    alipayNotice('a byte-order mark before all', reject('signature'), { body: (b) => `\ufeff${b}` }),
    alipayNotice('a line end behind all', reject('signature'), { body: (b) => `${b}\n` }),
    alipayNotice('an empty body', reject('encoding'), { body: () => '' }),
    alipayNotice('JSON', reject('encoding'), { body: () => JSON.stringify({ out_trade_no: price.id }) }),
    alipayNotice('a body beyond the limit', reject('limit'), { over: { body: 'x'.repeat(MIB / 4) } }),
    // A name twice.
    alipayNotice('a name twice, both signed', reject('twice'), { more: [['trade_status', 'TRADE_SUCCESS']] }),
    alipayNotice('a name twice, one empty', reject('twice'), { more: [['body', 'x']] }),
    alipayNotice('a name twice, once encoded', reject('twice'), { body: (b) => `${b}&%74otal_amount=88.00` }),
    alipayNotice('sign twice', reject('twice'), { body: (b) => `${b}&sign=x` }),
    alipayNotice('sign_type twice', reject('twice'), { body: (b) => `${b}&sign_type=RSA2` }),
    // What it says of itself.
    bad('no sign_type', { sign_type: undefined }, 'algorithm'),
    bad('an empty sign_type', { sign_type: '' }, 'algorithm'),
    bad('sign_type in small letters', { sign_type: 'rsa2' }, 'algorithm'),
    bad('sign_type with a space', { sign_type: 'RSA2 ' }, 'algorithm'),
    bad('sign_type none', { sign_type: 'none' }, 'algorithm'),
    alipayNotice('SHA-1 that says RSA2', reject('signature'), { algorithm: 'RSA-SHA1' }),
    alipayNotice('SHA-1 that says RSA', reject('algorithm'), { over: { sign_type: 'RSA' }, algorithm: 'RSA-SHA1' }),
    alipayNotice('SHA-512', reject('signature'), { algorithm: 'RSA-SHA512' }),
    bad('charset GBK', { charset: 'GBK' }, 'charset'),
    alipayNotice('charset GBK in the header', reject('charset'), { request: { headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=GBK' } } }),
    alipayNotice('another content type', reject('encoding'), { request: { headers: { 'Content-Type': 'application/json' } } }),
    alipayNotice('the header in other letters', paid, { request: { headers: { 'CONTENT-TYPE': 'Application/X-WWW-Form-Urlencoded;charset=UTF-8' } } }),
    // Signatures.
    alipayNotice('no signature', reject('unsigned'), { sign: () => null }),
    alipayNotice('an empty signature', reject('unsigned'), { sign: () => '' }),
    alipayNotice('without its padding', reject('signature'), { sign: (s) => s.slice(0, -4) }),
    alipayNotice('with too much padding', reject('signature'), { sign: (s) => `${s}====` }),
    alipayNotice('with a space within', reject('signature'), { sign: (s) => `${s.slice(0, 8)} ${s.slice(8)}` }),
    alipayNotice('with a line end behind it', reject('signature'), { sign: (s) => `${s}\n` }),
    alipayNotice('a signature in base64url', reject('signature'), { sign: (s) => `${s.slice(0, 4)}-_${s.slice(6)}` }),
    alipayNotice('hexadecimal', reject('signature'), { sign: (s) => Buffer.from(s, 'base64').toString('hex') }),
    alipayNotice('a bit flipped', reject('signature'), { sign: (s) => { const b = Buffer.from(s, 'base64'); b[100] ^= 1; return b.toString('base64'); } }),
    alipayNotice('cut short', reject('signature'), { sign: (s) => Buffer.from(s, 'base64').subarray(0, 255).toString('base64') }),
    alipayNotice('zeros', reject('signature'), { sign: () => Buffer.alloc(256).toString('base64') }),
    alipayNotice('a stranger', reject('signature'), { key: stranger }),
    alipayNotice('our own key', reject('own key'), { key: us.app }),
    // Whose it is.
    bad('no app', { app_id: undefined }, 'app'),
    bad('an empty app', { app_id: '' }, 'app'),
    bad('an app with a space', { app_id: `${us.app_id} ` }, 'app'),
    bad('the app as seller', { seller_id: us.app_id }, 'merchant'),
    bad('no seller', { seller_id: undefined }, 'merchant'),
    bad('an empty seller', { seller_id: '' }, 'merchant'),
    bad('no order', { out_trade_no: undefined }, 'unknown order'),
    bad('an empty order', { out_trade_no: '' }, 'unknown order'),
    bad('the order in other letters', { out_trade_no: price.id.toUpperCase() }, 'unknown order'),
    bad('the order with a space', { out_trade_no: `${price.id} ` }, 'unknown order'),
    bad('the beginning of the order', { out_trade_no: price.id.slice(0, -1) }, 'unknown order'),
    bad('a trade where the order belongs', { out_trade_no: trade }, 'unknown order'),
    // Amounts.
    ...amounts(['88', '88.0', '88.00'], paid, 'equal'),
    ...amounts(['88.01', '87.99', '8800', '0.88', '0', '0.00', '8.80'], reject('amount'), 'another amount'),
    ...amounts(
        ['', ' ', '.', '88.', '.88', '88.000', '88.001', '+88.00', '-88.00', '8.8e1', '88e0', '88E0', '88,00', '88.0.0', ' 88.00', '88.00 ', '0x58', '８８.００', 'NaN', 'Infinity',
            '1e400', '99999999999999999999999999', '184467440737095604.16', '8800000000000000000', '88.00\u0000x', '八十八', '88.00CNY', '88_00', 'null'],
        reject('amount'), 'malformed',
    ),
    bad('no amount', { total_amount: undefined }),
    bad('the receipt in place of the amount', { total_amount: '80.00', receipt_amount: '88.00' }),
    alipayNotice('less received than ordered', paid, { over: { receipt_amount: '80.00', buyer_pay_amount: '79.00' } }),
    alipayNotice('the least', paid, { over: { out_trade_no: fen.id, total_amount: '0.01' } }),
    bad('another order\'s amount', { out_trade_no: fen.id }),
    alipayNotice('the most', paid, { over: { out_trade_no: big.id, total_amount: '100000000.00' } }),
    alipayNotice('the most, without decimals', paid, { over: { out_trade_no: big.id, total_amount: '100000000' } }),
    bad('the most, and a fen', { out_trade_no: big.id, total_amount: '100000000.01' }),
    // States.
    alipayNotice('a state that is new', accept(), { over: { trade_status: 'TRADE_PENDING' } }),
    alipayNotice('a state in small letters', accept(), { over: { trade_status: 'trade_success' } }),
    alipayNotice('no state', accept(), { over: { trade_status: undefined } }),
    alipayNotice('another type', accept(), { over: { notify_type: 'dut_user_sign' } }),
    bad('waiting, and another amount', { trade_status: 'WAIT_BUYER_PAY', total_amount: '88.01' }),
    bad('waiting, and another seller', { trade_status: 'WAIT_BUYER_PAY', seller_id: digits(16) }, 'merchant'),
    alipayNotice('waiting', accept(), { over: { trade_status: 'WAIT_BUYER_PAY' } }),
    alipayNotice('paid behind waiting', paid, { after: ['waiting'] }),
    alipayNotice('finished', paid, { over: { trade_status: 'TRADE_FINISHED' } }),
    alipayNotice('finished behind paid', accept(), { after: ['paid'], over: { trade_status: 'TRADE_FINISHED' } }),
    alipayNotice('closed', accept('mark_closed'), { over: { trade_status: 'TRADE_CLOSED' } }),
    alipayNotice('closed behind paid', accept(), { after: ['paid'], over: { trade_status: 'TRADE_CLOSED' } }),
    alipayNotice('closed twice', accept(), { after: ['closed'], over: { trade_status: 'TRADE_CLOSED' } }),
    alipayNotice('paid behind closed', paid, { after: ['closed'] }),
    alipayNotice('waiting behind paid', accept(), { after: ['paid'], over: { trade_status: 'WAIT_BUYER_PAY' } }),
    alipayNotice('a second trade', reject('paid twice'), { after: ['paid'], over: { trade_no: digits(28) } }),
    alipayNotice('a refused one is not kept', paid, { after: ['a stranger', 'no seller', '88.01 first'] }),
    alipayNotice('88.01 first', reject('amount'), { over: { total_amount: '88.01' } }),
    // Refunds.
    alipayNotice('part', accept('refund_total:3000'), { after: ['paid'], ...part('30.00') }),
    alipayNotice('part, without decimals', accept('refund_total:3000'), { after: ['paid'], ...part('30') }),
    alipayNotice('part before paid', accept('mark_paid', 'refund_total:3000'), part('30.00')),
    alipayNotice('part before paid, of one that was closed', accept('mark_paid', 'refund_total:1'), { after: ['closed'], ...part('0.01') }),
    alipayNotice('more', accept('refund_total:5000'), { after: ['paid', 'part'], ...part('50.00') }),
    alipayNotice('less than before', accept(), { after: ['paid', 'more'], ...part('30.00') }),
    alipayNotice('as much as before', accept(), { after: ['paid', 'part'], ...part('30.0') }),
    alipayNotice('all', accept('refund_total:8800'), { after: ['paid'], ...part('88.00', { trade_status: 'TRADE_CLOSED' }) }),
    alipayNotice('all before paid', accept('mark_paid', 'refund_total:8800'), part('88.00', { trade_status: 'TRADE_CLOSED' })),
    alipayNotice('all behind part', accept('refund_total:8800'), { after: ['paid', 'part'], ...part('88.00', { trade_status: 'TRADE_CLOSED' }) }),
    alipayNotice('part behind all', accept(), { after: ['paid', 'all'], ...part('30.00') }),
    alipayNotice('paid behind all', accept(), { after: ['all before paid'] }),
    alipayNotice('a day without a sum', paid, { over: { gmt_refund: '2026-11-22 12:10:00' } }),
    alipayNotice('a sum without a day', paid, { over: { refund_fee: '30.00' } }),
    alipayNotice('more than was paid', reject('amount'), { after: ['paid'], ...part('88.01') }),
    alipayNotice('more than was paid, before it was', reject('amount'), part('100')),
    ...['3e1', '-1.00', '+1.00', '1.001', 'x'].map((fee) => alipayNotice(`a refund of ${fee}`, reject('amount'), { after: ['paid'], ...part(fee) })),
    // The way it came.
    alipayNotice('GET', reject('method'), { request: { method: 'GET' } }),
    alipayNotice('PUT', reject('method'), { request: { method: 'PUT' } }),
    alipayNotice('with a query', reject('query'), { request: { target: '/pay/alipay/notify?a=1' } }),
    alipayReturn('return', accept()),
    alipayReturn('return of another amount', reject('amount'), { over: { total_amount: '88.01' } }),
    alipayReturn('return of an unknown order', reject('unknown order'), { over: { out_trade_no: 'nobody1' } }),
    alipayReturn('return of another seller', reject('merchant'), { over: { seller_id: digits(16) } }),
    alipayReturn('return of another app', reject('app'), { over: { app_id: digits(16) } }),
    alipayReturn('return with RSA', reject('algorithm'), { over: { sign_type: 'RSA' } }),
    alipayReturn('return without sign_type', reject('algorithm'), { over: { sign_type: undefined } }),
    alipayReturn('return of a stranger', reject('signature'), { key: stranger }),
    alipayReturn('return by our own key', reject('own key'), { key: us.app }),
    alipayReturn('return with a name twice', reject('twice'), { query: (q) => `${q}&total_amount=88.00` }),
    alipayReturn('return with a state', accept(), { over: { trade_status: 'TRADE_SUCCESS' } }),
    alipayReturn('return with an added name', reject('signature'), { query: (q) => `${q}&utm=1` }),
];

/** o.member, o.text (of the member), o.key, o.whole (of the whole), o.api. */
function alipayAnswer(name, expect, o = {}) {
    const api = o.api ?? 'alipay.trade.query';
    const member = o.member ?? `${api.replaceAll('.', '_')}_response`;
    const text = o.text ?? JSON.stringify({ code: '10000', msg: 'Success', out_trade_no: price.id, total_amount: '88.00', trade_no: trade, trade_status: 'TRADE_SUCCESS' });
    const signature = rsa(o.key ?? alipay, o.signed ?? text, o.algorithm);
    const body = o.whole ? o.whole(member, text, signature) : `{"${member}":${text},"sign":"${signature}"}`;
    return { name, now: NOW, api, response: { status: 200, body }, expect, ...(expect.verdict === 'accept' ? { signed_text: text } : {}) };
}
const odd = '{ "code" : "10000",\t"msg":"a } \\"sign\\":\\"x\\" { ]","a":{"b":[{},[1,2.50,-1e3]],"sign":"inner"},\n "u":"\\u4e2d\\/\\\\","big":12345678901234567890123,"far":-2.5E+999 }';
const alipayAnswers = [
    alipayAnswer('plain', accept()),
    alipayAnswer('spaces, braces, escapes and numbers within', accept(), { text: odd }),
    alipayAnswer('the signature before what is signed', accept(), { whole: (m, t, s) => `{"sign":"${s}","${m}":${t}}` }),
    alipayAnswer('spaces around', accept(), { whole: (m, t, s) => ` {\n "${m}" : ${t} ,\r\n\t"sign" : "${s}" }\n` }),
    alipayAnswer('slashes escaped in the signature', accept(), { whole: (m, t, s) => `{"${m}":${t},"sign":"${s.replaceAll('/', '\\/')}"}` }),
    alipayAnswer('a text before that looks like it', accept(), { whole: (m, t, s) => `{"note":"\\"${m}\\":{\\"code\\":\\"1\\"}","${m}":${t},"sign":"${s}"}` }),
    alipayAnswer('others beside it', accept(), { whole: (m, t, s) => `{"alipay_cert_sn_of":1,"${m}":${t},"more":{"sign":"x","${m}":{}},"sign":"${s}"}` }),
    alipayAnswer('an empty object', accept(), { text: '{}' }),
    alipayAnswer('error_response', accept(), { member: 'error_response', text: '{"code":"40002","msg":"Invalid Arguments","sub_code":"isv.invalid-signature"}' }),
    alipayAnswer('a refund', accept(), { api: 'alipay.trade.refund', text: '{"code":"10000","fund_change":"Y","refund_fee":"30.00"}' }),
    alipayAnswer('a refund\'s query', accept(), { api: 'alipay.trade.fastpay.refund.query', text: '{"code":"10000","refund_status":"REFUND_SUCCESS"}' }),
    alipayAnswer('a close', accept(), { api: 'alipay.trade.close', text: '{"code":"40004","sub_code":"ACQ.TRADE_NOT_EXIST","sub_msg":"交易不存在"}' }),
    alipayAnswer('a bill\'s address', accept(), { api: 'alipay.data.dataservice.bill.downloadurl.query', text: '{"code":"10000","bill_download_url":"http:\\/\\/x.test\\/?a=1&b=2"}' }),
    alipayAnswer('20000', accept(), { text: '{"code":"20000","msg":"Service Currently Unavailable","sub_code":"isp.unknow-error"}' }),
    alipayAnswer('of another call', reject('missing'), { member: 'alipay_trade_precreate_response' }),
    alipayAnswer('printed anew', reject('signature'), { text: '{"qr_code":"https://x"}', signed: '{"qr_code":"https:\\/\\/x"}' }),
    alipayAnswer('signed with its quotation marks and name', reject('signature'), { signed: `"alipay_trade_query_response":{}` }),
    alipayAnswer('spaces taken out of what is signed', reject('signature'), { text: odd, signed: odd.replaceAll(' ', '') }),
    alipayAnswer('the inner object is signed', reject('signature'), { text: '{"code":"10000","a":{"b":"c"}}', signed: '{"b":"c"}' }),
    alipayAnswer('no signature', reject('unsigned'), { whole: (m, t) => `{"${m}":${t}}` }),
    alipayAnswer('an empty signature', reject('unsigned'), { whole: (m, t) => `{"${m}":${t},"sign":""}` }),
    alipayAnswer('null for a signature', reject('unsigned'), { whole: (m, t) => `{"${m}":${t},"sign":null}` }),
    alipayAnswer('the signature within what is signed', reject('unsigned'), { whole: (m, t, s) => `{"${m}":{"sign":"${s}"}}` }),
    alipayAnswer('a signature with a space', reject('signature'), { whole: (m, t, s) => `{"${m}":${t},"sign":"${s.slice(0, 5)} ${s.slice(5)}"}` }),
    alipayAnswer('SHA-1', reject('signature'), { algorithm: 'RSA-SHA1' }),
    alipayAnswer('a stranger', reject('signature'), { key: stranger }),
    alipayAnswer('our own key', reject('own key'), { key: us.app }),
    alipayAnswer('a text in place of the object', reject('malformed'), { text: '"abc"' }),
    alipayAnswer('null in its place', reject('malformed'), { text: 'null' }),
    alipayAnswer('a list', reject('malformed'), { whole: (m, t, s) => `[{"${m}":${t},"sign":"${s}"}]` }),
    alipayAnswer('cut short', reject('malformed'), { whole: (m, t, s) => `{"${m}":${t},"sign":"${s}` }),
    alipayAnswer('a page', reject('malformed'), { whole: () => '<html><body>502</body></html>' }),
    alipayAnswer('nothing', reject('malformed'), { whole: () => '' }),
];

/** Parameters as a call has them: o.empty ones are dropped, all else is signed raw. */
function alipayCall(name, api, content, more = {}) {
    const params = {
        method: api, app_id: us.app_id, charset: 'utf-8', version: '1.0', sign_type: 'RSA2', timestamp: '2026-11-22 00:00:01', format: 'JSON',
        biz_content: typeof content === 'string' ? content : JSON.stringify(content), ...more,
    };
    const text = Object.entries(params).filter(([n, value]) => n !== 'sign' && value !== '').sort(byBytes).map(([n, value]) => `${n}=${value}`).join('&');
    return { name, api, params, string_to_sign: text, sign: rsa(us.app, text) };
}
const alipayCalls = [
    alipayCall('query', 'alipay.trade.query', { out_trade_no: price.id }),
    alipayCall('by the trade', 'alipay.trade.query', { trade_no: trade }),
    alipayCall('Chinese, spaces, signs', 'alipay.trade.page.pay', { subject: '月度套餐 + 100% "x" <b> \u2028', total_amount: '0.01' }),
    alipayCall('spaces within the JSON', 'alipay.trade.close', '{ "out_trade_no" : "a" ,\n"b":"\\u4e2d" }'),
    alipayCall('empty values', 'alipay.trade.wap.pay', { out_trade_no: 'a' }, { notify_url: '', return_url: 'https://x.test/r?a=1&b=%20', app_auth_token: '' }),
    alipayCall('certificate mode', 'alipay.trade.refund', { out_trade_no: 'a', refund_amount: '1.00', out_request_no: 'r' }, { app_cert_sn: letters(32), alipay_root_cert_sn: `${letters(32)}_${letters(32)}` }),
    alipayCall('names by bytes', 'alipay.trade.query', {}, { b: '1', b1: '2', B: '3', b_1: '4', é: '5' }),
    alipayCall('an old signature among them', 'alipay.trade.query', {}, { sign: 'old' }),
];
/** Serials, by node's reading of the certificates. */
function serialOf(pem) {
    const c = new X509Certificate(pem);
    const issuer = c.issuer.split('\n').reverse().join(',');
    return createHash('md5').update(issuer + BigInt(`0x${c.serialNumber}`).toString()).digest('hex');
}
const certificates = (() => {
    const of = () => certificateOf(`0${1 + randomInt(7)}${letters(2 * randomInt(3, 19))}`, stranger.publicPem, alipay.privatePem);
    const [app, theirs, one, two] = [of(), of(), of(), of()];
    return {
        app_cert_pem: app, alipay_cert_pem: theirs, alipay_root_pem: `# roots\n${one}text between\n${two}`,
        expect: { app_cert_sn: serialOf(app), alipay_cert_sn: serialOf(theirs), alipay_root_cert_sn: `${serialOf(one)}_${serialOf(two)}` },
    };
})();

/** Certificate mode: both of a change-over are believed, each under its own serial. */
const [present, coming] = [keyPair(), keyPair()];
const [presentPem, comingPem] = [present, coming].map((k) => certificateOf(`01${letters(30)}`, k.publicPem, stranger.privatePem));
const named = (serial) => ({ whole: (m, t, s) => `{"${m}":${t},"alipay_cert_sn":"${serial}","sign":"${s}"}` });
const certified = [
    alipayAnswer('by the one that is used', accept(), { key: present, ...named(serialOf(presentPem)) }),
    alipayAnswer('by the one that follows', accept(), { key: coming, ...named(serialOf(comingPem)) }),
    alipayAnswer('an error, by the one that follows', accept(), { key: coming, member: 'error_response', text: '{"code":"20000"}', ...named(serialOf(comingPem)) }),
    alipayAnswer('under the serial of the other', reject('signature'), { key: present, ...named(serialOf(comingPem)) }),
    alipayAnswer('an unknown serial', reject('unknown serial'), { key: present, ...named(letters(32)) }),
    alipayAnswer('a serial that is nearly theirs', reject('unknown serial'), { key: present, ...named(serialOf(presentPem).slice(1)) }),
    alipayAnswer('our own key under their serial', reject('own key'), { key: us.app, ...named(serialOf(presentPem)) }),
    alipayAnswer('a stranger under their serial', reject('signature'), { key: stranger, ...named(serialOf(presentPem)) }),
];

// ---- WeChat Pay ----

const merchant = keyPair();
const platform = { [`PUB_KEY_ID_${digits(35)}`]: keyPair(), [`7${letters(39).toUpperCase()}`]: keyPair(), [`F${letters(39).toUpperCase()}`]: keyPair(3072) };
const [byKey, byOld, byNew] = Object.keys(platform);
/** As a file has them: a certificate may stand there as its key, or whole. */
const platformPems = { [byKey]: platform[byKey].publicPem, [byOld]: platform[byOld].publicPem, [byNew]: certificateOf(byNew, platform[byNew].publicPem, stranger.privatePem) };
const wx = { mchid: digits(10), appid: `wx${letters(16)}`, api_v3_key: letters(32), merchant_serial: letters(40).toUpperCase() };
const wechatOrders = [
    { id: 'a_-|*Z', amount_minor: 8800, currency: 'CNY', state: 'open', refunds: [{ out_refund_no: 'rf@1', amount_minor: 3000, state: 'pending' }, { out_refund_no: 'rf|2', amount_minor: 5800, state: 'pending' }] },
    { id: 'n'.repeat(32), amount_minor: 1, currency: 'CNY', state: 'open' },
];
const payment = digits(28);
const FRESH = 300;

/** o.plain, o.event, o.resource: members instead; o.type; o.key3, o.iv, o.aad; o.cipher (of the sealed bytes); o.body; o.serial; o.key; o.at; o.text; o.headers; o.sign. */
function wechatNotice(name, expect, o = {}) {
    const plain = o.text ?? JSON.stringify({
        mchid: wx.mchid, appid: wx.appid, out_trade_no: wechatOrders[0].id, transaction_id: payment, trade_type: 'NATIVE', trade_state: 'SUCCESS',
        amount: { total: 8800, payer_total: 8800, currency: 'CNY', payer_currency: 'CNY' }, ...o.plain,
    });
    const iv = o.iv ?? letters(12);
    const aad = 'aad' in o ? o.aad : 'transaction';
    const cipher = createCipheriv('aes-256-gcm', o.key3 ?? wx.api_v3_key, Buffer.from(iv, 'utf8'));
    if (aad) cipher.setAAD(Buffer.from(aad));
    let sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    if (o.cipher) sealed = o.cipher(sealed);
    const ciphertext = o.base64 ? o.base64(sealed.toString('base64')) : sealed.toString('base64');
    const resource = { original_type: 'transaction', algorithm: 'AEAD_AES_256_GCM', ciphertext, associated_data: aad, nonce: iv, ...o.resource };
    const event = { id: letters(36), create_time: '2026-11-22T11:59:58+08:00', resource_type: 'encrypt-resource', event_type: o.type ?? 'TRANSACTION.SUCCESS', summary: '支付成功', resource, ...o.event };
    const body = o.body ? o.body(event) : JSON.stringify(event);
    const { headers, signed } = wechatSigned(body, o);
    const request = { method: 'POST', target: '/pay/wechat/notify', headers, body, ...o.request };
    return { name, now: NOW, ...(o.after ? { after: o.after } : {}), request, expect, ...(expect.verdict === 'accept' ? { signed_text: signed, plaintext: plain } : {}) };
}
function wechatSigned(body, o) {
    const at = o.at ?? String(NOW - 1);
    const nonce = o.nonce ?? letters(32);
    const serial = o.serial ?? byKey;
    const signed = `${at}\n${nonce}\n${body}\n`;
    const signature = rsa(o.key ?? platform[serial] ?? platform[byKey], o.signed ? o.signed(at, nonce, body) : signed, o.algorithm);
    const headers = {
        'Content-Type': 'application/json', 'Wechatpay-Timestamp': at, 'Wechatpay-Nonce': nonce, 'Wechatpay-Serial': serial,
        'Wechatpay-Signature': o.sign ? o.sign(signature) : signature, ...o.headers,
    };
    for (const [n, value] of Object.entries(headers)) if (value === undefined) delete headers[n];
    return { headers, signed };
}
const wrong = (name, plain, reason = 'amount') => wechatNotice(name, reject(reason), { plain });
const refund = (status, over = {}, o = {}) => ({
    type: `REFUND.${status}`, aad: 'refund',
    plain: { appid: undefined, trade_state: undefined, trade_type: undefined, out_refund_no: 'rf@1', refund_id: digits(20), refund_status: status, amount: { total: 8800, refund: 3000, payer_total: 8800, payer_refund: 3000 }, ...over },
    ...o,
});
const total = (amount) => ({ amount: { total: 8800, payer_total: 8800, currency: 'CNY', ...amount } });
const raw = (o, text) => JSON.stringify(o).replace('"TOTAL"', text);
const wechatCases = [
    wechatNotice('paid', paid),
    wechatNotice('by a certificate', paid, { serial: byOld }),
    wechatNotice('by the one that follows', paid, { serial: byNew }),
    wechatNotice('the same by the next key', accept(), { after: ['paid'], serial: byNew }),
    // Headers.
    ...['Wechatpay-Timestamp', 'Wechatpay-Nonce', 'Wechatpay-Signature', 'Wechatpay-Serial'].flatMap((n) => [
        wechatNotice(`no ${n}`, reject('missing'), { headers: { [n]: undefined } }),
        wechatNotice(`an empty ${n}`, reject('missing'), { headers: { [n]: '' } }),
    ]),
    wechatNotice('names in small letters', paid, { request: {}, lower: true }),
    wechatNotice('a type that is said', paid, { headers: { 'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048' } }),
    wechatNotice('another type', reject('algorithm'), { headers: { 'Wechatpay-Signature-Type': 'WECHATPAY2-SM2-WITH-SM3' } }),
    wechatNotice('a type in small letters', reject('algorithm'), { headers: { 'Wechatpay-Signature-Type': 'wechatpay2-sha256-rsa2048' } }),
    wechatNotice('299 s old', paid, { at: String(NOW - FRESH + 1) }),
    wechatNotice('301 s old', reject('timestamp'), { at: String(NOW - FRESH - 1) }),
    wechatNotice('299 s ahead', paid, { at: String(NOW + FRESH - 1) }),
    wechatNotice('301 s ahead', reject('timestamp'), { at: String(NOW + FRESH + 1) }),
    ...[`+${NOW}`, `-${NOW}`, `${NOW}.0`, ` ${NOW}`, `${NOW} `, `0x${NOW.toString(16)}`, '1.795e9', 'now', `${NOW}000`, '99999999999999999999', '２', `${NOW},${NOW}`].map((at) => wechatNotice(`a time of ${JSON.stringify(at)}`, reject('timestamp'), { at })),
    wechatNotice('a long nonce', paid, { nonce: letters(64) }),
    wechatNotice('a short nonce', paid, { nonce: 'x' }),
    wechatNotice('a serial in small letters', reject('unknown serial'), { serial: byOld.toLowerCase(), key: platform[byOld] }),
    wechatNotice('a serial with a zero before it', reject('unknown serial'), { serial: `0${byOld}`, key: platform[byOld] }),
    wechatNotice('an id without its beginning', reject('unknown serial'), { serial: byKey.slice(11), key: platform[byKey] }),
    wechatNotice('our own serial', reject('unknown serial'), { serial: wx.merchant_serial, key: merchant }),
    wechatNotice('our own key', reject('own key'), { key: merchant }),
    wechatNotice('the other key of the set', reject('signature'), { serial: byKey, key: platform[byOld] }),
    wechatNotice('a stranger', reject('signature'), { key: stranger }),
    // Signatures.
    wechatNotice('SHA-1', reject('signature'), { algorithm: 'RSA-SHA1' }),
    wechatNotice('without the last line feed', reject('signature'), { signed: (t, n, b) => `${t}\n${n}\n${b}` }),
    wechatNotice('nonce and time exchanged', reject('signature'), { signed: (t, n, b) => `${n}\n${t}\n${b}\n` }),
    wechatNotice('the body alone', reject('signature'), { signed: (t, n, b) => b }),
    wechatNotice('a probe', reject('signature'), { sign: (s) => `WECHATPAY/SIGNTEST/${s}` }),
    wechatNotice('a signature with a space', reject('signature'), { sign: (s) => `${s.slice(0, 9)} ${s.slice(9)}` }),
    wechatNotice('a signature without padding', reject('signature'), { sign: (s) => s.replace(/=+$/, '') }),
    wechatNotice('a signature in base64url', reject('signature'), { sign: (s) => `-_${s.slice(2)}` }),
    // The body.
    wechatNotice('spaces and escapes', paid, { body: (e) => ` ${JSON.stringify(e, null, 2).replaceAll('支', '\\u652f')}\r\n` }),
    wechatNotice('members that are new', paid, { event: { more: [{ a: [1, 2.5, null, true] }], id2: 'x' }, resource: { more: 1 } }),
    wechatNotice('numbers that do not fit, in members that are new', paid, { body: (e) => JSON.stringify({ ...e, more: ['A', 'B', -1] }).replace('"A"', '123456789012345678901234567890').replace('"B"', '1e400') }),
    wechatNotice('another order of members', paid, { body: (e) => JSON.stringify(Object.fromEntries(Object.entries(e).reverse())) }),
    wechatNotice('a line feed that was not signed', reject('signature'), { signed: (t, n, b) => `${t}\n${n}\n${b.trimEnd()}\n`, body: (e) => `${JSON.stringify(e)}\n` }),
    wechatNotice('no JSON', reject('malformed'), { body: () => 'hello' }),
    wechatNotice('an empty body', reject('malformed'), { body: () => '' }),
    wechatNotice('a list', reject('malformed'), { body: (e) => JSON.stringify([e]) }),
    wechatNotice('something behind it', reject('malformed'), { body: (e) => `${JSON.stringify(e)}x` }),
    wechatNotice('no id', reject('malformed'), { event: { id: undefined } }),
    wechatNotice('no resource', reject('malformed'), { event: { resource: undefined } }),
    wechatNotice('a body beyond the limit', reject('limit'), { event: { summary: 'x'.repeat(MIB / 4) } }),
    // What is sealed.
    wechatNotice('no associated data', paid, { aad: undefined }),
    wechatNotice('empty associated data', paid, { aad: '' }),
    wechatNotice('associated data in Chinese', paid, { aad: '支付 transaction' }),
    wechatNotice('a nonce of four signs and twelve bytes', paid, { iv: '支付支付' }),
    wechatNotice('other associated data', reject('decrypt'), { resource: { associated_data: 'refund' } }),
    wechatNotice('associated data left out', reject('decrypt'), { resource: { associated_data: undefined } }),
    wechatNotice('associated data added', reject('decrypt'), { aad: undefined, resource: { associated_data: 'transaction' } }),
    wechatNotice('another nonce', reject('decrypt'), { resource: { nonce: letters(12) } }),
    wechatNotice('a nonce of 16', reject('decrypt'), { iv: letters(16) }),
    wechatNotice('a nonce of 8', reject('decrypt'), { iv: letters(8) }),
    wechatNotice('no nonce', reject('decrypt'), { resource: { nonce: undefined } }),
    wechatNotice('another algorithm', reject('algorithm'), { resource: { algorithm: 'AEAD_SM4_GCM' } }),
    wechatNotice('the algorithm in small letters', reject('algorithm'), { resource: { algorithm: 'aead_aes_256_gcm' } }),
    wechatNotice('no algorithm', reject('algorithm'), { resource: { algorithm: undefined } }),
    wechatNotice('another APIv3 key', reject('decrypt'), { key3: letters(32) }),
    wechatNotice('a tag of zeros', reject('decrypt'), { cipher: (b) => Buffer.concat([b.subarray(0, -16), Buffer.alloc(16)]) }),
    wechatNotice('a tag of 12 bytes', reject('decrypt'), { cipher: (b) => b.subarray(0, -4) }),
    wechatNotice('no tag', reject('decrypt'), { cipher: (b) => b.subarray(0, -16) }),
    wechatNotice('the tag alone', reject('decrypt'), { cipher: (b) => b.subarray(-16) }),
    wechatNotice('nothing at all', reject('decrypt'), { cipher: () => Buffer.alloc(0) }),
    wechatNotice('one bit of the text flipped', reject('decrypt'), { cipher: (b) => { b[3] ^= 1; return b; } }),
    wechatNotice('base64 with a line feed', reject('decrypt'), { base64: (s) => `${s.slice(0, 76)}\n${s.slice(76)}` }),
    wechatNotice('base64 with a space behind it', reject('decrypt'), { base64: (s) => `${s} ` }),
    wechatNotice('base64 with padding too much', reject('decrypt'), { base64: (s) => `${s}=` }),
    wechatNotice('what is sealed in base64url', reject('decrypt'), { base64: (s) => `-_${s.slice(2)}` }),
    wechatNotice('sealed, and no JSON', reject('malformed'), { text: 'paid!' }),
    wechatNotice('sealed, and nothing', reject('malformed'), { text: '' }),
    wechatNotice('sealed, and a list', reject('malformed'), { text: '[]' }),
    // What it says.
    wrong('another merchant', { mchid: digits(10) }, 'merchant'),
    wrong('the merchant as a number', { mchid: Number(wx.mchid) }, 'merchant'),
    wrong('no merchant', { mchid: undefined }, 'merchant'),
    wrong('another app', { appid: wx.appid.toUpperCase() }, 'app'),
    wrong('no app', { appid: undefined }, 'app'),
    wrong('no order', { out_trade_no: undefined }, 'unknown order'),
    wrong('the order in other letters', { out_trade_no: 'A_-|*Z' }, 'unknown order'),
    wrong('the order as a number', { out_trade_no: 1 }, 'unknown order'),
    wechatNotice('a coupon lowers what is paid', paid, { plain: total({ payer_total: 1 }) }),
    wrong('what was paid is not what was ordered', total({ total: 8801, payer_total: 8800 })),
    wrong('as text', total({ total: '8800' })),
    wrong('null', total({ total: null })),
    wrong('true', total({ total: true })),
    wrong('none', total({ total: undefined })),
    wrong('below nothing', total({ total: -8800 })),
    wrong('no amount at all', { amount: undefined }),
    wrong('the amount itself', { amount: 8800 }),
    ...['8800.0', '8.8e3', '88E2', '8800.00000001', '1e400', '99999999999999999999', '9223372036854775807'].map((text) => wechatNotice(`a total of ${text}`, reject('amount'), { text: raw({ mchid: wx.mchid, appid: wx.appid, out_trade_no: wechatOrders[0].id, transaction_id: payment, trade_state: 'SUCCESS', amount: { total: 'TOTAL', currency: 'CNY' } }, text) })),
    wechatNotice('a number that does not fit, in a sealed member that is new', paid, { text: raw({ mchid: wx.mchid, appid: wx.appid, out_trade_no: wechatOrders[0].id, transaction_id: payment, trade_state: 'SUCCESS', amount: { total: 8800, currency: 'CNY' }, more: 'TOTAL' }, '99999999999999999999') }),
    wrong('dollars', total({ currency: 'USD' })),
    wrong('in small letters', total({ currency: 'cny' })),
    wrong('no currency', total({ currency: undefined })),
    wrong('another order\'s amount', { out_trade_no: wechatOrders[1].id }),
    wechatNotice('the least, of the longest number', paid, { plain: { out_trade_no: wechatOrders[1].id, ...total({ total: 1 }) } }),
    ...['NOTPAY', 'USERPAYING', 'PAYERROR', 'CLOSED', 'REVOKED', 'REFUND', 'success', 'NEW'].map((state) => wechatNotice(`a state ${state}`, accept(), { plain: { trade_state: state } })),
    wrong('not paid, and another amount', { trade_state: 'NOTPAY', ...total({ total: 1 }) }),
    wechatNotice('another type of event', accept(), { type: 'PAYSCORE.USER_PAID', plain: { mchid: 'x' } }),
    wechatNotice('an event\'s type in small letters', accept(), { type: 'transaction.success' }),
    wechatNotice('a second payment', reject('paid twice'), { after: ['paid'], plain: { transaction_id: digits(28) } }),
    // Refunds.
    wechatNotice('a refund', accept('refund:3000'), { after: ['paid'], ...refund('SUCCESS') }),
    wechatNotice('both refunds', accept('refund:5800'), { after: ['paid', 'a refund'], ...refund('SUCCESS', { out_refund_no: 'rf|2', amount: { total: 8800, refund: 5800 } }) }),
    wechatNotice('a refund again', accept(), { after: ['paid', 'a refund'], ...refund('SUCCESS') }),
    wechatNotice('closed', accept('refund_failed'), { after: ['paid'], ...refund('CLOSED') }),
    wechatNotice('abnormal', accept('refund_failed'), { after: ['paid'], ...refund('ABNORMAL') }),
    wechatNotice('abnormal, and then done', accept('refund:3000'), { after: ['paid', 'abnormal'], ...refund('SUCCESS') }),
    wechatNotice('done, and then abnormal', accept(), { after: ['paid', 'a refund'], ...refund('ABNORMAL') }),
    wechatNotice('the status decides, not the event', accept('refund_failed'), { after: ['paid'], ...refund('SUCCESS', { refund_status: 'CLOSED' }) }),
    wechatNotice('an unknown refund', reject('unknown refund'), { after: ['paid'], ...refund('SUCCESS', { out_refund_no: 'RF@1' }) }),
    wechatNotice('no refund\'s number', reject('unknown refund'), { after: ['paid'], ...refund('SUCCESS', { out_refund_no: undefined }) }),
    wechatNotice('another sum of it', reject('amount'), { after: ['paid'], ...refund('SUCCESS', { amount: { total: 8800, refund: 3001 } }) }),
    wechatNotice('its sum as text', reject('amount'), { after: ['paid'], ...refund('SUCCESS', { amount: { total: 8800, refund: '3000' } }) }),
    wechatNotice('another sum of its order', reject('amount'), { after: ['paid'], ...refund('SUCCESS', { amount: { total: 3000, refund: 3000 } }) }),
    wechatNotice('a refund of another merchant', reject('merchant'), { after: ['paid'], ...refund('SUCCESS', { mchid: digits(10) }) }),
    wechatNotice('a refund of an unknown order', reject('unknown order'), { after: ['paid'], ...refund('SUCCESS', { out_trade_no: 'nobody1' }) }),
    wechatNotice('failed, and unknown', reject('unknown refund'), { after: ['paid'], ...refund('ABNORMAL', { out_refund_no: 'x' }) }),
    // The way it came.
    wechatNotice('GET', reject('method'), { request: { method: 'GET' } }),
    wechatNotice('with a query', reject('query'), { request: { target: '/pay/wechat/notify?x=1' } }),
];
for (const one of wechatCases.filter((c) => c.name === 'names in small letters'))
    one.request.headers = Object.fromEntries(Object.entries(one.request.headers).map(([n, value]) => [n.toLowerCase(), value]));

function wechatAnswer(name, expect, body, o = {}) {
    const { headers } = wechatSigned(body, o);
    return { name, now: NOW, response: { status: o.status ?? 200, headers, body }, expect };
}
const state = JSON.stringify({ mchid: wx.mchid, appid: wx.appid, out_trade_no: wechatOrders[0].id, trade_state: 'NOTPAY' });
const unsigned = { headers: { 'Wechatpay-Timestamp': undefined, 'Wechatpay-Nonce': undefined, 'Wechatpay-Serial': undefined, 'Wechatpay-Signature': undefined } };
const wechatAnswers = [
    wechatAnswer('an order', accept(), state),
    wechatAnswer('an order that is paid', accept(), JSON.stringify({ ...JSON.parse(state), trade_state: 'SUCCESS', transaction_id: payment, amount: { total: 8800, payer_total: 8700, currency: 'CNY' } })),
    wechatAnswer('by a certificate', accept(), state, { serial: byOld }),
    wechatAnswer('with spaces', accept(), ` ${state}\n`),
    wechatAnswer('204', accept(), '', { status: 204 }),
    wechatAnswer('a fault of theirs, signed', accept(), '{"code":"SYSTEM_ERROR","message":"系统错误"}', { status: 500 }),
    wechatAnswer('no such order', accept(), '{"code":"ORDER_NOT_EXIST","message":"订单不存在"}', { status: 404 }),
    wechatAnswer('204 without its line', reject('signature'), '', { status: 204, signed: (t, n) => `${t}\n${n}\n` }),
    wechatAnswer('200 unsigned', reject('missing'), state, unsigned),
    wechatAnswer('404 unsigned', reject('missing'), '{"code":"ORDER_NOT_EXIST"}', { status: 404, ...unsigned }),
    wechatAnswer('301 s old', reject('timestamp'), state, { at: String(NOW - FRESH - 1) }),
    wechatAnswer('301 s ahead', reject('timestamp'), state, { at: String(NOW + FRESH + 1) }),
    wechatAnswer('an unknown serial', reject('unknown serial'), state, { serial: letters(40).toUpperCase() }),
    wechatAnswer('a stranger', reject('signature'), state, { key: stranger }),
    wechatAnswer('another type', reject('algorithm'), state, { headers: { 'Wechatpay-Signature-Type': 'WECHATPAY2-SM2-WITH-SM3' } }),
    wechatAnswer('a probe', reject('signature'), state, { sign: (s) => `WECHATPAY/SIGNTEST/${s}` }),
];

function wechatCall(name, method, target, body = '') {
    const timestamp = String(NOW);
    const nonce_str = letters(randomInt(1, 33));
    const text = `${method}\n${target}\n${timestamp}\n${nonce_str}\n${body}\n`;
    const signature = rsa(merchant, text);
    const parts = { mchid: wx.mchid, nonce_str, timestamp, serial_no: wx.merchant_serial, signature };
    const authorization = `WECHATPAY2-SHA256-RSA2048 ${Object.entries(parts).reverse().map(([n, value]) => `${n}="${value}"`).join(',')}`;
    return { name, method, target, timestamp, nonce_str, body, string_to_sign: text, signature, authorization };
}
const wechatCalls = [
    wechatCall('native', 'POST', '/v3/pay/transactions/native', JSON.stringify({ description: '套餐 😀', amount: { total: 1, currency: 'CNY' } })),
    wechatCall('spaces within', 'POST', '/v3/refund/domestic/refunds', '{ "amount" : { "refund" : 1 } }\n'),
    wechatCall('encoded', 'GET', `/v3/pay/transactions/out-trade-no/a_-%7C%2AZ?mchid=${wx.mchid}`),
    wechatCall('close, without a body', 'POST', '/v3/pay/transactions/out-trade-no/abcdef/close'),
    wechatCall('certificates', 'GET', '/v3/certificates'),
    wechatCall('a bill', 'GET', '/v3/bill/tradebill?bill_date=2026-11-21&bill_type=ALL'),
    wechatCall('another method', 'DELETE', '/v3/x'),
];
const bridge = (() => {
    const params = { appId: wx.appid, timeStamp: String(NOW), nonceStr: letters(32), package: `prepay_id=wx${digits(34)}`, signType: 'RSA' };
    const text = `${params.appId}\n${params.timeStamp}\n${params.nonceStr}\n${params.package}\n`;
    return { params: { ...params, paySign: rsa(merchant, text) }, string_to_sign: text };
})();

// ---- Stripe ----

const secrets = [`whsec_${letters(32)}`, `whsec_${letters(24)}+/=`];
const stripeOrders = [
    { id: `ord_${letters(8)}`, amount_minor: 4900, currency: 'usd', state: 'open', session: `cs_test_${letters(40)}` },
    { id: 'ord_yen', amount_minor: 700, currency: 'jpy', state: 'open', session: `cs_test_${letters(40)}` },
    { id: 'ord_dinar', amount_minor: 1230, currency: 'kwd', state: 'open', session: `cs_test_${letters(40)}` },
];
const [usd, jpy, kwd] = stripeOrders;
const intent = `pi_${letters(24)}`;
const hmac = (secret, t, body) => createHmac('sha256', secret).update(`${t}.${body}`).digest('hex');
const SESSION = 'checkout.session.';

/** o.type, o.object, o.event: members instead; o.body; o.t; o.header(t, v1, body). */
function stripeEvent(name, expect, o = {}) {
    const object = {
        id: usd.session, object: 'checkout.session', amount_subtotal: 4900, amount_total: 4900, client_reference_id: usd.id, currency: 'usd', livemode: false,
        payment_intent: intent, payment_status: 'paid', status: 'complete', ...o.object,
    };
    const event = { id: `evt_${letters(24)}`, object: 'event', api_version: '2026-10-28.endive', created: NOW - 3, data: { object }, livemode: false, type: o.type ?? `${SESSION}completed`, ...o.event };
    const body = o.body ? o.body(event) : JSON.stringify(event, null, 2);
    const t = o.t ?? String(NOW - 2);
    const v1 = hmac(o.secret ?? secrets[0], t, body);
    const header = o.header ? o.header(t, v1, body) : `t=${t},v1=${v1}`;
    const request = { method: 'POST', target: '/pay/stripe/webhook', headers: { 'Content-Type': 'application/json; charset=utf-8', ...(header === null ? {} : { 'Stripe-Signature': header }) }, body, ...o.request };
    return { name, now: NOW, ...(o.after ? { after: o.after } : {}), request, expect };
}
const charge = (refunded, over = {}, o = {}) => ({
    type: 'charge.refunded', ...o,
    event: { data: { object: { id: `ch_${letters(24)}`, object: 'charge', amount: 4900, amount_captured: 4900, amount_refunded: refunded, currency: 'usd', payment_intent: intent, refunded: refunded === 4900, ...over } } },
});
const refused = (name, object, reason = 'amount') => stripeEvent(name, reject(reason), { object });
const zeros = '0'.repeat(64);
const stripeCases = [
    stripeEvent('paid', paid),
    stripeEvent('by the other secret', paid, { secret: secrets[1] }),
    // The header.
    stripeEvent('v1 before t', paid, { header: (t, v) => `v1=${v},t=${t}` }),
    stripeEvent('the second v1', paid, { header: (t, v) => `t=${t},v1=${zeros},v1=${v}` }),
    stripeEvent('the first of three', paid, { header: (t, v) => `v1=${v},v1=,t=${t},v1=${zeros}` }),
    stripeEvent('other names', paid, { header: (t, v) => `v0=${zeros},t=${t},v2=x,new,=,x==,v1=${v},` }),
    stripeEvent('v0 that is right', reject('signature'), { header: (t, v) => `t=${t},v0=${v},v1=${zeros}` }),
    stripeEvent('v0 alone', reject('missing'), { header: (t, v) => `t=${t},v0=${v}` }),
    stripeEvent('no header', reject('missing'), { header: () => null }),
    stripeEvent('an empty header', reject('missing'), { header: () => '' }),
    stripeEvent('no t', reject('missing'), { header: (t, v) => `v1=${v}` }),
    stripeEvent('two t', reject('malformed'), { header: (t, v) => `t=${t},t=${t},v1=${v}` }),
    stripeEvent('T', reject('missing'), { header: (t, v) => `T=${t},V1=${v}` }),
    stripeEvent('in capital letters', reject('signature'), { header: (t, v) => `t=${t},v1=${v.toUpperCase().replace(/^[^A-F]*$/, 'A')}` }),
    stripeEvent('half of it', reject('signature'), { header: (t, v) => `t=${t},v1=${v.slice(0, 32)}` }),
    stripeEvent('and more', reject('signature'), { header: (t, v) => `t=${t},v1=${v}0` }),
    stripeEvent('an empty v1', reject('signature'), { header: (t) => `t=${t},v1=` }),
    stripeEvent('base64', reject('signature'), { header: (t, v) => `t=${t},v1=${Buffer.from(v, 'hex').toString('base64')}` }),
    ...[`+${NOW}`, `${NOW}.0`, '', 'x', `-${NOW}`, ` ${NOW}`, `${NOW}000`, '99999999999999999999'].map((t) => stripeEvent(`t is ${JSON.stringify(t)}`, reject('timestamp'), { t })),
    stripeEvent('300 s old', paid, { t: String(NOW - 300) }),
    stripeEvent('301 s old', reject('timestamp'), { t: String(NOW - 301) }),
    stripeEvent('300 s ahead', paid, { t: String(NOW + 300) }),
    stripeEvent('301 s ahead', reject('timestamp'), { t: String(NOW + 301) }),
    stripeEvent('the secret without its beginning', reject('signature'), { secret: secrets[0].slice(6) }),
    stripeEvent('the secret decoded', reject('signature'), { secret: Buffer.from(secrets[0].slice(6), 'base64') }),
    stripeEvent('an empty secret', reject('signature'), { secret: '' }),
    stripeEvent('the body alone is signed', reject('signature'), { header: (t, v, b) => `t=${t},v1=${createHmac('sha256', secrets[0]).update(b).digest('hex')}` }),
    stripeEvent('SHA-512', reject('signature'), { header: (t, v, b) => `t=${t},v1=${createHmac('sha512', secrets[0]).update(`${t}.${b}`).digest('hex')}` }),
    // The body.
    stripeEvent('in one line', paid, { body: JSON.stringify }),
    stripeEvent('line ends of two bytes, Chinese and escapes', paid, { object: { customer_details: { name: '张三 \u00e9 😀' } }, body: (e) => `${JSON.stringify(e, null, 1).replaceAll('\n', '\r\n').replaceAll('张', '\\u5f20')}\r\n` }),
    stripeEvent('members that are new', paid, { object: { more: { a: [null, 1.5, -3, true] } }, event: { context: null, reason: { type: 'x' } } }),
    stripeEvent('a number that does not fit, in a member that is new', paid, { object: { more: 'N' }, body: (e) => JSON.stringify(e).replace('"N"', '18446744073709551616') }),
    stripeEvent('printed anew', reject('signature'), { header: (t, v, b) => `t=${t},v1=${hmac(secrets[0], t, JSON.stringify(JSON.parse(b)))}` }),
    stripeEvent('no JSON', reject('malformed'), { body: () => 'x' }),
    stripeEvent('an empty body', reject('malformed'), { body: () => '' }),
    stripeEvent('a list', reject('malformed'), { body: (e) => JSON.stringify([e]) }),
    stripeEvent('another object', reject('object'), { event: { object: 'v2.core.event' } }),
    stripeEvent('no object', reject('object'), { event: { object: undefined } }),
    stripeEvent('live', reject('livemode'), { event: { livemode: true } }),
    stripeEvent('livemode as text', reject('livemode'), { event: { livemode: 'false' } }),
    stripeEvent('no livemode', reject('livemode'), { event: { livemode: undefined } }),
    stripeEvent('no id', reject('malformed'), { event: { id: undefined } }),
    stripeEvent('a body beyond the limit', reject('limit'), { object: { note: 'x'.repeat(MIB / 4) } }),
    // Sessions.
    stripeEvent('nothing to pay', paid, { object: { payment_status: 'no_payment_required', payment_intent: null } }),
    stripeEvent('promised', accept('mark_processing'), { object: { payment_status: 'unpaid' } }),
    stripeEvent('a payment status that is new', accept(), { object: { payment_status: 'later' } }),
    stripeEvent('paid later', paid, { after: ['promised'], type: `${SESSION}async_payment_succeeded` }),
    stripeEvent('failed later', accept('mark_failed'), { after: ['promised'], type: `${SESSION}async_payment_failed`, object: { payment_status: 'unpaid' } }),
    stripeEvent('failed, and then paid', paid, { after: ['promised', 'failed later'], type: `${SESSION}async_payment_succeeded` }),
    stripeEvent('failed behind paid', accept(), { after: ['paid'], type: `${SESSION}async_payment_failed` }),
    stripeEvent('expired', accept('mark_closed'), { type: `${SESSION}expired`, object: { payment_status: 'unpaid', status: 'expired', payment_intent: null } }),
    stripeEvent('expired behind paid', accept(), { after: ['paid'], type: `${SESSION}expired`, object: { payment_status: 'unpaid' } }),
    stripeEvent('paid behind expired', paid, { after: ['expired'] }),
    stripeEvent('promised behind paid', accept(), { after: ['paid'], object: { payment_status: 'unpaid' } }),
    stripeEvent('paid under another id', accept(), { after: ['paid'] }),
    stripeEvent('a second payment', reject('paid twice'), { after: ['paid'], object: { payment_intent: `pi_${letters(24)}` } }),
    refused('another session', { id: `cs_test_${letters(40)}` }, 'session'),
    refused('another order\'s session', { id: jpy.session }, 'session'),
    refused('no session', { id: undefined }, 'session'),
    refused('no order', { client_reference_id: null }, 'unknown order'),
    refused('the order in other letters', { client_reference_id: usd.id.toUpperCase() }, 'unknown order'),
    refused('less', { amount_total: 4899 }),
    refused('as text', { amount_total: '4900' }),
    refused('null', { amount_total: null }),
    refused('none', { amount_total: undefined }),
    refused('below nothing', { amount_total: -4900 }),
    refused('the sum before taxes', { amount_total: 5000, amount_subtotal: 4900 }),
    ...['4900.0', '49e2', '4.9e3', '4900.5', '1e400', '99999999999999999999'].map((text) => stripeEvent(`a total of ${text}`, reject('amount'), { body: (e) => JSON.stringify(e).replace('"amount_total":4900', `"amount_total":${text}`) })),
    refused('euros', { currency: 'eur' }),
    refused('no currency', { currency: undefined }),
    refused('null for a currency', { currency: null }),
    refused('expired, of another amount', { amount_total: 1 }),
    stripeEvent('failed, of another amount', reject('amount'), { type: `${SESSION}async_payment_failed`, object: { amount_total: 1 } }),
    stripeEvent('expired, of another session', reject('session'), { type: `${SESSION}expired`, object: { id: 'cs_test_x' } }),
    stripeEvent('yen', paid, { object: { id: jpy.session, client_reference_id: jpy.id, amount_total: 700, currency: 'jpy' } }),
    refused('yen in hundredths', { id: jpy.session, client_reference_id: jpy.id, amount_total: 70000, currency: 'jpy' }),
    stripeEvent('dinars in thousandths', paid, { object: { id: kwd.session, client_reference_id: kwd.id, amount_total: 1230, currency: 'kwd' } }),
    // Refunds.
    stripeEvent('part', accept('refund_total:900'), { after: ['paid'], ...charge(900) }),
    stripeEvent('more', accept('refund_total:1900'), { after: ['paid', 'part'], ...charge(1900) }),
    stripeEvent('less than before', accept(), { after: ['paid', 'more'], ...charge(900) }),
    stripeEvent('as much as before', accept(), { after: ['paid', 'part'], ...charge(900) }),
    stripeEvent('all', accept('refund_total:4900'), { after: ['paid', 'part'], ...charge(4900) }),
    stripeEvent('more than all', reject('amount'), { after: ['paid'], ...charge(4901) }),
    stripeEvent('below nothing, given back', reject('amount'), { after: ['paid'], ...charge(-1) }),
    stripeEvent('as text, given back', reject('amount'), { after: ['paid'], ...charge('900') }),
    stripeEvent('another sum', reject('amount'), { after: ['paid'], ...charge(900, { amount: 5000 }) }),
    stripeEvent('in euros', reject('amount'), { after: ['paid'], ...charge(900, { currency: 'eur' }) }),
    stripeEvent('an unknown payment', reject('unknown order'), { after: ['paid'], ...charge(900, { payment_intent: `pi_${letters(24)}` }) }),
    stripeEvent('no payment', reject('unknown order'), { after: ['paid'], ...charge(900, { payment_intent: null }) }),
    // What we do not use.
    ...['charge.dispute.created', 'refund.failed', 'payment_intent.succeeded', 'charge.succeeded', 'Checkout.Session.Completed'].map((type) => stripeEvent(type, accept(), { type, object: { client_reference_id: 'x', amount_total: 'x' } })),
    stripeEvent('GET', reject('method'), { request: { method: 'GET' } }),
    stripeEvent('with a query', reject('query'), { request: { target: '/pay/stripe/webhook?x=1' } }),
];

const apiKey = `sk_test_${letters(24)}`;
const VERSION = '2026-10-28.endive';
const flat = (value, at = '') =>
    value !== null && typeof value === 'object' ? Object.entries(value).flatMap(([n, v]) => flat(v, at ? `${at}[${n}]` : n)) : [`${at}=${encodeURIComponent(String(value))}`];
function stripeCall(name, method, target, params, key) {
    const get = method === 'GET';
    const form = flat(params).join('&');
    return {
        name, method, url: `https://api.stripe.com${target}${get && form ? `?${form}` : ''}`, params, body: get ? '' : form,
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/x-www-form-urlencoded', 'stripe-version': VERSION, ...(key ? { 'idempotency-key': key } : {}) },
    };
}
const stripeCalls = [
    stripeCall('a session of two lines', 'POST', '/v1/checkout/sessions', {
        mode: 'payment', client_reference_id: 'o1', line_items: [{ quantity: 2, price_data: { currency: 'jpy', unit_amount: 700, product_data: { name: '套餐 & "x" +% 😀' } } }, { quantity: 1, price_data: { currency: 'jpy', unit_amount: 1, product_data: { name: 'b' } } }],
        success_url: 'https://x.test/r?s={CHECKOUT_SESSION_ID}&a=1', cancel_url: 'https://x.test/c', expires_at: NOW + 1860, metadata: { order_id: 'o1' },
    }, 'order:o1:checkout:17'),
    stripeCall('a whole refund', 'POST', '/v1/refunds', { payment_intent: intent, metadata: { refund_id: 'r-9' } }, 'refund:r-9'),
    stripeCall('an end', 'POST', '/v1/checkout/sessions/cs_test_x/expire', {}, 'order:o1:expire'),
    stripeCall('a question', 'GET', '/v1/checkout/sessions/cs_test_x', {}),
    stripeCall('a question with parts', 'GET', '/v1/checkout/sessions/cs_test_x', { expand: ['payment_intent', 'line_items'] }),
    stripeCall('missed events', 'GET', '/v1/events', { delivery_success: false, limit: 100, types: ['charge.refunded', 'checkout.session.completed'], created: { gte: NOW - 1000, lt: NOW } }),
];

// ---- all of them ----

const files = {
    'edge-alipay-notify': made('alipay/notify', {
        keys: { alipay_public_pem: alipay.publicPem, alipay_private_pem: alipay.privatePem, app_private_pem: us.app.privatePem },
        config: { app_id: us.app_id, seller_id: us.seller_id }, orders: alipayOrders,
    }, alipayCases),
    'edge-alipay-response': made('alipay/response', { keys: { alipay_public_pem: alipay.publicPem, app_private_pem: us.app.privatePem }, config: {} }, alipayAnswers),
    'edge-alipay-certificates': made('alipay/response', { keys: { app_private_pem: us.app.privatePem }, config: {}, certificates: { alipay_cert_pem: presentPem + comingPem } }, certified),
    'edge-alipay-request': made('alipay/request', { keys: { app_private_pem: us.app.privatePem }, config: { app_id: us.app_id }, certificates }, alipayCalls),
    'edge-wechat-notify': made('wechatpay/notify', {
        keys: { wechatpay: platformPems, merchant_private_pem: merchant.privatePem }, config: wx, orders: wechatOrders,
    }, wechatCases),
    'edge-wechat-response': made('wechatpay/response', { keys: { wechatpay: platformPems }, config: wx }, wechatAnswers),
    'edge-wechat-request': made('wechatpay/request', { keys: { merchant_private_pem: merchant.privatePem }, config: wx, jsapi_bridge: bridge }, wechatCalls),
    'edge-stripe-webhook': made('stripe/webhook', { config: { webhook_secrets: secrets, livemode: false, api_version: VERSION }, orders: stripeOrders }, stripeCases),
    'edge-stripe-request': made('stripe/request', { config: { api_key: apiKey, api_version: VERSION } }, stripeCalls),
};
const [dir] = process.argv.slice(2);
if (!dir) throw new Error('usage: edges.mjs DIR');
mkdirSync(dir, { recursive: true });
for (const [name, file] of Object.entries(files)) {
    const names = file.cases.map((c) => c.name);
    const twice = names.filter((n, i) => names.indexOf(n) !== i);
    if (twice.length) throw new Error(`${name}: names that come twice: ${twice.join(', ')}`);
    const to = path.join(dir, `${name}.json`);
    writeFileSync(to, JSON.stringify(file, null, 1));
    console.log(to);
}
