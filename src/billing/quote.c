/* quote.c: what an order would cost, line by line, before anybody pays. It writes nothing, so it may be asked as often
 * as a page likes; the order is made by the same function, and keeps the lines. */
#include "billing/private.h"

static struct order_line *add_line(struct order_quote *q, const char *what, int64_t quantity, struct money price)
{
    assert(q->lines < ORDER_LINES_MAX);
    struct order_line *l = &q->line[q->lines++];
    *l = (struct order_line){ .what = what, .quantity = quantity, .price = price, .amount = price };
    return l;
}

static enum quote quote_credits(const struct order_wish *w, struct order_quote *out)
{
    if (w->shop != 0) return QUOTE_NO_SHOP;
    struct order *o = &out->order;
    o->purpose = "credits", o->quantity = w->quantity > 0 ? w->quantity : 1;
    if (o->quantity > PACKS_MAX) return QUOTE_TOO_MUCH;
    struct order_line *l = add_line(out, "credits", o->quantity, w->offer.price);
    if (!money_times(l->price, o->quantity, &l->amount)) return QUOTE_TOO_MUCH;
    o->list_amount = l->amount;
    return QUOTE_MADE;
}

/* The plan, the seats beside it, and what is left of the plan that it takes the place of. */
static enum quote plan_lines(const struct order_wish *w, const struct plan_step *step, struct money worth,
                             struct order_quote *out)
{
    struct order *o = &out->order;
    int64_t further = o->seats - w->offer.seats;
    struct order_line *l = add_line(out, "plan", 1, w->offer.price);
    l->from_ms = step->from_ms, l->to_ms = step->to_ms;
    if (further > 0) {
        l = add_line(out, "seats", further, w->offer.seat_price);
        l->from_ms = step->from_ms, l->to_ms = step->to_ms;
        if (!money_times(l->price, further, &l->amount)) return QUOTE_TOO_MUCH;
    }
    if (!money_is_positive(worth)) return QUOTE_MADE;
    o->credited = worth;
    l = add_line(out, "credited", 1, money_negate(worth));
    l->from_ms = w->now_ms;
    return QUOTE_MADE;
}

static enum quote quote_plan(struct tx *tx, const struct order_wish *w, struct order_quote *out)
{
    struct order *o = &out->order;
    struct plan_step step;
    struct shop shop;
    if (w->shop == 0) return QUOTE_NO_SHOP;
    enum row row = shops_owned(tx, w->account, w->shop, &shop);
    if (row != ROW_FOUND) return row == ROW_NONE ? QUOTE_NO_SHOP : QUOTE_FAULT;
    if (shop.status == SHOP_SUSPENDED) return QUOTE_SUSPENDED; /* nobody pays for what stays off */
    o->purpose = arena_printf(tx_arena(tx), "plan:%lld", (long long)w->shop);
    o->seats = w->seats > 0 ? w->seats : w->offer.seats, o->quantity = 1;
    if (!plan_price(&w->offer, o->seats, &o->list_amount)) return QUOTE_SEATS;
    if (!plan_step_of(tx, w->shop, &w->offer, o->seats, w->now_ms, &step)) return QUOTE_FAULT;
    struct money worth = money_of(0, money_currency(w->offer.price));
    if (step.kind == PLAN_CHANGES && !plan_worth(tx, w->shop, money_currency(w->offer.price), w->now_ms, &worth))
        return QUOTE_FAULT;
    return plan_lines(w, &step, worth, out);
}

/* After the plan, whose rest is counted in: a coupon takes off what is left of the price at most. */
static enum quote quote_coupon(struct tx *tx, const struct order_wish *w, struct order_quote *out)
{
    out->said = coupon_lower(tx, w, &out->order, &out->use);
    if (out->said == COUPON_FAULT) return QUOTE_FAULT;
    if (out->said != COUPON_FITS) return QUOTE_COUPON;
    (void)add_line(out, "discount", 1, money_negate(out->order.discount));
    return QUOTE_MADE;
}

enum quote order_quote(struct tx *tx, const struct order_wish *w, struct order_quote *out)
{
    assert(w->account > 0 && w->offer.id > 0);
    struct money none = money_of(0, money_currency(w->offer.price));
    *out = (struct order_quote){ .order = { .account = w->account,
                                            .person = w->person,
                                            .shop = w->shop,
                                            .offer = w->offer.id,
                                            .kind = w->offer.kind,
                                            .list_amount = none,
                                            .discount = none,
                                            .credited = none,
                                            .amount = none } };
    struct order *o = &out->order;
    enum quote made = w->offer.kind == OFFER_CREDITS ? quote_credits(w, out) : quote_plan(tx, w, out);
    if (made != QUOTE_MADE) return made;
    if (!money_subtract(o->list_amount, o->credited, &o->amount)) return QUOTE_TOO_MUCH;
    if (!money_is_positive(o->amount)) return QUOTE_NOTHING_DUE;
    if (w->coupon) made = quote_coupon(tx, w, out);
    if (made != QUOTE_MADE) return made;
    if (!money_subtract(o->amount, o->discount, &o->amount)) return QUOTE_TOO_MUCH;
    assert(money_is_positive(o->amount)); /* a coupon leaves something */
    return QUOTE_MADE;
}
