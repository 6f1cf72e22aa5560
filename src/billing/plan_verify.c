/* plan_verify.c: what must be true of plans: a shop's row is what its periods make of it; what was ordered and
 * delivered was given once; each renewal was paid once; and nobody has two trials. */
#include "billing/plans.h"

enum { VERIFY_PAGE = 100 };

/* The end of its periods: of each that began to run, and of none that was ended before. */
STMT(verify_plans,
     "SELECT s.shop, s.source, s.until_ms, s.due_at_ms, s.warned, s.renews, s.next_code, s.next_seats,"
     " (SELECT COUNT(*) FROM plan_periods p WHERE p.shop = s.shop AND p.account <> s.account) AS strangers,"
     " (SELECT COUNT(*) FROM plan_periods p JOIN plan_periods r ON r.shop = p.shop AND r.ended_ms = 0 AND r.id <> p.id"
     "   AND r.ended_by = 0 AND r.from_ms < p.to_ms AND r.to_ms > p.from_ms WHERE p.shop = s.shop AND p.ended_ms = 0"
     "   AND p.ended_by = 0) AS twice,"
     " (SELECT COALESCE(MAX(CASE WHEN p.ended_ms = 0 OR p.ended_ms > p.to_ms THEN p.to_ms WHEN p.ended_ms < p.from_ms"
     "   THEN 0 ELSE p.ended_ms END), 0) FROM plan_periods p WHERE p.shop = s.shop) AS end_ms,"
     " (SELECT COUNT(*) FROM plan_periods p WHERE p.shop = s.shop AND p.ended_ms = 0 AND p.to_ms = s.until_ms"
     "   AND p.offer = s.offer AND p.seats = s.seats) AS same,"
     " (SELECT COUNT(*) FROM plan_periods p WHERE p.shop = s.shop AND p.ended_ms = 0 AND p.to_ms = s.until_ms) AS last,"
     " (SELECT COUNT(*) FROM plan_moves m WHERE m.shop = s.shop AND m.kind = 2) AS began,"
     " (SELECT COUNT(*) FROM plan_moves m WHERE m.shop = s.shop AND m.kind = 5) AS ended"
     " FROM shop_plans s WHERE s.shop > ?1 ORDER BY s.shop LIMIT ?2");
STMT(verify_periods,
     "SELECT p.id, p.shop, p.account, p.key, p.order_id, p.from_ms, p.to_ms, p.ended_ms, p.ended_by, p.taken_back, "
     "s.shop AS"
     " owner, o.id AS found, o.state, o.kind, o.shop AS order_shop FROM plan_periods p"
     " LEFT JOIN shop_plans s ON s.shop = p.shop LEFT JOIN orders o ON o.id = p.order_id AND p.order_id > 0"
     " WHERE p.id > ?1 ORDER BY p.id LIMIT ?2");
STMT(verify_delivered, "SELECT o.id, o.kind, o.state, p.id AS period FROM orders o LEFT JOIN plan_periods p"
                       " ON p.key = 'order:' || CAST(o.id AS TEXT) WHERE o.id > ?1 ORDER BY o.id LIMIT ?2");
STMT(verify_trials,
     "SELECT t.account, t.shop, t.began_at_ms, t.paid_at_ms, t.until_ms - t.began_at_ms AS long_ms, p.shop AS given,"
     " p.to_ms - p.from_ms AS given_ms FROM plan_trials t LEFT JOIN plan_periods p"
     " ON p.key = 'trial:' || CAST(t.account AS TEXT) WHERE t.account > ?1 ORDER BY t.account LIMIT ?2");

static void plan_judge(const struct query *q, struct verify_piece *found)
{
    int64_t shop = found->cursor[0], until_ms = col_i64(q, "until_ms"), due_ms = col_i64(q, "due_at_ms");
    const char *source = col_text(q, "source");
    if (!text_eq(source, "order") && !text_eq(source, "trial"))
        verify_found(found, "shop", shop, "its plan has a source that nobody knows");
    if (col_i64(q, "strangers") > 0)
        verify_found(found, "shop", shop, "its plan is of another account than its periods");
    if (col_i64(q, "twice") > 0) verify_found(found, "shop", shop, "two of its periods run at the same time");
    if (until_ms != col_i64(q, "end_ms")) verify_found(found, "shop", shop, "its plan does not end with its periods");
    if (col_i64(q, "last") > 0 && col_i64(q, "same") == 0)
        verify_found(found, "shop", shop, "its plan is another one than that of its last period");
    if (due_ms == 0 && !(col_i64(q, "warned") & PLAN_TOLD_END) && until_ms > 0)
        verify_found(found, "shop", shop, "nobody would look at the end of its plan");
    bool wishes = col_text(q, "next_code")[0] != '\0';
    if (wishes != (col_i64(q, "next_seats") > 0) || (wishes && !col_bool(q, "renews")))
        verify_found(found, "shop", shop, "what its plan is to become is no plan, or it does not renew");
    bool runs = text_eq(source, "order") && !(col_i64(q, "warned") & PLAN_TOLD_END);
    if (col_i64(q, "began") - col_i64(q, "ended") != runs)
        verify_found(found, "shop", shop, "its plan runs, and did not begin once more than it ended; or the reverse");
}

static bool plans_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_plans);
    enum row row;
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE);
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "shop");
        plan_judge(&q, found);
    }
    return row != ROW_FAULT;
}

static void period_judge(const struct query *q, struct verify_piece *found)
{
    int64_t id = found->cursor[0], state = col_i64(q, "state");
    if (col_i64(q, "to_ms") <= col_i64(q, "from_ms")) verify_found(found, "period", id, "it ends before it begins");
    if (col_is_null(q, "owner")) verify_found(found, "period", id, "its shop has no plan");
    if (col_i64(q, "ended_by") > 0 && col_i64(q, "ended_ms") == 0)
        verify_found(found, "period", id, "it was exchanged, and has not ended");
    if (col_i64(q, "taken_back") > 0 && col_i64(q, "ended_ms") == 0)
        verify_found(found, "period", id, "it was taken back, and has not ended");
    bool ordered = str_starts(col_str(q, "key"), STR("order:"));
    if (ordered != (col_i64(q, "order_id") > 0)) verify_found(found, "period", id, "its key is not of its order");
    if (!ordered) return;
    if (col_is_null(q, "found")) verify_found(found, "period", id, "its order is not there");
    else if (col_i64(q, "kind") != OFFER_PLAN || col_i64(q, "order_shop") != col_i64(q, "shop"))
        verify_found(found, "period", id, "its order is for something else");
    else if (state != ORDER_DELIVERED && state != ORDER_GIVEN_BACK)
        verify_found(found, "period", id, "its order was not delivered");
}

/* The ledger has a key once, so one that is there was charged once. */
static bool paid_for(struct tx *tx, const struct query *q, struct verify_piece *found)
{
    bool used = true;
    if (!str_starts(col_str(q, "key"), STR("plan:"))) return true;
    if (!credits_key_is_used(tx, col_i64(q, "account"), col_text(q, "key"), &used)) return false;
    if (!used) verify_found(found, "period", found->cursor[0], "its renewal is not in the ledger");
    return true;
}

static bool periods_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_periods);
    enum row row;
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE);
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        period_judge(&q, found);
        if (!paid_for(tx, &q, found)) return false;
    }
    return row != ROW_FAULT;
}

static bool delivered_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_delivered);
    enum row row;
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE);
    while ((row = query_next(&q)) == ROW_FOUND) {
        int64_t state = col_i64(&q, "state");
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        bool delivered = state == ORDER_DELIVERED || state == ORDER_GIVEN_BACK;
        if (col_i64(&q, "kind") == OFFER_PLAN && delivered && col_is_null(&q, "period"))
            verify_found(found, "order", found->cursor[0], "it was delivered, and gave no plan");
    }
    return row != ROW_FAULT;
}

static bool trials_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_trials);
    enum row row;
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE);
    while ((row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "account");
        if (col_is_null(&q, "given") || col_i64(&q, "given") != col_i64(&q, "shop"))
            verify_found(found, "account", found->cursor[0], "its trial was given to no shop, or to another one");
        else if (col_i64(&q, "given_ms") != col_i64(&q, "long_ms"))
            verify_found(found, "account", found->cursor[0], "its trial is not as long as it was given for");
        if (col_i64(&q, "paid_at_ms") > 0 && col_i64(&q, "paid_at_ms") < col_i64(&q, "began_at_ms"))
            verify_found(found, "account", found->cursor[0], "its trial became a paid plan before it began");
    }
    return row != ROW_FAULT;
}

/* clang-format off */
const struct verify_check billing_plan_checks[] = {
    { .name = "billing.plans", .doc = "A shop's plan is what its periods make of it.", .piece = plans_piece },
    { .name = "billing.periods", .doc = "Each period was ordered, renewed for credits, or a trial.",
      .piece = periods_piece },
    { .name = "billing.delivered", .doc = "Each plan that was ordered and delivered was given.",
      .piece = delivered_piece },
    { .name = "billing.trials", .doc = "Each trial was given to one shop of its account.", .piece = trials_piece },
    VERIFY_END
};
/* clang-format on */
