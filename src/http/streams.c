/* streams.c: the open event streams of one loop. After a notification the loop sends one read to a lane for all of its
 * streams together: first the counters of their accounts (256 at a time), then the rows of those that have moved on.
 * Reads follow each other at most every ROUND_GAP_MS, however many changes there are.
 *
 * A reader that lets more than STREAM_QUEUE_MAX_BYTES pile up is closed; it comes back with its Last-Event-ID. When
 * the account's sessions changed it is asked at once whether the reader may stay (standing.c does so each minute).
 *
 * Rejected: one read for each stream (a burst of changes would fill the lanes); handing rows from the writer to the
 * stream in memory (two paths to the same text, and other processes need the first one anyway). */
#include "base/clock.h"
#include "base/log.h"
#include "http/events.h"
#include "http/loop.h"
#include <stdlib.h>

enum {
    ROUND_GAP_MS = 50, POLL_MS = 5000, BEAT_MS = 15000, HINT_KINDS_MAX = 16, LISTENERS_MAX = 16,
    ROUND_ARENA_MAX_BYTES = 64 << 20,
};

struct stream {
    struct connection *connection;
    struct stream *next, *previous;
    struct standing standing;
    int64_t cursor, beat_ms;
    bool chunked;
};
struct events_loop {
    struct loop *loop;
    struct stream *streams;
    size_t count;
    atomic_bool notified;                    /* by any thread */
    bool wanted;                             /* a round is to be made */
    int64_t round_ms, polled_ms;
    uint64_t hints_seen[HINT_KINDS_MAX];
    /* one round at a time; the lane's while `reading` */
    bool reading;
    atomic_bool read_done;
    struct op op;
    enum op_outcome outcome;
    struct arena *arena;
    struct event_cursor *list;
    size_t list_n, list_cap;
    struct buf text;
    bool more;
};

/* ---- hints: process-wide, names are literals ---- */

static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;
static const char *hint_kind[HINT_KINDS_MAX];
static uint64_t hint_count[HINT_KINDS_MAX];
static struct http *listener[LISTENERS_MAX];

void events_hint(const char *kind)
{
    (void)pthread_mutex_lock(&shared_lock);
    size_t i = 0;
    while (i < HINT_KINDS_MAX && hint_kind[i] != NULL && !text_eq(hint_kind[i], kind)) i++;
    assert(i < HINT_KINDS_MAX);
    hint_kind[i] = kind;
    hint_count[i]++;
    (void)pthread_mutex_unlock(&shared_lock);
}

static void start_round(struct events_loop *e);

static void on_events_timer(uv_timer_t *handle)
{
    start_round(OWNER_OF(handle, struct loop, events_timer)->events);
}

static void round_in(struct loop *l, int64_t ms)
{
    (void)uv_timer_start(&l->events_timer, on_events_timer, (uint64_t)ms, 0);
}

/* ---- writing ---- */

static void push(struct stream *s, struct str text)
{
    struct connection *c = s->connection;
    struct buf *out = &c->loop->out;
    if (text.n == 0) return;
    if (s->chunked) buf_printf(out, "%zx\r\n", text.n);
    buf_add(out, text.p, text.n);
    if (s->chunked) buf_add(out, "\r\n", 2);
    if (!connection_flush(c, (struct str){ 0 })) return;     /* s is gone with its connection */
    if (connection_backlog(c) > STREAM_QUEUE_MAX_BYTES) connection_close(c);
}

/* ---- as the connection calls it ---- */

static void stream_bytes(struct connection *c, const char *p, size_t n)
{
    (void)c, (void)p, (void)n;                               /* nothing is expected from a reader of events */
}

static void stream_closed(struct connection *c)
{
    struct stream *s = c->own;
    struct events_loop *e = c->loop->events;
    if (s->previous != NULL) s->previous->next = s->next;
    else e->streams = s->next;
    if (s->next != NULL) s->next->previous = s->previous;
    e->count--;
    (void)atomic_fetch_sub_explicit(&c->loop->metrics.streams, 1, memory_order_relaxed);
    (void)atomic_fetch_sub(&c->loop->http->streams, 1);
    standing_end(&s->standing, c->loop->http);
    free(s);
}

static enum connection_awaits stream_awaits(const struct connection *c)
{
    (void)c;
    return AWAITS_OTHERS;
}

static bool stream_wants_bytes(const struct connection *c)
{
    (void)c;
    return true;
}

static struct standing *stream_standing(struct connection *c) { return &((struct stream *)c->own)->standing; }

static const struct takeover event_stream = {
    .name = "events", .bytes = stream_bytes, .ended = connection_close, .awaits = stream_awaits,
    .wants_bytes = stream_wants_bytes, .closed = stream_closed, .standing = stream_standing,
    .dismissed = connection_close,
};

/* ---- begin ---- */

static bool room_for_one(struct http *h)
{
    if (atomic_fetch_add(&h->streams, 1) < STREAMS_MAX) return true;
    (void)atomic_fetch_sub(&h->streams, 1);
    return false;
}

/* NULL: one too many. */
static struct stream *stream_new(struct connection *c, struct exchange *x)
{
    struct loop *l = c->loop;
    struct events_loop *e = l->events;
    if (!room_for_one(l->http)) return NULL;
    struct stream *s = calloc(1, sizeof *s);
    if (s == NULL) abort();
    if (!standing_begin(&s->standing, x, &event_stream, STREAMS_PER_ACCOUNT)) {
        (void)atomic_fetch_sub(&l->http->streams, 1);
        free(s);
        return NULL;
    }
    s->connection = c;
    s->cursor = x->stream_cursor;
    s->beat_ms = (int64_t)uv_now(&l->uv);
    s->chunked = x->head.minor == 1;
    s->next = e->streams;
    if (e->streams != NULL) e->streams->previous = s;
    e->streams = s;
    e->count++;
    (void)atomic_fetch_add_explicit(&l->metrics.streams, 1, memory_order_relaxed);
    return s;
}

bool events_stream_start(struct connection *c, struct exchange *x)
{
    struct loop *l = c->loop;
    struct stream *s = stream_new(c, x);
    if (s == NULL) {
        (void)reply_later(&x->req, &problem_too_many_requests, 30);
        return false;
    }
    connection_take(c, &event_stream, s);                    /* nothing pipelined behind a stream is answered */
    if (c->half_closed || atomic_load(&l->http->draining)) {
        connection_close(c);
        return true;
    }
    if (x->head.minor == 0) x->close = true;
    reply_render(x, &l->out);
    l->events->wanted = true;                                /* what came between its read and now */
    round_in(l, ROUND_GAP_MS);
    push(s, buf_str(&x->req.reply.body));
    connection_settle(c);
    return true;
}

/* ---- a round ---- */

static enum op_wish round_run(struct op *op, struct tx *tx)
{
    struct events_loop *e = OWNER_OF(op, struct events_loop, op);
    return events_read(tx, e->list, e->list_n, &e->text, &e->more) ? OP_COMMIT : OP_REFUSE;
}

/* Cursors have moved: the streams are still where they were, so the list could be filled anew only on the loop. The
 * first text would be lost with a second run; instead the round fails and the next one reads. */
static void round_again(struct op *op)
{
    struct events_loop *e = OWNER_OF(op, struct events_loop, op);
    e->list_n = 0;
    e->more = true;
    buf_clear(&e->text);
}

static void round_done(struct op *op, enum op_outcome outcome)
{
    struct events_loop *e = OWNER_OF(op, struct events_loop, op);
    struct loop *l = e->loop;
    e->outcome = outcome;
    (void)pthread_mutex_lock(&l->lock);
    atomic_store(&e->read_done, true);
    (void)uv_async_send(&l->wake);
    (void)pthread_mutex_unlock(&l->lock);
}

static void fill_list(struct events_loop *e)
{
    if (e->list_cap < e->count) {
        free(e->list);
        e->list_cap = e->count * 2;
        e->list = calloc(e->list_cap, sizeof *e->list);
        if (e->list == NULL) abort();
    }
    e->list_n = 0;
    for (const struct stream *s = e->streams; s != NULL; s = s->next)
        e->list[e->list_n++] = (struct event_cursor){
            .topic = { TOPIC_ACCOUNT, s->standing.who.account }, .cursor = s->cursor,
            .slot = s->connection->slot, .generation = s->connection->generation,
        };
    qsort(e->list, e->list_n, sizeof *e->list, event_cursors_compare);
}

static void start_round(struct events_loop *e)
{
    struct loop *l = e->loop;
    int64_t at_ms = (int64_t)uv_now(&l->uv);
    if (e->reading || !e->wanted) return;
    if (e->count == 0 || l->closing) {
        e->wanted = false;
        return;
    }
    int64_t wait_ms = e->round_ms + ROUND_GAP_MS - at_ms;
    if (wait_ms > 0) {
        round_in(l, wait_ms);
        return;
    }
    e->wanted = false;
    e->more = false;
    e->round_ms = at_ms;
    fill_list(e);
    arena_reset(e->arena);
    buf_clear(&e->text);
    e->op = (struct op){ .mode = TX_READ, .arena = e->arena, .run = round_run, .again = round_again,
                         .done = round_done };
    e->reading = true;
    if (lanes_submit(l->http->o.lanes, &e->op)) return;
    e->reading = false;
    e->wanted = true;                                        /* the lanes are full: the tick tries again */
}

/* At the start of a line: JSON has its line ends escaped. */
static const char sessions_line[] = "\nevent: " EVENT_SESSIONS_CHANGED "\n";

static void take_round(struct events_loop *e)
{
    e->reading = false;
    if (e->outcome != OP_COMMITTED) {
        e->wanted = true;
        return;
    }
    if (e->more) e->wanted = true;
    if (e->text.overflow) LOG(LOG_ERROR, "events_read_too_large", LOG_NUMBER("streams", e->list_n));
    for (size_t i = 0; i < e->list_n; i++) {
        const struct event_cursor *r = &e->list[i];
        struct connection *c = loop_find(e->loop, r->slot, r->generation);
        if (r->text_n == 0 || c == NULL || c->by != &event_stream) continue;
        if (e->text.overflow) {
            connection_close(c);                             /* comes back and reads from its cursor */
            continue;
        }
        struct str text = { e->text.p + r->text_at, r->text_n };
        struct stream *s = c->own;
        s->cursor = r->cursor;
        s->standing.ask_now |= memmem(text.p, text.n, sessions_line, strlen(sessions_line)) != NULL;
        push(s, text);
    }
}

void events_wake(struct loop *l)
{
    struct events_loop *e = l->events;
    if (atomic_exchange(&e->read_done, false)) take_round(e);
    if (atomic_exchange(&e->notified, false)) e->wanted = true;
    if (e->wanted) start_round(e);
}

/* ---- time ---- */

/* `event: hint` for each kind that was named since the last tick. */
static void print_hints(struct events_loop *e, struct buf *out)
{
    (void)pthread_mutex_lock(&shared_lock);
    for (size_t i = 0; i < HINT_KINDS_MAX && hint_kind[i] != NULL; i++) {
        if (e->hints_seen[i] == hint_count[i]) continue;
        e->hints_seen[i] = hint_count[i];
        buf_printf(out, "event: hint\ndata: {\"kind\":\"%s\"}\n\n", hint_kind[i]);
    }
    (void)pthread_mutex_unlock(&shared_lock);
}

/* A browser cannot see comments, and a connection that died without a word looks like a quiet one: so there is a beat
 * that it can wait for. */
#define BEAT "event: beat\ndata: {}\n\n"
static _Atomic int64_t beat_every_ms = BEAT_MS;
void streams_beat_ms_for_tests(int64_t ms) { atomic_store(&beat_every_ms, ms > 0 ? ms : BEAT_MS); }

void events_tick(struct loop *l, int64_t at_ms)
{
    struct events_loop *e = l->events;
    struct buf hints;
    buf_init(&hints, 4096);
    print_hints(e, &hints);
    size_t hints_n = hints.n;
    int64_t every_ms = atomic_load_explicit(&beat_every_ms, memory_order_relaxed);
    buf_text(&hints, BEAT);
    for (struct stream *s = e->streams, *next; s != NULL; s = next) {
        next = s->next;
        bool beat = at_ms - s->beat_ms >= every_ms, operator_pages = (s->standing.who.roles & WHO_OPERATOR) != 0;
        if (beat) s->beat_ms = at_ms;
        size_t from = operator_pages ? 0 : hints_n, to = beat ? hints.n : hints_n;
        push(s, (struct str){ hints.p + from, to - from });
    }
    buf_free(&hints);
    if (at_ms - e->polled_ms >= POLL_MS) {                   /* behind a lost notification */
        e->polled_ms = at_ms;
        e->wanted = true;
    }
    if (e->wanted) start_round(e);
}

/* ---- start and end ---- */

void events_loop_open(struct loop *l)
{
    struct events_loop *e = calloc(1, sizeof *e);
    if (e == NULL) abort();
    e->loop = l;
    e->arena = arena_new(ROUND_ARENA_MAX_BYTES);
    buf_init(&e->text, EVENTS_READ_MAX_BYTES);
    l->events = e;
    (void)pthread_mutex_lock(&shared_lock);
    memcpy(e->hints_seen, hint_count, sizeof hint_count);
    (void)pthread_mutex_unlock(&shared_lock);
}

void events_loop_drain(struct loop *l)
{
    for (struct stream *s = l->events->streams, *next; s != NULL; s = next) {
        next = s->next;
        connection_close(s->connection);
    }
}

void events_loop_close(struct loop *l)
{
    struct events_loop *e = l->events;
    arena_free(e->arena);
    buf_free(&e->text);
    free(e->list);
    free(e);
}

bool events_busy(const struct loop *l) { return l->events->reading; }

/* Something of an account changed. An operator's page may show it; which, only the page knows. */
static void on_notified(void *arg)
{
    events_hint("accounts");
    (void)pthread_mutex_lock(&shared_lock);
    for (size_t i = 0; i < LISTENERS_MAX; i++) {
        struct http *h = listener[i];
        if (h == NULL || h->o.lanes != arg) continue;
        for (unsigned j = 0; j < h->loops; j++) {
            atomic_store(&h->loop[j]->events->notified, true);
            (void)uv_async_send(&h->loop[j]->wake);
        }
    }
    (void)pthread_mutex_unlock(&shared_lock);
}

void events_listen(struct http *h)
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

void events_forget(struct http *h)
{
    (void)pthread_mutex_lock(&shared_lock);
    for (size_t i = 0; i < LISTENERS_MAX; i++)
        if (listener[i] == h) listener[i] = NULL;
    (void)pthread_mutex_unlock(&shared_lock);
}
