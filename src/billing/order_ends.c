/* order_ends.c: an order ends without money. It is closed at the providers first (billing.close), and here when nothing
 * of it can be paid any more; where nothing was begun, at once. */
#include "audit/audit.h"
#include "base/clock.h"
#include "billing/private.h"

static void closed_details(struct json *j, const void *arg)
{
    const struct order *o = arg;
    char text[MONEY_TEXT_SIZE];
    money_text(o->amount, text);
    json_text(j, "order", o->number);
    json_text(j, "amount", text);
    json_text(j, "currency", currency_code(money_currency(o->amount)));
}

static bool close_payments(struct tx *tx, const struct order *o, const struct move *m)
{
    struct payment *all = ARENA_ARRAY(tx_arena(tx), struct payment, PAYMENTS_OF_ORDER_MAX);
    size_t count;
    if (!payments_of(tx, o->id, all, &count)) return false;
    for (size_t i = 0; i < count; i++) {
        bool waits = all[i].state == PAYMENT_OPEN || all[i].state == PAYMENT_PROCESSING;
        if (waits && !payment_move(tx, &all[i], PAYMENT_CLOSED, m)) return false;
    }
    return true;
}

bool order_close_here(struct tx *tx, struct order *o, const char *why, int64_t actor, int64_t now_ms)
{
    const struct move m = { .why = why, .actor = actor, .at_ms = now_ms };
    const struct audit_entry e = { .action = AUDIT_order_closed,
                                   .account = o->account,
                                   .actor = actor,
                                   .resource = "order",
                                   .resource_id = o->id,
                                   .details = closed_details,
                                   .arg = o,
                                   .at_ms = now_ms };
    bool waits = o->state == ORDER_OPEN || o->state == ORDER_PROCESSING;
    if (!waits) return close_payments(tx, o, &m); /* it was delivered: the other ways of paying it */
    if (!close_payments(tx, o, &m)) return false;
    o->ended_at_ms = now_ms, o->closing = false, o->looks = 0;
    o->look_at_ms = now_ms + DAY_MS; /* for money that comes in silence */
    if (!order_move(tx, o, ORDER_CLOSED, &m) || !audit_put(tx, &e)) return false;
    return order_tell(tx, o);
}

/* Not one job for all time: the end of a job holds its row and waits for the order, and who wishes for another one
 * holds the order, and would wait for that row. Those of one second are one. */
int64_t order_close_put(struct tx *tx, const struct order *o)
{
    long long second = (long long)(now_ms() / SECOND_MS);
    const struct job_new job = { .kind = "billing.close",
                                 .key = arena_printf(tx_arena(tx), "order:%lld:%lld", (long long)o->id, second),
                                 .coalesce = true,
                                 .account = o->account,
                                 .ref = o->id };
    return jobs_put(tx, &job, NULL);
}
