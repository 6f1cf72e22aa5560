/* plan_moves.c: what became of plans, a row for each change, in its transaction: for the operator's numbers, which
 * would have to guess it from periods that are moved, ended and exchanged later. A paid plan that runs has begun once
 * more than it has ended: so new ones less lost ones are those that run. */
#include "billing/plans.h"

#include "billing/numbers.h"

const char *const plan_move_names[] = { "trial", "began", "renewed", "exchanged", "ended", "trialEnded", NULL };
static_assert(PLAN_MOVE_COUNT == ARRAY_LEN(plan_move_names), "one name a kind");

STMT(plan_move_insert, "INSERT INTO plan_moves (shop, account, offer, kind, at_ms) VALUES (?1, ?2, ?3, ?4, ?5)");
STMT(trial_became_paid,
     "UPDATE plan_trials SET paid_at_ms = ?2 WHERE account = ?1 AND began_at_ms <= ?2 AND paid_at_ms = 0");
/* Of which nothing is left that was paid for. */
STMT(trial_unpaid,
     "UPDATE plan_trials SET paid_at_ms = 0 WHERE account = ?1 AND paid_at_ms > 0 AND NOT EXISTS"
     " (SELECT 1 FROM shop_plans s JOIN plan_periods p ON p.shop = s.shop LEFT JOIN orders o ON o.id = p.order_id"
     " WHERE s.account = ?1 AND p.paid > 0 AND (p.order_id = 0 OR o.state = 3))");

STMT(trial_end_told, "SELECT id FROM plan_moves WHERE shop = ?1 AND kind = 6 ORDER BY id LIMIT 1");

static bool put(struct tx *tx, const struct shop_plan *p, enum plan_move_kind kind, int64_t now_ms)
{
    struct query q = query(tx, &plan_move_insert);
    bind_i64(&q, p->shop), bind_i64(&q, p->account), bind_i64(&q, p->offer), bind_i64(&q, kind), bind_i64(&q, now_ms);
    return query_put(&q);
}

/* Once: one that an operator gave more days after its end is no second trial. */
static bool trial_ended(struct tx *tx, const struct shop_plan *p, int64_t now_ms)
{
    struct query q = query(tx, &trial_end_told);
    bind_i64(&q, p->shop);
    enum row row = query_row(&q);
    return row == ROW_NONE ? put(tx, p, PLAN_MOVE_TRIAL_ENDED, now_ms) : row == ROW_FOUND;
}

/* Whether it runs, as far as was told: a plan is over when its end was told (plan_clock.c). */
static bool is_open(const struct shop_plan *p) { return p->shop > 0 && !(p->warned & PLAN_TOLD_END); }
static bool is_paid(const struct shop_plan *p) { return p->source == SOURCE_ORDER; }

bool plan_moved(struct tx *tx, const struct shop_plan *before, const struct shop_plan *after, enum plan_moved_by by,
                int64_t now_ms)
{
    bool had = is_open(before) && is_paid(before), has = is_open(after) && is_paid(after);
    bool tried = is_open(before) && !is_paid(before), tries = is_open(after) && !is_paid(after);
    if (had && !has) {
        if (!put(tx, before, PLAN_MOVE_ENDED, now_ms)) return false;
    } else if (has && !had) {
        if (!put(tx, after, PLAN_MOVE_BEGAN, now_ms)) return false;
        struct query paid = query(tx, &trial_became_paid);
        bind_i64(&paid, after->account), bind_i64(&paid, now_ms);
        if (query_change(&paid) < 0) return false;
    } else if (had && by == PLAN_MOVED_BY_GIVING) {
        enum plan_move_kind kind = text_eq(before->code, after->code) && before->seats == after->seats
                                       ? PLAN_MOVE_RENEWED
                                       : PLAN_MOVE_EXCHANGED;
        if (!put(tx, after, kind, now_ms)) return false;
    }
    if (tries && !tried && by == PLAN_MOVED_BY_GIVING && !put(tx, after, PLAN_MOVE_TRIAL, now_ms)) return false;
    return !tried || tries || has || trial_ended(tx, before, now_ms);
}

bool plan_paid_back(struct tx *tx, int64_t account)
{
    struct query q = query(tx, &trial_unpaid);
    bind_i64(&q, account);
    return query_change(&q) >= 0;
}
