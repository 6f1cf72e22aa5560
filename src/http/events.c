/* events.c: the rows behind server events. `events_put` appends in the transaction of the change: the counter row's
 * lock makes the numbers of one topic appear in order. Neither statement waits for an answer of the database.
 *
 * A stream that opens says what it saw last (Last-Event-ID, or ?after= for the first time). What it missed is replayed;
 * when rows are missing (older than 24 h, or a restored database) it gets `reset` and the page loads anew. */
#include "http/events.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/private.h"
#include <stdlib.h>

enum { EVENT_DATA_MAX = 4096, TOPICS_PER_QUERY = 256, PURGE_EVENTS_BATCH = 500 };

STMT(bump_counter, "INSERT INTO event_counters (kind, topic, last_seq) VALUES (?1, ?2, 1)"
                   " ON CONFLICT (kind, topic) DO UPDATE SET last_seq = event_counters.last_seq + 1");
STMT(append_event,
     "INSERT INTO events (kind, topic, seq, type, data, at_ms)"
     " SELECT kind, topic, last_seq, ?3, ?4, ?5 FROM event_counters WHERE kind = ?1 AND topic = ?2",
     .postgres = "INSERT INTO events (kind, topic, seq, type, data, at_ms)"
                 " SELECT kind, topic, last_seq, ?3::text, ?4::text, ?5::bigint FROM event_counters"
                 " WHERE kind = ?1 AND topic = ?2");
STMT(event_state, "SELECT last_seq, (SELECT MIN(seq) FROM events WHERE kind = ?1 AND topic = ?2) AS oldest"
                  " FROM event_counters WHERE kind = ?1 AND topic = ?2");
STMT(last_number, "SELECT last_seq FROM event_counters WHERE kind = ?1 AND topic = ?2");
STMT(events_after, "SELECT seq, type, data FROM events WHERE kind = ?1 AND topic = ?2 AND seq > ?3"
                   " ORDER BY seq LIMIT 200");
STMT(newest_events, "SELECT type, at_ms FROM events WHERE kind = ?1 AND topic = ?2 ORDER BY seq DESC LIMIT 20");
STMT(counters_of,
     "SELECT topic, last_seq FROM event_counters"
     " WHERE kind = ?1 AND topic IN (SELECT CAST(value AS INTEGER) FROM json_each(?2))",
     .postgres = "SELECT topic, last_seq FROM event_counters"
                 " WHERE kind = ?1 AND topic = ANY(CAST(?2::text[] AS bigint[]))");
STMT(last_event, "SELECT MAX(id) AS id FROM events");
STMT(events_since, "SELECT id, kind, topic FROM events WHERE id > ?1 ORDER BY id LIMIT 2000");
STMT(purge_events, "DELETE FROM events WHERE at_ms < ?1 AND id IN (SELECT id FROM events ORDER BY id LIMIT 500)",
     .postgres = "DELETE FROM events WHERE id = ANY(ARRAY(SELECT id FROM events WHERE id = ANY(ARRAY("
                 "SELECT id FROM events ORDER BY id LIMIT 500)) AND at_ms < ?1 FOR UPDATE SKIP LOCKED))");
/* Written by a clock that was ahead: such rows at the front would stop the purge until their time has come. */
#define DATE_BACK "UPDATE events SET at_ms = ?1 WHERE at_ms > ?1 AND id "
#define OLDEST "(SELECT id FROM events ORDER BY id LIMIT 500)"
STMT(date_back, DATE_BACK "IN " OLDEST, .postgres = DATE_BACK "= ANY(ARRAY" OLDEST ")");
STMT(blank_events,
     "UPDATE events SET data = '{}' WHERE kind = ?1 AND topic = ?2 AND substr(data, 1, length(?3)) = ?3"
     " AND data <> '{}'",
     .postgres = "UPDATE events SET data = '{}' WHERE kind = ?1 AND topic = ?2"
                 " AND substr(data, 1, length(?3::text)) = ?3 AND data <> '{}'");
static_assert(EVENTS_PER_READ == 200 && EVENTS_MOVED_MAX == 2000 && PURGE_EVENTS_BATCH == 500,
              "the statements say the same");

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
    tx_tell(tx, (struct tx_told){ topic.kind, topic.id });
    tx_notify(tx, "events");
    return true;
}

bool events_put(struct tx *tx, int64_t account, const char *type, json_writer *data, const void *arg)
{
    return events_put_to(tx, (struct topic){ TOPIC_ACCOUNT, account }, type, data, arg);
}

int64_t events_purge(struct tx *tx)
{
    int64_t at_ms = now_ms();
    struct query q = query(tx, &purge_events);
    bind_i64(&q, at_ms - DAY_MS);
    int64_t purged = query_change(&q);
    if (purged != 0) return purged;
    q = query(tx, &date_back);
    bind_i64(&q, at_ms);
    return query_change(&q) < 0 ? -1 : 0;
}

bool events_blank(struct tx *tx, struct topic topic, const char *begins)
{
    struct query q = query(tx, &blank_events);
    bind_topic(&q, topic);
    bind_text(&q, begins);
    return query_change(&q) >= 0;
}

/* ---- reading ---- */

void event_rows_init(struct event_rows *r)
{
    *r = (struct event_rows){ 0 };
    buf_init(&r->text, EVENTS_READ_MAX_BYTES);
}

void event_rows_free(struct event_rows *r)
{
    buf_free(&r->text);
    free(r->row);
    *r = (struct event_rows){ 0 };
}

static struct str keep_text(struct event_rows *rows, struct str s, size_t *at)
{
    *at = rows->text.n;
    buf_add(&rows->text, s.p, s.n);
    return s;
}

static void add_row(struct event_rows *rows, int64_t seq, struct str type, struct str data)
{
    if (rows->n == rows->cap) {
        rows->cap = rows->cap ? 2 * rows->cap : 256;
        rows->row = realloc(rows->row, rows->cap * sizeof *rows->row);
        if (rows->row == NULL) abort();
    }
    struct event_row *row = &rows->row[rows->n++];
    row->seq = seq;
    row->type_n = keep_text(rows, type, &row->type_at).n;
    row->data_n = keep_text(rows, data, &row->data_at).n;
}

/* At most EVENTS_PER_READ rows behind the cursor. */
static bool read_topic(struct tx *tx, struct topic topic, int64_t cursor, struct event_rows *rows)
{
    struct query q = query(tx, &events_after);
    bind_topic(&q, topic);
    bind_i64(&q, cursor);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND)
        add_row(rows, col_i64(&q, "seq"), str_of(col_text(&q, "type")), col_str(&q, "data"));
    return row == ROW_NONE;
}

void events_print(const struct event_rows *rows, size_t first, size_t n, struct buf *out)
{
    for (const struct event_row *r = rows->row + first; n > 0; n--, r++) {
        buf_text(out, "id: ");
        buf_i64(out, r->seq);
        buf_text(out, "\nevent: ");
        buf_add(out, rows->text.p + r->type_at, r->type_n);
        buf_text(out, "\ndata: ");
        buf_add(out, rows->text.p + r->data_at, r->data_n); /* JSON of our writer: one line */
        buf_text(out, "\n\n");
    }
}

int topic_reads_compare(const void *a, const void *b)
{
    struct topic x = ((const struct topic_read *)a)->topic, y = ((const struct topic_read *)b)->topic;
    return x.kind != y.kind ? (x.kind > y.kind) - (x.kind < y.kind) : (x.id > y.id) - (x.id < y.id);
}

/* Topics of one kind, `list` of them. */
static bool read_batch(struct tx *tx, struct topic_read *list, size_t count, struct event_rows *out, bool *more)
{
    int64_t ids[TOPICS_PER_QUERY];
    struct {
        int64_t topic, last;
    } found[TOPICS_PER_QUERY];
    assert(count > 0 && count <= TOPICS_PER_QUERY);
    for (size_t i = 0; i < count; i++) ids[i] = list[i].topic.id;
    struct query q = query(tx, &counters_of);
    bind_i64(&q, list[0].topic.kind);
    bind_i64_list(&q, ids, count);
    size_t n = 0;
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        assert(n < TOPICS_PER_QUERY);
        found[n].topic = col_i64(&q, "topic");
        found[n++].last = col_i64(&q, "last_seq");
    }
    if (row != ROW_NONE) return false;
    for (size_t i = 0; i < n; i++) {
        struct topic_read key = { .topic = { list[0].topic.kind, found[i].topic } };
        struct topic_read *t = bsearch(&key, list, count, sizeof *list, topic_reads_compare);
        if (t == NULL || t->cursor >= found[i].last) continue;
        if (out->text.n > EVENTS_READ_MAX_BYTES / 2) {
            *more = true;
            return true;
        }
        t->first = out->n;
        if (!read_topic(tx, t->topic, t->cursor, out)) return false;
        t->n = out->n - t->first;
        if (t->n == EVENTS_PER_READ) *more = true;
    }
    return true;
}

bool events_read(struct tx *tx, struct topic_read *list, size_t count, struct event_rows *out, bool *more)
{
    size_t from = 0;
    for (size_t i = 0; i < count; i++) {
        bool kind_ends = i + 1 == count || list[i + 1].topic.kind != list[i].topic.kind;
        if (i + 1 - from < TOPICS_PER_QUERY && !kind_ends) continue;
        if (!read_batch(tx, list + from, i + 1 - from, out, more)) return false;
        from = i + 1;
    }
    return true;
}

bool events_moved(struct tx *tx, int64_t since, struct events_moved *out)
{
    out->n = 0;
    out->last = since;
    if (since < 0) {
        struct query q = query(tx, &last_event);
        enum row row = query_row(&q);
        out->last = row == ROW_FOUND ? col_i64(&q, "id") : 0;
        out->all = true;
        return row != ROW_FAULT;
    }
    struct query q = query(tx, &events_since);
    bind_i64(&q, since);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        assert(out->n < EVENTS_MOVED_MAX);
        out->topic[out->n++] = (struct topic){ (enum topic_kind)col_i64(&q, "kind"), col_i64(&q, "topic") };
        out->last = col_i64(&q, "id");
    }
    out->all = out->n == EVENTS_MOVED_MAX;
    return row == ROW_NONE;
}

/* ---- the route ---- */

struct get_events {
    int64_t after;
    bool has_after;
};
static const struct field get_events_fields[] = {
    FIELD_I64(struct get_events, after, .min = 0, .max = INT64_MAX, .optional = true,
              .present_offset = offsetof(struct get_events, has_after),
              .doc = "Last number seen, for a first connection; Last-Event-ID wins."),
    FIELD_END
};

static int64_t cursor_of(const struct req *req, int64_t after)
{
    struct str header = req_header(req, "last-event-id");
    int64_t n;
    return header.p != NULL && str_to_i64(header, &n) && n >= 0 ? n : after;
}

/* The first rows of what was missed; the first round of the stream reads on. */
static bool replay(struct tx *tx, struct topic topic, int64_t *cursor, struct buf *out)
{
    struct event_rows rows;
    event_rows_init(&rows);
    bool good = read_topic(tx, topic, *cursor, &rows);
    if (good) events_print(&rows, 0, rows.n, out);
    if (good && rows.n > 0) *cursor = rows.row[rows.n - 1].seq;
    event_rows_free(&rows);
    return good;
}

static bool topic_state(struct tx *tx, struct topic topic, int64_t *last, int64_t *oldest)
{
    struct query q = query(tx, &event_state);
    bind_topic(&q, topic);
    enum row row = query_row(&q);
    *last = row == ROW_FOUND ? col_i64(&q, "last_seq") : 0;
    *oldest = row == ROW_FOUND ? col_i64(&q, "oldest") : 0;
    return row != ROW_FAULT;
}

bool events_last(struct tx *tx, struct topic topic, int64_t *seq)
{
    struct query q = query(tx, &last_number);
    bind_topic(&q, topic);
    enum row row = query_row(&q);
    *seq = row == ROW_FOUND ? col_i64(&q, "last_seq") : 0;
    return row != ROW_FAULT;
}

enum row events_newest(struct tx *tx, struct topic topic, const char *type, int64_t *at_ms)
{
    struct query q = query(tx, &newest_events);
    enum row row;
    bool found = false;
    bind_i64(&q, topic.kind), bind_i64(&q, topic.id);
    while ((row = query_next(&q)) == ROW_FOUND) {
        if (found || !text_eq(col_text(&q, "type"), type)) continue;
        found = true;
        *at_ms = col_i64(&q, "at_ms");
    }
    return row == ROW_FAULT ? ROW_FAULT : found ? ROW_FOUND : ROW_NONE;
}

enum answer reply_events(struct req *req, struct topic topic, int64_t after)
{
    struct exchange *x = (struct exchange *)(uintptr_t)req->raw;
    int64_t cursor = cursor_of(req, after), last, oldest;
    if (!topic_state(req->tx, topic, &last, &oldest)) return reply_fault(req);
    enum answer a = reply_text(req, 200, "text/event-stream", STR("retry: 3000\n\n"));
    struct buf *out = &req->reply.body;
    bool missed = cursor > last || (cursor >= 0 && cursor < last && (oldest == 0 || cursor + 1 < oldest));
    if (missed) buf_printf(out, "id: %lld\nevent: reset\ndata: {}\n\n", (long long)last);
    if (missed || cursor < 0) cursor = last;
    if (cursor < last && !replay(req->tx, topic, &cursor, out)) return reply_fault(req);
    if (x == NULL) return a;
    x->stream_topic = topic;
    x->stream_cursor = cursor;
    x->stream_until = (struct topic){ 0 };
    x->wants_stream = true;
    return a;
}

enum answer reply_events_until(struct req *req, struct topic topic, int64_t after, struct topic until)
{
    struct exchange *x = (struct exchange *)(uintptr_t)req->raw;
    int64_t last;
    if (!events_last(req->tx, until, &last)) return reply_fault(req);
    enum answer a = reply_events(req, topic, after);
    if (a != ANSWER_SENT || x == NULL) return a;
    x->stream_until = until;
    x->stream_until_cursor = last;
    return a;
}

static enum answer get_events(struct req *req)
{
    const struct get_events *in = req->query;
    return reply_events(req, (struct topic){ TOPIC_ACCOUNT, req->who.account },
                        in != NULL && in->has_after ? in->after : -1);
}

ROUTE_TAG(events_tag, "Events", "What changed, live.");

/* clang-format off */
const struct route events_routes[] = {
    { .verb = VERB_GET, .path = "/api/events", .who = WHO_BOOKS, .tx = TX_READ, .tag = "Events",
      QUERY_FIELDS(get_events), .passive = true, .run = get_events,
      .doc = "Server events of the signed-in account, as text/event-stream, replayed from Last-Event-ID." },
    ROUTE_END
};
/* clang-format on */
