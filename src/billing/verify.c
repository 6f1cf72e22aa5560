/* verify.c: what must be true of money on a live database: an order costs what its lines say, every state came through
 * its mover, what was paid was delivered for or goes back, and the books say the same as the rows. Refunds have checks
 * of their own (refund_verify.c), plans too. */
#include "billing/private.h"

#include "credits/credits.h"

enum { VERIFY_PAGE = 200 };

/* Of an order (1), a payment (2) or a refund (3): as many moves as versions, without a gap, to where it stands. */
#define HISTORY(kind, row)                                                                                             \
    " (SELECT COUNT(*) FROM billing_moves m WHERE m.kind = " kind " AND m.id = " row ".id) AS moves,"                  \
    " (SELECT m.to_state FROM billing_moves m WHERE m.kind = " kind " AND m.id = " row ".id AND m.version = " row      \
    ".version) AS last_to,"                                                                                            \
    " (SELECT COUNT(*) FROM billing_moves m LEFT JOIN billing_moves b ON b.kind = m.kind AND b.id = m.id"              \
    "   AND b.version = m.version - 1 WHERE m.kind = " kind " AND m.id = " row ".id"                                   \
    "   AND COALESCE(b.to_state, 0) <> m.from_state) AS breaks"

STMT(verify_offers,
     "SELECT id, kind, price, days, seats, credits, currency FROM offers WHERE id > ?1 ORDER BY id LIMIT ?2");
STMT(verify_orders,
     "SELECT o.id, o.number, o.account, o.shop, o.state, o.version, o.kind, o.quantity, o.currency, o.amount,"
     " o.paid_by, o.look_at_ms, o.coupon, o.discount, f.kind AS offer_kind, f.currency AS offer_currency,"
     " (SELECT COUNT(*) FROM coupon_uses u WHERE u.order_id = o.id) AS coupon_uses,"
     " (SELECT CAST(COALESCE(SUM(l.amount), 0) AS BIGINT) FROM order_lines l WHERE l.order_id = o.id) AS lines,"
     " p.order_id AS paid_order, p.counts AS paid_counts, p.state AS paid_state, p.amount AS paid_amount,"
     " p.currency AS paid_currency," HISTORY(
         "1", "o") " FROM orders o LEFT JOIN offers f ON f.id = o.offer LEFT JOIN payments p ON p.id = o.paid_by"
                   " WHERE o.id > ?1 ORDER BY o.id LIMIT ?2");
STMT(verify_payments,
     "SELECT p.id, p.state, p.version, p.counts, p.currency, p.amount, p.refunding, p.refunded, p.trade, p.account,"
     " o.account AS order_account, o.currency AS order_currency, o.amount AS order_amount, o.paid_by,"
     " (SELECT CAST(COALESCE(SUM(r.amount), 0) AS BIGINT) FROM refunds r WHERE r.payment = p.id AND r.state = 3)"
     "   AS given_back,"
     " (SELECT CAST(COALESCE(SUM(r.amount), 0) AS BIGINT) FROM refunds r WHERE r.payment = p.id"
     "   AND r.state IN (1, 2, 3)) AS promised_back,"
     " (SELECT CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM postings b JOIN posting_entries e ON e.posting = b.id"
     "   WHERE b.payment = p.id AND e.book = 'provider:' || p.provider AND e.currency = p.currency) AS lies_there,"
     " (SELECT CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) FROM postings b JOIN posting_entries e ON e.posting = b.id"
     "   WHERE b.payment = p.id AND e.book = 'revenue' AND e.currency = p.currency) AS sold," HISTORY(
         "2", "p") " FROM payments p LEFT JOIN orders o ON o.id = p.order_id WHERE p.id > ?1 ORDER BY p.id LIMIT ?2");
STMT(verify_postings,
     "SELECT b.id, p.id AS of_payment, p.order_id AS of_order, b.order_id,"
     " (SELECT COUNT(*) FROM posting_entries e WHERE e.posting = b.id) AS entries,"
     " (SELECT COUNT(*) FROM (SELECT e.currency FROM posting_entries e WHERE e.posting = b.id"
     "   GROUP BY e.currency HAVING SUM(e.amount) <> 0) AS uneven) AS uneven"
     " FROM postings b LEFT JOIN payments p ON p.id = b.payment WHERE b.id > ?1 ORDER BY b.id LIMIT ?2");

/* Judges one row; *fault: storage failed. NULL: it is sound. */
typedef const char *judge(struct tx *tx, const struct query *q, bool *fault);

static bool piece(struct tx *tx, struct verify_piece *found, const struct stmt *page, const char *kind, judge *sound)
{
    struct query q = query(tx, page);
    enum row row;
    bool fault = false;
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE);
    while ((row = query_next(&q)) == ROW_FOUND && !fault) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        const char *what = sound(tx, &q, &fault);
        if (what) verify_found(found, kind, found->cursor[0], what);
    }
    return row != ROW_FAULT && !fault;
}

static const char *bad_history(const struct query *q)
{
    if (col_i64(q, "moves") != col_i64(q, "version")) return "a history of money has a gap";
    if (col_is_null(q, "last_to") || col_i64(q, "last_to") != col_i64(q, "state"))
        return "a state was changed without its mover";
    return col_i64(q, "breaks") != 0 ? "a history of money does not begin where it ended" : NULL;
}

/* ---- offers ---- */

static const char *bad_offer(struct tx *tx, const struct query *q, bool *fault)
{
    (void)tx, (void)fault;
    const char *code = col_text(q, "currency");
    bool credits = col_i64(q, "kind") == OFFER_CREDITS;
    if (currency_from_code(code, strlen(code)) == CURRENCY_NONE) return "an offer has a currency that nobody knows";
    if (credits) return col_i64(q, "credits") > 0 ? NULL : "a pack holds no credits";
    return col_i64(q, "days") > 0 && col_i64(q, "seats") > 0 ? NULL : "a plan gives no days or no seats";
}

static bool offers_piece(struct tx *tx, struct verify_piece *p)
{
    return piece(tx, p, &verify_offers, "offer", bad_offer);
}

/* ---- orders ---- */

static const char *bad_credits(struct tx *tx, const struct query *q, bool delivered, bool *fault)
{
    bool used;
    const struct order o = { .number = col_text(q, "number") };
    if (col_i64(q, "kind") != OFFER_CREDITS) return NULL;
    *fault = !credits_key_is_used(tx, col_i64(q, "account"), order_credit_key(tx_arena(tx), &o), &used);
    if (*fault || used == delivered) return NULL;
    return delivered ? "the credits of an order that is paid were never granted"
                     : "credits were granted for an order that is not paid";
}

static const char *bad_order(struct tx *tx, const struct query *q, bool *fault)
{
    const char *what = bad_history(q);
    if (what) return what;
    if (col_i64(q, "lines") != col_i64(q, "amount")) return "the lines of an order do not make up its amount";
    if (col_is_null(q, "offer_kind") || col_i64(q, "offer_kind") != col_i64(q, "kind") ||
        !text_eq(col_text(q, "offer_currency"), col_text(q, "currency")))
        return "an order is of no offer like it";
    bool lowered = col_i64(q, "discount") > 0;
    if (lowered != (col_i64(q, "coupon") > 0) || lowered != (col_i64(q, "coupon_uses") == 1))
        return "an order is cheaper without a coupon, or not with one";
    int64_t state = col_i64(q, "state");
    bool delivered = state == ORDER_DELIVERED || state == ORDER_GIVEN_BACK;
    if (delivered != (col_i64(q, "paid_by") > 0)) return "an order is delivered and unpaid, or paid and undelivered";
    if ((state == ORDER_OPEN || state == ORDER_PROCESSING) && col_i64(q, "look_at_ms") == 0)
        return "nobody looks after an order that is open";
    if (delivered) {
        bool its = col_i64(q, "paid_order") == col_i64(q, "id") && col_bool(q, "paid_counts") &&
                   col_i64(q, "paid_state") == PAYMENT_PAID + 1;
        if (col_is_null(q, "paid_order") || !its) return "the payment that an order was delivered for is not one of it";
        if (col_i64(q, "paid_amount") != col_i64(q, "amount") ||
            !text_eq(col_text(q, "paid_currency"), col_text(q, "currency")))
            return "an order was delivered for another sum";
    }
    return bad_credits(tx, q, delivered, fault);
}

static bool orders_piece(struct tx *tx, struct verify_piece *p)
{
    return piece(tx, p, &verify_orders, "order", bad_order);
}

/* ---- payments ---- */

/* What lies at the provider is what came, less what went; what counts was sold, and nothing else. */
static const char *bad_books(const struct query *q)
{
    bool paid = col_i64(q, "state") == PAYMENT_PAID + 1, counts = col_bool(q, "counts");
    int64_t amount = col_i64(q, "amount"), came = paid ? amount - col_i64(q, "given_back") : 0;
    if (col_i64(q, "lies_there") != came) return "the books and a payment differ";
    return col_i64(q, "sold") == (counts ? -amount : 0) ? NULL : "the books call sold what is not, or the reverse";
}

static const char *bad_payment(struct tx *tx, const struct query *q, bool *fault)
{
    (void)tx, (void)fault;
    const char *what = bad_history(q);
    if (what) return what;
    bool paid = col_i64(q, "state") == PAYMENT_PAID + 1, counts = col_bool(q, "counts");
    int64_t amount = col_i64(q, "amount"), refunding = col_i64(q, "refunding"), refunded = col_i64(q, "refunded");
    if (col_is_null(q, "order_account") || col_i64(q, "order_account") != col_i64(q, "account"))
        return "a payment is of no order of its account";
    if (!text_eq(col_text(q, "order_currency"), col_text(q, "currency"))) return "a payment is in another currency";
    if (counts && (!paid || col_i64(q, "paid_by") != col_i64(q, "id"))) return "a payment counts for nothing";
    if (!counts && col_i64(q, "paid_by") == col_i64(q, "id")) return "a payment is delivered for and does not count";
    if (col_i64(q, "promised_back") != refunding) return "what is reserved for refunds is not what they are";
    if (!paid) return refunding || refunded ? "money went back that never came" : bad_books(q);
    if (!counts && refunding < amount && refunded < amount) return "a payment is neither delivered for nor given back";
    return bad_books(q);
}

static bool payments_piece(struct tx *tx, struct verify_piece *p)
{
    return piece(tx, p, &verify_payments, "payment", bad_payment);
}

/* ---- books ---- */

static const char *bad_posting(struct tx *tx, const struct query *q, bool *fault)
{
    (void)tx, (void)fault;
    if (col_i64(q, "entries") < 2) return "a posting has no two sides";
    if (col_i64(q, "uneven") != 0) return "a posting does not sum to zero";
    bool its = !col_is_null(q, "of_payment") && col_i64(q, "of_order") == col_i64(q, "order_id");
    return its ? NULL : "a posting is of no payment";
}

static bool books_piece(struct tx *tx, struct verify_piece *p)
{
    return piece(tx, p, &verify_postings, "posting", bad_posting);
}

/* clang-format off */
const struct verify_check billing_checks[] = {
    { .name = "billing.offers", .doc = "Every offer gives something, for a price in a currency.",
      .piece = offers_piece },
    { .name = "billing.orders", .doc = "An order costs what its lines say, came to its state by its mover, and is"
                                       " delivered exactly when a payment of it counts.", .piece = orders_piece },
    { .name = "billing.payments", .doc = "What was paid is delivered for or goes back, and the books say so too.",
      .piece = payments_piece },
    { .name = "billing.books", .doc = "Every posting sums to zero and is of a payment.", .piece = books_piece },
    VERIFY_END
};
/* clang-format on */
