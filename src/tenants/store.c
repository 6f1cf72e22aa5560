/* store.c: between a shop's own store and us, under the shop's SSO secret: who the store is when it calls is in
 * panel.c; here is what we show when we call it. The store of a panel's shop knows the panel's secret, and the panel's
 * name for itself; that is shown where the panel says the store is, and nowhere else: whoever may change the shop's
 * domain here shall not be sent it. What is shown is for a service, and lets nobody in (panel_enter.c). */
#include "tenants/private.h"
#include "tenants/recipe.h"

#include "base/unicode.h"

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

static bool is_at(struct arena *a, const struct panel_tenant *p, const char *url)
{
    const char *its = url_host(a, p->instance_url), *called = url_host(a, url);
    if (!its) its = p->instance_url; /* "shop.example" */
    return called && (text_eq(its, called) || host_name_covers(a, its, str_of(called)));
}

static enum row panel_secret(struct tx *tx, const struct store_call *call, struct sso_claims *c, struct str *out)
{
    struct panel_tenant p;
    enum row row = panel_rows_of_shop(tx, call->shop, &p);
    if (row == ROW_FOUND && !is_at(tx_arena(tx), &p, call->url)) row = ROW_NONE;
    if (row != ROW_FOUND) return row;
    c->shop_id = p.shop_id;
    return panel_rows_open(tx_arena(tx), p.shop_id, PANEL_SSO, p.sso_sealed, out) ? ROW_FOUND : ROW_NONE;
}

enum row tenants_store_token(struct tx *tx, const struct store_call *call, struct arena *a, struct str *out)
{
    struct tenant t;
    struct str text;
    struct sso_claims claims = { .shop = call->shop,
                                 .now_ms = call->now_ms,
                                 .ttl_s = STORE_TOKEN_TTL_S,
                                 .role = SSO_ADMIN,
                                 .subject = arena_printf(a, "service:shop-%lld", (long long)call->shop) };
    enum row row = tenant_at_the_door(tx, call->shop, &t);
    if (row != ROW_FOUND) return row;
    row = panel_secret(tx, call, &claims, &text);
    if (row == ROW_NONE) row = own_secret(tx, t.id, &claims, &text);
    if (row != ROW_FOUND) return row;
    *out = sso_token(a, &claims, text);
    return ROW_FOUND;
}
