// events.mjs: a server-event stream as a browser reads it.
import http from 'node:http';

const WAIT_MS = 60000;

export class EventStream {
    /** client: a signed-in Client. lastId: where to go on from. path, headers: of another stream than the account's. */
    static open(client, lastId = undefined, { path = '/api/events', headers: more = {} } = {}) {
        const stream = new EventStream();
        stream.seen = [];
        stream.taken = 0;
        stream.text = '';
        const url = new URL(client.base);
        const headers = {
            accept: 'text/event-stream',
            origin: client.base,
            'x-forwarded-for': client.address,
            cookie: [...client.cookies].map(([k, v]) => `${k}=${v}`).join('; '),
        };
        Object.assign(headers, more);
        if (lastId !== undefined) headers['last-event-id'] = lastId;
        return new Promise((resolve, reject) => {
            stream.request = http.request(
                { host: url.hostname, port: url.port, path, headers },
                (res) => {
                    if (res.statusCode !== 200 || !/^text\/event-stream/.test(res.headers['content-type']))
                        return reject(
                            new Error(`${path} answers ${res.statusCode} ${res.headers['content-type']}`),
                        );
                    stream.headers = res.headers;
                    res.on('data', (d) => stream.#feed(d.toString('utf8')));
                    res.on('error', () => {});
                    stream.over = new Promise((over) => res.on('close', over));
                    return resolve(stream);
                },
            );
            stream.request.on('error', reject);
            stream.request.end();
        });
    }

    #feed(text) {
        this.text += text;
        for (let end; (end = this.text.indexOf('\n\n')) >= 0; this.text = this.text.slice(end + 2)) {
            const one = { event: 'message', data: '' };
            for (const line of this.text.slice(0, end).split('\n')) {
                const [, name, value] = /^(\w*): ?(.*)$/.exec(line) ?? [];
                if (name === 'data') one.data += value;
                else if (name) one[name] = value;
            }
            if (one.data === '' && one.event === 'message') continue;
            one.data = one.data ? JSON.parse(one.data) : null;
            this.seen.push(one);
            this.wake?.();
        }
    }

    /** The next event of this kind; the others in between are passed over. */
    async next(event) {
        const end = Date.now() + WAIT_MS;
        for (;;) {
            const at = this.seen.findIndex((e, i) => i >= this.taken && e.event === event);
            if (at >= 0) {
                this.taken = at + 1;
                return this.seen[at];
            }
            const left = end - Date.now();
            if (left <= 0) throw new Error(`no ${event} within ${WAIT_MS} ms; seen: ${JSON.stringify(this.seen)}`);
            await new Promise((resolve) => {
                this.wake = resolve;
                setTimeout(resolve, Math.min(left, 200));
            });
        }
    }

    /** Until the server has ended it. */
    async ended() {
        let timer;
        const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error('the stream goes on')), WAIT_MS)));
        await Promise.race([this.over, late]).finally(() => clearTimeout(timer));
    }

    close() {
        this.request.destroy();
    }
}
