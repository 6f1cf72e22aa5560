/* store.c: between a shop's own store and us, under the shop's SSO secret: who the store is when it calls is in
 * panel.c; here is what we show when we call it. */
#include "tenants/private.h"
#include "tenants/recipe.h"

/* For one call, and a clock that is off by a little. */
enum { STORE_TOKEN_TTL_S = 120 };

enum row tenants_store_token(struct tx *tx, int64_t shop, int64_t now_ms, struct arena *a, struct str *out)
{
    struct tenant t;
    struct secret have[SECRETS_MAX];
    size_t count;
    struct str text;
    enum row row = tenant_at_the_door(tx, shop, &t);
    if (row != ROW_FOUND) return row;
    if (!secrets_list(tx, t.id, have, &count)) return ROW_FAULT;
    const struct secret *s = secret_newest(have, count, SECRET_SSO, true);
    if (!s || !secret_open(a, t.id, SECRET_SSO, s->sealed, &text)) return ROW_NONE;
    const struct sso_claims claims = { .shop = shop,
                                       .now_ms = now_ms,
                                       .ttl_s = STORE_TOKEN_TTL_S,
                                       .secret_generation = s->generation,
                                       .role = SSO_ADMIN,
                                       .subject = arena_printf(a, "service:shop-%lld", (long long)shop) };
    *out = sso_token(a, &claims, text);
    return ROW_FOUND;
}
