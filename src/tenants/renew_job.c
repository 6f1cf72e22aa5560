/* renew_job.c: the job that takes the price of the next month from the ledger under the key (shop, number, start of
 * the period), so running it twice, or on two machines, charges once.
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
 * A batch is small, so that no transaction is long. One that was full, or that left somebody due, puts the next at
 * once, up to RENEW_ROUNDS of them; what is left then waits for the next minute. Not JOB_AGAIN: going on is no
 * failure.
 *
 * A batch that failed comes again shop by shop, each in a part of the transaction that is undone alone. What fails
 * then waits by itself in renewal_failures and stands before the operator; nobody else waits for it. A shop whose
 * row somebody holds locked is passed over. */
#include "tenants/private.h"

#include "base/clock.h"
#include "base/log.h"
#include "credits/credits.h"

enum { RENEW_BATCH = 50, RENEW_ROUNDS = 200, RENEW_RETRY_MINUTES = 10, RENEW_ALONE_MS = 10000 };
#define RENEW_ALONE "alone" /* a note of the job: each shop by itself */
enum { FAILED_FIRST_MINUTES = 5, FAILED_MAX_HOURS = 6 };

/* Without the shop's lock. A renewal that found no credits held the account's lock, which the grant has now: this comes
 * before it or after it. Whoever stops a subscription sets its status or its date, so that this does not touch it. */
STMT(wake, "UPDATE subscriptions SET due_at_ms = ?2 WHERE account = ?1 AND status = 2 AND due_at_ms > ?2");
/* The longest overdue first; in order of shops, which is the order of locks. */
/* clang-format off */
STMT(due, "SELECT shop, failed FROM (SELECT s.shop, s.due_at_ms, COALESCE(f.tries, 0) AS failed FROM subscriptions s"
          " LEFT JOIN renewal_failures f ON f.shop = s.shop WHERE s.due_at_ms > 0 AND s.due_at_ms <= ?1"
          " AND (f.shop IS NULL OR f.retry_at_ms <= ?1) ORDER BY s.due_at_ms LIMIT ?2) AS overdue ORDER BY shop");
STMT(failed_before, "SELECT tries FROM renewal_failures WHERE shop = ?1");
STMT(put_failed,
     "INSERT INTO renewal_failures (shop, account, tries, first_at_ms, last_at_ms, retry_at_ms, error)"
     " VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6) ON CONFLICT (shop) DO UPDATE SET tries = ?3, last_at_ms = ?4,"
     " retry_at_ms = ?5, error = ?6");
STMT(drop_failed, "DELETE FROM renewal_failures WHERE shop = ?1");
STMT(list_failed, "SELECT shop, account, tries, first_at_ms, last_at_ms, retry_at_ms, error FROM renewal_failures"
                  " WHERE shop > ?1 ORDER BY shop LIMIT ?2");
STMT(account_of, "SELECT account FROM tenants WHERE shop = ?1");

struct renewal {
    struct tx *tx;
    struct tenant t;
    struct subscription s;
    int64_t now;
    const char *error;                       /* why not, for the operator */
    bool still_due;                          /* another month is */
};
/* clang-format on */

static void period_details(struct json *j, const void *arg)
{
    const struct subscription *s = arg;
    json_text(j, "status", subscription_status_name(s->status));
    json_time(j, "expiresAt", s->expires_at_ms);
}

static bool write_renewal(struct renewal *r, struct audit_action action)
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
    s->past_due_at_ms = s->notices = 0;
    s->charges++;
    r->still_due = s->due_at_ms <= r->now;
    struct credit_balance balance;
    return write_renewal(r, AUDIT_chatbot_renewed) && credits_tell(r->tx, r->t.account, &balance);
}

static bool expire(struct renewal *r)
{
    struct subscription *s = &r->s;
    s->status = SUBSCRIPTION_EXPIRED;
    s->due_at_ms = 0;
    return tenants_stands_anew(r->tx, &r->t) &&
           tenants_move(r->tx, &r->t, TENANT_SUSPENDED, "expired", 0, r->now) == ROW_FOUND &&
           write_renewal(r, AUDIT_chatbot_expired);
}

static bool not_paid(struct renewal *r)
{
    struct subscription *s = &r->s;
    bool told = s->status == SUBSCRIPTION_PAST_DUE;
    if (!told) s->past_due_at_ms = r->now, s->notices = 0;
    int64_t grace_end = subscription_grace_end(s, r->now);
    int left = subscription_days_left(s, r->now);
    if (told && r->now >= grace_end) return renewal_letter(r->tx, &r->t, s, 0, r->now) && expire(r);
    int64_t again = r->now + RENEW_RETRY_MINUTES * MINUTE_MS;
    s->due_at_ms = again < grace_end ? again : grace_end;
    if (s->notices < 1 || (s->notices < 2 && left <= RENEWAL_LAST_CALL_DAYS)) {
        s->notices++;
        if (!renewal_letter(r->tx, &r->t, s, left, r->now)) return false;
    }
    if (told) return subscription_save(r->tx, s, r->now);
    s->status = SUBSCRIPTION_PAST_DUE;
    return write_renewal(r, AUDIT_chatbot_past_due);
}

static bool is_due(const struct subscription *s, int64_t now) { return s->due_at_ms > 0 && s->due_at_ms <= now; }

/* One subscription and one month, under its shop's lock: what the batch read may be old. */
static bool renew(struct renewal *r, int64_t shop)
{
    enum row row = tenants_of_shop(r->tx, shop, &r->t);
    if (row != ROW_FOUND) return row == ROW_NONE;
    row = subscriptions_get(r->tx, r->t.id, r->t.subscription, &r->s);
    if (row != ROW_FOUND) return row == ROW_NONE;
    if (!is_due(&r->s, r->now)) return true;
    if (r->s.anchor_day < 1 || r->s.anchor_day > 31 || r->s.expires_at_ms <= r->s.period_start_ms) {
        r->error = "its subscription's dates make no sense";
        return false;
    }
    if (r->t.status != TENANT_ACTIVE) {
        /* Whoever took the tenant out of service should have stopped the renewals; never charge for nothing. */
        LOG(LOG_WARN, "renewal_of_idle_tenant", LOG_NUMBER("shop", shop));
        r->s.due_at_ms = 0;
        return subscription_save(r->tx, &r->s, r->now);
    }
    if (!r->s.renews) return expire(r); /* as the merchant wished */
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

static bool put_renewal(struct tx *tx, int64_t round, const char *note)
{
    return jobs_put(tx, &(struct job_new){ .kind = tenants_renew_job.name, .ref = round, .note = note }, NULL) >= 0;
}

bool tenants_credits_came(struct tx *tx, int64_t account, int64_t now)
{
    struct query q = query(tx, &wake);
    bind_i64(&q, account), bind_i64(&q, now);
    int64_t woken = query_change(&q);
    return woken == 0 || (woken > 0 && put_renewal(tx, 0, NULL));
}

/* ---- what failed ---- */

/* Waits twice as long after each try. Nothing of the shop is locked: that may be just what does not work. */
static bool set_aside(struct tx *tx, int64_t shop, const char *error, int64_t now)
{
    struct query q = query(tx, &failed_before);
    bind_i64(&q, shop);
    enum row row = query_row(&q);
    if (row == ROW_FAULT) return false;
    int64_t tries = row == ROW_FOUND ? col_i64(&q, "tries") + 1 : 1;
    q = query(tx, &account_of);
    bind_i64(&q, shop);
    row = query_row(&q);
    if (row == ROW_FAULT) return false;
    int64_t account = row == ROW_FOUND ? col_i64(&q, "account") : 0;
    int64_t wait = FAILED_FIRST_MINUTES * MINUTE_MS;
    for (int64_t i = 1; i < tries && wait < FAILED_MAX_HOURS * HOUR_MS; i++) wait *= 2;
    LOG(LOG_ERROR, "renewal_failed", LOG_NUMBER("shop", shop), LOG_NUMBER("account", account),
        LOG_NUMBER("tries", tries), LOG_TEXT("error", error));
    q = query(tx, &put_failed);
    bind_i64(&q, shop), bind_i64(&q, account), bind_i64(&q, tries), bind_i64(&q, now), bind_i64(&q, now + wait);
    bind_text(&q, error);
    return query_change(&q) == 1;
}

static bool forget_failure(struct tx *tx, int64_t shop)
{
    struct query q = query(tx, &drop_failed);
    bind_i64(&q, shop);
    return query_put(&q);
}

bool tenants_renewals_failed(struct tx *tx, int64_t after, struct renewal_failure *out, size_t limit, size_t *count)
{
    struct query q = query(tx, &list_failed);
    bind_i64(&q, after), bind_i64(&q, (int64_t)limit);
    enum row row;
    *count = 0;
    while ((row = query_next(&q)) == ROW_FOUND && *count < limit)
        out[(*count)++] = (struct renewal_failure){ .shop = col_i64(&q, "shop"),
                                                    .account = col_i64(&q, "account"),
                                                    .tries = col_i64(&q, "tries"),
                                                    .first_at_ms = col_i64(&q, "first_at_ms"),
                                                    .last_at_ms = col_i64(&q, "last_at_ms"),
                                                    .retry_at_ms = col_i64(&q, "retry_at_ms"),
                                                    .error = col_text(&q, "error") };
    return row != ROW_FAULT;
}

/* ---- the batch ---- */

struct batch {
    struct {
        int64_t shop;
        bool failed;
    } item[RENEW_BATCH];
    size_t count;
    bool still_due;
};

static bool load_batch(struct tx *tx, int64_t now, struct batch *b)
{
    struct query q = query(tx, &due);
    bind_i64(&q, now), bind_i64(&q, RENEW_BATCH);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND && b->count < RENEW_BATCH) {
        b->item[b->count].shop = col_i64(&q, "shop");
        b->item[b->count++].failed = col_i64(&q, "failed") > 0;
    }
    return row != ROW_FAULT;
}

/* ROW_NONE: somebody holds its row. Never waits for a shop, so shops may be taken after accounts here. */
static enum row claim_shop(struct tx *tx, int64_t shop, const char **error)
{
    struct shop s;
    enum row row = shops_try_locked(tx, shop, &s);
    if (row != ROW_NONE) return row;
    row = shops_get(tx, shop, &s);
    if (row == ROW_NONE) *error = "its shop is missing";
    if (row != ROW_FOUND) return ROW_FAULT;
    LOG(LOG_WARN, "renewal_of_locked_shop", LOG_NUMBER("shop", shop));
    return ROW_NONE;
}

/* All shops before any account: see the order of locks in shops.h. */
static bool renew_together(struct tx *tx, struct batch *b, int64_t now)
{
    int64_t free_shop[RENEW_BATCH] = { 0 };
    const char *error;
    for (size_t i = 0; i < b->count; i++) {
        if (b->item[i].failed) continue;
        enum row row = claim_shop(tx, b->item[i].shop, &error);
        if (row == ROW_FAULT) return false;
        if (row == ROW_FOUND) free_shop[i] = b->item[i].shop;
    }
    for (size_t i = 0; i < b->count; i++) {
        struct renewal r = { .tx = tx, .now = now };
        if (!free_shop[i]) continue;
        if (!renew(&r, free_shop[i])) return false;
        b->still_due |= r.still_due;
    }
    return true;
}

static const char *fault_text(const struct renewal *r)
{
    if (r->error) return r->error;
    switch (tx_fault_of(r->tx)) {
    case TX_CONFLICT: return "its rows are in conflict";
    case TX_BROKEN: return "a row of it breaks a rule of the database";
    case TX_UNABLE: return "the database did not answer in time";
    case TX_SOUND:
    case TX_LOST: break;
    }
    return "its rows do not fit together";
}

/* One shop in a part that can be undone alone. False: the transaction is lost. */
static bool renew_alone(struct tx *tx, int64_t shop, bool failed, struct batch *b, int64_t now)
{
    struct renewal r = { .tx = tx, .now = now };
    if (!tx_part_begin(tx, tx_arena(tx))) return false;
    enum row row = claim_shop(tx, shop, &r.error);
    bool good = row == ROW_NONE || (row == ROW_FOUND && renew(&r, shop));
    if (good && failed && row == ROW_FOUND) good = forget_failure(tx, shop);
    /* Puts travel with the end of the part: what is wrong with them is known only then. */
    if (good && tx_part_keep(tx)) {
        b->still_due |= r.still_due;
        return true;
    }
    const char *error = fault_text(&r);
    bool lost = tx_fault_of(tx) == TX_LOST;
    if (lost || !tx_part_undo(tx)) return false;
    return set_aside(tx, shop, error, now);
}

/* Each alone. Not for ever: each may wait for somebody's lock. */
static bool renew_each(struct tx *tx, struct batch *b, int64_t now)
{
    int64_t until = monotonic_ms() + RENEW_ALONE_MS;
    for (size_t i = 0; i < b->count; i++) {
        if (monotonic_ms() > until) {
            b->still_due = true;
            return true;
        }
        if (!renew_alone(tx, b->item[i].shop, b->item[i].failed, b, now)) return false;
    }
    return true;
}

/* job->ref counts the rounds since the cron row. */
static enum job_wish renew_settle(struct job *job, struct tx *tx)
{
    struct batch b = { 0 };
    if (!clock_is_sound()) {
        LOG(LOG_WARN, "renewals_wait_for_the_clock", LOG_NUMBER("job", job->id));
        return JOB_FINISHED;
    }
    if (!load_batch(tx, job->now_ms, &b)) return JOB_FAULT;
    bool some_failed = false;
    for (size_t i = 0; i < b.count; i++) some_failed |= b.item[i].failed;
    bool alone = job->attempt > 1 || text_eq(job->note, RENEW_ALONE); /* attempt: the batch failed as a whole */
    if (!(alone ? renew_each : renew_together)(tx, &b, job->now_ms)) return JOB_FAULT;
    if (some_failed && !alone && !put_renewal(tx, RENEW_ROUNDS, RENEW_ALONE)) return JOB_FAULT;
    bool goes_on = (b.count == RENEW_BATCH || b.still_due) && job->ref + 1 < RENEW_ROUNDS;
    return !goes_on || put_renewal(tx, job->ref + 1, NULL) ? JOB_FINISHED : JOB_FAULT;
}

/* clang-format off */
const struct job_kind tenants_renew_job = {
    .name = "tenants.renew", .doc = "Takes the monthly price of chatbots whose paid month is over.",
    .max_attempts = 5, .backoff_first_ms = SECOND_MS, .backoff_max_ms = MINUTE_MS, .every_ms = MINUTE_MS,
    .pool = JOB_POOL_MONEY, .careful = true, .settle = renew_settle,
};
/* clang-format on */
