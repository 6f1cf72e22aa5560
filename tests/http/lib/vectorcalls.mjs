// vectorcalls.mjs: files of test vectors about what we send (alipay-request, wechat-request, stripe-request), through the
// real routes. A buyer's or an operator's request makes the server send what a case describes, at the case's own time,
// under the file's keys and numbers; what arrives is held against the case: every parameter and header that the case
// decides, and the signature, made anew here with the file's private key, byte for byte. Then it is answered as the
// provider would, signed, and what came of it is looked at.
import assert from 'node:assert/strict';
import { createCipheriv, createPrivateKey, randomBytes, sign } from 'node:crypto';
import { certificateOf } from './certificate.mjs';

const rsa = (pem, text) => sign('RSA-SHA256', Buffer.from(text, 'utf8'), createPrivateKey(pem)).toString('base64');
const byBytes = ([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const yuan = (minor) => `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`;
const HALF_HOUR_MS = 1800e3;
const STRIPE_AT_S = 1795320000; // its cases tell no time but an end
const SERIAL = '7A11CE0000000000000000000000000000000001';

// ---- Alipay ----

function alipayText(params) {
    return Object.entries(params).filter(([name, value]) => name !== 'sign' && value !== '').sort(byBytes).map(([name, value]) => `${name}=${value}`).join('&');
}
/** What the product says for itself: the addresses are its own, and no package signs for it. */
const ALIPAY_OWN = ['notify_url', 'return_url', 'alipay_sdk', 'biz_content', 'format', 'sign'];
const CONTENT_OWN = ['subject', 'quit_url'];
const ALIPAY_ASK = {
    'alipay.trade.page.pay': { way: 'page', ask: 'pay' },
    'alipay.trade.wap.pay': { way: 'wap', ask: 'pay' },
    'alipay.trade.precreate': { way: 'code', ask: 'pay' },
    'alipay.trade.query': { way: 'page', ask: 'check' },
    'alipay.trade.close': { way: 'page', ask: 'cancel' },
    'alipay.trade.refund': { way: 'page', ask: 'refund' },
};

function alipayParams(call, base) {
    const url = new URL(call.url, base);
    const pairs = [...url.searchParams, ...new URLSearchParams(call.body)];
    assert.equal(new Set(pairs.map(([name]) => name)).size, pairs.length, 'each name once');
    if (call.method === 'POST') {
        assert.deepEqual([...new URLSearchParams(call.body)].map(([name]) => name), ['biz_content'], 'the body is biz_content alone');
        assert.match(call.headers['content-type'], /^application\/x-www-form-urlencoded/);
    }
    return Object.fromEntries(pairs);
}

const alipay = {
    wanted(file, one) {
        const content = JSON.parse(one.params.biz_content);
        const at = Date.parse(`${one.params.timestamp.replace(' ', 'T')}+08:00`);
        const until = content.time_expire ? Date.parse(`${content.time_expire.replace(' ', 'T')}+08:00`) : at + HALF_HOUR_MS;
        const back = content.refund_amount ? { number: content.out_request_no, minor: Math.round(Number(content.refund_amount) * 100), reason: content.refund_reason } : null;
        return {
            ...ALIPAY_ASK[one.params.method], atS: at / 1000, untilMs: until, id: content.out_trade_no,
            minor: content.total_amount ? Math.round(Number(content.total_amount) * 100) : 8800, currency: 'CNY', back,
        };
    },
    is: (call, one, base) => new URL(call.url, base).searchParams.get('method') === one.params.method,
    fits(file, one, call, base) {
        assert.equal(alipayText(one.params), one.string_to_sign, 'the rule is the file\'s');
        assert.equal(rsa(file.keys.app_private_pem, one.string_to_sign), one.sign, 'and so is the key');
        const sent = alipayParams(call, base);
        assert.equal(sent.sign, rsa(file.keys.app_private_pem, alipayText(sent)), 'the signature');
        const decided = (params) => Object.fromEntries(Object.entries(params).filter(([name]) => !ALIPAY_OWN.includes(name)));
        assert.deepEqual(decided(sent), decided(one.params), 'parameters');
        const [ours, theirs] = [JSON.parse(sent.biz_content), JSON.parse(one.params.biz_content)];
        for (const [name, value] of Object.entries(theirs))
            if (CONTENT_OWN.includes(name)) assert.ok(ours[name], name);
            else assert.equal(ours[name], value, name);
        assert.ok(!/[/=&]/.test(ours.subject ?? ''), 'no sign in the subject that the gateway cannot take');
    },
    answer(file, w, call, base) {
        const { method, biz_content: content } = alipayParams(call, base);
        const named = { code: '10000', msg: 'Success', out_trade_no: w.id, trade_no: w.trade };
        const said = {
            'alipay.trade.precreate': { ...named, qr_code: `https://qr.alipay.example/${w.id}` },
            'alipay.trade.query': w.closed ? { code: '40004', msg: 'Business Failed', sub_code: 'ACQ.TRADE_NOT_EXIST' }
                : { ...named, total_amount: yuan(w.minor), trade_status: 'TRADE_SUCCESS', send_pay_date: '2026-11-22 12:00:00' },
            'alipay.trade.close': named,
            'alipay.trade.refund': { ...named, fund_change: 'Y', refund_fee: content && JSON.parse(content).refund_amount },
        }[method];
        if (!said) return null; // the day's bill, which a job asks for
        if (method === 'alipay.trade.close') w.closed = true;
        const text = JSON.stringify(said);
        return { status: 200, body: `{"${method.replaceAll('.', '_')}_response":${text},"sign":"${rsa(file.theirs.privatePem, text)}"}` };
    },
    scan: (w) => (w.way === 'code' ? `https://qr.alipay.example/${w.id}` : null),
};

// ---- WeChat Pay ----

const wechatText = (method, target, timestamp, nonce, body) => `${method}\n${target}\n${timestamp}\n${nonce}\n${body}\n`;
const WECHAT_OWN = ['description', 'notify_url'];

function wechatSigned(file, atS, body) {
    const nonce = randomBytes(16).toString('hex');
    const [serial, key] = file.brought ? [SERIAL, file.brought] : [file.config.wechatpay_public_key_id, file.theirs];
    return {
        'content-type': 'application/json', 'wechatpay-timestamp': String(atS), 'wechatpay-nonce': nonce, 'wechatpay-serial': serial,
        'wechatpay-signature': rsa(key.privatePem, `${atS}\n${nonce}\n${body}\n`),
    };
}
/** The list of certificates, sealed; it is signed by the one that it brings, and so is all that follows. */
function wechatCertificates(file, v3Key, fresh) {
    file.brought = fresh();
    const pem = certificateOf(SERIAL, file.brought.publicPem, file.theirs.privatePem);
    const nonce = randomBytes(6).toString('hex');
    const cipher = createCipheriv('aes-256-gcm', v3Key, nonce);
    cipher.setAAD(Buffer.from('certificate'));
    const ciphertext = Buffer.concat([cipher.update(pem, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
    return JSON.stringify({ data: [{
        serial_no: SERIAL, effective_time: '2020-01-01T00:00:00+08:00', expire_time: '2049-01-01T00:00:00+08:00',
        encrypt_certificate: { algorithm: 'AEAD_AES_256_GCM', nonce, associated_data: 'certificate', ciphertext },
    }] });
}

const wechat = {
    wanted(file, one) {
        const body = one.body ? JSON.parse(one.body) : {};
        const ask = one.target.endsWith('/native') ? { way: 'native', ask: 'pay' } : one.target.endsWith('/h5') ? { way: 'h5', ask: 'pay' }
            : one.target.endsWith('/close') ? { way: 'native', ask: 'cancel' } : one.target.includes('/out-trade-no/') ? { way: 'native', ask: 'check' }
            : one.target.includes('/refunds') ? { way: 'native', ask: 'refund' } : one.target === '/v3/certificates' ? { way: 'native', ask: 'check' } : null;
        if (!ask) return null; // jsapi: the product has no page within WeChat
        const back = ask.ask === 'refund' ? { number: body.out_refund_no, minor: body.amount.refund, reason: body.reason } : null;
        return {
            ...ask, atS: Number(one.timestamp), untilMs: body.time_expire ? Date.parse(body.time_expire) : Number(one.timestamp) * 1000 + HALF_HOUR_MS,
            id: body.out_trade_no ?? decodeURIComponent(/out-trade-no\/([^/?]+)/.exec(one.target)?.[1] ?? 'ord_2001'), minor: body.amount?.total ?? 8800, currency: 'CNY', back,
        };
    },
    is: (call, one) => call.method === one.method && call.url === one.target,
    fits(file, one, call) {
        assert.equal(wechatText(one.method, one.target, one.timestamp, one.nonce_str, one.body), one.string_to_sign, 'the rule is the file\'s');
        assert.equal(rsa(file.keys.merchant_private_pem, one.string_to_sign), one.signature, 'and so is the key');
        const [, scheme, rest] = /^(\S+) (.*)$/.exec(call.headers.authorization);
        const p = Object.fromEntries([...rest.matchAll(/(\w+)="([^"]*)"/g)].map((m) => [m[1], m[2]]));
        assert.equal(scheme, 'WECHATPAY2-SHA256-RSA2048');
        // The keeper of certificates fetches them as soon as one is missed, which may be before the case's time begins.
        const time = one.target === '/v3/certificates' ? p.timestamp : one.timestamp;
        assert.deepEqual([p.mchid, p.serial_no, p.timestamp], [file.config.mchid, file.config.merchant_serial, time], 'mchid, serial and time');
        assert.match(p.nonce_str, /^[A-Za-z0-9]{1,32}$/);
        assert.equal(p.signature, rsa(file.keys.merchant_private_pem, wechatText(call.method, call.url, p.timestamp, p.nonce_str, call.body)), 'the signature');
        assert.equal(call.headers.accept, 'application/json');
        assert.ok(call.headers['user-agent'], 'a user agent');
        assert.equal(call.headers['wechatpay-serial'], file.config.wechatpay_public_key_id, 'which key is to answer');
        if (!one.body) return assert.equal(call.body, '', 'no body');
        assert.equal(call.headers['content-type'], 'application/json');
        const [ours, theirs] = [JSON.parse(call.body), JSON.parse(one.body)];
        // Such a one is begun once, so ours is another payment of the same order.
        if (one.target.endsWith('/h5') && /^[a-z0-9]{26}$/.test(ours.out_trade_no)) ours.out_trade_no = theirs.out_trade_no;
        for (const name of WECHAT_OWN) {
            assert.equal(name in ours, name in theirs, name);
            delete ours[name], delete theirs[name];
        }
        if (theirs.scene_info) assert.match(ours.scene_info.payer_client_ip, /^[0-9a-f.:]+$/), (ours.scene_info.payer_client_ip = theirs.scene_info.payer_client_ip);
        return assert.deepEqual(ours, theirs, 'the body');
    },
    answer(file, w, call) {
        const path = call.url.split('?')[0];
        const order = { appid: file.config.appid, mchid: file.config.mchid, out_trade_no: w.id };
        const paid = { trade_state: 'SUCCESS', transaction_id: w.trade, amount: { total: w.minor, payer_total: w.minor, currency: 'CNY' } };
        let status = 200;
        let said;
        if (path === '/v3/certificates') said = wechatCertificates(file, w.v3Key, w.fresh);
        else if (path.endsWith('/native')) said = JSON.stringify({ code_url: `weixin://wxpay/bizpayurl?pr=${w.id}` });
        else if (path.endsWith('/h5')) said = JSON.stringify({ h5_url: `https://wx.tenpay.example/h5?prepay_id=${w.id}` });
        else if (path.endsWith('/close')) (status = 204), (said = ''), (w.closed = true);
        else if (path.endsWith('/refunds')) {
            const asked = JSON.parse(call.body);
            said = JSON.stringify({ out_trade_no: w.id, out_refund_no: asked.out_refund_no, refund_id: '50300'.padEnd(20, '0'), status: 'SUCCESS', amount: { total: w.minor, refund: asked.amount.refund, currency: 'CNY' } });
        } else said = JSON.stringify({ ...order, ...(w.closed ? { trade_state: 'CLOSED' } : paid) });
        return { status, headers: wechatSigned(file, w.atS, said), body: said };
    },
    scan: (w) => (w.way === 'native' ? `weixin://wxpay/bizpayurl?pr=${w.id}` : null),
};

// ---- Stripe ----

const STRIPE_OWN = ['line_items[0][price_data][product_data][name]', 'success_url', 'cancel_url'];

const stripe = {
    wanted(file, one) {
        const { params } = one;
        const [, session] = /sessions\/([^/]+)/.exec(one.url) ?? [];
        const price = params.line_items?.[0].price_data;
        const back = one.url.endsWith('/refunds') ? { number: params.metadata.refund_id, minor: params.amount, reason: 'of a vector' } : null;
        const id = params.client_reference_id ?? /^order:([^:]+)/.exec(one.headers['idempotency-key'] ?? '')?.[1] ?? 'ord_3001';
        return {
            way: 'checkout', ask: back ? 'refund' : one.url.endsWith('/expire') ? 'cancel' : session ? 'check' : 'pay', atS: STRIPE_AT_S,
            untilMs: (params.expires_at ?? STRIPE_AT_S + 1860) * 1000, id, session: session ?? (price ? undefined : 'cs_test_of_a_refund'),
            minor: price ? price.unit_amount * params.line_items[0].quantity : 4900, currency: price?.currency ?? 'usd', trade: params.payment_intent, back,
        };
    },
    is: (call, one) => call.method === one.method && call.url === new URL(one.url).pathname + new URL(one.url).search,
    fits(file, one, call) {
        for (const [name, value] of Object.entries(one.headers)) {
            // N is of our record: the case's is of another one.
            const plain = (text) => (name === 'idempotency-key' ? text?.replace(/(:checkout:)\d+$/, '$1N') : text);
            assert.equal(plain(call.headers[name]), plain(value), name);
        }
        assert.equal('idempotency-key' in call.headers, 'idempotency-key' in one.headers, 'a key of every POST, and of no GET');
        const decided = (body) => [...new URLSearchParams(body)].map(([name, value]) => [name, STRIPE_OWN.includes(name) ? value.length > 0 : value]).sort(byBytes);
        assert.deepEqual(decided(call.body), decided(one.body), 'the form');
    },
    answer(file, w, call) {
        const path = call.url.split('?')[0];
        const session = {
            id: w.session ?? 'cs_test_begun', object: 'checkout.session', livemode: false, client_reference_id: w.id, amount_total: w.minor, currency: w.currency,
            status: w.closed ? 'expired' : 'complete', payment_status: w.closed ? 'unpaid' : 'paid', payment_intent: w.closed ? null : w.trade,
        };
        if (path.endsWith('/expire')) w.closed = true;
        const said = path.endsWith('/refunds')
            ? { id: 're_of_a_vector', object: 'refund', amount: w.back.minor, status: 'succeeded', payment_intent: w.trade, metadata: { refund_id: w.back.number } }
            : path === '/v1/checkout/sessions' ? { ...session, status: 'open', payment_status: 'unpaid', payment_intent: null, url: `https://checkout.stripe.example/${w.id}` }
            : w.closed ? { ...session, status: 'expired', payment_status: 'unpaid', payment_intent: null } : session;
        return { status: 200, headers: { 'content-type': 'application/json', 'request-id': 'req_of_a_vector' }, body: JSON.stringify(said) };
    },
    scan: () => null,
};

// ---- what is done with them ----

const KINDS = { alipay, wechat, stripe };

/** The file with keys for the provider's side, where it has none of its own. */
export function playable(file, provider, fresh) {
    const theirs = fresh();
    const keys = {
        alipay: { alipay_public_pem: theirs.publicPem },
        wechat: { wechatpay: { [file.config.wechatpay_public_key_id]: theirs.publicPem, '0A': theirs.publicPem } },
        stripe: {},
    }[provider];
    return { ...file, theirs, keys: { ...file.keys, ...keys }, config: { webhook_secrets: ['whsec_of_calls'], ...file.config } };
}
/** null: no request of anybody makes the product send this. */
export const wantedOf = (provider, file, one) => KINDS[provider].wanted(file, one);

/** h: the house of vectors.mjs. w: what wantedOf told. */
export async function judgeCall(h, topic, file, one, w, { once, until }) {
    const kind = KINDS[topic.provider];
    const orders = [{ id: w.id, amount_minor: w.minor, currency: w.currency, state: 'open', session: w.session }];
    w.trade ??= topic.provider === 'stripe' ? 'pi_of_a_vector' : '2026112222001036873691386199';
    await h.place(topic, orders, { way: w.way, untilMs: w.untilMs });
    const number = h.numbers.get(w.id);
    const heard = h.provider.heard.length;
    const base = h.provider.base;
    h.provider.about = '';
    h.provider.answer = (said, call) => kind.answer(file, w, call, base);
    const post = async (ask, body) => {
        const r = await h.owner.post(`/api/billing/orders/${number}/${ask}`, body, once());
        assert.ok([200, 202].includes(r.status), r.text);
        return r;
    };
    try {
        const before = (await h.snapshot()).orders[w.id];
        const r = await post(w.ask === 'refund' ? 'check' : w.ask, w.ask === 'pay' ? { provider: topic.provider, way: w.way } : undefined);
        const now = async () => (await h.snapshot()).orders[w.id];
        if (w.ask === 'refund') await giveBack(h, w, number, once, until);
        const isPage = topic.provider === 'alipay' && w.ask === 'pay' && w.way !== 'code';
        const call = isPage ? { method: 'GET', url: r.json.url, headers: {}, body: '' } : h.provider.heard.slice(one.target === '/v3/certificates' ? 0 : heard).find((c) => kind.is(c, one, base));
        assert.ok(call, `nothing like it was sent: ${JSON.stringify(h.provider.heard.slice(heard).map((c) => `${c.method} ${c.url}`))}`);
        kind.fits(file, one, call, base);
        const after = await now();
        if (w.ask === 'pay') {
            assert.equal(r.json.scan ?? null, kind.scan(w), 'what a phone scans');
            if (!kind.scan(w)) assert.ok(r.json.url, 'where it is paid');
            assert.deepEqual({ ...after, payments: before.payments }, before, 'nothing is paid by that');
        } else if (w.ask === 'check') assert.equal(after.payment, 'paid', 'what was asked about is paid');
        else if (w.ask === 'cancel') assert.deepEqual([after.order, after.payment], ['closed', 'closed'], 'it is closed');
        else assert.deepEqual([after.refunds, after.refunded], [[`done:${w.back.minor}`], w.back.minor], 'it is given back');
    } finally {
        h.provider.about = null;
    }
}

/** Asked for by one operator and agreed to by another; between the two it gets the file's number. */
async function giveBack(h, w, number, once, until) {
    const lent = 'r'.repeat(18) + String(h.round).padStart(8, '0'); // numbers of ours have 26 signs
    await h.rows.tell({ do: 'payment', number: w.id, to: lent });
    const r = await h.operator.post(`/api/operator/orders/${number}/refund`, { payment: lent, amount: w.back.minor, reason: w.back.reason, takesBack: false }, once());
    assert.ok(r.status < 300, r.text);
    await h.rows.tell({ do: 'refund', number: r.json.number, to: w.back.number });
    await h.rows.tell({ do: 'payment', number: lent, to: w.id });
    const agreed = await h.second.post(`/api/operator/refunds/${r.json.id}/agree`, undefined, once());
    assert.equal(agreed.status, 200, agreed.text);
    await until('it is given back', async () => (await h.order(number)).refunds.some((one) => one.state === 'done'));
}
