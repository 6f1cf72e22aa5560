/* plan_worth.c: what the time that a shop has not used yet is worth: what was paid for it, less what went back or is to
 * go back, by the days that are left. In a plan that took the place of another one is counted what was left of that
 * one, and so on; so money that goes back of the first of them is missing in the last, whenever it goes back.
 *
 * Nothing of this is stored: it follows from what was paid and what went back. Rejected: to lower a stored worth with
 * each refund (one that fails in the end, or is made at the provider, has to find each place again). */
#include "billing/plans.h"

#include <stdlib.h>

enum { PERIODS_MAX = 1000 }; /* of a shop, that are not over or were exchanged; the newest */

STMT(worths,
     "SELECT p.id, p.currency, p.from_ms, p.to_ms, p.ended_ms, p.ended_by, p.counted_at_ms, CASE WHEN p.taken_back = 1"
     " THEN 0 ELSE COALESCE(o.amount, p.paid) - COALESCE(y.refunding, 0) END AS own FROM plan_periods p"
     " LEFT JOIN orders o ON o.id = p.order_id LEFT JOIN payments y ON y.id = o.paid_by"
     " WHERE p.shop = ?1 AND (p.ended_by > 0 OR (p.ended_ms = 0 AND p.to_ms > ?2))"
     " ORDER BY p.shop DESC, p.from_ms DESC LIMIT ?3");

struct counted {
    int64_t id, from_ms, to_ms, ended_by, counted_at_ms;
    bool ended;
    struct money worth; /* of all its time */
};

static int by_id(const void *a, const void *b)
{
    int64_t x = ((const struct counted *)a)->id, y = ((const struct counted *)b)->id;
    return x < y ? -1 : x > y;
}

/* Those in this currency, the oldest first. */
static bool read_periods(struct tx *tx, int64_t shop, enum currency c, int64_t at_ms, struct counted *out,
                         size_t *count)
{
    struct query q = query(tx, &worths);
    enum row row;
    *count = 0;
    bind_i64(&q, shop), bind_i64(&q, at_ms), bind_i64(&q, PERIODS_MAX);
    while ((row = query_next(&q)) == ROW_FOUND) {
        if (!text_eq(col_text(&q, "currency"), currency_code(c))) continue;
        out[(*count)++] = (struct counted){ .id = col_i64(&q, "id"),
                                            .from_ms = col_i64(&q, "from_ms"),
                                            .to_ms = col_i64(&q, "to_ms"),
                                            .ended_by = col_i64(&q, "ended_by"),
                                            .counted_at_ms = col_i64(&q, "counted_at_ms"),
                                            .ended = col_i64(&q, "ended_ms") > 0,
                                            .worth = money_of(col_i64(&q, "own"), c) };
    }
    qsort(out, *count, sizeof *out, by_id);
    return row == ROW_NONE;
}

/* What of it is left at that time is added to *sum. */
static bool add_rest(const struct counted *p, int64_t at_ms, struct money *sum)
{
    struct money rest;
    int64_t left_ms = p->to_ms - (at_ms > p->from_ms ? at_ms : p->from_ms);
    if (left_ms <= 0 || !money_is_positive(p->worth)) return true;
    return money_share(p->worth, left_ms, p->to_ms - p->from_ms, &rest) && money_add(*sum, rest, sum);
}

bool plan_worth(struct tx *tx, int64_t shop, enum currency c, int64_t at_ms, struct money *out)
{
    struct counted *all = ARENA_ARRAY(tx_arena(tx), struct counted, PERIODS_MAX);
    size_t count;
    *out = money_of(0, c);
    if (!read_periods(tx, shop, c, at_ms, all, &count)) return false;
    /* What takes the place of another one was bought after it. */
    for (size_t i = 0; i < count; i++) {
        size_t heir = i + 1;
        while (heir < count && all[heir].id != all[i].ended_by) heir++;
        if (all[i].ended && heir < count && !add_rest(&all[i], all[i].counted_at_ms, &all[heir].worth)) return false;
        if (!all[i].ended && !add_rest(&all[i], at_ms, out)) return false;
    }
    return true;
}
