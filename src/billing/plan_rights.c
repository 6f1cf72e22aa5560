/* plan_rights.c: what a plan entitles to, for those who ask: tenants (until when a chat is paid), accounts (seats),
 * chat (websites). Each asks where it decides, so nothing of a plan is copied to them. */
#include "billing/plans.h"

STMT(of_shops,
     "SELECT shop, account, source, until_ms, renews FROM shop_plans"
     " WHERE shop IN (SELECT CAST(value AS INTEGER) FROM json_each(?1))",
     .postgres =
         "SELECT shop, account, source, until_ms, renews FROM shop_plans WHERE shop = ANY((?1::text[])::bigint[])");
STMT(seats_of, "SELECT CAST(COALESCE(SUM(seats), 0) AS BIGINT) AS seats FROM shop_plans WHERE account = ?1"
               " AND until_ms > ?2");

/* An end that has gone by is told too: it was given, and is over. */
bool billing_entitlements(struct tx *tx, const int64_t *accounts, const int64_t *shops, size_t count,
                          struct tenants_entitlement *out)
{
    struct query q = query(tx, &of_shops);
    enum row row;
    bind_i64_list(&q, shops, count);
    while ((row = query_next(&q)) == ROW_FOUND) {
        bool trial = text_eq(col_text(&q, "source"), "trial");
        for (size_t i = 0; i < count; i++)
            if (shops[i] == col_i64(&q, "shop") && accounts[i] == col_i64(&q, "account"))
                out[i] = (struct tenants_entitlement){ trial ? SOURCE_TRIAL : SOURCE_ORDER, col_i64(&q, "until_ms"),
                                                       .renews = col_bool(&q, "renews") };
    }
    return row == ROW_NONE;
}

bool billing_seats(struct tx *tx, int64_t account, int64_t now_ms, int64_t *out)
{
    struct query q = query(tx, &seats_of);
    bind_i64(&q, account), bind_i64(&q, now_ms);
    if (query_row(&q) != ROW_FOUND) return false;
    *out = col_i64(&q, "seats");
    return true;
}

bool billing_websites(struct tx *tx, int64_t account, int64_t shop, int64_t now_ms, int64_t *out)
{
    struct shop_plan p;
    enum row row = plan_get(tx, shop, &p);
    *out = -1;
    if (row != ROW_FOUND) return row == ROW_NONE;
    bool counts = p.until_ms + PLAN_GRACE_DAYS * DAY_MS > now_ms; /* as long as its chat goes on */
    if (p.account == account && counts && p.websites > 0) *out = p.websites - 1;
    return true;
}
