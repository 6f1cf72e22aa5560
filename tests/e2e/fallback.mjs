// fallback.mjs: a shopper behind a proxy that refuses every WebSocket: words, typing, who answers and what was read go both
// ways all the same, by server events and POST; a break loses nothing and doubles nothing; two tabs share one stream; and
// when the proxy is another one, a socket takes over.
import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { Server } from '../http/lib/server.mjs';
import { until } from '../http/lib/suite.mjs';
import { Person } from './lib/browser.mjs';
import { signIn } from './lib/house.mjs';

const OWNER = 'owner@tea.example';

const listening = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(
    `http://127.0.0.1:${server.address().port}`)));

/** Before the server at `base`. `passes`: sockets too. `down`: nothing at all. What is open now, and what was asked for. */
class Proxy {
    passes = false;
    down = false;
    refused = 0;
    sockets = 0;
    streams = 0;
    asked = [];
    #connections = new Set();

    static async before(base) {
        const p = new Proxy();
        p.to = new URL(base);
        p.server = createServer((req, res) => p.#hand(req, res));
        p.server.on('upgrade', (req, socket) => p.#upgrade(req, socket));
        p.server.on('connection', (socket) => {
            if (p.down) socket.destroy();
            p.#connections.add(socket);
            socket.on('close', () => p.#connections.delete(socket));
            socket.on('error', () => {});
        });
        p.base = await listening(p.server);
        return p;
    }

    #hand(req, res) {
        const what = `${req.method} ${req.url.split('?')[0].split('/').at(-1)}`;
        this.asked.push(what);
        const onward = request({ host: this.to.hostname, port: this.to.port, method: req.method, path: req.url, headers: req.headers },
            (answer) => {
                const stream = answer.headers['content-type'] === 'text/event-stream';
                this.streams += stream;
                res.on('close', () => { this.streams -= stream; });
                res.writeHead(answer.statusCode, answer.headers);
                answer.pipe(res);
                answer.on('error', () => res.destroy());
            });
        onward.on('error', () => res.destroy());
        res.on('close', () => onward.destroy());
        req.pipe(onward);
    }

    #upgrade(req, socket) {
        if (!this.passes) {
            this.refused++;
            socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
            return;
        }
        const onward = connect(Number(this.to.port), this.to.hostname);
        const head = req.rawHeaders.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
        onward.write(`${req.method} ${req.url} HTTP/1.1\r\n${head}\r\n`);
        onward.pipe(socket).pipe(onward);
        this.sockets++;
        socket.on('close', () => {
            this.sockets--;
            onward.destroy();
        });
        onward.on('error', () => socket.destroy());
    }

    cut() {
        this.down = true;
        for (const socket of this.#connections) socket.destroy();
    }

    mend() {
        this.down = false;
    }

    count(what) {
        return this.asked.filter((one) => one === what).length;
    }

    close() {
        this.cut();
        this.server.close();
    }
}

const box = (page) => page.getByRole('textbox', { name: 'Write a message…' });
const write = async (page, text) => {
    await box(page).fill(text);
    await box(page).press('Enter');
};
const hears = (page, text) => page.locator('chathub-chat .m .b', { hasText: text }).first().waitFor();
const mine = (page, text) => page.locator('chathub-chat .m.mine', { hasText: text });
/** Behind the greeting. */
const said = async (page) => (await page.locator('chathub-chat .m .b').allTextContents()).slice(1);
const open = async (page, path) => {
    await page.goto(path);
    await page.getByRole('button', { name: /Chat with us/ }).click();
};
/** Somebody types on one side, and goes on until it is seen on the other: it is told every few seconds at most. */
const types = async (input, shown) => {
    for (const one of shown) await one.waitFor({ state: 'detached' });
    await until('it is seen', async () => {
        await input.press('m');
        return (await Promise.all(shown.map((one) => one.isVisible()))).every(Boolean);
    });
    await input.fill('');
};
const visitorTypes = ({ desk }, page) => types(box(page), [desk.locator('.said-log > p[role=status]', { hasText: 'is typing' })]);
const teamTypes = ({ desk }, ...pages) => types(desk.locator('.composer-text'),
    pages.map((page) => page.locator('chathub-chat .say', { hasText: 'is typing' })));
const answer = async ({ desk }, text) => {
    await desk.locator('.composer-text').fill(text);
    await desk.locator('.composer-text').press('Enter');
    await desk.locator('.said-person', { hasText: text }).waitFor();
};

async function live(all) {
    const { checks, page, desk, proxy } = all;
    await checks.must('where a proxy refuses sockets, a question is sent, and what is answered comes by itself', async () => {
        await open(page, '/tea');
        await write(page, 'Any oolong? 🍵');
        await mine(page, 'Any oolong?').locator('.at', { hasText: ':' }).waitFor();
        await desk.goto('/inbox');
        await desk.getByRole('link', { name: /oolong/ }).click();
        await desk.locator('.said-visitor', { hasText: 'Any oolong? 🍵' }).waitFor();
        await until('a stream', () => proxy.streams === 1);
        await until('the gap before it is read', () =>
            proxy.asked.lastIndexOf('GET messages') > proxy.asked.lastIndexOf('GET events'));
        assert.equal(proxy.refused, 2);
        const looks = proxy.count('GET messages');
        await answer(all, 'Yes, from this spring. 乌龙');
        await hears(page, 'Yes, from this spring. 乌龙');
        await page.locator('chathub-chat header p', { hasText: 'is here' }).waitFor();
        assert.equal(proxy.count('GET messages'), looks); // it was told, not looked for
    });
    await checks.must('both see that the other one types', async () => {
        await teamTypes(all, page);
        await visitorTypes(all, page);
    });
    await checks.must('both see what the other one has read', async () => {
        await desk.locator('.said-person .said-who', { hasText: '· read' }).waitFor();
        await write(page, 'Two of them');
        await mine(page, 'Two of them').locator('.at', { hasText: 'Read' }).waitFor();
    });
}

async function broken(all) {
    const { checks, page, desk, proxy, owner } = all;
    await checks.must('what is said on both sides while nothing goes through is there once, in order, when it does again', async () => {
        proxy.cut();
        await write(page, 'Said into nothing');
        await mine(page, 'Said into nothing').locator('.at', { hasText: 'Sending' }).waitFor();
        await page.locator('chathub-chat .say.bad', { hasText: 'No connection' }).waitFor();
        await answer(all, 'Said meanwhile');
        assert.equal(proxy.streams, 0);
        proxy.mend();
        await hears(page, 'Said meanwhile');
        await page.locator('chathub-chat .m .at', { hasText: 'Sending' }).waitFor({ state: 'detached' });
        await desk.locator('.said-visitor', { hasText: 'Said into nothing' }).waitFor();
        const { messages } = (await owner.get(`/api/inbox/${/\d+$/.exec(new URL(desk.url()).pathname)[0]}`)).json;
        assert.deepEqual(await said(page), messages.map(({ text }) => text));
        assert.equal(new Set(messages.map(({ text }) => text)).size, messages.length);
    });
    await checks.must('and afterwards it goes on as before, without another socket', async () => {
        const { refused } = proxy;
        await until('a stream', () => proxy.streams === 1);
        await teamTypes(all, page);
        await answer(all, 'Still here');
        await hears(page, 'Still here');
        assert.equal(proxy.refused, refused);
    });
}

async function tabs(all) {
    const { checks, page, desk, proxy, context } = all;
    const second = await context.newPage();
    await checks.must('a second tab has the same words, from the same stream', async () => {
        await open(second, '/cart');
        await hears(second, 'Still here');
        assert.deepEqual(await said(second), await said(page));
        await answer(all, 'For both');
        await Promise.all([page, second].map((one) => hears(one, 'For both')));
        assert.equal(proxy.streams, 1);
    });
    await checks.must('who types in the second tab is seen, and who types to it is seen in both', async () => {
        await visitorTypes(all, second);
        await teamTypes(all, page, second);
    });
    await checks.must('what was read in the second tab is read, for the team and in the first tab', async () => {
        await page.getByRole('button', { name: 'Close the chat' }).click();
        await answer(all, 'Read in the second');
        await hears(second, 'Read in the second');
        await desk.locator('.said-person', { hasText: 'Read in the second' }).locator('.said-who', { hasText: '· read' }).waitFor();
        await until('nothing is left to read', async () => (await page.locator('chathub-chat button.l b').textContent()) === '');
        await page.getByRole('button', { name: /Chat with us/ }).click();
    });
    return second;
}

async function better(all, second) {
    const { checks, page, proxy, context } = all;
    await checks.must('when the network is another one a socket is tried, and the stream ends', async () => {
        proxy.passes = true;
        await context.setOffline(true);
        await context.setOffline(false);
        await until('a socket alone', () => proxy.sockets === 1 && proxy.streams === 0);
        await teamTypes(all, page, second);
        await answer(all, 'By socket');
        await Promise.all([page, second].map((one) => hears(one, 'By socket')));
    });
    await checks.must('who types in the second tab is told by the socket of the first', async () => {
        const before = proxy.count('POST typing');
        await visitorTypes(all, second);
        assert.equal(proxy.count('POST typing'), before);
        assert.deepEqual([proxy.sockets, proxy.streams], [1, 0]);
    });
}

/** A refused socket and a broken connection are what this is about; the browser logs them. */
const EXPECTED = /^WebSocket connection to |net::ERR_/;

export async function fallback({ browser, engine, checks }) {
    const server = await Server.start({ engine });
    const owner = await server.account('merchant', { credits: 500, email: OWNER });
    const shop = await owner.shop('Tea', 'tea.example');
    assert.equal((await owner.post(`/api/shops/${shop.id}/chatbot/enable`, {})).status, 200);
    const proxy = await Proxy.before(server.base);
    const store = createServer((_, res) => res.setHeader('Content-Type', 'text/html; charset=utf-8').end(
        `<!doctype html><html lang="en"><meta charset="utf-8"><title>Tea</title>
<script async src="${proxy.base}/widget.js" data-shop="shop-${shop.id}"></script><body><h1>Tea</h1></body></html>`));
    const shopper = await Person.come(browser, await listening(store), { lang: 'en' });
    const merchant = await Person.come(browser, server.base, { lang: 'en' });
    checks.about(`${engine}, fallback`, () => [...shopper.context.pages(), merchant.page]);
    try {
        await signIn(merchant, OWNER, 'en');
        const all = { checks, page: shopper.page, context: shopper.context, desk: merchant.page, proxy, owner };
        await live(all);
        await broken(all);
        await better(all, await tabs(all));
        checks.record('no page threw, logged an error or broke the policy',
            [...shopper.faults.filter((fault) => !EXPECTED.test(fault)), ...merchant.faults].join('\n'));
    } finally {
        await shopper.leave();
        await merchant.leave();
        proxy.close();
        store.close();
        checks.record('the server ends well', (await server.end()).join('\n'));
    }
}
