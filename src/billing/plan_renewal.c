/* plan_renewal.c: a plan that goes on from credits, at the price of today (plan_prices.c), as it is or as its owner
 * wishes it from the next period on.
 *
 * The ledger's key is the end that is renewed, so running twice, or on two machines, charges once. */
#include "billing/plans.h"

#include "base/log.h"

enum { KEYS_MAX = 1000 }; /* of one end */

/* Whoever renews has found no credits while it held the account's row, which the grant has now. */
STMT(wake, "UPDATE shop_plans SET due_at_ms = ?2 WHERE account = ?1 AND renews = 1 AND due_at_ms > ?2"
           " AND until_ms <= ?3");

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

/* An end that was renewed, and is one again because an operator has set it so, is renewed by another key. Under the
 * shop's lock, and in the transaction that takes the credits: whoever has the key has paid for it. NULL: a fault. */
static const char *new_key(struct tx *tx, const struct shop_plan *p)
{
    const char *first = arena_printf(tx_arena(tx), "plan:%lld:%lld", (long long)p->shop, (long long)p->until_ms);
    const char *key = first;
    struct plan_period had;
    enum row row = plan_period_by_key(tx, key, &had);
    for (int n = 2; row == ROW_FOUND && n <= KEYS_MAX; n++) {
        key = arena_printf(tx_arena(tx), "%s:%d", first, n);
        row = plan_period_by_key(tx, key, &had);
    }
    return row == ROW_NONE ? key : NULL;
}

enum plan_renewed plan_renew(struct tx *tx, const struct plan_prices *prices, const struct shop *s,
                             const struct shop_plan *p, int64_t now_ms)
{
    struct plan_renewal r;
    struct shop_plan after;
    struct credit_balance balance;
    if (!plan_renewal_of(prices, p, &r)) return PLAN_RENEW_NOT;
    const char *key = new_key(tx, p);
    if (!key) return PLAN_RENEW_FAULT;
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
                                 .seats = r.seats,
                                 .days = r.offer->days,
                                 .key = key,
                                 .paid = r.price,
                                 .source = SOURCE_ORDER,
                                 .behind = plan_wishes(p),
                                 .now_ms = now_ms };
    if (!plan_give(tx, &g, &after) || !credits_tell(tx, p->account, &balance)) return PLAN_RENEW_FAULT;
    if (!plan_renewed_letter(tx, s, &after, r.credits, balance.available)) return PLAN_RENEW_FAULT;
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
