/* paid.c: what a verified notice means for rows, whoever said it: a notification, or the answer to a question of ours.
 * payment_judge says what may be marked; here it is done, all of it in one transaction, under the order's lock.
 *
 * The first payment of an order that is paid counts, and is delivered for. What else is paid goes back by a refund of
 * the house's own, and stands among the mismatches: an order that was paid already, one that was closed and can no
 * longer be had, one whose shop is gone. So nothing that was paid stays without either. */
#include "billing/private.h"

#include "audit/audit.h"
#include "base/clock.h"

/* The rows that a notice is about. */
struct about {
    struct order o;
    struct payment p;
    struct refund *refund;
    size_t refunds;
};

/* ---- judging ---- */

static const char *text_of(struct tx *tx, struct str s) { return arena_text_n(tx_arena(tx), s.p ? s.p : "", s.n); }

/* By our number; where the provider names none, by its own. */
static enum row find_payment(struct tx *tx, const struct heard *h, struct payment *out)
{
    const struct payment_notice *n = h->notice;
    if ((!n->about_order && !n->for_person) || (n->order.n == 0 && n->trade.n == 0)) return ROW_NONE;
    return n->order.n > 0 ? payment_by_number(tx, h->provider->name, text_of(tx, n->order), out)
                          : payment_by_trade(tx, h->provider->name, text_of(tx, n->trade), out);
}

static enum payment_refund_state refund_word(enum refund_state s)
{
    switch (s) {
    case REFUND_DONE: return PAYMENT_REFUND_DONE;
    case REFUND_FAILED:
    case REFUND_REFUSED: return PAYMENT_REFUND_FAILED;
    case REFUND_NONE:
    case REFUND_ASKED:
    case REFUND_PENDING: break;
    }
    return PAYMENT_REFUND_PENDING;
}

static enum payment_reason judge(struct arena *a, const struct heard *h, const struct about *at,
                                 struct payment_effects *out)
{
    const struct payment *p = &at->p;
    struct payment_refund *refund = ARENA_ARRAY(a, struct payment_refund, at->refunds + 1);
    for (size_t i = 0; i < at->refunds; i++)
        refund[i] = (struct payment_refund){ .number = str_of(at->refund[i].number),
                                             .amount = at->refund[i].amount,
                                             .state = refund_word(at->refund[i].state) };
    const struct payment_order order = { .number = str_of(p->number),
                                         .trade = str_of(p->trade),
                                         .session = str_of(p->session),
                                         .amount = p->amount,
                                         .refunded = p->refunded,
                                         .state = p->state,
                                         .refund = refund,
                                         .refunds = at->refunds };
    return payment_judge(h->notice, p->id > 0 ? &order : NULL, h->seen, out);
}

static bool read_refunds(struct tx *tx, struct about *at)
{
    at->refund = ARENA_ARRAY(tx_arena(tx), struct refund, REFUNDS_OF_PAYMENT_MAX);
    return refunds_of(tx, at->p.id, at->refund, REFUNDS_OF_PAYMENT_MAX, &at->refunds);
}

bool billing_judge(struct tx *tx, const struct heard *h, struct arena *a, enum payment_reason *out)
{
    struct about at = { 0 };
    struct payment_effects effects;
    enum row row = find_payment(tx, h, &at.p);
    if (row == ROW_FAULT || (row == ROW_FOUND && !read_refunds(tx, &at))) return false;
    *out = judge(a, h, &at, &effects);
    return true;
}

/* ---- telling ---- */

static bool note(struct tx *tx, const struct heard *h, const struct about *at, const char *what, const char *said)
{
    const struct order_note n = { .order = at->o.id,
                                  .payment = at->p.id,
                                  .account = at->o.account,
                                  .delivery = h->delivery,
                                  .at_ms = h->now_ms,
                                  .provider = h->provider->name,
                                  .what = what,
                                  .said = said };
    return order_note_put(tx, &n);
}

/* It says that money came that was not asked for: so much, or once more. What is marked as paid, and goes back by
 * itself, is told as a refund. */
static bool brings_other_money(const struct payment_notice *n, const struct payment *p, enum payment_reason reason)
{
    if (p->id == 0 || n->no_amount || n->said != PAYMENT_SAYS_PAID) return false;
    return reason == PAYMENT_SECOND_TRADE || (reason == PAYMENT_AMOUNT && !money_equal(n->amount, p->amount));
}

/* `amount` NULL: none is known. Once for each kind, payment (if it belongs to one) and trade, or message without one;
 * what is of no payment's state (a dispute: a payment may have several) once for each message, whichever payment it is
 * found to be of: a version that did not look for one has put it under the same key. */
static bool mismatch(struct tx *tx, const struct heard *h, const struct about *at, const char *kind,
                     const struct money *amount, const char *said, bool came)
{
    const struct payment_notice *n = h->notice;
    const char *trade = text_of(tx, n->trade), *event = text_of(tx, n->event);
    const char *of = at->p.id && n->about_order ? at->p.number : "", *by = trade[0] && n->about_order ? trade : event;
    const struct mismatch m = { .key = arena_printf(tx_arena(tx), "%s:%s:%s:%s", kind, h->provider->name, of, by),
                                .kind = kind,
                                .provider = h->provider->name,
                                .order = at->o.id,
                                .payment = at->p.id,
                                .account = at->o.account,
                                .delivery = h->delivery,
                                .trade = trade,
                                .said = said,
                                .came = came,
                                .currency = amount ? money_currency(*amount) : CURRENCY_NONE,
                                .minor = amount ? money_minor(*amount) : 0 };
    return mismatch_put(tx, &m, h->now_ms);
}

static void paid_details(struct json *j, const void *arg)
{
    const struct about *at = arg;
    char text[MONEY_TEXT_SIZE];
    money_text(at->p.amount, text);
    json_text(j, "order", at->o.number);
    json_text(j, "payment", at->p.number);
    json_text(j, "provider", at->p.provider);
    json_text(j, "amount", text);
    json_text(j, "currency", currency_code(money_currency(at->p.amount)));
}

static bool audit(struct tx *tx, struct audit_action action, const struct about *at, int64_t now_ms)
{
    const struct audit_entry e = { .action = action,
                                   .account = at->o.account,
                                   .resource = "order",
                                   .resource_id = at->o.id,
                                   .details = paid_details,
                                   .arg = at,
                                   .at_ms = now_ms };
    return audit_put(tx, &e);
}

/* ---- it is paid ---- */

/* What is left of a payment goes back. */
static bool give_back(struct tx *tx, const struct heard *h, struct about *at, const char *cause, const char *why)
{
    const char *kind = text_eq(cause, "undeliverable") ? "undelivered" : cause;
    struct refund made;
    struct refund_wish w = { .cause = cause, .reason = why, .now_ms = h->now_ms };
    if (!mismatch(tx, h, at, kind, &at->p.amount, why, false)) return false;
    if (!money_subtract(at->p.amount, at->p.refunding, &w.amount)) return false;
    return !money_is_positive(w.amount) || refund_put(tx, &at->o, &at->p, &w, &made) == REFUND_PUT;
}

/* A closed order was promised to nobody any more: it is delivered when it still costs the same, and when nothing was
 * counted into it that may be used elsewhere by now. */
static bool still_to_be_had(struct tx *tx, const struct order *o, const struct offer *offer, bool *out)
{
    struct offer sold;
    bool again;
    if (!orders_ordered_again(tx, o, &again)) return false;
    enum row row = offers_sold(tx, offer->code, money_currency(offer->price), &sold);
    if (row == ROW_FAULT) return false;
    bool same = row == ROW_FOUND && money_equal(sold.price, offer->price) &&
                money_equal(sold.seat_price, offer->seat_price) && sold.seats == offer->seats;
    *out = same && !again && !money_is_positive(o->credited) && !money_is_positive(o->discount);
    return true;
}

/* Other ways of paying it must not be paid any more. */
struct others {
    bool open;  /* one is to be closed */
    bool begun; /* its provider may have a page open of which it does not know yet: it is asked once more */
};

static bool read_others(struct tx *tx, const struct about *at, struct others *out)
{
    struct payment *all = ARENA_ARRAY(tx_arena(tx), struct payment, PAYMENTS_OF_ORDER_MAX);
    size_t count;
    *out = (struct others){ 0 };
    if (!payments_of(tx, at->o.id, all, &count)) return false;
    for (size_t i = 0; i < count; i++) {
        if (all[i].id == at->p.id || all[i].state == PAYMENT_PAID) continue;
        bool begun = all[i].started_at_ms > 0, waits = all[i].state != PAYMENT_FAILED && all[i].state != PAYMENT_CLOSED;
        out->begun |= begun;
        out->open |= waits || (begun && all[i].state == PAYMENT_FAILED);
    }
    return true;
}

static bool delivered(struct tx *tx, const struct heard *h, struct about *at, const struct offer *offer,
                      const struct others *others)
{
    struct order *o = &at->o;
    struct payment *p = &at->p;
    const struct move m = { .why = o->state == ORDER_CLOSED ? "paid late" : "paid", .at_ms = h->now_ms };
    p->counts = true;
    o->paid_by = p->id, o->paid_at_ms = o->ended_at_ms = h->now_ms;
    o->look_at_ms = others->begun ? h->now_ms + DAY_MS : 0, o->closing = false;
    if (!payment_save(tx, p, h->now_ms) || !order_move(tx, o, ORDER_DELIVERED, &m)) return false;
    if (!books_sold(tx, p, h->now_ms) || !audit(tx, AUDIT_order_paid, at, h->now_ms)) return false;
    if (!order_letter_paid(tx, o, offer)) return false;
    return papers_receipt(tx, o, p, h->now_ms);
}

/* An order that is still waited for, or was closed, and its first payment. */
static bool deliver(struct tx *tx, const struct heard *h, struct about *at, const char **cause, const char **why)
{
    struct order *o = &at->o;
    struct offer offer;
    struct others others;
    bool late = o->state == ORDER_CLOSED, to_be_had = true;
    if (offers_get(tx, o->offer, &offer) != ROW_FOUND || !read_others(tx, at, &others)) return false;
    if (late && !still_to_be_had(tx, o, &offer, &to_be_had)) return false;
    if (!to_be_had) {
        *cause = "late", *why = "It was paid after the order was closed, and cannot be had at that price any more.";
        return books_unsold(tx, &at->p, h->now_ms);
    }
    switch (billing_deliver(tx, o, &offer, h->now_ms, why)) {
    case DELIVER_FAULT: return false;
    case DELIVER_DONE:
        if (!delivered(tx, h, at, &offer, &others)) return false;
        return !others.open || order_close_put(tx, o) > 0;
    case DELIVER_CANNOT: break;
    }
    *cause = "undeliverable";
    const struct move m = { .why = *why, .at_ms = h->now_ms };
    o->look_at_ms = others.begun ? h->now_ms + DAY_MS : 0, o->closing = false, o->ended_at_ms = h->now_ms;
    if (!(late ? order_save(tx, o, h->now_ms) : order_move(tx, o, ORDER_CLOSED, &m))) return false;
    if (others.open && order_close_put(tx, o) <= 0) return false;
    return books_unsold(tx, &at->p, h->now_ms);
}

/* How much of it is back is not said, so a person looks: it is neither delivered for nor given back again. */
static bool mark_partly_back(struct tx *tx, const struct heard *h, struct about *at)
{
    const char *said =
        "paid, and given back in part or whole at the provider before we heard of it; nothing was delivered";
    if (!books_unsold(tx, &at->p, h->now_ms)) return false;
    return mismatch(tx, h, at, "refunded_outside", &at->p.amount, said, false);
}

/* `whole`: the same notice says that all of it went back already, so there is nothing to deliver for. */
/* A person has named this trade as what proves another payment: both count, and a person looks. */
static bool tell_if_named(struct tx *tx, const struct heard *h, const struct about *at)
{
    const char *trade = text_of(tx, h->notice->trade);
    int64_t payment;
    if (!trade[0]) return true;
    enum row row = proof_payment(tx, trade, &payment);
    if (row != ROW_FOUND || payment == at->p.id) return row != ROW_FAULT;
    return mismatch(tx, h, at, "twice", &at->p.amount, "this trade proves another payment, by a person's word", false);
}

static bool mark_paid(struct tx *tx, const struct heard *h, struct about *at, bool whole, const char **cause,
                      const char **why)
{
    const struct move m = { .why = h->how, .at_ms = h->now_ms };
    struct payment *p = &at->p;
    p->paid_at_ms = h->now_ms, p->error = "";
    if (!payment_move(tx, p, PAYMENT_PAID, &m) || !tell_if_named(tx, h, at)) return false;
    if (whole) return books_unsold(tx, p, h->now_ms);
    if (h->notice->some_back) return mark_partly_back(tx, h, at);
    if (at->o.state == ORDER_DELIVERED || at->o.state == ORDER_GIVEN_BACK) {
        *cause = "twice", *why = "The order had been paid already.";
        return books_unsold(tx, p, h->now_ms);
    }
    return deliver(tx, h, at, cause, why);
}

/* ---- and all else that a notice can bring ---- */

static bool mark_processing(struct tx *tx, const struct heard *h, struct about *at)
{
    const struct move m = { .why = h->how, .at_ms = h->now_ms };
    if (!payment_move(tx, &at->p, PAYMENT_PROCESSING, &m)) return false;
    return at->o.state != ORDER_OPEN || order_move(tx, &at->o, ORDER_PROCESSING, &m);
}

/* The order can be paid again in another way, unless another payment of it is promised. */
static bool mark_ended(struct tx *tx, const struct heard *h, struct about *at, enum payment_state to)
{
    struct payment *all = ARENA_ARRAY(tx_arena(tx), struct payment, PAYMENTS_OF_ORDER_MAX);
    const struct move m = { .why = h->how, .at_ms = h->now_ms };
    size_t count;
    if (!payment_move(tx, &at->p, to, &m) || !payments_of(tx, at->o.id, all, &count)) return false;
    bool promised = false;
    for (size_t i = 0; i < count; i++) promised |= all[i].state == PAYMENT_PROCESSING;
    return at->o.state != ORDER_PROCESSING || promised || order_move(tx, &at->o, ORDER_OPEN, &m);
}

static bool end_refund(struct tx *tx, const struct heard *h, struct about *at, bool done)
{
    const struct move m = { .why = h->how, .at_ms = h->now_ms };
    for (size_t i = 0; i < at->refunds; i++) {
        if (!str_eq(str_of(at->refund[i].number), h->notice->refund)) continue;
        return done ? refund_done(tx, &at->o, &at->p, &at->refund[i], &m)
                    : refund_failed(tx, &at->o, &at->p, &at->refund[i], true, &m);
    }
    return false; /* judge() knew it */
}

/* A refund that the same notice named is in p->refunded by now. */
static bool total(struct tx *tx, const struct heard *h, struct about *at, struct money sum)
{
    int order;
    const struct move m = { .why = h->how, .at_ms = h->now_ms };
    if (!money_compare(sum, at->p.refunded, &order)) return false;
    return order <= 0 || refunds_total(tx, &at->o, &at->p, sum, h->notice->made_at_ms, &m);
}

static bool is_whole(const struct payment_effects *e, struct money amount)
{
    for (size_t i = 0; i < e->count; i++)
        if (e->item[i].effect == PAYMENT_EFFECT_REFUND_TOTAL && money_equal(e->item[i].amount, amount)) return true;
    return false;
}

static bool act(struct tx *tx, const struct heard *h, struct about *at, const struct payment_effects *e,
                struct buf *outcome)
{
    const char *cause = NULL, *why = NULL;
    bool done = true;
    for (size_t i = 0; done && i < e->count; i++) {
        char text[PAYMENT_EFFECT_TEXT_SIZE];
        enum payment_effect effect = e->item[i].effect;
        if (payment_effect_keeps_trade(effect) && h->notice->trade.n > 0) at->p.trade = text_of(tx, h->notice->trade);
        switch (effect) {
        case PAYMENT_EFFECT_MARK_PAID: done = mark_paid(tx, h, at, is_whole(e, at->p.amount), &cause, &why); break;
        case PAYMENT_EFFECT_MARK_PROCESSING: done = mark_processing(tx, h, at); break;
        case PAYMENT_EFFECT_MARK_FAILED: done = mark_ended(tx, h, at, PAYMENT_FAILED); break;
        case PAYMENT_EFFECT_MARK_CLOSED: done = mark_ended(tx, h, at, PAYMENT_CLOSED); break;
        case PAYMENT_EFFECT_REFUND: done = end_refund(tx, h, at, true); break;
        case PAYMENT_EFFECT_REFUND_FAILED: done = end_refund(tx, h, at, false); break;
        case PAYMENT_EFFECT_REFUND_TOTAL: done = total(tx, h, at, e->item[i].amount); break;
        case PAYMENT_EFFECT_COUNT: assert(false);
        }
        payment_effect_text(e, i, text);
        buf_printf(outcome, "%s%s", i ? ", " : "", text);
    }
    if (e->count == 0) buf_text(outcome, "nothing new");
    if (!done) return false;
    if (cause) buf_printf(outcome, "; %s", cause);
    return !cause || give_back(tx, h, at, cause, why);
}

/* Kinds of mismatches.c. NULL: it is told by its sender alone (not signed, not for us). */
static const char *mismatch_of(enum payment_reason r)
{
    if (r == PAYMENT_AMOUNT) return "amount";
    if (r == PAYMENT_UNKNOWN_ORDER || r == PAYMENT_SESSION) return "unknown_order";
    if (r == PAYMENT_UNKNOWN_REFUND) return "refunded_outside";
    return r == PAYMENT_SECOND_TRADE ? "twice" : NULL;
}

static bool refused(struct tx *tx, const struct heard *h, const struct about *at, enum payment_reason reason,
                    struct buf *outcome)
{
    const char *kind = mismatch_of(reason), *said = payment_reason_text(reason);
    const struct money *amount = h->notice->no_amount || !h->notice->about_order ? NULL : &h->notice->amount;
    buf_printf(outcome, "refused: %s", said);
    if (h->refused) *h->refused = true;
    if (at->p.id && !note(tx, h, at, "refused", said)) return false;
    bool came = brings_other_money(h->notice, &at->p, reason);
    if (kind && !mismatch(tx, h, at, kind, amount, said, came)) return false;
    /* Who ordered may be looking at a page that waits for this money. */
    return !came || order_tell(tx, &at->o);
}

/* What it is about: a refund of so much, or so much of the payment; all of that, where nothing is said. */
static const struct money *sum_for_person(const struct payment_notice *n, const struct payment *p)
{
    if (money_currency(n->refund_amount) != CURRENCY_NONE) return &n->refund_amount;
    if (money_currency(n->amount) != CURRENCY_NONE) return &n->amount;
    return p->id > 0 ? &p->amount : NULL;
}

/* A dispute, or a refund that failed after it was done. */
static bool for_person(struct tx *tx, const struct heard *h, const struct about *at, struct buf *outcome)
{
    const char *type = text_of(tx, h->notice->type);
    const char *kind = strstr(type, "dispute") ? "dispute" : "refund_failed";
    buf_printf(outcome, "%sfor a person: %s", outcome->n ? "; " : "", type);
    return mismatch(tx, h, at, kind, sum_for_person(h->notice, &at->p), type, false);
}

/* Who locks these in this order holds all that a notice can change (billing.h). */
static enum row lock_rows(struct tx *tx, const struct heard *h, struct about *at)
{
    enum row row = find_payment(tx, h, &at->p);
    if (row != ROW_FOUND) return row;
    if (orders_get(tx, at->p.order, true, &at->o) != ROW_FOUND) return ROW_FAULT;
    if (payment_get(tx, at->p.id, true, &at->p) != ROW_FOUND) return ROW_FAULT;
    return read_refunds(tx, at) ? ROW_FOUND : ROW_FAULT;
}

bool billing_apply(struct tx *tx, const struct heard *h, struct buf *outcome)
{
    struct about at = { 0 };
    struct payment_effects effects;
    size_t began = outcome->n;
    enum row row = lock_rows(tx, h, &at);
    if (row == ROW_FAULT) return false;
    enum payment_reason reason = judge(tx_arena(tx), h, &at, &effects);
    if (reason != PAYMENT_ACCEPTED) return refused(tx, h, &at, reason, outcome);
    if (at.p.id > 0 && !act(tx, h, &at, &effects, outcome)) return false;
    if (at.p.id == 0) buf_printf(outcome, "nothing: %s", text_of(tx, h->notice->type));
    if (h->notice->for_person && !for_person(tx, h, &at, outcome)) return false;
    if (at.p.id == 0 || (effects.count == 0 && h->delivery == 0)) return true; /* asked, and nothing was new */
    struct str said = { outcome->p + began, outcome->n - began };
    if (!note(tx, h, &at, h->how, text_of(tx, said))) return false;
    return effects.count == 0 || order_tell(tx, &at.o);
}
