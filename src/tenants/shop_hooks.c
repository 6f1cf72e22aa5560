/* shop_hooks.c: what happens to a tenant when its shop goes, comes back, is purged, or moves to another domain. Called
 * by shops/ in its transaction, under the shop's lock. */
#include "tenants/private.h"

#include "credits/credits.h"

/* The ids travel as text, the one list that both engines take. */
STMT(of_shops,
     "SELECT shop, status, bot_id, enabled_at_ms, error_code FROM tenants WHERE account = ?1"
     " AND shop IN (SELECT CAST(value AS INTEGER) FROM json_each(?2))",
     .postgres = "SELECT shop, status, bot_id, enabled_at_ms, error_code FROM tenants WHERE account = ?1"
                 " AND shop = ANY(CAST(?2::text[] AS bigint[]))");

static void deleted_details(struct json *j, const void *arg) { json_text(j, "error", "the shop was deleted"); }

/* The merchant deleted the shop while the outside server was being asked: nobody waits for the answer any more. The job
 * will see another state and end without effect; what was held goes back. */
static bool stop_provisioning(struct tx *tx, struct req *req, struct tenant *t, int64_t now_ms)
{
    struct credit_balance balance;
    if (t->hold) {
        enum debit d = credits_release(tx, t->hold, now_ms);
        if (d != DEBIT_DONE && d != DEBIT_REPLAYED) return false;
        if (!credits_tell(tx, t->account, &balance)) return false;
    }
    t->hold = 0;
    t->error_code = problem_chatbot_failed.code; /* a shop that is restored says why, and can try again */
    t->maybe_registered = true;
    if (tenants_move(tx, t, TENANT_PENDING, "shop_deleted", req ? req->who.person : 0, now_ms) != ROW_FOUND)
        return false;
    return tenants_tell(tx, req, AUDIT_chatbot_enable_failed, t, deleted_details, NULL, now_ms);
}

static bool stop_renewals(struct tx *tx, const struct tenant *t, int64_t now_ms)
{
    struct subscription s;
    enum row row = subscriptions_get(tx, t->id, t->subscription, &s);
    if (row != ROW_FOUND) return row == ROW_NONE;
    s.due_at_ms = 0;
    return subscription_save(tx, &s, now_ms);
}

bool tenants_shop_deleted(struct tx *tx, struct req *req, const struct shop *s, int64_t now_ms)
{
    struct tenant t;
    enum row row = tenants_of_shop(tx, s->id, &t);
    if (row != ROW_FOUND) return row == ROW_NONE;
    int64_t actor = req ? req->who.person : 0;
    t.shop_deleted = true;
    if (t.status == TENANT_PROVISIONING) return stop_provisioning(tx, req, &t, now_ms);
    if (t.status != TENANT_ACTIVE) {
        if (!tenants_keep(tx, &t, now_ms)) return false;
        return stop_renewals(tx, &t, now_ms);
    }
    if (!tenants_stands_anew(tx, &t)) return false;
    if (tenants_move(tx, &t, TENANT_SUSPENDED, "shop_deleted", actor, now_ms) != ROW_FOUND) return false;
    if (!stop_renewals(tx, &t, now_ms)) return false;
    return tenants_tell(tx, req, AUDIT_tenant_suspended, &t, NULL, NULL, now_ms);
}

/* Resumes when paid time is left. Time that ran out meanwhile is not charged behind the merchant's back: the
 * subscription ends, and switching on again is a new one. */
bool tenants_shop_restored(struct tx *tx, struct req *req, const struct shop *s, int64_t now_ms)
{
    struct tenant t;
    enum row row = tenants_of_shop(tx, s->id, &t);
    if (row != ROW_FOUND) return row == ROW_NONE;
    t.shop_deleted = false;
    if (t.status != TENANT_SUSPENDED) return tenants_keep(tx, &t, now_ms);
    struct subscription sub;
    row = subscriptions_get(tx, t.id, t.subscription, &sub);
    if (row != ROW_FOUND) return false;
    struct entitlement paid_by;
    if (!entitlement_of(tx, t.account, t.shop, &sub, now_ms, &paid_by)) return false;
    if (sub.status != SUBSCRIPTION_ACTIVE || !paid_by.runs) {
        sub.status = SUBSCRIPTION_EXPIRED;
        if (!tenants_keep(tx, &t, now_ms)) return false;
        if (!subscription_save(tx, &sub, now_ms)) return false;
        return tenants_tell(tx, req, AUDIT_chatbot_expired, &t, NULL, NULL, now_ms);
    }
    sub.expires_at_ms = sub.due_at_ms = paid_by.end_ms;
    if (!tenants_stands_anew(tx, &t)) return false;
    if (tenants_move(tx, &t, TENANT_ACTIVE, "shop_restored", req ? req->who.person : 0, now_ms) != ROW_FOUND)
        return false;
    if (!subscription_save(tx, &sub, now_ms)) return false;
    return tenants_tell(tx, req, AUDIT_tenant_resumed, &t, NULL, NULL, now_ms);
}

bool tenants_shop_purged(struct tx *tx, const struct shop *s, int64_t now_ms)
{
    struct tenant t;
    if (!panel_rows_blank(tx, s->id, now_ms)) return false;
    enum row row = tenants_of_shop(tx, s->id, &t);
    if (row != ROW_FOUND) return row == ROW_NONE;
    t.bot_name = "";
    t.logo_url = NULL;
    if (!stop_renewals(tx, &t, now_ms) || !secrets_erase(tx, t.id) || !tenants_stands_anew(tx, &t)) return false;
    if (t.status == TENANT_DISABLED) return tenants_keep(tx, &t, now_ms);
    return tenants_move(tx, &t, TENANT_DISABLED, "shop_purged", 0, now_ms) == ROW_FOUND;
}

bool tenants_chatbots(struct tx *tx, int64_t account, const int64_t *ids, size_t count, struct shop_chatbot *out)
{
    for (size_t i = 0; i < count; i++) out[i] = (struct shop_chatbot){ .state = "off" };
    struct query q = query(tx, &of_shops);
    bind_i64(&q, account), bind_i64_list(&q, ids, count);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        const struct tenant t = { .status =
                                      (enum tenant_status)col_state(&q, "status", TENANT_PENDING, TENANT_DISABLED),
                                  .error_code = col_text(&q, "error_code") };
        size_t i = 0;
        while (i < count && ids[i] != col_i64(&q, "shop")) i++;
        assert(i < count);
        out[i] = (struct shop_chatbot){ .enabled = t.status == TENANT_ACTIVE,
                                        .bot_id = col_text(&q, "bot_id"),
                                        .state = tenant_state_word(&t),
                                        .enabled_at_ms = col_i64(&q, "enabled_at_ms") };
    }
    return row != ROW_FAULT;
}

/* The outside server fetches the shop's goods from its domain. One that is being registered is told again when that
 * settles; one that is switched off is told when it is switched on. The shop's name is not told: the bot has its
 * own. */
bool tenants_domain_changed(struct tx *tx, const struct shop *s, int64_t now_ms)
{
    struct tenant t;
    enum row row = tenants_of_shop(tx, s->id, &t);
    if (row != ROW_FOUND) return row == ROW_NONE;
    if (t.status == TENANT_PROVISIONING) t.word++;
    else if (!tenant_is_known_outside(&t)) return true;
    else if (!tenants_must_hear(tx, &t, 0)) return false;
    return tenants_keep(tx, &t, now_ms);
}
