/* openapi.c: the route tables printed as an OpenAPI 3.1 document.
 *
 * Goal: what is printed is what runs, since both come from the same rows; nobody writes the reference by hand. The
 * console's types are generated from it, and `spectral:oas` finds nothing to say. The order is that of the tables, so
 * the same build prints the same bytes.
 *
 * Rejected: comments as the source (they drift); a route that serves the document from a file (a second truth). */
#include "http/private.h"
#include "http/openapi_parts.h"

enum { PROBLEMS_MAX = 64, WITH_A_SESSION = WHO_MEMBERS | WHO_OPERATOR | WHO_PERSON };

static const char *const verb_names[] = {
    [VERB_GET] = "get", [VERB_POST] = "post", [VERB_PUT] = "put", [VERB_PATCH] = "patch", [VERB_DELETE] = "delete"
};

/* ---- names ---- */

void openapi_operation_id(struct buf *out, const struct route *r)
{
    buf_text(out, verb_names[r->verb]);
    bool upper = true;
    for (const char *p = r->path; *p; p++) {
        bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');
        if (letter) buf_char(out, upper && *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p);
        upper = !letter;
    }
}

/* "/api/shops/{id}" from "/api/shops/:id". */
static void path_template(struct buf *out, const char *path)
{
    bool inside = false;
    for (const char *p = path;; p++) {
        if (inside && (*p == '/' || *p == '\0')) {
            buf_char(out, '}');
            inside = false;
        }
        if (*p == '\0') return;
        if (*p == ':') {
            buf_char(out, '{');
            inside = true;
        } else {
            buf_char(out, *p);
        }
    }
}

/* ---- refusals ---- */

struct refusals {
    size_t count;
    const struct problem *problem[PROBLEMS_MAX];
};

static void refusal_add(struct refusals *list, const struct problem *p)
{
    for (size_t i = 0; i < list->count; i++)
        if (text_eq(list->problem[i]->code, p->code)) return;
    assert(list->count < PROBLEMS_MAX);
    list->problem[list->count++] = p;
}

static void refusals_of_caller(struct refusals *list, const struct route *r)
{
    if (route_wants_caller(r)) {
        refusal_add(list, &problem_sign_in);
        if (r->who == WHO_OPERATOR) refusal_add(list, &problem_not_found);
        else if (!(r->who & WHO_PERSON)) refusal_add(list, &problem_role_not_allowed);
    }
    if (r->who & WHO_KEY) refusal_add(list, &problem_scope_missing);
    if (r->fresh) refusal_add(list, &problem_sign_in_again);
    bool any_page = r->origins == ORIGINS_UNCHECKED || r->origins == ORIGINS_ANY;
    if (r->origins == ORIGINS_ASKED || (r->verb != VERB_GET && !any_page)) refusal_add(list, &problem_cross_site);
}

static void refusals_of_input(struct refusals *list, const struct route *r)
{
    if (r->path_fields) {
        refusal_add(list, &problem_invalid_path);
        refusal_add(list, &problem_not_found);
    }
    if (r->query_fields) refusal_add(list, &problem_invalid_query);
    if (r->body_fields) {
        refusal_add(list, &problem_invalid_json);
        refusal_add(list, &problem_too_large);
        refusal_add(list, &problem_unsupported_media_type);
        refusal_add(list, &problem_invalid_fields);
    }
    if (r->idempotent) {
        refusal_add(list, &problem_in_progress);
        refusal_add(list, &problem_already_shown);
        refusal_add(list, &problem_key_reused);
    }
}

static void refusals_of(struct refusals *list, const struct route *r)
{
    list->count = 0;
    refusals_of_input(list, r);
    refusals_of_caller(list, r);
    for (size_t i = 0; r->problems && r->problems[i]; i++) refusal_add(list, r->problems[i]);
    refusal_add(list, &problem_too_many_requests);
    refusal_add(list, &problem_busy);
    if (r->tx != TX_NONE) refusal_add(list, &problem_internal);
    if (r->tx != TX_NONE) refusal_add(list, &problem_storage);
    if (r->tx == TX_WRITE) refusal_add(list, &problem_uncertain);
}

/* One response a status; its codes and texts are listed in the description. */
static void put_refusal(struct json *j, const struct route *r, const struct refusals *list, int status)
{
    struct buf text;
    buf_init(&text, 16384);
    for (size_t i = 0; i < list->count; i++)
        if (list->problem[i]->status == status)
            buf_printf(&text, "%s- `%s`: %s", text.n ? "\n" : "", list->problem[i]->code, list->problem[i]->en);
    json_text(j, "description", buf_terminated(&text));
    if (status == 429 || status == 503) {
        json_object(j, "headers");
        json_object(j, "Retry-After");
        json_text(j, "$ref", "#/components/headers/RetryAfter");
        json_end(j);
        json_end(j);
    }
    json_object(j, "content");
    json_object(j, "application/json");
    json_object(j, "schema");
    bool either = r->unfit_status == status;
    if (either) {
        json_array(j, "anyOf");
        json_object(j, NULL);
        openapi_schema_of_shape(j, r->answer);
        json_end(j);
        json_object(j, NULL);
    }
    json_text(j, "$ref", "#/components/schemas/Problem");
    if (either) json_end(j), json_end(j);
    json_end(j);
    json_end(j);
    json_end(j);
    buf_free(&text);
}

static void status_key(char out[4], int status)
{
    assert(status >= 100 && status <= 599);
    out[0] = (char)('0' + status / 100);
    out[1] = (char)('0' + status / 10 % 10);
    out[2] = (char)('0' + status % 10);
    out[3] = '\0';
}

/* ---- one operation ---- */

/* A list with FIELD_FORMAT answers as a table too. That is said at the parameter and not here: the types of the console
 * would be "this, or a text" everywhere. */
static void put_answer(struct json *j, const struct route *r, int status, const char *description)
{
    char key[4];
    status_key(key, status);
    json_object(j, key);
    json_text(j, "description", description);
    if (r->answer && status < 300 && status != 204) {
        json_object(j, "content");
        json_object(j, "application/json");
        json_object(j, "schema");
        openapi_schema_of_shape(j, r->answer);
        json_end(j);
        json_end(j);
        json_end(j);
    }
    json_end(j);
}

static void put_responses(struct json *j, const struct route *r)
{
    struct refusals list;
    refusals_of(&list, r);
    json_object(j, "responses");
    int status = r->status ? r->status : 200;
    put_answer(j, r, status, status >= 300 ? "Go to the address in Location." : "Done.");
    if (r->wait_ms > 0 && status != 202)
        put_answer(j, r, 202,
                   "Accepted; the work goes on. The body says where to look, and so does Location when present.");
    for (int s = 400; s <= 599; s++) {
        bool any = false;
        for (size_t i = 0; i < list.count; i++) any = any || list.problem[i]->status == s;
        if (!any) continue;
        char key[4];
        status_key(key, s);
        json_object(j, key);
        put_refusal(j, r, &list, s);
        json_end(j);
    }
    json_end(j);
}

static void put_parameters_of(struct json *j, const struct field *table, const char *in)
{
    for (const struct field *f = table; f && f->kind != FIELD_KIND_END; f++) {
        json_object(j, NULL);
        json_text(j, "name", f->name);
        json_text(j, "in", in);
        json_bool(j, "required", !f->optional);
        if (f->doc) json_text(j, "description", f->doc);
        json_object(j, "schema");
        openapi_schema_of_parameter(j, f);
        json_end(j);
        json_end(j);
    }
}

static void put_parameters(struct json *j, const struct route *r)
{
    if (!r->path_fields && !r->query_fields && !r->idempotent) return;
    json_array(j, "parameters");
    put_parameters_of(j, r->path_fields, "path");
    put_parameters_of(j, r->query_fields, "query");
    if (r->idempotent) {
        json_object(j, NULL);
        json_text(j, "$ref", "#/components/parameters/IdempotencyKey");
        json_end(j);
    }
    json_end(j);
}

static void put_body(struct json *j, const struct route *r)
{
    if (!r->body_fields) return;
    json_object(j, "requestBody");
    json_bool(j, "required", !r->body_optional);
    json_object(j, "content");
    json_object(j, "application/json");
    json_object(j, "schema");
    openapi_schema_of_fields(j, r->body_fields, r->ignore_unknown, route_told_back(r));
    json_end(j);
    json_end(j);
    json_end(j);
    json_end(j);
}

static void put_scheme(struct json *j, const char *name)
{
    json_object(j, NULL);
    if (name) {
        json_array(j, name);
        json_end(j);
    }
    json_end(j);
}

/* Alternatives; an empty object among them means that nobody need be signed in. */
static void put_security(struct json *j, const struct route *r)
{
    json_array(j, "security");
    if (r->who & WHO_NOBODY) put_scheme(j, NULL);
    if (r->who & WITH_A_SESSION) put_scheme(j, "cookieAuth");
    if (r->who & WHO_KEY) put_scheme(j, "shopKey");
    json_end(j);
}

/* The same set again by name: `security` cannot say which roles of a session count. */
static void put_roles(struct json *j, const struct route *r)
{
    json_array(j, "x-roles");
    for (const struct role_name *n = role_names_of_callers; n->name; n++)
        if (r->who & n->role) json_text(j, NULL, n->name);
    json_end(j);
    if (r->scope) json_text(j, "x-key-scope", r->scope);
}

/* What the row says, and behind it who may: a reader of the description need not know of x-roles. */
static void put_description(struct json *j, const struct route *r)
{
    struct buf text;
    buf_init(&text, 2048);
    buf_text(&text, r->doc);
    if (route_wants_caller(r) && !(r->who & WHO_PERSON)) {
        const char *before = " For: ";
        for (const struct role_name *n = role_names_of_callers; n->name; n++) {
            if (!(r->who & n->role)) continue;
            buf_printf(&text, "%s%s", before, n->role == WHO_KEY ? "service key" : n->name);
            before = ", ";
        }
        buf_char(&text, '.');
    }
    json_text(j, "description", buf_terminated(&text));
    buf_free(&text);
}

static void put_operation(struct json *j, const struct route *r)
{
    struct buf id;
    buf_init(&id, 256);
    openapi_operation_id(&id, r);
    json_object(j, verb_names[r->verb]);
    json_text(j, "operationId", buf_terminated(&id));
    buf_free(&id);
    json_array(j, "tags");
    json_text(j, NULL, r->tag);
    json_end(j);
    put_description(j, r);
    put_security(j, r);
    put_roles(j, r);
    put_parameters(j, r);
    put_body(j, r);
    put_responses(j, r);
    json_end(j);
}

/* ---- the document ---- */

typedef void route_visitor(struct json *j, const struct route *r, const struct route *const *routes);

static void each_visible(struct json *j, const struct route *const *routes, route_visitor *visit)
{
    for (size_t t = 0; routes[t]; t++)
        for (const struct route *r = routes[t]; r->verb != VERB_UNSET; r++)
            if (!r->hidden) visit(j, r, routes);
}

/* The first visible row for which `same` holds with `r`: the others are printed with it. */
static bool is_first(const struct route *r, const struct route *const *routes,
                     bool (*same)(const struct route *a, const struct route *b))
{
    for (size_t t = 0; routes[t]; t++)
        for (const struct route *other = routes[t]; other->verb != VERB_UNSET; other++) {
            if (other == r) return true;
            if (!other->hidden && same(other, r)) return false;
        }
    return true;
}

static bool same_path(const struct route *a, const struct route *b) { return text_eq(a->path, b->path); }

static bool same_tag(const struct route *a, const struct route *b) { return text_eq(a->tag, b->tag); }

static void put_path(struct json *j, const struct route *r, const struct route *const *routes)
{
    if (!is_first(r, routes, same_path)) return;
    struct buf name;
    buf_init(&name, 512);
    path_template(&name, r->path);
    json_object(j, buf_terminated(&name));
    for (size_t t = 0; routes[t]; t++)
        for (const struct route *other = routes[t]; other->verb != VERB_UNSET; other++)
            if (!other->hidden && same_path(other, r)) put_operation(j, other);
    json_end(j);
    buf_free(&name);
}

ROUTE_TAG(operator_tag, "Operator", "For operators: accounts, grants, background jobs, the whole audit log.");
extern const struct route_tag __start_route_tags[], __stop_route_tags[];

const char *route_tag_doc(const char *tag)
{
    for (const struct route_tag *t = __start_route_tags; t < __stop_route_tags; t++)
        if (text_eq(t->name, tag)) return t->doc;
    return NULL;
}

static void put_tag(struct json *j, const struct route *r, const struct route *const *routes)
{
    if (!is_first(r, routes, same_tag)) return;
    json_object(j, NULL);
    json_text(j, "name", r->tag);
    json_text(j, "description", route_tag_doc(r->tag));
    json_end(j);
}

static void put_info(struct json *j, const char *version)
{
    json_object(j, "info");
    json_text(j, "title", "Chathub");
    json_text(j, "version", version);
    json_text(
        j, "description",
        "Customer-service chat for online shops. Refusals have a stable code in `error` and a sentence for a person in "
        "`message`, in the language of the `lang` cookie or Accept-Language (zh, en). A session is a cookie; requests "
        "that change something must come with an Origin header of this site. Times are RFC 3339 in UTC, amounts of "
        "credits are whole numbers. Text is trimmed (words of a chat are not) and must hold no control characters; "
        "lengths count code points. "
        "POST takes Idempotency-Key: the same key with the same body acts once and gives the same answer for 24 "
        "hours.");
    json_object(j, "contact");
    json_text(j, "name", "The operator of this service");
    json_end(j);
    json_object(j, "license");
    json_text(j, "name", "Apache-2.0");
    json_text(j, "identifier", "Apache-2.0");
    json_end(j);
    json_end(j);
    json_array(j, "servers");
    json_object(j, NULL);
    json_text(j, "url", "/");
    json_text(j, "description", "Where this document came from.");
    json_end(j);
    json_end(j);
}

static void put_schemes(struct json *j)
{
    json_object(j, "securitySchemes");
    json_object(j, "cookieAuth");
    json_text(j, "type", "apiKey");
    json_text(j, "in", "cookie");
    json_text(j, "name", "__Host-sid");
    json_text(j, "description", "A session, from sign-in. On plain HTTP in development the cookie is named sid.");
    json_end(j);
    json_object(j, "shopKey");
    json_text(j, "type", "http");
    json_text(j, "scheme", "bearer");
    json_text(j, "description", "The service key of one shop (chsk_...). It speaks for that shop alone.");
    json_end(j);
    json_end(j);
}

static bool any_idempotent(const struct route *const *routes)
{
    for (size_t t = 0; routes[t]; t++)
        for (const struct route *r = routes[t]; r->verb != VERB_UNSET; r++)
            if (!r->hidden && r->idempotent) return true;
    return false;
}

static void put_components(struct json *j, const struct route *const *routes)
{
    json_object(j, "components");
    put_schemes(j);
    if (any_idempotent(routes)) {
        json_object(j, "parameters");
        json_object(j, "IdempotencyKey");
        json_text(j, "name", "Idempotency-Key");
        json_text(j, "in", "header");
        json_bool(j, "required", false);
        json_text(j, "description", "Any text of your own; a repeated request with the same key acts once.");
        json_object(j, "schema");
        json_text(j, "type", "string");
        json_i64(j, "minLength", 1);
        json_i64(j, "maxLength", 128);
        json_end(j);
        json_end(j);
        json_end(j);
    }
    json_object(j, "headers");
    json_object(j, "RetryAfter");
    json_text(j, "description", "Seconds to wait before the next try.");
    json_object(j, "schema");
    json_text(j, "type", "integer");
    json_i64(j, "minimum", 1);
    json_end(j);
    json_end(j);
    json_end(j);
    openapi_schemas_print(j, routes);
    json_end(j);
}

void openapi_print(struct buf *out, const struct route *const *routes, const char *version)
{
    struct json j;
    json_begin(&j, out);
    json_object(&j, NULL);
    json_text(&j, "openapi", "3.1.0");
    put_info(&j, version);
    json_array(&j, "tags");
    each_visible(&j, routes, put_tag);
    json_end(&j);
    json_object(&j, "paths");
    each_visible(&j, routes, put_path);
    json_end(&j);
    put_components(&j, routes);
    json_end(&j);
    json_finish(&j);
}
