/* chats.c: what chat/ asks of a tenant: whose shop it is, whether it may talk now, and on which pages.
 *
 * Whether its account is disabled is asked of the account each time. Rejected: moving all its tenants to suspended, for
 * what ran out meanwhile would then have to be told from what the operator has stopped. */
#include "tenants/private.h"

STMT(talking, "SELECT shop FROM tenants WHERE account = ?1 AND status = 3 AND shop > ?2 ORDER BY shop LIMIT ?3");
enum { TALKING_A_STEP = 200 };
static_assert(TENANT_ACTIVE == 3, "the statement says the same");

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
    bool there = s.status != SHOP_DELETED && s.status != SHOP_PURGED, disabled = false;
    if (tenants_hooks.disabled && !tenants_hooks.disabled(tx, t.account, &disabled)) return ROW_FAULT;
    *out = (struct tenant_chat){ .account = t.account,
                                 .active = t.status == TENANT_ACTIVE && there && !disabled,
                                 .bot_name = t.bot_name,
                                 .domain = s.domain };
    return ROW_FOUND;
}

bool tenants_account_disabled(struct tx *tx, int64_t account)
{
    int64_t shop[TALKING_A_STEP], after = 0;
    size_t count;
    do {
        struct query q = query(tx, &talking);
        enum row row;
        count = 0;
        bind_i64(&q, account), bind_i64(&q, after), bind_i64(&q, TALKING_A_STEP);
        while ((row = query_next(&q)) == ROW_FOUND) shop[count++] = col_i64(&q, "shop");
        if (row == ROW_FAULT) return false;
        for (size_t i = 0; i < count; i++)
            if (!tenants_cut_off(tx, after = shop[i])) return false;
    } while (count == TALKING_A_STEP);
    return true;
}
