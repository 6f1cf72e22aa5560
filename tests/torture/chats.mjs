// chats.mjs: people talk while the service is killed: visitors by HTTP and by socket, with pictures, persons who take over and
// hand back, imports beside them. Each word has an id of its own and is sent again with it until it is acknowledged; each reader
// keeps the highest number up to which it has everything and asks for what is behind it. So at the end it is equality:
// every acknowledged word once, under the number that was told, and the same conversation for every reader.
import { randomUUID } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import { JsonSocket } from '../http/lib/socket.mjs';
import { Merchant, insist } from './client.mjs';
import { sleep } from './server.mjs';

const VISITORS = 10;
const PRODUCTS = 300;
const PAGE = 200;
const SOCKET_MS = 6000;
const PAUSE_MS = 40;
const PICTURES = 4; // of a visitor, who may send 20 in ten minutes, tries that were lost among them
const QUESTIONS = ['how much is the copper kettle?', 'hello', 'do you ship to Spain?', 'and in 绿色?', 'I want to talk to a human', 'thanks 👍'];

/** A real picture of one grey. */
function png(grey) {
    const chunk = (name, data) => {
        const head = Buffer.concat([Buffer.from(name), data]), [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
        size.writeUInt32BE(data.length);
        sum.writeUInt32BE(crc32(head));
        return Buffer.concat([size, head, sum]);
    };
    const side = 40, head = Buffer.from([0, 0, 0, side, 0, 0, 0, side, 8, 0, 0, 0, 0]);
    const rows = Buffer.alloc(side * (side + 1), grey);
    for (let y = 0; y < side; y++) rows[y * (side + 1)] = 0;
    return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

/** A conversation as one reader has it: numbers without a gap, whatever came in which order. */
class Thread {
    constructor(stats, name) { Object.assign(this, { stats, name, messages: [] }); }

    get last() { return this.messages.length; }

    /** True when it is the next one, or was there already. */
    put(m) {
        if (m.number > this.last + 1) return false;
        const kept = { number: m.number, author: m.author, text: m.text };
        if (m.number === this.last + 1) this.messages.push(kept);
        else if (JSON.stringify(this.messages[m.number - 1]) !== JSON.stringify(kept))
            this.stats.surprise(`${this.name}: message ${m.number} became another one`);
        return true;
    }

    page(messages) {
        for (const m of messages) if (!this.put(m)) this.stats.surprise(`${this.name}: a gap before message ${m.number} of a page`);
    }
}

export class Visitor {
    constructor(talk, number) {
        Object.assign(this, { talk, number, stats: talk.stats, random: talk.generator(5000 + number), outbox: [], sent: new Map(), pictures: [] });
        this.network = `10.200.${number}.7`;
        this.thread = new Thread(talk.stats, `visitor ${number}`);
    }

    call(method, what, body, picture) {
        const { doors, shop } = this.talk;
        return insist(doors, this.stats, method, `/api/chat/${shop}/${what}`, { body, picture, bearer: this.token, network: this.network });
    }

    async begin() {
        const answer = await this.call('POST', 'session', { language: 'en' });
        if (answer.status !== 200) throw new Error(`no session: ${answer.status} ${JSON.stringify(answer.json)}`);
        this.token = answer.json.token;
    }

    /** Written down before it is sent, as a client keeps it. */
    compose() {
        const id = randomUUID();
        this.outbox.push({ clientId: id, text: `${QUESTIONS[Math.floor(this.random() * QUESTIONS.length)]} #${this.number}-${this.sent.size + this.outbox.length}` });
    }

    takePicture() {
        const id = randomUUID();
        this.pictures.push(id);
        this.outbox.push({ clientId: id, text: `photo ${this.pictures.length} #${this.number}.png`, picture: png(Math.floor(this.random() * 256)) });
    }

    acknowledged(clientId, number) {
        const at = this.outbox.findIndex((w) => w.clientId === clientId);
        if (at < 0) {
            if (this.sent.get(clientId)?.number !== number) this.stats.surprise(`visitor ${this.number}: ${clientId} has two numbers`);
            return;
        }
        this.sent.set(clientId, { number, text: this.outbox[at].text });
        this.outbox.splice(at, 1);
        this.stats.acknowledged.word++;
    }

    async sendByHttp(word) {
        if (word.picture) return this.sendPicture(word);
        const answer = await this.call('POST', 'messages', word);
        if (answer.status !== 201) throw new Error(`a word was refused: ${answer.status} ${JSON.stringify(answer.json)}`);
        this.acknowledged(word.clientId, answer.json.message.number);
        // Now and then it comes once more: a network that keeps a request for a while.
        if (this.random() < 0.1) this.acknowledged(word.clientId, (await this.call('POST', 'messages', word)).json.message.number);
    }

    async sendPicture({ clientId, text, picture }) {
        const answer = await this.call('POST', `images?${new URLSearchParams({ name: text, clientId })}`, undefined, picture);
        if (answer.status !== 201) throw new Error(`a picture was refused: ${answer.status} ${JSON.stringify(answer.json)}`);
        this.acknowledged(clientId, answer.json.message.number);
        this.stats.acknowledged.picture++;
    }

    async fillGap() {
        for (let more = true; more;) {
            const answer = await this.call('GET', `messages?after=${this.thread.last}&limit=${PAGE}`);
            if (answer.status !== 200) throw new Error(`no messages: ${answer.status} ${JSON.stringify(answer.json)}`);
            this.thread.page(answer.json.messages);
            more = answer.json.more;
        }
    }

    /** A while on a socket: what is told comes in, what is in the outbox goes out; it may end at any place. */
    async onSocket() {
        const { doors, shop } = this.talk;
        const { port } = doors.services[Math.floor(this.random() * doors.services.length)];
        const options = { protocols: ['chathub.chat.1', this.token], origin: doors.origin, address: this.network };
        const socket = await JsonSocket.open(`http://127.0.0.1:${port}`, `/chat/${shop}/socket`, options).catch(() => null);
        if (socket === null) return sleep(PAUSE_MS);
        this.stats.sockets++;
        for (const word of this.outbox) if (!word.picture) socket.send({ type: 'message', ...word });
        socket.send({ type: 'resume', after: this.thread.last });
        const end = Date.now() + SOCKET_MS * this.random();
        while (Date.now() < end && socket.code === null && !socket.stream.destroyed && !this.talk.over) {
            while (socket.frames.length > 0) this.hear(socket, socket.frames.shift());
            if (this.random() < 0.1) socket.send({ type: 'typing' });
            if (this.random() < 0.15) {
                this.compose();
                socket.send({ type: 'message', ...this.outbox.at(-1) });
            }
            await sleep(PAUSE_MS);
        }
        while (socket.frames.length > 0) this.hear(socket, socket.frames.shift());
        return socket.close();
    }

    hear(socket, frame) {
        if (frame.type === 'ack') this.acknowledged(frame.clientId, frame.number);
        else if (frame.type === 'message' && (frame.text === null || !this.thread.put(frame))) socket.send({ type: 'resume', after: this.thread.last });
        else if (frame.type === 'messages') this.thread.page(frame.messages);
    }

    async visit() {
        while (!this.talk.over) {
            const dice = this.random();
            if (dice < 0.35) await this.onSocket();
            else if (dice < 0.38 && this.pictures.length < PICTURES) this.takePicture();
            else if (dice < 0.8) this.compose();
            else if (dice < 0.85) await this.call('POST', dice < 0.83 ? 'person' : 'bot', {});
            else await this.fillGap();
            for (const word of [...this.outbox]) await this.sendByHttp(word);
            await sleep(this.random() * 4 * PAUSE_MS);
        }
    }
}

/** A merchant whose chat stays on, and who answers. */
class Host extends Merchant {
    constructor(talk, number) {
        super(talk.doors, talk.stats, number, talk.generator(4000), false);
        this.talk = talk;
        this.network = '10.201.0.7';
        this.sent = [];
    }

    async post(path, body) {
        const answer = await this.call('POST', path, body);
        if (answer.status >= 300 && answer.status !== 409) this.surprise(path, answer);
        return answer;
    }

    async answerSomebody() {
        const all = (await this.call('GET', '/api/inbox')).json.items.map((item) => item.conversation);
        const c = all[Math.floor(this.random() * all.length)];
        if (!c) return;
        const dice = this.random(), path = `/api/inbox/${c.id}`;
        if (dice < 0.35) {
            const word = { clientId: randomUUID(), text: `I am here #${this.sent.length}` };
            const answer = await this.post(`${path}/messages`, word);
            if (answer.status !== 201) return;
            this.sent.push({ conversation: c.id, number: answer.json.message.number, text: word.text });
            this.stats.acknowledged.reply++;
        } else if (dice < 0.5) await this.post(`${path}/take`, { epoch: c.epoch });
        else if (dice < 0.75) await this.post(`${path}/hand`, { to: 'bot', epoch: c.epoch });
        else if (dice < 0.85) await this.post(`${path}/notes`, { clientId: randomUUID(), text: 'a note' });
        else await this.post(`${path}/read`, { number: Math.max(1, c.lastNumber) });
    }

    /** Another price for all products; the last acknowledged one is what must be there. */
    async import(price) {
        const products = Array.from({ length: PRODUCTS }, (_, i) => ({ id: `p${i}`, title: i === 0 ? 'Copper Kettle' : `Tea ${i}`, price: price + i, available: true }));
        const answer = await this.post(`/api/shops/${this.shops[0].id}/knowledge/import`, { name: 'Harbor', languages: ['en'], currency: 'USD', products });
        if (answer.status !== 200) return;
        this.price = price;
        this.stats.acknowledged.import++;
    }

    async work() {
        for (let i = 1; !this.talk.over; i++) {
            if (i % 12 === 0) await this.import(1000 + i);
            else await this.answerSomebody();
            await sleep(this.random() * 5 * PAUSE_MS);
        }
    }
}

export class Talk {
    constructor(house, stats, generator) {
        Object.assign(this, { doors: house.doors, stats, generator, over: false, visitors: [], error: null });
        Object.assign(stats.acknowledged, { word: 0, picture: 0, reply: 0, import: 0 });
        stats.sockets = 0;
    }

    /** Until `over`; then whoever has something in the outbox sends it, and all read to the end. */
    async begin(operator, number) {
        this.host = new Host(this, number);
        await this.host.register();
        await operator.grant(this.host, 500);
        await this.host.addShop();
        await this.host.enable(this.host.shops[0]);
        this.shop = `shop-${this.host.shops[0].id}`;
        await this.host.import(1000);
        this.visitors = Array.from({ length: VISITORS }, (_, i) => new Visitor(this, i));
        for (const v of this.visitors) await v.begin();
        const all = [this.host.work(), ...this.visitors.map((v) => v.visit())];
        this.gone = Promise.all(all).catch((error) => {
            this.error = error;
            this.over = true;
        });
    }

    async end() {
        this.over = true;
        await this.gone;
        if (this.error) throw this.error;
        if (this.stats.acknowledged.picture === 0) this.visitors[0].takePicture();
        for (const v of this.visitors) for (const word of [...v.outbox]) await v.sendByHttp(word);
        // A short run may have killed every answer of a person: then one comes now, so that the judge has something to look at.
        for (let i = 0; i < 100 && this.stats.acknowledged.reply === 0; i++) await this.host.answerSomebody();
        for (const v of this.visitors) await v.fillGap();
    }
}

/** The whole conversation from its first message, as a new reader gets it. */
async function fromTheStart(visitor) {
    const thread = new Thread(visitor.stats, `visitor ${visitor.number}, anew`);
    for (let more = true; more;) {
        const answer = await visitor.call('GET', `messages?after=${thread.last}&limit=${PAGE}`);
        thread.page(answer.json.messages);
        more = answer.json.more;
    }
    return thread.messages;
}

/** As the team has it: from the newest page back to the first. */
async function inInbox(host, id) {
    const all = [];
    for (let before = '', more = true; more;) {
        const { json } = await host.call('GET', `/api/inbox/${id}?limit=${PAGE}${before}`);
        all.unshift(...json.messages.map(({ number, author, text }) => ({ number, author, text })));
        more = json.more;
        before = `&before=${all[0]?.number}`;
    }
    return all;
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

async function picturesAreThere(v) {
    for (const id of v.pictures) {
        const answer = await v.call('GET', `messages?after=${v.sent.get(id).number - 1}&limit=1`);
        const image = answer.json.messages[0]?.image;
        const shown = image && (await insist(v.talk.doors, v.stats, 'GET', image.url, { network: v.network }));
        if (shown?.status !== 200 || shown.bytes?.length !== image.size || !shown.bytes.includes('IDAT')) return false;
    }
    return true;
}

async function judgeVisitor(check, v, conversations) {
    await v.fillGap(); // what the assistant has said since
    const messages = await fromTheStart(v);
    const name = `visitor ${v.number}`;
    check(`${name} reads the same as when it came`, same(messages, v.thread.messages), `${messages.length} and ${v.thread.last}`);
    const words = messages.filter((m) => m.author === 'visitor');
    const right = [...v.sent.values()].every((w) => messages[w.number - 1]?.text === w.text && messages[w.number - 1].author === 'visitor');
    check(`${name} has each acknowledged word under its number`, right && v.outbox.length === 0);
    check(`${name} has each word once`, words.length === v.sent.size, `${words.length} stored, ${v.sent.size} acknowledged`);
    const twice = messages.findIndex((m, i) => m.author === 'bot' && messages[i - 1]?.author === 'bot');
    check(`${name} has no burst that was answered twice`, twice < 0, `message ${twice + 1}`);
    const c = conversations.find((x) => same(x.messages.slice(0, 3), messages.slice(0, 3)));
    check(`${name} is shown each acknowledged picture, whole`, await picturesAreThere(v));
    check(`${name} and the team read the same`, messages.length === 0 || (c && same(c.messages, messages)));
}

/** After the last kill, when no work is left. */
export async function judgeTalk(talk, check) {
    const { host, stats } = talk;
    const { items } = (await host.call('GET', '/api/inbox?limit=100')).json;
    const conversations = [];
    for (const { conversation: c } of items) conversations.push({ id: c.id, owner: c.owner, messages: await inInbox(host, c.id) });
    for (const v of talk.visitors) await judgeVisitor(check, v, conversations);
    const replies = host.sent.filter((w) => {
        const there = conversations.find((c) => c.id === w.conversation)?.messages ?? [];
        return there[w.number - 1]?.text === w.text && there.filter((m) => m.text === w.text).length === 1;
    });
    check('each acknowledged reply of a person is there once', replies.length === host.sent.length, `${replies.length} of ${host.sent.length}`);
    const left = conversations.filter((c) => c.owner === 'bot' && c.messages.findLast((m) => m.author !== 'house')?.author === 'visitor');
    check('nobody was left with the assistant unanswered', left.length === 0, JSON.stringify(left.map((c) => [c.id, c.messages.at(-1)])));
    const kettle = (await host.call('GET', `/api/shops/${host.shops[0].id}/knowledge/products/p0`)).json;
    check('the last acknowledged import is what the shop knows', kettle?.price === host.price, `${JSON.stringify(kettle).slice(0, 200)}, imported ${host.price}`);
    check('people talked', stats.acknowledged.word > 0 && stats.acknowledged.reply > 0 && stats.acknowledged.import > 0 && stats.sockets > 0);
}
