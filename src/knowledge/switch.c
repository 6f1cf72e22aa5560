/* switch.c: what an intake wrote beside the live rows becomes theirs at once, in four statements. */
#include "knowledge/private.h"

bool know_counted(struct query *q, int64_t *out)
{
    if (query_row(q) != ROW_FOUND) return false;
    *out = col_i64(q, "n");
    return true;
}

bool know_switch(struct tx *tx, const struct switch_rows *rows, const struct knowledge_head *h, struct know_switch *s,
                 int64_t *stale, int64_t *live)
{
    int64_t old = 0, ahead_ms = s->now_ms + CLOCK_WITNESS_MS;
    struct query r = query(tx, rows->replaced);
    bind_i64(&r, s->intake), bind_i64(&r, h->shop), bind_i64(&r, s->began_ms);
    bind_i64(&r, ahead_ms);
    if (!know_counted(&r, &old)) return false;
    s->changed += col_i64(&r, "changed");
    struct query q = query(tx, rows->take_staged);
    bind_i64(&q, s->intake), bind_i64(&q, h->account), bind_i64(&q, h->shop), bind_i64(&q, s->now_ms);
    bind_i64(&q, s->feed), bind_i64(&q, s->began_ms), bind_i64(&q, ahead_ms);
    if (query_change(&q) < 0) return false;
    if (s->whole && s->feed) {
        struct query g = query(tx, rows->remove_unnamed);
        bind_i64(&g, h->shop), bind_i64(&g, s->feed), bind_i64(&g, s->intake), bind_i64(&g, s->began_ms);
        bind_i64(&g, ahead_ms);
        int64_t gone = query_change(&g);
        if (gone < 0) return false;
        s->changed += gone, old += gone;
    }
    *stale += old;
    struct query c = query(tx, rows->count_live);
    bind_i64(&c, h->shop);
    return know_counted(&c, live);
}
