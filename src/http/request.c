/* request.c: from a head to a request that may run: who asks (by address), which row answers, and everything that can
 * be refused without a transaction. The order is that of route.h.
 *
 * A refusal does not end the reading: the body is still taken (and thrown away), because its framing must be judged
 * before the connection may be used again, and because a client that is still sending would not see the answer.
 *
 * A refusal for what is *in* the request (fields, media type) waits until the caller is known when the route wants one:
 * a stranger is told to sign in, not which fields an operator's route has. */
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "http/assets.h"
#include "http/cookies.h"
#include "http/private.h"
#include "http/negotiate.h"
#include "http/origin.h"

enum { QUERY_PAIRS_MAX = 32, IDEMPOTENCY_KEY_MAX = 128, COOKIE_VALUE_MAX = 256, USER_AGENT_MAX = 256 };

/* ---- who asks ---- */

static void request_id(struct exchange *x)
{
    struct loop *l = x->loop;
    if (l->random_left < 16) { /* the kernel is asked once for 64 requests */
        random_bytes(l->random, sizeof l->random);
        l->random_left = sizeof l->random;
    }
    l->random_left -= 16;
    hex_encode(l->random + l->random_left, 16, x->request_id);
}

/* Of two that are wanted as much the one that stands first in the list: that is how most clients mean it. */
static bool stands_before(struct str list, struct str a, struct str b)
{
    for (size_t i = 0; i + 1 < list.n; i++) {
        if (i > 0 && list.p[i - 1] != ',' && list.p[i - 1] != ' ') continue;
        struct str two = { list.p + i, 2 };
        if (str_eq_nocase(two, a)) return true;
        if (str_eq_nocase(two, b)) return false;
    }
    return true;
}

static enum lang language(const struct head *h)
{
    struct str cookie = cookies_find(h, "lang");
    if (cookie.n >= 2) {
        if (str_starts(cookie, STR("zh"))) return LANG_ZH;
        if (str_starts(cookie, STR("en"))) return LANG_EN;
    }
    struct str accept = head_get(h, "accept-language");
    int zh = accept_weight(accept, STR("zh"), true), en = accept_weight(accept, STR("en"), true);
    if (zh != en) return en > zh ? LANG_EN : LANG_ZH;
    return stands_before(accept, STR("zh"), STR("en")) ? LANG_ZH : LANG_EN;
}

/* ---- refusals before the body ---- */

static bool has_bearer(const struct head *h) { return bearer_of(head_get(h, "authorization")).n > 0; }

/* A bearer key is sent by whoever has it, never by a browser of itself. Beside a cookie it proves nothing: the cookie
 * may be what signs in. */
static bool by_key_alone(const struct exchange *x) { return has_bearer(&x->head) && x->session_key[0] == '\0'; }

/* Nothing found, or found with another verb. */
static void no_route(struct exchange *x, const struct route_match *m)
{
    if (str_eq(x->head.method, STR("OPTIONS")) && (m->verbs != 0 || str_eq(x->head.target, STR("*")))) {
        cors_preflight(x);
        x->req.reply.status = 204;
        x->allow = router_allow_text(x->req.arena, m->verbs != 0 ? m->verbs : ~0u);
        x->discard = true;
        return;
    }
    bool reads = str_eq(x->head.method, STR("GET")) || str_eq(x->head.method, STR("HEAD"));
    if (reads && assets_has_page(x->head.path.p, x->head.path.n) && assets_answer(x)) {
        x->discard = true; /* GET is the page, POST of the same path the API's */
    } else if (m->verbs != 0) {
        exchange_refuse(x, &problem_method_not_allowed);
        x->allow = router_allow_text(x->req.arena, m->verbs);
    } else if (reads && assets_answer(x)) {
        x->discard = true;
    } else {
        exchange_refuse(x, &problem_not_found);
    }
}

static void session_key(struct exchange *x)
{
    struct str sid = cookies_find(&x->head, x->loop->http->session_cookie);
    if (sid.n > 0 && sid.n <= COOKIE_VALUE_MAX) sha256_hex(sid, x->session_key);
}

static bool path_parts(struct exchange *x, const struct route_match *m);

void request_begin_bare(struct connection *c, struct exchange *x)
{
    struct loop *l = c->loop;
    x->op = (struct op){ 0 };
    x->back = NULL;
    x->slot = c->slot, x->generation = c->generation;
    x->kept = x->close = x->counted = x->deferred = x->broken = x->ran = x->replayed = false;
    x->discard = x->away = x->ask_again = x->wants_stream = false;
    x->body = x->fixed_body = (struct str){ 0 };
    x->allow = NULL;
    x->socket_own = NULL;
    x->preflight = NULL;
    x->origin_asked = x->origin_admitted = false;
    x->outcome = OP_REFUSED;
    x->wait_job = 0;
    x->session_key[0] = '\0';
    x->started_us = (int64_t)(uv_hrtime() / 1000);
    x->head_only = str_eq(x->head.method, STR("HEAD"));
    request_id(x);
    x->req.raw = x;
    x->req.app = l->http->o.app;
    x->req.request_id = x->request_id;
    x->req.now_ms = now_ms();
    x->req.lang = language(&x->head);
    admission_client(c, x);
}

void request_begin(struct connection *c, struct exchange *x)
{
    request_begin_bare(c, x);
    const struct http_options *o = &c->loop->http->o;
    if (!admission_at_the_door(c, x)) {
        x->discard = true;
        return;
    }
    struct route_match m;
    router_find(c->loop->http->router, verb_of(x->head.method), x->head.path, &m);
    const struct route *r = m.route;
    x->req.route = r;
    x->route_number = m.number;
    if (r == NULL) {
        no_route(x, &m);
        return;
    }
    if (r->own_host && !origin_host_ok(&x->head, o->origin)) {
        exchange_refuse(x, &problem_wrong_host);
        return;
    }
    if (r->who != WHO_SYSTEM) session_key(x);
    /* Before the route's own limit: no other site's page may use up what its visitor has. */
    if (!cors_at_the_door(x, by_key_alone(x))) {
        exchange_refuse(x, &problem_cross_site);
        return;
    }
    if (!admission_of_route(x)) {
        x->discard = true;
        return;
    }
    if (route_wants_caller(r) && x->session_key[0] == '\0' && !has_bearer(&x->head)) {
        exchange_refuse(x, &problem_sign_in);
        return;
    }
    int64_t body_max = r->upload ? r->upload->max_bytes : r->body_max ? (int64_t)r->body_max : BODY_MAX_DEFAULT;
    if (x->head.content_length > body_max) {
        exchange_refuse(x, &problem_too_large);
        reply_fact_i64(&x->req, "limit", body_max);
        return;
    }
    if (r->socket != NULL && !socket_upgrade_ok(x)) return;
    if (m.parts > 0 && !path_parts(x, &m)) {
        x->deferred = r->upload == NULL; /* a file that is for nothing is not taken, whoever sends it */
        x->discard = !x->deferred;
    }
}

/* ---- fields ---- */

static void refuse_fields(struct exchange *x, const struct field_faults *faults)
{
    struct field_faults *copy = arena_copy(x->req.arena, faults, sizeof *faults);
    (void)reply_problem(&x->req, &problem_invalid_fields);
    x->req.reply.faults = copy;
}

static const struct field no_fields[] = { FIELD_END };

/* A number that is none names nothing: 404, as for an id that nobody has. */
static bool path_parts(struct exchange *x, const struct route_match *m)
{
    const struct route *r = x->req.route;
    struct arena *a = x->req.arena;
    struct fields_pair pair[ROUTE_PARTS_MAX];
    for (size_t i = 0; i < m->parts; i++) {
        char *value = arena_alloc(a, m->part[i].n + 1);
        size_t n = 0;
        if (!percent_decode(m->part[i], false, value, m->part[i].n, &n)) {
            (void)reply_problem(&x->req, &problem_invalid_path);
            return false;
        }
        pair[i] = (struct fields_pair){ .name = m->part_name[i], .value = { value, n } };
    }
    if (r->path_fields == NULL) return true;
    struct field_faults faults = { 0 };
    void *out = arena_alloc(a, r->path_size);
    if (!fields_from_pairs(a, r->path_fields, pair, m->parts, false, out, &faults)) {
        (void)reply_problem(&x->req, &problem_not_found);
        return false;
    }
    x->req.path = out;
    return true;
}

static bool query_pairs(struct exchange *x)
{
    const struct route *r = x->req.route;
    struct arena *a = x->req.arena;
    struct fields_pair *pair = ARENA_ARRAY(a, struct fields_pair, QUERY_PAIRS_MAX);
    size_t count;
    if (!fields_pairs_split(a, x->head.query, pair, QUERY_PAIRS_MAX, &count)) {
        (void)reply_problem(&x->req, &problem_invalid_query);
        return false;
    }
    struct field_faults faults = { 0 };
    void *out = r->query_size > 0 ? arena_alloc(a, r->query_size) : NULL;
    const struct field *table = r->query_fields ? r->query_fields : no_fields;
    if (!fields_from_pairs(a, table, pair, count, r->ignore_unknown, out, &faults)) {
        refuse_fields(x, &faults);
        return false;
    }
    x->req.query = out;
    return true;
}

static bool is_json(struct str type)
{
    struct str wanted = STR("application/json");
    if (type.n < wanted.n || !str_eq_nocase((struct str){ type.p, wanted.n }, wanted)) return false;
    struct str rest = str_trim((struct str){ type.p + wanted.n, type.n - wanted.n });
    return rest.n == 0 || rest.p[0] == ';';
}

/* Members of the answer that nobody can set: who changes one thing of what was read sends them back. */
static void drop_told(const struct route *r, json_t *json)
{
    for (const struct shape *s = route_told_back(r); s != NULL && s->kind != SHAPE_KIND_END; s++)
        if (!fields_have(r->body_fields, s->name)) (void)json_object_del(json, s->name);
}

static bool body_json(struct exchange *x)
{
    const struct route *r = x->req.route;
    struct str body = x->body;
    bool empty = body.n == 0;
    if (!empty && !is_json(head_get(&x->head, "content-type"))) {
        (void)reply_problem(&x->req, &problem_unsupported_media_type);
        return false;
    }
    if (empty && r->body_optional) body = STR("{}");
    size_t most = r->body_max ? r->body_max : BODY_MAX_DEFAULT;
    if (most > JSON_READ_MAX_BYTES) most = JSON_READ_MAX_BYTES;
    struct json_fault fault = { 0 };
    json_t *json = json_read(body, most, &fault);
    if (json == NULL || !json_is_object(json)) {
        (void)reply_problem(&x->req, &problem_invalid_json);
        const char *why = json == NULL ? fault.text : "not an object";
        reply_fact_text(&x->req, "detail", arena_text(x->req.arena, why));
        if (json != NULL) json_decref(json);
        return false;
    }
    drop_told(r, json);
    struct field_faults faults = { 0 };
    void *out = arena_alloc(x->req.arena, r->body_size);
    bool good = fields_from_json(x->req.arena, r->body_fields, json, r->ignore_unknown, out, &faults);
    json_decref(json);
    if (!good) refuse_fields(x, &faults);
    else x->req.body = out;
    return good;
}

static bool idempotency_key(struct exchange *x)
{
    struct str key = head_get(&x->head, "idempotency-key");
    if (!x->req.route->idempotent || key.p == NULL) return true;
    bool good = key.n >= 1 && key.n <= IDEMPOTENCY_KEY_MAX;
    for (size_t i = 0; i < key.n && good; i++) good = key.p[i] > 0x20 && key.p[i] < 0x7f;
    if (!good) {
        (void)reply_fields(&x->req, "Idempotency-Key", "format");
        return false;
    }
    x->req.idempotency_key = arena_text_n(x->req.arena, key.p, key.n);
    uint8_t body[SHA256_SIZE];
    if (x->upload != NULL) memcpy(body, upload_hash(x), sizeof body);
    else sha256(x->body.p ? x->body.p : "", x->body.n, body);
    size_t n = x->head.target.n;
    char *both = arena_alloc(x->req.arena, sizeof body + n);
    memcpy(both, body, sizeof body);
    memcpy(both + sizeof body, x->head.target.p, n); /* path and query */
    sha256(both, sizeof body + n, x->request_hash);
    return true;
}

/* It is kept in rows and shown again, so it must be text: bytes that are no UTF-8 become question marks. */
static const char *user_agent(struct exchange *x)
{
    struct str agent = head_get(&x->head, "user-agent");
    if (agent.p == NULL) return NULL;
    size_t n = agent.n < USER_AGENT_MAX ? agent.n : USER_AGENT_MAX;
    char *text = arena_text_n(x->req.arena, agent.p, n);
    if (utf8_valid((struct str){ text, n })) return text;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] >= 0x80) text[i] = '?';
    return text;
}

void request_fields(struct exchange *x)
{
    const struct route *r = x->req.route;
    if (x->discard) return;
    if (r->who != WHO_SYSTEM) x->req.user_agent = user_agent(x);
    bool no_query = r->query_fields == NULL && (x->head.query.n == 0 || r->any_query);
    bool good = !x->deferred && (no_query || query_pairs(x));
    good = good && (r->body_fields == NULL || body_json(x)) && idempotency_key(x);
    if (good) return;
    x->deferred = route_wants_caller(r);
    x->discard = !x->deferred;
}
