/* refund_rows.c: the rows of refunds, and their one mover. What moves them is decided in refunds.c (by us, and by
 * whoever has to agree) and refund_ends.c (by what a provider says). */
#include "billing/private.h"

const char *const refund_state_names[] = { "asked", "pending", "done", "failed", "refused", NULL };
static_assert(REFUND_REFUSED == 5, "refunds.state is stored: append, never renumber");

/* Which state follows which. What has failed may be done after all: a provider's word that money has moved counts. What
 * went back outside is done when a second person says so too. */
static const bool refund_next[REFUND_REFUSED + 1][REFUND_REFUSED + 1] = {
    [REFUND_ASKED] = { [REFUND_PENDING] = true, [REFUND_REFUSED] = true, [REFUND_DONE] = true },
    [REFUND_PENDING] = { [REFUND_DONE] = true, [REFUND_FAILED] = true },
    [REFUND_FAILED] = { [REFUND_DONE] = true },
};

/* With what people call its order and its payment. */
#define REFUND_SELECT                                                                                                  \
    "SELECT r.id, r.number, r.payment, r.order_id, r.account, r.state, r.version, r.cause, r.reason, r.currency,"      \
    " r.amount, r.takes_back, r.credits, r.hold, r.tries, r.outside, r.error, r.actor, r.approver, r.ended_at_ms,"     \
    " r.created_at_ms, o.number AS order_number, o.kind, p.number AS payment_number, p.provider,"                      \
    " CASE WHEN o.kind = 1 AND p.counts = 1 AND p.refunding >= p.amount AND r.state IN (1, 2, 3) AND EXISTS"           \
    "  (SELECT 1 FROM refunds b WHERE b.payment = r.payment AND b.takes_back = 1 AND b.state IN (1, 2, 3))"            \
    "  THEN 1 ELSE 0 END AS ends_plan FROM refunds r"                                                                  \
    " JOIN payments p ON p.id = r.payment JOIN orders o ON o.id = r.order_id WHERE "
#define REFUND_BY_ID REFUND_SELECT "r.id = ?1"
STMT(refund_by_id, REFUND_BY_ID);
STMT(refund_by_id_locked, REFUND_BY_ID, .postgres = REFUND_BY_ID " FOR UPDATE OF r");
STMT(refunds_of_payment, REFUND_SELECT "r.payment = ?1 ORDER BY r.payment, r.id LIMIT ?2");
STMT(refunds_of_order, REFUND_SELECT "r.order_id = ?1 ORDER BY r.order_id, r.id LIMIT ?2");
STMT(refunds_in_state, REFUND_SELECT "r.state = ?1 AND r.id < ?2 ORDER BY r.state DESC, r.id DESC LIMIT ?3");
STMT(refunds_any, REFUND_SELECT "r.id < ?1 ORDER BY r.id DESC LIMIT ?2");
STMT(refund_insert,
     "INSERT INTO refunds (number, payment, order_id, account, state, version, cause, reason, currency, amount,"
     " takes_back, credits, hold, tries, outside, error, actor, approver, ended_at_ms, created_at_ms, updated_at_ms)"
     " VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, '', '', ?13, 0, ?14, ?15, ?15) RETURNING id");
STMT(refund_change, "UPDATE refunds SET state = ?3, version = ?4, tries = ?5, outside = ?6, error = ?7, approver = ?8,"
                    " ended_at_ms = ?9, updated_at_ms = ?10 WHERE id = ?1 AND version = ?2");

static struct refund refund_of(const struct query *q)
{
    return (struct refund){ .id = col_i64(q, "id"),
                            .number = col_text(q, "number"),
                            .payment = col_i64(q, "payment"),
                            .order = col_i64(q, "order_id"),
                            .account = col_i64(q, "account"),
                            .state = (enum refund_state)col_state(q, "state", REFUND_ASKED, REFUND_REFUSED),
                            .version = col_i64(q, "version"),
                            .cause = col_text(q, "cause"),
                            .reason = col_text(q, "reason"),
                            .amount = col_money(q, "amount"),
                            .kind = (enum offer_kind)col_state(q, "kind", OFFER_PLAN, OFFER_CREDITS),
                            .ends_plan = col_bool(q, "ends_plan"),
                            .takes_back = col_bool(q, "takes_back"),
                            .credits = col_i64(q, "credits"),
                            .hold = col_i64(q, "hold"),
                            .tries = col_i64(q, "tries"),
                            .outside = col_text(q, "outside"),
                            .error = col_text(q, "error"),
                            .actor = col_i64(q, "actor"),
                            .approver = col_i64(q, "approver"),
                            .order_number = col_text(q, "order_number"),
                            .payment_number = col_text(q, "payment_number"),
                            .provider = col_text(q, "provider"),
                            .ended_at_ms = col_i64(q, "ended_at_ms"),
                            .created_at_ms = col_i64(q, "created_at_ms") };
}

enum row refund_get(struct tx *tx, int64_t id, bool lock, struct refund *out)
{
    struct query q = query(tx, lock ? &refund_by_id_locked : &refund_by_id);
    bind_i64(&q, id);
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *out = refund_of(&q);
    return row;
}

static bool read_all(struct query *q, struct refund *out, size_t *count)
{
    enum row row;
    *count = 0;
    while ((row = query_next(q)) == ROW_FOUND) out[(*count)++] = refund_of(q);
    return row == ROW_NONE;
}

bool refunds_of(struct tx *tx, int64_t payment, struct refund *out, size_t max, size_t *count)
{
    struct query q = query(tx, &refunds_of_payment);
    bind_i64(&q, payment), bind_i64(&q, (int64_t)max);
    return read_all(&q, out, count);
}

bool refunds_of_whole(struct tx *tx, int64_t order, struct refund *out, size_t max, size_t *count)
{
    struct query q = query(tx, &refunds_of_order);
    bind_i64(&q, order), bind_i64(&q, (int64_t)max);
    return read_all(&q, out, count);
}

bool refunds_page(struct tx *tx, enum refund_state state, int64_t after, struct refund *out, size_t max, size_t *count)
{
    struct query q = query(tx, state == REFUND_NONE ? &refunds_any : &refunds_in_state);
    if (state != REFUND_NONE) bind_i64(&q, state);
    bind_i64(&q, after), bind_i64(&q, (int64_t)max);
    return read_all(&q, out, count);
}

bool refund_insert_row(struct tx *tx, struct refund *r, const struct move *m)
{
    assert(r->id == 0 && r->payment > 0 && r->order > 0 && money_is_positive(r->amount) && r->state != REFUND_NONE);
    r->ended_at_ms = r->state == REFUND_DONE ? m->at_ms : 0;
    r->created_at_ms = m->at_ms;
    struct query q = query(tx, &refund_insert);
    bind_text(&q, r->number), bind_i64(&q, r->payment), bind_i64(&q, r->order), bind_i64(&q, r->account);
    bind_i64(&q, r->state), bind_text(&q, r->cause), bind_text(&q, r->reason);
    bind_text(&q, currency_code(money_currency(r->amount))), bind_i64(&q, money_minor(r->amount));
    bind_bool(&q, r->takes_back), bind_i64(&q, r->credits), bind_i64(&q, r->hold), bind_i64(&q, r->actor);
    bind_i64(&q, r->ended_at_ms), bind_i64(&q, r->created_at_ms);
    if (query_row(&q) != ROW_FOUND) return false;
    r->id = col_i64(&q, "id"), r->version = 1, r->tries = 0, r->outside = r->error = "";
    const struct moved what = { MOVED_REFUND, r->id, r->version, r->account, 0, (int)r->state };
    return move_put(tx, &what, m);
}

/* False also when somebody else changed it meanwhile: who changes a refund has locked its order. */
static bool change(struct tx *tx, struct refund *r, enum refund_state to, int64_t version, int64_t now_ms)
{
    struct query q = query(tx, &refund_change);
    bind_i64(&q, r->id), bind_i64(&q, r->version), bind_i64(&q, to), bind_i64(&q, version), bind_i64(&q, r->tries);
    bind_text(&q, r->outside), bind_text(&q, r->error), bind_i64(&q, r->approver), bind_i64(&q, r->ended_at_ms);
    bind_i64(&q, now_ms);
    if (query_change(&q) != 1) return false;
    r->state = to, r->version = version;
    return true;
}

bool refund_move(struct tx *tx, struct refund *r, enum refund_state to, const struct move *m)
{
    assert(refund_next[r->state][to]);
    if (to != REFUND_PENDING) r->ended_at_ms = m->at_ms;
    const struct moved what = { MOVED_REFUND, r->id, r->version + 1, r->account, (int)r->state, (int)to };
    if (!change(tx, r, to, what.version, m->at_ms)) return false;
    return move_put(tx, &what, m);
}

bool refund_save(struct tx *tx, struct refund *r, int64_t now_ms)
{
    return change(tx, r, r->state, r->version, now_ms);
}
