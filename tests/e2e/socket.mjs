// socket.mjs: a WebSocket as a browser speaks it, over the development echo: from a page of ours, under its policy, with the
// handshake, masking and closing that are the browser's own.
import assert from 'node:assert/strict';
import { Server } from '../http/lib/server.mjs';
import { Person } from './lib/browser.mjs';

const ECHO = '/dev/echo';
/** In the page: sends all, and tells what came back and how it ended. */
const TALK = async ([path, messages, bye]) => {
    const socket = new WebSocket(path);
    socket.binaryType = 'arraybuffer';
    const got = [];
    const ended = new Promise((resolve) => socket.addEventListener('close', ({ code, reason, wasClean }) => resolve({ code, reason, wasClean })));
    const broke = new Promise((resolve) => socket.addEventListener('error', () => resolve('error')));
    const opened = new Promise((resolve) => socket.addEventListener('open', () => resolve('open')));
    if (await Promise.race([opened, broke]) === 'error') return { got, end: await ended };
    const all = new Promise((resolve) => socket.addEventListener('message', ({ data }) => {
        got.push(typeof data === 'string' ? data : [...new Uint8Array(data)]);
        if (got.length === messages.length) resolve();
    }));
    for (const message of messages) socket.send(typeof message === 'string' ? message : new Uint8Array(message));
    if (messages.length > 0) await all;
    socket.close(...bye);
    return { got, end: await ended };
};

async function wire({ checks, person }) {
    const { page } = person;
    await checks.try('text, bytes and an empty message come back in order, then both say goodbye', async () => {
        const messages = ['你好 👋', [0, 255, 128, 7], '', 'a'.repeat(70000)];
        const { got, end } = await page.evaluate(TALK, [ECHO, messages, [1000, 'done']]);
        assert.deepEqual(got, messages);
        assert.deepEqual([end.code, end.wasClean], [1000, true]);
    });
    await checks.try('a browser that asks for compression is answered in one way that it understands', async () => {
        const answered = new Promise((resolve) => page.once('websocket', (socket) => {
            const frames = [];
            socket.on('framereceived', ({ payload }) => frames.push(payload));
            socket.on('close', () => resolve(frames));
        }));
        const { got } = await page.evaluate(TALK, [ECHO, ['x'.repeat(5000)], []]);
        assert.deepEqual(got, ['x'.repeat(5000)]);
        assert.deepEqual(await answered, ['x'.repeat(5000)]);
    });
    await checks.try('a page that goes away leaves no socket behind', async () => {
        const count = async () => Number(/^chathub_http_sockets (\d+)$/m.exec(await (await fetch(new URL('/metrics', person.base))).text())?.[1]);
        await page.evaluate((path) => new Promise((resolve) => {
            window.kept = new WebSocket(path);
            window.kept.addEventListener('open', resolve);
        }), ECHO);
        assert.equal(await count(), 1);
        await page.goto('about:blank');
        for (let tries = 0; await count() > 0; tries++) {
            assert.ok(tries < 100, 'it is still counted');
            await page.waitForTimeout(50);
        }
    });
}

async function strangers({ browser, checks, server }) {
    await checks.try('a page of another origin is refused at the handshake', async () => {
        const other = await Person.come(browser, server.base);
        await other.page.route('https://elsewhere.example/', (route) => route.fulfill({ contentType: 'text/html', body: '<p>x</p>' }));
        await other.page.goto('https://elsewhere.example/');
        const { got, end } = await other.page.evaluate(TALK, [server.base.replace('http', 'ws') + ECHO, ['x'], []]);
        assert.deepEqual([got, end.code, end.wasClean], [[], 1006, false]);
        await other.leave();
    });
}

export async function socket({ browser, engine, checks }) {
    const server = await Server.start({ engine });
    const person = await Person.come(browser, server.base);
    checks.about(`${engine}, socket`, () => [person.page]);
    try {
        await person.page.goto('/login');
        await wire({ checks, person });
        await strangers({ browser, checks, server });
        checks.record('no page threw, logged an error or broke the policy', person.faults.join('\n'));
    } finally {
        await person.leave();
        checks.record('the server ends well', (await server.end()).join('\n'));
    }
}
