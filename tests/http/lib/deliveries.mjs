// deliveries.mjs: the development sender (Standard Webhooks), whose key is no secret.
import { createHmac } from 'node:crypto';

const KEY = 'chathub-development-only';

/** A delivery, signed. `now` in seconds; what is given in `headers` replaces ours. */
export function deliver(client, id, body, { now = Math.floor(Date.now() / 1000), headers = {} } = {}) {
    const signature = createHmac('sha256', KEY).update(`${id}.${now}.`).update(body).digest('base64');
    return client.request('POST', '/dev/deliveries', {
        body,
        headers: {
            origin: undefined,
            'content-type': 'application/x-www-form-urlencoded',
            'webhook-id': id,
            'webhook-timestamp': String(now),
            'webhook-signature': `v1,${signature}`,
            ...headers,
        },
    });
}

/** All of them, newest first. */
export async function deliveries(operator, query = '') {
    const all = [];
    for (let after = ''; ; ) {
        const r = await operator.get(`/api/operator/deliveries?limit=100${after}${query}`);
        if (r.status !== 200) throw new Error(`${r.status} ${r.text}`);
        all.push(...r.json.deliveries);
        if (r.json.deliveries.length < 100) return all;
        after = `&after=${r.json.deliveries.at(-1).id}`;
    }
}
