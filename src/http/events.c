/* events.c: the rows behind server events. `events_put` appends in the transaction of the change: the counter row's
 * lock makes the numbers of one topic appear in order. Neither statement waits for an answer of the database.
 *
 * A stream that opens says what it saw last (Last-Event-ID, or ?after= for the first time). What it missed is replayed;
 * when rows are missing (older than 24 h, or a restored database) it gets `reset` and the page loads anew. */
#include "http/events.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/loop.h"
#include <stdlib.h>

enum { EVENT_DATA_MAX = 4096, TOPICS_PER_QUERY = 256, PURGE_EVENTS_BATCH = 500 };

STMT(bump_counter, "INSERT INTO event_counters (kind, topic, last_seq) VALUES (?1, ?2, 1)"
                   " ON CONFLICT (kind, topic) DO UPDATE SET last_seq = event_counters.last_seq + 1");
STMT(append_event, "INSERT INTO events (kind, topic, seq, type, data, at_ms)"
                   " SELECT kind, topic, last_seq, ?3, ?4, ?5 FROM event_counters WHERE kind = ?1 AND topic = ?2",
     .postgres = "INSERT INTO events (kind, topic, seq, type, data, at_ms)"
                 " SELECT kind, topic, last_seq, ?3::text, ?4::text, ?5::bigint FROM event_counters"
                 " WHERE kind = ?1 AND topic = ?2");
STMT(event_state, "SELECT last_seq, (SELECT MIN(seq) FROM events WHERE kind = ?1 AND topic = ?2) AS oldest"
                  " FROM event_counters WHERE kind = ?1 AND topic = ?2");
STMT(events_after, "SELECT seq, type, data FROM events WHERE kind = ?1 AND topic = ?2 AND seq > ?3"
                   " ORDER BY seq LIMIT 200");
STMT(counters_of, "SELECT topic, last_seq FROM event_counters"
                  " WHERE kind = ?1 AND topic IN (SELECT CAST(value AS INTEGER) FROM json_each(?2))",
     .postgres = "SELECT topic, last_seq FROM event_counters"
                 " WHERE kind = ?1 AND topic = ANY(CAST(?2::text[] AS bigint[]))");
STMT(purge_events, "DELETE FROM events WHERE at_ms < ?1 AND id IN (SELECT id FROM events ORDER BY id LIMIT 500)");
/* Written by a clock that was ahead: such rows at the front would stop the purge until their time has come. */
STMT(date_back, "UPDATE events SET at_ms = ?1 WHERE at_ms > ?1"
                " AND id IN (SELECT id FROM events ORDER BY id LIMIT 500)");
static_assert(EVENTS_PER_READ == 200 && PURGE_EVENTS_BATCH == 500, "the statements say the same");

static void bind_topic(struct query *q, struct topic topic)
{
    bind_i64(q, topic.kind);
    bind_i64(q, topic.id);
}

bool events_put_to(struct tx *tx, struct topic topic, const char *type, json_writer *data, const void *arg)
{
    assert(topic.kind > 0 && topic.id > 0);
    char memory[EVENT_DATA_MAX];
    struct buf text;
    buf_fixed(&text, memory, sizeof memory);
    struct json j;
    json_begin(&j, &text);
    json_object(&j, NULL);
    if (data != NULL) data(&j, arg);
    json_end(&j);
    json_finish(&j);
    if (text.overflow) LOG(LOG_ERROR, "event_too_large", LOG_TEXT("type", type));
    struct str kept = text.overflow ? STR("{}") : (struct str){ arena_copy(tx_arena(tx), text.p, text.n), text.n };
    struct query bump = query(tx, &bump_counter);
    bind_topic(&bump, topic);
    if (!query_put(&bump)) return false;
    struct query append = query(tx, &append_event);
    bind_topic(&append, topic);
    bind_text(&append, type);
    bind_str(&append, kept);
    bind_i64(&append, now_ms());
    if (!query_put(&append)) return false;
    tx_notify(tx, "events");
    return true;
}

bool events_put(struct tx *tx, int64_t account, const char *type, json_writer *data, const void *arg)
{
    return events_put_to(tx, (struct topic){ TOPIC_ACCOUNT, account }, type, data, arg);
}

int64_t events_purge(struct tx *tx)
{
    int64_t now = now_ms();
    struct query q = query(tx, &purge_events);
    bind_i64(&q, now - DAY_MS);
    int64_t purged = query_change(&q);
    if (purged != 0) return purged;
    q = query(tx, &date_back);
    bind_i64(&q, now);
    return query_change(&q) < 0 ? -1 : 0;
}

/* ---- reading ---- */

static void print_event(struct buf *out, int64_t seq, const char *type, struct str data)
{
    buf_text(out, "id: ");
    buf_i64(out, seq);
    buf_text(out, "\nevent: ");
    buf_text(out, type);
    buf_text(out, "\ndata: ");
    buf_add(out, data.p, data.n);                            /* JSON of our writer: one line */
    buf_text(out, "\n\n");
}

/* Rows after *cursor, which moves on. *full: there may be more. */
static bool read_topic(struct tx *tx, struct topic topic, int64_t *cursor, struct buf *out, bool *full)
{
    struct query q = query(tx, &events_after);
    bind_topic(&q, topic);
    bind_i64(&q, *cursor);
    size_t rows = 0;
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        *cursor = col_i64(&q, "seq");
        print_event(out, *cursor, col_text(&q, "type"), col_str(&q, "data"));
        rows++;
    }
    if (rows == EVENTS_PER_READ) *full = true;
    return row == ROW_NONE;
}

int event_cursors_compare(const void *a, const void *b)
{
    struct topic x = ((const struct event_cursor *)a)->topic, y = ((const struct event_cursor *)b)->topic;
    return x.kind != y.kind ? (x.kind > y.kind) - (x.kind < y.kind) : (x.id > y.id) - (x.id < y.id);
}

static bool same_topic(struct topic a, struct topic b) { return a.kind == b.kind && a.id == b.id; }

/* The readers of one topic stand side by side. */
static bool read_readers_of(struct tx *tx, struct topic topic, int64_t last, struct event_cursor *list, size_t count,
                            struct buf *out, bool *more)
{
    struct event_cursor key = { .topic = topic };
    struct event_cursor *e = bsearch(&key, list, count, sizeof *list, event_cursors_compare);
    if (e == NULL) return true;
    while (e > list && same_topic(e[-1].topic, topic)) e--;
    for (; e < list + count && same_topic(e->topic, topic); e++) {
        if (e->cursor >= last) continue;
        if (out->n > EVENTS_READ_MAX_BYTES / 2) {
            *more = true;
            return true;
        }
        e->text_at = out->n;
        if (!read_topic(tx, topic, &e->cursor, out, more)) return false;
        e->text_n = out->n - e->text_at;
    }
    return true;
}

/* Topics of one kind. */
static bool read_batch(struct tx *tx, enum topic_kind kind, const char *const *ids, size_t ids_n,
                       struct event_cursor *list, size_t count, struct buf *out, bool *more)
{
    struct query q = query(tx, &counters_of);
    bind_i64(&q, kind);
    bind_text_list(&q, ids, ids_n);
    struct { int64_t topic, last; } found[TOPICS_PER_QUERY];
    size_t n = 0;
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        assert(n < TOPICS_PER_QUERY);
        found[n].topic = col_i64(&q, "topic");
        found[n++].last = col_i64(&q, "last_seq");
    }
    if (row != ROW_NONE) return false;
    for (size_t i = 0; i < n; i++)
        if (!read_readers_of(tx, (struct topic){ kind, found[i].topic }, found[i].last, list, count, out, more))
            return false;
    return true;
}

bool events_read(struct tx *tx, struct event_cursor *list, size_t count, struct buf *out, bool *more)
{
    const char *ids[TOPICS_PER_QUERY];
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !same_topic(list[i].topic, list[i - 1].topic))
            ids[n++] = arena_printf(tx_arena(tx), "%lld", (long long)list[i].topic.id);
        bool kind_ends = i + 1 == count || list[i + 1].topic.kind != list[i].topic.kind;
        if (n == 0 || (n < TOPICS_PER_QUERY && !kind_ends)) continue;
        if (!read_batch(tx, list[i].topic.kind, ids, n, list, count, out, more)) return false;
        n = 0;
    }
    return true;
}

/* ---- the route ---- */

struct get_events { int64_t after; bool has_after; };
static const struct field get_events_fields[] = {
    FIELD_I64(struct get_events, after, .min = 0, .max = INT64_MAX, .optional = true,
              .present_offset = offsetof(struct get_events, has_after),
              .doc = "Last number seen, for a first connection; Last-Event-ID wins."),
    FIELD_END
};

static int64_t cursor_of(const struct req *req)
{
    const struct get_events *in = req->query;
    struct str header = req_header(req, "last-event-id");
    int64_t n;
    if (header.p != NULL && str_to_i64(header, &n) && n >= 0) return n;
    return in != NULL && in->has_after ? in->after : -1;
}

static enum answer get_events(struct req *req)
{
    struct exchange *x = (struct exchange *)(uintptr_t)req->raw;
    int64_t cursor = cursor_of(req), last = 0, oldest = 0;
    struct topic topic = { TOPIC_ACCOUNT, req->who.account };
    struct query q = query(req->tx, &event_state);
    bind_topic(&q, topic);
    enum row row = query_row(&q);
    if (row == ROW_FAULT) return reply_fault(req);
    if (row == ROW_FOUND) last = col_i64(&q, "last_seq"), oldest = col_i64(&q, "oldest");
    enum answer a = reply_text(req, 200, "text/event-stream", STR("retry: 3000\n\n"));
    struct buf *out = &req->reply.body;
    bool missed = cursor > last || (cursor >= 0 && cursor < last && (oldest == 0 || cursor + 1 < oldest));
    if (missed) print_event(out, last, "reset", STR("{}"));
    if (missed || cursor < 0) cursor = last;
    bool full = false;                                       /* the first round of the stream reads on */
    if (cursor < last && !read_topic(req->tx, topic, &cursor, out, &full)) return reply_fault(req);
    if (x == NULL) return a;
    x->stream_cursor = cursor;
    x->wants_stream = true;
    return a;
}

const struct route events_routes[] = {
    { .verb = VERB_GET, .path = "/api/events", .who = WHO_BOOKS, .tx = TX_READ, .tag = "Events",
      QUERY_FIELDS(get_events), .passive = true, .run = get_events,
      .doc = "Server events of the signed-in account, as text/event-stream, replayed from Last-Event-ID." },
    ROUTE_END
};
