// paying.mjs: an order begins to be paid. On a busy machine the provider may not have answered yet: 202, and one asks again.
import { newKey } from './client.mjs';

/** The answer of POST .../pay, once it is no 202 any more. */
export async function paying(client, number, body) {
    for (let tries = 1; ; tries++) {
        const begun = await client.post(`/api/billing/orders/${number}/pay`, body, { headers: { 'idempotency-key': newKey() } });
        if (begun.status !== 202 || tries === 60) return begun;
        await new Promise((resolve) => setTimeout(resolve, 500));
    }
}
