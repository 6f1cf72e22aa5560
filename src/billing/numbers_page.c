/* numbers_page.c: the lists behind the numbers, newest first: a page of rows by their time and number. What is asked
 * for besides the time is looked for among the next 2,000 rows; a page may then have few, and `next` goes on behind
 * them. */
#include "billing/numbers.h"

/* In batches of a size of their own: a small page by several filters would else take as many statements as rows. */
enum { PAGE_LOOKED_AT = 2000, PAGE_BATCH = 100 };

/* When the one was that was seen last; where there is none: all are before it. */
static bool read_after(struct tx *tx, const struct numbers_list *l, int64_t *at_ms)
{
    *at_ms = INT64_MAX;
    if (l->after == INT64_MAX) return true;
    struct query q = query(tx, l->at);
    bind_i64(&q, l->after);
    if (l->account > 0) bind_i64(&q, l->account);
    enum row row = query_row(&q);
    if (row == ROW_FOUND && !col_is_null(&q, "at_ms")) *at_ms = col_i64(&q, "at_ms");
    return row != ROW_FAULT;
}

bool numbers_page(struct tx *tx, const struct numbers_list *l, int64_t *next)
{
    int64_t after = l->after, after_ms, kept = 0;
    *next = 0;
    if (!read_after(tx, l, &after_ms)) return false;
    for (int64_t looked = 0; looked < PAGE_LOOKED_AT; looked += PAGE_BATCH) {
        struct query q = query(tx, l->rows);
        int64_t found = 0;
        enum row more;
        bind_i64(&q, l->from_ms), bind_i64(&q, l->to_ms), bind_i64(&q, after_ms), bind_i64(&q, after);
        bind_i64(&q, PAGE_BATCH + 1); /* one more: whether there is any */
        if (l->account > 0) bind_i64(&q, l->account);
        while ((more = query_next(&q)) == ROW_FOUND && found < PAGE_BATCH && kept < l->limit) {
            after = col_i64(&q, "id"), after_ms = col_i64(&q, "at_ms"), found++;
            kept += l->take(&q, l->list);
        }
        *next = more == ROW_FOUND ? after : 0; /* 0: these were the last ones */
        if (more != ROW_FOUND || kept == l->limit) return more != ROW_FAULT;
    }
    return true;
}

bool numbers_too_many(struct tx *tx, const struct stmt *counts, const struct numbers_range *r, bool *out)
{
    struct query q = query(tx, counts);
    bind_i64(&q, r->from_ms), bind_i64(&q, r->to_ms), bind_i64(&q, NUMBERS_ROWS_MOST + 1);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = col_i64(&q, "n") > NUMBERS_ROWS_MOST;
    return true;
}
