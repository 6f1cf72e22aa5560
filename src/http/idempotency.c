/* idempotency.c: the same key asks once. The row is written in the transaction of the request itself, so an answer is
 * kept exactly when its work is. Two at once: on SQLite the second simply runs later; on PostgreSQL it meets the unique
 * key at its commit, is run again by the lane and finds the row of the first; when it is refused instead, because the
 * first one's work stands in its way, the key is looked up again before that is said.
 *
 * Kept are answers of committed runs (2xx). Refusals are not: nothing was done, so asking again is right, and the world
 * may have changed (credits were bought). The body is sealed, bound to account and route. Of an answer that showed a
 * secret no body is kept at all. Of one that waits for a job the row keeps the job, and a replay tells how it stands,
 * or 409 in_progress while the first one still waits for its answer here.
 *
 * Rejected: a row "in progress" committed before the work (two commits for each request, and a crash in between locks
 * the key for a day). */
#include "http/idempotency.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/private.h"

#define KEPT_MS DAY_MS
enum { KEPT_MAX_BYTES = 1 << 20 };

STMT(find_key, "SELECT request_hash, status, job, secret, answer FROM idempotency_keys"
               " WHERE account = ?1 AND route = ?2 AND key = ?3");
STMT(keep_answer, "INSERT INTO idempotency_keys (account, route, key, request_hash, status, job, secret, answer, at_ms)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
/* A row that somebody holds is left for the next time: it keeps none of the others. */
STMT(purge_keys,
     "DELETE FROM idempotency_keys WHERE at_ms < ?1"
     " AND id IN (SELECT id FROM idempotency_keys ORDER BY id LIMIT 500)",
     .postgres = "DELETE FROM idempotency_keys WHERE id = ANY(ARRAY(SELECT id FROM idempotency_keys WHERE"
                 " id = ANY(ARRAY(SELECT id FROM idempotency_keys ORDER BY id LIMIT 500)) AND at_ms < ?1"
                 " FOR UPDATE SKIP LOCKED))");
/* Written by a clock that was ahead: such rows at the front would stop the purge until their time has come. */
#define DATE_BACK "UPDATE idempotency_keys SET at_ms = ?1 WHERE at_ms > ?1 AND id "
#define OLDEST "(SELECT id FROM idempotency_keys ORDER BY id LIMIT 500)"
STMT(date_back, DATE_BACK "IN " OLDEST, .postgres = DATE_BACK "= ANY(ARRAY" OLDEST ")");
static_assert(HTTP_PURGE_BATCH == 500, "purge_keys says the same");

static const char *route_name(const struct req *req)
{
    return arena_printf(req->arena, "%d %s", (int)req->route->verb, req->route->path);
}

struct str kept_owner(struct arena *a, int64_t account)
{
    return str_of(arena_printf(a, "account:%lld", (long long)account));
}

static struct str owner(const struct req *req) { return kept_owner(req->arena, req->who.account); }

/* ---- requests that wait ---- */

static void running_key(const struct req *req, uint8_t out[RUNNING_KEY_SIZE])
{
    uint8_t hash[SHA256_SIZE];
    const char *text =
        arena_printf(req->arena, "%lld %s %s", (long long)req->who.account, route_name(req), req->idempotency_key);
    sha256(text, strlen(text), hash);
    memcpy(out, hash, RUNNING_KEY_SIZE);
}

/* The place of a key, or `count`. Under the lock. */
static size_t place_of(const struct running_keys *r, const uint8_t key[RUNNING_KEY_SIZE])
{
    size_t i = 0;
    while (i < r->count && memcmp(r->key[i], key, RUNNING_KEY_SIZE) != 0) i++;
    return i;
}

static bool is_running(struct exchange *x)
{
    struct running_keys *r = &x->loop->http->running;
    uint8_t key[RUNNING_KEY_SIZE];
    running_key(&x->req, key);
    (void)pthread_mutex_lock(&r->lock);
    bool found = place_of(r, key) < r->count;
    (void)pthread_mutex_unlock(&r->lock);
    return found;
}

/* Before the commit, so that nobody can see the row of a waiting request and not the request. */
static void now_running(struct exchange *x)
{
    struct running_keys *r = &x->loop->http->running;
    if (x->running) return; /* run again by the lane */
    running_key(&x->req, x->running_key);
    (void)pthread_mutex_lock(&r->lock);
    if (r->count < RUNNING_MAX) {
        memcpy(r->key[r->count++], x->running_key, RUNNING_KEY_SIZE);
        x->running = true;
    }
    (void)pthread_mutex_unlock(&r->lock);
}

void idempotency_answered(struct exchange *x)
{
    struct running_keys *r = &x->loop->http->running;
    (void)pthread_mutex_lock(&r->lock);
    size_t i = place_of(r, x->running_key);
    if (i < r->count) memmove(r->key[i], r->key[--r->count], RUNNING_KEY_SIZE);
    (void)pthread_mutex_unlock(&r->lock);
    x->running = false;
}

/* ---- kept answers ---- */

/* content type, header lines, an empty line, body */
static struct str pack(const struct req *req)
{
    const struct reply *r = &req->reply;
    struct buf out;
    buf_init(&out, KEPT_MAX_BYTES);
    buf_text(&out, r->content_type ? r->content_type : "");
    buf_char(&out, '\n');
    for (size_t i = 0; i < r->headers; i++) buf_printf(&out, "%s\n%s\n", r->header[i].name, r->header[i].value);
    buf_char(&out, '\n');
    buf_add(&out, r->body.p, r->body.n);
    struct str packed = { 0 };
    if (!out.overflow) packed = (struct str){ arena_copy(req->arena, out.p, out.n), out.n };
    buf_free(&out);
    return packed;
}

static const char *take_line(struct arena *a, struct str *rest)
{
    const char *end = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
    if (end == NULL) return NULL;
    size_t n = (size_t)(end - rest->p);
    const char *line = arena_text_n(a, rest->p, n);
    rest->p += n + 1, rest->n -= n + 1;
    return line;
}

static bool unpack(struct req *req, int status, struct str packed)
{
    const char *type = take_line(req->arena, &packed);
    if (type == NULL) return false;
    for (const char *name; (name = take_line(req->arena, &packed)) != NULL && name[0] != '\0';) {
        const char *value = take_line(req->arena, &packed);
        if (value == NULL) return false;
        reply_header(req, name, value);
    }
    return reply_text(req, status, type[0] != '\0' ? type : NULL, packed) == ANSWER_SENT;
}

static bool replay_kept(struct exchange *x, const struct query *q)
{
    struct req *req = &x->req;
    struct str kept = col_str(q, "answer"), plain;
    struct sealed sealed = { (uint8_t *)(uintptr_t)kept.p, kept.n };
    const struct keyring *keyring = x->loop->http->o.keyring;
    struct str purpose = str_of(route_name(req));
    if (kept.p == NULL || !unseal(keyring, req->arena, owner(req), purpose, sealed, &plain)) {
        LOG(LOG_ERROR, "kept_answer_unreadable", LOG_TEXT("path", req->route->path));
        return false;
    }
    return unpack(req, (int)col_i64(q, "status"), plain);
}

/* The row is found and of the same request. */
static enum idempotency replay(struct exchange *x, struct tx *tx, const struct query *q)
{
    struct req *req = &x->req;
    if (col_bool(q, "secret")) {
        (void)reply_problem(req, &problem_already_shown);
        return IDEMPOTENCY_ANSWERED;
    }
    x->replayed = true;
    if (col_i64(q, "job") != 0 && req->route->resume != NULL) {
        req->tx = tx;
        req->job = col_i64(q, "job");
        if (req->route->resume(req) == ANSWER_FAULT) return IDEMPOTENCY_FAULT;
        if (req->reply.status != 0) return IDEMPOTENCY_ANSWERED;
        if (is_running(x)) {
            (void)reply_problem(req, &problem_in_progress);
            return IDEMPOTENCY_ANSWERED;
        }
    }
    return replay_kept(x, q) ? IDEMPOTENCY_ANSWERED : IDEMPOTENCY_FAULT;
}

enum idempotency idempotency_before(struct exchange *x, struct tx *tx)
{
    struct req *req = &x->req;
    struct query q = query(tx, &find_key);
    bind_i64(&q, req->who.account);
    bind_text(&q, route_name(req));
    bind_text(&q, req->idempotency_key);
    switch (query_row(&q)) {
    case ROW_FAULT: return IDEMPOTENCY_FAULT;
    case ROW_NONE: return IDEMPOTENCY_NEW;
    case ROW_FOUND: break;
    }
    reply_reset(&req->reply); /* of a run that was refused meanwhile */
    struct str hash = col_str(&q, "request_hash");
    if (hash.n != sizeof x->request_hash || !equal_constant_time(hash.p, x->request_hash, hash.n)) {
        (void)reply_problem(req, &problem_key_reused);
        return IDEMPOTENCY_ANSWERED;
    }
    return replay(x, tx, &q);
}

bool idempotency_after(struct exchange *x, struct tx *tx)
{
    struct req *req = &x->req;
    const struct reply *r = &req->reply;
    if (r->status < 200 || r->status > 299) return true;
    if (r->wait_job != 0) now_running(x);
    struct sealed sealed = { 0 };
    if (!r->shows_secret) {
        struct str plain = pack(req);
        if (plain.p == NULL) {
            LOG(LOG_ERROR, "answer_too_large_to_keep", LOG_TEXT("path", req->route->path));
            return false;
        }
        sealed = seal(x->loop->http->o.keyring, req->arena, owner(req), str_of(route_name(req)), plain);
    }
    struct query q = query(tx, &keep_answer);
    bind_i64(&q, req->who.account);
    bind_text(&q, route_name(req));
    bind_text(&q, req->idempotency_key);
    bind_blob(&q, x->request_hash, sizeof x->request_hash);
    bind_i64(&q, r->status);
    bind_i64(&q, r->wait_job);
    bind_bool(&q, r->shows_secret);
    if (sealed.p != NULL) bind_blob(&q, sealed.p, sealed.n);
    else bind_null(&q);
    bind_i64(&q, req->now_ms);
    return query_put(&q);
}

int64_t idempotency_purge(struct tx *tx)
{
    int64_t at_ms = now_ms();
    struct query q = query(tx, &purge_keys);
    bind_i64(&q, at_ms - KEPT_MS);
    int64_t purged = query_change(&q);
    if (purged != 0) return purged;
    q = query(tx, &date_back);
    bind_i64(&q, at_ms);
    return query_change(&q) < 0 ? -1 : 0;
}
