/* months.c: which chats of an account credits pay for, and when their next month is taken: for what comes due. What an
 * order, a trial, a panel or the house pays for is left out, as where it is renewed (renew_job.c). */
#include "tenants/private.h"

STMT(paid_months, "SELECT s.shop, s.status, s.source, s.renews, s.anchor_day, s.expires_at_ms FROM subscriptions s"
                  " JOIN tenants t ON t.id = s.tenant AND t.subscription = s.number AND t.status = 3"
                  " WHERE s.account = ?1 AND s.due_at_ms > 0 AND s.expires_at_ms < ?2"
                  " ORDER BY s.expires_at_ms LIMIT ?3");

/* False: a fault, also of what is stored. */
static bool read_months(struct tx *tx, int64_t account, int64_t before_ms, struct subscription *out, size_t max,
                        size_t *count)
{
    struct query q = query(tx, &paid_months);
    enum row row;
    *count = 0;
    bind_i64(&q, account), bind_i64(&q, before_ms), bind_i64(&q, (int64_t)max);
    while ((row = query_next(&q)) == ROW_FOUND) {
        const struct subscription s = { .shop = col_i64(&q, "shop"),
                                        .renews = col_bool(&q, "renews"),
                                        .anchor_day = (int)col_i64(&q, "anchor_day"),
                                        .source = subscription_source_named(col_text(&q, "source")),
                                        .status = (enum subscription_status)col_state(&q, "status", SUBSCRIPTION_ACTIVE,
                                                                                      SUBSCRIPTION_CANCELLED),
                                        .expires_at_ms = col_i64(&q, "expires_at_ms") };
        if (s.source == SOURCE_COUNT) return false;
        out[(*count)++] = s;
    }
    return row == ROW_NONE;
}

bool tenants_months(struct tx *tx, int64_t account, int64_t before_ms, int64_t now_ms, struct tenants_month *out,
                    size_t max, size_t *count)
{
    struct subscription *s = ARENA_ARRAY(tx_arena(tx), struct subscription, max);
    struct entitlement e[ENTITLEMENTS_MAX];
    size_t read;
    *count = 0;
    if (!read_months(tx, account, before_ms, s, max, &read)) return false;
    for (size_t at = 0; at < read; at += ENTITLEMENTS_MAX) {
        size_t n = read - at < ENTITLEMENTS_MAX ? read - at : ENTITLEMENTS_MAX;
        if (!entitlements_of(tx, account, s + at, n, now_ms, e)) return false;
        for (size_t i = 0; i < n; i++)
            if (e[i].by_credits)
                out[(*count)++] = (struct tenants_month){ .shop = s[at + i].shop,
                                                          .ends_ms = s[at + i].expires_at_ms,
                                                          .anchor_day = s[at + i].anchor_day,
                                                          .renews = s[at + i].renews };
    }
    return true;
}
