/* counts.c: how many tenants, for the minute's overview; how far one account has come, for its home page; and whether a
 * shop was ever served, for the ledger. */
#include "tenants/tenants.h"

STMT(count_states, "SELECT status, COUNT(*) AS n FROM tenants WHERE status IN (2, 3) GROUP BY status");
STMT(progress,
     "SELECT COALESCE(MAX(CASE WHEN t.enabled_at_ms > 0 THEN 1 ELSE 0 END), 0) AS enabled,"
     " COALESCE(MAX(CASE WHEN s.shown_at_ms > 0 THEN 1 ELSE 0 END), 0) AS shown"
     " FROM tenants t LEFT JOIN tenant_secrets s ON s.tenant = t.id"
     " WHERE t.shop IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))",
     .postgres = "SELECT COALESCE(MAX(CASE WHEN t.enabled_at_ms > 0 THEN 1 ELSE 0 END), 0) AS enabled,"
                 " COALESCE(MAX(CASE WHEN s.shown_at_ms > 0 THEN 1 ELSE 0 END), 0) AS shown"
                 " FROM tenants t LEFT JOIN tenant_secrets s ON s.tenant = t.id"
                 " WHERE t.shop = ANY((?1::text[])::bigint[])");

STMT(served, "SELECT id FROM tenants WHERE shop = ?1 AND account = ?2");

static_assert(TENANT_PROVISIONING == 2 && TENANT_ACTIVE == 3, "count_states names them by number");

bool tenants_count(struct tx *tx, struct tenant_counts *out)
{
    *out = (struct tenant_counts){ 0 };
    struct query q = query(tx, &count_states);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        if (col_i64(&q, "status") == TENANT_ACTIVE) out->active = col_i64(&q, "n");
        else out->provisioning = col_i64(&q, "n");
    }
    return row == ROW_NONE;
}

bool tenants_progress(struct tx *tx, const int64_t *shops, size_t n, struct tenant_progress *out)
{
    *out = (struct tenant_progress){ 0 };
    if (n == 0) return true;
    struct query q = query(tx, &progress);
    bind_i64_list(&q, shops, n);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = (struct tenant_progress){ .enabled = col_bool(&q, "enabled"), .keys_shown = col_bool(&q, "shown") };
    return true;
}

enum row tenants_shop_served(struct tx *tx, int64_t account, int64_t shop)
{
    struct query q = query(tx, &served);
    bind_i64(&q, shop), bind_i64(&q, account);
    return query_row(&q);
}
