/* standing.c: who stands behind a connection that lives long, an event stream or a socket: how many an account may
 * have, and whether its caller may still be there. A session that ends, a role that is taken away and an account that
 * is disabled end the connection within a minute, and at once when somebody says so (ask_now).
 *
 * Asking needs a request like the one that began it; an exchange is borrowed for that moment, so that ten thousand idle
 * connections keep none. Counted is in the whole process, not by loop: where a connection lands is chance. */
#include "base/clock.h"
#include "http/private.h"
#include <stdlib.h>

enum { COUNT_PLACES = 4096, STANDING_MS = 60000 };

/* ---- counts ---- */

struct account_count {
    struct account_count *next;
    int64_t account;
    const void *what;
    unsigned open;
};
struct account_counts {
    pthread_mutex_t lock;
    struct account_count *place[COUNT_PLACES];
};

struct account_counts *account_counts_new(void)
{
    struct account_counts *a = calloc(1, sizeof *a);
    if (a == NULL || pthread_mutex_init(&a->lock, NULL) != 0) abort();
    return a;
}

void account_counts_free(struct account_counts *a)
{
    if (a == NULL) return;
    for (size_t i = 0; i < COUNT_PLACES; i++) assert(a->place[i] == NULL);
    (void)pthread_mutex_destroy(&a->lock);
    free(a);
}

/* Where the count of this account is linked in, or would be. */
static struct account_count **count_of(struct account_counts *a, int64_t account, const void *what)
{
    struct account_count **at = &a->place[(uint64_t)account % COUNT_PLACES];
    while (*at != NULL && ((*at)->account != account || (*at)->what != what)) at = &(*at)->next;
    return at;
}

static bool count_in(struct account_counts *a, int64_t account, const void *what, unsigned most)
{
    (void)pthread_mutex_lock(&a->lock);
    struct account_count **at = count_of(a, account, what);
    bool room = *at == NULL ? most > 0 : (*at)->open < most;
    if (room && *at == NULL) {
        *at = calloc(1, sizeof **at);
        if (*at == NULL) abort();
        **at = (struct account_count){ .account = account, .what = what };
    }
    if (room) (*at)->open++;
    (void)pthread_mutex_unlock(&a->lock);
    return room;
}

static void count_out(struct account_counts *a, int64_t account, const void *what)
{
    (void)pthread_mutex_lock(&a->lock);
    struct account_count **at = count_of(a, account, what), *one = *at;
    assert(one != NULL && one->open > 0);
    if (--one->open == 0) {
        *at = one->next;
        free(one);
    }
    (void)pthread_mutex_unlock(&a->lock);
}

/* ---- begin and end ---- */

static const struct caller nobody;
const struct caller *standing_who(const struct standing *s) { return s->shown != NULL ? &s->shown->who : &nobody; }

/* They are the request's, and it is over. */
static void forget_texts(struct caller *who)
{
    who->email = NULL;
    who->scopes = NULL;
}

/* What is open of a group counts together, whatever it is: each holds one of the process's connections. */
static const char of_a_group;

bool standing_begin(struct standing *s, struct exchange *x, const void *what, unsigned most)
{
    struct account_counts *counts = x->loop->http->counts;
    int64_t whose = x->req.stands_for != 0 ? -x->req.stands_for : x->req.who.account;
    int64_t group = x->req.stands_in;
    if (whose != 0 && !count_in(counts, whose, what, most)) return false;
    if (group != 0 && !count_in(counts, group, &of_a_group, x->loop->http->group_max)) {
        if (whose != 0) count_out(counts, whose, what);
        return false;
    }
    *s = (struct standing){ .route = x->req.route,
                            .counted = whose,
                            .what = what,
                            .group = group,
                            .checked_ms = (int64_t)uv_now(&x->loop->uv) };
    struct str bearer = head_get(&x->head, "authorization");
    if (x->session_key[0] == '\0' && bearer.p == NULL) return true;
    struct shown *shown = s->shown = calloc(1, sizeof *shown);
    if (shown == NULL) abort();
    shown->who = x->req.who;
    forget_texts(&shown->who);
    memcpy(shown->session_key, x->session_key, sizeof shown->session_key);
    if (bearer.p != NULL && (shown->bearer = strndup(bearer.p, bearer.n)) == NULL) abort();
    return true;
}

void standing_end(struct standing *s, struct http *h)
{
    if (s->counted != 0) count_out(h->counts, s->counted, s->what);
    if (s->group != 0) count_out(h->counts, s->group, &of_a_group);
    if (s->shown != NULL) free(s->shown->bearer);
    free(s->shown);
    *s = (struct standing){ 0 };
}

/* ---- asking again ---- */

static _Atomic int64_t usual_ms = STANDING_MS;
void standing_recheck_ms_for_tests(int64_t ms) { atomic_store(&usual_ms, ms > 0 ? ms : STANDING_MS); }

static enum op_wish standing_run(struct op *op, struct tx *tx)
{
    struct exchange *x = OWNER_OF(op, struct exchange, op);
    return exchange_caller(x, tx, &x->admitted) ? OP_COMMIT : OP_REFUSE;
}

/* A fault says nothing about them: the next minute asks again. */
static void standing_back(struct exchange *x)
{
    struct connection *c = loop_find(x->loop, x->slot, x->generation);
    bool there = c != NULL && c->state == CONNECTION_TAKEN && c->by->standing != NULL;
    struct standing *s = there ? c->by->standing(c) : NULL;
    bool judged = x->outcome == OP_COMMITTED;
    bool may_stay = x->admitted && s != NULL && x->req.who.account == standing_who(s)->account;
    if (s != NULL) s->away = false;
    if (s != NULL && judged && may_stay) {
        s->shown->who = x->req.who;
        forget_texts(&s->shown->who);
    }
    exchange_give(x);
    if (s != NULL && judged && !may_stay) c->by->dismissed(c);
}

static void ask(struct connection *c, struct standing *s, int64_t at_ms)
{
    struct exchange *x = exchange_take(c->loop);
    x->head.fields = 0, x->head.minor = 1;
    x->head.method = x->head.target = x->head.path = x->head.query = (struct str){ 0 };
    request_begin_bare(c, x);
    x->req.route = s->route;
    memcpy(x->session_key, s->shown->session_key, sizeof x->session_key);
    if (s->shown->bearer != NULL) {
        struct str bearer = str_of(arena_text(x->req.arena, s->shown->bearer));
        x->head.field[x->head.fields++] = (struct head_field){ STR("authorization"), bearer };
    }
    x->head_bytes = "", x->head_n = 0, x->kept = true; /* its texts are in the arena already */
    exchange_keep_client(x);
    x->admitted = false;
    s->checked_ms = at_ms;
    s->ask_now = false;
    s->away = exchange_away(x, standing_run, standing_back);
    if (s->away) return;
    s->ask_now = true; /* the lanes are full: the next tick asks */
    exchange_give(x);
}

void standing_tick(struct connection *c, int64_t at_ms)
{
    if (c->by->standing == NULL || c->state != CONNECTION_TAKEN) return;
    struct standing *s = c->by->standing(c);
    if (s == NULL || s->away || s->counted == 0 || s->shown == NULL) return; /* nobody can have gone */
    bool due = s->ask_now || at_ms - s->checked_ms >= atomic_load_explicit(&usual_ms, memory_order_relaxed);
    if (due) ask(c, s, at_ms);
}
