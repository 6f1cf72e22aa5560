/* refund_verify.c: what must be true of refunds, for `verify`: who promised credits holds them, what is under way has
 * a job, and every state came through the mover. That as much of a payment is reserved as is refunded or under way is
 * in verify.c. */
#include "billing/private.h"

#include "credits/credits.h"

enum { PIECE = 100 };

STMT(verify_refunds,
     "SELECT r.id, r.account, r.state, r.version, r.credits, r.hold, r.payment, r.order_id, r.cause, r.actor,"
     " r.approver, p.order_id AS order_of,"
     " (SELECT m.to_state FROM billing_moves m WHERE m.kind = 3 AND m.id = r.id AND m.version = r.version) AS moved"
     " FROM refunds r LEFT JOIN payments p ON p.id = r.payment WHERE r.id > ?1 ORDER BY r.id LIMIT ?2");
STMT(verify_hold_of, "SELECT id, account FROM refunds WHERE hold = ?1 AND hold > 0 AND state IN (1, 2)");
STMT(verify_hands, "SELECT h.id, h.state, h.actor, h.approver, p.state AS paid FROM hand_payments h"
                   " LEFT JOIN payments p ON p.id = h.payment WHERE h.id > ?1 ORDER BY h.id LIMIT ?2");
STMT(verify_mismatches, "SELECT id, resolved_at_ms, resolver FROM mismatches WHERE id > ?1 ORDER BY id LIMIT ?2");

static struct query piece_of(struct tx *tx, const struct stmt *s, const struct verify_piece *found)
{
    struct query q = query(tx, s);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, PIECE);
    return q;
}

static void next(struct verify_piece *found, int64_t id, int64_t *count)
{
    found->cursor[0] = id;
    found->more = ++*count == PIECE;
    found->looked++;
}

static enum row bad_hold(struct tx *tx, const struct query *q, enum refund_state state, const char **what)
{
    struct hold h = { 0 };
    if (col_i64(q, "hold") == 0) return ROW_NONE;
    enum row row = credits_hold_get(tx, col_i64(q, "hold"), &h);
    if (row == ROW_FAULT) return row;
    bool live = state == REFUND_ASKED || state == REFUND_PENDING;
    bool its_own =
        row == ROW_FOUND && h.account == col_i64(q, "account") && credits_count(h.amount) == col_i64(q, "credits");
    /* One that failed and was done after all set its credits free, and took them anew. */
    bool fits = state == REFUND_DONE ? h.state != HOLD_OPEN : h.state == (live ? HOLD_OPEN : HOLD_RELEASED);
    *what = "the credits that it takes back are not held, taken or set free as its state says";
    return its_own && fits ? ROW_NONE : ROW_FOUND;
}

static bool look_at_refund(struct tx *tx, struct verify_piece *found, const struct query *q)
{
    int64_t id = col_i64(q, "id");
    enum refund_state state = (enum refund_state)col_state(q, "state", REFUND_ASKED, REFUND_REFUSED);
    const char *what = NULL;
    bool unworked = false;
    if (col_i64(q, "moved") != (int64_t)state)
        verify_found(found, "refund", id, "its state did not come through the mover");
    if (col_i64(q, "order_id") != col_i64(q, "order_of"))
        verify_found(found, "refund", id, "it is of another order than its payment");
    bool by_hand = text_eq(col_text(q, "cause"), REFUND_OUTSIDE) && col_i64(q, "actor") > 0;
    bool by_two = col_i64(q, "approver") > 0 && col_i64(q, "approver") != col_i64(q, "actor");
    if (by_hand && state == REFUND_DONE && !by_two)
        verify_found(found, "refund", id, "one person alone has said that it went back outside");
    enum row bad = bad_hold(tx, q, state, &what);
    if (bad == ROW_FOUND) verify_found(found, "refund", id, what);
    if (state == REFUND_PENDING && !jobs_unworked(tx, billing_refund_job.name, &id, 1, &unworked)) return false;
    if (unworked) verify_found(found, "refund", id, "it is under way, and no job works on it");
    return bad != ROW_FAULT;
}

static bool refunds_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = piece_of(tx, &verify_refunds, found);
    enum row row;
    int64_t count = 0;
    while ((row = query_next(&q)) == ROW_FOUND) {
        next(found, col_i64(&q, "id"), &count);
        if (!look_at_refund(tx, found, &q)) return false;
    }
    return row == ROW_NONE;
}

/* Tenants looks at the others. */
static bool holds_piece(struct tx *tx, struct verify_piece *found)
{
    struct hold_open page[PIECE];
    size_t count;
    if (!credits_open_holds(tx, found->cursor[0], page, PIECE, &count)) return false;
    for (size_t i = 0; i < count; i++) {
        found->cursor[0] = page[i].id;
        if (!text_eq(page[i].reason, REASON_refund.name)) continue;
        struct query q = query(tx, &verify_hold_of);
        bind_i64(&q, page[i].id);
        enum row row = query_row(&q);
        if (row == ROW_FAULT) return false;
        if (row == ROW_NONE || col_i64(&q, "account") != page[i].account)
            verify_found(found, "hold", page[i].id, "credits are held for no refund");
    }
    found->looked += (int64_t)count;
    found->more = count == PIECE;
    return true;
}

static bool hands_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = piece_of(tx, &verify_hands, found);
    enum row row;
    int64_t count = 0;
    while ((row = query_next(&q)) == ROW_FOUND) {
        next(found, col_i64(&q, "id"), &count);
        bool agreed = col_i64(&q, "state") == 2;
        if (agreed && col_i64(&q, "actor") == col_i64(&q, "approver"))
            verify_found(found, "hand payment", found->cursor[0], "one person alone has marked it paid");
        if (agreed && col_i64(&q, "paid") != (int64_t)PAYMENT_PAID + 1)
            verify_found(found, "hand payment", found->cursor[0], "it was agreed to, and its payment is not paid");
    }
    return row == ROW_NONE;
}

static bool mismatches_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = piece_of(tx, &verify_mismatches, found);
    enum row row;
    int64_t count = 0;
    while ((row = query_next(&q)) == ROW_FOUND) {
        next(found, col_i64(&q, "id"), &count);
        if ((col_i64(&q, "resolved_at_ms") > 0) != (col_i64(&q, "resolver") > 0))
            verify_found(found, "mismatch", found->cursor[0], "it was resolved by nobody");
    }
    return row == ROW_NONE;
}

/* clang-format off */
const struct verify_check billing_refund_checks[] = {
    { .name = "billing.refunds", .doc = "Refunds are worked on, and hold the credits that they take back.",
      .piece = refunds_piece },
    { .name = "billing.holds", .doc = "Credits that go back are held for a refund.", .piece = holds_piece },
    { .name = "billing.hand_payments", .doc = "What was marked paid by hand was agreed to by two.",
      .piece = hands_piece },
    { .name = "billing.mismatches", .doc = "Somebody resolved each mismatch that is resolved.",
      .piece = mismatches_piece },
    VERIFY_END
};
/* clang-format on */
