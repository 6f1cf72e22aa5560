/* test_openapi.c: the API reference of a small table, and a complaint for each way in which a table can be wrong.
 * `test_openapi print` writes the reference of that table, for a linter. */
#include "http/openapi_parts.h"
#include "http/server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static enum answer run(struct req *req) { return ANSWER_SENT; }

static bool refused(struct req *req) { return true; }

static const char *const sizes[] = { "small", "large", NULL };
struct path {
    int64_t id;
};
static const struct field path_fields[] = { FIELD_ID(struct path, id, .doc = "Number of the shop."), FIELD_END };
struct search {
    int64_t after;
    int size, kind;
    const char *word;
};
/* clang-format off */
static const struct field search_fields[] = {
    FIELD_I64(struct search, after, .optional = true, .min = 1, .max = INT64_MAX, .doc = "Rows behind this one."),
    FIELD_ENUM(struct search, size, sizes, .optional = true, .fallback = 1),
    FIELD_ENUM(struct search, kind, sizes, .optional = true, .fallback = -1),
    FIELD_TEXT(struct search, word, .optional = true, .min = 2, .max = 30),
    FIELD_END
};
struct body { const char *name, *site; struct credits amount; bool on, on_given; };
static const struct field body_fields[] = {
    FIELD_TEXT(struct body, name, .max = 40, .doc = "Shown to customers."),
    FIELD_TEXT(struct body, site, .optional = true, .max = 200, .form = TEXT_URL),
    FIELD_CREDITS(struct body, amount, .min = 1, .max = 1000),
    FIELD_BOOL(struct body, on, .optional = true, .present_offset = offsetof(struct body, on_given)),
    FIELD_END
};
static const struct shape shop_shape[] = {
    SHAPE_I64("id"), SHAPE_TEXT("name", .doc = "Shown to customers."), SHAPE_TIME("createdAt"),
    SHAPE_ENUM("size", sizes, .nullable = true), SHAPE_BOOL("on", .maybe = true), SHAPE_END
};
static const struct shape list_shape[] = {
    SHAPE_LIST("shops", shop_shape, .type_name = "Shop"), SHAPE_TEXT_LIST("tags"), SHAPE_I64("next", .nullable = true),
    SHAPE_OBJECT("first", shop_shape, .type_name = "Shop", .nullable = true), SHAPE_END
};
/* clang-format on */
static const struct problem too_poor = { "insufficient_credits", 402, "Not enough credits.", "点数不足。" };

ROUTE_TAG(shops_tag, "shops", "The shops.");
ROUTE_TAG(chatbot_tag, "chatbot", "The chatbot of a shop.");
ROUTE_TAG(operators_tag, "operators", "For operators.");
ROUTE_TAG(system_tag, "system", "Health.");
ROUTE_TAG(sign_in_tag, "sign-in", "Signing in.");

static const struct limit some = { .name = "some", .burst = 10, .per_ms = 60000 };

/* clang-format off */
static const struct route shop_routes[] = {
    { .verb = VERB_GET, .path = "/api/shops", .who = WHO_MEMBERS, .tx = TX_READ, .doc = "Lists the shops.",
        .tag = "shops",
      QUERY_FIELDS(search), .answer = list_shape, .run = run },
    { .verb = VERB_POST, .path = "/api/shops", .who = WHO_STAFF, .tx = TX_WRITE, .doc = "Makes a shop.",
        .tag = "shops",
      BODY_FIELDS(body), .idempotent = true, .status = 201, .answer = shop_shape, PROBLEMS(&too_poor), .run = run },
    { .verb = VERB_GET, .path = "/api/shops/:id/status", .who = WHO_SHOP, .scope = "state", .tx = TX_READ,
      .doc = "State of a shop.",
      .tag = "shops", PATH_FIELDS(path), .answer = shop_shape, .run = run },
    { .verb = VERB_POST, .path = "/api/shops/:id/chatbot/enable", .who = WHO_STAFF, .tx = TX_WRITE, .fresh = true,
      .doc = "Switches the chatbot on.", .tag = "chatbot", PATH_FIELDS(path), BODY_FIELDS(body), .body_optional = true,
      .ignore_unknown = true, .idempotent = true, .wait_ms = 10000, .resume = run, .refused = refused, .run = run,
      PROBLEMS(&too_poor, &problem_not_found), .answer = shop_shape },
    ROUTE_END
};
static const struct route other_routes[] = {
    { .verb = VERB_DELETE, .path = "/api/shops/:id", .who = WHO_OPERATOR, .tx = TX_WRITE, .doc = "Removes a shop.",
      .tag = "operators", PATH_FIELDS(path), .status = 204, .run = run },
    { .verb = VERB_GET, .path = "/healthz", .who = WHO_SYSTEM, .tx = TX_NONE, .doc = "Says that it lives.",
        .tag = "system",
      .run = run },
    { .verb = VERB_POST, .path = "/auth/login", .who = WHO_ANYONE, .tx = TX_WRITE, .doc = "Signs in.", .tag = "sign-in",
      .limit = &some,
      BODY_FIELDS(body), .run = run },
    { .verb = VERB_GET, .path = "/dev/secret", .who = WHO_SYSTEM, .tx = TX_NONE, .doc = "Not shown.", .hidden = true,
        .run = run },
    ROUTE_END
};
/* clang-format on */
static const struct route *const tables[] = { shop_routes, other_routes, NULL };

/* ---- the reference ---- */

static json_t *document;

static int print_once(void **state)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    openapi_print(&out, tables, "1.2.3");
    assert_false(out.overflow);
    document = json_read(buf_str(&out), JSON_READ_MAX_BYTES, NULL);
    buf_free(&out);
    return document ? 0 : -1;
}

static int forget(void **state)
{
    json_decref(document);
    return 0;
}

/* By names from the top; numbers index lists. Fails when something is not there. */
static json_t *at(const char *first, ...)
{
    json_t *v = document;
    va_list names;
    va_start(names, first);
    for (const char *name = first; name; name = va_arg(names, const char *)) {
        json_t *inner = json_is_array(v) ? json_array_get(v, (size_t)atoi(name)) : json_object_get(v, name);
        if (!inner) fail_msg("%s is not there", name);
        v = inner;
    }
    va_end(names);
    return v;
}
#define AT(...) at(__VA_ARGS__, (const char *)NULL)
#define TEXT_AT(...) json_string_value(AT(__VA_ARGS__))
#define OPERATION(path, verb, ...) AT("paths", path, verb, __VA_ARGS__)

static void the_head_is_complete(void **state)
{
    assert_string_equal(TEXT_AT("openapi"), "3.1.0");
    assert_string_equal(TEXT_AT("info", "version"), "1.2.3");
    assert_string_equal(TEXT_AT("info", "license", "identifier"), "Apache-2.0");
    assert_true(json_is_string(AT("info", "contact", "name")));
    assert_string_equal(TEXT_AT("servers", "0", "url"), "/");
    assert_int_equal(json_array_size(AT("tags")), 5);
    assert_string_equal(TEXT_AT("tags", "0", "name"), "shops");
    assert_string_equal(TEXT_AT("tags", "4", "description"), "Signing in.");
}

static void rows_become_operations(void **state)
{
    assert_int_equal(json_object_size(AT("paths")), 6); /* the hidden one is left out */
    assert_string_equal(json_string_value(OPERATION("/api/shops/{id}/status", "get", "operationId")),
                        "getApiShopsIdStatus");
    assert_string_equal(json_string_value(OPERATION("/api/shops", "post", "operationId")), "postApiShops");
    assert_string_equal(json_string_value(OPERATION("/api/shops", "post", "description")),
                        "Makes a shop. For: owner, admin, agent.");
    assert_string_equal(json_string_value(OPERATION("/api/shops/{id}", "delete", "tags", "0")), "operators");
}

static void callers_become_security(void **state)
{
    assert_int_equal(json_array_size(OPERATION("/healthz", "get", "security")), 0);
    assert_int_equal(json_array_size(OPERATION("/api/shops", "get", "security")), 1);
    assert_non_null(OPERATION("/api/shops", "get", "security", "0", "cookieAuth"));
    assert_non_null(OPERATION("/api/shops/{id}/status", "get", "security", "1", "shopKey"));
    assert_int_equal(json_object_size(OPERATION("/auth/login", "post", "security", "0")), 0);
    assert_int_equal(json_array_size(OPERATION("/api/shops", "get", "x-roles")), 4);
    assert_string_equal(json_string_value(OPERATION("/api/shops", "get", "x-roles", "1")), "admin");
    assert_string_equal(json_string_value(OPERATION("/api/shops/{id}/status", "get", "x-roles", "4")), "key");
    assert_string_equal(json_string_value(OPERATION("/api/shops/{id}/status", "get", "x-key-scope")), "state");
    assert_string_equal(json_string_value(OPERATION("/api/shops/{id}/status", "get", "description")),
                        "State of a shop. For: owner, admin, agent, viewer, service key.");
    assert_int_equal(json_array_size(OPERATION("/healthz", "get", "x-roles")), 0);
}

static void fields_become_schemas(void **state)
{
    json_t *query = OPERATION("/api/shops", "get", "parameters");
    assert_int_equal(json_array_size(query), 4);
    const json_t *after = json_object_get(json_array_get(query, 0), "schema");
    assert_string_equal(json_string_value(json_object_get(after, "type")), "integer");
    assert_int_equal(json_integer_value(json_object_get(after, "minimum")), 1);
    assert_null(json_object_get(after, "maximum")); /* INT64_MAX is no number in JavaScript */
    assert_null(json_object_get(after, "default")); /* 0 means "not given" */
    const json_t *size = json_object_get(json_array_get(query, 1), "schema");
    assert_string_equal(json_string_value(json_object_get(size, "default")), "large");
    assert_int_equal(json_array_size(json_object_get(size, "enum")), 2);
    assert_null(json_object_get(json_object_get(json_array_get(query, 2), "schema"), "default")); /* -1: none */

    json_t *path = OPERATION("/api/shops/{id}/status", "get", "parameters", "0");
    assert_string_equal(json_string_value(json_object_get(path, "in")), "path");
    assert_true(json_is_true(json_object_get(path, "required")));

#define SCHEMA "requestBody", "content", "application/json", "schema"
    assert_true(json_is_true(OPERATION("/api/shops", "post", "requestBody", "required")));
    assert_true(json_is_false(OPERATION("/api/shops", "post", SCHEMA, "additionalProperties")));
    assert_int_equal(json_array_size(OPERATION("/api/shops", "post", SCHEMA, "required")), 2);
    assert_int_equal(json_integer_value(OPERATION("/api/shops", "post", SCHEMA, "properties", "name", "minLength")), 1);
    assert_int_equal(json_integer_value(OPERATION("/api/shops", "post", SCHEMA, "properties", "name", "maxLength")),
                     40);
    assert_string_equal(json_string_value(OPERATION("/api/shops", "post", SCHEMA, "properties", "site", "format")),
                        "uri");
    assert_string_equal(json_string_value(OPERATION("/api/shops", "post", SCHEMA, "properties", "site", "type", "1")),
                        "null");
    assert_int_equal(json_integer_value(OPERATION("/api/shops", "post", SCHEMA, "properties", "amount", "maximum")),
                     1000);
    assert_true(json_is_false(OPERATION("/api/shops/{id}/chatbot/enable", "post", "requestBody", "required")));
    assert_true(json_is_true(OPERATION("/api/shops/{id}/chatbot/enable", "post", SCHEMA, "additionalProperties")));
}

static void shapes_become_components(void **state)
{
/* clang-format off */
#define ANSWER(path, verb, status, ...) \
    OPERATION(path, verb, "responses", status, "content", "application/json", "schema", __VA_ARGS__)
    /* clang-format on */
    assert_string_equal(json_string_value(ANSWER("/api/shops", "get", "200", "properties", "shops", "items", "$ref")),
                        "#/components/schemas/Shop");
    json_t *first = ANSWER("/api/shops", "get", "200", "properties", "first", "oneOf", "0", "$ref");
    assert_string_equal(json_string_value(first), "#/components/schemas/Shop");
    assert_int_equal(json_array_size(ANSWER("/api/shops", "get", "200", "required")), 4);
    assert_int_equal(json_object_size(AT("components", "schemas")), 2); /* Problem and Shop, once each */
    assert_string_equal(TEXT_AT("components", "schemas", "Shop", "properties", "createdAt", "format"), "date-time");
    assert_int_equal(json_array_size(AT("components", "schemas", "Shop", "required")), 4);
    assert_true(json_is_null(AT("components", "schemas", "Shop", "properties", "size", "enum", "2")));
    assert_null(json_object_get(OPERATION("/api/shops/{id}", "delete", "responses", "204"), "content"));
}

static bool lists(const char *path, const char *verb, const char *status, const char *code)
{
    json_t *response = json_object_get(OPERATION(path, verb, "responses"), status);
    const char *text = json_string_value(json_object_get(response, "description"));
    return text && strstr(text, code);
}

static void refusals_become_responses(void **state)
{
    const char *enable = "/api/shops/{id}/chatbot/enable";
    /* clang-format off */
    static const struct { const char *status, *code; } all[] = {
        { "400", "`invalid_path`" }, { "400", "`invalid_json`" }, { "401", "`sign_in_required`" },
        { "402", "`insufficient_credits`" }, { "403", "`cross_site`" }, { "403", "`sign_in_again`" },
        { "404", "`not_found`" },
        { "409", "`in_progress`" }, { "409", "`already_shown`" }, { "413", "`too_large`" },
        { "415", "`unsupported_media_type`" }, { "422", "`invalid_fields`" }, { "422", "`key_reused`" },
        { "429", "`too_many_requests`" }, { "503", "`busy`" }, { "503", "`storage`" }, { "503", "`uncertain`" },
    };
    /* clang-format on */
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (!lists(enable, "post", all[i].status, all[i].code)) fail_msg("%s %s", all[i].status, all[i].code);
    assert_non_null(OPERATION(enable, "post", "responses", "202"));
    assert_non_null(OPERATION(enable, "post", "responses", "429", "headers", "Retry-After", "$ref"));
    assert_string_equal(json_string_value(ANSWER(enable, "post", "402", "$ref")), "#/components/schemas/Problem");
    assert_string_equal(json_string_value(OPERATION(enable, "post", "parameters", "1", "$ref")),
                        "#/components/parameters/IdempotencyKey");
    const json_t *health = OPERATION("/healthz", "get", "responses");
    assert_int_equal(json_object_size(health), 3); /* 200, 429, 503 */
    assert_false(lists("/healthz", "get", "503", "`storage`"));
    assert_true(lists("/api/shops/{id}", "delete", "404", "`not_found`"));
    assert_true(lists("/api/shops", "get", "400", "`invalid_query`"));
    assert_false(lists("/api/shops", "get", "403", "`cross_site`"));
}

static void the_print_is_the_same_twice(void **state)
{
    struct buf first, second;
    buf_init(&first, 1 << 20), buf_init(&second, 1 << 20);
    openapi_print(&first, tables, "1");
    openapi_print(&second, tables, "1");
    assert_true(str_eq(buf_str(&first), buf_str(&second)));
    buf_free(&first), buf_free(&second);
}

/* ---- complaints ---- */

static void good_tables_pass(void **state)
{
    struct buf out;
    buf_init(&out, 1 << 16);
    bool good = routes_check(tables, &out);
    if (!good) fail_msg("%s", buf_terminated(&out));
    assert_int_equal(out.n, 0);
    buf_free(&out);
}

/* Fails unless the table of one or two rows gets this complaint. */
static void expect_complaint(const struct route *one, const struct route *two, const char *complaint)
{
    struct route table[] = { *one, two ? *two : (struct route)ROUTE_END, ROUTE_END };
    const struct route *const list[] = { table, NULL };
    struct buf out;
    buf_init(&out, 1 << 16);
    if (routes_check(list, &out)) fail_msg("no complaint: %s", complaint);
    if (!strstr(buf_terminated(&out), complaint)) fail_msg("'%s' instead of '%s'", buf_terminated(&out), complaint);
    buf_free(&out);
}

/* A good POST, changed in `change`, must get this complaint. `r` is the row. */
#define BAD_POST(complaint, change)                                                                                    \
    do {                                                                                                               \
        struct route r = shop_routes[3];                                                                               \
        change;                                                                                                        \
        expect_complaint(&r, NULL, complaint);                                                                         \
    } while (0)
#define BAD_GET(complaint, change)                                                                                     \
    do {                                                                                                               \
        struct route r = shop_routes[0];                                                                               \
        change;                                                                                                        \
        expect_complaint(&r, NULL, complaint);                                                                         \
    } while (0)

static void unset_parts_are_named(void **state)
{
    BAD_POST("who may call it is not said", r.who = WHO_UNSET);
    BAD_POST("tx is not said", r.tx = TX_UNSET);
    BAD_POST("doc is empty", r.doc = NULL);
    BAD_POST("doc is empty", r.doc = "");
    BAD_POST("doc is no sentence", r.doc = "Does it");
    BAD_POST("tag is empty", r.tag = NULL);
    BAD_POST("no ROUTE_TAG says what nonsense means", r.tag = "nonsense");
    BAD_POST("no run", r.run = NULL);
    BAD_POST("limit is not set", r.limit = (&(struct limit){ .name = "x", .burst = 1 }));
    BAD_POST("limit is not set", r.limit = (&(struct limit){ .name = "x", .per_ms = 1 }));
    BAD_POST("limit is not set", r.limit = (&(struct limit){ .burst = 1, .per_ms = 1 }));
}

static void contradictions_are_named(void **state)
{
    BAD_GET("GET with a body", (r.body_fields = body_fields, r.body_size = sizeof(struct body)));
    BAD_GET("GET is idempotent by itself", r.idempotent = true);
    BAD_POST("cannot have TX_READ", r.tx = TX_READ);
    BAD_POST("reads is of a POST", r.reads = true);
    BAD_GET("reads is of a POST", r.reads = true);
    BAD_POST("idempotent keeps the answer", r.tx = TX_NONE);
    BAD_POST("POST outside /auth must be idempotent", r.idempotent = false);
    BAD_POST("origins unchecked with a session", r.origins = ORIGINS_UNCHECKED);
    BAD_POST("no role beside it counts", r.who = WHO_SYSTEM | WHO_OWNER);
    BAD_POST("no role beside it counts", r.who = WHO_NOBODY | WHO_OWNER);
    BAD_POST("its scope is not said", r.who = WHO_STAFF | WHO_KEY);
    BAD_POST("scope without WHO_KEY", r.scope = "state");
    BAD_POST("a viewer may change something", r.who = WHO_BOOKS);
    BAD_POST("fresh without a session", (r.who = WHO_STAFF | WHO_KEY, r.scope = "state"));
    BAD_POST("wait_ms and resume belong together", r.resume = NULL);
    BAD_POST("wait_ms and resume belong together", r.wait_ms = 0);
    BAD_POST("wait_ms is out of range", r.wait_ms = -1);
    BAD_POST("wait_ms is out of range", r.wait_ms = 60001);
    BAD_POST("slow without prepare", r.slow = true);
    BAD_POST("ask is of slow work", r.ask = r.run);
    BAD_POST("counts them by nothing else", r.give_back_to_known = true);
    BAD_POST("refused writes rows", r.tx = TX_NONE);
    BAD_POST("body_max is above", r.body_max = JSON_READ_MAX_BYTES + 1);
    BAD_POST("body_max is above", (r.body_fields = NULL, r.body_size = 0, r.body_max = BODY_RAW_MAX + 1));
    BAD_POST("body_optional without a body", (r.body_fields = NULL, r.body_size = 0));
    BAD_POST("status 404 is no success", r.status = 404);
    BAD_POST("status 204 has no body to describe", r.status = 204);
    BAD_POST("status 303 has no body to describe", r.status = 303);
    BAD_POST("callers that nobody counts", r.who = WHO_ANYONE);
    BAD_POST("callers that nobody counts", (r.who = WHO_SYSTEM, r.origins = ORIGINS_UNCHECKED));
    struct route hook = shop_routes[1]; /* with a proof of its own it need not be idempotent */
    hook.who = WHO_SYSTEM, hook.origins = ORIGINS_UNCHECKED, hook.idempotent = false, hook.limit = &some;
    struct buf out;
    buf_init(&out, 4096);
    const struct route table[] = { hook, ROUTE_END }, *const list[] = { table, NULL };
    assert_true(routes_check(list, &out));
    buf_free(&out);
}

static void paths_are_held_to_their_fields(void **state)
{
    BAD_POST("path does not begin with '/'", r.path = NULL);
    BAD_POST("path does not begin with '/'", r.path = "api/:id");
    BAD_POST("path part :shop has no path field", r.path = "/api/:id/:shop");
    BAD_POST("path part :id has no path field", (r.path_fields = NULL, r.path_size = 0));
    BAD_POST("path field id is not in the path", r.path = "/api/shops");
    BAD_POST("path has an empty part", r.path = "/api//:id");
    BAD_POST("path has an empty part", r.path = "/api/:id/");
    BAD_POST("path holds '?'", r.path = "/api/:id?x");
    BAD_POST("path holds ' '", r.path = "/api/:id/a b");
    BAD_POST("path holds ':'", r.path = "/api/:id/a:b");
    BAD_POST("more than 4 parts with ':'", r.path = "/:id/:id/:id/:id/:id");
    static const struct field optional[] = { FIELD_ID(struct path, id, .optional = true), FIELD_END };
    BAD_POST("path field id is optional", r.path_fields = optional);
}

/* One field in a body, or in a query, must get this complaint. */
static void expect_field(const struct field *f, bool in_query, const char *complaint)
{
    const struct field table[] = { *f, FIELD_END };
    struct route r = shop_routes[in_query ? 0 : 3];
    if (in_query) r.query_fields = table, r.query_size = sizeof(struct search);
    else r.body_fields = table, r.body_size = sizeof(struct body);
    expect_complaint(&r, NULL, complaint);
}

static void fields_have_limits(void **state)
{
    static const char *const nothing[] = { NULL };
    expect_field(&(struct field)FIELD_TEXT(struct body, name, .min = 1), false, "field name: text without a maximum");
    expect_field(&(struct field)FIELD_TEXT(struct body, name, .min = 3, .max = 2), false,
                 "field name: min is above max");
    expect_field(&(struct field)FIELD_TEXT(struct body, name, .min = -1, .max = 2), false,
                 "field name: min is above max");
    expect_field(&(struct field)FIELD_I64(struct search, after, .optional = true), true, "field after: no range");
    expect_field(&(struct field)FIELD_I64(struct search, after, .min = 2, .max = 1), true,
                 "field after: min is above max");
    expect_field(&(struct field)FIELD_CREDITS(struct body, amount, .min = 1, .max = INT64_MAX), false,
                 "range past what credits");
    expect_field(&(struct field)FIELD_CREDITS(struct body, amount, .min = 1, .max = 2, .fallback = INT64_MAX), false,
                 "fallback past credits");
    expect_field(&(struct field)FIELD_ENUM(struct search, size, NULL), true, "field size: enum without names");
    expect_field(&(struct field)FIELD_ENUM(struct search, size, nothing), true, "field size: enum without names");
    expect_field(&(struct field)FIELD_ENUM(struct search, size, sizes, .optional = true, .fallback = 2), true,
                 "fallback is no name");
    expect_field(&(struct field)FIELD_ENUM(struct search, size, sizes, .optional = true, .fallback = -2), true,
                 "fallback is no name");
    expect_field(&(struct field)FIELD_TEXT(struct search, word, .max = 9, .form = TEXT_SECRET), true,
                 "a secret in an address");
    expect_field(&(struct field)FIELD_TEXT(struct search, word, .max = 9, .multiline = true), true,
                 "several lines in an address");
    expect_field(&(struct field)FIELD_TEXT(struct search, word, .name = "search", .max = 9), true,
                 "field search: what is searched for is a FIELD_SEARCH");
    expect_field(&(struct field)FIELD_TEXT(struct search, word, .name = "q", .max = 9), true,
                 "field q: what is searched for is a FIELD_SEARCH");
    expect_field(&(struct field){ .kind = FIELD_KIND_BOOL }, false, "body has a field without a name");
    expect_field(&(struct field){ .name = "x", .kind = FIELD_KIND_TEXT, .max = 9, .offset = sizeof(struct body) - 4 },
                 false, "field x lies outside its struct");
    expect_field(&(struct field){ .name = "x", .kind = FIELD_KIND_BOOL, .present_offset = sizeof(struct body) }, false,
                 "field x lies outside its struct");
    static const struct field one = FIELD_I64(struct body, amount, .min = 1, .max = 2);
    static const struct field endless[] = { FIELD_OBJECT(struct body, name, endless, struct body), FIELD_END };
    expect_field(&(struct field)FIELD_LIST(struct body, name, &one, struct body), false, "a list without a maximum");
    expect_field(&(struct field)FIELD_LIST(struct search, word, &one, struct body, .max = 2), true,
                 "a list or an object in an address");
    expect_field(&(struct field)FIELD_OBJECT(struct body, name, NULL, struct body), false, "what it is made of");
    BAD_POST("nested too deep", r.body_fields = endless);
    static const struct field twice[] = { FIELD_BOOL(struct body, on), FIELD_BOOL(struct body, on), FIELD_END };
    BAD_POST("body has two fields on", r.body_fields = twice);
    BAD_POST("body has fields but no size", r.body_size = 0);
    BAD_POST("body has a size but no fields", r.body_fields = NULL);
    BAD_GET("query has a size but no fields", r.query_fields = NULL);
}

static void answers_are_whole(void **state)
{
    static const struct shape other[] = { SHAPE_I64("x"), SHAPE_END };
    static const struct shape no_name[] = { SHAPE_I64(""), SHAPE_END };
    static const struct shape twice[] = { SHAPE_I64("x"), SHAPE_BOOL("x"), SHAPE_END };
    static const struct shape no_names[] = { SHAPE_ENUM("x", NULL), SHAPE_END };
    static const struct shape no_members[] = { SHAPE_LIST("x", NULL), SHAPE_END };
    static const struct shape two_shops[] = { SHAPE_LIST("a", shop_shape, .type_name = "Shop"),
                                              SHAPE_LIST("b", other, .type_name = "Shop"), SHAPE_END };
    static const struct shape problem[] = { SHAPE_OBJECT("a", other, .type_name = "Problem"), SHAPE_END };
    static const struct shape endless[] = { SHAPE_OBJECT("a", endless), SHAPE_END };
    BAD_GET("answer has a member without a name", r.answer = no_name);
    BAD_GET("answer has two members x", r.answer = twice);
    BAD_GET("answer's x: enum without names", r.answer = no_names);
    BAD_GET("answer's x: no members", r.answer = no_members);
    BAD_GET("type name Shop means another shape", r.answer = two_shops);
    BAD_GET("the name Problem is taken", r.answer = problem);
    BAD_GET("answer is nested too deep", r.answer = endless);
}

static void problems_are_stable(void **state)
{
#define LIST(...) ((const struct problem *const[]){ __VA_ARGS__, NULL })
    /* clang-format off */
    static const struct problem upper = { "Bad", 400, "x", "x" }, empty = { "", 400, "x", "x" },
                                fine = { "a", 200, "x", "x" },
                                mute = { "a", 400, "x", "" }, deaf = { "a", 400, NULL, "x" },
                                poorer = { "insufficient_credits", 409, "x", "x" },
                                same = { "not_found", 404, "x", "x" };
    /* clang-format on */
    BAD_POST("problem code 'Bad'", r.problems = LIST(&upper));
    BAD_POST("problem code ''", r.problems = LIST(&empty));
    BAD_POST("problem a has status 200", r.problems = LIST(&fine));
    BAD_POST("problem a lacks a text", r.problems = LIST(&mute));
    BAD_POST("problem a lacks a text", r.problems = LIST(&deaf));
    BAD_POST("problem not_found is listed twice", r.problems = LIST(&problem_not_found, &problem_not_found));
    BAD_POST("problem not_found is listed twice", r.problems = LIST(&problem_not_found, &same));
    struct route r = shop_routes[1];
    r.problems = LIST(&poorer);
    expect_complaint(&shop_routes[3], &r,
                     "problem insufficient_credits is another one at POST /api/shops/:id/chatbot/enable");
}

static void rows_do_not_fight(void **state)
{
    struct route a = shop_routes[2], b = shop_routes[2];
    expect_complaint(&a, &b, "answers to the same address as GET /api/shops/:id/status");
    /* clang-format off */
    static const struct field shop_field[] = { { .name = "shop", .kind = FIELD_KIND_I64, .min = 1, .max = 9 },
        FIELD_END };
    /* clang-format on */
    b.path = "/api/shops/:shop/status", b.path_fields = shop_field;
    expect_complaint(&a, &b, "answers to the same address as GET /api/shops/:id/status");
    b.verb = VERB_DELETE, b.tx = TX_WRITE;
    expect_complaint(&a, &b, "names the parts of /api/shops/:id/status otherwise");
    b = a;
    a.path = "/api/:id/status", b.path = "/api/shops/:id";
    expect_complaint(&a, &b, "one address could mean this or /api/:id/status");
    a.path = "/api/shops/:id", b.path = "/api/shops-id", b.path_fields = NULL, b.path_size = 0;
    expect_complaint(&a, &b, "has the operation id of /api/shops/:id");
    /* The more literal one wins: that is no fight. */
    a = shop_routes[2], b = shop_routes[2];
    b.path = "/api/shops/all/status", b.path_fields = NULL, b.path_size = 0;
    const struct route table[] = { a, b, ROUTE_END }, *const list[] = { table, NULL };
    struct buf out;
    buf_init(&out, 4096);
    if (!routes_check(list, &out)) fail_msg("%s", buf_terminated(&out));
    buf_free(&out);
}

int main(int argc, char **argv)
{
    if (argc > 1 && text_eq(argv[1], "print")) {
        struct buf out;
        buf_init(&out, 1 << 20);
        openapi_print(&out, tables, "0.0.0");
        bool written = fwrite(out.p, 1, out.n, stdout) == out.n;
        buf_free(&out);
        return written ? 0 : 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_head_is_complete),
        cmocka_unit_test(rows_become_operations),
        cmocka_unit_test(callers_become_security),
        cmocka_unit_test(fields_become_schemas),
        cmocka_unit_test(shapes_become_components),
        cmocka_unit_test(refusals_become_responses),
        cmocka_unit_test(the_print_is_the_same_twice),
        cmocka_unit_test(good_tables_pass),
        cmocka_unit_test(unset_parts_are_named),
        cmocka_unit_test(contradictions_are_named),
        cmocka_unit_test(paths_are_held_to_their_fields),
        cmocka_unit_test(fields_have_limits),
        cmocka_unit_test(answers_are_whole),
        cmocka_unit_test(problems_are_stable),
        cmocka_unit_test(rows_do_not_fight),
    };
    return cmocka_run_group_tests(tests, print_once, forget);
}
