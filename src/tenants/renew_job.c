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
 * What it needs is read by a few queries, however many there are in it (shops and accounts are locked by theirs); what
 * a renewal that is paid writes needs no answers, so on PostgreSQL it waits for nothing of its own: decision 121. A
 * shop whose renewal fails is undone alone (jobs_each): it waits by itself and stands before the operator, and nobody
 * else waits for it. A shop whose row somebody holds is passed over: no shop is waited for, so shops may be taken after
 * accounts here; and accounts are taken in the order of their numbers, or two of these transactions would wait for each
 * other. */
#include "tenants/private.h"

#include "base/clock.h"
#include "base/log.h"
#include "credits/credits.h"

enum { RENEW_BATCH = ENTITLEMENTS_MAX, RENEW_RETRY_MINUTES = 10, FAILURES_MAX = 100 };

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
    int64_t now_ms;
    bool is_held;          /* its shop's lock is ours */
    struct tenant t;       /* id 0: none */
    struct subscription s; /* number 0: none */
    struct entitlement e;
    struct credits_locked *books; /* NULL: its account is locked when it is charged */
    const char *error;            /* why not, for the operator */
    bool still_due;               /* another month is */
};
static_assert((int)RENEW_BATCH <= (int)SHOPS_AT_ONCE_MAX && (int)RENEW_BATCH <= (int)CREDITS_PAGE_MAX &&
                  (int)RENEW_BATCH <= (int)JOB_LIST_MAX,
              "a batch is one list of each");
/* A batch under its locks: what .load leaves for .one. */
struct batch {
    size_t count;
    int64_t shop[RENEW_BATCH];
    struct renewal renewal[RENEW_BATCH];
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
    if (!subscription_put(r->tx, &r->s, r->now_ms)) return false;
    return tenants_tell(r->tx, NULL, action, &r->t, period_details, &r->s, r->now_ms);
}

static enum debit charge_period(struct renewal *r, struct credit_balance *left)
{
    if (!credits_is_positive(tenants_settings.renewal_price))
        return credits_balance(r->tx, r->t.account, left) == ROW_FOUND ? DEBIT_DONE : DEBIT_FAULT;
    const char *key = arena_printf(tx_arena(r->tx), "renewal:shop-%lld:%lld:%lld", (long long)r->t.shop,
                                   (long long)r->s.number, (long long)r->s.expires_at_ms);
    const struct credit_change change = { .account = r->t.account,
                                          .shop = r->t.shop,
                                          .amount = tenants_settings.renewal_price,
                                          .reason = REASON_chatbot_renewal,
                                          .key = key,
                                          .at_ms = r->now_ms };
    if (r->books) {
        enum debit d = credits_debit_locked(r->books, &change, left);
        if (d != DEBIT_INSUFFICIENT) return d;
    }
    /* By its key: this month may have been taken already, and its credits be spent. */
    struct credit_entry entry;
    enum debit d = credits_debit(r->tx, &change, &entry);
    if (d != DEBIT_DONE && d != DEBIT_REPLAYED) return d;
    return credits_balance(r->tx, r->t.account, left) == ROW_FOUND ? d : DEBIT_FAULT;
}

static bool next_period(struct renewal *r, const struct credit_balance *left)
{
    struct subscription *s = &r->s;
    s->period_start_ms = s->expires_at_ms;
    s->expires_at_ms = time_add_months(s->expires_at_ms, 1, s->anchor_day);
    s->due_at_ms = s->expires_at_ms;
    s->status = SUBSCRIPTION_ACTIVE;
    s->past_due_at_ms = s->notices = 0;
    s->charges++;
    r->still_due = s->due_at_ms <= r->now_ms;
    if (!write_renewal(r, AUDIT_chatbot_renewed)) return false;
    return credits_tell_left(r->tx, r->t.account, left);
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
    if (told) return subscription_put(r->tx, s, r->now_ms);
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
    return same ? subscription_put(r->tx, s, r->now_ms) : write_renewal(r, AUDIT_chatbot_renewed);
}

/* The time that is over was paid by somebody else than what comes now. */
static bool take_over(struct renewal *r)
{
    struct subscription old = r->s;
    old.status = SUBSCRIPTION_EXPIRED;
    old.due_at_ms = 0;
    r->s = subscription_first(&r->t, &r->e.next, r->now_ms);
    r->s.tenant = r->t.id;
    if (!subscription_put(r->tx, &old, r->now_ms)) return false;
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
    struct credit_balance left;
    switch (charge_period(r, &left)) {
    case DEBIT_DONE:
    case DEBIT_REPLAYED: return next_period(r, &left);
    case DEBIT_INSUFFICIENT: return not_paid(r);
    case DEBIT_TOO_MANY:
    case DEBIT_KEY_REUSED: r->error = "the key of this period has paid for something else"; return false;
    case DEBIT_FAULT: break;
    }
    return false;
}

static bool makes_sense(const struct subscription *s)
{
    return s->anchor_day >= 1 && s->anchor_day <= 31 && s->expires_at_ms > s->period_start_ms;
}

/* One subscription and one month, under its shop's lock: what was read of it then is as it is. */
static bool renew(struct renewal *r)
{
    if (!r->t.id || !r->s.number || r->s.shop != r->t.shop) {
        r->error = "its chat or its subscription is missing";
        return false;
    }
    if (!makes_sense(&r->s)) {
        r->error = "its subscription's dates make no sense";
        return false;
    }
    if (r->t.status != TENANT_ACTIVE) {
        /* Whoever took the tenant out of service should have stopped the renewals; never charge for nothing. */
        LOG(LOG_WARN, "renewal_of_idle_tenant", LOG_NUMBER("shop", r->t.shop));
        r->s.due_at_ms = 0;
        return subscription_put(r->tx, &r->s, r->now_ms);
    }
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

static struct renewal *renewal_of(struct batch *b, int64_t shop)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->shop[i] == shop) return &b->renewal[i];
    return NULL;
}

/* Shops first: what is read of them afterwards is as they are under their locks. */
static bool hold_shops(struct batch *b, struct tx *tx)
{
    int64_t got[RENEW_BATCH], n = shops_try_lock_each(tx, b->shop, b->count, got);
    for (int64_t i = 0; i < n; i++) renewal_of(b, got[i])->is_held = true;
    return n >= 0;
}

static bool read_tenants(struct batch *b, struct tx *tx)
{
    struct tenant *t = ARENA_ARRAY(tx_arena(tx), struct tenant, b->count);
    struct subscription s[RENEW_BATCH];
    int64_t n = tenants_of_shops(tx, b->shop, b->count, t);
    for (int64_t i = 0; i < n; i++) renewal_of(b, t[i].shop)->t = t[i];
    if (n < 0) return false;
    n = subscriptions_of_shops(tx, b->shop, b->count, s);
    for (int64_t i = 0; i < n; i++)
        for (size_t k = 0; k < b->count; k++)
            if (b->renewal[k].t.id == s[i].tenant) b->renewal[k].s = s[i];
    return n >= 0;
}

static bool is_charged(const struct renewal *r)
{
    return r->is_held && r->e.by_credits && is_due(&r->s, r->now_ms) && r->e.end_ms <= r->now_ms;
}

/* Who pays for them; and the books of all that will be charged, unless it is one alone: that is asked for by its key.
 */
static bool read_payers(struct batch *b, struct tx *tx, int64_t now_ms)
{
    int64_t account[RENEW_BATCH] = { 0 }, shop[RENEW_BATCH] = { 0 };
    struct subscription s[RENEW_BATCH] = { 0 };
    struct entitlement e[RENEW_BATCH];
    struct renewal *of[RENEW_BATCH];
    size_t n = 0, charged = 0;
    for (size_t i = 0; i < b->count; i++) {
        struct renewal *r = &b->renewal[i];
        if (!r->t.id || !r->s.number || r->s.shop != r->t.shop) continue;
        account[n] = r->t.account, shop[n] = b->shop[i], s[n] = r->s;
        of[n++] = r;
    }
    if (!entitlements_each(tx, account, shop, s, n, now_ms, e)) return false;
    for (size_t i = 0; i < n; i++) {
        of[i]->e = e[i];
        if (is_charged(of[i])) account[charged++] = of[i]->t.account;
    }
    if (b->count == 1 || charged == 0) return true;
    struct credits_locked *books = credits_lock_each(tx, account, charged);
    for (size_t i = 0; i < n; i++) of[i]->books = books;
    return books != NULL;
}

static bool load_due(struct job *job, struct tx *tx, const int64_t *item, size_t count)
{
    assert(count <= RENEW_BATCH);
    struct batch *b = ARENA_NEW(tx_arena(tx), struct batch);
    b->count = count;
    memcpy(b->shop, item, count * sizeof *item);
    for (size_t i = 0; i < count; i++) b->renewal[i] = (struct renewal){ .tx = tx, .now_ms = job->now_ms };
    job->state = b;
    return hold_shops(b, tx) && read_tenants(b, tx) && read_payers(b, tx, job->now_ms);
}

static enum job_wish renew_one(struct job *job, struct tx *tx, int64_t shop)
{
    struct renewal *r = renewal_of(job->state, shop);
    assert(r != NULL);
    if (!r->is_held) {
        struct shop s;
        enum row row = shops_get(tx, shop, &s);
        if (row == ROW_FOUND) {
            LOG(LOG_WARN, "renewal_of_locked_shop", LOG_NUMBER("shop", shop));
            return JOB_AGAIN;
        }
        if (row == ROW_NONE) job_item_error(job, "its shop is missing");
        return JOB_FAULT;
    }
    /* Somebody was here since the list was read; or it is not the present one that is due, which `verify` tells. */
    if (r->s.number && !is_due(&r->s, r->now_ms)) return JOB_AGAIN;
    if (!renew(r)) {
        if (r->error) job_item_error(job, r->error);
        return JOB_FAULT;
    }
    return r->still_due ? JOB_NEXT : JOB_FINISHED;
}

static enum job_wish renew_settle(struct job *job, struct tx *tx)
{
    if (!clock_is_sound()) {
        LOG(LOG_WARN, "renewals_wait_for_the_clock", LOG_NUMBER("job", job->id));
        return JOB_FINISHED;
    }
    const struct job_list list = { .read = read_due, .load = load_due, .one = renew_one, .max = RENEW_BATCH };
    return jobs_each(job, tx, &list);
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
