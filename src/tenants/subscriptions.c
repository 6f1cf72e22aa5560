/* subscriptions.c: what a tenant is paid for and until when.
 *
 * A period is one calendar month in UTC with the anchor day of the first one: 31 January, 28 February, 31 March. */
#include "tenants/private.h"

#include "base/clock.h"
#include "base/log.h"

static_assert(SUBSCRIPTION_ACTIVE == 1 && SUBSCRIPTION_CANCELLED == 4, "subscriptions.status is stored");

/* clang-format off */
static const char *const status_names[SUBSCRIPTION_STATUS_COUNT] = {
    [SUBSCRIPTION_NONE] = "none", [SUBSCRIPTION_ACTIVE] = "active", [SUBSCRIPTION_PAST_DUE] = "past_due",
    [SUBSCRIPTION_EXPIRED] = "expired", [SUBSCRIPTION_CANCELLED] = "cancelled",
};
/* clang-format on */

const char *subscription_status_name(enum subscription_status s)
{
    assert((unsigned)s < SUBSCRIPTION_STATUS_COUNT);
    return status_names[s];
}

const char *const subscription_source_names[SOURCE_COUNT + 1] = { "credits", "order", "trial", "panel", "house", NULL };

const char *subscription_source_name(enum subscription_source s)
{
    assert((unsigned)s < SOURCE_COUNT);
    return subscription_source_names[s];
}

enum subscription_source subscription_source_named(const char *name)
{
    enum subscription_source s = SOURCE_CREDITS;
    while (s < SOURCE_COUNT && !text_eq(name, subscription_source_names[s])) s++;
    return s;
}

#define COLUMNS                                                                                                        \
    "s.tenant, s.number, s.shop, s.account, s.source, s.status, s.anchor_day, s.charges, s.renews, s.started_at_ms,"   \
    " s.period_start_ms, s.expires_at_ms, s.due_at_ms, s.past_due_at_ms, s.notices"
#define PRESENT                                                                                                        \
    "SELECT " COLUMNS " FROM tenants t JOIN subscriptions s ON s.tenant = t.id AND s.number = t.subscription"
STMT(get, "SELECT " COLUMNS " FROM subscriptions s WHERE s.tenant = ?1 AND s.number = ?2");
STMT(present_of, PRESENT " WHERE t.shop IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))",
     .postgres = PRESENT " WHERE t.shop = ANY((?1::text[])::bigint[])");
STMT(insert, "INSERT INTO subscriptions (tenant, number, shop, account, feature, source, status, anchor_day, charges,"
             " started_at_ms, period_start_ms, expires_at_ms, due_at_ms, updated_at_ms)"
             " VALUES (?1, ?2, ?3, ?4, 'chatbot', ?13, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
STMT(save,
     "UPDATE subscriptions SET status = ?3, charges = ?4, period_start_ms = ?5, expires_at_ms = ?6, due_at_ms = ?7,"
     " updated_at_ms = ?8, renews = ?9, past_due_at_ms = ?10, notices = ?11 WHERE tenant = ?1 AND number = ?2");

static bool from_row(const struct query *q, struct subscription *out)
{
    *out = (struct subscription){ .tenant = col_i64(q, "tenant"),
                                  .number = col_i64(q, "number"),
                                  .shop = col_i64(q, "shop"),
                                  .account = col_i64(q, "account"),
                                  .charges = col_i64(q, "charges"),
                                  .status = (enum subscription_status)col_state(q, "status", SUBSCRIPTION_ACTIVE,
                                                                                SUBSCRIPTION_CANCELLED),
                                  .anchor_day = (int)col_i64(q, "anchor_day"),
                                  .source = subscription_source_named(col_text(q, "source")),
                                  .renews = col_bool(q, "renews"),
                                  .past_due_at_ms = col_i64(q, "past_due_at_ms"),
                                  .notices = col_i64(q, "notices"),
                                  .started_at_ms = col_i64(q, "started_at_ms"),
                                  .period_start_ms = col_i64(q, "period_start_ms"),
                                  .expires_at_ms = col_i64(q, "expires_at_ms"),
                                  .due_at_ms = col_i64(q, "due_at_ms") };
    if (out->source < SOURCE_COUNT) return true;
    /* Guessing would take credits from somebody, or give a chat away. */
    LOG(LOG_ERROR, "subscription_of_unknown_source", LOG_NUMBER("shop", out->shop));
    return false;
}

enum row subscriptions_get(struct tx *tx, int64_t tenant, int64_t number, struct subscription *out)
{
    *out = (struct subscription){ 0 };
    if (number == 0) return ROW_NONE;
    struct query q = query(tx, &get);
    bind_i64(&q, tenant), bind_i64(&q, number);
    enum row row = query_row(&q);
    return row == ROW_FOUND && !from_row(&q, out) ? ROW_FAULT : row;
}

int64_t subscriptions_of_shops(struct tx *tx, const int64_t *shop, size_t count, struct subscription *out)
{
    struct query q = query(tx, &present_of);
    bind_i64_list(&q, shop, count);
    int64_t n = 0;
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND && (size_t)n < count)
        if (!from_row(&q, &out[n++])) return -1;
    return row == ROW_FAULT ? -1 : n;
}

struct subscription subscription_first(struct tenant *t, const struct tenants_entitlement *given, int64_t begin_ms)
{
    bool others = given->until_ms > 0;
    int anchor = time_day_of_month(begin_ms);
    int64_t end = others ? given->until_ms : time_add_months(begin_ms, 1, anchor);
    t->subscription++;
    return (struct subscription){ .number = t->subscription,
                                  .shop = t->shop,
                                  .account = t->account,
                                  .charges = others ? 0 : 1,
                                  .source = others ? given->source : SOURCE_CREDITS,
                                  .renews = true,
                                  .status = SUBSCRIPTION_ACTIVE,
                                  .anchor_day = anchor,
                                  .started_at_ms = begin_ms,
                                  .period_start_ms = begin_ms,
                                  .expires_at_ms = end,
                                  .due_at_ms = end };
}

bool subscription_insert(struct tx *tx, const struct subscription *s, int64_t now_ms)
{
    assert(s->tenant > 0 && s->number > 0 && s->expires_at_ms > s->period_start_ms);
    struct query q = query(tx, &insert);
    bind_i64(&q, s->tenant), bind_i64(&q, s->number), bind_i64(&q, s->shop), bind_i64(&q, s->account);
    bind_i64(&q, s->status), bind_i64(&q, s->anchor_day), bind_i64(&q, s->charges), bind_i64(&q, s->started_at_ms);
    bind_i64(&q, s->period_start_ms), bind_i64(&q, s->expires_at_ms), bind_i64(&q, s->due_at_ms), bind_i64(&q, now_ms);
    bind_text(&q, subscription_source_name(s->source));
    return query_put(&q);
}

static struct query saving(struct tx *tx, const struct subscription *s, int64_t now_ms)
{
    struct query q = query(tx, &save);
    bind_i64(&q, s->tenant), bind_i64(&q, s->number), bind_i64(&q, s->status), bind_i64(&q, s->charges);
    bind_i64(&q, s->period_start_ms), bind_i64(&q, s->expires_at_ms), bind_i64(&q, s->due_at_ms), bind_i64(&q, now_ms);
    bind_bool(&q, s->renews), bind_i64(&q, s->past_due_at_ms), bind_i64(&q, s->notices);
    return q;
}

bool subscription_save(struct tx *tx, const struct subscription *s, int64_t now_ms)
{
    struct query q = saving(tx, s, now_ms);
    return query_change(&q) == 1;
}

bool subscription_put(struct tx *tx, const struct subscription *s, int64_t now_ms)
{
    struct query q = saving(tx, s, now_ms);
    return query_put(&q);
}

bool subscription_goes_on(const struct subscription *s)
{
    return s->status == SUBSCRIPTION_ACTIVE || s->status == SUBSCRIPTION_PAST_DUE;
}

int64_t subscription_grace_end(const struct subscription *s, int64_t now_ms)
{
    int64_t told = time_clamp_past(s->past_due_at_ms, now_ms);
    return (told > s->expires_at_ms ? told : s->expires_at_ms) + GRACE_DAYS * DAY_MS;
}

int subscription_days_left(const struct subscription *s, int64_t now_ms)
{
    int64_t left = subscription_grace_end(s, now_ms) - now_ms;
    return left <= 0 ? 0 : (int)((left + DAY_MS - 1) / DAY_MS);
}
