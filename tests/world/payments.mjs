// payments.mjs: the three providers of payments, played to the letter of the contract by one server: each byte that we
// sign is verified with node:crypto alone, each answer and notification is signed as theirs is, and each of them can be
// told to lie. What we get wrong stands in `faults`, which a suite asserts to be empty.
//
//   const world = await PaymentWorld.start();
//   await Server.start({ env: world.env() });  world.target(server.base, () => 0)
//   world.next('alipay.trade.query', 'html');            the next such call gets a page instead of an answer
//   const told = world.alipayPaid(number);               what its notification is: { path, headers, body }
//   await world.send(told)                               { status, text }
import { createCipheriv, createHash, createHmac, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import http from 'node:http';
import { billDay, billFiles, gbk, zip } from './bills.mjs';

export const NOTIFY_URL = 'https://pay.test.example';
const APP_ID = '2021000399858208';
const SELLER_ID = '2088035525127469';
const MCHID = '1952041147';
const WX_APPID = 'wx13bbc591db635633';
const MERCHANT_SERIAL = '5157F09EFDC096DE15EBE81A47057A7232F1B8E1';
const PUBLIC_KEY_ID = 'PUB_KEY_ID_0195204114766084466296228774666';
const STRIPE_VERSION = '2026-10-28.endive';
const FRESH_S = 300;
const MOVED_MS = 10000;

/** Seconds between the tries, as the contract has them. */
export const RETRIES = {
    alipay: [240, 600, 600, 3600, 7200, 21600, 54000],
    wechat: [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600],
    stripe: [60, 300, 1800, 7200, 18000, 36000],
};

const keyPair = () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return {
        publicKey,
        privateKey,
        publicPem: publicKey.export({ type: 'spki', format: 'pem' }),
        privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    };
};
const rsaSign = (key, text) => sign('RSA-SHA256', Buffer.from(text), key).toString('base64');
const rsaVerify = (key, text, signature) => verify('RSA-SHA256', Buffer.from(text), key, Buffer.from(signature, 'base64'));
const yuan = (minor) => `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`;
const beijing = (ms) => new Date(ms + 8 * 3600e3).toISOString().slice(0, 19).replace('T', ' ');
const nonceOf = () => randomBytes(16).toString('hex');
let counter = 0;
const serial = (prefix) => `${prefix}${Date.now()}${String(++counter).padStart(6, '0')}`;

export class PaymentWorld {
    static async start() {
        const w = new PaymentWorld();
        w.app = keyPair(); // ours, for Alipay
        w.alipay = keyPair();
        w.merchant = keyPair(); // ours, for WeChat Pay
        w.wechat = keyPair();
        w.other = keyPair(); // nobody's
        w.v3Key = randomBytes(16).toString('hex');
        w.stripeKey = 'sk_' + 'test_' + randomBytes(12).toString('hex');
        w.stripeSecret = 'whsec_' + randomBytes(16).toString('hex');
        w.faults = [];
        w.anew();
        w.server = http.createServer((req, res) => w.#request(req, res));
        await new Promise((resolve) => w.server.listen(0, '127.0.0.1', resolve));
        w.base = `http://127.0.0.1:${w.server.address().port}`;
        return w;
    }

    /** For another server of ours: nothing was ever paid, and it is now. What we did wrong stays known. */
    anew() {
        this.trades = new Map(); // by our number
        this.sessions = new Map();
        this.prepays = new Map(); // WeChat Pay's → our number
        this.refunded = []; // what went back, for the bills
        this.files = new Map(); // bills that wait to be fetched, by their token
        this.undelivered = new Map(); // Stripe's events that did not reach anybody
        this.bend = (rows) => rows; // what a bill says instead of what was
        this.keys = new Map(); // Stripe's idempotency keys
        this.lies = new Map(); // call → behaviours that wait
        this.holds = new Map(); // call → answers that wait until they are let go
        this.calls = [];
        this.nonces = new Set();
        this.offset = { ms: 0, wasMs: 0, movedAt: 0 };
    }

    stop() {
        this.server.closeAllConnections();
        return new Promise((resolve) => this.server.close(resolve));
    }

    /** Settings of a server that these providers serve. */
    env() {
        return {
            CHATHUB_NOTIFY_URL: NOTIFY_URL,
            ALIPAY_GATEWAY: `${this.base}/gateway.do`,
            ALIPAY_APP_ID: APP_ID,
            ALIPAY_SELLER_ID: SELLER_ID,
            ALIPAY_APP_KEY: this.app.privatePem,
            ALIPAY_PUBLIC_KEY: this.alipay.publicPem,
            WECHAT_BASE_URL: this.base,
            WECHAT_MCHID: MCHID,
            WECHAT_APPID: WX_APPID,
            WECHAT_API_V3_KEY: this.v3Key,
            WECHAT_MERCHANT_SERIAL: MERCHANT_SERIAL,
            WECHAT_MERCHANT_KEY: this.merchant.privatePem,
            WECHAT_PUBLIC_KEY_ID: PUBLIC_KEY_ID,
            WECHAT_PUBLIC_KEY: this.wechat.publicPem,
            STRIPE_BASE_URL: this.base,
            STRIPE_SECRET_KEY: this.stripeKey,
            STRIPE_WEBHOOK_SECRET: this.stripeSecret,
        };
    }

    now() {
        return Date.now() + this.offset.ms;
    }
    get offsetMs() {
        return this.offset.ms;
    }
    set offsetMs(ms) {
        this.offset = { ms, wasMs: this.offset.ms, movedAt: Date.now() };
    }
    /** How far a time that we signed is from now. Shortly after the clock was moved what was signed before may still be on its way. */
    #offMs(timeMs) {
        const off = Math.abs(timeMs - this.now());
        const { wasMs, movedAt } = this.offset;
        return Date.now() - movedAt > MOVED_MS ? off : Math.min(off, Math.abs(timeMs - Date.now() - wasMs));
    }
    /** Where notifications go. */
    target(base) {
        this.hooks = base;
    }
    /** The next `times` calls of this name behave so: html, 500, silence, lost (done, and no answer), badsign, unsigned,
     * other, twice (the whole answer comes once more behind itself). */
    next(call, behaviour, times = 1) {
        const list = this.lies.get(call) ?? [];
        for (let i = 0; i < times; i++) list.push(behaviour);
        this.lies.set(call, list);
    }
    /** The answer to the next call of this name waits: { came, release }. What it does is done when it has come. */
    hold(call) {
        let came, release;
        const held = { came: new Promise((resolve) => (came = resolve)), gate: new Promise((resolve) => (release = resolve)) };
        this.holds.set(call, [...(this.holds.get(call) ?? []), { gate: held.gate, arrived: came }]);
        return { came: held.came, release };
    }
    count(call) {
        return this.calls.filter((c) => c === call).length;
    }
    #lie(call, res) {
        this.calls.push(call);
        const lie = this.lies.get(call)?.shift() ?? null;
        const held = this.holds.get(call)?.shift();
        res.gate = held?.gate;
        res.twice = lie === 'twice';
        held?.arrived();
        return lie;
    }
    #expect(what, good) {
        if (!good) this.faults.push(what);
        return good;
    }

    #request(req, res) {
        const parts = [];
        req.on('data', (d) => parts.push(d));
        req.on('end', () => {
            const body = Buffer.concat(parts).toString('utf8');
            try {
                const path = req.url.split('?')[0];
                if (this.pages?.(req, res, body)) return; // buyer.mjs
                if (path === '/gateway.do') this.#alipayCall(req, res, body);
                else if (path === '/downloadBillFile.resource') this.#alipayBill(req, res);
                else if (path.startsWith('/v3/')) this.#wechatCall(req, res, body);
                else if (path.startsWith('/v1/')) this.#stripeCall(req, res, body);
                else this.#answer(res, 404, {}, 'nothing here');
            } catch (e) {
                this.faults.push(e.stack);
                this.#answer(res, 500, {}, 'broken');
            }
        });
    }

    #answer(res, status, headers, body) {
        if (res.gate) {
            void res.gate.then(() => this.#answer(Object.assign(res, { gate: null }), status, headers, body));
            return;
        }
        const { socket, twice } = res;
        const all = { ...headers, ...(status === 204 ? {} : { 'content-length': Buffer.byteLength(body) }) };
        res.writeHead(status, all);
        res.end(body);
        const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
        if (twice) socket.write(`HTTP/1.1 ${status} OK\r\n${lines.join('')}\r\n${body}`);
    }
    /** True: what the call gets is not an answer. */
    #lied(res, lie) {
        if (lie === 'html') this.#answer(res, 200, { 'content-type': 'text/html' }, '<html>maintenance</html>');
        else if (lie === '500') this.#answer(res, 500, {}, 'oops');
        else if (lie === 'lost') res.destroy();
        else if (lie === 'silence') return true; // the caller's time-out ends it
        else return false;
        return true;
    }

    /** A trade remembers when it was paid, whoever says so. */
    #trade(fields) {
        let state = 'open';
        const world = this;
        const t = { ...fields, refunds: new Map(), refunded: 0, paidAt: null };
        Object.defineProperty(t, 'state', {
            enumerable: true,
            get: () => state,
            set: (to) => {
                state = to;
                if (to === 'paid') t.paidAt ??= world.now();
            },
        });
        this.trades.set(t.number, t);
        return t;
    }
    #wentBack(t, minor, number = null, row = null) {
        this.refunded.push({ trade: t, minor, number, row, at: this.now() });
    }
    /** Rows of a provider's day: what was paid, and what went back. */
    #billRows(provider, day) {
        const within = (at) => at !== null && billDay(provider, at) === day;
        const paid = [...this.trades.values()].filter((t) => t.provider === provider && within(t.paidAt));
        const back = this.refunded.filter((r) => r.trade.provider === provider && within(r.at));
        return this.bend([
            ...paid.map((t) => ({ kind: 'paid', order: t.number, trade: t.trade, minor: t.minor, at: t.paidAt, of: t })),
            ...back.map((r) => ({ kind: 'back', order: r.trade.number, trade: r.trade.trade, refund: r.number, minor: r.minor, at: r.at, of: r.trade })),
        ], provider, day);
    }
    #billAsked(call, day, provider) {
        const good = /^\d{4}-\d\d-\d\d$/.test(day ?? '') && billDay(provider, this.now() - 34 * 3600e3) >= day;
        this.#expect(`${call}: of ${day}, which is over for ten hours`, good);
        return this.#billRows(provider, day);
    }
    #keepFile(content) {
        const token = nonceOf();
        this.files.set(token, { content, at: Date.now() });
        return token;
    }

    // ---- Alipay ----

    #alipayVerify(pairs, what) {
        const p = Object.fromEntries(pairs);
        const text = pairs
            .filter(([name, value]) => name !== 'sign' && value !== '')
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, value]) => `${name}=${value}`)
            .join('&');
        this.#expect(`${what}: a name twice`, new Set(pairs.map(([name]) => name)).size === pairs.length);
        this.#expect(`${what}: signature over ${text}`, rsaVerify(this.app.publicKey, text, p.sign ?? ''));
        for (const [name, value] of [['app_id', APP_ID], ['charset', 'utf-8'], ['sign_type', 'RSA2'], ['version', '1.0']])
            this.#expect(`${what}: ${name} is ${p[name]}`, p[name] === value);
        const off = this.#offMs(Date.parse(`${p.timestamp?.replace(' ', 'T')}+08:00`));
        this.#expect(`${what}: timestamp ${p.timestamp} is ${off} ms off`, off < 600e3);
        return p;
    }

    /** A buyer's browser comes with the address that we made. */
    alipayVisit(url) {
        const u = new URL(url);
        this.#expect('page: the gateway', u.origin === this.base && u.pathname === '/gateway.do');
        const p = this.#alipayVerify([...u.searchParams], 'page');
        const c = JSON.parse(p.biz_content);
        this.#expect('page: notify_url', p.notify_url === `${NOTIFY_URL}/hooks/alipay`);
        this.#expect('page: return_url', /\/orders\/[a-z0-9]+$/i.test(p.return_url ?? ''));
        this.#expect('page: method', ['alipay.trade.page.pay', 'alipay.trade.wap.pay'].includes(p.method));
        const product = p.method === 'alipay.trade.wap.pay' ? 'QUICK_WAP_WAY' : 'FAST_INSTANT_TRADE_PAY';
        this.#expect('page: product', c.product_code === product);
        this.#expect('page: total', /^\d+\.\d\d$/.test(c.total_amount));
        this.#expect('page: time_expire', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(c.time_expire ?? ''));
        this.#expect('page: subject', c.subject && !/[/=&]/.test(c.subject));
        return this.#alipayTrade(c);
    }

    #alipayTrade(c) {
        let t = this.trades.get(c.out_trade_no);
        const minor = Math.round(Number(c.total_amount) * 100);
        if (t) this.#expect(`alipay: other contents under ${t.number}`, t.minor === minor && t.subject === c.subject);
        else t = this.#trade({ provider: 'alipay', number: c.out_trade_no, minor, subject: c.subject, trade: serial('20261122') });
        return t;
    }

    #alipayCall(req, res, body) {
        const u = new URL(req.url, this.base);
        if (req.method === 'GET') return this.#answer(res, 200, { 'content-type': 'text/html' }, 'the page to pay on');
        const form = [...new URLSearchParams(body)];
        this.#expect('alipay: the body is biz_content alone', form.length === 1 && form[0][0] === 'biz_content');
        this.#expect('alipay: content-type', /^application\/x-www-form-urlencoded/.test(req.headers['content-type']));
        const p = this.#alipayVerify([...u.searchParams, ...form], u.searchParams.get('method'));
        const c = JSON.parse(p.biz_content);
        const lie = this.#lie(p.method, res);
        if (lie === 'lost' || !this.#lied(res, lie)) {
            const said = this.#alipayDo(p.method, c, p, lie);
            if (lie === 'other' && said.out_trade_no) said.out_trade_no = 'somebodyelses1';
            const member = JSON.stringify(said);
            const key = lie === 'badsign' ? this.other : lie === 'ownkey' ? this.app : this.alipay;
            const text = `{"${p.method.replaceAll('.', '_')}_response":${member}${lie === 'unsigned' ? '' : `,"sign":"${rsaSign(key.privateKey, member)}"`}}`;
            if (lie !== 'lost') this.#answer(res, 200, { 'content-type': 'text/html;charset=utf-8' }, text);
        }
    }

    #alipayDo(method, c, p, lie) {
        const ok = { code: '10000', msg: 'Success' };
        const none = { code: '40004', msg: 'Business Failed', sub_code: 'ACQ.TRADE_NOT_EXIST', sub_msg: '交易不存在' };
        const t = this.trades.get(c.out_trade_no);
        if (method === 'alipay.trade.precreate') {
            this.#expect('precreate: notify_url', p.notify_url === `${NOTIFY_URL}/hooks/alipay`);
            this.#expect('precreate: ends', /^\d+m$/.test(c.timeout_express) && /^\d+m$/.test(c.qr_code_timeout_express));
            this.codes ??= new Map();
            this.codes.set(c.out_trade_no, c);
            return { ...ok, out_trade_no: c.out_trade_no, qr_code: `https://qr.alipay.example/${c.out_trade_no}` };
        }
        if (method === 'alipay.data.dataservice.bill.downloadurl.query') {
            this.#expect('bill: its type', c.bill_type === 'trade' && Object.keys(c).length === 2);
            const rows = this.#billAsked(method, c.bill_date, 'alipay');
            const missing = { code: '40004', msg: 'Business Failed', sub_code: 'isp.bill_not_exist', sub_msg: '账单不存在' };
            if (rows.length === 0 || lie === 'none') return missing;
            return { ...ok, bill_download_url: `${this.base}/downloadBillFile.resource?bizType=trade&fileId=${this.#keepFile({ rows, day: c.bill_date })}` };
        }
        if (!t || t.provider !== 'alipay') return none;
        const named = { out_trade_no: t.number, trade_no: t.trade };
        if (method === 'alipay.trade.query') {
            const state = { open: 'WAIT_BUYER_PAY', paid: 'TRADE_SUCCESS', closed: 'TRADE_CLOSED' }[t.state];
            const paid = t.state === 'paid' || t.refunded ? { send_pay_date: beijing(this.now()) } : {};
            return { ...ok, ...named, trade_status: state, total_amount: yuan(t.minor), ...paid, note: 'a } and a "sign" in a text' };
        }
        if (method === 'alipay.trade.close') {
            if (t.state === 'paid') return { code: '40004', msg: 'Business Failed', sub_code: 'ACQ.TRADE_STATUS_ERROR' };
            t.state = 'closed';
            return { ...ok, ...named };
        }
        if (method === 'alipay.trade.refund') {
            if (t.state !== 'paid') return { code: '40004', msg: 'Business Failed', sub_code: 'ACQ.TRADE_STATUS_ERROR' };
            const minor = Math.round(Number(c.refund_amount) * 100);
            const before = t.refunds.get(c.out_request_no);
            this.#expect('refund: the same number, another sum', !before || before === minor);
            if (!before && t.refunded + minor > t.minor)
                return { code: '40004', msg: 'Business Failed', sub_code: 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL' };
            if (!before) {
                t.refunds.set(c.out_request_no, minor);
                t.refunded += minor;
                this.#wentBack(t, minor, c.out_request_no);
            }
            return { ...ok, ...named, fund_change: before ? 'N' : 'Y', refund_fee: yuan(t.refunded), gmt_refund_pay: beijing(this.now()) };
        }
        if (method === 'alipay.trade.fastpay.refund.query') {
            const minor = t.refunds.get(c.out_request_no);
            if (!minor) return ok;
            return { ...ok, ...named, out_request_no: c.out_request_no, refund_amount: yuan(minor), refund_status: 'REFUND_SUCCESS' };
        }
        this.faults.push(`alipay: ${method} is not in the contract`);
        return { code: '40002', msg: 'Invalid Arguments' };
    }

    /** The archive itself: good for half a minute, and nothing is signed. */
    #alipayBill(req, res) {
        const kept = this.files.get(new URL(req.url, this.base).searchParams.get('fileId'));
        this.#expect('alipay.bill: GET of an address that was named', req.method === 'GET' && kept);
        this.#expect('alipay.bill: within half a minute', Date.now() - kept.at < 30e3); // a clock that is moved makes none older
        const lie = this.#lie('alipay.bill', res);
        if (this.#lied(res, lie)) return;
        const { detail, sums } = billFiles(kept.content.rows, kept.content.day, SELLER_ID, lie === 'torn');
        const archive = zip([
            { name: gbk(`${SELLER_ID}_${kept.content.day}_业务明细.csv`), content: gbk(detail) },
            { name: gbk(`${SELLER_ID}_${kept.content.day}_业务明细(汇总).csv`), content: gbk(sums) },
        ]);
        if (lie === 'badzip') archive[archive.length >> 1] ^= 0xff;
        this.#answer(res, 200, { 'content-type': 'application/octet-stream' }, lie === 'cut' ? archive.subarray(0, archive.length - 40) : archive);
    }

    /** The buyer scans the code. */
    alipayScan(scan) {
        return this.#alipayTrade(this.codes.get(scan.split('/').at(-1)));
    }

    /** A notification. over: members that replace ours; undefined takes one away. */
    alipayNotice(t, status, over = {}, key = this.alipay, id = serial('n')) {
        const p = {
            notify_time: beijing(this.now()), notify_type: 'trade_status_sync', notify_id: id, app_id: APP_ID, auth_app_id: APP_ID,
            charset: 'utf-8', version: '1.0', sign_type: 'RSA2', trade_no: t.trade, out_trade_no: t.number, trade_status: status,
            total_amount: yuan(t.minor), receipt_amount: yuan(t.minor), subject: t.subject ?? 'x', body: '', buyer_open_id: 'b 1%2',
            seller_id: SELLER_ID, gmt_create: beijing(this.now()), gmt_payment: beijing(this.now()), ...over,
        };
        for (const [name, value] of Object.entries(p)) if (value === undefined) delete p[name];
        const text = Object.entries(p)
            .filter(([name]) => name !== 'sign' && name !== 'sign_type')
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, value]) => `${name}=${value}`)
            .join('&');
        return {
            provider: 'alipay', path: '/hooks/alipay', headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
            body: new URLSearchParams({ ...p, sign: rsaSign(key.privateKey, text) }).toString(),
            again: () => this.alipayNotice(t, status, over, key, id),
        };
    }
    alipayPaid(number, over) {
        const t = this.trades.get(number);
        t.state = 'paid';
        return this.alipayNotice(t, 'TRADE_SUCCESS', over);
    }
    alipayRefunded(number, minor) {
        const t = this.trades.get(number);
        if (minor > t.refunded) this.#wentBack(t, minor - t.refunded);
        t.paidAt ??= this.now();
        t.refunded = minor;
        const whole = minor === t.minor;
        if (whole) t.state = 'closed';
        return this.alipayNotice(t, whole ? 'TRADE_CLOSED' : 'TRADE_SUCCESS', {
            gmt_refund: `${beijing(this.now())}.100`, refund_fee: yuan(minor), out_biz_no: 'outside',
        });
    }

    // ---- WeChat Pay ----

    #wechatSigned(body, key = this.wechat, over = {}) {
        const timestamp = String(over.timestamp ?? Math.floor(this.now() / 1000));
        const nonce = nonceOf();
        return {
            'wechatpay-timestamp': timestamp, 'wechatpay-nonce': nonce, 'wechatpay-serial': over.serial ?? PUBLIC_KEY_ID,
            'wechatpay-signature': over.signature ?? rsaSign(key.privateKey, `${timestamp}\n${nonce}\n${body}\n`),
            'content-type': 'application/json', 'request-id': nonceOf(),
        };
    }

    #wechatVerify(req, body) {
        const what = `wechat ${req.method} ${req.url}`;
        const [, scheme, rest] = /^(\S+) (.*)$/.exec(req.headers.authorization ?? '') ?? [];
        const p = Object.fromEntries([...(rest ?? '').matchAll(/(\w+)="([^"]*)"/g)].map((m) => [m[1], m[2]]));
        this.#expect(`${what}: scheme`, scheme === 'WECHATPAY2-SHA256-RSA2048');
        this.#expect(`${what}: mchid and serial`, p.mchid === MCHID && p.serial_no === MERCHANT_SERIAL);
        const text = `${req.method}\n${req.url}\n${p.timestamp}\n${p.nonce_str}\n${body}\n`;
        this.#expect(`${what}: signature`, rsaVerify(this.merchant.publicKey, text, p.signature ?? ''));
        this.#expect(`${what}: time`, this.#offMs(Number(p.timestamp) * 1000) < FRESH_S * 1000);
        this.#expect(`${what}: nonce`, /^[A-Za-z0-9]{1,32}$/.test(p.nonce_str) && !this.nonces.has(p.nonce_str));
        this.nonces.add(p.nonce_str);
        this.#expect(`${what}: accept`, req.headers.accept === 'application/json');
        this.#expect(`${what}: user agent`, !!req.headers['user-agent']);
        this.#expect(`${what}: key id`, req.headers['wechatpay-serial'] === PUBLIC_KEY_ID);
        if (body) this.#expect(`${what}: content type`, req.headers['content-type'] === 'application/json');
    }

    #wechatCall(req, res, body) {
        this.#wechatVerify(req, body);
        const path = decodeURIComponent(req.url.split('?')[0]);
        const call =
            path === '/v3/pay/transactions/native' ? 'wechat.native'
            : path === '/v3/pay/transactions/h5' ? 'wechat.h5'
            : /\/out-trade-no\/[^/]+\/close$/.test(path) ? 'wechat.close'
            : path.startsWith('/v3/pay/transactions/out-trade-no/') ? 'wechat.query'
            : path === '/v3/refund/domestic/refunds' ? 'wechat.refund'
            : path.startsWith('/v3/refund/domestic/refunds/') ? 'wechat.refund_query'
            : path === '/v3/bill/tradebill' ? 'wechat.bill'
            : path === '/v3/billdownload/file' ? 'wechat.bill_file'
            : null;
        this.#expect(`wechat: ${req.method} ${req.url} is not in the contract`, call);
        const lie = this.#lie(call, res);
        if (lie !== 'lost' && this.#lied(res, lie)) return;
        if (call === 'wechat.bill_file') return this.#wechatFile(req, res, lie);
        const [status, said] = this.#wechatDo(call, req, path, body ? JSON.parse(body) : null, lie);
        if (lie === 'lost') return void res.destroy();
        const text = said ? JSON.stringify(said) : '';
        const key = lie === 'badsign' ? this.other : lie === 'ownkey' ? this.merchant : this.wechat;
        this.#answer(res, status, lie === 'unsigned' ? { 'content-type': 'application/json' } : this.#wechatSigned(text, key), text);
    }

    /** A fresh one for each call, all of one payment. */
    #prepay(number) {
        const id = nonceOf();
        this.prepays.set(id, number);
        return id;
    }

    #wechatDo(call, req, path, c, lie) {
        const none = [404, { code: 'ORDER_NOT_EXIST', message: '订单不存在' }];
        if (call === 'wechat.native' || call === 'wechat.h5') {
            this.#expect(`${call}: ids`, c.appid === WX_APPID && c.mchid === MCHID);
            this.#expect(`${call}: number`, /^[A-Za-z0-9_\-|*]{6,32}$/.test(c.out_trade_no));
            this.#expect(`${call}: notify_url`, c.notify_url === `${NOTIFY_URL}/hooks/wechat`);
            this.#expect(`${call}: amount`, Number.isInteger(c.amount.total) && c.amount.currency === 'CNY');
            this.#expect(`${call}: time_expire`, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/.test(c.time_expire));
            if (call === 'wechat.h5')
                this.#expect(`${call}: scene`, c.scene_info?.payer_client_ip && c.scene_info.h5_info?.type === 'Wap');
            const same = JSON.stringify(c);
            const t = this.trades.get(c.out_trade_no);
            if (t && t.same !== same) {
                this.faults.push(`${call}: other contents under ${c.out_trade_no}`);
                return [400, { code: 'INVALID_REQUEST', message: '订单号重复' }];
            }
            if (!t) this.#trade({ provider: 'wechat', number: c.out_trade_no, minor: c.amount.total, trade: serial('42000'), same });
            return call === 'wechat.native'
                ? [200, { code_url: `weixin://wxpay/bizpayurl?pr=${this.#prepay(c.out_trade_no)}` }]
                : [200, { h5_url: `${this.base}/wechat/h5?prepay_id=${this.#prepay(c.out_trade_no)}` }];
        }
        if (call === 'wechat.refund') {
            const t = this.trades.get(c.out_trade_no);
            if (!t || t.state !== 'paid') return [404, { code: 'RESOURCE_NOT_EXISTS', message: 'no such order' }];
            this.#expect('wechat.refund: total', c.amount.total === t.minor && c.amount.currency === 'CNY');
            let r = t.refunds.get(c.out_refund_no);
            this.#expect('wechat.refund: the same number, another sum', !r || r.minor === c.amount.refund);
            if (!r && t.refunded + c.amount.refund > t.minor) return [403, { code: 'NOT_ENOUGH', message: 'too much' }];
            if (!r) {
                r = { number: c.out_refund_no, minor: c.amount.refund, status: lie === 'abnormal' ? 'ABNORMAL' : 'PROCESSING', id: serial('50000') };
                t.refunds.set(r.number, r);
                t.refunded += r.minor;
                this.#wentBack(t, r.minor, r.number, r);
            }
            return [200, this.#wechatRefund(t, r)];
        }
        if (call === 'wechat.refund_query') {
            for (const t of this.trades.values()) {
                const r = t.provider === 'wechat' && t.refunds.get(path.split('/').at(-1));
                if (r) return [200, this.#wechatRefund(t, r)];
            }
            return [404, { code: 'RESOURCE_NOT_EXISTS', message: 'no such refund' }];
        }
        if (call === 'wechat.bill') {
            const u = new URL(req.url, this.base);
            this.#expect('wechat.bill: GET of all', req.method === 'GET' && u.searchParams.get('bill_type') === 'ALL');
            const day = u.searchParams.get('bill_date');
            const rows = this.#billAsked(call, day, 'wechat');
            if (lie === 'creating') return [400, { code: 'STATEMENT_CREATING', message: '账单生成中' }];
            if (rows.length === 0 || lie === 'none') return [400, { code: 'NO_STATEMENT_EXIST', message: '账单文件不存在' }];
            const text = Buffer.from(billFiles(rows, day, MCHID, false, WX_APPID).wechat);
            const hash = createHash('sha1').update(text).digest('hex');
            return [200, { hash_type: 'SHA1', hash_value: hash, download_url: `${this.base}/v3/billdownload/file?token=${this.#keepFile(text)}` }];
        }
        const t = this.trades.get(path.split('/')[5]);
        if (!t || t.provider !== 'wechat') return none;
        if (call === 'wechat.close') {
            this.#expect('wechat.close: mchid', c.mchid === MCHID);
            if (t.state === 'paid') return [400, { code: 'ORDERPAID', message: '订单已支付' }];
            t.state = 'closed';
            return [204, null];
        }
        this.#expect('wechat.query: mchid', req.url.endsWith(`?mchid=${MCHID}`));
        const state = { open: 'NOTPAY', paid: t.refunded ? 'REFUND' : 'SUCCESS', closed: 'CLOSED' }[t.state];
        const paid = t.state === 'paid' ? { transaction_id: t.trade, amount: { total: t.minor, payer_total: t.minor - 1, currency: 'CNY' } } : {};
        return [200, { appid: WX_APPID, mchid: MCHID, out_trade_no: lie === 'other' ? 'somebodyelses1' : t.number, trade_state: state, ...paid }];
    }

    /** The bill itself, of which nothing is signed. */
    #wechatFile(req, res, lie) {
        const kept = this.files.get(new URL(req.url, this.base).searchParams.get('token'));
        this.#expect('wechat.bill_file: an address that was named', kept);
        const text = kept.content;
        const other = lie === 'badhash' ? Buffer.concat([text, Buffer.from('\n')]) : lie === 'torn' ? text.subarray(0, text.length >> 1) : text;
        this.#answer(res, 200, { 'content-type': 'text/plain' }, other);
    }

    #wechatRefund(t, r) {
        return {
            refund_id: r.id, out_refund_no: r.number, transaction_id: t.trade, out_trade_no: t.number, status: r.status,
            amount: { total: t.minor, refund: r.minor, currency: 'CNY' },
        };
    }

    wechatNotice(type, plain, { key, id = nonceOf(), over = {} } = {}) {
        const nonce = randomBytes(6).toString('hex');
        const cipher = createCipheriv('aes-256-gcm', over.v3Key ?? this.v3Key, nonce);
        cipher.setAAD(Buffer.from('transaction'));
        const sealed = Buffer.concat([cipher.update(JSON.stringify(plain), 'utf8'), cipher.final(), cipher.getAuthTag()]);
        const body = JSON.stringify({
            id, create_time: new Date(this.now()).toISOString(), event_type: type, resource_type: 'encrypt-resource', summary: 's',
            resource: { original_type: 'transaction', algorithm: 'AEAD_AES_256_GCM', ciphertext: sealed.toString('base64'), associated_data: 'transaction', nonce },
        });
        return {
            provider: 'wechat', path: '/hooks/wechat', headers: this.#wechatSigned(body, key ?? this.wechat, over), body,
            again: () => this.wechatNotice(type, plain, { key, id, over }),
        };
    }
    wechatPaid(number, over = {}, options = {}) {
        const t = this.trades.get(number);
        t.state = 'paid';
        return this.wechatNotice('TRANSACTION.SUCCESS', {
            mchid: MCHID, appid: WX_APPID, out_trade_no: t.number, transaction_id: t.trade, trade_state: 'SUCCESS',
            amount: { total: t.minor, payer_total: t.minor, currency: 'CNY' }, ...over,
        }, options);
    }
    /** A refund of ours comes to its end. */
    wechatRefundEnds(number, status = 'SUCCESS') {
        const t = this.trades.get(number);
        const r = [...t.refunds.values()].at(-1);
        r.status = status;
        return this.wechatNotice(`REFUND.${status}`, {
            mchid: MCHID, out_trade_no: t.number, transaction_id: t.trade, out_refund_no: r.number, refund_id: r.id, refund_status: status,
            amount: { total: t.minor, refund: r.minor, payer_total: t.minor, payer_refund: r.minor },
        });
    }

    // ---- Stripe ----

    #stripeCall(req, res, body) {
        const u = new URL(req.url, this.base);
        const what = `stripe ${req.method} ${u.pathname}`;
        this.#expect(`${what}: bearer`, req.headers.authorization === `Bearer ${this.stripeKey}`);
        this.#expect(`${what}: version`, req.headers['stripe-version'] === STRIPE_VERSION);
        const key = req.headers['idempotency-key'];
        this.#expect(`${what}: idempotency key`, (req.method === 'POST') === !!key && (key ?? '').length <= 255);
        if (req.method === 'POST')
            this.#expect(`${what}: content type`, req.headers['content-type'] === 'application/x-www-form-urlencoded');
        const call =
            u.pathname === '/v1/checkout/sessions' ? 'stripe.session'
            : /\/expire$/.test(u.pathname) ? 'stripe.expire'
            : u.pathname.startsWith('/v1/checkout/sessions/') ? 'stripe.query'
            : u.pathname === '/v1/refunds' && req.method === 'POST' ? 'stripe.refund'
            : u.pathname === '/v1/charges' || (u.pathname === '/v1/refunds' && u.searchParams.has('created[gte]')) ? 'stripe.bill'
            : u.pathname === '/v1/events' ? 'stripe.events'
            : u.pathname.startsWith('/v1/events/') ? 'stripe.event'
            : u.pathname.startsWith('/v1/refunds') ? 'stripe.refund_query'
            : null;
        this.#expect(`${what} is not in the contract`, call);
        const lie = this.#lie(call, res);
        if (lie !== 'lost' && this.#lied(res, lie)) return;
        const params = `${u.pathname}?${body}`;
        const kept = key && this.keys.get(key);
        let answer;
        if (kept && kept.params !== params) {
            this.faults.push(`${what}: the same key with other parameters`);
            answer = [400, { error: { type: 'idempotency_error', message: 'other parameters' } }];
        } else answer = kept?.answer ?? this.#stripeDo(call, u, new URLSearchParams(body), lie);
        if (key && !kept) this.keys.set(key, { params, answer });
        if (lie === 'lost') return void res.destroy();
        if (lie === 'retry') return this.#answer(res, 400, { 'stripe-should-retry': 'true' }, '{}');
        const said = lie === 'other' ? { ...answer[1], client_reference_id: 'somebodyelses1' } : answer[1];
        this.#answer(res, answer[0], { 'content-type': 'application/json', 'request-id': serial('req_') }, JSON.stringify(said));
    }

    #stripeSession(s) {
        return {
            id: s.session, object: 'checkout.session', livemode: false, client_reference_id: s.number, amount_total: s.minor,
            currency: s.currency, status: { open: 'open', paid: 'complete', unpaid: 'complete', closed: 'expired' }[s.state],
            payment_status: s.state === 'paid' ? 'paid' : 'unpaid', payment_intent: s.state === 'paid' || s.state === 'unpaid' ? s.trade : null,
            url: s.state === 'open' ? `${this.base}/c/pay/${s.session}` : null,
        };
    }

    #stripeDo(call, u, p, lie) {
        const missing = [404, { error: { type: 'invalid_request_error', code: 'resource_missing', message: 'none' } }];
        if (call === 'stripe.session') {
            const line = 'line_items[0]';
            const number = p.get('client_reference_id');
            const left = Number(p.get('expires_at')) - this.now() / 1000;
            this.#expect('session: mode', p.get('mode') === 'payment');
            this.#expect('session: metadata', p.get('metadata[order_id]') === number && p.get('payment_intent_data[metadata][order_id]') === number);
            this.#expect('session: urls', p.get('success_url') && p.get('cancel_url'));
            this.#expect(`session: expires in ${left} s`, left >= 1800 && left <= 86400);
            this.#expect('session: no payment method list', ![...p.keys()].some((k) => /^(payment_method|ui_mode)/.test(k)));
            const minor = Number(p.get(`${line}[price_data][unit_amount]`)) * Number(p.get(`${line}[quantity]`));
            const s = this.#trade({
                provider: 'stripe', number, minor, currency: p.get(`${line}[price_data][currency]`), session: serial('cs_test_'),
                trade: serial('pi_'), charge: serial('ch_'),
                success: p.get('success_url'), cancel: p.get('cancel_url'), // where a buyer's browser goes from there
            });
            this.sessions.set(s.session, s);
            return [200, this.#stripeSession(s)];
        }
        if (call === 'stripe.bill') return this.#stripePage(u, this.#stripeRows(u));
        if (call === 'stripe.events') {
            this.#expect('events: those that were not delivered', u.searchParams.get('delivery_success') === 'false');
            const types = u.searchParams.getAll('types[]');
            this.#expect('events: types', types.length > 0 && types.length <= 20);
            return this.#stripePage(u, [...this.undelivered.values()].filter((e) => types.includes(e.type)).reverse());
        }
        if (call === 'stripe.event') {
            const event = this.undelivered.get(u.pathname.split('/')[3]);
            return event ? [200, event] : missing;
        }
        if (call === 'stripe.query' || call === 'stripe.expire') {
            const s = this.sessions.get(u.pathname.split('/')[4]);
            if (!s) return missing;
            if (call === 'stripe.expire' && s.state !== 'open')
                return [400, { error: { type: 'invalid_request_error', message: `Only open sessions can be expired: ${s.state}` } }];
            if (call === 'stripe.expire') s.state = 'closed';
            return [200, this.#stripeSession(s)];
        }
        const refundOf = (r) => ({ id: r.id, object: 'refund', amount: r.minor, status: r.status, payment_intent: r.trade, metadata: { refund_id: r.number } });
        const all = [...this.sessions.values()].flatMap((s) => [...s.refunds.values()]);
        if (call === 'stripe.refund_query') {
            const id = u.pathname.split('/')[3];
            if (!id) return [200, { object: 'list', data: all.filter((r) => r.trade === u.searchParams.get('payment_intent')).map(refundOf), has_more: false }];
            const r = all.find((one) => one.id === id);
            return r ? [200, refundOf(r)] : missing;
        }
        const s = [...this.sessions.values()].find((one) => one.trade === p.get('payment_intent'));
        if (!s) return missing;
        const minor = Number(p.get('amount'));
        if (s.state !== 'paid' || s.refunded + minor > s.minor)
            return [400, { error: { type: 'invalid_request_error', code: 'charge_already_refunded', message: 'no' } }];
        const r = { id: serial('re_'), number: p.get('metadata[refund_id]'), minor, trade: s.trade, status: lie === 'pending' ? 'pending' : 'succeeded' };
        s.refunds.set(r.number, r);
        s.refunded += minor;
        this.#wentBack(s, minor, r.number, r);
        return [200, refundOf(r)];
    }

    /** Charges or refunds, newest first. */
    #stripeRows(u) {
        const charges = u.pathname === '/v1/charges';
        const days = new Set([Number(u.searchParams.get('created[gte]')), Number(u.searchParams.get('created[lt]')) - 1].map((s) => billDay('stripe', s * 1000)));
        return [...days].flatMap((day) => this.#billRows('stripe', day)).filter((r) => (r.kind === 'paid') === charges).reverse().map((r, i) => ({
            id: charges ? (r.of?.charge ?? `ch_other${i}`) : `re_${r.refund ?? i}${r.order}`, object: charges ? 'charge' : 'refund', amount: r.minor, currency: r.of?.currency ?? 'cny',
            created: Math.floor(r.at / 1000), payment_intent: r.trade, status: 'succeeded',
            ...(charges ? { livemode: false, paid: true, metadata: r.order ? { order_id: r.order } : {} } : { metadata: r.refund ? { refund_id: r.refund } : {} }),
        }));
    }
    /** Two at a time, whatever limit was asked for. */
    #stripePage(u, rows) {
        const of = (name) => Number(u.searchParams.get(`created[${name}]`));
        this.#expect('list: a time from and a time to', of('gte') > 0 && of('lt') > of('gte'));
        const within = rows.filter((r) => r.created >= of('gte') && r.created < of('lt'));
        const after = u.searchParams.get('starting_after');
        const from = after ? within.findIndex((r) => r.id === after) + 1 : 0;
        this.#expect('list: behind a row that there is', !after || from > 0);
        const data = within.slice(from, from + 2);
        return [200, { object: 'list', url: u.pathname, data, has_more: from + data.length < within.length }];
    }
    /** An event that Stripe has, and could deliver to nobody. */
    stripeMissed(told) {
        const event = JSON.parse(told.body);
        this.undelivered.set(event.id, event);
        return told;
    }

    stripeEvent(type, object, { id = serial('evt_'), secret = this.stripeSecret, livemode = false, atS } = {}) {
        const body = JSON.stringify({ id, object: 'event', api_version: STRIPE_VERSION, created: Math.floor(this.now() / 1000), livemode, type, data: { object } }, null, 2);
        const t = atS ?? Math.floor(this.now() / 1000);
        const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex');
        return {
            provider: 'stripe', path: '/hooks/stripe', headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': `t=${t},v1=${v1}` }, body,
            again: () => this.stripeEvent(type, object, { id, secret, livemode, atS }),
        };
    }
    stripePaid(number, over = {}, options = {}) {
        const s = this.trades.get(number);
        s.state = 'paid';
        return this.stripeEvent('checkout.session.completed', { ...this.#stripeSession(s), ...over }, options);
    }
    stripePromised(number) {
        const s = this.trades.get(number);
        s.state = 'unpaid';
        return this.stripeEvent('checkout.session.completed', this.#stripeSession(s));
    }
    stripeSays(number, type, over = {}) {
        return this.stripeEvent(type, { ...this.#stripeSession(this.trades.get(number)), ...over });
    }
    stripeRefunded(number, minor) {
        const s = this.trades.get(number);
        const before = this.refunded.filter((r) => r.trade === s).reduce((sum, r) => sum + r.minor, 0);
        if (minor > before) this.#wentBack(s, minor - before);
        return this.stripeEvent('charge.refunded', {
            id: s.charge, object: 'charge', payment_intent: s.trade, amount: s.minor, amount_refunded: minor, currency: s.currency, refunded: minor === s.minor,
        });
    }

    // ---- sending ----

    /** Posts it to the server, as the provider would. base: of another process. */
    send(told, { base = this.hooks, path = told.path, method = 'POST' } = {}) {
        const u = new URL(base);
        return new Promise((resolve, reject) => {
            const r = http.request({ host: u.hostname, port: u.port, method, path, headers: { ...told.headers, 'content-length': Buffer.byteLength(told.body), 'x-forwarded-for': '203.0.113.77' } }, (res) => {
                const parts = [];
                res.on('data', (d) => parts.push(d));
                res.on('error', reject);
                res.on('end', () => resolve({ status: res.statusCode, text: Buffer.concat(parts).toString('utf8') }));
            });
            r.on('error', reject);
            r.end(told.body);
        });
    }
    isTaken(told, answer) {
        if (told.provider === 'alipay') return answer.status === 200 && answer.text === 'success';
        return answer.status >= 200 && answer.status < 300;
    }
    /** Until it is taken, on the provider's schedule: `advance(seconds)` moves the clocks. How many tries it took, or 0. */
    async insist(told, advance) {
        let one = told;
        for (let tries = 1; ; tries++) {
            if (this.isTaken(one, await this.send(one))) return tries;
            const gap = RETRIES[told.provider][tries - 1];
            if (!gap) return 0;
            await advance(gap);
            one = one.again();
        }
    }
}
