// serve.mjs: the sample store: a small shop on an origin of its own, with the chat embedded as a merchant would do it.
// `./dev run` starts it beside the program.
//
//   node samples/store/serve.mjs [--program build/chathub | --chat http://127.0.0.1:8080 --data ./data] [--port N]
//
// Written for Node, outside of the program: a store is somebody else's server, and that it needs nothing of ours but the line
// is what is shown. Rejected: pages inside the binary (every installation would carry a shop, and be one).
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { drawing } from './drawings.mjs';
import { furnish, shopAt } from './furnish.mjs';
import { LANGUAGES, Pages } from './pages.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const AGAIN_MS = 300;
const say = (text) => process.stdout.write(`${text}\n`);

const { values: options } = parseArgs({
    options: { program: { type: 'string' }, chat: { type: 'string' }, data: { type: 'string' }, port: { type: 'string' } },
});

/** Where the program will listen and keep its data, by its own word. */
async function settingsOf(program) {
    const { stdout } = await promisify(execFile)(program, ['serve', '--demo', '--print-config']);
    const settings = Object.fromEntries(stdout.split('\n').filter(Boolean).map((line) => line.split(/=(.*)/s).slice(0, 2)));
    const listen = settings.CHATHUB_LISTEN.replace(/^(0\.0\.0\.0|\[::\])/, '127.0.0.1');
    return { chat: `http://${listen}`, data: settings.CHATHUB_DATA_DIR, port: Number(listen.split(':').at(-1)) + 1 };
}

/** Chinese for a browser that wants it before English. */
const languageFor = (accept = '') => (/^\s*zh/i.test(accept.split(',')[0]) ? 'zh' : 'en');

function answer(pages, request, response) {
    const send = (status, type, body, headers = {}) => {
        response.writeHead(status, { 'Content-Type': `${type}; charset=utf-8`, 'X-Content-Type-Options': 'nosniff', ...headers });
        response.end(request.method === 'HEAD' ? undefined : body);
    };
    const { pathname } = new URL(request.url, 'http://store');
    if (!['GET', 'HEAD'].includes(request.method)) return send(405, 'text/plain', 'GET', { Allow: 'GET, HEAD' });
    if (pathname === '/') return send(302, 'text/plain', '', { Location: `/${languageFor(request.headers['accept-language'])}/` });
    if (pathname === '/store.css') return send(200, 'text/css', pages.css);
    const picture = /^\/img\/([a-z]+)\.svg$/.exec(pathname);
    const drawn = picture && drawing(picture[1]);
    if (drawn) return send(200, 'image/svg+xml', drawn, { 'Cache-Control': 'max-age=3600', 'Content-Security-Policy': "default-src 'none'" });
    const page = pages.page(pathname) ?? pages.page(`/${languageFor(request.headers['accept-language'])}${pathname}`);
    return send(page.status, 'text/html', page.html, { 'Cache-Control': 'no-cache' });
}

/** Localhost is two addresses. */
async function listen(server, port) {
    await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    const six = createServer((...both) => server.emit('request', ...both));
    six.on('error', () => undefined).listen(server.address().port, '::1');
    return `http://localhost:${server.address().port}`;
}

async function answers(chat) {
    try {
        return (await fetch(`${chat}/healthz`)).ok;
    } catch {
        return false;
    }
}

/** Whoever started us is gone: nobody wants the store any more. */
function endWith(parent) {
    setInterval(() => { if (process.ppid !== parent) process.exit(0); }, 1000).unref();
}

async function main() {
    endWith(process.ppid);
    const shop = JSON.parse(await readFile(path.join(here, 'shop.json'), 'utf8'));
    const by = options.program ? await settingsOf(options.program) : {};
    const chat = options.chat ?? by.chat ?? 'http://127.0.0.1:8080';
    const data = path.resolve(options.data ?? by.data ?? './data');
    const pages = new Pages(shop, '');
    pages.css = await readFile(path.join(here, 'store.css'));
    const server = createServer((request, response) => answer(pages, request, response));
    const base = await listen(server, Number(options.port ?? process.env.STORE_PORT ?? by.port ?? 8081));
    while (!await answers(chat)) await new Promise((done) => setTimeout(done, AGAIN_MS));
    pages.embed = await furnish({ chat, data, base, shop });
    pages.shop = shopAt(shop, base);
    say(`\n  store      ${base}/   a shop with its chat (${LANGUAGES.map((one) => `/${one}/`).join(', ')}): ask there first\n`);
    if (!pages.embed) say('  The shop of the sample store was deleted or has no chat: its pages carry none.\n');
}

main().catch((error) => {
    process.stderr.write(`The sample store has ended: ${error.message}\n`);
    process.exit(1);
});
