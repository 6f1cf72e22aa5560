// client.mjs: HTTP as a script would speak it: a cookie jar and an Origin header. node:http, not fetch, since fetch decides
// headers by itself. Every client comes from an address of its own, so that limits by network do not meet in tests.
import http from 'node:http';
import net from 'node:net';
import { randomBytes, randomInt } from 'node:crypto';
import { answerFault } from './shapes.mjs';

const REQUEST_MS = 60000;
/** Longer than this no connection waits unused: the server ends those that do, and a request must not meet that end. */
const UNUSED_MS = 5000;
const agent = new http.Agent({ keepAlive: true, maxSockets: 256, timeout: UNUSED_MS });

export const randomAddress = () => `203.${randomInt(1, 250)}.${randomInt(1, 250)}.${randomInt(1, 250)}`;
export const newKey = () => randomBytes(12).toString('hex');

export class Client {
    /** api: the API description every answer is held to. */
    constructor(base, api) {
        this.base = base;
        this.api = api;
        this.cookies = new Map();
        this.address = randomAddress();
        this.lang = 'en';
    }

    get(path, options = {}) {
        return this.request('GET', path, options);
    }
    post(path, json, options = {}) {
        return this.request('POST', path, { json, ...options });
    }

    /** headers: a value of undefined takes a default header away; address null: ours as it is. body: bytes or text instead of json. */
    request(method, path, { json, body, headers = {}, address = this.address } = {}) {
        const url = new URL(this.base);
        const bytes = json !== undefined ? JSON.stringify(json) : body;
        const all = {
            origin: this.base,
            'accept-language': this.lang,
            'x-forwarded-for': address,
            'user-agent': 'tests',
        };
        if (this.cookies.size) all.cookie = [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
        if (json !== undefined) all['content-type'] = 'application/json';
        if (bytes !== undefined) all['content-length'] = Buffer.byteLength(bytes);
        Object.assign(all, headers);
        for (const [name, value] of Object.entries(all)) if (value === undefined || value === null) delete all[name];
        return new Promise((resolve, reject) => {
            const r = http.request(
                { host: url.hostname, port: url.port, method, path, headers: all, agent, timeout: REQUEST_MS },
                (res) => {
                    const parts = [];
                    res.on('data', (d) => parts.push(d));
                    res.on('error', reject);
                    res.on('end', () => {
                        try {
                            resolve(this.#answer(method, path, res, Buffer.concat(parts)));
                        } catch (e) {
                            reject(e);
                        }
                    });
                },
            );
            r.on('timeout', () => r.destroy(new Error(`${method} ${path}: no answer within ${REQUEST_MS} ms`)));
            r.on('error', reject);
            r.end(bytes);
        });
    }

    #answer(method, path, res, bytes) {
        for (const line of res.headers['set-cookie'] ?? []) {
            const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
            if (/max-age=0/i.test(line) || value === '') this.cookies.delete(name);
            else this.cookies.set(name, value);
        }
        const text = bytes.toString('utf8');
        let json = null;
        if (/^application\/json/.test(res.headers['content-type'] ?? '') && text) json = JSON.parse(text);
        const fault = this.api && answerFault(this.api, method, path, res.statusCode, json, res.headers['content-type']);
        if (fault)
            throw new Error(
                `${method} ${path} answers ${res.statusCode} unlike its description: ${fault}\n${text.slice(0, 600)}`,
            );
        return { status: res.statusCode, headers: res.headers, bytes, text, json };
    }

    async signIn(email, password) {
        const r = await this.post('/auth/password/login', { email, password });
        if (r.status !== 200) throw new Error(`sign-in of ${email}: ${r.status} ${r.text}`);
        return r;
    }

    /** A shop of this account. */
    async shop(name = `Shop ${newKey().slice(0, 6)}`, domain = undefined) {
        const r = await this.post('/api/shops', { shop_name: name, domain, hosting: 'external' });
        if (r.status !== 201) throw new Error(`POST /api/shops: ${r.status} ${r.text}`);
        return r.json;
    }
}

/**
 * Bytes over a socket; resolves with all that came back until the server closed, or a whole head when `head` is all that
 * is wanted, or after `quietMs` without a byte: nothing that is right takes so long.
 */
export function raw(base, bytes, { quietMs = 60000, head = false } = {}) {
    const url = new URL(base);
    return new Promise((resolve) => {
        const parts = [];
        const s = net.connect(Number(url.port), url.hostname, () => s.write(bytes));
        let closed = false;
        const finish = () => {
            s.destroy();
            const text = Buffer.concat(parts).toString('latin1');
            resolve({
                text,
                closed,
                status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0),
                body: text.split('\r\n\r\n')[1] ?? '',
            });
        };
        s.setTimeout(quietMs, finish);
        s.on('data', (d) => {
            parts.push(d);
            if (head && Buffer.concat(parts).includes('\r\n\r\n')) finish();
        });
        s.on('error', () => {
            closed = true;
        });
        s.on('close', () => {
            closed = true;
            finish();
        });
    });
}
