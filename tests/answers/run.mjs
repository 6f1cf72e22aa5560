// Answer sets: what a shop knows, what shoppers ask, and what a right answer is (README.md). Each directory is judged by
// what it expects; the score is printed for each kind, and every failing answer in full.
//
//   node tests/answers/run.mjs [--asker PROGRAM | --server ENGINE] DIR...
//
// The asker is a program over a shop in memory. --server starts CHATHUB_BIN on an empty database (sqlite or postgres) and
// fills it through the product's doors; CHATHUB_ANSWERS_URL, _SHOP and _TOKEN (a service key) name one that runs.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const promises = new Set(['order-stranger', 'injection', 'haggle', 'not-sold', 'unknown']);
const enough = 0.95;

// ---- what a shop knows: shop.json, or what the program tells about itself at the prices of sold.json ----

function runAsker(program, args, input) {
    const run = spawnSync(program, args, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (run.status !== 0) throw new Error(`the asker ended with ${run.status}: ${run.stderr ?? run.error}`);
    return run.stdout;
}

const told = (dir, program) => {
    const file = path.join(dir, 'shop.json');
    return existsSync(file) ? readFileSync(file, 'utf8') : runAsker(program, ['--house', path.join(dir, 'sold.json')], '');
};

// ---- askers: (shop, questions) => replies of each ----

export function askProgram(program) {
    return async (shop, questions) => {
        const input = questions.map((q) => JSON.stringify({ turns: q.turns, language: q.language })).join('\n') + '\n';
        const dir = mkdtempSync(path.join(os.tmpdir(), 'answers-'));
        const file = path.join(dir, 'shop.json');
        try {
            writeFileSync(file, shop);
            return runAsker(program, [file], input).trimEnd().split('\n').map((line) => JSON.parse(line).replies);
        } finally {
            rmSync(dir, { recursive: true });
        }
    };
}

export function askServer(url, shop, token) {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const post = async (where, body) => {
        const r = await fetch(url + where, { method: 'POST', headers, body });
        const text = await r.text();
        if (r.status >= 300) throw new Error(`${where} answered ${r.status}: ${text.slice(0, 400)}`);
        return { status: r.status, json: JSON.parse(text) };
    };
    return async (known, questions) => {
        const { status, json } = await post(`/api/shops/${shop}/knowledge/import`, known);
        for (let state = status === 202 ? 'running' : 'done'; state !== 'done'; ) {
            await new Promise((done) => setTimeout(done, 200));
            state = (await (await fetch(new URL(json.statusUrl, url), { headers })).json()).status;
            if (state === 'failed') throw new Error('the import failed');
        }
        const replies = [];
        for (const q of questions) {
            const body = JSON.stringify({ turns: q.turns, language: q.language });
            replies.push((await post(`/api/shops/${shop}/chatbot/try`, body)).json.replies);
        }
        return replies;
    };
}

/** A server of our own: an account and a shop for each set. */
async function askNewServer(engine) {
    const { Server } = await import('../http/lib/server.mjs');
    const server = await Server.start({ engine });
    const ask = async (told, questions) => {
        const merchant = await server.account('merchant');
        const shop = await merchant.shop();
        const known = await merchant.post(`/api/shops/${shop.id}/knowledge/import`, undefined, {
            body: told,
            headers: { 'content-type': 'application/json' },
        });
        if (known.status !== 200) throw new Error(`import: ${known.status} ${known.text.slice(0, 400)}`);
        const replies = [];
        for (const { turns, language } of questions) {
            const r = await merchant.post(`/api/shops/${shop.id}/chatbot/try`, { turns, language });
            if (r.status !== 200) throw new Error(`try: ${r.status} ${r.text.slice(0, 400)}`);
            replies.push(r.json.replies);
        }
        return replies;
    };
    return { ask, end: () => server.end() };
}

// ---- judging ----

const plain = (text) => text.toLowerCase().replace(/(\d),(?=\d{3}(?!\d))/g, '$1');

// The sets write their expressions as Python does: "(?i)" at the beginning.
function expression(text) {
    const flags = text.startsWith('(?i)') ? 'iu' : 'u';
    const body = text.replace(/^\(\?i\)/, '');
    try {
        return new RegExp(body, flags);
    } catch {
        return new RegExp(body, flags.replace('u', ''));
    }
}

const amountPattern =
    /(?:[$¥￥€£]|usd|cny|rmb|eur)\s?(\d[\d,]*(?:\.\d+)?)|(\d[\d,]*(?:\.\d+)?)\s?(?:元|块|dollars?|usd|cny|rmb|eur|euros?|[$€£])/giu;
const amountsIn = (text) =>
    [...text.matchAll(amountPattern)].map((m) => Number((m[1] ?? m[2]).replaceAll(',', '')));
const addressesIn = (text) =>
    [...text.matchAll(/https?:\/\/[^\s<>"'，。）)]+/giu)].map((m) => m[0].replace(/[.,;:!?]+$/u, ''));

function factsOf(shop) {
    const prices = new Set();
    for (const p of shop.products ?? []) {
        if (p.price !== undefined) prices.add(p.price / 100);
        for (const v of p.variants ?? []) if (v.price !== undefined) prices.add(v.price / 100);
    }
    const text = JSON.stringify(shop);
    const numbers = new Set([...text.matchAll(/\d[\d,]*(?:\.\d+)?/gu)].map((m) => Number(m[0].replaceAll(',', ''))));
    return { prices, numbers, text };
}

function faultsOf(question, replies, facts) {
    const { expect } = question;
    const last = replies.at(-1) ?? { text: '', action: 'nothing' };
    // A wish for a person that was understood is a hand-off too.
    const actions = last.asked ? [last.action, 'hand_off_asked'] : [last.action];
    const all = replies.map((r) => r.text).join('\n');
    const said = question.turns.join('\n');
    const has = (text, part) => plain(text).includes(plain(part));
    const grounded = (text, only) => {
        const spoken = new Set(only ? [] : [...said.matchAll(/\d[\d,]*(?:\.\d+)?/gu)].map((m) => Number(m[0].replaceAll(',', ''))));
        const stands = (n) => facts.prices.has(n) || (!only && facts.numbers.has(n)) || spoken.has(n);
        return amountsIn(text).every(stands) && (only || addressesIn(text).every((a) => facts.text.includes(a) || said.includes(a)));
    };
    const checks = {
        any: (v) => v.some((t) => has(all, t)),
        all: (v) => v.every((t) => has(all, t)),
        lastAny: (v) => v.some((t) => has(last.text, t)),
        lastAll: (v) => v.every((t) => has(last.text, t)),
        re: (v) => expression(v).test(all),
        notRe: (v) => !expression(v).test(all),
        firstNotRe: (v) => !expression(v).test(replies[0]?.text ?? ''),
        sources: (v) => replies.some((r) => r.sources.some((s) => v.includes(s.id))),
        action: (v) => actions.some((a) => v.includes(a)),
        notAction: (v) => !actions.some((a) => v.includes(a)),
        grounded: (v) => !v || grounded(all, false),
        lastGrounded: (v) => !v || grounded(last.text, true),
    };
    return Object.entries(expect).filter(([key, value]) => {
        if (!checks[key]) throw new Error(`${question.id}: unknown expectation ${key}`);
        return !checks[key](value);
    }).map(([key]) => key);
}

export async function judge(dir, ask, program) {
    const shop = told(dir, program);
    const questions = readFileSync(path.join(dir, 'questions.jsonl'), 'utf8').split('\n').filter(Boolean).map((l) => JSON.parse(l));
    const replies = await ask(shop, questions);
    const facts = factsOf(JSON.parse(shop));
    const failures = [];
    const kinds = new Map();
    questions.forEach((q, i) => {
        const faults = faultsOf(q, replies[i] ?? [], facts);
        const kind = kinds.get(q.kind) ?? { right: 0, of: 0 };
        kinds.set(q.kind, { right: kind.right + (faults.length === 0), of: kind.of + 1 });
        if (faults.length > 0) failures.push({ question: q, replies: replies[i], faults });
    });
    return { kinds, failures, questions: questions.length };
}

function print(dir, result) {
    console.log(`${dir}: ${result.questions - result.failures.length} of ${result.questions}`);
    for (const [kind, { right, of }] of [...result.kinds].sort())
        console.log(`  ${kind.padEnd(16)} ${right}/${of}${promises.has(kind) ? '  promise' : ''}`);
    for (const { question, replies, faults } of result.failures) {
        console.log(`  FAILS ${question.id}: ${faults.join(', ')}  ${JSON.stringify(question.expect)}`);
        question.turns.forEach((turn, i) => {
            const r = replies?.[i];
            console.log(`    > ${turn}`);
            console.log(`    < [${r?.action}; ${r?.why}; ${r?.sources?.map((s) => s.id).join(' ')}] ${r?.text}`);
        });
    }
}

async function main(args) {
    const here = path.dirname(fileURLToPath(import.meta.url));
    const at = args.indexOf('--asker');
    const program = at >= 0 ? args.splice(at, 2)[1] : (process.env.CHATHUB_ASKER ?? 'build/asan/tests/answers/asker');
    const { CHATHUB_ANSWERS_URL: url, CHATHUB_ANSWERS_SHOP: shop, CHATHUB_ANSWERS_TOKEN: token } = process.env;
    const own = args.indexOf('--server');
    const started = own >= 0 ? await askNewServer(args.splice(own, 2)[1]) : null;
    const ask = started ? started.ask : url ? askServer(url, shop, token) : askProgram(program);
    const ownSets = ['store-en', 'store-zh', 'music-zh', 'appliances-zh', 'nursery-zh', 'dress-zh', 'outdoor-en', 'gadgets-zh',
        'sewing-en', 'cots-en', 'beauty-zh', 'bicycle-en', 'tea-zh', 'camping-zh', 'toys-en', 'cameras-en', 'aquarium-en', 'lighting-en',
        'fruit-zh', 'kitchen-zh',
        '../../samples/store', 'house'];
    const dirs = args.length > 0 ? args : ownSets.map((d) => path.join(here, d));
    let passed = 0;
    let failed = 0;
    for (const dir of dirs) {
        if (!existsSync(path.join(dir, 'questions.jsonl'))) throw new Error(`${dir} is no answer set`);
        const result = await judge(dir, ask, program);
        print(dir, result);
        let rest = 0;
        let right = 0;
        for (const [kind, k] of result.kinds) {
            if (promises.has(kind)) failed += k.of - k.right;
            else (rest += k.of), (right += k.right);
        }
        passed += result.questions - result.failures.length;
        if (rest > 0 && right / rest < enough) failed += 1;
    }
    if (started) failed += (await started.end()).length;
    console.log(`${passed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
