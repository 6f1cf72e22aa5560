/* judge.c: what a notice does to an order. States are moved here in words only; the caller's one mover moves the row,
 * under its lock, and asks again with what it finds then. */
#include "payments/payments.h"

#include <stdio.h>

const char *payment_reason_text(enum payment_reason r)
{
#define REASON_TEXT(name, words) words,
    static const char *const text[] = { PAYMENT_REASONS(REASON_TEXT) };
    assert(r < PAYMENT_REASON_COUNT);
    return text[r];
}

bool payment_reason_alarms(enum payment_reason r) { return r >= PAYMENT_OWN_KEY; }

void payment_effect_text(const struct payment_effects *e, size_t i, char out[PAYMENT_EFFECT_TEXT_SIZE])
{
#define EFFECT_TEXT(name, words) words,
    static const char *const text[] = { PAYMENT_EFFECTS(EFFECT_TEXT) };
    assert(i < e->count && e->item[i].effect < PAYMENT_EFFECT_COUNT);
    enum payment_effect effect = e->item[i].effect;
    bool counts = effect == PAYMENT_EFFECT_REFUND || effect == PAYMENT_EFFECT_REFUND_TOTAL;
    int n = counts ? snprintf(out, PAYMENT_EFFECT_TEXT_SIZE, "%s:%lld", text[effect],
                              (long long)money_minor(e->item[i].amount))
                   : snprintf(out, PAYMENT_EFFECT_TEXT_SIZE, "%s", text[effect]);
    assert(n > 0 && n < PAYMENT_EFFECT_TEXT_SIZE);
    (void)n;
}

bool payment_effect_keeps_trade(enum payment_effect effect)
{
    return effect == PAYMENT_EFFECT_MARK_PAID || effect == PAYMENT_EFFECT_MARK_PROCESSING;
}

enum payment_reason payment_check_target(struct str method, struct str target)
{
    bool plain = target.n > 0 && memchr(target.p, '?', target.n) == NULL;
    return plain && str_eq(method, STR("POST")) ? PAYMENT_ACCEPTED : PAYMENT_MALFORMED;
}

bool payment_money(const json_t *object, const char *member, enum currency c, struct money *out)
{
    int64_t minor;
    if (!json_get_i64(object, member, &minor) || minor > MONEY_LIMIT || minor < -MONEY_LIMIT) return false;
    *out = money_of(minor, c);
    return true;
}

bool payment_text(struct arena *a, const json_t *object, const char *member, struct str *out)
{
    struct str text;
    if (!json_get_str(object, member, &text)) return false;
    *out = (struct str){ arena_text_n(a, text.p, text.n), text.n };
    return true;
}

struct str payment_field(struct arena *a, struct str body, const char *member)
{
    struct str out = { NULL, 0 };
    json_t *object = json_read_grown(body, PAYMENT_BODY_MAX, NULL);
    if (!payment_text(a, object, member, &out)) out = (struct str){ NULL, 0 };
    json_decref(object);
    return out;
}

enum payment_reason payment_fresh(struct str seconds, int64_t now_s)
{
    int64_t at_s;
    if (seconds.n == 0) return PAYMENT_MALFORMED;
    for (size_t i = 0; i < seconds.n; i++)
        if (seconds.p[i] < '0' || seconds.p[i] > '9') return PAYMENT_MALFORMED;
    if (!str_to_i64(seconds, &at_s)) return PAYMENT_MALFORMED;
    /* A time ahead could be sent again for longer than the tolerance: refused as an old one is. */
    bool fresh = at_s <= now_s + PAYMENT_TOLERANCE_S && at_s >= now_s - PAYMENT_TOLERANCE_S;
    return fresh ? PAYMENT_ACCEPTED : PAYMENT_TIMESTAMP;
}

static void add(struct payment_effects *out, enum payment_effect effect, struct money amount)
{
    assert(out->count < PAYMENT_EFFECTS_MAX);
    out->item[out->count].effect = effect;
    out->item[out->count++].amount = amount;
}

/* False also when the currencies differ. */
static bool is_more(struct money a, struct money b)
{
    int order;
    return money_compare(a, b, &order) && order > 0;
}

static bool is_named(const struct payment_notice *n, const struct payment_order *order)
{
    return n->order.n > 0 ? str_eq(n->order, order->number) : n->trade.n > 0 && str_eq(n->trade, order->trade);
}

static const struct payment_refund *refund_named(const struct payment_order *order, struct str number)
{
    for (size_t i = 0; i < order->refunds; i++)
        if (str_eq(order->refund[i].number, number)) return &order->refund[i];
    return NULL;
}

static bool is_about_refund(const struct payment_notice *n)
{
    return n->said == PAYMENT_SAYS_REFUNDED || n->said == PAYMENT_SAYS_REFUND_FAILED;
}

static enum payment_reason check(const struct payment_notice *n, const struct payment_order *order,
                                 const struct payment_refund *refund)
{
    if (n->session.p != NULL && (n->session.n == 0 || !str_eq(n->session, order->session))) return PAYMENT_SESSION;
    if (!n->no_amount && !money_equal(n->amount, order->amount)) return PAYMENT_AMOUNT;
    if (n->has_total && (is_more(n->refund_total, order->amount) || money_is_negative(n->refund_total)))
        return PAYMENT_AMOUNT;
    if (!is_about_refund(n)) return PAYMENT_ACCEPTED;
    if (refund == NULL) return PAYMENT_UNKNOWN_REFUND;
    return money_equal(n->refund_amount, refund->amount) ? PAYMENT_ACCEPTED : PAYMENT_AMOUNT;
}

/* Paid under another number than the one kept: somebody may have paid twice, and only a person can tell. Whatever is
 * said of the other: that it was closed, or waits, can be overtaken by what makes it two payments. */
static bool is_second_trade(const struct payment_notice *n, const struct payment_order *order)
{
    return order->state == PAYMENT_PAID && order->trade.n > 0 && n->trade.n > 0 && !str_eq(n->trade, order->trade);
}

static void effects_of(const struct payment_notice *n, const struct payment_order *order,
                       const struct payment_refund *refund, struct payment_effects *out)
{
    bool is_open = order->state == PAYMENT_OPEN, not_ended = is_open || order->state == PAYMENT_PROCESSING;
    switch (n->said) {
    case PAYMENT_SAYS_NOTHING: break;
    case PAYMENT_SAYS_PAID:
        if (order->state != PAYMENT_PAID) add(out, PAYMENT_EFFECT_MARK_PAID, order->amount);
        break;
    case PAYMENT_SAYS_PROCESSING:
        /* A promise may come behind the word that it failed, so it opens nothing again; the money itself does. */
        if (is_open) add(out, PAYMENT_EFFECT_MARK_PROCESSING, order->amount);
        break;
    case PAYMENT_SAYS_FAILED:
        if (not_ended) add(out, PAYMENT_EFFECT_MARK_FAILED, order->amount);
        break;
    case PAYMENT_SAYS_CLOSED:
        if (not_ended) add(out, PAYMENT_EFFECT_MARK_CLOSED, order->amount);
        break;
    case PAYMENT_SAYS_REFUNDED:
        if (refund->state != PAYMENT_REFUND_DONE) add(out, PAYMENT_EFFECT_REFUND, refund->amount);
        break;
    case PAYMENT_SAYS_REFUND_FAILED:
        if (refund->state == PAYMENT_REFUND_PENDING) add(out, PAYMENT_EFFECT_REFUND_FAILED, refund->amount);
        break;
    }
    if (n->has_total && is_more(n->refund_total, order->refunded))
        add(out, PAYMENT_EFFECT_REFUND_TOTAL, n->refund_total);
}

enum payment_reason payment_judge(const struct payment_notice *n, const struct payment_order *order, bool seen,
                                  struct payment_effects *out)
{
    out->count = 0;
    if (!n->about_order) return PAYMENT_ACCEPTED;
    if (order == NULL || !is_named(n, order)) return PAYMENT_UNKNOWN_ORDER;
    const struct payment_refund *refund = refund_named(order, n->refund);
    enum payment_reason reason = check(n, order, refund);
    if (reason != PAYMENT_ACCEPTED || seen) return reason;
    if (is_second_trade(n, order)) return PAYMENT_SECOND_TRADE;
    effects_of(n, order, refund, out);
    return PAYMENT_ACCEPTED;
}
