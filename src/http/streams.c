/* streams.c: the open event streams of a loop: a topic's events as text/event-stream, a beat that a browser can wait
 * for, and hints for operators' pages. Reading is topics.c's.
 *
 * A reader that lets more than STREAM_QUEUE_MAX_BYTES pile up is closed; it comes back with its Last-Event-ID. When the
 * account's sessions changed it is asked at once whether the reader may stay (standing.c does so each minute).
 *
 * A stream of who has no account (a visitor: `stands_for`) ends by itself after some fifteen minutes: nobody is asked
 * whether its token still holds, and a proxy that swallows the beats keeps it open for nobody. The reader comes back.
 */
#include "base/clock.h"
#include "base/random.h"
#include "http/events.h"
#include "http/private.h"
#include <stdlib.h>

enum { BEAT_MS = 15000, VISIT_MS = 13 * 60 * 1000, VISIT_SPREAD_MS = 4 * 60 * 1000 };

struct stream {
    struct connection *connection;
    struct stream *next, *previous;
    struct standing standing;
    struct reader reader, until;
    int64_t beat_ms;
    int64_t ends_ms; /* of a visitor's; 0: it does not end by itself */
    bool chunked;
};
struct streams_loop {
    struct stream *streams;
    struct hints_seen seen;
};

/* ---- writing ---- */

static void push(struct stream *s, struct str text)
{
    struct connection *c = s->connection;
    struct buf *out = &c->loop->out;
    if (text.n == 0) return;
    if (s->chunked) buf_printf(out, "%zx\r\n", text.n);
    buf_add(out, text.p, text.n);
    if (s->chunked) buf_add(out, "\r\n", 2);
    if (!connection_flush(c, (struct str){ 0 })) return; /* s is gone with its connection */
    if (connection_backlog(c) > STREAM_QUEUE_MAX_BYTES) connection_close(c);
}

/* ---- as the connection calls it ---- */

static void stream_bytes(struct connection *c, const char *p, size_t n)
{
    (void)c, (void)p, (void)n; /* nothing is expected from a reader of events */
}

static void stream_closed(struct connection *c)
{
    struct stream *s = c->own;
    if (s->previous != NULL) s->previous->next = s->next;
    else c->loop->streams->streams = s->next;
    if (s->next != NULL) s->next->previous = s->previous;
    reader_end(&s->reader);
    reader_end(&s->until);
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

/* At the start of a line: JSON has its line ends escaped. */
static const char sessions_line[] = "\nevent: " EVENT_SESSIONS_CHANGED "\n";
static const char ended_line[] = "\nevent: " EVENT_ENDED "\n";

static bool tells(struct str text, const char *line) { return memmem(text.p, text.n, line, strlen(line)) != NULL; }

/* Numbers are of the one topic that the reader counts: what comes from outside, that it ends or that its reader may be
 * somebody else by now, has none. */
static void stream_news(struct connection *c, struct reader *r, struct topic_news *n, size_t first)
{
    struct stream *s = c->own;
    struct str text = news_printed(n, first);
    bool ends = tells(text, ended_line), changed = tells(text, sessions_line);
    s->standing.ask_now |= changed;
    if (r == &s->reader) push(s, text);
    else if (ends) push(s, STR("event: " EVENT_ENDED "\ndata: {}\n\n"));
    else if (changed) push(s, STR("event: " EVENT_SESSIONS_CHANGED "\ndata: {}\n\n"));
    if (ends && c->state == CONNECTION_TAKEN) connection_close(c);
}

/* clang-format off */
static const struct takeover event_stream = {
    .name = "events", .news = stream_news, .bytes = stream_bytes, .ended = connection_close, .awaits = stream_awaits,
    .wants_bytes = stream_wants_bytes, .closed = stream_closed, .standing = stream_standing,
    .dismissed = connection_close,
};
/* clang-format on */

/* ---- begin ---- */

/* Half of the connections: the other half is for who asks. */
static bool room_for_one(struct http *h)
{
    if (atomic_fetch_add(&h->streams, 1) < h->connections_max / 2) return true;
    (void)atomic_fetch_sub(&h->streams, 1);
    return false;
}

static _Atomic int64_t visit_ms = VISIT_MS;
void streams_visit_ms_for_tests(int64_t ms) { atomic_store(&visit_ms, ms > 0 ? ms : VISIT_MS); }

/* With some chance in it: those who came together after a restart do not come back together. */
static int64_t end_of_a_visit(int64_t now_ms)
{
    int64_t least_ms = atomic_load_explicit(&visit_ms, memory_order_relaxed);
    int64_t spread_ms = least_ms == VISIT_MS ? (int64_t)random_below(VISIT_SPREAD_MS) : 0;
    return now_ms + least_ms + spread_ms;
}

/* NULL: one too many. */
static struct stream *stream_new(struct connection *c, struct exchange *x)
{
    struct loop *l = c->loop;
    struct streams_loop *e = l->streams;
    if (!room_for_one(l->http)) return NULL;
    struct stream *s = calloc(1, sizeof *s);
    if (s == NULL) abort();
    if (!standing_begin(&s->standing, x, &event_stream, STREAMS_PER_ACCOUNT)) {
        (void)atomic_fetch_sub(&l->http->streams, 1);
        free(s);
        return NULL;
    }
    s->connection = c;
    s->beat_ms = (int64_t)uv_now(&l->uv);
    if (x->req.stands_for != 0) s->ends_ms = end_of_a_visit(s->beat_ms);
    s->chunked = x->head.minor == 1;
    s->next = e->streams;
    if (e->streams != NULL) e->streams->previous = s;
    e->streams = s;
    (void)atomic_fetch_add_explicit(&l->metrics.streams, 1, memory_order_relaxed);
    return s;
}

bool stream_start(struct connection *c, struct exchange *x)
{
    struct loop *l = c->loop;
    struct stream *s = stream_new(c, x);
    if (s == NULL) {
        (void)reply_later(&x->req, &problem_too_many_requests, 30);
        return false;
    }
    exchange_keep_client(x);
    connection_take(c, &event_stream, s); /* nothing pipelined behind a stream is answered */
    if (c->half_closed || atomic_load(&l->http->draining)) {
        connection_close(c);
        return true;
    }
    if (x->head.minor == 0) x->close = true;
    reply_render(x, &l->out);
    reader_begin(&s->reader, c, x->stream_topic, x->stream_cursor);
    if (x->stream_until.kind != 0) reader_begin(&s->until, c, x->stream_until, x->stream_until_cursor);
    push(s, buf_str(&x->req.reply.body));
    connection_settle(c);
    return true;
}

/* ---- time ---- */

/* A browser cannot see comments, and a connection that died without a word looks like a quiet one: so there is a beat
 * that it can wait for. */
#define BEAT "event: beat\ndata: {}\n\n"
static _Atomic int64_t beat_every_ms = BEAT_MS;
void streams_beat_ms_for_tests(int64_t ms) { atomic_store(&beat_every_ms, ms > 0 ? ms : BEAT_MS); }

void streams_tick(struct loop *l, int64_t at_ms)
{
    struct streams_loop *e = l->streams;
    struct buf hints;
    buf_init(&hints, 4096);
    hints_print(&e->seen, &hints);
    size_t hints_n = hints.n;
    int64_t every_ms = atomic_load_explicit(&beat_every_ms, memory_order_relaxed);
    buf_text(&hints, BEAT);
    for (struct stream *s = e->streams, *next; s != NULL; s = next) {
        next = s->next;
        if (s->ends_ms != 0 && at_ms >= s->ends_ms) {
            connection_close(s->connection);
            continue;
        }
        bool beat = at_ms - s->beat_ms >= every_ms,
             operator_pages = (standing_who(&s->standing)->roles & WHO_OPERATOR) != 0;
        if (beat) s->beat_ms = at_ms;
        size_t from = operator_pages ? 0 : hints_n, to = beat ? hints.n : hints_n;
        push(s, (struct str){ hints.p + from, to - from });
    }
    buf_free(&hints);
}

/* ---- start and end ---- */

void streams_loop_open(struct loop *l)
{
    struct streams_loop *e = calloc(1, sizeof *e);
    if (e == NULL) abort();
    l->streams = e;
    hints_see(&e->seen);
}

void streams_drain(struct loop *l)
{
    for (struct stream *s = l->streams->streams, *next; s != NULL; s = next) {
        next = s->next;
        connection_close(s->connection);
    }
}

void streams_loop_close(struct loop *l)
{
    assert(l->streams->streams == NULL);
    free(l->streams);
}
