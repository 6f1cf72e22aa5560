/* topics.c: who on this loop listens to which topic, and the reading for all of them. What this process has committed
 * names its topics (tx_tell), so a loop reads what is new in those that somebody here listens to, at once, and gives it
 * to their readers, DELIVER_PER_TURN a turn. However many listen to a topic, it is read once and its text is made once.
 * One read is under way at a time: what comes meanwhile is read by the next one together, and after a slow one there is
 * a rest, so that reading never takes more than half of the time.
 *
 * What other processes have committed (PostgreSQL) is only hinted at. Then one lane is asked which topics have moved
 * (`look`), by the ids of the rows, at most every LOOK_GAP_MS. These become visible out of order, so a look begins a
 * little earlier than the last one ended (a reader skips what it has seen). What is later still, and what a lost hint
 * would have told, is found by asking the counters of all topics, each POLL_MS.
 *
 * Rejected: one read for each reader (a burst of changes would fill the lanes); handing rows from the writer to the
 * reader in memory (two paths to the same text, and other processes need the first one anyway); a pause before each
 * read (it was most of the time between a word and its reader). */
#include "base/clock.h"
#include "base/log.h"
#include "http/private.h"
#include <stdlib.h>

enum {
    LOOK_GAP_MS = 50,
    QUICK_US = 2000, /* a read that took longer is followed by a rest of the same length, at most REST_MAX_MS */
    REST_MAX_MS = 50,
    POLL_MS = 5000,
    RARE_MS = 60 * 1000, /* for tests: what comes sooner was told */
    LOOK_BACK_MS = 2000,
    LISTENERS_MAX = 16,
    PLACES = 16384,
    TOPICS_PER_ROUND = 1024,
    TOLD_MAX = 65536,
    DELIVER_PER_TURN = 256,
    ROUND_ARENA_MAX_BYTES = 64 << 20,
};

struct topic_place {
    struct topic_place *next; /* of the same hash */
    struct topic topic;
    struct reader *first;
    bool asked; /* it stands in `asked` */
};
enum phase { PHASE_IDLE, PHASE_LOOK, PHASE_READ, PHASE_DELIVER };
/* What lanes tell this loop, until it comes to take it. */
struct told {
    pthread_mutex_t lock;
    struct tx_told *list;
    size_t n, cap;
    bool much; /* more than is named */
};
struct topics_loop {
    struct loop *loop;
    struct topic_place *place[PLACES];
    atomic_size_t count; /* others only look whether there are any */
    struct told told;
    struct tx_told *taken; /* the other list of `told` */
    size_t taken_cap;
    /* topics to be read */
    struct topic *asked;
    size_t asked_n, asked_cap;
    bool hurry;      /* do not wait for the timer */
    bool swept_last; /* the last round read topics of the sweep, not those that were asked for */
    size_t swept;    /* all topics are read, from this place on; PLACES: they were */
    int64_t polled_ms, read_us, rest_until_us;
    /* looking: ids of events; looked at from `since` on; `last` was the last one at last_ms */
    atomic_bool notified; /* by any thread: another process has told something */
    bool look;
    int64_t looked_ms, since, last, last_ms;
    /* one round at a time; the lane's while LOOK and READ */
    enum phase phase;
    atomic_bool back;
    struct op op;
    enum op_outcome outcome;
    struct arena *arena;
    struct events_moved moved;
    struct topic_read list[TOPICS_PER_ROUND];
    size_t list_n;
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

static void on_timer(uv_timer_t *handle)
{
    struct topics_loop *e = OWNER_OF(handle, struct loop, topics_timer)->topics;
    e->hurry = true;
    start_round(e);
}

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
    *at = p;
    atomic_fetch_add(&e->count, 1);
    return p;
}

static void place_free(struct topics_loop *e, struct topic_place *p)
{
    struct topic_place **at = place_of(e, p->topic);
    assert(*at == p);
    *at = p->next;
    atomic_fetch_sub(&e->count, 1);
    free(p);
}

/* A topic that nobody listens to any more stays in the list and is passed over. */
static void ask(struct topics_loop *e, struct topic_place *p)
{
    if (p == NULL || p->asked) return;
    if (e->asked_n == e->asked_cap) {
        e->asked_cap = e->asked_cap > 0 ? 2 * e->asked_cap : 64;
        e->asked = realloc(e->asked, e->asked_cap * sizeof *e->asked);
        if (e->asked == NULL) abort();
    }
    p->asked = true;
    e->asked[e->asked_n++] = p->topic;
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
    ask(e, p); /* what came since its cursor was read */
    if (!uv_is_active((uv_handle_t *)&c->loop->topics_timer)) round_in(c->loop, LOOK_GAP_MS);
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
    return events_moved(tx, e->since, &e->moved) ? OP_COMMIT : OP_REFUSE;
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
    return false;
}

/* From the lowest cursor of its readers on. */
static void list_topic(struct topics_loop *e, const struct topic_place *p)
{
    int64_t lowest = INT64_MAX;
    for (const struct reader *r = p->first; r != NULL; r = r->next)
        if (r->cursor < lowest) lowest = r->cursor;
    e->list[e->list_n++] = (struct topic_read){ .topic = p->topic, .cursor = lowest };
}

/* Those that were asked for, or the next ones of the sweep: in turns, so that neither waits for the other to end. */
static void list_topics(struct topics_loop *e)
{
    bool sweeps = e->swept < PLACES && (e->asked_n == 0 || !e->swept_last);
    e->list_n = 0;
    e->swept_last = sweeps;
    while (!sweeps && e->asked_n > 0 && e->list_n < TOPICS_PER_ROUND) {
        struct topic_place *p = *place_of(e, e->asked[--e->asked_n]);
        if (p == NULL || !p->asked) continue;
        p->asked = false;
        list_topic(e, p);
    }
    if (e->list_n > 0) return;
    e->swept_last = true;
    for (; e->swept < PLACES; e->swept++) {
        size_t n = 0;
        for (const struct topic_place *p = e->place[e->swept]; p != NULL; p = p->next) n++;
        if (e->list_n > 0 && e->list_n + n > TOPICS_PER_ROUND) return;
        for (struct topic_place *p = e->place[e->swept]; p != NULL; p = p->next) {
            if (e->list_n < TOPICS_PER_ROUND) p->asked = false, list_topic(e, p);
            else ask(e, p);
        }
    }
}

/* It failed: not at once again. */
static void rest(struct topics_loop *e) { e->rest_until_us = (int64_t)(uv_hrtime() / 1000) + REST_MAX_MS * 1000; }

static void start_read(struct topics_loop *e)
{
    int64_t at_us = (int64_t)(uv_hrtime() / 1000);
    if (at_us < e->rest_until_us) {
        round_in(e->loop, (e->rest_until_us - at_us) / 1000 + 1);
        return;
    }
    list_topics(e);
    if (e->list_n == 0) list_topics(e); /* the sweep had come to its end */
    e->hurry = e->asked_n > 0;          /* more than one round takes */
    if (e->list_n == 0) return;
    qsort(e->list, e->list_n, sizeof *e->list, topic_reads_compare);
    forget_rows(e);
    e->read_us = at_us;
    if (send_away(e, PHASE_READ, read_run)) return;
    e->swept = 0;
    rest(e);
}

/* Another process's ids: what was seen long ago says nothing about those. */
static void start_look(struct topics_loop *e)
{
    struct loop *l = e->loop;
    int64_t at_ms = (int64_t)uv_now(&l->uv), wait_ms = e->looked_ms + LOOK_GAP_MS - at_ms;
    if (wait_ms > 0) {
        round_in(l, wait_ms);
        return;
    }
    e->look = false;
    e->looked_ms = at_ms;
    if (at_ms - e->last_ms > 2 * LOOK_BACK_MS) e->since = -1;
    if (!send_away(e, PHASE_LOOK, look_run)) e->look = true;
}

static void start_round(struct topics_loop *e)
{
    if (e->phase != PHASE_IDLE) return;
    if (atomic_load(&e->count) == 0 || e->loop->closing) {
        e->asked_n = 0, e->swept = PLACES;
        e->hurry = e->look = false;
        return;
    }
    if (e->swept < PLACES || (e->hurry && e->asked_n > 0)) start_read(e);
    if (e->phase == PHASE_IDLE && e->look) start_look(e);
}

/* The next look begins where this one ended, or a little before. */
static void moved_on(struct topics_loop *e)
{
    int64_t at_ms = (int64_t)uv_now(&e->loop->uv);
    if (e->since >= 0 && at_ms - e->last_ms < LOOK_BACK_MS) return;
    e->since = e->since < 0 ? e->moved.last : e->last;
    e->last = e->moved.last;
    e->last_ms = at_ms;
}

static void looked(struct topics_loop *e)
{
    e->phase = PHASE_IDLE;
    if (e->outcome != OP_COMMITTED) {
        e->look = true;
        return;
    }
    for (size_t i = 0; i < e->moved.n; i++) ask(e, *place_of(e, e->moved.topic[i]));
    if (e->moved.all) e->swept = 0;
    moved_on(e);
    e->hurry = true;
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
    int64_t now_us = (int64_t)(uv_hrtime() / 1000), took_us = now_us - e->read_us;
    if (took_us > REST_MAX_MS * 1000) took_us = REST_MAX_MS * 1000;
    e->rest_until_us = took_us > QUICK_US ? now_us + took_us : 0;
    e->phase = PHASE_IDLE;
    if (e->outcome != OP_COMMITTED || e->rows.text.overflow) {
        if (e->rows.text.overflow) LOG(LOG_ERROR, "events_read_too_large", LOG_NUMBER("topics", e->list_n));
        e->swept = 0;
        rest(e);
        return;
    }
    if (e->more) /* asked for when what was read has been given */
        for (size_t i = 0; i < e->list_n; i++) ask(e, *place_of(e, e->list[i].topic));
    e->hurry = e->hurry || e->more;
    e->at = 0;
    e->phase = PHASE_DELIVER;
}

/* The topics that lanes have told, of those that somebody here listens to. */
static void take_told(struct topics_loop *e)
{
    struct told *t = &e->told;
    (void)pthread_mutex_lock(&t->lock);
    struct tx_told *list = t->list;
    size_t n = t->n, cap = t->cap;
    if (t->much) e->swept = 0;
    t->list = e->taken, t->cap = e->taken_cap;
    t->n = 0, t->much = false;
    (void)pthread_mutex_unlock(&t->lock);
    e->taken = list, e->taken_cap = cap;
    for (size_t i = 0; i < n; i++) ask(e, *place_of(e, (struct topic){ (enum topic_kind)list[i].kind, list[i].id }));
    e->hurry = e->hurry || n > 0;
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
    take_told(e);
    if (atomic_exchange(&e->notified, false)) e->look = true;
    start_round(e);
}

void topics_tick(struct loop *l, int64_t at_ms)
{
    struct topics_loop *e = l->topics;
    if (at_ms - e->polled_ms >= (l->http->o.rare_looks ? RARE_MS : POLL_MS)) {
        e->polled_ms = at_ms;
        e->swept = 0;
    }
    e->hurry = true;
    start_round(e);
}

bool topics_busy(const struct loop *l) { return l->topics->phase == PHASE_LOOK || l->topics->phase == PHASE_READ; }

/* ---- start and end ---- */

void topics_loop_open(struct loop *l)
{
    struct topics_loop *e = calloc(1, sizeof *e);
    if (e == NULL || pthread_mutex_init(&e->told.lock, NULL) != 0) abort();
    e->loop = l;
    e->since = -1;
    e->swept = PLACES;
    e->arena = arena_new(ROUND_ARENA_MAX_BYTES);
    event_rows_init(&e->rows);
    buf_init(&e->news.printed, 4 * EVENTS_READ_MAX_BYTES);
    l->topics = e;
}

void topics_loop_close(struct loop *l)
{
    struct topics_loop *e = l->topics;
    assert(atomic_load(&e->count) == 0);
    news_end(&e->news);
    buf_free(&e->news.printed);
    event_rows_free(&e->rows);
    arena_free(e->arena);
    free(e->asked);
    free(e->taken);
    free(e->told.list);
    (void)pthread_mutex_destroy(&e->told.lock);
    free(e);
}

static void tell(struct loop *l, const struct tx_told *list, size_t n)
{
    struct topics_loop *e = l->topics;
    struct told *t = &e->told;
    if (atomic_load(&e->count) == 0) return; /* whoever begins to listen now reads what was committed before */
    (void)pthread_mutex_lock(&t->lock);
    bool much = n == 0 || t->n + n > TOLD_MAX;
    if (!much && t->n + n > t->cap) {
        while (t->n + n > t->cap) t->cap = t->cap > 0 ? 2 * t->cap : 64;
        t->list = realloc(t->list, t->cap * sizeof *t->list);
        if (t->list == NULL) abort();
    }
    if (!much) memcpy(t->list + t->n, list, n * sizeof *list);
    if (!much) t->n += n;
    t->much = t->much || much;
    (void)pthread_mutex_unlock(&t->lock);
    (void)uv_async_send(&l->wake);
}

/* Something of an account changed. An operator's page may show it; which, only the page knows. */
static void on_told(void *lanes, const struct tx_told *list, size_t n)
{
    events_hint("accounts");
    (void)pthread_mutex_lock(&shared_lock);
    for (size_t i = 0; i < LISTENERS_MAX; i++) {
        struct http *h = listener[i];
        if (h == NULL || h->o.lanes != lanes) continue;
        for (unsigned j = 0; j < h->loops; j++) tell(h->loop[j], list, n);
    }
    (void)pthread_mutex_unlock(&shared_lock);
}

static void on_notified(void *lanes)
{
    events_hint("accounts");
    (void)pthread_mutex_lock(&shared_lock);
    for (size_t i = 0; i < LISTENERS_MAX; i++) {
        struct http *h = listener[i];
        if (h == NULL || h->o.lanes != lanes) continue;
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
    lanes_hear(h->o.lanes, on_told, h->o.lanes);
    lanes_listen_others(h->o.lanes, "events", on_notified, h->o.lanes);
}

void topics_forget(struct http *h)
{
    (void)pthread_mutex_lock(&shared_lock);
    for (size_t i = 0; i < LISTENERS_MAX; i++)
        if (listener[i] == h) listener[i] = NULL;
    (void)pthread_mutex_unlock(&shared_lock);
}
