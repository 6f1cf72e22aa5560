// shapes.mjs: holds an answer to its schema in the API description the binary prints. Exact both ways: a member that the
// description does not know is a fault, since what a client can see it will use.

/** The first difference as text, or null. */
export function difference(api, schema, value, at = '$') {
    if (schema.$ref) {
        const target = schema.$ref.split('/').slice(1).reduce((o, part) => o?.[part], api);
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
    if (schema.enum && !schema.enum.includes(value)) return `${at} is ${JSON.stringify(value)}, which is not in its list`;
    if (schema.format === 'date-time' && type === 'string' && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value))
        return `${at} is ${JSON.stringify(value)}, no RFC 3339 time in UTC`;
    if (type === 'array') return first(value.map((item, i) => difference(api, schema.items ?? {}, item, `${at}[${i}]`)));
    if (type === 'object' && schema.properties) return members(api, schema, value, at);
    return null;
}

function members(api, schema, value, at) {
    const missing = (schema.required ?? []).find((name) => !(name in value));
    if (missing) return `${at}.${missing} is missing`;
    const extra = Object.keys(value).find((name) => !(name in schema.properties));
    if (extra) return `${at}.${extra} is not described`;
    return first(Object.entries(value).map(([name, v]) => difference(api, schema.properties[name], v, `${at}.${name}`)));
}

const first = (list) => list.find((f) => f !== null) ?? null;

function kind(value) {
    if (value === null) return 'null';
    if (Array.isArray(value)) return 'array';
    if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
    return typeof value;
}

/** Schema of the answer of one operation with this status, or null when none is described. */
export function answerSchema(api, method, template, status) {
    const responses = api.paths[template]?.[method.toLowerCase()]?.responses ?? {};
    return responses[String(status)]?.content?.['application/json']?.schema ?? null;
}
