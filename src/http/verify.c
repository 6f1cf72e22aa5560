/* verify.c: what must be true of events: they are numbered under the counter of their topic. An event beyond its
 * counter would be given out twice, or never. */
#include "http/events.h"

enum { VERIFY_PAGE_EVENTS = 500 };

STMT(verify_events, "SELECT e.id, e.seq, c.last_seq FROM events e LEFT JOIN event_counters c ON c.kind = e.kind"
                    " AND c.topic = e.topic WHERE e.id > ?1 ORDER BY e.id LIMIT ?2");

static const char *bad_event(const struct query *q)
{
    if (col_is_null(q, "last_seq")) return "an event's topic has no counter";
    int64_t seq = col_i64(q, "seq");
    return seq < 1 || seq > col_i64(q, "last_seq") ? "an event is numbered beyond its topic's counter" : NULL;
}

static bool events_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_events);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE_EVENTS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        const char *what = bad_event(&q);
        if (what) verify_found(found, "event", found->cursor[0], what);
    }
    return row != ROW_FAULT;
}

const struct verify_check events_checks[] = {
    { .name = "http.events", .doc = "Events are numbered under their topics' counters.", .piece = events_piece },
    VERIFY_END
};
