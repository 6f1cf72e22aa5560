/* renew_job.c: the job that takes the price of the next month from the ledger under the key (shop, number, start of the
 * period), so running it twice, or on two machines, charges once. A merchant without credits keeps the chat for 7 days
 * more (past due, asked again every 10 minutes, and at once when credits come); then the subscription expires and the
 * tenant is suspended.
 *
 * A batch is small, so that no transaction is long. One that was full puts the next at once, up to RENEW_ROUNDS of
 * them; what is left then waits for the next minute. Without that, many past due would keep others from being renewed.
 * Not JOB_AGAIN: going on is no failure, and must not use up the attempts.
 *
 * When the server was down over several months each of them is charged, one entry each: the chat was reserved and its
 * secrets were kept, and a ledger with a hole would be harder to explain than four entries. */
#include "tenants/private.h"

#include "base/clock.h"
#include "base/log.h"
#include "credits/credits.h"

enum { RENEW_BATCH = 50, RENEW_ROUNDS = 200, RENEW_PERIODS_MAX = 12, RENEW_RETRY_MINUTES = 10 };

/* Without the shop's lock. A renewal that found no credits held the account's lock, which the grant has now: this comes
 * before it or after it. Whoever stops a subscription sets its status or its date, so that this does not touch it. */
STMT(wake, "UPDATE subscriptions SET due_at_ms = ?2 WHERE account = ?1 AND status = 2 AND due_at_ms > ?2");
/* The longest overdue first; in order of shops, which is the order of locks. */
STMT(due, "SELECT shop FROM (SELECT shop FROM subscriptions WHERE due_at_ms > 0 AND due_at_ms <= ?1"
          " ORDER BY due_at_ms LIMIT ?2)"
          " AS overdue ORDER BY shop");

struct renewal { struct tx *tx; struct tenant t; struct subscription s; int64_t now; };

static void period_details(struct json *j, const void *arg)
{
    const struct subscription *s = arg;
    json_text(j, "status", subscription_status_name(s->status));
    json_time(j, "expiresAt", s->expires_at_ms);
}

static bool write_renewal(struct renewal *r, enum audit_action action)
{
    return subscription_save(r->tx, &r->s, r->now) &&
           tenants_tell(r->tx, NULL, action, &r->t, period_details, &r->s, r->now);
}

static enum debit charge_period(struct renewal *r)
{
    if (!credits_is_positive(tenants_settings.renewal_price)) return DEBIT_DONE;
    const char *key = arena_printf(tx_arena(r->tx), "renewal:shop-%lld:%lld:%lld", (long long)r->t.shop,
                                   (long long)r->s.number, (long long)r->s.expires_at_ms);
    struct credit_entry entry;
    return credits_debit(r->tx,
                         &(struct credit_change){ .account = r->t.account,
                                                  .shop = r->t.shop,
                                                  .amount = tenants_settings.renewal_price,
                                                  .reason = REASON_chatbot_renewal,
                                                  .key = key,
                                                  .at_ms = r->now },
                         &entry);
}

static bool next_period(struct renewal *r)
{
    struct subscription *s = &r->s;
    s->period_start_ms = s->expires_at_ms;
    s->expires_at_ms = time_add_months(s->expires_at_ms, 1, s->anchor_day);
    s->due_at_ms = s->expires_at_ms;
    s->status = SUBSCRIPTION_ACTIVE;
    s->charges++;
    struct credit_balance balance;
    return write_renewal(r, AUDIT_chatbot_renewed) && credits_changed(r->tx, r->t.account, &balance);
}

static bool not_paid(struct renewal *r)
{
    struct subscription *s = &r->s;
    int64_t grace_end = s->expires_at_ms + GRACE_DAYS * DAY_MS;
    if (r->now >= grace_end) {
        s->status = SUBSCRIPTION_EXPIRED;
        s->due_at_ms = 0;
        return tenants_move(r->tx, &r->t, TENANT_SUSPENDED, "expired", 0, r->now) == ROW_FOUND &&
               write_renewal(r, AUDIT_chatbot_expired);
    }
    int64_t again = r->now + RENEW_RETRY_MINUTES * MINUTE_MS;
    s->due_at_ms = again < grace_end ? again : grace_end;
    if (s->status == SUBSCRIPTION_PAST_DUE) return subscription_save(r->tx, s, r->now);
    s->status = SUBSCRIPTION_PAST_DUE;
    return write_renewal(r, AUDIT_chatbot_past_due);
}

static bool is_due(const struct subscription *s, int64_t now) { return s->due_at_ms > 0 && s->due_at_ms <= now; }

/* One subscription, under its shop's lock: what the batch read may be old. */
static bool renew(struct tx *tx, int64_t shop, int64_t now)
{
    struct renewal r = { .tx = tx, .now = now };
    enum row row = tenants_of_shop(tx, shop, &r.t);
    if (row != ROW_FOUND) return row == ROW_NONE;
    row = subscriptions_get(tx, r.t.id, r.t.subscription, &r.s);
    if (row != ROW_FOUND) return row == ROW_NONE;
    for (int i = 0; i < RENEW_PERIODS_MAX && is_due(&r.s, now); i++) {
        if (r.t.status != TENANT_ACTIVE) {
            /* Whoever took the tenant out of service should have stopped the renewals; never charge for nothing. */
            LOG(LOG_WARN, "renewal_of_idle_tenant", LOG_NUMBER("shop", shop));
            r.s.due_at_ms = 0;
            return subscription_save(tx, &r.s, now);
        }
        switch (charge_period(&r)) {
        case DEBIT_DONE:
        case DEBIT_REPLAYED:
            if (!next_period(&r)) return false;
            break;
        case DEBIT_INSUFFICIENT:
            if (!not_paid(&r)) return false;
            break;
        case DEBIT_KEY_REUSED:
            LOG(LOG_ERROR, "renewal_key_reused", LOG_NUMBER("shop", shop));
            return false;
        case DEBIT_FAULT: return false;
        }
    }
    return true;
}

static bool put_renewal(struct tx *tx, int64_t round)
{
    return jobs_put(tx, &(struct job_new){ .kind = tenants_renew_job.name, .ref = round }, NULL) >= 0;
}

bool tenants_credits_came(struct tx *tx, int64_t account, int64_t now)
{
    struct query q = query(tx, &wake);
    bind_i64(&q, account), bind_i64(&q, now);
    int64_t woken = query_change(&q);
    return woken == 0 || (woken > 0 && put_renewal(tx, 0));
}

/* job->ref counts the rounds since the cron row. */
static enum job_wish renew_settle(struct job *job, struct tx *tx)
{
    int64_t shops[RENEW_BATCH];
    size_t count = 0;
    struct query q = query(tx, &due);
    bind_i64(&q, job->now_ms), bind_i64(&q, RENEW_BATCH);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND && count < RENEW_BATCH) shops[count++] = col_i64(&q, "shop");
    if (row == ROW_FAULT) return JOB_FAULT;
    /* All shops before any account: see the order of locks in shops.h. */
    for (size_t i = 0; i < count; i++) {
        struct shop s;
        if (shops_locked(tx, shops[i], &s) != ROW_FOUND) return JOB_FAULT;
    }
    for (size_t i = 0; i < count; i++)
        if (!renew(tx, shops[i], job->now_ms)) return JOB_FAULT;
    bool goes_on = count == RENEW_BATCH && job->ref + 1 < RENEW_ROUNDS;
    return !goes_on || put_renewal(tx, job->ref + 1) ? JOB_FINISHED : JOB_FAULT;
}

const struct job_kind tenants_renew_job = {
    .name = "tenants.renew", .doc = "Takes the monthly price of chatbots whose paid month is over.",
    .max_attempts = 5, .backoff_first_ms = SECOND_MS, .backoff_max_ms = MINUTE_MS, .every_ms = MINUTE_MS,
    .settle = renew_settle,
};
