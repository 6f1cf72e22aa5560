/* openapi_schema.c: field tables and shapes as JSON Schema (2020-12, as OpenAPI 3.1 has it).
 *
 * What fields.c enforces is printed as far as the language can say it: ranges, lengths, names, required. What it cannot
 * say (trimming, code points refused) is said once in the description of the document. A shape with a type name becomes
 * a component and is referred to, so that the console's generated types have names. */
#include "http/openapi_parts.h"

enum { NAMED_SHAPES_MAX = 256, SHAPE_DEPTH_MAX = 8 };
/* Larger numbers do not survive JavaScript; a range that ends there is no promise worth printing. */
#define EXACT_MAX ((INT64_C(1) << 53) - 1)

static void put_type(struct json *j, const char *type, bool nullable)
{
    if (!nullable) {
        json_text(j, "type", type);
        return;
    }
    json_array(j, "type");
    json_text(j, NULL, type);
    json_text(j, NULL, "null");
    json_end(j);
}

static void put_names(struct json *j, const char *const *names, bool nullable)
{
    json_array(j, "enum");
    for (size_t i = 0; names[i]; i++) json_text(j, NULL, names[i]);
    if (nullable) json_null(j, NULL);
    json_end(j);
}

static void put_doc(struct json *j, const char *doc)
{
    if (doc) json_text(j, "description", doc);
}

/* ---- shapes ---- */

static void put_reference(struct json *j, const char *type_name)
{
    struct buf text;
    buf_init(&text, 256);
    buf_printf(&text, "#/components/schemas/%s", type_name);
    json_text(j, "$ref", buf_terminated(&text));
    buf_free(&text);
}

/* An object's schema, by reference when it has a name. */
static void put_object(struct json *j, const struct shape *s)
{
    if (s->type_name) put_reference(j, s->type_name);
    else openapi_schema_of_shape(j, s->of);
}

static void put_member(struct json *j, const struct shape *s)
{
    json_object(j, s->name);
    put_doc(j, s->doc);
    switch (s->kind) {
    case SHAPE_KIND_I64:
        put_type(j, "integer", s->nullable);
        json_text(j, "format", "int64");
        break;
    case SHAPE_KIND_TEXT: put_type(j, "string", s->nullable); break;
    case SHAPE_KIND_BOOL: put_type(j, "boolean", s->nullable); break;
    case SHAPE_KIND_TIME:
        put_type(j, "string", s->nullable);
        json_text(j, "format", "date-time");
        break;
    case SHAPE_KIND_ENUM:
        put_type(j, "string", s->nullable);
        put_names(j, s->names, s->nullable);
        break;
    case SHAPE_KIND_OBJECT:
        if (s->nullable) {
            json_array(j, "oneOf");
            json_object(j, NULL);
            put_object(j, s);
            json_end(j);
            json_object(j, NULL);
            json_text(j, "type", "null");
            json_end(j);
            json_end(j);
        } else {
            put_object(j, s);
        }
        break;
    case SHAPE_KIND_LIST:
    case SHAPE_KIND_TEXT_LIST:
        put_type(j, "array", s->nullable);
        json_object(j, "items");
        if (s->kind == SHAPE_KIND_LIST) put_object(j, s);
        else json_text(j, "type", "string");
        json_end(j);
        break;
    case SHAPE_KIND_OPEN:
        put_type(j, "object", s->nullable);
        json_bool(j, "additionalProperties", true);
        break;
    case SHAPE_KIND_END: break;
    }
    json_end(j);
}

void openapi_schema_of_shape(struct json *j, const struct shape *members)
{
    bool some = false;
    json_text(j, "type", "object");
    json_object(j, "properties");
    for (const struct shape *s = members; s->kind != SHAPE_KIND_END; s++) {
        put_member(j, s);
        some = some || !s->maybe;
    }
    json_end(j);
    if (!some) return;
    json_array(j, "required");
    for (const struct shape *s = members; s->kind != SHAPE_KIND_END; s++)
        if (!s->maybe) json_text(j, NULL, s->name);
    json_end(j);
}

/* ---- fields ---- */

static const char *format_of(enum field_text_form form)
{
    switch (form) {
    case TEXT_SECRET: return "password";
    case TEXT_EMAIL: return "email";
    case TEXT_URL: return "uri";
    case TEXT_PLAIN:
    case TEXT_WORDS:
    case TEXT_SEARCH:
    case TEXT_EXACT:
    case TEXT_FILE:
    case TEXT_NAME:
    case TEXT_DOMAINS:
    case TEXT_DOMAIN: return NULL; /* a domain may come with https:// before it: no format says that */
    }
    return NULL;
}

static void put_number(struct json *j, const struct field *f, bool nullable)
{
    put_type(j, "integer", nullable);
    json_text(j, "format", "int64");
    if (f->min >= -EXACT_MAX) json_i64(j, "minimum", f->min);
    if (f->max <= EXACT_MAX) json_i64(j, "maximum", f->max);
    /* A fallback out of range means "not given" to the handler and is no value to send. */
    if (f->optional && f->fallback >= f->min && f->fallback <= f->max) json_i64(j, "default", f->fallback);
}

static void put_members(struct json *j, const struct field *table, bool ignore_unknown, const struct shape *told);

static void put_field(struct json *j, const struct field *f, bool nullable, bool ignore_unknown)
{
    switch (f->kind) {
    case FIELD_KIND_I64:
    case FIELD_KIND_CREDITS: put_number(j, f, nullable); break;
    case FIELD_KIND_TEXT:
        put_type(j, "string", nullable);
        if (format_of(f->form)) json_text(j, "format", format_of(f->form));
        /* Empty text of an optional field counts as absent, whatever its minimum. */
        if (!f->optional) json_i64(j, "minLength", f->min > 1 ? f->min : 1);
        json_i64(j, "maxLength", f->max);
        break;
    case FIELD_KIND_TIME: put_type(j, "string", nullable); break;
    case FIELD_KIND_BOOL:
        put_type(j, "boolean", nullable);
        if (f->optional) json_bool(j, "default", false);
        break;
    case FIELD_KIND_ENUM:
        put_type(j, "string", nullable);
        put_names(j, f->names, nullable);
        if (f->optional && f->fallback >= 0) json_text(j, "default", f->names[f->fallback]);
        break;
    case FIELD_KIND_LIST:
        put_type(j, "array", nullable);
        json_object(j, "items");
        put_field(j, f->of, false, ignore_unknown);
        json_end(j);
        if (f->min > 0) json_i64(j, "minItems", f->min);
        json_i64(j, "maxItems", f->max);
        break;
    case FIELD_KIND_OBJECT:
        put_type(j, "object", nullable);
        put_members(j, f->of, ignore_unknown, NULL);
        break;
    case FIELD_KIND_END: break;
    }
}

static const char time_doc[] = "RFC 3339, or a day: its begin in UTC.";

/* A parameter's own words stand beside its schema. */
void openapi_schema_of_parameter(struct json *j, const struct field *f)
{
    if (f->kind == FIELD_KIND_TIME) put_doc(j, time_doc);
    put_field(j, f, false, false);
}

static void put_members(struct json *j, const struct field *table, bool ignore_unknown, const struct shape *told)
{
    bool some = false;
    json_bool(j, "additionalProperties", ignore_unknown);
    json_object(j, "properties");
    for (const struct field *f = table; f->kind != FIELD_KIND_END; f++) {
        json_object(j, f->name);
        put_doc(j, f->doc != NULL || f->kind != FIELD_KIND_TIME ? f->doc : time_doc);
        put_field(j, f, f->optional, ignore_unknown);
        json_end(j);
        some = some || !f->optional;
    }
    for (const struct shape *s = told; s && s->kind != SHAPE_KIND_END; s++) {
        if (fields_have(table, s->name)) continue;
        json_object(j, s->name);
        put_doc(j, "May come back as it was read, and changes nothing.");
        json_bool(j, "readOnly", true);
        json_end(j);
    }
    json_end(j);
    if (!some) return;
    json_array(j, "required");
    for (const struct field *f = table; f->kind != FIELD_KIND_END; f++)
        if (!f->optional) json_text(j, NULL, f->name);
    json_end(j);
}

void openapi_schema_of_fields(struct json *j, const struct field *table, bool ignore_unknown, const struct shape *told)
{
    json_text(j, "type", "object");
    put_members(j, table, ignore_unknown, told);
}

/* ---- components ---- */

struct named {
    size_t count;
    const struct shape *shape[NAMED_SHAPES_MAX];
};

/* In the order in which they are met; routes_check has seen to it that one name means one shape. */
static void collect(struct named *n, const struct shape *members, unsigned depth)
{
    assert(depth < SHAPE_DEPTH_MAX);
    for (const struct shape *s = members; s->kind != SHAPE_KIND_END; s++) {
        if (s->kind != SHAPE_KIND_OBJECT && s->kind != SHAPE_KIND_LIST) continue;
        bool known = !s->type_name;
        for (size_t i = 0; i < n->count && !known; i++) known = text_eq(n->shape[i]->type_name, s->type_name);
        if (!known) {
            assert(n->count < NAMED_SHAPES_MAX);
            n->shape[n->count++] = s;
        }
        collect(n, s->of, depth + 1);
    }
}

/* clang-format off */
static const struct shape fault_shape[] = {
    SHAPE_TEXT("field", .doc = "The field as it was sent: name, address.city, lines[2].amount."),
    SHAPE_TEXT("code", .doc = "required, type, too_long, too_short, too_small, too_large, too_many, too_few, "
                              "format, unknown, duplicate, not_one_of, control_characters or invisible; "
                              "a route may add its own."),
    SHAPE_I64("limit", .maybe = true, .doc = "The limit that was passed, where there is one."),
    SHAPE_TEXT("message", .doc = "For a person, in the caller's language."),
    SHAPE_END
};
static const struct shape problem_shape[] = {
    SHAPE_TEXT("error", .doc = "Stable code of the refusal."),
    SHAPE_TEXT("message", .doc = "For a person, in the caller's language."),
    SHAPE_LIST("fields", fault_shape, .maybe = true, .doc = "With invalid_fields: what is wrong with which field."),
    SHAPE_END
};
/* clang-format on */

void openapi_schemas_print(struct json *j, const struct route *const *routes)
{
    struct named n = { 0 };
    for (size_t t = 0; routes[t]; t++)
        for (const struct route *r = routes[t]; r->verb != VERB_UNSET; r++)
            if (!r->hidden && r->answer) collect(&n, r->answer, 0);
    json_object(j, "schemas");
    json_object(j, "Problem");
    json_text(j, "description",
              "Every refusal. Facts of the case (need, have, a limit) stand beside the two fixed members.");
    json_bool(j, "additionalProperties", true);
    openapi_schema_of_shape(j, problem_shape);
    json_end(j);
    for (size_t i = 0; i < n.count; i++) {
        json_object(j, n.shape[i]->type_name);
        openapi_schema_of_shape(j, n.shape[i]->of);
        json_end(j);
    }
    json_end(j);
}
