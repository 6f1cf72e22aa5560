// furnish.mjs: makes the sample store a customer of the demo account, through the doors that every merchant uses: sign in,
// add a shop, enable its chatbot, import what it knows, copy the line to paste. Done once: the data folder keeps which shop
// it was, so that nothing is paid twice, and what somebody changed or deleted afterwards stays as they left it.
import { readFile, rename, writeFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';

const MERCHANT = 'merchant@demo.example';
const DOMAIN = 'harbor-goods.example';
const REQUEST_MS = 30000;

/** A browser's part: cookies, and an Origin. */
class Door {
    cookies = new Map();

    constructor(base) { this.base = base; }

    ask(method, where, body, key) {
        const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
        const headers = { Origin: this.base, Accept: 'application/json', Cookie: [...this.cookies].map((one) => one.join('=')).join('; ') };
        if (bytes) Object.assign(headers, { 'Content-Type': 'application/json', 'Content-Length': bytes.length });
        if (key) headers['Idempotency-Key'] = key;
        return new Promise((resolve, reject) => {
            const request = http.request(new URL(where, this.base), { method, headers, timeout: REQUEST_MS }, (res) => {
                const parts = [];
                for (const line of res.headers['set-cookie'] ?? []) {
                    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
                    this.cookies.set(name, value);
                }
                res.on('data', (part) => parts.push(part));
                res.on('error', reject);
                res.on('end', () => {
                    const text = Buffer.concat(parts).toString('utf8');
                    if (res.statusCode < 300) resolve(text ? JSON.parse(text) : null);
                    else reject(new Error(`${method} ${where}: ${res.statusCode} ${text.slice(0, 300)}`));
                });
            });
            request.on('timeout', () => request.destroy(new Error(`${method} ${where}: no answer`)));
            request.on('error', reject);
            request.end(bytes);
        });
    }
}

const kept = async (file) => JSON.parse(await readFile(file, 'utf8').catch(() => 'null'));

async function keep(file, what) {
    await writeFile(`${file}.new`, `${JSON.stringify(what)}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
}

/** The shop as it is told to the chat: its addresses are those of this store. */
export const shopAt = (shop, base) => JSON.parse(JSON.stringify(shop).replaceAll(`"${shop.url}`, `"${base}`));

/** The line to paste; '' when the shop has none any more. base: where the store is. */
export async function furnish({ chat, data, base, shop }) {
    const file = path.join(data, 'store.json');
    const { merchant } = JSON.parse(await readFile(path.join(data, 'demo.json'), 'utf8'));
    const door = new Door(chat);
    await door.ask('POST', '/auth/password/login', { email: MERCHANT, password: merchant });
    let mine = await kept(file);
    if (!mine) {
        const made = await door.ask('POST', '/api/shops', { shop_name: shop.name, domain: DOMAIN, hosting: 'external' }, 'sample-store');
        mine = { shop: made.id, base: '' };
        await keep(file, mine);
    }
    const { shops } = await door.ask('GET', '/api/shops');
    if (!shops.some((one) => one.id === mine.shop)) return '';
    const { state } = await door.ask('GET', `/api/shops/${mine.shop}/chatbot`);
    if (mine.base === '' && state !== 'active') await door.ask('POST', `/api/shops/${mine.shop}/chatbot/enable`, {}, 'sample-store-chat');
    if (mine.base !== base) {
        await door.ask('POST', `/api/shops/${mine.shop}/knowledge/import`, shopAt(shop, base));
        await keep(file, { ...mine, base });
    }
    return (await door.ask('GET', `/api/shops/${mine.shop}/chatbot`)).embedCode ?? '';
}
