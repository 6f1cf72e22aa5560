/* launches.c: one-time codes that carry a browser into our own pages. Kept as hashes, good for a minute. */
#include "tenants/private.h"

#include "base/clock.h"

static_assert(SSO_ADMIN == 0 && SSO_VIEWER == 1, "tenant_launches.role is stored");

STMT(put, "INSERT INTO tenant_launches (code_hash, shop, account, role, expires_at_ms, used_at_ms)"
          " VALUES (?1, ?2, ?3, ?4, ?5, 0)");
STMT(use, "UPDATE tenant_launches SET used_at_ms = ?3 WHERE code_hash = ?1 AND account = ?2 AND used_at_ms = 0"
          " AND expires_at_ms > ?3 AND expires_at_ms <= ?4 RETURNING shop");
STMT(forget, "DELETE FROM tenant_launches WHERE expires_at_ms < ?1",
     .postgres = "DELETE FROM tenant_launches WHERE code_hash = ANY(ARRAY(SELECT code_hash FROM tenant_launches"
                 " WHERE expires_at_ms < ?1 ORDER BY code_hash FOR UPDATE SKIP LOCKED))");

bool launches_put(struct tx *tx, const struct launch *l)
{
    char *hash = arena_alloc(tx_arena(tx), SHA256_HEX_SIZE);
    sha256_hex(l->code, hash);
    struct query q = query(tx, &put);
    bind_text(&q, hash), bind_i64(&q, l->shop), bind_i64(&q, l->account), bind_i64(&q, l->role);
    bind_i64(&q, l->expires_at_ms);
    return query_put(&q);
}

enum row launches_use(struct tx *tx, struct str code, int64_t account, int64_t now_ms, int64_t *shop)
{
    char *hash = arena_alloc(tx_arena(tx), SHA256_HEX_SIZE);
    sha256_hex(code, hash);
    struct query q = query(tx, &use);
    bind_text(&q, hash), bind_i64(&q, account), bind_i64(&q, now_ms);
    bind_i64(&q, now_ms + LAUNCH_TTL_S * SECOND_MS); /* one from a clock that was ahead is no code */
    enum row row = query_row(&q);
    if (row == ROW_FOUND) *shop = col_i64(&q, "shop");
    return row;
}

bool launches_forget(struct tx *tx, int64_t before_ms)
{
    struct query q = query(tx, &forget);
    bind_i64(&q, before_ms);
    return query_put(&q);
}
