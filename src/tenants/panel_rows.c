/* panel_rows.c: the rows of what outside panels registered: how the panel calls a shop and its merchant, the secrets it
 * gave, and what stands here for it: an account and a shop of ours. The words (name, picture, what is synchronised) are
 * the tenant's once there is one; what stands here of them is what an earlier version kept.
 *
 * Its secrets are sealed under the panel and its name for the shop, and are no tenant_secrets: the shop has those too,
 * which its merchant may show and replace as any other does, while the panel's are changed by registering alone. */
#include "tenants/private.h"

#include "base/clock.h"

#define PANEL_COLUMNS                                                                                                  \
    "id, account, shop, shop_id, merchant_id, instance_url, name, logo_url, bot_id, sync_scopes, sso_sealed,"          \
    " webhook_sealed, old_sso_sealed, old_until_ms, created_at_ms, updated_at_ms"
#define PANEL_GET "SELECT " PANEL_COLUMNS " FROM panel_tenants WHERE panel = ?1 AND shop_id = ?2"
STMT(panel_get, PANEL_GET);
STMT(panel_get_locked, PANEL_GET, .postgres = PANEL_GET " FOR UPDATE");
STMT(panel_of_shop, "SELECT " PANEL_COLUMNS " FROM panel_tenants WHERE shop = ?1 AND shop > 0");
STMT(panel_add,
     "INSERT INTO panel_tenants (panel, shop_id, merchant_id, instance_url, name, logo_url, bot_id, sync_scopes,"
     " sso_sealed, webhook_sealed, old_until_ms, created_at_ms, updated_at_ms)"
     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, '', ?8, ?9, 0, ?10, ?10) RETURNING id");
STMT(panel_save,
     "UPDATE panel_tenants SET instance_url = ?2, name = ?3, logo_url = ?4, sync_scopes = ?5, sso_sealed = ?6,"
     " webhook_sealed = ?7, old_sso_sealed = ?8, old_until_ms = ?9, updated_at_ms = ?10, account = ?11, shop = ?12"
     " WHERE id = ?1");
STMT(panel_blank,
     "UPDATE panel_tenants SET account = 0, shop = 0, instance_url = '', name = '', logo_url = NULL, sync_scopes = '',"
     " sso_sealed = ?3, webhook_sealed = ?3, old_sso_sealed = NULL, old_until_ms = 0, updated_at_ms = ?2"
     " WHERE shop = ?1 AND shop > 0");
STMT(panel_gives,
     "SELECT shop, account FROM panel_tenants WHERE shop > 0"
     " AND shop IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))",
     .postgres = "SELECT shop, account FROM panel_tenants WHERE shop > 0 AND shop = ANY((?1::text[])::bigint[])");

static const char *const purposes[] = { "sso", "webhook" };

static enum row read_row(struct query *q, struct panel_tenant *out)
{
    enum row row = query_row(q);
    *out = (struct panel_tenant){ 0 };
    if (row != ROW_FOUND) return row;
    *out = (struct panel_tenant){ .id = col_i64(q, "id"),
                                  .account = col_i64(q, "account"),
                                  .shop = col_i64(q, "shop"),
                                  .shop_id = col_text(q, "shop_id"),
                                  .merchant_id = col_text(q, "merchant_id"),
                                  .instance_url = col_text(q, "instance_url"),
                                  .name = col_text(q, "name"),
                                  .logo_url = col_text(q, "logo_url"),
                                  .bot_id = col_text(q, "bot_id"),
                                  .sync_scopes = col_text(q, "sync_scopes"),
                                  .sso_sealed = col_str(q, "sso_sealed"),
                                  .webhook_sealed = col_str(q, "webhook_sealed"),
                                  .old_sso_sealed = col_str(q, "old_sso_sealed"),
                                  .old_until_ms = col_i64(q, "old_until_ms"),
                                  .created_at_ms = col_i64(q, "created_at_ms"),
                                  .updated_at_ms = col_i64(q, "updated_at_ms") };
    return ROW_FOUND;
}

static enum row by_name(struct tx *tx, const struct stmt *s, const char *shop_id, struct panel_tenant *out)
{
    struct query q = query(tx, s);
    bind_i64(&q, PANEL_ONE), bind_text(&q, shop_id);
    return read_row(&q, out);
}

enum row panel_rows_get(struct tx *tx, const char *shop_id, struct panel_tenant *out)
{
    return by_name(tx, &panel_get, shop_id, out);
}

enum row panel_rows_locked(struct tx *tx, const char *shop_id, struct panel_tenant *out)
{
    return by_name(tx, &panel_get_locked, shop_id, out);
}

enum row panel_rows_of_shop(struct tx *tx, int64_t shop, struct panel_tenant *out)
{
    struct query q = query(tx, &panel_of_shop);
    bind_i64(&q, shop);
    return read_row(&q, out);
}

enum row tenants_of_panel(struct tx *tx, const char *shop_id, int64_t *shop)
{
    struct panel_tenant p;
    enum row row = panel_rows_get(tx, shop_id, &p);
    *shop = p.shop;
    return row;
}

static void bind_sealed(struct query *q, struct str s)
{
    if (s.p) bind_blob(q, s.p, s.n);
    else bind_null(q);
}

bool panel_rows_add(struct tx *tx, struct panel_tenant *p)
{
    struct query q = query(tx, &panel_add);
    bind_i64(&q, PANEL_ONE), bind_text(&q, p->shop_id), bind_text(&q, p->merchant_id), bind_text(&q, p->instance_url);
    bind_text(&q, p->name), bind_text(&q, p->logo_url), bind_text(&q, p->bot_id), bind_sealed(&q, p->sso_sealed);
    bind_sealed(&q, p->webhook_sealed), bind_i64(&q, p->created_at_ms);
    if (query_row(&q) != ROW_FOUND) return false;
    p->id = col_i64(&q, "id");
    return true;
}

bool panel_rows_save(struct tx *tx, const struct panel_tenant *p)
{
    struct query q = query(tx, &panel_save);
    bind_i64(&q, p->id), bind_text(&q, p->instance_url), bind_text(&q, p->name), bind_text(&q, p->logo_url);
    bind_text(&q, p->sync_scopes), bind_sealed(&q, p->sso_sealed), bind_sealed(&q, p->webhook_sealed);
    bind_sealed(&q, p->old_sso_sealed), bind_i64(&q, p->old_until_ms), bind_i64(&q, p->updated_at_ms);
    bind_i64(&q, p->account), bind_i64(&q, p->shop);
    return query_change(&q) == 1;
}

bool panel_rows_blank(struct tx *tx, int64_t shop, int64_t now_ms)
{
    struct query q = query(tx, &panel_blank);
    bind_i64(&q, shop), bind_i64(&q, now_ms), bind_blob(&q, "", 0);
    return query_change(&q) >= 0;
}

bool panel_rows_give(struct tx *tx, const int64_t *accounts, const int64_t *shops, size_t count, bool *gives)
{
    for (size_t i = 0; i < count; i++) gives[i] = false;
    if (count == 0) return true;
    struct query q = query(tx, &panel_gives);
    bind_i64_list(&q, shops, count);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND)
        for (size_t i = 0; i < count; i++)
            if (shops[i] == col_i64(&q, "shop") && accounts[i] == col_i64(&q, "account")) gives[i] = true;
    return row != ROW_FAULT;
}

/* ---- secrets ---- */

struct str panel_owner(struct arena *a, const char *shop_id)
{
    return str_of(arena_printf(a, "panel:%d:%s", PANEL_ONE, shop_id));
}

struct str panel_rows_seal(struct arena *a, const char *shop_id, enum panel_secret kind, const char *text)
{
    struct sealed s = seal(tenants_settings.keyring, a, panel_owner(a, shop_id), str_of(purposes[kind]), str_of(text));
    return (struct str){ (const char *)s.p, s.n };
}

bool panel_rows_open(struct arena *a, const char *shop_id, enum panel_secret kind, struct str sealed, struct str *out)
{
    if (sealed.n == 0) return false;
    return unseal(tenants_settings.keyring, a, panel_owner(a, shop_id), str_of(purposes[kind]),
                  (struct sealed){ arena_copy(a, sealed.p, sealed.n), sealed.n }, out);
}

static void add_key(struct jwt_keys *keys, struct str secret)
{
    if (keys->count < JWT_MAX_KEYS) keys->key[keys->count++].secret = secret;
}

void panel_rows_keys(struct arena *a, const struct panel_tenant *p, int64_t now_ms, struct jwt_keys *out)
{
    struct str text;
    if (panel_rows_open(a, p->shop_id, PANEL_SSO, p->sso_sealed, &text)) add_key(out, text);
    int64_t until_ms = p->old_until_ms;
    bool old_holds = until_ms > now_ms && until_ms <= time_latest_end(now_ms, SECRET_OVERLAP_HOURS * HOUR_MS);
    if (old_holds && panel_rows_open(a, p->shop_id, PANEL_SSO, p->old_sso_sealed, &text)) add_key(out, text);
}
