/* chats.c: what chat/ asks of a tenant: whose shop it is, whether it may talk now, and on which pages. */
#include "tenants/private.h"

enum row tenants_chat(struct tx *tx, int64_t shop, struct tenant_chat *out)
{
    struct tenant t;
    struct shop s;
    enum row row = tenants_of_shop(tx, shop, &t);
    if (row != ROW_FOUND) return row;
    bool talks = (t.status == TENANT_ACTIVE || t.status == TENANT_SUSPENDED) && recipe_of(t.backend)->here;
    if (!talks) return ROW_NONE;
    row = shops_get(tx, shop, &s);
    if (row != ROW_FOUND) return row;
    bool there = s.status != SHOP_DELETED && s.status != SHOP_PURGED;
    *out = (struct tenant_chat){
        .account = t.account, .active = t.status == TENANT_ACTIVE && there, .bot_name = t.bot_name, .domain = s.domain
    };
    return ROW_FOUND;
}
