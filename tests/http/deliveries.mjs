// deliveries.mjs: what others deliver, on the running server: taken once however often it comes, also when the server is
// killed between storing and acknowledging; forged, stale, changed and oversized ones; the operator's list and replay.
import assert from 'node:assert/strict';
import { newKey } from './lib/client.mjs';
import { deliver, deliveries } from './lib/deliveries.mjs';
import { run, sleep, test, until } from './lib/suite.mjs';

const KILLS = 8;
const LEASE_MS = 20000; // so long a job of a killed process waits for another one
let operator;

const acted = (id) =>
    until(`delivery ${id} is acted on`, async () => {
        const one = (await deliveries(operator)).find((d) => d.senderId === id);
        return one?.state === 'acted' ? one : null;
    });

test('a delivery is acknowledged, acted on, and shown as it came', async ({ server }) => {
    operator = await server.account('operator');
    const stranger = server.client();
    const body = 'trade_no=7&subject=%E5%BA%97&amount=88.00';
    const r = await deliver(stranger, 'evt-1', body);
    assert.deepEqual([r.status, r.text, r.headers['content-type']], [200, 'taken', 'text/plain']);
    const row = await acted('evt-1');
    assert.equal(row.outcome, `heard: ${body.length} bytes`);
    const one = (await operator.get(`/api/operator/deliveries/${row.id}`)).json;
    assert.equal(one.text, body);
    assert.ok(one.headers.some((h) => h.name === 'webhook-id' && h.value === 'evt-1'));
    const bytes = Buffer.from([0xff, 0, 1, 2]);
    assert.equal((await deliver(stranger, 'evt-bytes', bytes)).status, 200);
    const odd = (await operator.get(`/api/operator/deliveries/${(await acted('evt-bytes')).id}`)).json;
    assert.deepEqual([odd.text, odd.base64], [null, bytes.toString('base64')]);
});

test('it comes again, signed anew: the same acknowledgement, and nothing twice', async ({ server }) => {
    const stranger = server.client();
    const now = Math.floor(Date.now() / 1000);
    for (const age of [0, 10, 240]) { // of 300: the machine may be slow
        const r = await deliver(stranger, 'evt-2', 'x', { now: now - age });
        assert.deepEqual([r.status, r.text], [200, 'taken']);
    }
    assert.equal((await acted('evt-2')).copies, 2);
    const changed = await deliver(stranger, 'evt-2', 'y');
    assert.deepEqual([changed.status, changed.text], [409, 'no']);
    assert.equal((await acted('evt-2')).changes, 1);
    const trail = (await operator.get('/api/operator/audit?action=delivery_changed')).json.entries;
    assert.equal(trail[0].details.senderId, 'evt-2');
});

test('what is forged, stale, unsigned or too large has no effect', async ({ server }) => {
    const stranger = server.client();
    const now = Math.floor(Date.now() / 1000);
    const refused = [
        await deliver(stranger, 'bad', 'x', { headers: { 'webhook-signature': `v1,${'A'.repeat(43)}=` } }),
        await deliver(stranger, 'bad', 'x', { headers: { 'webhook-signature': undefined } }),
        await deliver(stranger, 'bad', 'x', { now: now - 320 }),
        await deliver(stranger, 'bad', 'x', { now: now + 600 }),
        await deliver(stranger, '', 'x'),
        await deliver(stranger, 'a.b', 'x'),
    ];
    for (const r of refused) assert.deepEqual([r.status, r.text], [400, 'no']);
    assert.equal((await deliver(stranger, 'large', 'x'.repeat((64 << 10) + 1))).status, 413);
    assert.equal((await stranger.get('/dev/deliveries')).status, 405);
    const rows = await deliveries(operator, '&state=refused');
    assert.equal(rows.length, refused.length);
    assert.ok(rows.every((d) => d.senderId === null && d.outcome));
    // The operator may try it again; today's code finds what the code of that day found.
    const again = await operator.post(`/api/operator/deliveries/${rows[0].id}/replay`, undefined, {
        headers: { 'idempotency-key': newKey() },
    });
    assert.deepEqual([again.status, again.json.error], [409, 'delivery_refused']);
});

test('an operator lists, exports and replays; nobody else does', async ({ server }) => {
    const merchant = await server.account('merchant');
    const row = await acted('evt-1');
    const csv = await operator.get('/api/operator/deliveries?format=csv&sender=development');
    assert.match(csv.text, /^\ufeffid,receivedAt,sender,/);
    assert.match(csv.text, /development,,evt-1,acted/);
    for (const path of ['', `/${row.id}`])
        assert.equal((await merchant.get(`/api/operator/deliveries${path}`)).status, 404);
    assert.equal((await merchant.post(`/api/operator/deliveries/${row.id}/replay`)).status, 404);
    const r = await operator.post(`/api/operator/deliveries/${row.id}/replay`);
    assert.deepEqual([r.status, r.json.state], [202, 'received']);
    await acted('evt-1');
    const trail = (await operator.get('/api/operator/audit?action=delivery_replayed')).json.entries;
    assert.equal(trail[0].resourceId, row.id);
});

test('killed at any moment, what was acknowledged is there and what comes again is done once', async ({ server }) => {
    const acknowledged = new Set();
    for (let k = 0; k < KILLS; k++) {
        const ids = Array.from({ length: 40 }, (_, i) => `kill-${k}-${i}`);
        const sent = ids.map((id) =>
            deliver(server.client(), id, id).then(
                (r) => r.status === 200 && acknowledged.add(id),
                () => {}, // the line was cut
            ),
        );
        await sleep(3 + 7 * k);
        await server.stop('SIGKILL');
        await Promise.all(sent);
        await server.again();
        // The sender, as senders do, sends again what it heard nothing of.
        for (const id of ids) {
            if (acknowledged.has(id) && k % 2) continue;
            assert.equal((await deliver(server.client(), id, id)).status, 200);
        }
    }
    const all = await until('all are acted on', async () => {
        const rows = (await deliveries(operator)).filter((d) => d.senderId?.startsWith('kill-'));
        return rows.every((d) => d.state === 'acted') && rows;
    }, LEASE_MS * 9);
    assert.equal(all.length, KILLS * 40);
    assert.equal(new Set(all.map((d) => d.senderId)).size, KILLS * 40);
    await server.verify();
});

await run();
