// shapes.mjs: holds an answer to its schema in the API description the binary prints. Exact both ways: a member that the
// description does not know is a fault, since what a client can see it will use.

/** The first difference as text, or null. */
export function difference(api, schema, value, at = '$') {
    if (schema.$ref) {
        const target = schema.$ref
            .split('/')
            .slice(1)
            .reduce((o, part) => o?.[part], api);
        return target ? difference(api, target, value, at) : `${at}: ${schema.$ref} is nowhere`;
    }
    if (schema.oneOf) {
        const faults = schema.oneOf.map((one) => difference(api, one, value, at));
        return faults.some((f) => f === null) ? null : faults.filter(Boolean).at(0);
    }
    const types = [schema.type].flat().filter(Boolean);
    const type = kind(value);
    const fits = types.length === 0 || types.includes(type) || (type === 'integer' && types.includes('number'));
    if (!fits) return `${at} is ${type}, described as ${types.join(' or ')}`;
    if (schema.enum && !schema.enum.includes(value))
        return `${at} is ${JSON.stringify(value)}, which is not in its list`;
    if (schema.format === 'date-time' && type === 'string' && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value))
        return `${at} is ${JSON.stringify(value)}, no RFC 3339 time in UTC`;
    if (type === 'array')
        return first(value.map((item, i) => difference(api, schema.items ?? {}, item, `${at}[${i}]`)));
    if (type === 'object' && schema.properties) return members(api, schema, value, at);
    return null;
}

function members(api, schema, value, at) {
    const missing = (schema.required ?? []).find((name) => !(name in value));
    if (missing) return `${at}.${missing} is missing`;
    const open = schema.additionalProperties === true || Object.keys(schema.properties).length === 0;
    const extra = open ? undefined : Object.keys(value).find((name) => !(name in schema.properties));
    if (extra) return `${at}.${extra} is not described`;
    return first(
        Object.entries(value).map(([name, v]) => difference(api, schema.properties[name] ?? {}, v, `${at}.${name}`)),
    );
}

const first = (list) => list.find((f) => f !== null) ?? null;

function kind(value) {
    if (value === null) return 'null';
    if (Array.isArray(value)) return 'array';
    if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
    return typeof value;
}

/** The template in the description that this path belongs to; literal parts win over parameters. */
export function templateOf(api, path) {
    const parts = path.split('?')[0].split('/');
    const fits = Object.keys(api.paths).filter((t) => {
        const own = t.split('/');
        return (
            own.length === parts.length && own.every((p, i) => p === parts[i] || (p.startsWith('{') && parts[i] !== ''))
        );
    });
    return fits.sort((a, b) => a.split('{').length - b.split('{').length)[0] ?? null;
}

/** What is wrong with an answer by the description, or null. */
export function answerFault(api, method, path, status, json, type = '') {
    const template = templateOf(api, path);
    const operation = template && api.paths[template][method.toLowerCase()];
    if (!operation) return null;
    const described = operation.responses[String(status)];
    if (!described) return status < 400 || status >= 500 ? `status ${status} is not described` : null;
    const schema = described.content?.['application/json']?.schema;
    if (!schema) return null;
    if (/^text\/csv/.test(type)) {
        const asked = operation.parameters?.find((p) => p.name === 'format');
        return asked?.schema.enum.includes('csv') ? null : 'a table, which is not described';
    }
    return json === null ? 'no JSON' : difference(api, schema, json);
}
