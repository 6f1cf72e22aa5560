/* ends.c: until when the chatbots of all accounts are paid, for operators: which are past due, which end next. Only the
 * present subscription of a chatbot that is on counts. */
#include "tenants/private.h"

#define PRESENT                                                                                                        \
    "FROM subscriptions s JOIN tenants t ON t.id = s.tenant AND t.subscription = s.number AND t.status = 3"            \
    " AND t.shop_deleted = 0 WHERE "
STMT(unpaid_down, "SELECT s.shop " PRESENT "s.status = 2 AND s.shop < ?1 ORDER BY s.shop DESC LIMIT ?2");
STMT(unpaid_up, "SELECT s.shop " PRESENT "s.status = 2 AND s.shop > ?1 ORDER BY s.shop LIMIT ?2");
STMT(count_unpaid, "SELECT COUNT(*) AS n FROM (SELECT 1 " PRESENT "s.status = 2 ORDER BY s.shop LIMIT ?1) AS few");
STMT(next_ends, "SELECT s.shop " PRESENT "s.due_at_ms > 0 AND s.expires_at_ms >= ?1"
                " AND (s.expires_at_ms > ?1 OR s.shop > ?2) ORDER BY s.expires_at_ms, s.shop LIMIT ?3");
STMT(count_ends,
     "SELECT COUNT(*) AS n FROM (SELECT 1 " PRESENT "s.due_at_ms > 0 ORDER BY s.expires_at_ms LIMIT ?1) AS few");
/* Also of those that rest with their suspended shop: the time that is paid goes on. */
#define ENDS                                                                                                           \
    "SELECT s.shop, s.account, s.source, s.status, s.renews, s.expires_at_ms, t.status AS tenant_status"               \
    " FROM tenants t JOIN subscriptions s ON s.tenant = t.id AND s.number = t.subscription WHERE t.shop_deleted = 0"   \
    " AND t.status IN (3, 4) AND s.status IN (1, 2) AND t.shop "
STMT(ends, ENDS "IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))",
     .postgres = ENDS "= ANY((?1::text[])::bigint[])");

static bool read_shops(struct query *q, int64_t *shops, size_t *count)
{
    enum row row;
    *count = 0;
    while ((row = query_next(q)) == ROW_FOUND) shops[(*count)++] = col_i64(q, "shop");
    return row == ROW_NONE;
}

static bool read_count(struct tx *tx, const struct stmt *s, int64_t most, int64_t *out)
{
    struct query q = query(tx, s);
    bind_i64(&q, most);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = col_i64(&q, "n");
    return true;
}

bool tenants_past_due(struct tx *tx, const struct tenants_wanted *w, int64_t *shops, size_t *count)
{
    struct query q = query(tx, w->down ? &unpaid_down : &unpaid_up);
    bind_i64(&q, w->after > 0 ? w->after : w->down ? INT64_MAX : 0), bind_i64(&q, w->limit);
    return read_shops(&q, shops, count);
}

bool tenants_count_past_due(struct tx *tx, int64_t most, int64_t *out)
{
    return read_count(tx, &count_unpaid, most, out);
}

bool tenants_ending(struct tx *tx, int64_t after_ms, int64_t after_shop, int64_t limit, int64_t *shops, size_t *count)
{
    struct query q = query(tx, &next_ends);
    bind_i64(&q, after_ms), bind_i64(&q, after_shop), bind_i64(&q, limit);
    return read_shops(&q, shops, count);
}

bool tenants_count_ending(struct tx *tx, int64_t most, int64_t *out) { return read_count(tx, &count_ends, most, out); }

/* ---- whether it goes on ---- */

/* An order and a trial are somebody else's, who says whether they renew. What a panel or the house gives goes on until
 * it is taken back, and of credits the merchant says it. */
static bool is_told(enum subscription_source s) { return s == SOURCE_ORDER || s == SOURCE_TRIAL; }

bool tenants_renews(struct tx *tx, const struct subscription *s, bool *out)
{
    struct tenants_entitlement given = { 0 };
    *out = s->renews;
    if (!is_told(s->source) || !tenants_hooks.entitlements) return true;
    if (!tenants_hooks.entitlements(tx, &s->account, &s->shop, 1, &given)) return false;
    *out = given.renews;
    return true;
}

struct ends_told {
    int64_t *account, *shop;
    struct tenant_end **end;
    size_t count;
};

static bool ask_givers(struct tx *tx, const struct ends_told *told)
{
    if (told->count == 0 || !tenants_hooks.entitlements) return true;
    struct tenants_entitlement *given = ARENA_ARRAY(tx_arena(tx), struct tenants_entitlement, told->count);
    for (size_t i = 0; i < told->count; i++) given[i] = (struct tenants_entitlement){ 0 };
    if (!tenants_hooks.entitlements(tx, told->account, told->shop, told->count, given)) return false;
    for (size_t i = 0; i < told->count; i++) told->end[i]->renews = given[i].renews;
    return true;
}

bool tenants_ends(struct tx *tx, const int64_t *shops, size_t n, struct tenant_end *out)
{
    struct arena *a = tx_arena(tx);
    struct ends_told told = { ARENA_ARRAY(a, int64_t, n + 1), ARENA_ARRAY(a, int64_t, n + 1),
                              ARENA_ARRAY(a, struct tenant_end *, n + 1), 0 };
    for (size_t i = 0; i < n; i++) out[i] = (struct tenant_end){ 0 };
    if (n == 0) return true;
    struct query q = query(tx, &ends);
    bind_i64_list(&q, shops, n);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        bool on = col_i64(&q, "tenant_status") == TENANT_ACTIVE;
        int64_t shop = col_i64(&q, "shop");
        size_t i = 0;
        while (i < n && shops[i] != shop) i++;
        if (i == n) continue;
        out[i] = (struct tenant_end){ .past_due = on && col_i64(&q, "status") == SUBSCRIPTION_PAST_DUE,
                                      .renews = col_bool(&q, "renews"),
                                      .at_ms = col_i64(&q, "expires_at_ms") };
        if (!is_told(subscription_source_named(col_text(&q, "source")))) continue;
        told.account[told.count] = col_i64(&q, "account"), told.shop[told.count] = shop;
        told.end[told.count++] = &out[i];
    }
    return row == ROW_NONE && ask_givers(tx, &told);
}
