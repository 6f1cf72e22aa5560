/* store_routes.c: a shop's own store is read: asked for by the store itself, with its SSO token, at the addresses of
 * the server that stores knew before; by a merchant or a service key, among the shop's other sources. */
#include "knowledge/intake.h"

#include "base/clock.h"
#include "outbound/http_client.h"
#include "tenants/tenants.h"

/* clang-format off */
FIELD_CODE(https, "This must begin with https://.", "须以 https:// 开头。");
FIELD_CODE(other_domain, "This is not on the domain of the shop.", "不在店铺域名下。");
FIELD_CODE(port_not_allowed, "Only ports 443 and 8443 are called.", "只会访问 443 和 8443 端口。");
/* clang-format on */

/* Whoever asks again within this time is told how it went, and begins nothing. */
enum { AGAIN_MS = 60000 };

STMT(last, "SELECT id FROM knowledge_intakes WHERE shop = ?1 AND source = ?2 ORDER BY id DESC LIMIT 1");

static const struct problem problem_store_unknown = { "domain_missing", 409,
                                                      "The shop has no domain: give it that of its store first.",
                                                      "该店铺尚未填写域名，请先填写商店的域名。" };
static const struct problem problem_store_busy = { "store_reading", 409, "The store is being read right now.",
                                                   "正在读取商店数据，请稍候。" };

static const struct problem problem_store_idle = { "store_not_reading", 409, "The store is not being read.",
                                                   "当前没有在读取商店数据。" };

struct path_import {
    const char *shopId; /* first, as in the panel's addresses */
    int scope;
};
struct path_reading {
    int64_t id; /* the shop's; first, as in struct path_shop_known */
    int scope;
};
struct get_import {
    int currency; /* of know_currency_names; -1: not said */
    int64_t page;
};
struct post_store {
    int scope, currency;
    const char *url;
};
/* clang-format off */
static const struct field path_import_fields[] = {
    FIELD_TEXT(struct path_import, shopId, .min = 1, .max = 100, .doc = "The shop's public id: shop-7."),
    FIELD_ENUM(struct path_import, scope, know_store_scope_names, .doc = "products, orders or promotions."),
    FIELD_END
};
static const struct field path_reading_fields[] = {
    FIELD_ID(struct path_reading, id, .doc = "The shop's number."),
    FIELD_ENUM(struct path_reading, scope, know_store_scope_names, .doc = "products, orders or promotions."),
    FIELD_END
};
static const struct field get_import_fields[] = {
    FIELD_ENUM(struct get_import, currency, know_currency_names, .optional = true, .fallback = -1,
               .doc = "Of amounts whose row names none; unset: the shop's."),
    FIELD_I64(struct get_import, page, .optional = true, .min = 1, .max = 10000, .fallback = 1,
              .doc = "Taken for the sake of older callers: all pages are read, from the first."),
    FIELD_END
};
static const struct field post_store_fields[] = {
    FIELD_ENUM(struct post_store, scope, know_store_scope_names, .doc = "products, orders or promotions."),
    FIELD_ENUM(struct post_store, currency, know_currency_names, .optional = true, .fallback = -1,
               .doc = "Of amounts whose row names none; unset: the shop's."),
    FIELD_TEXT(struct post_store, url, .optional = true, .max = KNOWLEDGE_URL_MAX, .form = TEXT_URL,
               .doc = "Of the store, on the shop's domain; unset: https and the domain."),
    FIELD_END
};
static const struct shape import_shape[] = {
    SHAPE_BOOL("success"), SHAPE_TEXT("shopId"), SHAPE_ENUM("scope", know_store_scope_names),
    SHAPE_ENUM("status", intake_state_names), SHAPE_TEXT("statusUrl"),
    SHAPE_I64("pages", .doc = "Read so far."), SHAPE_I64("products"), SHAPE_I64("texts"), SHAPE_I64("orders"),
    SHAPE_I64("changed", .doc = "Rows that were new or other than before."),
    SHAPE_LIST("refused", know_refusal_shape, .type_name = "KnowledgeRefusal"),
    SHAPE_TIME("beganAt"), SHAPE_TIME("endedAt", .nullable = true), SHAPE_END };
static const struct shape reading_shape[] = {
    SHAPE_ENUM("scope", know_store_scope_names), SHAPE_I64("intake"), SHAPE_ENUM("status", intake_state_names),
    SHAPE_TEXT("url", .doc = "The store that was asked."),
    SHAPE_TEXT("currency", .nullable = true, .doc = "That was said of amounts whose row names none."),
    SHAPE_I64("pages", .doc = "Read so far."), SHAPE_I64("products"), SHAPE_I64("texts"), SHAPE_I64("orders"),
    SHAPE_I64("changed", .doc = "Rows that were new or other than before."),
    SHAPE_I64("parts", .doc = "Pieces of what was read."), SHAPE_I64("written", .doc = "Pieces that are taken in."),
    SHAPE_LIST("refused", know_refusal_shape, .type_name = "KnowledgeRefusal"),
    SHAPE_TIME("beganAt"), SHAPE_TIME("endedAt", .nullable = true), SHAPE_END };
static const struct shape store_shape[] = {
    SHAPE_TEXT("url", .nullable = true, .doc = "Where the store is by the shop's domain; null: the shop has none."),
    SHAPE_LIST("readings", reading_shape, .type_name = "StoreReading", .doc = "The last one of each kind."),
    SHAPE_END };
/* clang-format on */

struct shown {
    struct intake in;
    int scope;
    const char *called, *status_url; /* as the store that asks calls itself: its token is good for that name alone */
};

static void import_json(struct json *j, const void *arg)
{
    const struct shown *s = arg;
    json_bool(j, "success", s->in.state != INTAKE_FAILED);
    json_text(j, "shopId", s->called);
    json_text(j, "scope", know_store_scope_names[s->scope]);
    json_text(j, "status", intake_state_names[s->in.state]);
    json_text(j, "statusUrl", s->status_url);
    json_i64(j, "pages", s->in.place);
    json_i64(j, "products", s->in.products);
    json_i64(j, "texts", s->in.texts);
    json_i64(j, "orders", s->in.orders);
    json_i64(j, "changed", s->in.changed);
    json_raw(j, "refused", str_of(s->in.refusals));
    json_time(j, "beganAt", s->in.began_at_ms);
    json_time(j, "endedAt", s->in.ended_at_ms);
}

static struct shown shown_as(struct arena *a, const struct path_import *path)
{
    const char *status = arena_printf(a, "/api/import/%s/%s/status", path->shopId, know_store_scope_names[path->scope]);
    return (struct shown){ .scope = path->scope, .called = path->shopId, .status_url = status };
}

/* The last one of this scope. ROW_NONE: none yet. */
static enum row last_of(struct tx *tx, int64_t shop, int scope, struct intake *out)
{
    struct query q = query(tx, &last);
    bind_i64(&q, shop), bind_text(&q, know_store_sources[scope]);
    enum row row = query_row(&q);
    return row == ROW_FOUND ? know_intake_get(tx, col_i64(&q, "id"), out) : row;
}

struct begin {
    int64_t account, shop;
    int scope, currency;
    const char *url;
};

static const char *wish_of(struct arena *a, const struct begin *b)
{
    struct buf text;
    struct json j;
    buf_init(&text, 16 << 10);
    json_begin(&j, &text);
    json_object(&j, NULL);
    json_text(&j, "url", b->url);
    if (b->currency >= 0) json_text(&j, "currency", know_currency_names[b->currency]);
    json_end(&j);
    json_finish(&j);
    const char *out = arena_text_n(a, text.p, text.n);
    buf_free(&text);
    return out;
}

/* ANSWER_GO_ON: it has begun. */
static enum answer begin(struct req *req, const struct begin *b, struct intake *out)
{
    int64_t job;
    enum answer a = know_intake_may_begin(req, b->shop);
    if (a != ANSWER_GO_ON) return a;
    *out = (struct intake){ .account = b->account,
                            .shop = b->shop,
                            .source = know_store_sources[b->scope],
                            .wish = wish_of(req->arena, b),
                            .began_at_ms = req->now_ms,
                            .refusals = "[]" };
    return know_intake_begin(req->tx, out, &job) ? ANSWER_GO_ON : reply_fault(req);
}

/* ---- by the store, with its token ---- */

static enum answer run_import(struct req *req)
{
    const struct path_import *path = req->path;
    const struct get_import *in = req->query;
    struct sso_caller who;
    struct shown s = shown_as(req->arena, path);
    struct shop shop;
    enum answer a = tenants_sso_caller(req, true, &who);
    if (a != ANSWER_GO_ON) return a;
    enum row row = last_of(req->tx, who.shop, path->scope, &s.in);
    if (row == ROW_FAULT) return reply_fault(req);
    bool lately = row == ROW_FOUND && (!s.in.ended_at_ms || s.in.ended_at_ms > req->now_ms - AGAIN_MS);
    if (row == ROW_FOUND && time_is_ahead(s.in.ended_at_ms, req->now_ms)) lately = false;
    if (lately) return reply_json(req, 200, import_json, &s);
    row = shops_owned(req->tx, who.account, who.shop, &shop);
    if (row != ROW_FOUND) return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_fault(req);
    if (!shop.domain) return reply_problem(req, &problem_store_unknown);
    const struct begin b = { who.account, who.shop, path->scope, in->currency,
                             arena_printf(req->arena, "https://%s", shop.domain) };
    a = begin(req, &b, &s.in);
    return a == ANSWER_GO_ON ? reply_json(req, 200, import_json, &s) : a;
}

static enum answer run_status(struct req *req)
{
    const struct path_import *path = req->path;
    struct sso_caller who;
    struct shown s = shown_as(req->arena, path);
    enum answer a = tenants_sso_caller(req, false, &who);
    if (a != ANSWER_GO_ON) return a;
    enum row row = last_of(req->tx, who.shop, path->scope, &s.in);
    if (row == ROW_FAULT) return reply_fault(req);
    return row == ROW_NONE ? reply_problem(req, &problem_not_found) : reply_json(req, 200, import_json, &s);
}

/* ---- by the merchant ---- */

/* "https://host" of an address on the shop's domain; NULL: *code says why not. Its token goes to the shop alone. */
static const char *store_url(struct req *req, const struct post_store *in, const struct shop *s, const char **code)
{
    struct arena *a = req->arena;
    if (!in->url) return arena_printf(a, "https://%s", s->domain);
    const char *host = url_host(a, in->url), *root = host ? url_resolve(a, in->url, "/") : NULL;
    *code = !root ? "format" : NULL;
    if (root && !knowledge_settings.development) {
        if (!str_starts(str_of(root), STR("https://"))) *code = "https";
        else if (!s->domain || !know_is_of_shop(host, s->domain)) *code = "other_domain";
        else if (!url_port_is_called(in->url)) *code = "port_not_allowed";
    }
    return *code ? NULL : arena_text_n(a, root, strlen(root) - 1);
}

static enum answer run_store(struct req *req)
{
    const struct post_store *in = req->body;
    struct knowledge_head h;
    struct shop s;
    struct intake made;
    int64_t shop;
    const char *code = NULL;
    enum answer a = know_shop_locked(req, &shop, &h);
    if (a != ANSWER_GO_ON) return a;
    if (shops_owned(req->tx, req->who.account, shop, &s) != ROW_FOUND) return reply_fault(req);
    if (!in->url && !s.domain) return reply_problem(req, &problem_store_unknown);
    const char *url = store_url(req, in, &s, &code);
    if (code) return reply_fields(req, "url", code);
    enum row row = last_of(req->tx, shop, in->scope, &made);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_FOUND && !made.ended_at_ms) return reply_problem(req, &problem_store_busy);
    const struct begin b = { req->who.account, shop, in->scope, in->currency, url };
    a = begin(req, &b, &made);
    return a == ANSWER_GO_ON ? reply_json(req, 202, know_intake_json, &made) : a;
}

struct readings {
    const char *url;
    struct shown reading[STORE_SCOPES];
    const char *asked[STORE_SCOPES], *currency[STORE_SCOPES];
    size_t count;
};

static void reading_json(struct json *j, const struct readings *r, size_t i)
{
    const struct intake *in = &r->reading[i].in;
    json_object(j, NULL);
    json_text(j, "scope", know_store_scope_names[r->reading[i].scope]);
    json_i64(j, "intake", in->id);
    json_text(j, "status", intake_state_names[in->state]);
    json_text(j, "url", r->asked[i]);
    json_text(j, "currency", r->currency[i]);
    json_i64(j, "pages", in->place);
    json_i64(j, "products", in->products);
    json_i64(j, "texts", in->texts);
    json_i64(j, "orders", in->orders);
    json_i64(j, "changed", in->changed);
    json_i64(j, "parts", in->parts);
    json_i64(j, "written", in->written);
    json_raw(j, "refused", str_of(in->refusals));
    json_time(j, "beganAt", in->began_at_ms);
    json_time(j, "endedAt", in->ended_at_ms);
    json_end(j);
}

static void readings_json(struct json *j, const void *arg)
{
    const struct readings *r = arg;
    json_text(j, "url", r->url);
    json_array(j, "readings");
    for (size_t i = 0; i < r->count; i++) reading_json(j, r, i);
    json_end(j);
}

static enum answer run_readings(struct req *req)
{
    struct readings *r = ARENA_NEW(req->arena, struct readings);
    struct knowledge_head h = { .shop = 0 };
    struct shop s;
    int64_t shop;
    enum answer a = know_shop_read(req, &shop, &h);
    if (a != ANSWER_GO_ON) return a;
    if (shops_owned(req->tx, req->who.account, shop, &s) != ROW_FOUND) return reply_fault(req);
    r->url = s.domain ? arena_printf(req->arena, "https://%s", s.domain) : NULL;
    for (int scope = 0; scope < STORE_SCOPES; scope++) {
        struct shown *to = &r->reading[r->count];
        enum row row = last_of(req->tx, shop, scope, &to->in);
        if (row == ROW_FAULT) return reply_fault(req);
        if (row == ROW_NONE) continue;
        json_t *wish = json_read(str_of(to->in.wish), JSON_READ_MAX_BYTES, NULL);
        const char *url = json_string_value(json_object_get(wish, "url"));
        to->scope = scope;
        r->asked[r->count] = arena_text(req->arena, url ? url : "");
        r->currency[r->count] = arena_text(req->arena, json_string_value(json_object_get(wish, "currency")));
        r->count++;
        json_decref(wish);
    }
    return reply_json(req, 200, readings_json, r);
}

static void stopped_json(struct json *j, const void *arg)
{
    const struct intake *in = arg;
    json_text(j, "source", in->source);
    json_i64(j, "changed", in->changed);
}

static enum answer run_stop(struct req *req)
{
    const struct path_reading *path = req->path;
    struct knowledge_head h;
    struct intake in = { .id = 0 };
    int64_t shop;
    enum answer a = know_shop_locked(req, &shop, &h);
    if (a != ANSWER_GO_ON) return a;
    enum row row = last_of(req->tx, shop, path->scope, &in);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE || in.ended_at_ms) return reply_problem(req, &problem_store_idle);
    if (!know_intake_stop(req->tx, req->arena, req->now_ms, &in) ||
        !audit_request(req, AUDIT_knowledge_reading_stopped, req->who.account, "shop", shop, stopped_json, &in))
        return reply_fault(req);
    return reply_json(req, 200, know_intake_json, &in);
}

/* What fails counts; what begins something is counted by whose it is. */
static const struct limit import_limit = { .name = "store_import", .burst = 120, .per_ms = MINUTE_MS };

ROUTE_TAG(import_tag, "Import", "A shop's store has its rows read, as the server that it knew before did.");

/* clang-format off */
#define STORE .who = WHO_ANYONE, .tag = "Import", .limit = &import_limit, .give_back_on_success = true,                \
    PATH_FIELDS(path_import), .answer = import_shape
const struct route knowledge_store_routes[] = {
    { .verb = VERB_GET, .path = "/api/import/:shopId/:scope", STORE, .tx = TX_WRITE, QUERY_FIELDS(get_import),
      .run = run_import,
      PROBLEMS(&problem_bad_token, &problem_wrong_shop_token, &problem_read_only_token, &problem_not_found,
               &problem_store_unknown, &problem_intakes_full),
      .doc = "Read all of the store's products, orders or promotions from its export (Bearer SSO token, role admin)."
             " Asked again meanwhile, or within a minute, it tells how that goes." },
    { .verb = VERB_GET, .path = "/api/import/:shopId/:scope/status", STORE, .tx = TX_READ, .run = run_status,
      PROBLEMS(&problem_bad_token, &problem_wrong_shop_token, &problem_not_found),
      .doc = "How the last reading goes or went (Bearer SSO token)." },
    { .verb = VERB_POST, .path = "/api/shops/:id/knowledge/store", .who = WHO_MANAGERS | WHO_KEY,
      .scope = KEY_SCOPE_KNOWLEDGE, .tag = "Knowledge", .tx = TX_WRITE, .idempotent = true,
      PATH_FIELDS(path_shop_known), BODY_FIELDS(post_store), .answer = know_intake_shape, .status = 202,
      .run = run_store,
      PROBLEMS(&problem_not_found, &problem_store_unknown, &problem_store_busy, &problem_intakes_full),
      .doc = "Read all of the store's products, orders or promotions from its export; statusUrl tells how it goes." },
    { .verb = VERB_GET, .path = "/api/shops/:id/knowledge/store", .who = WHO_MEMBERS | WHO_KEY,
      .scope = KEY_SCOPE_KNOWLEDGE, .tag = "Knowledge", .tx = TX_READ, PATH_FIELDS(path_shop_known),
      .answer = store_shape, .run = run_readings, PROBLEMS(&problem_not_found),
      .doc = "How the last reading of the store's products, orders and promotions goes or went." },
    { .verb = VERB_DELETE, .path = "/api/shops/:id/knowledge/store/:scope", .who = WHO_MANAGERS | WHO_KEY,
      .scope = KEY_SCOPE_KNOWLEDGE, .tag = "Knowledge", .tx = TX_WRITE, PATH_FIELDS(path_reading),
      .answer = know_intake_shape, .run = run_stop, PROBLEMS(&problem_not_found, &problem_store_idle),
      .doc = "Stop reading: nothing of it is taken, but orders that were written stay." },
    ROUTE_END
};
/* clang-format on */
