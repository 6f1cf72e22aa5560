/* plan_prices.c: what going on with a plan costs today: the price of the version that is sold, in credits at the rate
 * at which credits are sold: of the smallest pack, so that nobody's credits are worth less than what he paid. */
#include "billing/plans.h"

bool plan_prices_read(struct tx *tx, struct plan_prices *out)
{
    return offers_list(tx, out->offer, OFFERS_MAX, &out->count);
}

static bool in_credits(const struct plan_prices *prices, struct money price, struct credits *out)
{
    const struct offer *pack = NULL;
    struct money scaled;
    for (size_t i = 0; i < prices->count; i++) {
        const struct offer *o = &prices->offer[i];
        if (o->kind != OFFER_CREDITS || money_currency(o->price) != money_currency(price) || o->credits <= 0) continue;
        if (!pack || o->credits < pack->credits) pack = o;
    }
    if (!pack || !money_times(price, pack->credits, &scaled)) return false;
    int64_t unit = money_minor(pack->price), count = (money_minor(scaled) + unit - 1) / unit;
    *out = credits_of(count);
    return count > 0;
}

bool plan_price_today(const struct plan_prices *prices, const struct shop_plan *p, struct plan_renewal *out)
{
    for (size_t i = 0; i < prices->count; i++) {
        const struct offer *o = &prices->offer[i];
        if (o->kind != OFFER_PLAN || !text_eq(o->code, p->code) || money_currency(o->price) != p->currency) continue;
        out->offer = o;
        out->seats = p->seats < o->seats ? o->seats : p->seats;
        return plan_price(o, out->seats, &out->price);
    }
    return false;
}

bool plan_renewal_of(const struct plan_prices *prices, const struct shop_plan *p, struct plan_renewal *out)
{
    struct shop_plan next = *p;
    if (plan_wishes(p)) next.code = p->next_code, next.seats = p->next_seats;
    return plan_price_today(prices, &next, out) && in_credits(prices, out->price, &out->credits);
}
