/* on_sale.c: what is sold now, as the landing page shows it. */
#include "billing/plans.h"
#include "site/site.h"

int64_t billing_trial_days(void) { return PLAN_TRIAL_DAYS; }

bool billing_on_sale(struct tx *tx, struct site_offer *out, size_t max, size_t *count)
{
    struct offer *all = ARENA_ARRAY(tx_arena(tx), struct offer, max);
    if (!offers_list(tx, all, max, count)) return false;
    for (size_t i = 0; i < *count; i++) {
        const struct offer *o = &all[i];
        out[i] = (struct site_offer){ .code = o->code,
                                      .name_en = o->name_en,
                                      .name_zh = o->name_zh,
                                      .plan = o->kind == OFFER_PLAN,
                                      .price = o->price,
                                      .seat_price = o->seat_price,
                                      .more_seats = money_is_positive(o->seat_price),
                                      .days = o->days,
                                      .seats = o->seats,
                                      .websites = o->websites,
                                      .credits = o->credits,
                                      .trial = o->kind == OFFER_PLAN && text_eq(o->code, PLAN_OF_TRIAL) &&
                                               money_currency(o->price) == CURRENCY_CNY };
    }
    return true;
}

bool billing_credit_price(struct tx *tx, int64_t *fen)
{
    struct offer *all = ARENA_ARRAY(tx_arena(tx), struct offer, OFFERS_MAX);
    int64_t least = 0;
    size_t count;
    if (!offers_list(tx, all, OFFERS_MAX, &count)) return false;
    for (size_t i = 0; i < count; i++) {
        const struct offer *o = &all[i];
        if (o->kind != OFFER_CREDITS || money_currency(o->price) != CURRENCY_CNY || o->credits <= 0) continue;
        if (least > 0 && o->credits >= least) continue;
        least = o->credits;
        *fen = (money_minor(o->price) * 1000 + o->credits / 2) / o->credits;
    }
    return true;
}
