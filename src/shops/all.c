/* all.c: the shops of all accounts, for operators: a page at a time by age or by name, some by their numbers, and those
 * that a search finds. Each page begins behind a key of its own order, which an index finds. */
#include "shops/private.h"

#define ALL                                                                                                            \
    "SELECT id, account, status, name, domain, created_at_ms, deleted_at_ms, purge_at_ms, suspended_at_ms,"            \
    " suspended_why, lower(name) AS name_key FROM shops"
STMT(newest, ALL " WHERE status < 5 AND id < ?1 ORDER BY id DESC LIMIT ?2");
STMT(oldest, ALL " WHERE status < 5 AND id > ?1 ORDER BY id LIMIT ?2");
STMT(paused_newest, ALL " WHERE status = 4 AND id < ?1 ORDER BY id DESC LIMIT ?2");
STMT(paused_oldest, ALL " WHERE status = 4 AND id > ?1 ORDER BY id LIMIT ?2");
STMT(gone_newest, ALL " WHERE status = 5 AND id < ?1 ORDER BY id DESC LIMIT ?2");
STMT(gone_oldest, ALL " WHERE status = 5 AND id > ?1 ORDER BY id LIMIT ?2");
/* A bound that the index finds, and then the rows of the same name. */
#define UP(text, order)                                                                                                \
    ALL " WHERE status < 5 AND lower(name)" order " >= " text " AND (lower(name)" order " > " text " OR id > ?3)"      \
        " ORDER BY lower(name)" order ", id LIMIT ?2"
#define DOWN(text, order)                                                                                              \
    ALL " WHERE status < 5 AND lower(name)" order " <= " text " AND (lower(name)" order " < " text " OR id < ?3)"      \
        " ORDER BY lower(name)" order " DESC, id DESC LIMIT ?2"
/* SQLite finds the place in an index on an expression only without the cast. */
STMT(by_name, UP("?1", ""), .postgres = UP("CAST(?1 AS TEXT)", " COLLATE \"C\""));
STMT(by_name_down, DOWN("?1", ""), .postgres = DOWN("CAST(?1 AS TEXT)", " COLLATE \"C\""));

#define EACH ALL " WHERE id IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))"
STMT(some, EACH, .postgres = ALL " WHERE id = ANY((?1::text[])::bigint[])");
#define OF_ACCOUNTS(these) "SELECT id FROM shops WHERE account " these " AND status < 5 ORDER BY id LIMIT ?2"
STMT(of_accounts, OF_ACCOUNTS("IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))"),
     .postgres = OF_ACCOUNTS("= ANY((?1::text[])::bigint[])"));
/* In the order of an index that holds just these. */
#define COUNTED(which, order)                                                                                          \
    "SELECT COUNT(*) AS n FROM (SELECT 1 FROM shops WHERE " which " ORDER BY " order " LIMIT ?1) AS few"
STMT(count_living, COUNTED("status < 5", "lower(name)"),
     .postgres = COUNTED("status < 5", "lower(name) COLLATE \"C\""));
STMT(count_paused, COUNTED("status = 4", "id"));
STMT(count_gone, COUNTED("status = 5", "id"));

static void read_row(const struct query *q, struct shop_listed *out)
{
    *out = (struct shop_listed){ .id = col_i64(q, "id"),
                                 .account = col_i64(q, "account"),
                                 .status = (enum shop_status)col_state(q, "status", SHOP_CREATING, SHOP_PURGED),
                                 .name = col_text(q, "name"),
                                 .name_key = col_text(q, "name_key"),
                                 .domain = col_text(q, "domain"),
                                 .created_at_ms = col_i64(q, "created_at_ms"),
                                 .deleted_at_ms = col_i64(q, "deleted_at_ms"),
                                 .purge_at_ms = col_i64(q, "purge_at_ms"),
                                 .suspended_at_ms = col_i64(q, "suspended_at_ms"),
                                 .suspended_why = col_text(q, "suspended_why") };
}

static bool read_all(struct query *q, struct shop_listed *out, size_t *count)
{
    enum row row;
    *count = 0;
    while ((row = query_next(q)) == ROW_FOUND) read_row(q, &out[(*count)++]);
    return row == ROW_NONE;
}

/* The newest first, or the oldest. */
static const struct stmt *by_age(enum shops_which which, bool down)
{
    if (which == SHOPS_PAUSED) return down ? &paused_newest : &paused_oldest;
    if (which == SHOPS_GONE) return down ? &gone_newest : &gone_oldest;
    return down ? &newest : &oldest;
}

static struct query ask(struct tx *tx, const struct shops_wanted *w)
{
    bool down = w->sort == SHOPS_NEWEST || w->sort == SHOPS_BY_NAME_DOWN;
    bool by_text = w->which == SHOPS_LIVING && (w->sort == SHOPS_BY_NAME || w->sort == SHOPS_BY_NAME_DOWN);
    int64_t after = w->after > 0 ? w->after : down ? INT64_MAX : 0;
    if (!by_text) {
        struct query q = query(tx, by_age(w->which, down));
        bind_i64(&q, after), bind_i64(&q, w->limit);
        return q;
    }
    struct query q = query(tx, down ? &by_name_down : &by_name);
    bind_text(&q, w->after > 0 ? w->after_key : down ? "\xf4\x8f\xbf\xbf" : ""), bind_i64(&q, w->limit);
    bind_i64(&q, after);
    return q;
}

bool shops_page(struct tx *tx, const struct shops_wanted *w, struct shop_listed *out, size_t *count)
{
    assert(w->limit > 0 && w->after >= 0);
    struct query q = ask(tx, w);
    return read_all(&q, out, count);
}

static const char **texts_of(struct tx *tx, const int64_t *ids, size_t n)
{
    const char **text = ARENA_ARRAY(tx_arena(tx), const char *, n + 1);
    for (size_t i = 0; i < n; i++) text[i] = arena_printf(tx_arena(tx), "%lld", (long long)ids[i]);
    return text;
}

bool shops_some(struct tx *tx, const int64_t *ids, size_t n, struct shop_listed *out, size_t *count)
{
    *count = 0;
    if (n == 0) return true;
    struct query q = query(tx, &some);
    bind_text_list(&q, texts_of(tx, ids, n), n);
    return read_all(&q, out, count);
}

bool shops_find(struct tx *tx, const char *begin, const int64_t *accounts, size_t n, int64_t *ids, size_t most,
                size_t *count)
{
    struct shop_found *found = ARENA_ARRAY(tx_arena(tx), struct shop_found, most);
    *count = 0;
    if (!shops_search_all(tx, begin, found, most, count)) return false;
    for (size_t i = 0; i < *count; i++) ids[i] = found[i].id;
    if (n == 0) return true;
    struct query q = query(tx, &of_accounts);
    bind_text_list(&q, texts_of(tx, accounts, n), n), bind_i64(&q, (int64_t)most);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        int64_t id = col_i64(&q, "id");
        bool known = *count == most;
        for (size_t i = 0; i < *count && !known; i++) known = ids[i] == id;
        if (!known) ids[(*count)++] = id;
    }
    return row == ROW_NONE;
}

bool shops_count_some(struct tx *tx, enum shops_which which, int64_t most, int64_t *out)
{
    static const struct stmt *const counts[] = {
        [SHOPS_LIVING] = &count_living, [SHOPS_PAUSED] = &count_paused, [SHOPS_GONE] = &count_gone
    };
    struct query q = query(tx, counts[which]);
    bind_i64(&q, most);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = col_i64(&q, "n");
    return true;
}
