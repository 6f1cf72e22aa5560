/* feed_routes.c: addresses that are read each day: files of products, and the pages of a shop. */
#include "knowledge/intake.h"

#include "outbound/http_client.h"
#include "tenants/tenants.h"

enum { FEEDS_MAX = 10, FIRST_AFTER_MS = 24 * 60 * 60 * 1000 };

STMT(insert,
     "INSERT INTO knowledge_feeds (account, shop, kind, url, currency, etag, modified, next_at_ms, state, error,"
     " status, intake, import, products, texts, orders, changed, tried_at_ms, read_at_ms, created_at_ms)"
     " VALUES (?1, ?2, ?3, ?4, ?5, '', '', ?6, 0, '', 0, 0, 0, 0, 0, 0, 0, NULL, NULL, ?7) RETURNING id");
STMT(of_shop, "SELECT id FROM knowledge_feeds WHERE shop = ?1 ORDER BY id");
STMT(same, "SELECT id FROM knowledge_feeds WHERE shop = ?1 AND kind = ?2 AND url = ?3");
STMT(drop, "DELETE FROM knowledge_feeds WHERE id = ?1 AND shop = ?2");
STMT(refusals, "SELECT refusals FROM knowledge_imports WHERE id = ?1 AND shop = ?2");

static const struct problem problem_feed_there = { "feed_exists", 409, "This address is read already.",
                                                   "该地址已在读取列表中。" };
static const struct problem problem_feeds_full = { "too_many_feeds", 409,
                                                   "The shop has as many addresses as it may have.",
                                                   "该店铺的数据源数量已达上限。" };
static const struct problem problem_feed_busy = { "feed_reading", 409, "It is being read right now.",
                                                  "正在读取中，请稍候。" };

struct path_feed {
    int64_t id; /* the shop's; first, as in struct path_shop_known */
    int64_t feed;
};
struct post_feed {
    int kind;
    const char *url;
    int currency; /* of know_currency_names; -1: not said */
};
/* clang-format off */
static const struct field path_feed_fields[] = {
    FIELD_ID(struct path_feed, id, .doc = "The shop's number."),
    FIELD_ID(struct path_feed, feed, .doc = "The number of the address."),
    FIELD_END
};
static const struct field post_feed_fields[] = {
    FIELD_ENUM(struct post_feed, kind, feed_kind_names,
               .doc = "feed: a file of products; pages: the shop's site, by its sitemap."),
    FIELD_TEXT(struct post_feed, url, .min = 1, .max = KNOWLEDGE_URL_MAX, .form = TEXT_URL, .doc = "https alone."),
    FIELD_ENUM(struct post_feed, currency, know_currency_names, .optional = true, .fallback = -1,
               .doc = "Of prices that do not say; unset: the shop's."),
    FIELD_END
};
static const struct shape feed_shape[] = {
    SHAPE_I64("id"), SHAPE_ENUM("kind", feed_kind_names), SHAPE_TEXT("url"), SHAPE_TEXT("currency", .nullable = true),
    SHAPE_ENUM("state", feed_state_names),
    SHAPE_TEXT("error", .doc = "A code: cannot_reach, answered (see status), address_not_allowed, too_large, refused…;"
                               " empty: none."),
    SHAPE_I64("status", .doc = "What its server answered; 0: nothing."), SHAPE_I64("products"), SHAPE_I64("texts"),
    SHAPE_I64("orders"), SHAPE_I64("changed", .doc = "At the last reading."),
    SHAPE_LIST("refused", know_refusal_shape, .type_name = "KnowledgeRefusal"),
    SHAPE_TIME("triedAt", .nullable = true), SHAPE_TIME("readAt", .nullable = true),
    SHAPE_TIME("nextAt", .nullable = true), SHAPE_END };
static const struct shape feeds_shape[] = {
    SHAPE_LIST("feeds", feed_shape, .type_name = "KnowledgeFeed"), SHAPE_END };
static const struct shape success_shape[] = { SHAPE_BOOL("success"), SHAPE_END };
/* clang-format on */

struct shown {
    struct feed feed;
    const char *refusals;
};

static void feed_json(struct json *j, const void *arg)
{
    const struct shown *s = arg;
    const struct feed *f = &s->feed;
    json_i64(j, "id", f->id);
    json_text(j, "kind", feed_kind_names[f->kind]);
    json_text(j, "url", f->url);
    json_text(j, "currency", f->currency == CURRENCY_NONE ? NULL : currency_code(f->currency));
    json_text(j, "state", feed_state_names[f->state]);
    json_text(j, "error", f->error);
    json_i64(j, "status", f->status);
    json_i64(j, "products", f->products);
    json_i64(j, "texts", f->texts);
    json_i64(j, "orders", f->orders);
    json_i64(j, "changed", f->changed);
    json_raw(j, "refused", str_of(s->refusals ? s->refusals : "[]"));
    json_time(j, "triedAt", f->tried_at_ms);
    json_time(j, "readAt", f->read_at_ms);
    json_time(j, "nextAt", f->next_at_ms);
}

static bool show(struct tx *tx, int64_t id, struct shown *out)
{
    if (know_feed_get(tx, id, &out->feed) != ROW_FOUND) return false;
    out->refusals = NULL;
    if (!out->feed.import) return true;
    struct query q = query(tx, &refusals);
    bind_i64(&q, out->feed.import), bind_i64(&q, out->feed.shop);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) out->refusals = col_text(&q, "refusals");
    return row != ROW_FAULT;
}

/* ---- list ---- */

struct listed {
    struct shown feed[FEEDS_MAX];
    size_t count;
};

static void feeds_json(struct json *j, const void *arg)
{
    const struct listed *l = arg;
    json_array(j, "feeds");
    for (size_t i = 0; i < l->count; i++) {
        json_object(j, NULL);
        feed_json(j, &l->feed[i]);
        json_end(j);
    }
    json_end(j);
}

static bool read_ids(struct tx *tx, int64_t shop, int64_t ids[FEEDS_MAX], size_t *n)
{
    struct query q = query(tx, &of_shop);
    bind_i64(&q, shop);
    enum row row;
    *n = 0;
    while ((row = query_next(&q)) == ROW_FOUND)
        if (*n < FEEDS_MAX) ids[(*n)++] = col_i64(&q, "id");
    return row == ROW_NONE;
}

static enum answer run_list(struct req *req)
{
    struct listed *l = ARENA_NEW(req->arena, struct listed);
    struct knowledge_head h;
    int64_t shop, ids[FEEDS_MAX];
    enum answer a = know_shop_read(req, &shop, &h);
    if (a != ANSWER_GO_ON) return a;
    if (!read_ids(req->tx, shop, ids, &l->count)) return reply_fault(req);
    for (size_t i = 0; i < l->count; i++)
        if (!show(req->tx, ids[i], &l->feed[i])) return reply_fault(req);
    return reply_json(req, 200, feeds_json, l);
}

/* ---- add, read, remove ---- */

static void details_json(struct json *j, const void *arg)
{
    const struct feed *f = arg;
    json_i64(j, "feed", f->id);
    json_text(j, "kind", feed_kind_names[f->kind]);
}

/* Pages are read of the shop's own site alone. */
bool know_is_of_shop(const char *host, const char *domain)
{
    size_t n = strlen(host), m = strlen(domain);
    return n >= m && str_eq_nocase((struct str){ host + n - m, m }, str_of(domain)) &&
           (n == m || host[n - m - 1] == '.');
}

/* NULL: it may be read. Else the code of the fault; the address itself is judged again at each hop. */
static const char *judge(struct req *req, const struct post_feed *in, const struct shop *s,
                         const struct knowledge_says *says)
{
    const char *host = url_host(req->arena, in->url);
    if (!host) return "format";
    if (knowledge_settings.development) return NULL;
    if (!str_starts(str_of(in->url), STR("https://"))) return "https";
    if (!address_host_is_public(str_of(host))) return "address_not_allowed";
    if (!url_port_is_called(in->url)) return "port_not_allowed";
    if (in->kind != FEED_PAGES || know_says_own(req->arena, says, host)) return NULL;
    if (!s->domain) return "domain_missing";
    return know_is_of_shop(host, s->domain) ? NULL : "other_domain";
}

static enum answer run_add(struct req *req)
{
    const struct post_feed *in = req->body;
    struct knowledge_head h;
    struct shop s;
    struct shown made = { 0 };
    int64_t shop, ids[FEEDS_MAX], intake;
    size_t n;
    enum answer a = know_shop_locked(req, &shop, &h);
    if (a != ANSWER_GO_ON) return a;
    enum currency c = (enum currency)(in->currency + 1);
    if (shops_owned(req->tx, req->who.account, shop, &s) != ROW_FOUND) return reply_fault(req);
    struct knowledge_says says;
    if (!know_shop_says(req->tx, shop, req->arena, &says)) return reply_fault(req);
    const char *code = judge(req, in, &s, &says);
    if (code) return reply_fields(req, "url", code);
    struct query q = query(req->tx, &same);
    bind_i64(&q, shop), bind_i64(&q, in->kind), bind_text(&q, in->url);
    enum row row = query_row(&q);
    if (row == ROW_FAULT || !read_ids(req->tx, shop, ids, &n)) return reply_fault(req);
    if (row == ROW_FOUND) return reply_problem(req, &problem_feed_there);
    if (n == FEEDS_MAX) return reply_problem(req, &problem_feeds_full);
    a = know_intake_may_begin(req, shop);
    if (a != ANSWER_GO_ON) return a;
    struct query w = query(req->tx, &insert);
    bind_i64(&w, req->who.account), bind_i64(&w, shop), bind_i64(&w, in->kind), bind_text(&w, in->url);
    bind_text(&w, currency_code(c)), bind_i64(&w, req->now_ms + FIRST_AFTER_MS), bind_i64(&w, req->now_ms);
    if (query_row(&w) != ROW_FOUND || !show(req->tx, col_i64(&w, "id"), &made)) return reply_fault(req);
    if (know_feed_start(req->tx, &made.feed, req->now_ms, &intake) != ROW_FOUND ||
        !know_tell(req, AUDIT_knowledge_feed_added, shop, details_json, &made.feed))
        return reply_fault(req);
    return reply_json(req, 201, feed_json, &made);
}

/* ANSWER_GO_ON: *f is the shop's. */
static enum answer feed_of(struct req *req, struct shown *f)
{
    struct knowledge_head h;
    int64_t shop;
    enum answer a = know_shop_locked(req, &shop, &h);
    if (a != ANSWER_GO_ON) return a;
    enum row row = know_feed_get(req->tx, ((const struct path_feed *)req->path)->feed, &f->feed);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_NONE || f->feed.shop != shop) return reply_problem(req, &problem_not_found);
    return show(req->tx, f->feed.id, f) ? ANSWER_GO_ON : reply_fault(req);
}

static enum answer run_read(struct req *req)
{
    struct shown f;
    int64_t intake;
    enum answer a = feed_of(req, &f);
    if (a == ANSWER_GO_ON) a = know_intake_may_begin(req, f.feed.shop);
    if (a != ANSWER_GO_ON) return a;
    enum row row = know_feed_start(req->tx, &f.feed, req->now_ms, &intake);
    if (row == ROW_NONE) return reply_problem(req, &problem_feed_busy);
    return row == ROW_FAULT ? reply_fault(req) : reply_json(req, 202, feed_json, &f);
}

static void success_json(struct json *j, const void *arg) { json_bool(j, "success", true); }

static enum answer run_remove(struct req *req)
{
    struct shown f;
    enum answer a = feed_of(req, &f);
    if (a != ANSWER_GO_ON) return a;
    struct query q = query(req->tx, &drop);
    bind_i64(&q, f.feed.id), bind_i64(&q, f.feed.shop);
    if (query_change(&q) != 1 || !know_tell(req, AUDIT_knowledge_feed_removed, f.feed.shop, details_json, &f.feed))
        return reply_fault(req);
    return reply_json(req, 200, success_json, NULL);
}

/* clang-format off */
#define MANAGE .who = WHO_MANAGERS | WHO_KEY, .scope = KEY_SCOPE_KNOWLEDGE, .tx = TX_WRITE, .tag = "Knowledge"
const struct route knowledge_feed_routes[] = {
    { .verb = VERB_GET, .path = "/api/shops/:id/knowledge/feeds", .who = WHO_MEMBERS | WHO_KEY,
      .scope = KEY_SCOPE_KNOWLEDGE, .tx = TX_READ, .tag = "Knowledge", PATH_FIELDS(path_shop_known),
      .answer = feeds_shape, .run = run_list, PROBLEMS(&problem_not_found),
      .doc = "Addresses that are read each day, with what came of it." },
    { .verb = VERB_POST, .path = "/api/shops/:id/knowledge/feeds", MANAGE, .idempotent = true,
      PATH_FIELDS(path_shop_known), BODY_FIELDS(post_feed), .answer = feed_shape, .status = 201, .run = run_add,
      PROBLEMS(&problem_not_found, &problem_feed_there, &problem_feeds_full, &problem_intakes_full),
      .doc = "Read an address now and then each day. What it names is taken; what it no longer names goes." },
    { .verb = VERB_POST, .path = "/api/shops/:id/knowledge/feeds/:feed/read", MANAGE, .idempotent = true,
      PATH_FIELDS(path_feed), .answer = feed_shape, .status = 202, .run = run_read,
      PROBLEMS(&problem_not_found, &problem_feed_busy, &problem_intakes_full), .doc = "Read it now." },
    { .verb = VERB_DELETE, .path = "/api/shops/:id/knowledge/feeds/:feed", MANAGE, PATH_FIELDS(path_feed),
      .answer = success_shape, .run = run_remove, PROBLEMS(&problem_not_found),
      .doc = "Read it no more. What came from it stays." },
    ROUTE_END
};
/* clang-format on */
