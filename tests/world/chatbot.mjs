// chatbot.mjs: the outside chatbot server, played to the letter of the chatbot-node contract: register with the shared
// secret, configuration with an SSO token. It judges what it is sent (`complaints`), and misbehaves on demand.
//
// In a test:    const world = await ChatbotWorld.start({ secret });   world.faults.push('500-after')
// As a program: node tests/world/chatbot.mjs --port 3000 --secret S   with GET and POST /control
//
// Faults, one for each register call in turn (or for ever with `world.always`):
//   late:MS       answers after MS                       never         never answers, nothing done
//   500           answers 500, nothing done              never-after   does it, then never answers
//   500-after     does it, then answers 500              reset         cuts the connection, nothing done
//   401           refuses the secret                     reset-after   does it, then cuts the connection
//   botid-null    does it; its bot is not made yet       garbage       does it, then answers a page of HTML
//   twice         does it and sends the answer twice
//   held          does it, and answers at release()
// `configFaults` holds the same words (never, 500, reset, late:MS) for the configuration calls. With `about` (a shop's
// public id) they are for that shop's calls alone, and only those are counted: a call that nobody answered clearly is
// made once more minutes later, in the middle of what is tried with another shop.
import { createHmac, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import { fileURLToPath } from 'node:url';

const SKEW_S = 30;
const LIFETIME_MAX_S = 3600;
const SECRET_MIN_BYTES = 32; // 256 bits, whatever the encoding
const FIELDS = [
    'shopId',
    'merchantId',
    'instanceUrl',
    'ssoType',
    'ssoSharedSecret',
    'webhookSecret',
    'botName',
    'logoUrl',
];

export class ChatbotWorld {
    static async start({ secret, port = 0, now = () => Date.now() }) {
        const w = new ChatbotWorld();
        Object.assign(w, {
            secret,
            now,
            tenants: new Map(),
            complaints: [],
            faults: [],
            configFaults: [],
            always: null,
            about: null,
            registers: 0,
            configs: 0,
            nextId: 1,
            waiting: [],
        });
        w.server = http.createServer((req, res) => w.#serve(req, res));
        await new Promise((resolve) => w.server.listen(port, '127.0.0.1', resolve));
        w.base = `http://127.0.0.1:${w.server.address().port}`;
        return w;
    }

    /** Answers what is held. */
    release() {
        for (const answerNow of this.waiting.splice(0)) answerNow();
    }

    stop() {
        this.server.closeAllConnections();
        return new Promise((resolve) => this.server.close(resolve));
    }

    #complain(text) {
        this.complaints.push(text);
    }

    async #serve(req, res) {
        const parts = [];
        try {
            for await (const d of req) parts.push(d);
        } catch {
            return; // the caller was killed in the middle of its request
        }
        const body = Buffer.concat(parts).toString('utf8');
        const config = /^\/api\/admin\/tenants\/([^/]+)\/config$/.exec(req.url);
        if (req.url === '/control') this.#control(req, res, body);
        else if (req.url === '/api/admin/tenants/register' && req.method === 'POST') this.#register(req, res, body);
        else if (config && ['GET', 'PUT'].includes(req.method))
            this.#config(req, res, decodeURIComponent(config[1]), body);
        else {
            this.#complain(`${req.method} ${req.url} is not in the contract`);
            answer(res, 404, { error: 'The requested endpoint does not exist' });
        }
    }

    // ---- POST /api/admin/tenants/register ----

    /** The next fault of `list`, when this shop is the one that they are for. */
    #faultFrom(list, shopId, counter) {
        if (this.about !== null && this.about !== shopId) return 'none';
        this[counter]++;
        return list.shift() ?? 'none';
    }

    #register(req, res, text) {
        const shopId = /"shopId":"([^"]*)"/.exec(text)?.[1];
        const fault = this.#faultFrom(this.always === null ? this.faults : [this.always], shopId, 'registers');
        if (req.headers['x-shopsaas-secret'] !== this.secret) {
            this.#complain('x-shopsaas-secret is not the shared secret');
            return answer(res, 401, { error: 'Invalid secret' });
        }
        if (fault === '401') return answer(res, 401, { error: 'Invalid secret' });
        if (fault === '500') return answer(res, 500, { error: 'Internal error' });
        if (fault === 'never') return undefined;
        if (fault === 'reset') return req.socket.destroy();
        const tenant = this.#tenantFrom(req, text);
        if (!tenant) return answer(res, 400, { error: 'Invalid registration' });
        return this.#answerRegistered(req, res, fault, tenant);
    }

    #answerRegistered(req, res, fault, tenant) {
        if (fault === '500-after') return answer(res, 500, { error: 'Internal error' });
        if (fault === 'never-after') return undefined;
        if (fault === 'reset-after') return req.socket.destroy();
        if (fault === 'garbage') return res.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome</html>');
        if (fault === 'botid-null') tenant.config.botId = null;
        const { id, shopId, merchantId, instanceUrl } = tenant;
        const registered = {
            tenant: { id, shopId, merchantId, instanceUrl, status: 'active' },
            config: shown(tenant.config),
        };
        if (fault === 'twice') {
            const json = JSON.stringify(registered);
            const one = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;
            return req.socket.write(one + one);
        }
        if (fault === 'held') return this.waiting.push(() => answer(res, 200, registered));
        const lateMs = Number(/^late:(\d+)$/.exec(fault)?.[1] ?? 0);
        return setTimeout(() => answer(res, 200, registered), lateMs);
    }

    /** The stored tenant, or null when the body is not what the contract says. */
    #tenantFrom(req, text) {
        let body;
        try {
            body = JSON.parse(text);
        } catch {
            this.#complain('the registration is no JSON');
            return null;
        }
        const before = this.complaints.length;
        this.#judgeHeaders(req);
        this.#judgeBody(body);
        if (this.complaints.length > before) return null;
        const known = this.tenants.get(body.shopId);
        const at = new Date(this.now()).toISOString();
        const tenant = known ?? {
            id: this.nextId++,
            registrations: 0,
            config: {
                id: this.nextId,
                shopId: body.shopId,
                botId: `bot-${this.nextId}`,
                syncScopes: [],
                createdAt: at,
            },
        };
        if (known && known.ssoSharedSecret !== body.ssoSharedSecret) tenant.rotated = (tenant.rotated ?? 0) + 1;
        Object.assign(tenant, body, { registrations: tenant.registrations + 1 });
        Object.assign(tenant.config, { name: body.botName, logoUrl: body.logoUrl ?? null, updatedAt: at });
        this.tenants.set(body.shopId, tenant);
        return tenant;
    }

    #judgeHeaders(req) {
        if (!/^application\/json\b/.test(req.headers['content-type'] ?? ''))
            this.#complain('content-type is not application/json');
        for (const name of ['cookie', 'authorization', 'x-forwarded-for'])
            if (req.headers[name]) this.#complain(`the registration carries ${name}`);
    }

    #judgeBody(body) {
        for (const name of Object.keys(body)) if (!FIELDS.includes(name)) this.#complain(`unknown member ${name}`);
        for (const name of FIELDS.slice(0, 7))
            if (typeof body[name] !== 'string' || body[name] === '') this.#complain(`${name} is no text`);
        if (!/^shop-[1-9]\d*$/.test(body.shopId)) this.#complain(`shopId is ${body.shopId}`);
        if (!/^[1-9]\d*$/.test(body.merchantId)) this.#complain(`merchantId is ${body.merchantId}`);
        if (!/^https?:\/\/[^\s/]+/.test(body.instanceUrl)) this.#complain(`instanceUrl is ${body.instanceUrl}`);
        if (body.ssoType !== 'shared') this.#complain(`ssoType is ${body.ssoType}`);
        for (const name of ['ssoSharedSecret', 'webhookSecret'])
            if (Buffer.byteLength(body[name] ?? '') < SECRET_MIN_BYTES) this.#complain(`${name} is short`);
        if (body.ssoSharedSecret === body.webhookSecret) this.#complain('both secrets are the same');
        for (const other of this.tenants.values())
            if (other.shopId !== body.shopId && other.ssoSharedSecret === body.ssoSharedSecret)
                this.#complain('two shops have the same secret');
    }

    // ---- GET and PUT /api/admin/tenants/:shopId/config ----

    #config(req, res, shopId, text) {
        const fault = this.#faultFrom(this.configFaults, shopId, 'configs');
        if (fault === '500') return answer(res, 500, { error: 'Internal error' });
        if (fault === 'never') return undefined;
        if (fault === 'reset') return req.socket.destroy();
        const claims = this.#claims(req);
        if (!claims) return answer(res, 401, { error: 'Invalid token' });
        if (claims.shopId !== shopId) return answer(res, 403, { error: 'Other tenant' });
        const { config } = this.tenants.get(shopId);
        if (req.method === 'PUT') {
            if (claims.role !== 'admin') return answer(res, 403, { error: 'Read only' });
            const { name = config.name, logoUrl = config.logoUrl, syncScopes = config.syncScopes } = JSON.parse(text);
            Object.assign(config, { name, logoUrl, syncScopes, updatedAt: new Date(this.now()).toISOString() });
        }
        const lateMs = Number(/^late:(\d+)$/.exec(fault)?.[1] ?? 0);
        return setTimeout(() => answer(res, 200, shown(config)), lateMs);
    }

    /** The claims of a good token, or null: HS256 with the tenant's secret, issuer, audience, times, role. */
    #claims(req) {
        const token = /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(req.headers.authorization ?? '');
        if (!token) return null;
        const [header, claims] = [token[1], token[2]].map((part) => JSON.parse(Buffer.from(part, 'base64url')));
        const tenant = this.tenants.get(claims.shopId);
        if (!tenant || header.alg !== 'HS256') return null;
        const expected = createHmac('sha256', tenant.ssoSharedSecret).update(`${token[1]}.${token[2]}`).digest();
        const given = Buffer.from(token[3], 'base64url');
        if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
        const nowS = this.now() / 1000;
        const good =
            claims.iss === 'shopsaas' &&
            claims.aud === 'chatbot-node' &&
            ['admin', 'viewer'].includes(claims.role) &&
            claims.exp > nowS - SKEW_S &&
            claims.iat <= nowS + SKEW_S &&
            claims.exp - claims.iat <= LIFETIME_MAX_S;
        return good ? claims : null;
    }

    // ---- control ----

    #control(req, res, text) {
        if (req.method === 'POST') {
            const { faults, configFaults, always } = JSON.parse(text);
            if (faults) this.faults = faults;
            if (configFaults) this.configFaults = configFaults;
            if (always !== undefined) this.always = always;
        }
        const tenants = [...this.tenants.values()].map(({ shopId, registrations }) => ({ shopId, registrations }));
        const { complaints, registers, configs } = this;
        answer(res, 200, { tenants, complaints, registers, configs });
    }
}

const shown = ({ id, shopId, name, logoUrl, botId, syncScopes, createdAt, updatedAt }) => ({
    id,
    shopId,
    name,
    logoUrl,
    botId,
    syncScopes,
    createdAt,
    updatedAt,
});

function answer(res, status, json) {
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const option = (name) => process.argv[process.argv.indexOf(name) + 1];
    const world = await ChatbotWorld.start({ secret: option('--secret'), port: Number(option('--port')) });
    console.log(`chatbot world at ${world.base}`);
}
