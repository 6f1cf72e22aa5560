// shopper.mjs: a shopper's browser on a page of the shop, by HTTP and WebSocket, and what a shop's server signs about it.
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { Client, newKey } from './client.mjs';
import { EventStream } from './events.mjs';
import { JsonSocket } from './socket.mjs';

const PROTOCOL = 'chathub.chat.1';

export class Shopper extends Client {
    /** shop: as in the embed code. */
    constructor(server, shop, domain) {
        super(server.client().base, server.api);
        this.shop = shop;
        this.origin = `https://${domain}`;
    }

    get #own() {
        return { origin: this.origin, ...(this.token ? { authorization: `Bearer ${this.token}` } : {}) };
    }

    ask(method, what, json, headers = {}) {
        return this.request(method, `/api/chat/${this.shop}/${what}`, { json, headers: { ...this.#own, ...headers } });
    }

    async begin(json = {}) {
        const r = await this.ask('POST', 'session', json);
        assert.equal(r.status, 200, r.text);
        this.token = r.json.token;
        return r.json;
    }

    say(text, clientId = newKey()) {
        return this.ask('POST', 'messages', { text, clientId });
    }

    async heard(after = 0) {
        const r = await this.ask('GET', `messages?after=${after}&limit=200`);
        assert.equal(r.status, 200, r.text);
        return r.json.messages;
    }

    /** How its conversation stands. */
    async state() {
        return (await this.ask('GET', 'messages?after=0&limit=1')).json.conversation;
    }

    socket(options = {}) {
        return JsonSocket.open(this.base, `/chat/${this.shop}/socket`, {
            origin: this.origin,
            protocols: [PROTOCOL, this.token],
            address: this.address,
            ...options,
        });
    }

    stream() {
        return EventStream.open(this, undefined, { path: `/api/chat/${this.shop}/events`, headers: this.#own });
    }
}

/** A statement of a shop's server: {iss, aud, sub…} under its secret; `header` in place of the usual one. */
export function statement(secret, claims, header = { alg: 'HS256', typ: 'JWT' }) {
    const now = Math.floor(Date.now() / 1000);
    const part = (o) => Buffer.from(JSON.stringify(o)).toString('base64url');
    const text = `${part(header)}.${part({ iat: now, exp: now + 300, jti: randomUUID(), ...claims })}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}
