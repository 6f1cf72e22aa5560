/* refusals.c: what was refused leaves a trace, without a line or a row for each: an attacker who can make us write is
 * an attacker. Counted by kind in memory; the first of a minute is logged as it comes, with where it came from, and at
 * the end of the minute each kind is logged with its number and handed to the hook that writes it into the trail, in
 * one transaction for all. */
#include "base/clock.h"
#include "base/log.h"
#include "http/private.h"
#include <stdlib.h>

enum { REFUSALS_EVERY_MS = 60000, PATH_MAX_BYTES = 128 };

/* clang-format off */
static const char *const kind_names[REFUSAL_KINDS] = {
    [REFUSAL_CROSS_SITE] = "cross_site",     [REFUSAL_WRONG_HOST] = "wrong_host",
    [REFUSAL_TOO_MANY] = "too_many",         [REFUSAL_BAD_KEY] = "bad_key",
    [REFUSAL_NOT_THEIRS] = "not_theirs",     [REFUSAL_ROLE] = "role",
    [REFUSAL_BAD_SECRET] = "bad_secret",
};
/* clang-format on */
const char *refusal_name(enum refusal_kind kind) { return kind_names[kind]; }

struct refusals {
    pthread_mutex_t lock;
    struct refusal_sum now[REFUSAL_KINDS];
    char network[REFUSAL_KINDS][NETWORK_TEXT_SIZE], path[REFUSAL_KINDS][PATH_MAX_BYTES];
    uint64_t total[REFUSAL_KINDS];
    int64_t since_ms;
    /* the op's, while `telling` */
    atomic_bool telling;
    struct http *http;
    struct op op;
    struct arena *arena;
    struct refusal_sum sum[REFUSAL_KINDS];
    char sum_network[REFUSAL_KINDS][NETWORK_TEXT_SIZE], sum_path[REFUSAL_KINDS][PATH_MAX_BYTES];
    size_t sums;
};

struct refusals *refusals_new(struct http *h)
{
    struct refusals *r = calloc(1, sizeof *r);
    if (r == NULL || pthread_mutex_init(&r->lock, NULL) != 0) abort();
    r->http = h;
    r->arena = arena_new(1 << 20);
    r->since_ms = monotonic_ms();
    return r;
}

void refusals_free(struct refusals *r)
{
    if (r == NULL) return;
    arena_free(r->arena);
    (void)pthread_mutex_destroy(&r->lock);
    free(r);
}

/* Whose refusal may be of an id: in the path, or in the body. */
static bool names_something(const struct route *r)
{
    return r != NULL && (r->path_fields != NULL || r->body_fields != NULL);
}

/* False: nothing that anybody would look for. */
static bool kind_of(const struct exchange *x, enum refusal_kind *kind)
{
    const struct problem *p = x->req.reply.problem;
    const struct route *r = x->req.route;
    if (p == NULL) return false;
    /* Servers that others run prove themselves by a key, a token or a secret in a header of their own. */
    bool by_key = head_get(&x->head, "authorization").p != NULL ||
                  (r != NULL && r->origins == ORIGINS_UNCHECKED && !x->req.who.roles);
    bool known = x->req.who.roles != 0;
    if (p == &problem_cross_site) *kind = REFUSAL_CROSS_SITE;
    else if (p == &problem_wrong_host) *kind = REFUSAL_WRONG_HOST;
    else if (p->status == 429) *kind = REFUSAL_TOO_MANY;
    else if (by_key && (p->status == 401 || p->status == 403)) *kind = REFUSAL_BAD_KEY;
    else if (p->status == 401 && p != &problem_sign_in && r && r->body_fields) *kind = REFUSAL_BAD_SECRET;
    else if (p == &problem_role_not_allowed || (p == &problem_not_found && known && r && r->who == WHO_OPERATOR))
        *kind = REFUSAL_ROLE;
    else if (p == &problem_not_found && known && names_something(r)) *kind = REFUSAL_NOT_THEIRS;
    else return false;
    return true;
}

static void copy_text(char *to, size_t size, const char *from)
{
    size_t n = strnlen(from, size - 1);
    memcpy(to, from, n);
    to[n] = '\0';
}

void refusals_note(struct exchange *x)
{
    enum refusal_kind kind;
    if (!kind_of(x, &kind)) return;
    struct refusals *r = x->loop->http->refusals;
    const char *path = x->req.route != NULL ? x->req.route->path : "";
    (void)pthread_mutex_lock(&r->lock);
    struct refusal_sum *s = &r->now[kind];
    bool first = s->count++ == 0;
    r->total[kind]++;
    if (first) {
        s->kind = kind;
        s->account = x->req.who.account;
        copy_text(r->network[kind], sizeof r->network[kind], x->req.client_network);
        copy_text(r->path[kind], sizeof r->path[kind], path);
    }
    (void)pthread_mutex_unlock(&r->lock);
    if (first)
        LOG(LOG_WARN, "refused", LOG_TEXT("kind", kind_names[kind]), LOG_TEXT("path", path),
            LOG_TEXT("network", x->req.client_network), LOG_NUMBER("account", x->req.who.account),
            LOG_TEXT("request", x->request_id));
}

/* ---- the end of a minute ---- */

static enum op_wish tell_run(struct op *op, struct tx *tx)
{
    struct refusals *r = OWNER_OF(op, struct refusals, op);
    return r->http->o.hooks->refusals(tx, r->sum, r->sums) ? OP_COMMIT : OP_REFUSE;
}

static void tell_again(struct op *op) { arena_reset(OWNER_OF(op, struct refusals, op)->arena); }

static void tell_done(struct op *op, enum op_outcome outcome)
{
    struct refusals *r = OWNER_OF(op, struct refusals, op);
    if (outcome != OP_COMMITTED) LOG(LOG_WARN, "refusals_not_kept", LOG_NUMBER("outcome", outcome));
    atomic_store(&r->telling, false);
}

static void take_sums(struct refusals *r)
{
    r->sums = 0;
    (void)pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < REFUSAL_KINDS; i++) {
        if (r->now[i].count == 0) continue;
        size_t to = r->sums++;
        memcpy(r->sum_network[to], r->network[i], sizeof r->network[i]);
        memcpy(r->sum_path[to], r->path[i], sizeof r->path[i]);
        r->sum[to] = r->now[i];
        r->sum[to].network = r->sum_network[to], r->sum[to].path = r->sum_path[to];
        r->now[i] = (struct refusal_sum){ 0 };
    }
    (void)pthread_mutex_unlock(&r->lock);
}

void refusals_tick(struct http *h)
{
    struct refusals *r = h->refusals;
    int64_t at_ms = monotonic_ms();
    if (at_ms - r->since_ms < REFUSALS_EVERY_MS || atomic_load(&r->telling)) return;
    r->since_ms = at_ms;
    take_sums(r);
    for (size_t i = 0; i < r->sums; i++)
        LOG(LOG_WARN, "refusals", LOG_TEXT("kind", kind_names[r->sum[i].kind]), LOG_NUMBER("count", r->sum[i].count));
    bool told = h->o.hooks != NULL && h->o.hooks->refusals != NULL && h->o.lanes != NULL;
    if (r->sums == 0 || !told) return;
    arena_reset(r->arena);
    r->op = (struct op){ .mode = TX_WRITE, .arena = r->arena, .run = tell_run, .again = tell_again, .done = tell_done };
    atomic_store(&r->telling, true);
    if (!lanes_submit(h->o.lanes, &r->op)) atomic_store(&r->telling, false);
}

bool refusals_busy(const struct http *h) { return atomic_load(&h->refusals->telling); }

void refusals_print(struct refusals *r, struct buf *out)
{
    buf_text(out, "# HELP chathub_http_refusals_total Requests refused, by what they tried.\n"
                  "# TYPE chathub_http_refusals_total counter\n");
    (void)pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < REFUSAL_KINDS; i++)
        buf_printf(out, "chathub_http_refusals_total{kind=\"%s\"} %llu\n", kind_names[i],
                   (unsigned long long)r->total[i]);
    (void)pthread_mutex_unlock(&r->lock);
}
