/* launches.c: one-time codes that carry a browser into our own pages. Kept as hashes, good for a minute. One that a
 * member asked for is used in a session of its account; one that a panel's token made opens a session itself. */
#include "tenants/private.h"

#include "base/clock.h"

static_assert(SSO_ADMIN == 0 && SSO_VIEWER == 1, "tenant_launches.role is stored");

STMT(put, "INSERT INTO tenant_launches (code_hash, shop, account, role, expires_at_ms, panel, used_at_ms)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)");
STMT(use, "UPDATE tenant_launches SET used_at_ms = ?3 WHERE code_hash = ?1 AND account = ?2 AND panel = 0"
          " AND used_at_ms = 0 AND expires_at_ms > ?3 AND expires_at_ms <= ?4 RETURNING shop");
STMT(enter, "UPDATE tenant_launches SET used_at_ms = ?2 WHERE code_hash = ?1 AND panel = 1 AND used_at_ms = 0"
            " AND expires_at_ms > ?2 AND expires_at_ms <= ?3 RETURNING shop, account, role");
STMT(spend, "INSERT INTO tenant_launches (code_hash, shop, account, role, expires_at_ms, panel, used_at_ms)"
            " VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6) ON CONFLICT (code_hash) DO NOTHING");
STMT(spent, "SELECT used_at_ms FROM tenant_launches WHERE code_hash = ?1 AND used_at_ms > 0");
STMT(forget, "DELETE FROM tenant_launches WHERE expires_at_ms < ?1",
     .postgres = "DELETE FROM tenant_launches WHERE code_hash = ANY(ARRAY(SELECT code_hash FROM tenant_launches"
                 " WHERE expires_at_ms < ?1 ORDER BY code_hash FOR UPDATE SKIP LOCKED))");

bool launches_put(struct tx *tx, const struct launch *l)
{
    char *hash = arena_alloc(tx_arena(tx), SHA256_HEX_SIZE);
    sha256_hex(l->code, hash);
    struct query q = query(tx, &put);
    bind_text(&q, hash), bind_i64(&q, l->shop), bind_i64(&q, l->account), bind_i64(&q, l->role);
    bind_i64(&q, l->expires_at_ms), bind_bool(&q, l->panel);
    return query_put(&q);
}

enum row launches_enter(struct tx *tx, struct str code, int64_t now_ms, struct launch *l)
{
    char *hash = arena_alloc(tx_arena(tx), SHA256_HEX_SIZE);
    sha256_hex(code, hash);
    struct query q = query(tx, &enter);
    bind_text(&q, hash), bind_i64(&q, now_ms), bind_i64(&q, now_ms + LAUNCH_TTL_S * SECOND_MS);
    enum row row = query_row(&q);
    if (row == ROW_FOUND)
        *l = (struct launch){ .code = code,
                              .shop = col_i64(&q, "shop"),
                              .account = col_i64(&q, "account"),
                              .role = (enum sso_role)col_state(&q, "role", SSO_ADMIN, SSO_VIEWER),
                              .panel = true };
    return row;
}

enum row launches_spend(struct tx *tx, const struct launch *l, int64_t now_ms)
{
    char *hash = arena_alloc(tx_arena(tx), SHA256_HEX_SIZE);
    sha256_hex(l->code, hash);
    struct query q = query(tx, &spend);
    bind_text(&q, hash), bind_i64(&q, l->shop), bind_i64(&q, l->account), bind_i64(&q, l->role);
    bind_i64(&q, l->expires_at_ms), bind_i64(&q, now_ms);
    int64_t rows = query_change(&q);
    return rows < 0 ? ROW_FAULT : rows == 0 ? ROW_NONE : ROW_FOUND;
}

enum row launches_spent(struct tx *tx, struct str code)
{
    char *hash = arena_alloc(tx_arena(tx), SHA256_HEX_SIZE);
    sha256_hex(code, hash);
    struct query q = query(tx, &spent);
    bind_text(&q, hash);
    return query_row(&q);
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
