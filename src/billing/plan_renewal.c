/* plan_renewal.c: a plan that goes on from credits. Its price is that of the version that is sold today, in credits at
 * the rate at which credits are sold: of the smallest pack, so that nobody's credits are worth less than what he paid.
 *
 * The ledger's key is the end that is renewed, so running twice, or on two machines, charges once. */
#include "billing/plans.h"

#include "base/log.h"

/* Whoever renews has found no credits while it held the account's row, which the grant has now. */
STMT(wake, "UPDATE shop_plans SET due_at_ms = ?2 WHERE account = ?1 AND renews = 1 AND due_at_ms > ?2"
           " AND until_ms <= ?3");

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

bool plan_renewal_of(const struct plan_prices *prices, const struct shop_plan *p, struct plan_renewal *out)
{
    for (size_t i = 0; i < prices->count; i++) {
        const struct offer *o = &prices->offer[i];
        if (o->kind != OFFER_PLAN || !text_eq(o->code, p->code) || money_currency(o->price) != p->currency) continue;
        out->offer = o;
        int64_t seats = p->seats < o->seats ? o->seats : p->seats; /* it has more within its price than it had */
        return plan_price(o, seats, &out->price) && in_credits(prices, out->price, &out->credits);
    }
    return false;
}

static enum debit take(struct tx *tx, const struct shop_plan *p, struct credits price, const char *key, int64_t now_ms)
{
    struct credit_entry entry;
    return credits_debit(tx,
                         &(struct credit_change){ .account = p->account,
                                                  .shop = p->shop,
                                                  .amount = price,
                                                  .reason = REASON_plan_renewal,
                                                  .key = key,
                                                  .at_ms = now_ms },
                         &entry);
}

enum plan_renewed plan_renew(struct tx *tx, const struct shop *s, const struct shop_plan *p, int64_t now_ms)
{
    struct plan_prices *prices = ARENA_NEW(tx_arena(tx), struct plan_prices);
    struct plan_renewal r;
    struct shop_plan after;
    struct credit_balance balance;
    if (!plan_prices_read(tx, prices)) return PLAN_RENEW_FAULT;
    if (!plan_renewal_of(prices, p, &r)) return PLAN_RENEW_NOT;
    const char *key = arena_printf(tx_arena(tx), "plan:%lld:%lld", (long long)p->shop, (long long)p->until_ms);
    switch (take(tx, p, r.credits, key, now_ms)) {
    case DEBIT_INSUFFICIENT: return PLAN_RENEW_UNPAID;
    case DEBIT_FAULT:
    case DEBIT_TOO_MANY:
    case DEBIT_KEY_REUSED: return PLAN_RENEW_FAULT;
    case DEBIT_DONE:
    case DEBIT_REPLAYED: break;
    }
    const struct plan_gift g = { .shop = s,
                                 .offer = r.offer,
                                 .seats = p->seats,
                                 .days = r.offer->days,
                                 .key = key,
                                 .paid = r.price,
                                 .source = SOURCE_ORDER,
                                 .now_ms = now_ms };
    if (!plan_give(tx, &g, &after) || !credits_tell(tx, p->account, &balance)) return PLAN_RENEW_FAULT;
    LOG(LOG_INFO, "plan_renewed", LOG_NUMBER("shop", p->shop));
    return PLAN_RENEWED;
}

bool billing_credits_came(struct tx *tx, int64_t account, int64_t now_ms)
{
    struct query q = query(tx, &wake);
    bind_i64(&q, account), bind_i64(&q, now_ms), bind_i64(&q, now_ms + PLAN_RENEWS_BEFORE_MS);
    int64_t woken = query_change(&q);
    if (woken <= 0) return woken == 0;
    return jobs_put(tx, &(struct job_new){ .kind = billing_plans_job.name }, NULL) >= 0;
}
