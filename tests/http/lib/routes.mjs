// routes.mjs: the routes of the binary, read from the API description that it prints from its own tables; and bodies
// for them. A route that is added tomorrow is in every generated test without a line here.

const VERBS = ['get', 'post', 'put', 'patch', 'delete'];

export function routesOf(api) {
    return Object.entries(api.paths).flatMap(([template, operations]) =>
        VERBS.filter((verb) => operations[verb]).map((verb) => routeOf(template, verb.toUpperCase(), operations[verb])),
    );
}

function routeOf(template, method, operation) {
    const codes = (status) => operation.responses[String(status)]?.description ?? '';
    const parameters = operation.parameters ?? [];
    const content = operation.requestBody?.content?.['application/json'];
    return {
        name: `${method} ${template}`,
        template,
        method,
        operation,
        who: codes(401).includes('sign_in_required') ? 'account' : 'anyone',
        roles: operation['x-roles'] ?? [],
        operatorOnly: (operation['x-roles'] ?? []).join() === 'operator',
        checksOrigin: codes(403).includes('`cross_site`'),
        path: parameters.filter((p) => p.in === 'path'),
        query: parameters.filter((p) => p.in === 'query'),
        idempotent: parameters.some((p) => p.$ref?.endsWith('/IdempotencyKey')),
        body: content?.schema ?? null,
        bodyRequired: operation.requestBody?.required === true,
        stream: template.endsWith('/events') || template.endsWith('/socket'), // no answer that ends
    };
}

/** The path with values for its parameters; `values` by name. Values are taken as they are, escapes and all. */
export function pathOf(route, values) {
    return route.template.replace(/\{(\w+)\}/g, (whole, name) => {
        if (!(name in values)) throw new Error(`${route.name}: no value for ${name}; add one to the fixture`);
        return String(values[name]);
    });
}

const FORMATS = {
    email: 'someone@test.example',
    uri: 'https://store.example.com/logo.png',
    password: 'a long enough phrase 5',
};

/** A value the schema allows. */
export function goodValue(schema) {
    if (schema.enum) return schema.enum.find((v) => v !== null);
    const types = [schema.type].flat();
    if (types.includes('string')) return FORMATS[schema.format] ?? 'x'.repeat(Math.max(schema.minLength ?? 1, 4));
    if (types.includes('integer')) return Math.max(schema.minimum ?? 0, 1);
    if (types.includes('boolean')) return true;
    if (types.includes('array')) return Array.from({ length: Math.max(schema.minItems ?? 0, 1) }, () => goodValue(schema.items));
    if (types.includes('object'))
        return Object.fromEntries((schema.required ?? []).map((name) => [name, goodValue(schema.properties[name])]));
    throw new Error(`no value for ${JSON.stringify(schema)}`);
}

/** What is no text of any kind. */
const NAMED = { was: '2026-12-01T00:00:00.000Z' };

export function goodBody(route) {
    const body = {};
    for (const name of route.body?.required ?? []) body[name] = NAMED[name] ?? goodValue(route.body.properties[name]);
    return body;
}

const isText = (schema) => [schema.type].flat().includes('string') && !schema.enum && schema.maxLength; // a time is none
export const isExact = (schema) => /to the byte/.test(schema.description ?? ''); // words of one person to another
const isWords = (schema) => /Signs of direction may stand/.test(schema.description ?? '');
const isNumber = (schema) => [schema.type].flat().includes('integer');

/** Bodies that one field spoils: { what, body, code (the field's), field }. */
export function spoiledBodies(route) {
    const spoiled = [];
    const good = goodBody(route);
    for (const [field, schema] of Object.entries(route.body.properties)) {
        if (schema.readOnly) continue; // passed over, whatever it is
        const add = (what, value, code) =>
            spoiled.push({ what: `${field} ${what}`, field, code, body: { ...good, [field]: value } });
        const required = (route.body.required ?? []).includes(field);
        if (required) {
            const { [field]: gone, ...rest } = good;
            spoiled.push({ what: `${field} missing`, field, code: 'required', body: rest });
            add('null', null, 'required');
            if (isText(schema)) add('empty', '', 'required');
        }
        for (const wrong of wrongTypes(schema)) add(`as ${JSON.stringify(wrong)}`, wrong, 'type');
        if (schema.enum) add('unknown word', 'no-such-word', 'not_one_of');
        if (isText(schema)) for (const [what, value, code] of badTexts(schema)) add(what, value, code);
        if (isNumber(schema)) for (const [what, value, code] of badNumbers(schema)) add(what, value, code);
        for (const [what, value, code, where] of badInside(schema))
            spoiled.push({ what: `${field} ${what}`, field: field + where, code, body: { ...good, [field]: value } });
    }
    if (route.body.additionalProperties === false)
        spoiled.push({
            what: 'unknown member',
            field: 'noSuchField',
            code: 'unknown',
            body: { ...good, noSuchField: 1 },
        });
    return spoiled;
}

/** Lists that are too long or short, and whatever is wrong in an item or a member: [what, value, code, where]. */
function badInside(schema) {
    const kinds = [schema.type].flat();
    if (kinds.includes('array')) {
        const good = goodValue(schema.items);
        const of = (n) => Array.from({ length: n }, () => good);
        const bad = [['too many', of(schema.maxItems + 1), 'too_many', '']];
        if (schema.minItems > 0) bad.push(['too few', of(schema.minItems - 1), 'too_few', '']);
        for (const wrong of wrongTypes(schema.items))
            bad.push([`with ${JSON.stringify(wrong)}`, [wrong], 'type', '[0]']);
        if (schema.items.enum) bad.push(['with an unknown word', ['no-such-word'], 'not_one_of', '[0]']);
        return bad;
    }
    if (!kinds.includes('object')) return [];
    const good = goodValue(schema);
    const bad = schema.additionalProperties ? [] : [['with more', { ...good, noSuchField: 1 }, 'unknown', '.noSuchField']];
    for (const [name, member] of Object.entries(schema.properties))
        for (const wrong of wrongTypes(member))
            bad.push([`${name} as ${JSON.stringify(wrong)}`, { ...good, [name]: wrong }, 'type', `.${name}`]);
    return bad;
}

function wrongTypes(schema) {
    const values = ['text', 7, true, [], {}, [1], { a: 1 }];
    const kinds = [schema.type].flat();
    return values.filter(
        (v) =>
            !(typeof v === 'string' && (kinds.includes('string') || schema.enum)) &&
            !(typeof v === 'number' && kinds.includes('integer')) &&
            !(typeof v === 'boolean' && kinds.includes('boolean')) &&
            !(Array.isArray(v) && kinds.includes('array')) &&
            !(typeof v === 'object' && !Array.isArray(v) && kinds.includes('object')),
    );
}

const LONG_TEXT = 4000;

function badTexts(schema) {
    const fill = (n) => (schema.format === 'email' ? 'e'.repeat(n - 13) + '@test.example' : 'x'.repeat(n));
    const bad = [['too long', fill(schema.maxLength + 1), 'too_long']];
    for (const c of ['\u0001', '\u001b', '\u007f', '\u0085', '\u202e']) {
        // Texts of many lines, words that are asked, and what is kept to the byte, may hold it.
        if (c === '\u202e' && (isExact(schema) || isWords(schema) || schema.maxLength >= LONG_TEXT)) continue;
        const base = FORMATS[schema.format] ?? 'x'.repeat(Math.max(schema.minLength ?? 1, 4));
        bad.push([
            `with U+${c.codePointAt(0).toString(16).padStart(4, '0')}`,
            base.slice(0, 2) + c + base.slice(2),
            'control_characters',
        ]);
    }
    if ((schema.minLength ?? 0) > 1 && !['email', 'uri'].includes(schema.format))
        bad.push(['too short', 'x', 'too_short']);
    if (schema.format === 'email')
        for (const v of ['no-at.example', 'a@b', 'a@@b.example', 'a b@c.example', '<a@b.example>'])
            bad.push([`"${v}"`, v, 'format']);
    if (schema.format === 'uri')
        for (const v of ['javascript:alert(1)', '//store.example', 'https://a:b@c.example', 'https://a b'])
            bad.push([`"${v}"`, v, 'format']);
    return bad;
}

function badNumbers(schema) {
    const bad = [
        ['a fraction', 1.5, 'type'],
        ['huge', 9007199254740993e3, null],
    ];
    if (schema.minimum !== undefined) bad.push(['below its least', schema.minimum - 1, 'too_small']);
    if (schema.maximum !== undefined && schema.maximum < 2 ** 53)
        bad.push(['above its most', schema.maximum + 1, 'too_large']);
    return bad;
}

/** Whose own rules are narrower than a length. */
const NARROWER = ['domain', 'colour', 'timezone', 'taxNumber'];

/** Bodies with one field exactly at a limit: never refused for that field. */
export function bodiesAtLimits(route) {
    const out = [];
    const good = goodBody(route);
    for (const [field, schema] of Object.entries(route.body.properties)) {
        if (isText(schema) && !schema.format && schema.maxLength && !NARROWER.includes(field))
            out.push({
                what: `${field} at its most`,
                field,
                body: { ...good, [field]: '字'.repeat(schema.maxLength) },
            });
        if (isText(schema) && !schema.format && schema.minLength > 1)
            out.push({
                what: `${field} at its least`,
                field,
                body: { ...good, [field]: 'x'.repeat(schema.minLength) },
            });
        for (const end of ['minimum', 'maximum'])
            if (isNumber(schema) && Number.isSafeInteger(schema[end]))
                out.push({ what: `${field} at its ${end}`, field, body: { ...good, [field]: schema[end] } });
    }
    return out;
}

/** Raw texts that are no JSON object: { what, body, codes }. */
export const brokenBodies = [
    { what: 'truncated', body: '{"a":' },
    { what: 'only white space', body: '  \n ' },
    { what: 'a list', body: '[]' },
    { what: 'null', body: 'null' },
    { what: 'a text', body: '"x"' },
    { what: 'two objects', body: '{}{}' },
    { what: 'the same member twice', body: '{"a":1,"a":2}' },
    { what: 'single quotes', body: "{'a':1}" },
    { what: 'a comma too many', body: '{"a":1,}' },
    { what: 'a comment', body: '{}//' },
    { what: 'NaN', body: '{"a":NaN}' },
    { what: 'a number past all ranges', body: '{"a":1e999}' },
    { what: 'forty levels', body: '{"a":'.repeat(40) + '1' + '}'.repeat(40) },
    { what: 'five thousand levels', body: '['.repeat(5000) },
    { what: 'broken UTF-8', body: Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xc3, 0x28, 0x22, 0x7d]) },
    { what: 'overlong UTF-8', body: Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xc0, 0xaf, 0x22, 0x7d]) },
    { what: 'a lone surrogate', body: '{"a":"\\ud800"}' },
    { what: 'an escaped NUL', body: '{"a":"\\u0000"}' },
    { what: 'a NUL byte', body: '{"a":1}\0' },
    { what: 'a byte order mark', body: '\ufeff{}' },
];
