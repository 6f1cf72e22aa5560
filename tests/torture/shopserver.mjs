// shopserver.mjs: a shop's own server while the service is killed: what its customers say goes in by its key, what is said to
// them comes out as signed webhooks to a receiver that refuses and hangs, and its store is read page by page. At the end:
// each accepted word once; each message out, at least once, under one id, in order; the store as it was at one moment.
import { createHmac, randomUUID } from 'node:crypto';
import http from 'node:http';
import { Merchant, insist } from './client.mjs';
import { sleep } from './server.mjs';

const CUSTOMERS = 5;
const PRODUCTS = 130; // three pages
const PAUSE_MS = 800;
const HANG_MS = 1500;
const READ_MS = 60000;

/** The shop's side: its receiver of messages, and its store's export. */
class Receiver {
    constructor(random) { Object.assign(this, { random, calm: false, edition: 1, secret: '', taken: new Map(), faults: new Map(), complaints: [], refused: 0, hung: 0 }); }

    static async start(random) {
        const receiver = new Receiver(random);
        receiver.server = http.createServer((req, res) => receiver.#answer(req, res));
        await new Promise((done) => receiver.server.listen(0, '127.0.0.1', done));
        receiver.base = `http://127.0.0.1:${receiver.server.address().port}`;
        return receiver;
    }

    stop() {
        this.server.closeAllConnections();
        return new Promise((done) => this.server.close(done));
    }

    async #answer(req, res) {
        const parts = [];
        req.on('error', () => {});
        res.on('error', () => {});
        try {
            for await (const part of req) parts.push(part);
        } catch {
            return undefined; // cut off by a kill: nothing was asked
        }
        const url = new URL(req.url, this.base), dice = this.calm ? 1 : this.random();
        if (url.pathname.startsWith('/api/admin/export/')) return this.#page(url, res, dice);
        const body = Buffer.concat(parts).toString(), id = req.headers['webhook-id'];
        // Twice at most, so that what is tried again comes within the minute that is given to all work.
        const faulty = dice < 0.2 && (this.faults.get(id) ?? 0) < 2;
        if (faulty) this.faults.set(id, (this.faults.get(id) ?? 0) + 1);
        if (faulty && dice < 0.15) {
            this.refused++;
            return res.writeHead(500).end();
        }
        if (faulty) {
            this.hung++;
            await sleep(HANG_MS);
            return req.socket.destroy();
        }
        this.#take(req.headers, body);
        if (dice > 0.2 && dice < 0.25) return req.socket.destroy(); // taken, and its answer is lost
        return res.writeHead(204).end();
    }

    #complain(text) { if (this.complaints.length < 10) this.complaints.push(text); }

    #take(headers, body) {
        const id = headers['webhook-id'];
        const key = Buffer.from(this.secret.slice('whsec_'.length), 'base64');
        const right = `v1,${createHmac('sha256', key).update(`${id}.${headers['webhook-timestamp']}.${body}`).digest('base64')}`;
        if (!headers['webhook-signature'].split(' ').includes(right)) return this.#complain(`${id} is not signed`);
        const { customerId, message } = JSON.parse(body).data;
        const list = this.taken.get(customerId) ?? [];
        this.taken.set(customerId, list);
        const before = list.find((m) => m.number === message.number);
        if (before && (before.id !== id || before.text !== message.text)) return this.#complain(`${customerId} ${message.number} became another one`);
        if (!before && list.some((m) => m.id === id)) return this.#complain(`${id} names two messages`);
        if (!before && list.length > 0 && list.at(-1).number > message.number) return this.#complain(`${customerId} ${message.number} came late`);
        if (!before) list.push({ id, number: message.number, author: message.author, text: message.text });
        return undefined;
    }

    /** All rows of a reading are of one edition. */
    #page(url, res, dice) {
        if (dice < 0.1) return res.writeHead(503).end();
        const [page, size] = ['page', 'pageSize'].map((name) => Number(url.searchParams.get(name)));
        const from = (page - 1) * size;
        const row = (n) => ({ product_id: n, name: `Cup ${n}, edition ${this.edition}`, sku: `S-${n}`, price: '9.0000', status: 1 });
        const data = Array.from({ length: Math.max(0, Math.min(size, PRODUCTS - from)) }, (_, i) => row(from + i + 1));
        return setTimeout(() => res.end(JSON.stringify({ currency: 'USD', data })), dice * 100);
    }
}

const editionOf = (product) => Number(/edition (\d+)$/.exec(product.title)?.[1]);

/** A customer of the shop, as the shop's server brings it. */
class Customer {
    constructor(side, number) { Object.assign(this, { side, id: `customer-${number}`, sent: [] }); }

    async say() {
        const { side } = this;
        const word = { customerId: this.id, id: randomUUID(), text: `Do you have cup ${Math.ceil(side.random() * 9)}? #${this.id}-${this.sent.length}`, language: 'en' };
        const answer = await side.byKey('POST', 'channel/messages', word);
        if (answer.status !== 201) throw new Error(`a word of the channel was refused: ${answer.status} ${JSON.stringify(answer.json)}`);
        const { number } = answer.json.message;
        if (side.random() < 0.1 && (await side.byKey('POST', 'channel/messages', word)).json.message?.number !== number)
            side.stats.surprise(`${this.id}: a word that came again has another number`);
        this.sent.push({ number, text: word.text });
        side.stats.acknowledged.channel++;
    }

    async talk() {
        while (!this.side.over) {
            await this.say();
            await sleep(this.side.random() * 2 * PAUSE_MS);
        }
    }
}

export class ShopSide {
    constructor(house, stats, generator) {
        Object.assign(this, { doors: house.doors, stats, generator, random: generator(6000), over: false, replies: [], readings: 0, failed: 0, edition: 0 });
        Object.assign(stats.acknowledged, { channel: 0, said: 0, reading: 0 });
    }

    byKey(method, what, body) {
        return insist(this.doors, this.stats, method, `/api/shops/${this.shop}/${what}`, { body, bearer: this.key, network: '10.202.0.7' });
    }

    async begin(operator, number) {
        this.receiver = await Receiver.start(this.generator(6001));
        this.owner = new Merchant(this.doors, this.stats, number, this.generator(6002), false);
        this.owner.network = '10.203.0.7';
        await this.owner.register();
        await operator.grant(this.owner, 500);
        await this.owner.addShop();
        this.shop = this.owner.shops[0].id;
        await this.owner.enable(this.owner.shops[0]);
        const shown = async (kind) => (await this.owner.call('POST', `/api/shops/${this.shop}/secrets/${kind}/show`, {})).json.secret;
        [this.receiver.secret, this.key] = [await shown('webhook'), await shown('service')];
        const opened = await this.owner.call('PUT', `/api/shops/${this.shop}/channel`, { url: `${this.receiver.base}/hook` });
        if (opened.status !== 200) throw new Error(`no channel: ${opened.status} ${JSON.stringify(opened.json)}`);
        this.customers = Array.from({ length: CUSTOMERS }, (_, i) => new Customer(this, i));
        const all = [...this.customers.map((c) => c.talk()), this.answer(), this.readOn()];
        this.gone = Promise.all(all).catch((error) => {
            this.error = error;
            this.over = true;
        });
    }

    /** A person answers now and then, or hands back, so that both speak. */
    async answer() {
        while (!this.over) {
            await sleep(this.random() * 2 * PAUSE_MS);
            const all = (await this.owner.call('GET', '/api/inbox')).json.items.map((item) => item.conversation);
            const c = all[Math.floor(this.random() * all.length)];
            if (!c) continue;
            if (this.random() < 0.5) await this.owner.call('POST', `/api/inbox/${c.id}/hand`, { to: 'bot', epoch: c.epoch });
            else await this.reply(c);
        }
    }

    async reply(c) {
        const word = { clientId: randomUUID(), text: `It is here #${this.replies.length}` };
        const answer = await this.owner.call('POST', `/api/inbox/${c.id}/messages`, word);
        if (answer.status >= 300) return this.owner.surprise('reply', answer);
        this.replies.push({ number: answer.json.message.number, text: word.text });
        this.stats.acknowledged.said++;
        return undefined;
    }

    // ---- its store ----

    /** Begins a reading of a new edition when none runs. While one does, the edition stays. */
    async readOn() {
        while (!this.over) {
            await this.read();
            await sleep(PAUSE_MS);
        }
    }

    async read(until = 0) {
        if (!this.statusUrl) {
            this.receiver.edition++;
            const begun = await this.byKey('POST', 'knowledge/store', { scope: 'products', url: `${this.receiver.base}/`, currency: 'USD' });
            if (begun.status !== 202) throw new Error(`no reading: ${begun.status} ${JSON.stringify(begun.json)}`);
            this.statusUrl = begun.json.statusUrl;
            this.readings++;
        }
        do {
            const { json } = await insist(this.doors, this.stats, 'GET', this.statusUrl, { bearer: this.key, network: '10.202.0.7' });
            await this.look(json.status === 'done');
            if (['done', 'failed'].includes(json.status)) return this.readingEnds(json);
            await sleep(PAUSE_MS);
        } while (!this.over || Date.now() < until);
        return undefined;
    }

    readingEnds({ status }) {
        this.statusUrl = null;
        if (status === 'failed') this.failed++;
        else this.stats.acknowledged.reading++;
        return status;
    }

    /** What is known is of one edition: the newest, once that was acknowledged. */
    async look(done) {
        const { products } = (await this.owner.call('GET', `/api/shops/${this.shop}/knowledge/products?limit=100`)).json;
        const editions = new Set(products.map(editionOf));
        if (editions.size > 1) this.stats.surprise(`products of editions ${[...editions]} stand side by side`);
        if (done) this.edition = this.receiver.edition;
        if (done && (products.length !== 100 || !editions.has(this.edition)))
            this.stats.surprise(`edition ${this.edition} was read, and ${products.length} products are of ${[...editions]}`);
    }

    /** The kills are over: everybody ends what was begun, and a last reading is done. */
    async end() {
        this.over = true;
        await this.gone;
        if (this.error) throw this.error;
        this.during = { ...this.stats.acknowledged };
        this.receiver.calm = true;
        for (const c of this.customers) if (c.sent.length === 0) await c.say();
    }

    stop() { return this.receiver?.stop(); }
}

// ---- what must be true ----

const PAGE = 200;

async function messagesOf(owner, id) {
    const all = [];
    for (let before = '', more = true; more; before = `&before=${all[0]?.number}`) {
        const { json } = await owner.call('GET', `/api/inbox/${id}?limit=${PAGE}${before}`);
        all.unshift(...json.messages);
        more = json.more;
    }
    return all;
}

/** When no job is left. */
export async function judgeShopSide(side, check) {
    const { owner, receiver } = side;
    const { items } = (await owner.call('GET', '/api/inbox?limit=100')).json;
    const talks = [];
    for (const { conversation: c } of items) talks.push(await messagesOf(owner, c.id));
    for (const customer of side.customers) {
        const mine = talks.filter((all) => all.some((m) => m.author === 'visitor' && m.text.includes(`#${customer.id}-`)));
        check(`${customer.id} has one conversation`, mine.length === 1, `${mine.length}`);
        const [all = []] = mine;
        const words = all.filter((m) => m.author === 'visitor');
        const right = customer.sent.every((w) => all[w.number - 1]?.text === w.text && all[w.number - 1].author === 'visitor');
        check(`${customer.id} has each accepted word once, under its number`, right && words.length === customer.sent.length, `${words.length} stored, ${customer.sent.length} accepted`);
        const told = receiver.taken.get(customer.id) ?? [];
        const out = all.filter((m) => m.author !== 'visitor');
        const same = out.length === told.length && out.every((m, i) => m.number === told[i].number && m.text === told[i].text);
        check(`${customer.id} was told each message, in order`, same, `${out.length} said, ${told.length} told`);
    }
    const said = talks.flat().filter((m) => m.author === 'person');
    check('each reply of a person went out of one conversation', side.replies.every((r) => said.filter((m) => m.text === r.text && m.number === r.number).length === 1));
    check('the shop’s server found no fault in what it was told', receiver.complaints.length === 0, receiver.complaints.join('; '));
    const channel = (await owner.call('GET', `/api/shops/${side.shop}/channel`)).json;
    check('no message was passed over', channel.skipped === 0 && channel.error === '', JSON.stringify(channel));
    await judgeStore(side, check);
    check('a shop’s server was at work while the service was killed', side.during.channel > 0, JSON.stringify(side.during));
}

async function judgeStore(side, check) {
    const until = Date.now() + READ_MS;
    let status;
    while (status !== 'done' && Date.now() < until) status = await side.read(until);
    check('a store is read to its end', status === 'done', `${status}; ${side.failed} of ${side.readings} failed`);
    const known = (await side.owner.call('GET', `/api/shops/${side.shop}/knowledge`)).json;
    check('all of the store is known', known.products === PRODUCTS, `${known.products}`);
    const all = [];
    for (let after = ''; after !== null;) {
        const { products, next } = (await side.owner.call('GET', `/api/shops/${side.shop}/knowledge/products?limit=100${after}`)).json;
        all.push(...products);
        after = next === null ? null : `&after=${next}`;
    }
    check('all products are of the last edition', all.length === PRODUCTS && all.every((p) => editionOf(p) === side.edition),
        `${all.length}, of edition ${side.edition}: ${[...new Set(all.map(editionOf))]}`);
}
