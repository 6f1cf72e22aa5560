// socket.mjs: a WebSocket client of JSON frames, as small as the tests need it: text in, text out, and the code it ended with.
import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';

const WAIT_MS = 60000;

export class JsonSocket {
    /** Resolves with the open socket, or rejects with {status, text, headers} of the refusal. */
    static open(base, path, { protocols = [], origin = base, headers = {}, address = '203.0.113.9' } = {}) {
        const s = new JsonSocket();
        s.frames = [];
        s.code = null;
        s.bytes = Buffer.alloc(0);
        s.waiting = [];
        const key = randomBytes(16).toString('base64');
        const url = new URL(base);
        const all = {
            connection: 'Upgrade',
            upgrade: 'websocket',
            'sec-websocket-version': '13',
            'sec-websocket-key': key,
            'x-forwarded-for': address,
            ...(origin ? { origin } : {}),
            ...(protocols.length ? { 'sec-websocket-protocol': protocols.join(', ') } : {}),
            ...headers,
        };
        return new Promise((resolve, reject) => {
            const r = http.request({ host: url.hostname, port: url.port, path, headers: all });
            r.on('response', (res) => {
                let text = '';
                res.on('data', (d) => (text += d));
                res.on('end', () => reject(Object.assign(new Error(text), { status: res.statusCode, text, headers: res.headers })));
            });
            r.on('upgrade', (res, stream, first) => {
                const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
                const want = createHash('sha1').update(key + guid).digest('base64');
                if (res.headers['sec-websocket-accept'] !== want) return reject(new Error('wrong accept'));
                s.protocol = res.headers['sec-websocket-protocol'];
                s.stream = stream;
                stream.on('data', (d) => s.#feed(d));
                stream.on('error', () => {});
                stream.on('close', () => s.#wake());
                s.#feed(first);
                return resolve(s);
            });
            r.on('error', reject);
            r.end();
        });
    }

    #wake() {
        this.waiting.splice(0).forEach((f) => f());
    }

    #feed(d) {
        this.bytes = Buffer.concat([this.bytes, d]);
        for (;;) {
            const b = this.bytes;
            if (b.length < 2) break;
            let n = b[1] & 127;
            let at = 2;
            if (n === 126) (n = b.length >= 4 ? b.readUInt16BE(2) : Infinity), (at = 4);
            else if (n === 127) (n = b.length >= 10 ? Number(b.readBigUInt64BE(2)) : Infinity), (at = 10);
            if (b.length < at + n) break;
            const data = b.subarray(at, at + n);
            this.bytes = b.subarray(at + n);
            if ((b[0] & 15) === 1) this.frames.push(JSON.parse(data.toString('utf8')));
            else if ((b[0] & 15) === 8) (this.code = n >= 2 ? data.readUInt16BE(0) : 1005), this.stream.end();
            else if ((b[0] & 15) === 9) this.raw(10, data);
        }
        this.#wake();
    }

    raw(opcode, data) {
        const body = Buffer.from(data);
        const head = Buffer.alloc(body.length > 65535 ? 10 : body.length > 125 ? 4 : 2);
        head[0] = 0x80 | opcode;
        if (body.length > 65535) (head[1] = 0xff), head.writeBigUInt64BE(BigInt(body.length), 2);
        else if (body.length > 125) (head[1] = 0xfe), head.writeUInt16BE(body.length, 2);
        else head[1] = 0x80 | body.length;
        const mask = randomBytes(4);
        this.stream.write(Buffer.concat([head, mask, Buffer.from(body.map((x, i) => x ^ mask[i % 4]))]));
    }

    send(frame) {
        this.raw(1, JSON.stringify(frame));
    }

    /** The first frame that fits, which is taken out; also one that came before. */
    async take(what, fits) {
        const end = Date.now() + WAIT_MS;
        for (;;) {
            const at = this.frames.findIndex(fits);
            if (at >= 0) return this.frames.splice(at, 1)[0];
            if (Date.now() > end || this.stream.destroyed)
                throw new Error(`not heard: ${what}; heard ${JSON.stringify(this.frames).slice(0, 600)}, code ${this.code}`);
            await Promise.race([new Promise((r) => this.waiting.push(r)), new Promise((r) => setTimeout(r, 200))]);
        }
    }

    async ended() {
        const end = Date.now() + WAIT_MS;
        while (this.code === null && !this.stream.destroyed) {
            if (Date.now() > end) throw new Error('still open');
            await Promise.race([new Promise((r) => this.waiting.push(r)), new Promise((r) => setTimeout(r, 100))]);
        }
        return this.code;
    }

    close() {
        this.stream.destroy();
    }
}
