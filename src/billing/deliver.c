/* deliver.c: what was bought reaches the buyer, in the transaction in which its payment is found to be paid. Credits
 * here; a plan in plans.c. */
#include "billing/private.h"

#include "credits/credits.h"

static enum deliver deliver_credits(struct tx *tx, const struct order *o, const struct offer *offer, int64_t now_ms,
                                    const char **why)
{
    struct credit_entry entry;
    struct credit_balance balance;
    assert(offer->credits > 0 && o->quantity > 0 && o->quantity <= PACKS_MAX);
    if (offer->credits > CREDITS_LIMIT / PACKS_MAX) return DELIVER_FAULT;
    const struct credit_change c = { .account = o->account,
                                     .amount = credits_of(offer->credits * o->quantity),
                                     .reason = REASON_topup,
                                     .note = offer->name_en,
                                     .key = order_credit_key(tx_arena(tx), o),
                                     .actor = o->person,
                                     .at_ms = now_ms };
    switch (credits_grant(tx, &c, &entry)) {
    case DEBIT_TOO_MANY: *why = "the balance would pass what an account may hold"; return DELIVER_CANNOT;
    case DEBIT_FAULT:
    case DEBIT_KEY_REUSED:
    case DEBIT_INSUFFICIENT: return DELIVER_FAULT;
    case DEBIT_DONE:
    case DEBIT_REPLAYED: break;
    }
    return credits_tell(tx, o->account, &balance) ? DELIVER_DONE : DELIVER_FAULT;
}

enum deliver billing_deliver(struct tx *tx, struct order *o, const struct offer *offer, int64_t now_ms,
                             const char **why)
{
    assert(o->offer == offer->id && o->kind == offer->kind);
    return o->kind == OFFER_CREDITS ? deliver_credits(tx, o, offer, now_ms, why)
                                    : plan_deliver(tx, o, offer, now_ms, why);
}
