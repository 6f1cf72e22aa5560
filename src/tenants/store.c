/* store.c: between a shop's own store and us, under the shop's SSO secret: who the store is when it calls is in
 * panel.c; here is what we show when we call it. The store of a panel's shop knows the panel's secret, and the panel's
 * name for itself. */
#include "tenants/private.h"
#include "tenants/recipe.h"

/* For one call, and a clock that is off by a little. */
enum { STORE_TOKEN_TTL_S = 120 };

static enum row own_secret(struct tx *tx, int64_t tenant, struct sso_claims *c, struct str *out)
{
    struct secret have[SECRETS_MAX];
    size_t count;
    if (!secrets_list(tx, tenant, have, &count)) return ROW_FAULT;
    const struct secret *s = secret_newest(have, count, SECRET_SSO, true);
    if (!s) return ROW_NONE;
    c->secret_generation = s->generation;
    return secret_open(tx_arena(tx), tenant, SECRET_SSO, s->sealed, out) ? ROW_FOUND : ROW_NONE;
}

static enum row panel_secret(struct tx *tx, int64_t shop, struct sso_claims *c, struct str *out)
{
    struct panel_tenant p;
    enum row row = panel_rows_of_shop(tx, shop, &p);
    if (row != ROW_FOUND) return row;
    c->shop_id = p.shop_id;
    return panel_rows_open(tx_arena(tx), p.shop_id, PANEL_SSO, p.sso_sealed, out) ? ROW_FOUND : ROW_NONE;
}

enum row tenants_store_token(struct tx *tx, int64_t shop, int64_t now_ms, struct arena *a, struct str *out)
{
    struct tenant t;
    struct str text;
    struct sso_claims claims = { .shop = shop,
                                 .now_ms = now_ms,
                                 .ttl_s = STORE_TOKEN_TTL_S,
                                 .role = SSO_ADMIN,
                                 .subject = arena_printf(a, "service:shop-%lld", (long long)shop) };
    enum row row = tenant_at_the_door(tx, shop, &t);
    if (row != ROW_FOUND) return row;
    row = panel_secret(tx, shop, &claims, &text);
    if (row == ROW_NONE) row = own_secret(tx, t.id, &claims, &text);
    if (row != ROW_FOUND) return row;
    *out = sso_token(a, &claims, text);
    return ROW_FOUND;
}
