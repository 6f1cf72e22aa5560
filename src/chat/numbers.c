/* numbers.c: see numbers.h. The database gives one row a conversation, with the few moments that matter; what is made
 * of them is decided here, so that both engines count alike and percentiles are exact.
 *
 * Rejected: sums that are kept up to date with every message (a hot row for each shop and day, and percentiles cannot
 * be added up); a table of measures beside each conversation, written by a job (a second truth, for a page that is
 * looked at a few times a day). */
#include "chat/numbers.h"

#include "base/clock.h"
#include "chat/hours.h"
#include "chat/private.h"

#include <stdlib.h>

enum { TALKS_PAGE = 1000, SATISFIED = 4 };

/* clang-format off */
#define FIRST_MESSAGE(what, condition)                                                                                 \
    "(SELECT " what " FROM chat_messages m WHERE m.conversation = c.id AND " condition " ORDER BY m.number LIMIT 1)"
#define MOVES(what, condition)                                                                                         \
    "(SELECT " what " FROM chat_moves v WHERE v.conversation = c.id AND " condition ")"
#define FIRST_WORD FIRST_MESSAGE("m.number", "m.author = 1")
#define CALLED MOVES("MIN(v.at_ms)", "v.owner = 2 AND v.status = 1")
STMT(talks,
     "SELECT c.id, c.created_at_ms, c.status, c.resolved_at_ms, c.score,"
     " COALESCE(" FIRST_MESSAGE("m.at_ms", "m.author = 1") ", 0) AS word_ms,"
     " COALESCE((SELECT a.at_ms FROM chat_messages a WHERE a.conversation = c.id AND a.author IN (2, 3)"
     "  AND a.number > " FIRST_WORD " ORDER BY a.number LIMIT 1), 0) AS answer_ms,"
     " COALESCE(" FIRST_MESSAGE("1", "m.author = 2") ", 0) AS bot,"
     " COALESCE(" FIRST_MESSAGE("1", "m.author = 3") ", 0) AS person,"
     " COALESCE(" CALLED ", 0) AS called_ms,"
     " COALESCE((SELECT a.at_ms FROM chat_messages a WHERE a.conversation = c.id AND a.author = 3"
     "  AND a.at_ms >= " CALLED " ORDER BY a.number LIMIT 1), 0) AS came_ms,"
     " COALESCE(" MOVES("MIN(v.epoch)", "v.status = 3") ", 0) AS ended,"
     " COALESCE(" MOVES("MAX(v.epoch)", "v.status <> 3") ", 0) AS opened"
     " FROM chat_conversations c WHERE c.account = ?1 AND c.last_number > 0 AND c.created_at_ms < ?2"
     " AND (c.created_at_ms, c.id) > (?3, ?4) AND (CAST(?5 AS BIGINT) = 0 OR c.shop = ?5)"
     " ORDER BY c.created_at_ms, c.id LIMIT ?6");
/* clang-format on */
STMT(waiting, "SELECT COUNT(*) AS waiting FROM chat_conversations WHERE account = ?1 AND status = 1 AND owner = 2"
              " AND (CAST(?2 AS BIGINT) = 0 OR shop = ?2)");
STMT(all_set, "SELECT shop FROM chat_settings WHERE account = ?1 ORDER BY shop");

struct talk {
    int64_t begun_ms, word_ms, answer_ms, called_ms, came_ms, resolved_ms; /* 0: not */
    int64_t score;
    bool bot, person, reopened;
};

/* The next of them behind (*after_ms, *after_id), which move on. A page that is not full is the last. */
static bool read_page(struct tx *tx, const struct numbers_asked *in, int64_t until_ms, int64_t *after_ms,
                      int64_t *after_id, struct talk *out, size_t *read, size_t *count)
{
    struct query q = query(tx, &talks);
    enum row row;
    bind_i64(&q, in->account), bind_i64(&q, until_ms), bind_i64(&q, *after_ms), bind_i64(&q, *after_id);
    bind_i64(&q, in->shop), bind_i64(&q, TALKS_PAGE);
    for (*read = *count = 0; (row = query_next(&q)) == ROW_FOUND; (*read)++) {
        int64_t ended = col_i64(&q, "ended");
        struct talk t = { .begun_ms = col_i64(&q, "created_at_ms"),
                          .word_ms = col_i64(&q, "word_ms"),
                          .answer_ms = col_i64(&q, "answer_ms"),
                          .called_ms = col_i64(&q, "called_ms"),
                          .came_ms = col_i64(&q, "came_ms"),
                          .score = col_i64(&q, "score"),
                          .bot = col_i64(&q, "bot") != 0,
                          .person = col_i64(&q, "person") != 0,
                          .reopened = ended > 0 && col_i64(&q, "opened") > ended };
        if (col_state(&q, "status", CHAT_OPEN, CHAT_RESOLVED) == CHAT_RESOLVED)
            t.resolved_ms = col_i64(&q, "resolved_at_ms");
        *after_ms = t.begun_ms, *after_id = col_i64(&q, "id");
        if (t.word_ms > 0) out[(*count)++] = t;
    }
    return row == ROW_NONE;
}

/* Room for one more page behind `count`. Most shops need one page; few need thousands. */
static struct talk *with_room(struct talk *t, size_t count, size_t *room)
{
    if (count + TALKS_PAGE <= *room) return t;
    *room = *room ? 2 * *room : TALKS_PAGE;
    t = realloc(t, *room * sizeof *t);
    if (!t) abort();
    return t;
}

/* *out: for free(), whatever is found. */
static enum numbers_found read_talks(struct tx *tx, const struct numbers_asked *in, struct talk **out, size_t *count)
{
    size_t room = 0, most = in->most > 0 ? in->most : NUMBERS_TALKS_MAX;
    int64_t after_ms = hours_day_begins(in->zone, in->first_day) - 1, after_id = INT64_MAX;
    int64_t until_ms = hours_day_begins(in->zone, in->first_day + in->days);
    size_t read = TALKS_PAGE, seen = 0;
    for (*count = 0; read == TALKS_PAGE; seen += read) {
        size_t more;
        if (seen > most) return NUMBERS_TOO_MANY;
        *out = with_room(*out, *count, &room);
        struct arena_mark rows = arena_mark(tx_arena(tx)); /* of the database: nothing of a page is pointed at */
        if (!read_page(tx, in, until_ms, &after_ms, &after_id, *out + *count, &read, &more)) return NUMBERS_FAULT;
        arena_release(tx_arena(tx), rows);
        *count += more;
    }
    return seen > most ? NUMBERS_TOO_MANY : NUMBERS_COUNTED;
}

/* ---- sums ---- */

static int by_length(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The least of them that so many percent do not exceed. */
static int64_t rank(const int64_t *sorted, size_t count, size_t percent)
{
    return sorted[(count * percent + 99) / 100 - 1];
}

static struct numbers_span span_of(int64_t *length, size_t count)
{
    if (count == 0) return (struct numbers_span){ -1, -1 };
    qsort(length, count, sizeof *length, by_length);
    return (struct numbers_span){ rank(length, count, 50), rank(length, count, 95) };
}

/* Machines whose clocks differ may have written the two moments. */
static void add_length(int64_t *length, size_t *count, int64_t from_ms, int64_t to_ms)
{
    if (from_ms > 0 && to_ms > 0) length[(*count)++] = to_ms > from_ms ? to_ms - from_ms : 0;
}

/* `length`: room for as many as there are talks. */
static struct numbers_sum sum_of(const struct talk *t, size_t count, int64_t *length)
{
    struct numbers_sum s = { .talks = (int64_t)count };
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        bool person = t[i].called_ms > 0 || t[i].person;
        s.by_person += person;
        s.by_bot += !person && t[i].bot;
        s.unanswered += !person && !t[i].bot;
        s.reopened += t[i].reopened;
        s.resolved += t[i].resolved_ms > 0;
        s.rated += t[i].score > 0;
        s.satisfied += t[i].score >= SATISFIED;
        add_length(length, &n, t[i].word_ms, t[i].answer_ms);
    }
    s.first = span_of(length, n);
    n = 0;
    for (size_t i = 0; i < count; i++) add_length(length, &n, t[i].called_ms, t[i].came_ms);
    s.person = span_of(length, n);
    n = 0;
    for (size_t i = 0; i < count; i++) add_length(length, &n, t[i].word_ms, t[i].resolved_ms);
    s.resolution = span_of(length, n);
    return s;
}

bool numbers_waiting(struct tx *tx, const struct numbers_asked *in, int64_t *out)
{
    struct query q = query(tx, &waiting);
    bind_i64(&q, in->account), bind_i64(&q, in->shop);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = col_i64(&q, "waiting");
    return true;
}

static void sum_up(const struct numbers_asked *in, const struct talk *t, size_t count, struct numbers *out)
{
    size_t from = 0;
    int64_t *length = malloc((count + 1) * sizeof *length);
    if (!length) abort();
    for (int64_t d = 0; d < in->days; d++) { /* they stand in the order of time */
        int64_t ends_ms = hours_day_begins(in->zone, in->first_day + d + 1);
        size_t to = from;
        while (to < count && t[to].begun_ms < ends_ms) to++;
        out->day[d] = sum_of(t + from, to - from, length);
        from = to;
    }
    /* Asked once a quarter of an hour: zones shift on quarters, and each question reads the zone's file. */
    int64_t quarter = -1;
    int hour = 0;
    for (size_t i = 0; i < count; i++) {
        if (t[i].begun_ms / (15 * MINUTE_MS) != quarter) {
            quarter = t[i].begun_ms / (15 * MINUTE_MS);
            hour = hours_local_of(in->zone, t[i].begun_ms).minute / 60;
        }
        out->hour[hour]++;
    }
    out->all = sum_of(t, count, length);
    free(length);
}

enum numbers_found numbers_count(struct tx *tx, const struct numbers_asked *in, struct arena *a, struct numbers *out)
{
    struct talk *t = NULL;
    size_t count = 0;
    *out = (struct numbers){ .day = ARENA_ARRAY(a, struct numbers_sum, (size_t)in->days) };
    enum numbers_found found = read_talks(tx, in, &t, &count);
    if (found == NUMBERS_COUNTED) sum_up(in, t, count, out);
    free(t);
    if (found != NUMBERS_COUNTED) return found;
    return numbers_waiting(tx, in, &out->waiting) ? NUMBERS_COUNTED : NUMBERS_FAULT;
}

/* Of the first shop in which one was chosen: many have settings and no zone. */
static bool first_zone(struct tx *tx, int64_t account, struct arena *a, const char **out)
{
    struct query q = query(tx, &all_set);
    int64_t *shop = NULL;
    size_t count = 0, room = 0;
    enum row row;
    bind_i64(&q, account);
    while ((row = query_next(&q)) == ROW_FOUND) {
        if (count == room) {
            room = room ? room * 2 : 16;
            int64_t *more = ARENA_ARRAY(a, int64_t, room);
            if (count) memcpy(more, shop, count * sizeof *more);
            shop = more;
        }
        shop[count++] = col_i64(&q, "shop");
    }
    for (size_t i = 0; row != ROW_FAULT && i < count && !(*out)[0]; i++) {
        struct chat_shop_settings s;
        if (!chat_settings_read(tx, shop[i], a, &s)) return false;
        *out = s.timezone;
    }
    return row != ROW_FAULT;
}

bool numbers_zone(struct tx *tx, int64_t account, int64_t shop, struct arena *a, const char **out)
{
    struct chat_shop_settings s;
    *out = "";
    if (shop == 0) return first_zone(tx, account, a, out);
    if (!chat_settings_read(tx, shop, a, &s)) return false;
    *out = s.timezone;
    return true;
}
