/* refunds.c: money is to go back: who says so, what is reserved for it, and who has to agree.
 *
 * The sum is reserved in the payment's row by one conditional update, so that two refunds at once cannot give back more
 * than was paid. Credits that a refund takes back are held from the moment it is asked for: they cannot be spent while
 * the provider works on it, and are released when it fails. What a provider says is in refund_ends.c. */
#include "billing/private.h"

#include "credits/credits.h"

enum { REFUNDS_MAX = 50 }; /* of a payment, as WeChat Pay has it */

STMT(refund_reserve_sum, "UPDATE payments SET refunding = refunding + ?2, updated_at_ms = ?3"
                         " WHERE id = ?1 AND state = 3 AND refunding + ?2 <= amount");
STMT(refund_let_go_sum,
     "UPDATE payments SET refunding = refunding - ?2, updated_at_ms = ?3 WHERE id = ?1 AND refunding >= ?2");
STMT(refunds_taking, "SELECT CAST(COALESCE(SUM(credits), 0) AS BIGINT) AS credits,"
                     " CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount"
                     " FROM refunds WHERE payment = ?1 AND takes_back = 1 AND state IN (1, 2, 3)");
STMT(refunds_number,
     "SELECT COUNT(*) AS n, CAST(COALESCE(SUM(CASE WHEN actor > 0 AND state IN (1, 2, 3) THEN amount ELSE 0 END), 0)"
     " AS BIGINT) AS asked FROM refunds WHERE payment = ?1");

struct money refund_left(const struct payment *p)
{
    struct money left = money_of(0, money_currency(p->amount));
    bool good = money_subtract(p->amount, p->refunding, &left);
    assert(good && !money_is_negative(left));
    return left;
}

static bool is_more(struct money a, struct money b)
{
    int order;
    return !money_compare(a, b, &order) || order > 0;
}

bool refund_reserve(struct tx *tx, struct payment *p, struct money amount, int64_t now_ms)
{
    struct query q = query(tx, &refund_reserve_sum);
    bind_i64(&q, p->id), bind_i64(&q, money_minor(amount)), bind_i64(&q, now_ms);
    if (query_change(&q) != 1) return false;
    return money_add(p->refunding, amount, &p->refunding);
}

/* ---- credits that go back with it ---- */

/* In whole credits, rounded down over all refunds together: when all is back, so are all credits. */
bool refund_credits(struct tx *tx, const struct order *o, const struct payment *p, struct money amount, int64_t *out)
{
    *out = 0;
    if (o->kind != OFFER_CREDITS || !p->counts) return true;
    struct offer offer;
    struct query q = query(tx, &refunds_taking);
    bind_i64(&q, p->id);
    if (offers_get(tx, o->offer, &offer) != ROW_FOUND || query_row(&q) != ROW_FOUND) return false;
    __int128 granted = (__int128)offer.credits * o->quantity, back = col_i64(&q, "amount") + money_minor(amount);
    int64_t due = (int64_t)(granted * back / money_minor(p->amount)) - col_i64(&q, "credits");
    *out = due > 0 ? due : 0;
    return true;
}

static enum debit hold(struct tx *tx, const struct order *o, struct refund *r, int64_t now_ms)
{
    const struct credit_change c = { .account = o->account,
                                     .amount = credits_of(r->credits),
                                     .reason = REASON_refund,
                                     .key = arena_printf(tx_arena(tx), "refund:%s", r->number),
                                     .actor = r->actor,
                                     .at_ms = now_ms };
    return credits_hold(tx, &c, &r->hold);
}

/* REFUND_PUT: they are held, or there are none to hold. */
static enum refund_put take(struct tx *tx, const struct order *o, const struct payment *p, struct refund *r,
                            int64_t now_ms)
{
    if (!r->takes_back) return REFUND_PUT;
    if (!refund_credits(tx, o, p, r->amount, &r->credits)) return REFUND_PUT_FAULT;
    if (r->credits == 0) return REFUND_PUT;
    switch (hold(tx, o, r, now_ms)) {
    case DEBIT_DONE: return REFUND_PUT;
    case DEBIT_INSUFFICIENT: return REFUND_PUT_NO_CREDITS;
    case DEBIT_FAULT:
    case DEBIT_REPLAYED:
    case DEBIT_KEY_REUSED:
    case DEBIT_TOO_MANY: break;
    }
    return REFUND_PUT_FAULT;
}

/* ---- asked for ---- */

void refund_json(struct json *j, const void *arg)
{
    const struct refund *r = arg;
    json_text(j, "refund", r->number);
    amount_json(j, "amount", r->amount);
    json_text(j, "cause", r->cause);
    json_text(j, "reason", r->reason);
    if (r->credits > 0) json_i64(j, "credits", r->credits);
    if (r->error[0]) json_text(j, r->state == REFUND_REFUSED ? "declined" : "error", r->error);
}

/* What waits for a second person, or was declined by one, is the house's own affair, as on the order's page. */
bool refund_told(struct tx *tx, struct audit_action action, const struct refund *r, const struct move *m)
{
    bool of_house = r->state == REFUND_ASKED || r->state == REFUND_REFUSED;
    return audit_put(tx, &(struct audit_entry){ .action = action,
                                                .account = of_house ? 0 : r->account,
                                                .actor = m->actor,
                                                .resource = "order",
                                                .resource_id = r->order,
                                                .details = refund_json,
                                                .arg = r,
                                                .network = m->network,
                                                .user_agent = m->user_agent,
                                                .at_ms = m->at_ms });
}

bool refund_wake(struct tx *tx, const struct refund *r)
{
    const struct job_new j = { .kind = billing_refund_job.name,
                               .key = arena_printf(tx_arena(tx), "refund:%lld", (long long)r->id),
                               .coalesce = true,
                               .account = r->account,
                               .ref = r->id };
    return jobs_put(tx, &j, NULL) > 0;
}

/* *asked: minor units that persons have asked back of it, and that were neither declined nor failed. */
static bool has_room(struct tx *tx, const struct payment *p, bool *out, int64_t *asked)
{
    struct query q = query(tx, &refunds_number);
    bind_i64(&q, p->id);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = col_i64(&q, "n") < REFUNDS_MAX;
    *asked = col_i64(&q, "asked");
    return true;
}

enum refund_put refund_put(struct tx *tx, struct order *o, struct payment *p, const struct refund_wish *w,
                           struct refund *out)
{
    char number[ORDER_NUMBER_SIZE];
    bool room;
    int64_t asked;
    assert(p->order == o->id && p->state == PAYMENT_PAID && money_is_positive(w->amount));
    assert(!w->outside || w->actor > 0);
    if (!has_room(tx, p, &room, &asked)) return REFUND_PUT_FAULT;
    if (!room || is_more(w->amount, refund_left(p))) return REFUND_PUT_TOO_MUCH;
    order_number(number);
    /* In parts it is as much as at once. Both are within the payment's amount. */
    bool much = w->actor > 0 && asked + money_minor(w->amount) > billing_settings.approve_above;
    bool needs_another = much || w->outside;
    *out = (struct refund){ .payment = p->id,
                            .order = o->id,
                            .account = o->account,
                            .actor = w->actor,
                            .number = arena_text(tx_arena(tx), number),
                            .order_number = o->number,
                            .payment_number = p->number,
                            .provider = p->provider,
                            .cause = w->cause,
                            .reason = w->reason,
                            .outside = "",
                            .error = "",
                            .state = needs_another ? REFUND_ASKED : REFUND_PENDING,
                            .takes_back = w->takes_back && p->counts,
                            .amount = w->amount };
    const struct move m = {
        .why = w->cause, .actor = w->actor, .at_ms = w->now_ms, .network = w->network, .user_agent = w->user_agent
    };
    enum refund_put taken = take(tx, o, p, out, w->now_ms);
    if (taken != REFUND_PUT) return taken;
    if (!refund_reserve(tx, p, w->amount, w->now_ms) || !refund_insert_row(tx, out, &m)) return REFUND_PUT_FAULT;
    if (!needs_another && !refund_wake(tx, out)) return REFUND_PUT_FAULT;
    return refund_told(tx, AUDIT_refund_asked, out, &m) ? REFUND_PUT : REFUND_PUT_FAULT;
}

/* ---- not any more ---- */

bool refund_let_go(struct tx *tx, struct payment *p, const struct refund *r, int64_t now_ms)
{
    struct query q = query(tx, &refund_let_go_sum);
    bind_i64(&q, p->id), bind_i64(&q, money_minor(r->amount)), bind_i64(&q, now_ms);
    if (query_change(&q) != 1 || !money_subtract(p->refunding, r->amount, &p->refunding)) return false;
    if (r->hold == 0) return true;
    struct credit_balance now;
    enum debit done = credits_release(tx, r->hold, now_ms);
    return (done == DEBIT_DONE || done == DEBIT_REPLAYED) && credits_tell(tx, r->account, &now);
}

bool refund_agree(struct tx *tx, struct refund *r, const struct move *m)
{
    assert(r->state == REFUND_ASKED && m->actor > 0 && m->actor != r->actor && !text_eq(r->cause, REFUND_OUTSIDE));
    r->approver = m->actor;
    if (!refund_move(tx, r, REFUND_PENDING, m) || !refund_wake(tx, r)) return false;
    return refund_told(tx, AUDIT_refund_agreed, r, m);
}

bool refund_decline(struct tx *tx, struct payment *p, struct refund *r, const struct move *m)
{
    assert(r->state == REFUND_ASKED);
    r->approver = m->actor, r->error = m->why;
    if (!refund_move(tx, r, REFUND_REFUSED, m) || !refund_let_go(tx, p, r, m->at_ms)) return false;
    return refund_told(tx, AUDIT_refund_declined, r, m);
}
