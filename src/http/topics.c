/* topics.c: who on this loop listens to which topic, and the reading for all of them. After a commit somewhere the loop
 * asks one lane which topics have moved (`look`), reads what is new in those that somebody here listens to (`read`),
 * and gives it to their readers, DELIVER_PER_TURN a turn. However many listen to a topic, it is read once and its text
 * is made once. Rounds follow each other at most every ROUND_GAP_MS, however many changes there are.
 *
 * Which topics have moved is asked by the ids of the rows. On PostgreSQL these become visible out of order, so a round
 * looks back over the last seconds again (a reader skips what it has seen); what is later still, and a lost
 * notification, are found by the round each POLL_MS that asks the counter of every topic.
 *
 * Rejected: one read for each reader (a burst of changes would fill the lanes); asking all counters each round (at
 * twenty thousand topics that is a lane's whole time); handing rows from the writer to the reader in memory (two paths
 * to the same text, and other processes need the first one anyway). */
#include "base/clock.h"
#include "base/log.h"
#include "http/private.h"
#include <stdlib.h>

enum {
    ROUND_GAP_MS = 50,
    POLL_MS = 5000,
    LOOK_BACK_MS = 2000,
    LISTENERS_MAX = 16,
    PLACES = 4096,
    DELIVER_PER_TURN = 256,
    ROUND_ARENA_MAX_BYTES = 64 << 20,
};

struct topic_place {
    struct topic_place *next; /* of the same hash */
    struct topic_place *next_all, *previous_all;
    struct topic topic;
    struct reader *first;
    bool ask; /* in the next round */
};
enum phase { PHASE_IDLE, PHASE_LOOK, PHASE_READ, PHASE_DELIVER };
struct topics_loop {
    struct loop *loop;
    struct topic_place *place[PLACES];
    struct topic_place *all;
    size_t count;
    atomic_bool notified;    /* by any thread */
    bool wanted, everything; /* a round is to be made; of every topic */
    int64_t round_ms, polled_ms;
    /* ids of events: looked at from `since` on; `last` was the last one at last_ms */
    int64_t since, last, last_ms;
    bool look_back;
    int64_t look_since; /* of this round */
    bool round_of_all;
    /* one round at a time; the lane's while LOOK and READ */
    enum phase phase;
    atomic_bool back;
    struct op op;
    enum op_outcome outcome;
    struct arena *arena;
    struct events_moved moved;
    struct topic_read *list;
    size_t list_n, list_cap;
    struct event_rows rows;
    bool more;
    /* delivery: of list[at] to `reader` and those behind it */
    size_t at;
    struct reader *reader;
    struct topic_news news;
};

static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;
static struct http *listener[LISTENERS_MAX];

static void start_round(struct topics_loop *e);

static void on_timer(uv_timer_t *handle) { start_round(OWNER_OF(handle, struct loop, topics_timer)->topics); }

static void round_in(struct loop *l, int64_t ms) { (void)uv_timer_start(&l->topics_timer, on_timer, (uint64_t)ms, 0); }

/* ---- places ---- */

static bool same_topic(struct topic a, struct topic b) { return a.kind == b.kind && a.id == b.id; }

static struct topic_place **place_of(struct topics_loop *e, struct topic t)
{
    uint64_t hash = ((uint64_t)t.id * 31 + t.kind) * UINT64_C(0x9e3779b97f4a7c15);
    struct topic_place **at = &e->place[(hash >> 32) % PLACES];
    while (*at != NULL && !same_topic((*at)->topic, t)) at = &(*at)->next;
    return at;
}

static struct topic_place *place_new(struct topics_loop *e, struct topic_place **at, struct topic t)
{
    struct topic_place *p = calloc(1, sizeof *p);
    if (p == NULL) abort();
    p->topic = t;
    p->next_all = e->all;
    if (e->all != NULL) e->all->previous_all = p;
    e->all = *at = p;
    e->count++;
    return p;
}

static void place_free(struct topics_loop *e, struct topic_place *p)
{
    struct topic_place **at = place_of(e, p->topic);
    assert(*at == p);
    *at = p->next;
    if (p->previous_all != NULL) p->previous_all->next_all = p->next_all;
    else e->all = p->next_all;
    if (p->next_all != NULL) p->next_all->previous_all = p->previous_all;
    e->count--;
    free(p);
}

void reader_begin(struct reader *r, struct connection *c, struct topic topic, int64_t cursor)
{
    struct topics_loop *e = c->loop->topics;
    struct topic_place **at = place_of(e, topic), *p = *at != NULL ? *at : place_new(e, at, topic);
    r->place = p;
    r->connection = c;
    r->cursor = cursor;
    r->previous = NULL;
    r->next = p->first;
    if (p->first != NULL) p->first->previous = r;
    p->first = r;
    p->ask = true; /* what came since its cursor was read */
    e->wanted = true;
    round_in(c->loop, ROUND_GAP_MS);
}

void reader_end(struct reader *r)
{
    if (r->place == NULL) return; /* never begun: its connection was gone first */
    struct topics_loop *e = r->connection->loop->topics;
    if (e->reader == r) e->reader = r->next;
    if (r->previous != NULL) r->previous->next = r->next;
    else r->place->first = r->next;
    if (r->next != NULL) r->next->previous = r->previous;
    if (r->place->first == NULL) place_free(e, r->place);
    r->place = NULL;
}

struct topic reader_topic(const struct reader *r) { return r->place->topic; }

/* ---- a round ---- */

static enum op_wish look_run(struct op *op, struct tx *tx)
{
    struct topics_loop *e = OWNER_OF(op, struct topics_loop, op);
    return events_moved(tx, e->look_since, &e->moved) ? OP_COMMIT : OP_REFUSE;
}

static enum op_wish read_run(struct op *op, struct tx *tx)
{
    struct topics_loop *e = OWNER_OF(op, struct topics_loop, op);
    return events_read(tx, e->list, e->list_n, &e->rows, &e->more) ? OP_COMMIT : OP_REFUSE;
}

static void forget_rows(struct topics_loop *e)
{
    e->rows.n = 0;
    buf_clear(&e->rows.text);
    e->more = false;
    for (size_t i = 0; i < e->list_n; i++) e->list[i].first = e->list[i].n = 0;
}

static void round_again(struct op *op)
{
    struct topics_loop *e = OWNER_OF(op, struct topics_loop, op);
    forget_rows(e);
    arena_reset(e->arena);
}

static void round_done(struct op *op, enum op_outcome outcome)
{
    struct topics_loop *e = OWNER_OF(op, struct topics_loop, op);
    struct loop *l = e->loop;
    e->outcome = outcome;
    (void)pthread_mutex_lock(&l->lock);
    atomic_store(&e->back, true);
    (void)uv_async_send(&l->wake);
    (void)pthread_mutex_unlock(&l->lock);
}

/* False: the lanes are full, and the tick tries again. */
static bool send_away(struct topics_loop *e, enum phase phase, enum op_wish (*run)(struct op *, struct tx *))
{
    arena_reset(e->arena);
    e->op = (struct op){ .mode = TX_READ, .arena = e->arena, .run = run, .again = round_again, .done = round_done };
    e->phase = phase;
    if (lanes_submit(e->loop->http->o.lanes, &e->op)) return true;
    e->phase = PHASE_IDLE;
    e->wanted = true;
    return false;
}

static void start_round(struct topics_loop *e)
{
    struct loop *l = e->loop;
    int64_t at_ms = (int64_t)uv_now(&l->uv);
    if (e->phase != PHASE_IDLE || !e->wanted) return;
    if (e->count == 0 || l->closing) {
        e->wanted = false;
        return;
    }
    int64_t wait_ms = e->round_ms + ROUND_GAP_MS - at_ms;
    if (wait_ms > 0) {
        round_in(l, wait_ms);
        return;
    }
    e->round_of_all = e->everything;
    e->wanted = e->everything = false;
    e->round_ms = at_ms;
    /* The ids of SQLite may begin anew when all rows were purged. */
    e->look_since = e->round_of_all && !e->look_back ? -1 : e->since;
    if (!send_away(e, PHASE_LOOK, look_run)) e->everything = e->round_of_all;
}

/* From the lowest cursor of its readers on. */
static void list_topic(struct topics_loop *e, struct topic_place *p)
{
    int64_t lowest = INT64_MAX;
    for (const struct reader *r = p->first; r != NULL; r = r->next)
        if (r->cursor < lowest) lowest = r->cursor;
    e->list[e->list_n++] = (struct topic_read){ .topic = p->topic, .cursor = lowest };
    p->ask = false;
}

/* The next look begins where this one ended, or a little before. */
static void moved_on(struct topics_loop *e)
{
    int64_t at_ms = (int64_t)uv_now(&e->loop->uv);
    if (!e->look_back) {
        e->since = e->moved.last;
        return;
    }
    if (e->since >= 0 && at_ms - e->last_ms < LOOK_BACK_MS) return;
    e->since = e->since < 0 ? e->moved.last : e->last;
    e->last = e->moved.last;
    e->last_ms = at_ms;
}

static void looked(struct topics_loop *e)
{
    e->phase = PHASE_IDLE;
    if (e->outcome != OP_COMMITTED) {
        e->wanted = true;
        e->everything = e->everything || e->round_of_all;
        return;
    }
    for (size_t i = 0; i < e->moved.n; i++) {
        struct topic_place *p = *place_of(e, e->moved.topic[i]);
        if (p != NULL) p->ask = true;
    }
    bool all = e->round_of_all || e->moved.all;
    moved_on(e);
    if (e->list_cap < e->count) {
        free(e->list);
        e->list_cap = e->count * 2;
        e->list = calloc(e->list_cap, sizeof *e->list);
        if (e->list == NULL) abort();
    }
    e->list_n = 0;
    for (struct topic_place *p = e->all; p != NULL; p = p->next_all)
        if (all || p->ask) list_topic(e, p);
    if (e->list_n == 0) return;
    qsort(e->list, e->list_n, sizeof *e->list, topic_reads_compare);
    forget_rows(e);
    if (!send_away(e, PHASE_READ, read_run)) e->everything = true;
}

/* ---- delivery ---- */

struct str news_printed(struct topic_news *n, size_t first)
{
    if (n->printed.n == 0) {
        for (size_t i = 0; i < n->n; i++) {
            n->printed_at[i] = n->printed.n;
            events_print(n->rows, n->first + i, 1, &n->printed);
        }
    }
    return (struct str){ n->printed.p + n->printed_at[first], n->printed.n - n->printed_at[first] };
}

static void news_end(struct topic_news *n)
{
    for (size_t i = 0; i < n->n; i++) {
        if (n->frame[i] != NULL) shared_bytes_drop(n->frame[i]);
        n->frame[i] = NULL;
    }
    buf_clear(&n->printed);
    n->frames_of = NULL;
    n->n = 0;
}

static void give(struct topics_loop *e, struct reader *r)
{
    struct topic_news *n = &e->news;
    size_t first = 0;
    while (first < n->n && n->rows->row[n->first + first].seq <= r->cursor) first++;
    if (first == n->n) return;
    r->cursor = n->rows->row[n->first + n->n - 1].seq;
    r->connection->by->news(r->connection, r, n, first); /* r may be gone now; e->reader was moved on */
}

/* True: the round is over. */
static bool deliver(struct topics_loop *e)
{
    size_t room = DELIVER_PER_TURN;
    for (;;) {
        for (; e->reader != NULL && room > 0; room--) {
            struct reader *r = e->reader;
            e->reader = r->next;
            give(e, r);
        }
        if (e->reader != NULL) return false;
        news_end(&e->news);
        while (e->at < e->list_n && e->list[e->at].n == 0) e->at++;
        if (e->at == e->list_n) return true;
        const struct topic_read *t = &e->list[e->at++];
        const struct topic_place *p = *place_of(e, t->topic);
        e->news.topic = t->topic;
        e->news.rows = &e->rows;
        e->news.first = t->first, e->news.n = t->n;
        e->reader = p != NULL ? p->first : NULL;
    }
}

static void have_read(struct topics_loop *e)
{
    e->phase = PHASE_IDLE;
    if (e->outcome != OP_COMMITTED || e->rows.text.overflow) {
        if (e->rows.text.overflow) LOG(LOG_ERROR, "events_read_too_large", LOG_NUMBER("topics", e->list_n));
        e->wanted = e->everything = true;
        return;
    }
    if (e->more) e->wanted = e->everything = true;
    e->at = 0;
    e->phase = PHASE_DELIVER;
}

void topics_wake(struct loop *l)
{
    struct topics_loop *e = l->topics;
    if (atomic_exchange(&e->back, false)) {
        if (e->phase == PHASE_LOOK) looked(e);
        else if (e->phase == PHASE_READ) have_read(e);
    }
    if (e->phase == PHASE_DELIVER) {
        if (deliver(e)) e->phase = PHASE_IDLE;
        else (void)uv_async_send(&l->wake); /* requests first */
    }
    if (atomic_exchange(&e->notified, false)) e->wanted = true;
    if (e->wanted) start_round(e);
}

void topics_tick(struct loop *l, int64_t at_ms)
{
    struct topics_loop *e = l->topics;
    if (at_ms - e->polled_ms >= POLL_MS) {
        e->polled_ms = at_ms;
        e->wanted = e->everything = true;
    }
    if (e->wanted) start_round(e);
}

bool topics_busy(const struct loop *l) { return l->topics->phase == PHASE_LOOK || l->topics->phase == PHASE_READ; }

/* ---- start and end ---- */

void topics_loop_open(struct loop *l)
{
    struct topics_loop *e = calloc(1, sizeof *e);
    if (e == NULL) abort();
    e->loop = l;
    e->since = -1;
    e->look_back = l->http->o.db != NULL && db_engine_of(l->http->o.db) == DB_POSTGRES;
    e->arena = arena_new(ROUND_ARENA_MAX_BYTES);
    event_rows_init(&e->rows);
    buf_init(&e->news.printed, 4 * EVENTS_READ_MAX_BYTES);
    l->topics = e;
}

void topics_loop_close(struct loop *l)
{
    struct topics_loop *e = l->topics;
    assert(e->count == 0);
    news_end(&e->news);
    buf_free(&e->news.printed);
    event_rows_free(&e->rows);
    arena_free(e->arena);
    free(e->list);
    free(e);
}

/* Something of an account changed. An operator's page may show it; which, only the page knows. */
static void on_notified(void *arg)
{
    events_hint("accounts");
    (void)pthread_mutex_lock(&shared_lock);
    for (size_t i = 0; i < LISTENERS_MAX; i++) {
        struct http *h = listener[i];
        if (h == NULL || h->o.lanes != arg) continue;
        for (unsigned j = 0; j < h->loops; j++) {
            atomic_store(&h->loop[j]->topics->notified, true);
            (void)uv_async_send(&h->loop[j]->wake);
        }
    }
    (void)pthread_mutex_unlock(&shared_lock);
}

void topics_listen(struct http *h)
{
    if (h->o.lanes == NULL) return;
    (void)pthread_mutex_lock(&shared_lock);
    size_t i = 0;
    while (i < LISTENERS_MAX && listener[i] != NULL) i++;
    assert(i < LISTENERS_MAX);
    listener[i] = h;
    (void)pthread_mutex_unlock(&shared_lock);
    lanes_listen(h->o.lanes, "events", on_notified, h->o.lanes);
}

void topics_forget(struct http *h)
{
    (void)pthread_mutex_lock(&shared_lock);
    for (size_t i = 0; i < LISTENERS_MAX; i++)
        if (listener[i] == h) listener[i] = NULL;
    (void)pthread_mutex_unlock(&shared_lock);
}
