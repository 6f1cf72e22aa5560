/* bill_judge.c: one row of a bill against what we have, and what we have that no bill names. Days are the provider's,
 * by its own clock; ours are by when we heard of it, which is a moment later, or days. So nothing is looked for by its
 * day alone: a row finds its payment by its number whenever it was paid, and a payment is missed only when no bill has
 * named it, those of the days before and its own. The last minutes of a day are looked at with the next one, should
 * our clock be a little behind theirs. */
#include "base/clock.h"
#include "billing/bills.h"

#define EDGE_MS (10 * MINUTE_MS)

/* Slim: a bill has thousands of rows. */
#define PAYMENT "SELECT id, order_id, account, number, trade, state, currency, amount, refunded FROM payments WHERE "
STMT(payment_numbered, PAYMENT "number = ?1 AND provider = ?2");
STMT(payment_traded, PAYMENT "provider = ?2 AND trade = ?1 AND trade <> '' ORDER BY id DESC LIMIT 1");
/* Of a trade that a bill has named, and that we have not heard of yet. */
STMT(payment_listed, "SELECT p.id, p.order_id, p.account, p.number, p.trade, p.state, p.currency, p.amount, p.refunded"
                     " FROM bill_differences d JOIN payments p ON p.id = d.payment WHERE d.trade = ?1 AND d.kind = 1"
                     " AND d.fault = 'not_here' AND p.provider = ?2 ORDER BY d.id DESC LIMIT 1");
STMT(refund_numbered, "SELECT r.id, r.payment, r.order_id, r.account, r.state, r.currency, r.amount, p.provider"
                      " FROM refunds r JOIN payments p ON p.id = r.payment WHERE r.number = ?1");
/* Given back outside, by that sum, and in no bill yet. */
STMT(outside_refund, "SELECT r.id FROM refunds r WHERE r.payment = ?1 AND r.state = 3 AND r.cause = 'outside'"
                     " AND r.amount = ?2 AND NOT EXISTS (SELECT 1 FROM bill_seen s WHERE s.kind = 2 AND s.id = r.id)"
                     " ORDER BY r.payment, r.id LIMIT 1");
/* What is known as given back outside without an exact row of a bill, and what bills list without such a refund: both
 * may be parts of the same money, because we hear of totals. `ended` of them have been found to be. With it a refund of
 * ours that had ended otherwise and was done after all: that counts as given back outside (refund_ends.c). */
#define OUTSIDE_LISTED                                                                                                 \
    " FROM bill_differences d LEFT JOIN refunds r ON r.id = d.refund WHERE d.payment = ?1 AND d.kind = 2"              \
    " AND d.fault = 'not_here' AND d.currency = ?2 AND (d.refund = 0 OR r.state IN (4, 5))"
#define SUM_OF(amount) "(SELECT CAST(COALESCE(SUM(" amount "), 0) AS BIGINT)"
STMT(outside_sums,
     "SELECT " SUM_OF(
         "r.amount") " FROM refunds r WHERE r.payment = ?1 AND r.state = 3"
                     " AND r.cause = 'outside' AND r.currency = ?2"
                     " AND NOT EXISTS (SELECT 1 FROM bill_seen s WHERE s.kind = 2 AND s.id = r.id)) AS known, " SUM_OF(
                         "d.theirs") OUTSIDE_LISTED ") AS listed, " SUM_OF("d.theirs") OUTSIDE_LISTED
     " AND d.ended_at_ms > 0) AS ended");
STMT(seen_put, "INSERT INTO bill_seen (kind, id, bill_day) VALUES (?1, ?2, ?3) ON CONFLICT (kind, id) DO NOTHING"
               " RETURNING id");
STMT(seen_get, "SELECT id FROM bill_seen WHERE kind = ?1 AND id = ?2");
STMT(first_day, "SELECT from_ms FROM bill_days WHERE provider = ?1 ORDER BY provider, day LIMIT 1");
/* What a person has marked as paid never was at the provider, and what was given back outside is known by its word
 * alone. What was begun before the first bill may stand in one that nobody read. */
STMT(unnamed_payments,
     "SELECT p.id, p.order_id, p.number, p.trade, '' AS refund_number, p.id AS payment, p.currency, p.amount"
     " FROM payments p WHERE p.state = 3 AND p.provider = ?1 AND p.paid_at_ms >= ?2 AND p.paid_at_ms < ?3"
     " AND p.created_at_ms >= ?4 AND NOT EXISTS (SELECT 1 FROM bill_seen s WHERE s.kind = 1 AND s.id = p.id)"
     " AND NOT EXISTS (SELECT 1 FROM hand_payments h WHERE h.order_id = p.order_id AND h.payment = p.id"
     " AND h.state = 2) ORDER BY p.provider, p.paid_at_ms LIMIT ?5");
STMT(unnamed_refunds,
     "SELECT r.id, r.order_id, p.number, p.trade, r.number AS refund_number, r.payment, r.currency, r.amount"
     " FROM refunds r JOIN payments p ON p.id = r.payment WHERE r.state = 3 AND p.provider = ?1"
     " AND r.cause <> 'outside'"
     " AND r.ended_at_ms >= ?2 AND r.ended_at_ms < ?3 AND r.created_at_ms >= ?4"
     " AND NOT EXISTS (SELECT 1 FROM bill_seen s WHERE s.kind = 2 AND s.id = r.id) ORDER BY r.ended_at_ms LIMIT ?5");

/* A payment of a row. */
struct paid_row {
    int64_t id, order, account;
    bool paid, whole_back;
    const char *trade;
    struct money amount;
};

static enum row find_by(struct tx *tx, const struct stmt *by, struct str number, const char *provider,
                        struct paid_row *out)
{
    struct query q = query(tx, by);
    bind_str(&q, number), bind_text(&q, provider);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    struct money amount = col_money(&q, "amount");
    int64_t state = col_state(&q, "state", PAYMENT_OPEN + 1, PAYMENT_CLOSED + 1);
    *out = (struct paid_row){ .id = col_i64(&q, "id"),
                              .order = col_i64(&q, "order_id"),
                              .account = col_i64(&q, "account"),
                              .trade = col_text(&q, "trade"),
                              .paid = state == PAYMENT_PAID + 1,
                              .whole_back = money_equal(col_money(&q, "refunded"), amount),
                              .amount = amount };
    return ROW_FOUND;
}

/* Of a refund that was not made by us Stripe names the trade alone. */
static enum row find_payment(struct tx *tx, const char *provider, const struct bill_row *r, struct paid_row *out)
{
    if (r->order.n > 0) return find_by(tx, &payment_numbered, r->order, provider, out);
    if (r->trade.n == 0) return ROW_NONE;
    enum row row = find_by(tx, &payment_traded, r->trade, provider, out);
    return row == ROW_NONE ? find_by(tx, &payment_listed, r->trade, provider, out) : row;
}

/* As ours are made (rows.c): other systems of the same merchant's have other numbers. */
static bool looks_like_ours(struct str number)
{
    for (size_t i = 0; i < number.n; i++) {
        char c = number.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z' && !strchr("ilou", c)))) return false;
    }
    return number.n == ORDER_NUMBER_SIZE - 1;
}

static void judge_payment(const struct bill_row *r, const struct paid_row *p, struct bill_judged *out)
{
    bool other_trade = p->trade[0] && r->trade.n > 0 && !str_eq(str_of(p->trade), r->trade);
    bool same_currency = money_currency(p->amount) == money_currency(r->amount);
    out->counts = p->paid && !other_trade && same_currency;
    if (out->counts) out->ours = p->amount;
    out->fault = !p->paid                             ? BILL_NOT_HERE
                 : other_trade                        ? BILL_TWICE
                 : !money_equal(p->amount, r->amount) ? BILL_OTHER_SUM
                                                      : BILL_SAME;
}

/* A refund of ours, by its number. */
static enum row judge_own_refund(struct tx *tx, const char *provider, const struct bill_row *r, struct bill_judged *out)
{
    struct query q = query(tx, &refund_numbered);
    bind_str(&q, r->refund);
    enum row row = query_row(&q);
    if (row != ROW_FOUND) return row;
    if (!text_eq(col_text(&q, "provider"), provider)) return ROW_NONE;
    struct money amount = col_money(&q, "amount");
    int64_t state = col_state(&q, "state", REFUND_ASKED, REFUND_REFUSED);
    out->refund = col_i64(&q, "id"), out->payment = col_i64(&q, "payment"), out->order = col_i64(&q, "order_id");
    out->account = col_i64(&q, "account");
    bool here = state == REFUND_DONE || state == REFUND_PENDING; /* the list is made when it is taken, not done */
    out->counts = here && money_currency(amount) == money_currency(r->amount);
    if (out->counts) out->ours = amount;
    out->fault = !here ? BILL_NOT_HERE : money_equal(amount, r->amount) ? BILL_SAME : BILL_OTHER_SUM;
    return ROW_FOUND;
}

struct outside {
    int64_t known, listed, ended; /* minor units */
};

static bool read_outside(struct tx *tx, int64_t payment, enum currency c, struct outside *out)
{
    struct query q = query(tx, &outside_sums);
    bind_i64(&q, payment), bind_text(&q, currency_code(c));
    if (query_row(&q) != ROW_FOUND) return false;
    *out = (struct outside){ col_i64(&q, "known"), col_i64(&q, "listed"), col_i64(&q, "ended") };
    return true;
}

/* One that was not made by us: it is known here by its sum, unless that is taken by what others are parts of, or all of
 * the payment is back. */
static bool judge_outside_refund(struct tx *tx, const struct bill_row *r, const struct paid_row *p,
                                 struct bill_judged *out)
{
    struct query q = query(tx, &outside_refund);
    struct outside sums;
    bool same_currency = money_currency(p->amount) == money_currency(r->amount);
    bind_i64(&q, p->id), bind_i64(&q, money_minor(r->amount));
    enum row row = query_row(&q);
    if (row == ROW_FAULT || !read_outside(tx, p->id, money_currency(r->amount), &sums)) return false;
    bool found = row == ROW_FOUND && same_currency && sums.known - money_minor(r->amount) >= sums.ended;
    out->counts = found || (p->whole_back && same_currency);
    out->fault = out->counts ? BILL_SAME : BILL_NOT_HERE;
    if (found) out->refund = col_i64(&q, "id");
    if (out->counts) out->ours = r->amount;
    return true;
}

bool bill_outside_is_known(struct tx *tx, int64_t payment, struct money theirs, bool *out)
{
    struct outside sums;
    if (!read_outside(tx, payment, money_currency(theirs), &sums)) return false;
    *out = sums.listed > 0 && sums.known >= sums.listed;
    return true;
}

bool bill_judge(struct tx *tx, const char *provider, const struct bill_row *r, struct bill_judged *out)
{
    struct paid_row p = { .trade = "" };
    *out = (struct bill_judged){ .ours = money_of(0, money_currency(r->amount)) };
    if (r->is_refund && r->refund.n > 0) {
        enum row own = judge_own_refund(tx, provider, r, out);
        if (own != ROW_NONE) return own == ROW_FOUND;
    }
    enum row row = find_payment(tx, provider, r, &p);
    if (row == ROW_FAULT) return false;
    if (row == ROW_NONE) {
        out->other = !looks_like_ours(r->order) && !looks_like_ours(r->refund);
        out->fault = out->other ? BILL_SAME : BILL_UNKNOWN;
        return true;
    }
    out->payment = p.id, out->order = p.order, out->account = p.account;
    if (r->is_refund) return judge_outside_refund(tx, r, &p, out);
    judge_payment(r, &p, out);
    return true;
}

enum row bill_seen_put(struct tx *tx, enum bill_kind kind, int64_t id, int64_t day)
{
    struct query q = query(tx, &seen_put);
    assert(kind != BILL_OF_NOTHING && id > 0);
    bind_i64(&q, kind), bind_i64(&q, id), bind_i64(&q, day);
    return query_row(&q);
}

enum row bill_seen_get(struct tx *tx, enum bill_kind kind, int64_t id)
{
    struct query q = query(tx, &seen_get);
    bind_i64(&q, kind), bind_i64(&q, id);
    return query_row(&q);
}

bool bill_unnamed(struct tx *tx, const struct bill_day *d, enum bill_kind kind, struct bill_difference *out, size_t max,
                  size_t *count)
{
    struct query first = query(tx, &first_day);
    enum row row;
    *count = 0;
    bind_text(&first, d->provider);
    if (query_row(&first) != ROW_FOUND) return false;
    int64_t since_ms = col_i64(&first, "from_ms");
    struct query q = query(tx, kind == BILL_OF_PAYMENTS ? &unnamed_payments : &unnamed_refunds);
    bind_text(&q, d->provider), bind_i64(&q, d->from_ms - EDGE_MS), bind_i64(&q, d->to_ms - EDGE_MS);
    bind_i64(&q, since_ms), bind_i64(&q, (int64_t)max);
    while ((row = query_next(&q)) == ROW_FOUND) {
        struct money amount = col_money(&q, "amount");
        out[(*count)++] = (struct bill_difference){ .bill_day = d->id,
                                                    .kind = kind,
                                                    .fault = BILL_NOT_THERE,
                                                    .number = col_text(&q, "number"),
                                                    .refund_number = col_text(&q, "refund_number"),
                                                    .trade = col_text(&q, "trade"),
                                                    .order = col_i64(&q, "order_id"),
                                                    .payment = col_i64(&q, "payment"),
                                                    .refund = kind == BILL_OF_REFUNDS ? col_i64(&q, "id") : 0,
                                                    .theirs = money_of(0, money_currency(amount)),
                                                    .ours = amount };
    }
    return row == ROW_NONE;
}
