// client.mjs: careful customers of the service. Each change carries an Idempotency-Key and is repeated with the same key
// until a definite answer comes, as a good client does. What was acknowledged is written down, and so each further
// answer can be judged at once: a chatbot whose enable was acknowledged may not be "not enabled" after a crash.
// What the notes say at the end is compared with the database (judge.mjs).
import http from 'node:http';
import { randomUUID } from 'node:crypto';
import { sleep } from './server.mjs';

const PASSWORD = 'torture with 3 horses';
const GIVE_UP_MS = 240000;
const REQUEST_MS = 20000; // above the time that an enable waits for its job
const SHOPS_MAX = 40;
const SURPRISES_MAX = 20;

export class Stats {
    constructor() {
        Object.assign(this, { requests: 0, unanswered: 0, cut: 0, later: {}, inFlight: 0, refused: 0, surprises: [] });
        this.acknowledged = { registration: 0, shop: 0, grant: 0, enable: 0, disable: 0, delete: 0, restore: 0, rotation: 0 };
    }

    surprise(text) {
        if (this.surprises.length < SURPRISES_MAX) this.surprises.push(text);
    }
}

/** Where the service is: one door for each process. A client that gets no answer tries the next one. */
export class Doors {
    constructor(services, origin) {
        Object.assign(this, { services, origin, agent: new http.Agent({ keepAlive: true, maxFreeSockets: 64 }) });
    }

    close() { this.agent.destroy(); }

    /** One HTTP request; null when no answer came. */
    ask(door, stats, method, path, { body, picture, cookie, key, network, bearer }) {
        const text = picture ?? (body === undefined ? undefined : JSON.stringify(body));
        const headers = { origin: this.origin, 'x-forwarded-for': network, accept: 'application/json' };
        if (text !== undefined) Object.assign(headers, { 'content-type': picture ? 'image/png' : 'application/json', 'content-length': Buffer.byteLength(text) });
        if (cookie) headers.cookie = cookie;
        if (bearer) headers.authorization = `Bearer ${bearer}`;
        if (key) headers['idempotency-key'] = key;
        const { port } = this.services[door % this.services.length];
        stats.requests++;
        stats.inFlight++;
        return new Promise((resolve) => {
            let over = false;
            const end = (answer, error) => {
                if (over) return;
                over = true;
                stats.inFlight--;
                if (!answer) stats.unanswered++;
                if (!answer && error?.code !== 'ECONNREFUSED') stats.cut++;
                resolve(answer);
            };
            const req = http.request({ host: '127.0.0.1', port, path, method, headers, agent: this.agent, timeout: REQUEST_MS }, (res) => {
                const parts = [];
                res.on('data', (part) => parts.push(part));
                res.on('error', (e) => end(null, e));
                res.on('aborted', () => end(null));
                res.on('end', () => end(res.complete ? read(res, Buffer.concat(parts)) : null));
            });
            req.on('timeout', () => req.destroy());
            req.on('error', (e) => end(null, e));
            req.end(text);
        });
    }
}

function read(res, bytes) {
    const text = bytes.toString();
    const cookies = (res.headers['set-cookie'] ?? []).map((c) => c.split(';')[0]);
    try {
        return { status: res.statusCode, json: text ? JSON.parse(text) : null, cookies };
    } catch {
        return { status: res.statusCode, json: null, bytes, cookies };
    }
}

const count = (counts, name) => { counts[name] = (counts[name] ?? 0) + 1; };
const definite = (answer) => answer && answer.status !== 503 && answer.status !== 429 && answer.json?.error !== 'in_progress';

/** Until the service says something that does not change by asking again. `lost`: an earlier try may have been done. */
export async function insist(doors, stats, method, path, options = {}) {
    const started = Date.now();
    const key = method === 'POST' && !/^\/(auth|dev|api\/chat)\//.test(path) ? (options.key ?? randomUUID()) : undefined;
    let lost = false;
    for (let door = Math.floor(Math.random() * 2); ; door++) {
        const answer = await doors.ask(door, stats, method, path, { ...options, key });
        if (definite(answer)) return Object.assign(answer, { lost });
        if (!answer || answer.json?.error === 'uncertain') lost = true;
        if (answer) count(stats.later, answer.json?.error ?? answer.status);
        if (Date.now() - started > GIVE_UP_MS)
            throw new Error(`${method} ${path}: no definite answer (${answer?.status} ${JSON.stringify(answer?.json)})`);
        await sleep(answer ? 100 + Math.random() * 200 : 10 + Math.random() * 60);
    }
}

class Person {
    call(method, path, body, key) {
        return insist(this.doors, this.stats, method, path, { body, cookie: this.cookie, network: this.network, key });
    }

    surprise(what, answer) {
        this.stats.surprise(`${this.email}: ${what}: ${answer.status} ${JSON.stringify(answer.json)}`);
    }

    async signIn() {
        const answer = await this.call('POST', '/auth/password/login', { email: this.email, password: this.password });
        this.keepCookie(answer);
        return answer.status === 200;
    }

    keepCookie(answer) {
        const sid = answer.cookies.find((c) => /^sid=./.test(c));
        if (sid) this.cookie = sid;
    }
}

// What a client knows of a shop's chatbot. `unsettled`: it was told 202, so it may be on or off later.
const ON = 'on', OFF = 'off', UNSETTLED = 'unsettled';

export class Merchant extends Person {
    constructor(doors, stats, number, random, outside) {
        super();
        Object.assign(this, { doors, stats, number, random, outside, password: PASSWORD, shops: [], grants: [] });
        this.email = `merchant${number}@torture.example`;
        this.network = `10.${(number >> 8) & 255}.${number & 255}.7`;
    }

    /** Register, read the mail in the outbox, confirm with the password. Repeated until it is signed in. */
    async register() {
        for (let round = 0; round < 30 && !this.cookie; round++) {
            await this.call('POST', '/auth/password/register', { email: this.email, password: PASSWORD });
            const token = await this.newestToken();
            if (!token) continue;
            const done = await this.call('POST', '/auth/verify-email', { token, password: PASSWORD });
            if (done.status === 200) this.keepCookie(done);
            // The answer to an earlier try was lost, and it had used the token.
            else if (done.json?.error === 'invalid_token' && done.lost) await this.signIn();
        }
        if (!this.cookie) throw new Error(`${this.email} cannot register`);
        this.stats.acknowledged.registration++;
    }

    async newestToken() {
        for (let tries = 0; tries < 20; tries++) {
            const mails = (await this.call('GET', '/dev/outbox')).json?.mails ?? [];
            const mail = mails.find((m) => m.to === this.email && /verify-email#token=/.test(m.text));
            if (mail) return /token=([\w-]+)/.exec(mail.text)[1];
            await sleep(50);
        }
        return null;
    }

    async addShop() {
        const answer = await this.call('POST', '/api/shops', { shop_name: `店铺 ${this.number}-${this.shops.length}`, hosting: 'external' });
        if (answer.status !== 201) return this.surprise('shop', answer);
        this.stats.acknowledged.shop++;
        return this.shops.push({ id: answer.json.id, state: OFF, charged: false, deleted: false, enables: 0, disables: 0 });
    }

    /** One click; or an impatient second one at the same time, with the same key or a new one. */
    async enable(shop) {
        const path = `/api/shops/${shop.id}/chatbot/enable`;
        const dice = this.random();
        const keys = dice < 0.7 ? [randomUUID()] : dice < 0.85 ? [randomUUID(), randomUUID()] : Array(2).fill(randomUUID());
        const answers = await Promise.all(keys.map((key) => this.call('POST', path, {}, key)));
        const said = answers.map((a) => a.status);
        const text = answers.map((a) => `${a.status} ${JSON.stringify(a.json)}`).join(' and ');
        const odd = (what) => this.stats.surprise(`${this.email} shop ${shop.id} (${shop.state}): ${what}: ${text}`);
        if (!said.every((s) => [200, 402, 409, ...(this.outside ? [202, 502] : [])].includes(s))) return odd('enable');
        if (said.includes(200)) {
            if (shop.state === ON) odd('enabled twice');
            this.stats.acknowledged.enable++;
            Object.assign(shop, { state: ON, charged: true, enables: shop.enables + 1 });
        } else if (said.includes(202)) {
            if (shop.state === ON) odd('an acknowledged enable began again');
            shop.state = UNSETTLED;
        } else if (said.includes(409)) {
            if (shop.state === OFF) odd('enabled, but not by an answer we got');
            Object.assign(shop, { state: ON, charged: true });
        } else {
            this.stats.refused++;
            if (shop.state === ON) odd('an acknowledged enable is gone');
            if (said.includes(402) && shop.charged) odd('a month that was paid costs again');
            shop.state = OFF;
        }
        return undefined;
    }

    async disable(shop) {
        const answer = await this.call('POST', `/api/shops/${shop.id}/chatbot/disable`);
        const code = answer.json?.error;
        const odd = () => this.surprise(`disable shop ${shop.id} (${shop.state})`, answer);
        if (answer.status === 200) {
            if (shop.state === OFF) odd();
            this.stats.acknowledged.disable++;
            Object.assign(shop, { state: OFF, charged: true, disables: shop.disables + 1 });
        } else if (answer.status !== 409 || shop.state === ON) {
            odd();
        } else if (code === 'chatbot_provisioning' && shop.state !== UNSETTLED) {
            odd();
        } else if (code === 'chatbot_not_enabled') {
            shop.state = OFF;
        }
    }

    /** DELETE takes no key: when an answer was lost, "not found" says that it is done. */
    async remove(shop) {
        const answer = await this.call('DELETE', `/api/shops/${shop.id}`);
        if (answer.status !== 200 && !(answer.status === 404 && answer.lost)) return this.surprise(`delete shop ${shop.id}`, answer);
        this.stats.acknowledged.delete++;
        shop.deleted = true;
        return undefined;
    }

    async restore(shop) {
        const answer = await this.call('POST', `/api/shops/${shop.id}/restore`);
        if (answer.status !== 200) return this.surprise(`restore shop ${shop.id}`, answer);
        this.stats.acknowledged.restore++;
        shop.deleted = false;
        return undefined;
    }

    /** No body is kept of an answer that holds a secret: when it was lost, another token is asked for. */
    async token(shop) {
        for (;;) {
            const answer = await this.call('POST', `/api/shops/${shop.id}/sso/issue`, { role: 'admin' });
            if (answer.status === 409 && answer.json?.error === 'already_shown' && answer.lost) continue;
            if (answer.status !== 200) this.surprise(`token for shop ${shop.id}`, answer);
            return answer.json?.token;
        }
    }

    /** A new secret. Shown once: when that answer was lost, the secret is there and nobody knows it. */
    async rotate(shop) {
        const kind = this.random() < 0.5 ? 'sso' : 'webhook';
        const answer = await this.call('POST', `/api/shops/${shop.id}/secrets/${kind}/rotate`);
        const code = answer.json?.error;
        if (answer.status === 200 || (code === 'already_shown' && answer.lost)) this.stats.acknowledged.rotation++;
        else if (code === 'sign_in_again') await this.signIn();
        else if (code !== 'rotation_running') this.surprise(`rotate ${kind} of shop ${shop.id}`, answer);
    }

    /** Something that a merchant would do, by the dice. */
    act() {
        const dice = this.random();
        const shop = this.shops[Math.floor(this.random() * this.shops.length)];
        if (!shop || (dice < 0.2 && this.shops.length < SHOPS_MAX)) return this.addShop();
        if (shop.deleted) return this.restore(shop);
        if (dice < 0.65) return this.enable(shop);
        if (dice < 0.8) return this.disable(shop);
        if (dice < 0.85) return this.remove(shop);
        if (shop.state !== ON) return this.enable(shop);
        return dice < 0.93 ? this.rotate(shop) : this.token(shop);
    }
}

export class Operator extends Person {
    constructor(doors, stats) {
        super();
        Object.assign(this, { doors, stats, email: 'operator@torture.example', password: 'torture needs 2 operators', network: '10.255.255.7' });
    }

    async grant(merchant, amount) {
        const answer = await this.call('POST', '/api/billing/grant', { email: merchant.email, amount, reason: 'torture' });
        if (answer.status !== 200) return this.surprise(`grant to ${merchant.email}`, answer);
        this.stats.acknowledged.grant++;
        return merchant.grants.push(amount);
    }
}
