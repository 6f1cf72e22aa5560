/* house.c: chatbots of all accounts, for operators: in which state which shops are, and all about one. */
#include "tenants/private.h"

#define STATES "SELECT shop, status, error_code FROM tenants WHERE shop "
STMT(states, STATES "IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))",
     .postgres = STATES "= ANY((?1::text[])::bigint[])");
/* A failed one is pending and says why. */
#define IN_STATE                                                                                                       \
    "FROM tenants WHERE status = ?1 AND shop_deleted = 0 AND (CAST(?2 AS BIGINT) = 0 OR error_code IS NOT NULL)"
STMT(shops_down, "SELECT shop " IN_STATE " AND shop < ?3 ORDER BY shop DESC LIMIT ?4");
STMT(shops_up, "SELECT shop " IN_STATE " AND shop > ?3 ORDER BY shop LIMIT ?4");
STMT(count_some, "SELECT COUNT(*) AS n FROM (SELECT 1 " IN_STATE " ORDER BY shop LIMIT ?3) AS few");

const char *const tenants_state_names[] = { "provisioning", "active", "suspended", "disabled", "failed", NULL };
static const enum tenant_status status_of[] = { TENANT_PROVISIONING, TENANT_ACTIVE, TENANT_SUSPENDED, TENANT_DISABLED,
                                                TENANT_PENDING };
static_assert(TENANTS_STATE_FAILED + 1 == ARRAY_LEN(status_of), "the last one");
static_assert(ARRAY_LEN(status_of) + 1 == ARRAY_LEN(tenants_state_names), "one status a name");

bool tenants_states(struct tx *tx, const int64_t *shops, size_t n, const char **out)
{
    const char **text = ARENA_ARRAY(tx_arena(tx), const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        text[i] = arena_printf(tx_arena(tx), "%lld", (long long)shops[i]);
        out[i] = "off";
    }
    if (n == 0) return true;
    struct query q = query(tx, &states);
    bind_text_list(&q, text, n);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        const struct tenant t = { .status =
                                      (enum tenant_status)col_state(&q, "status", TENANT_PENDING, TENANT_DISABLED),
                                  .error_code = col_text(&q, "error_code") };
        int64_t shop = col_i64(&q, "shop");
        for (size_t i = 0; i < n; i++)
            if (shops[i] == shop) out[i] = tenant_state_word(&t);
    }
    return row == ROW_NONE;
}

static void bind_state(struct query *q, int state)
{
    assert(state >= 0 && (size_t)state < ARRAY_LEN(status_of));
    bind_i64(q, status_of[state]), bind_bool(q, status_of[state] == TENANT_PENDING);
}

bool tenants_in_state(struct tx *tx, const struct tenants_wanted *w, int64_t *shops, size_t *count)
{
    struct query q = query(tx, w->down ? &shops_down : &shops_up);
    bind_state(&q, w->state), bind_i64(&q, w->after > 0 ? w->after : w->down ? INT64_MAX : 0), bind_i64(&q, w->limit);
    enum row row;
    *count = 0;
    while ((row = query_next(&q)) == ROW_FOUND) shops[(*count)++] = col_i64(&q, "shop");
    return row == ROW_NONE;
}

bool tenants_count_in_state(struct tx *tx, int state, int64_t most, int64_t *out)
{
    struct query q = query(tx, &count_some);
    bind_state(&q, state), bind_i64(&q, most);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = col_i64(&q, "n");
    return true;
}

enum row tenants_facts(struct tx *tx, int64_t shop, struct tenant_facts *out)
{
    struct tenant t;
    struct subscription s = { 0 };
    *out = (struct tenant_facts){ .state = "off" };
    enum row row = tenants_of_shop(tx, shop, &t);
    if (row != ROW_FOUND) return row;
    if (subscriptions_get(tx, t.id, t.subscription, &s) == ROW_FAULT) return ROW_FAULT;
    *out = (struct tenant_facts){ .state = tenant_state_word(&t),
                                  .backend = t.backend ? recipe_of(t.backend)->name : NULL,
                                  .bot_id = t.bot_id,
                                  .bot_name = t.bot_name,
                                  .error = t.error_code,
                                  .job = t.job,
                                  .enabled_at_ms = t.enabled_at_ms };
    if (s.number == 0) return ROW_FOUND;
    out->subscription = subscription_status_name(s.status);
    out->source = subscription_source_name(s.source);
    if (!tenants_renews(tx, &s, &out->renews)) return ROW_FAULT;
    out->started_at_ms = s.started_at_ms, out->expires_at_ms = s.expires_at_ms;
    out->past_due_at_ms = s.past_due_at_ms;
    return ROW_FOUND;
}
