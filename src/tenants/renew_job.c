/* renew_job.c: the job that looks at subscriptions which are due. Where credits pay (entitlement.c) it takes the price
 * of the next month from the ledger under the key (shop, number, start of the period), so running it twice, or on two
 * machines, charges once. Where others pay it takes nothing: the end moves as they say, and without more from them the
 * chat goes the way of an unpaid one.
 *
 * One month at a time: a shop that is due for several is worked again in the next round, each month an entry of its
 * own under its own lock. (The chat was reserved while the server was down, and its secrets were kept; a ledger with
 * a hole would be harder to explain than four entries.) While the clock is in doubt nothing is renewed and nothing
 * expires.
 *
 * A merchant without credits is told so, and keeps the chat for 7 days from that notice, however late the notice
 * came (past due, asked again every 10 minutes, and at once when credits come); then the subscription expires and
 * the tenant is suspended.
 *
 * A batch is small, so that no transaction is long; one that was full, or that left somebody due, goes on at once.
 * Each shop is worked on in a part of the transaction that is undone alone (jobs_each): what fails waits by itself and
 * stands before the operator, and nobody else waits for it. A shop whose row somebody holds is passed over: no shop is
 * waited for, so shops may be taken after accounts here; and accounts are taken in the order of their numbers, or two
 * of these transactions would wait for each other. */
#include "tenants/private.h"

#include "base/clock.h"
#include "base/log.h"
#include "credits/credits.h"

enum { RENEW_BATCH = 50, RENEW_RETRY_MINUTES = 10, FAILURES_MAX = 100 };

/* Without the shop's lock. A renewal that found no credits held the account's lock, which the grant has now: this comes
 * before it or after it. Whoever stops a subscription sets its status or its date, so that this does not touch it. */
STMT(wake, "UPDATE subscriptions SET due_at_ms = ?2 WHERE account = ?1 AND status = 2 AND due_at_ms > ?2");
/* Likewise. What was paid by others may have to end, or go on, sooner than its row says. */
STMT(wake_one, "UPDATE subscriptions SET due_at_ms = ?3 WHERE account = ?1 AND shop = ?2 AND due_at_ms > 0"
               " AND due_at_ms > ?3 AND (status = 2 OR source <> 'credits')");
/* The longest overdue, by account. */
STMT(due, "SELECT shop FROM (SELECT shop, account FROM subscriptions WHERE due_at_ms > 0 AND due_at_ms <= ?1"
          " ORDER BY due_at_ms LIMIT ?2) AS overdue ORDER BY account, shop");
STMT(accounts_of, "SELECT shop, account FROM tenants WHERE shop IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))",
     .postgres = "SELECT shop, account FROM tenants WHERE shop = ANY((?1::text[])::bigint[])");

struct renewal {
    struct tx *tx;
    struct tenant t;
    struct subscription s;
    struct entitlement e;
    int64_t now_ms;
    const char *error; /* why not, for the operator */
    bool still_due;    /* another month is */
};

static void period_details(struct json *j, const void *arg)
{
    const struct subscription *s = arg;
    json_text(j, "status", subscription_status_name(s->status));
    json_time(j, "expiresAt", s->expires_at_ms);
    json_text(j, "source", subscription_source_name(s->source));
}

static bool write_renewal(struct renewal *r, struct audit_action action)
{
    if (!subscription_save(r->tx, &r->s, r->now_ms)) return false;
    return tenants_tell(r->tx, NULL, action, &r->t, period_details, &r->s, r->now_ms);
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
                                                  .at_ms = r->now_ms },
                         &entry);
}

static bool next_period(struct renewal *r)
{
    struct subscription *s = &r->s;
    s->period_start_ms = s->expires_at_ms;
    s->expires_at_ms = time_add_months(s->expires_at_ms, 1, s->anchor_day);
    s->due_at_ms = s->expires_at_ms;
    s->status = SUBSCRIPTION_ACTIVE;
    s->past_due_at_ms = s->notices = 0;
    s->charges++;
    r->still_due = s->due_at_ms <= r->now_ms;
    struct credit_balance balance;
    if (!write_renewal(r, AUDIT_chatbot_renewed)) return false;
    return credits_tell(r->tx, r->t.account, &balance);
}

static bool expire(struct renewal *r)
{
    struct subscription *s = &r->s;
    s->status = SUBSCRIPTION_EXPIRED;
    s->due_at_ms = 0;
    if (!tenants_stands_anew(r->tx, &r->t)) return false;
    if (tenants_move(r->tx, &r->t, TENANT_SUSPENDED, "expired", 0, r->now_ms) != ROW_FOUND) return false;
    return write_renewal(r, AUDIT_chatbot_expired);
}

static bool not_paid(struct renewal *r)
{
    struct subscription *s = &r->s;
    bool told = s->status == SUBSCRIPTION_PAST_DUE;
    if (!told) s->past_due_at_ms = r->now_ms, s->notices = 0;
    int64_t grace_end_ms = subscription_grace_end(s, r->now_ms);
    int left = subscription_days_left(s, r->now_ms);
    if (told && r->now_ms >= grace_end_ms) {
        if (!renewal_letter(r->tx, &r->t, s, &r->e, 0, r->now_ms)) return false;
        return expire(r);
    }
    int64_t again = r->now_ms + RENEW_RETRY_MINUTES * MINUTE_MS;
    s->due_at_ms = again < grace_end_ms ? again : grace_end_ms;
    if (s->notices < 1 || (s->notices < 2 && left <= RENEWAL_LAST_CALL_DAYS)) {
        s->notices++;
        if (!renewal_letter(r->tx, &r->t, s, &r->e, left, r->now_ms)) return false;
    }
    if (told) return subscription_save(r->tx, s, r->now_ms);
    s->status = SUBSCRIPTION_PAST_DUE;
    return write_renewal(r, AUDIT_chatbot_past_due);
}

/* Others gave more, or it was only looked at before its end. */
static bool go_on(struct renewal *r)
{
    struct subscription *s = &r->s;
    bool same = s->expires_at_ms == r->e.end_ms && s->status == SUBSCRIPTION_ACTIVE;
    s->expires_at_ms = s->due_at_ms = r->e.end_ms;
    s->status = SUBSCRIPTION_ACTIVE;
    s->past_due_at_ms = s->notices = 0;
    return same ? subscription_save(r->tx, s, r->now_ms) : write_renewal(r, AUDIT_chatbot_renewed);
}

/* The time that is over was paid by somebody else than what comes now. */
static bool take_over(struct renewal *r)
{
    struct subscription old = r->s;
    old.status = SUBSCRIPTION_EXPIRED;
    old.due_at_ms = 0;
    r->s = subscription_first(&r->t, &r->e.next, r->now_ms);
    r->s.tenant = r->t.id;
    if (!subscription_save(r->tx, &old, r->now_ms)) return false;
    if (!tenants_keep(r->tx, &r->t, r->now_ms)) return false;
    if (!subscription_insert(r->tx, &r->s, r->now_ms)) return false;
    return tenants_tell(r->tx, NULL, AUDIT_chatbot_renewed, &r->t, period_details, &r->s, r->now_ms);
}

/* What was given was taken back before its end. */
static void end_early(struct renewal *r)
{
    struct subscription *s = &r->s;
    if (r->e.end_ms >= s->expires_at_ms) return;
    s->expires_at_ms = r->e.end_ms > s->period_start_ms ? r->e.end_ms : s->period_start_ms + 1;
}

static bool is_due(const struct subscription *s, int64_t now_ms) { return s->due_at_ms > 0 && s->due_at_ms <= now_ms; }

static bool charge(struct renewal *r)
{
    switch (charge_period(r)) {
    case DEBIT_DONE:
    case DEBIT_REPLAYED: return next_period(r);
    case DEBIT_INSUFFICIENT: return not_paid(r);
    case DEBIT_TOO_MANY:
    case DEBIT_KEY_REUSED: r->error = "the key of this period has paid for something else"; return false;
    case DEBIT_FAULT: break;
    }
    return false;
}

/* One subscription and one month, under its shop's lock: what the batch read may be old. */
static bool renew(struct renewal *r, int64_t shop)
{
    enum row row = tenants_of_shop(r->tx, shop, &r->t);
    if (row != ROW_FOUND) return row == ROW_NONE;
    row = subscriptions_get(r->tx, r->t.id, r->t.subscription, &r->s);
    if (row != ROW_FOUND) return row == ROW_NONE;
    if (!is_due(&r->s, r->now_ms)) return true;
    if (r->s.anchor_day < 1 || r->s.anchor_day > 31 || r->s.expires_at_ms <= r->s.period_start_ms) {
        r->error = "its subscription's dates make no sense";
        return false;
    }
    if (r->t.status != TENANT_ACTIVE) {
        /* Whoever took the tenant out of service should have stopped the renewals; never charge for nothing. */
        LOG(LOG_WARN, "renewal_of_idle_tenant", LOG_NUMBER("shop", shop));
        r->s.due_at_ms = 0;
        return subscription_save(r->tx, &r->s, r->now_ms);
    }
    if (!entitlement_of(r->tx, r->t.account, shop, &r->s, r->now_ms, &r->e)) return false;
    if (r->e.end_ms > r->now_ms) return go_on(r);
    if (r->e.next.until_ms > 0) return take_over(r);
    end_early(r);
    if (!r->s.renews) return expire(r); /* as the merchant wished */
    return r->e.by_credits ? charge(r) : not_paid(r);
}

bool tenants_credits_came(struct tx *tx, int64_t account, int64_t now_ms)
{
    struct query q = query(tx, &wake);
    bind_i64(&q, account), bind_i64(&q, now_ms);
    int64_t woken = query_change(&q);
    if (woken <= 0) return woken == 0;
    return jobs_put(tx, &(struct job_new){ .kind = tenants_renew_job.name }, NULL) >= 0;
}

bool tenants_entitlement_changed(struct tx *tx, int64_t account, int64_t shop, int64_t now_ms)
{
    struct query q = query(tx, &wake_one);
    bind_i64(&q, account), bind_i64(&q, shop), bind_i64(&q, now_ms);
    int64_t woken = query_change(&q);
    if (woken <= 0) return woken == 0;
    return jobs_put(tx, &(struct job_new){ .kind = tenants_renew_job.name }, NULL) >= 0;
}

/* ---- the batch ---- */

static int64_t read_due(struct job *job, struct tx *tx, int64_t *out, size_t max)
{
    struct query q = query(tx, &due);
    bind_i64(&q, job->now_ms), bind_i64(&q, (int64_t)max);
    int64_t count = 0;
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) out[count++] = col_i64(&q, "shop");
    return row == ROW_FAULT ? -1 : count;
}

static enum job_wish renew_one(struct job *job, struct tx *tx, int64_t shop)
{
    struct renewal r = { .tx = tx, .now_ms = job->now_ms };
    struct shop s;
    enum row row = shops_try_locked(tx, shop, &s);
    if (row == ROW_NONE) {
        row = shops_get(tx, shop, &s);
        if (row == ROW_FOUND) {
            LOG(LOG_WARN, "renewal_of_locked_shop", LOG_NUMBER("shop", shop));
            return JOB_AGAIN;
        }
        if (row == ROW_NONE) job_item_error(job, "its shop is missing");
        return JOB_FAULT;
    }
    if (row == ROW_FAULT) return JOB_FAULT;
    if (!renew(&r, shop)) {
        if (r.error) job_item_error(job, r.error);
        return JOB_FAULT;
    }
    return r.still_due ? JOB_NEXT : JOB_FINISHED;
}

static enum job_wish renew_settle(struct job *job, struct tx *tx)
{
    if (!clock_is_sound()) {
        LOG(LOG_WARN, "renewals_wait_for_the_clock", LOG_NUMBER("job", job->id));
        return JOB_FINISHED;
    }
    return jobs_each(job, tx, &(struct job_list){ .read = read_due, .one = renew_one, .max = RENEW_BATCH });
}

/* clang-format off */
const struct job_kind tenants_renew_job = {
    .name = "tenants.renew", .doc = "Takes the monthly price of chatbots whose paid month is over.",
    .max_attempts = 5, .backoff_first_ms = SECOND_MS, .backoff_max_ms = MINUTE_MS, .every_ms = MINUTE_MS,
    .pool = JOB_POOL_MONEY, .careful = true, .settle = renew_settle,
};
/* clang-format on */

/* ---- what failed ---- */

static bool find_accounts(struct tx *tx, struct tenants_renewal_failure *f, size_t count)
{
    int64_t *shops = ARENA_ARRAY(tx_arena(tx), int64_t, count);
    for (size_t i = 0; i < count; i++) shops[i] = f[i].shop;
    struct query q = query(tx, &accounts_of);
    bind_i64_list(&q, shops, count);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND)
        for (size_t i = 0; i < count; i++)
            if (f[i].shop == col_i64(&q, "shop")) f[i].account = col_i64(&q, "account");
    return row != ROW_FAULT;
}

bool tenants_renewals_failed(struct tx *tx, int64_t after, struct tenants_renewal_failure *out, size_t limit,
                             size_t *count)
{
    struct job_skip skip[FAILURES_MAX];
    size_t found;
    *count = 0;
    if (limit > FAILURES_MAX) limit = FAILURES_MAX;
    if (jobs_skips(tx, tenants_renew_job.name, after, skip, limit, &found) == ROW_FAULT) return false;
    for (size_t i = 0; i < found && text_eq(skip[i].kind, tenants_renew_job.name); i++)
        out[(*count)++] = (struct tenants_renewal_failure){ .shop = skip[i].item,
                                                            .tries = skip[i].tries,
                                                            .first_at_ms = skip[i].first_at_ms,
                                                            .last_at_ms = skip[i].last_at_ms,
                                                            .retry_at_ms = skip[i].retry_at_ms,
                                                            .error = skip[i].error };
    return *count == 0 || find_accounts(tx, out, *count);
}

bool tenants_renewals_failing(struct tx *tx, int64_t *out) { return jobs_skips_count(tx, tenants_renew_job.name, out); }
