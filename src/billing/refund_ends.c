/* refund_ends.c: how refunds end, which only a provider's verified word says: done, failed, or done by somebody else.
 *
 * Providers say either that a refund of ours is done, by its number, or how much of a payment is back in all. The sum
 * of what is done never exceeds the total that was heard; what of the total is neither done by us nor under way was
 * given back outside, and gets a row of its own, so that the books and the provider's agree. */
#include "billing/private.h"

#include "base/clock.h"
#include "credits/credits.h"

STMT(mismatch_of_key, "SELECT id FROM mismatches WHERE key = ?1");
STMT(refund_sums, "SELECT state, CAST(SUM(amount) AS BIGINT) AS amount, MAX(takes_back) AS takes_back FROM refunds"
                  " WHERE payment = ?1 AND state IN (2, 3) GROUP BY state ORDER BY state");

/* Refunds that the provider had, and that have failed: a total that it said meanwhile may hold them. Clocks differ. */
#define CLOCKS_MS (10 * MINUTE_MS)
STMT(refunds_in_doubt,
     "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount FROM refunds WHERE payment = ?1 AND state = 4"
     " AND outside <> '' AND created_at_ms <= ?2 AND ended_at_ms >= ?3");

struct sums {
    int64_t done, pending; /* minor units */
    bool takes_back;       /* one that is done took back what was bought */
};

static bool read_sums(struct tx *tx, int64_t payment, struct sums *out)
{
    struct query q = query(tx, &refund_sums);
    enum row row;
    *out = (struct sums){ 0 };
    bind_i64(&q, payment);
    while ((row = query_next(&q)) == ROW_FOUND) {
        bool done = col_i64(&q, "state") == REFUND_DONE;
        *(done ? &out->done : &out->pending) = col_i64(&q, "amount");
        if (done) out->takes_back = col_i64(&q, "takes_back") > 0;
    }
    return row == ROW_NONE;
}

/* A running total never goes down by a notice of it. */
static bool keep_total(struct tx *tx, struct payment *p, int64_t minor, int64_t now_ms)
{
    assert(minor <= money_minor(p->amount));
    if (minor > money_minor(p->refunded)) p->refunded = money_of(minor, money_currency(p->amount));
    return payment_save(tx, p, now_ms);
}

/* All of what the order was delivered for is back: so the order is, and with it what was bought, where the refunds say
 * so. */
static bool whole_back(struct tx *tx, struct order *o, const struct payment *p, const struct sums *s,
                       const struct move *m)
{
    if (!p->counts || s->done < money_minor(p->amount) || o->state != ORDER_DELIVERED) return true;
    o->ended_at_ms = m->at_ms;
    if (!order_move(tx, o, ORDER_GIVEN_BACK, m)) return false;
    return o->kind != OFFER_PLAN || !s->takes_back || plan_take_back(tx, o, m->at_ms);
}

/* ---- given back outside ---- */

static bool outside_mismatch(struct tx *tx, const struct payment *p, const struct refund *r, int64_t now_ms)
{
    const struct mismatch found = mismatch_of_payment(p, r->amount, "refunded_outside",
                                                      arena_printf(tx_arena(tx), "refunded_outside:%s", r->number),
                                                      "given back at the provider, and not by us");
    return mismatch_put(tx, &found, now_ms);
}

static bool put_outside(struct tx *tx, const struct order *o, struct payment *p, struct money amount,
                        const struct move *m, struct refund *out)
{
    char number[ORDER_NUMBER_SIZE];
    order_number(number);
    struct refund r = { .payment = p->id,
                        .order = p->order,
                        .account = p->account,
                        .number = arena_text(tx_arena(tx), number),
                        .order_number = o->number,
                        .payment_number = p->number,
                        .provider = p->provider,
                        .cause = REFUND_OUTSIDE,
                        .reason = "",
                        .state = REFUND_DONE,
                        .amount = amount };
    if (!refund_reserve(tx, p, amount, m->at_ms) || !refund_insert_row(tx, &r, m)) return false;
    if (!books_refunded(tx, p, &r, m->at_ms) || !outside_mismatch(tx, p, &r, m->at_ms)) return false;
    *out = r;
    return refund_letter(tx, &r);
}

/* Money that is gone cannot be promised to somebody as well: what still waits for a second person gives way, the newest
 * first; and so does what one person has said went back outside, which the provider tells now. What is under way counts
 * as part of the total until the provider says otherwise. */
static bool make_room(struct tx *tx, struct payment *p, int64_t wanted, const struct move *m)
{
    struct refund list[REFUNDS_OF_PAYMENT_MAX];
    size_t count;
    if (!refunds_of(tx, p->id, list, ARRAY_LEN(list), &count)) return false;
    for (size_t i = count; i > 0; i--) {
        struct refund *r = &list[i - 1];
        bool gives_way = text_eq(r->cause, REFUND_OUTSIDE) || money_minor(refund_left(p)) < wanted;
        if (r->state == REFUND_ASKED && gives_way && !refund_decline(tx, p, r, m)) return false;
    }
    return true;
}

static bool reconcile(struct tx *tx, struct order *o, struct payment *p, const struct move *m)
{
    struct sums s;
    if (!read_sums(tx, p->id, &s)) return false;
    int64_t gap = money_minor(p->refunded) - s.done - s.pending;
    if (gap <= 0) return whole_back(tx, o, p, &s, m);
    const struct move outside = { .why = "outside", .at_ms = m->at_ms };
    if (!make_room(tx, p, gap, &outside)) return false;
    struct refund made;
    if (!put_outside(tx, o, p, money_of(gap, money_currency(p->amount)), &outside, &made)) return false;
    s.done += gap;
    /* The row of the papers' numbers is behind all others: whole_back may want a shop. */
    return whole_back(tx, o, p, &s, &outside) && papers_credit_note(tx, p, &made, m->at_ms);
}

static bool read_doubt(struct tx *tx, const struct payment *p, int64_t made_at_ms, int64_t *out)
{
    struct query q = query(tx, &refunds_in_doubt);
    bind_i64(&q, p->id), bind_i64(&q, made_at_ms + CLOCKS_MS), bind_i64(&q, made_at_ms - CLOCKS_MS);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = col_i64(&q, "amount");
    return true;
}

static bool old_total(struct tx *tx, const struct payment *p, struct money total, int64_t now_ms)
{
    const char *key = arena_printf(tx_arena(tx), "old_total:%s:%lld", p->number, (long long)money_minor(total));
    const struct mismatch found = mismatch_of_payment(
        p, total, "drift", key, "said to be back in all, which may hold a refund that has failed since");
    return mismatch_put(tx, &found, now_ms);
}

bool refunds_total(struct tx *tx, struct order *o, struct payment *p, struct money total, int64_t made_at_ms,
                   const struct move *m)
{
    int64_t doubt = 0;
    if (made_at_ms > 0 && !read_doubt(tx, p, made_at_ms, &doubt)) return false;
    int64_t sure = money_minor(total) - doubt;
    if (doubt > 0 && !old_total(tx, p, total, m->at_ms)) return false;
    if (doubt > 0 && sure <= money_minor(p->refunded)) return true;
    /* A total names no refund: those under way go on asking by their numbers. They are not woken here: the end of such
     * a job holds its row and waits for this order, and who wakes it waits for that row. */
    if (!keep_total(tx, p, sure, m->at_ms)) return false;
    return reconcile(tx, o, p, m);
}

/* ---- ours ---- */

/* Credits that were promised to this refund are gone with it. It had failed and was done after all: then they were set
 * free, and are taken if they are still there. */
static enum debit take_credits(struct tx *tx, const struct refund *r, int64_t now_ms)
{
    struct credit_entry entry;
    enum debit done = credits_capture(tx, r->hold, now_ms, &entry);
    if (done != DEBIT_KEY_REUSED) return done;
    return DEBIT_INSUFFICIENT;
}

static bool credits_back(struct tx *tx, const struct payment *p, const struct refund *r, bool was_failed,
                         int64_t now_ms)
{
    struct credit_entry entry;
    struct credit_balance now;
    const struct credit_change c = { .account = r->account,
                                     .amount = credits_of(r->credits),
                                     .reason = REASON_refund,
                                     .key = arena_printf(tx_arena(tx), "refund:%s:after-all", r->number),
                                     .at_ms = now_ms };
    if (r->hold == 0) return true;
    enum debit done = was_failed ? credits_debit(tx, &c, &entry) : take_credits(tx, r, now_ms);
    if (done == DEBIT_DONE || done == DEBIT_REPLAYED) return credits_tell(tx, r->account, &now);
    if (done != DEBIT_INSUFFICIENT) return false;
    const struct mismatch found =
        mismatch_of_payment(p, r->amount, "refund_failed", arena_printf(tx_arena(tx), "refund_credits:%s", r->number),
                            "the money went back after all, and the credits bought with it are spent");
    return mismatch_put(tx, &found, now_ms);
}

/* Moved under a number that stands for nothing now: as much as if it were done outside, once for each number, however
 * often and by however many messages it is told. */
static bool moved_anyway(struct tx *tx, struct order *o, struct payment *p, const struct refund *r,
                         const struct move *m)
{
    struct sums s;
    const struct mismatch found =
        mismatch_of_payment(p, r->amount, "refund_failed", arena_printf(tx_arena(tx), "moved_anyway:%s", r->number),
                            "the money of a refund that had ended otherwise went back after all");
    struct query told = query(tx, &mismatch_of_key);
    bind_text(&told, found.key);
    enum row row = query_row(&told);
    if (row != ROW_NONE) return row == ROW_FOUND;
    if (!mismatch_put(tx, &found, m->at_ms) || !read_sums(tx, p->id, &s)) return false;
    int64_t total = s.done + money_minor(r->amount), most = money_minor(p->amount);
    return refunds_total(tx, o, p, money_of(total < most ? total : most, money_currency(p->amount)), 0, m);
}

static bool has_room_again(const struct payment *p, const struct refund *r)
{
    int order;
    return money_compare(r->amount, refund_left(p), &order) && order <= 0;
}

bool refund_done(struct tx *tx, struct order *o, struct payment *p, struct refund *r, const struct move *m)
{
    struct sums s;
    bool was_failed = r->state == REFUND_FAILED;
    bool by_two = r->state == REFUND_ASKED && text_eq(r->cause, REFUND_OUTSIDE) && m->actor > 0 && m->actor != r->actor;
    assert(r->payment == p->id && p->order == o->id);
    if (r->state == REFUND_DONE) return true;
    bool can = r->state == REFUND_PENDING || by_two || (was_failed && has_room_again(p, r));
    if (!can) return moved_anyway(tx, o, p, r, m);
    if (was_failed && !refund_reserve(tx, p, r->amount, m->at_ms)) return false;
    r->error = "";
    if (!refund_move(tx, r, REFUND_DONE, m) || !read_sums(tx, p->id, &s)) return false;
    if (!keep_total(tx, p, s.done, m->at_ms) || !books_refunded(tx, p, r, m->at_ms)) return false;
    if (!whole_back(tx, o, p, &s, m) || !credits_back(tx, p, r, was_failed, m->at_ms)) return false;
    if (!refund_letter(tx, r) || !refund_told(tx, AUDIT_order_refunded, r, m)) return false;
    return papers_credit_note(tx, p, r, m->at_ms);
}

/* What was heard of the total was of this refund, which the provider had taken: without it, no more is back than those
 * that are done. Others that are under way count by themselves (reconcile), and should one of them be refused, nobody
 * has said that its sum was back. Should somebody have given back as well, the next notice of the total tells. */
static bool forget_total(struct tx *tx, struct payment *p, int64_t now_ms)
{
    struct sums s;
    if (!read_sums(tx, p->id, &s)) return false;
    if (money_minor(p->refunded) <= s.done) return true;
    p->refunded = money_of(s.done, money_currency(p->amount));
    return payment_save(tx, p, now_ms);
}

bool refund_failed(struct tx *tx, struct order *o, struct payment *p, struct refund *r, bool was_taken,
                   const struct move *m)
{
    assert(r->payment == p->id && p->order == o->id);
    if (r->state != REFUND_PENDING) return true;
    r->error = m->why;
    if (was_taken && !r->outside[0]) r->outside = r->number; /* it had it, under whatever id */
    if (!refund_move(tx, r, REFUND_FAILED, m) || !refund_let_go(tx, p, r, m->at_ms)) return false;
    if (was_taken && !forget_total(tx, p, m->at_ms)) return false;
    const struct mismatch found = mismatch_of_payment(
        p, r->amount, "refund_failed", arena_printf(tx_arena(tx), "refund_failed:%s", r->number), m->why);
    if (!mismatch_put(tx, &found, m->at_ms) || !refund_told(tx, AUDIT_refund_ended, r, m)) return false;
    return reconcile(tx, o, p, m);
}
