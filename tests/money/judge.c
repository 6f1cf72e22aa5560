/* judge.c: what must be true in the end, by what the providers know and by the rows:
 *
 *   a payment is marked paid exactly when its sum came; it counts for a delivered order, or all of it is back
 *   what came = delivered + given back + owed, and owed is only what a person was told of (a sum that was not asked
 * for) each delivered order was given once, and no other one was given anything the providers gave back what the rows
 * say, once for each refund what was done for a notification was done with the notification stored the books sum to
 * zero and lie at the providers as the providers say; `verify` finds nothing */
#include "tests/money/money.h"

#include "credits/credits.h"
#include "storage/test_verify.h"

STMT(payments_all, "SELECT p.id, p.number, p.provider, p.state, p.counts, p.amount, p.refunding, p.refunded,"
                   " p.order_id, o.state AS order_state, o.paid_by FROM payments p JOIN orders o ON o.id = p.order_id"
                   " ORDER BY p.id");
STMT(orders_all, "SELECT o.id, o.state, o.kind, o.paid_by,"
                 " (SELECT COUNT(*) FROM plan_periods b WHERE b.order_id = o.id) AS periods,"
                 " (SELECT COUNT(*) FROM credit_entries e WHERE e.account = o.account AND e.key = 'order:' || o.number)"
                 " AS grants,"
                 " (SELECT CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM credit_entries e WHERE e.account = o.account"
                 "   AND e.key = 'order:' || o.number) AS granted, o.quantity * f.credits AS credits"
                 " FROM orders o JOIN offers f ON f.id = o.offer ORDER BY o.id");
STMT(refund_named, "SELECT state, amount, payment FROM refunds WHERE number = ?1");
STMT(refunds_open, "SELECT COUNT(*) AS n FROM refunds WHERE state IN (1, 2)");
STMT(unstored, "SELECT COUNT(*) AS n FROM order_notes n WHERE n.what = 'notice' AND NOT EXISTS"
               " (SELECT 1 FROM deliveries d WHERE d.id = n.delivery AND d.state = 1)");
STMT(told_of, "SELECT COUNT(*) AS n FROM mismatches WHERE payment = ?1 AND kind = 'amount'");
STMT(book_sum, "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS n FROM posting_entries WHERE book = ?1");
STMT(books_sum, "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS n FROM posting_entries");
STMT(left_out, "SELECT COUNT(*) AS n FROM job_skips");
STMT(waiting, "SELECT COUNT(*) AS n FROM deliveries WHERE state IN (0, 2)");

static int64_t number(struct sim *s, struct query *q)
{
    if (query_row(q) != ROW_FOUND) {
        sim_fault(s, "a question of the judge failed");
        return -1;
    }
    return col_i64(q, "n");
}

static int64_t count(struct sim *s, const struct stmt *statement)
{
    struct query q = query(s->t->tx, statement);
    return number(s, &q);
}

static int64_t book(struct sim *s, const char *name)
{
    struct query q = query(s->t->tx, &book_sum);
    bind_text(&q, name);
    return number(s, &q);
}

/* ---- payments ---- */

struct sums {
    int64_t came, delivered, back, owed; /* minor units, of all */
    int64_t lies[PROVIDERS];             /* at a provider, for us */
    int64_t sold;
};

static void judge_refund(struct sim *s, const struct given *g, int64_t payment, int trade)
{
    if (g->number[0] == '\0') return;
    struct query q = query(s->t->tx, &refund_named);
    bind_text(&q, g->number);
    if (query_row(&q) != ROW_FOUND) {
        sim_fault(s, "trade %d: money went back under a number that nobody here knows", trade);
        return;
    }
    if (col_i64(&q, "payment") != payment || col_i64(&q, "amount") != g->minor)
        sim_fault(s, "trade %d: another sum went back than was to", trade);
    /* One that was refused, and done after all by a worker that woke up too late, may count as given back outside. */
    int64_t state = col_i64(&q, "state");
    bool done = g->state == GIVEN_DONE;
    if (done ? state != REFUND_DONE && state != REFUND_FAILED : state == REFUND_DONE)
        sim_fault(s, "trade %d: a refund %s", trade,
                  done ? "is done, and we do not say so" : "is said to be done, and is not");
}

static void judge_back(struct sim *s, const struct query *q, const struct trade *w, struct sums *sums)
{
    int trade = (int)(w - s->trade);
    int64_t back = world_back(w, false), amount = col_i64(q, "amount");
    bool counts = col_bool(q, "counts");
    for (int i = 0; i < w->givens; i++) judge_refund(s, &w->given[i], col_i64(q, "id"), trade);
    if (back > w->paid) sim_fault(s, "trade %d: more went back than came", trade);
    if (back != col_i64(q, "refunded"))
        sim_fault(s, "trade %d: %lld went back, and we say %lld", trade, (long long)back,
                  (long long)col_i64(q, "refunded"));
    if (!counts && back != amount) sim_fault(s, "trade %d was paid, counts for nothing, and is not back", trade);
    int64_t state = col_i64(q, "order_state");
    if (counts && state != ORDER_DELIVERED && state != ORDER_GIVEN_BACK)
        sim_fault(s, "trade %d counts for an order that was not delivered", trade);
    if (counts && (state == ORDER_GIVEN_BACK) != (back == amount))
        sim_fault(s, "trade %d: its order and what went back of it differ", trade);
    if (counts && col_i64(q, "paid_by") != col_i64(q, "id")) sim_fault(s, "trade %d counts for another's order", trade);
    sums->delivered += counts ? amount - back : 0;
    sums->back += back;
    sums->lies[w->at] += amount - back;
    sums->sold += counts ? amount : 0;
}

/* Another sum than was asked for: it is nobody's, and a person was told. */
static void judge_odd(struct sim *s, const struct query *q, const struct trade *w, struct sums *sums)
{
    struct query told = query(s->t->tx, &told_of);
    bind_i64(&told, col_i64(q, "id"));
    if (number(s, &told) == 0) sim_fault(s, "trade %d came with another sum, and nobody was told", (int)(w - s->trade));
    if (world_back(w, true) > 0) sim_fault(s, "trade %d: something of another sum went back", (int)(w - s->trade));
    sums->owed += w->paid;
}

static void judge_payment(struct sim *s, const struct query *q, struct sums *sums)
{
    const struct trade *w = world_find(s, col_str(q, "number"));
    bool paid = col_i64(q, "state") == PAYMENT_PAID + 1;
    bool waits = col_i64(q, "state") == PAYMENT_OPEN + 1 || col_i64(q, "state") == PAYMENT_PROCESSING + 1;
    if (waits) sim_fault(s, "a payment still waits");
    if (!w) {
        if (paid) sim_fault(s, "paid, and no provider knows of it");
        return;
    }
    int trade = (int)(w - s->trade);
    if (w->state == TRADE_PAID) sums->came += w->paid;
    if (paid && !world_is_paid(w)) sim_fault(s, "trade %d is marked paid, and its sum did not come", trade);
    if (!paid && world_is_paid(w)) sim_fault(s, "trade %d was paid, and we do not know it", trade);
    if (paid) judge_back(s, q, w, sums);
    else if (w->state == TRADE_PAID) judge_odd(s, q, w, sums);
}

static void judge_payments(struct sim *s, struct sums *sums)
{
    struct query q = query(s->t->tx, &payments_all);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) judge_payment(s, &q, sums);
    if (row == ROW_FAULT) sim_fault(s, "payments cannot be read");
}

/* ---- orders ---- */

static void judge_order(struct sim *s, const struct query *q)
{
    int64_t id = col_i64(q, "id"), state = col_i64(q, "state");
    bool plan = col_i64(q, "kind") == OFFER_PLAN, delivered = state == ORDER_DELIVERED || state == ORDER_GIVEN_BACK;
    int64_t times = plan ? col_i64(q, "periods") : col_i64(q, "grants");
    if (state == ORDER_OPEN || state == ORDER_PROCESSING) sim_fault(s, "order %lld still waits", (long long)id);
    if (times != (delivered ? 1 : 0))
        sim_fault(s, "order %lld is %s, and was given %lld times", (long long)id,
                  delivered ? "delivered" : "not delivered", (long long)times);
    if (!plan && delivered && col_i64(q, "granted") != col_i64(q, "credits"))
        sim_fault(s, "order %lld gave another number of credits", (long long)id);
    if (plan ? col_i64(q, "grants") : col_i64(q, "periods")) sim_fault(s, "order %lld gave both", (long long)id);
}

static void judge_orders(struct sim *s)
{
    struct query q = query(s->t->tx, &orders_all);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) judge_order(s, &q);
    if (row == ROW_FAULT) sim_fault(s, "orders cannot be read");
}

/* ---- the whole ---- */

static void judge_verify(struct sim *s)
{
    static const struct verify_check *const tables[] = { billing_checks,        billing_refund_checks,
                                                         billing_plan_checks,   billing_paper_checks,
                                                         billing_coupon_checks, credits_checks,
                                                         inbound_checks };
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        for (const struct verify_check *c = tables[i]; c->name; c++) {
            struct verify_result r;
            if (!verify_in(s->t->tx, c, &r)) sim_fault(s, "%s cannot be checked", c->name);
            else if (r.unsound > 0)
                sim_fault(s, "verify: %s %lld: %s", r.finding[0].kind, (long long)r.finding[0].id, r.finding[0].what);
        }
}

static void judge_books(struct sim *s, const struct sums *sums)
{
    int64_t lies = 0;
    for (int at = 0; at < PROVIDERS; at++) {
        char name[24];
        (void)snprintf(name, sizeof name, "provider:%s", world_name((enum which)at));
        if (book(s, name) != sums->lies[at]) sim_fault(s, "the books and %s differ", world_name((enum which)at));
        lies += sums->lies[at];
    }
    if (count(s, &books_sum) != 0) sim_fault(s, "the books do not sum to zero");
    if (book(s, "revenue") != -sums->sold) sim_fault(s, "the books call sold what was not, or the reverse");
    if (book(s, "mismatch") != 0) sim_fault(s, "the books owe something");
    if (sums->came != sums->delivered + sums->back + sums->owed)
        sim_fault(s, "%lld came, %lld is delivered, %lld is back, %lld is owed", (long long)sums->came,
                  (long long)sums->delivered, (long long)sums->back, (long long)sums->owed);
    if (lies != sums->delivered) sim_fault(s, "what lies at the providers is not what was delivered");
}

void judge_end(struct sim *s)
{
    struct sums sums = { 0 };
    int64_t owed = 0;
    struct arena_mark mark = arena_mark(s->t->arena);
    judge_payments(s, &sums);
    judge_orders(s);
    judge_books(s, &sums);
    if (count(s, &refunds_open) != 0) sim_fault(s, "a refund still waits");
    if (count(s, &unstored) != 0) sim_fault(s, "something was done for a notification that is not stored");
    if (count(s, &left_out) != 0) sim_fault(s, "a job has left something out");
    if (count(s, &waiting) != 0) sim_fault(s, "a delivery waits, or was given up");
    if (!billing_owed(s->t->tx, &owed) || owed != 0) sim_fault(s, "%lld payments are owed", (long long)owed);
    if (s->fault[0] == '\0') judge_verify(s);
    arena_release(s->t->arena, mark);
}
