// surface.mjs: what programs and people met in 0.1.0 is still met. 0.1.0-surface.json is what that version said of itself: its
// routes with what they take, answer and refuse, and the texts of its console by key. Routes are all as they
// were. Texts are still there, or are named in 0.1.0-changed.json: what says it now, or why nothing does.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const here = path.dirname(new URL(import.meta.url).pathname);
const I18N = path.join(here, '../../web/console/src/i18n');
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

// ---- what a program says of itself ----

const described = () =>
    JSON.parse(execFileSync(path.resolve(process.env.CHATHUB_BIN ?? 'build/chathub'), ['openapi'], { maxBuffer: 1 << 26 }));

/** The members of a schema as "shops[].id: integer", all the way down. */
function members(api, schema, at = '', into = []) {
    const { $ref, ...own } = schema ?? {};
    if ($ref !== undefined) return members(api, api.components.schemas[$ref.split('/').at(-1)], at, into);
    for (const one of own.oneOf ?? own.anyOf ?? own.allOf ?? []) members(api, one, at, into);
    const types = [own.type ?? []].flat().filter((type) => type !== 'null');
    if (at !== '' && types.length > 0) into.push(`${at}: ${types.join('|')}`);
    if (own.items !== undefined) members(api, own.items, `${at}[]`, into);
    for (const [name, one] of Object.entries(own.properties ?? {})) members(api, one, at === '' ? name : `${at}.${name}`, into);
    return into;
}

const json = (content) => content?.['application/json']?.schema;

/** What an answer gives, what must be sent, what may be sent, and the sentence of each refusal. */
function routes(api) {
    const found = {};
    for (const [address, verbs] of Object.entries(api.paths))
        for (const verb of METHODS.filter((name) => verbs[name] !== undefined)) {
            const { parameters = [], requestBody, responses } = verbs[verb];
            const body = json(requestBody?.content);
            const asked = parameters.map((p) => (p.$ref ? api.components.parameters[p.$ref.split('/').at(-1)] : p));
            const answers = Object.entries(responses);
            found[`${verb.toUpperCase()} ${address}`] = {
                takes: [...asked.map(({ in: where, name }) => `${where} ${name}`), ...members(api, body)].sort(),
                needs: [...asked.filter((p) => p.required).map(({ in: where, name }) => `${where} ${name}`),
                    ...(body?.required ?? [])].sort(),
                answers: Object.fromEntries(answers.filter(([status]) => status < '300')
                    .map(([status, { content }]) => [status, [...new Set(members(api, json(content)))].sort()])),
                refuses: Object.fromEntries(answers.filter(([status]) => status >= '400').flatMap(([status, { description }]) =>
                    [...description.matchAll(/^- `(\w+)`: (.*)$/gm)].map(([, code, says]) => [`${status} ${code}`, says]))),
            };
        }
    return found;
}

/** What stands at the keys of a language's texts, in all the files that it comes in. */
function texts(folder, language) {
    const files = readdirSync(folder).filter((name) => new RegExp(`^${language}(-\\w+)?\\.ts$`).test(name));
    const source = files.map((name) => readFileSync(path.join(folder, name), 'utf8')).join('\n');
    return Object.fromEntries([...source.matchAll(/^ {2}"([^"]+)":\s*("(?:[^"\\]|\\.)*")/gm)].map(([, key, text]) => [key, JSON.parse(text)]));
}

/** What make.mjs writes down: of the binary, and of the folder with its console's texts. */
export const surface = (folder) => ({ routes: routes(described()), texts: Object.keys(texts(folder, 'en')).sort() });

// ---- then and now ----

function routeFaults(name, then, now) {
    if (now === undefined) return [`${name} is gone`];
    const faults = [];
    const lost = (where, before, after) => {
        for (const one of before) if (!after.includes(one)) faults.push(`${name} ${where} no more: ${one}`);
    };
    lost('takes', then.takes, now.takes);
    for (const one of now.needs) if (!then.needs.includes(one)) faults.push(`${name} needs now: ${one}`);
    for (const [status, before] of Object.entries(then.answers))
        lost(`answers ${status} with`, before, now.answers[status] ?? []);
    for (const [code, says] of Object.entries(then.refuses))
        if (now.refuses[code] !== undefined && now.refuses[code] !== says)
            faults.push(`${name} says of ${code} now: ${now.refuses[code]}`);
    return faults;
}

/** Each key of then is there now, or named: in `moved` with the key whose text says it now, in `gone` under the reason. */
function textFaults(then, now, { moved, gone }) {
    const faults = [];
    const has = (key) => now[key]?.length > 0;
    const reasons = Object.values(gone).flat();
    for (const key of then) {
        if (has(key) === (key in moved || reasons.includes(key))) faults.push(`${key} is ${has(key) ? 'there, and named' : 'gone'}`);
        if (key in moved && !has(moved[key])) faults.push(`${key}, and ${moved[key]} after it, are gone`);
    }
    for (const key of [...Object.keys(moved), ...reasons]) if (!then.includes(key)) faults.push(`${key} was never there`);
    return faults;
}

/** [what, its faults] for each route, and for the texts of each language. */
export function surfaceFaults(version) {
    const read = (name) => JSON.parse(readFileSync(path.join(here, `${version}-${name}.json`), 'utf8'));
    const then = read('surface');
    const changed = read('changed');
    const now = routes(described());
    return [
        ...Object.entries(then.routes).map(([name, before]) => [name, routeFaults(name, before, now[name])]),
        ...['en', 'zh'].map((language) => [`texts in ${language}`, textFaults(then.texts, texts(I18N, language), changed)]),
    ];
}
