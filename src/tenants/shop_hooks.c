/* shop_hooks.c: what happens to a tenant when its shop goes, comes back, is suspended by an operator and let back, is
 * purged, or moves to another domain. Called by shops/ in its transaction, under the shop's lock.
 *
 * Each reason for a rest is kept where it belongs: the shop says that an operator suspended it or that it is deleted,
 * the subscription that it is not paid, the tenant that its merchant switched it off, the account that it is disabled.
 * So one that ends lifts no other (decision 120). */
#include "tenants/private.h"

#include "base/clock.h"
#include "credits/credits.h"

/* The ids travel as text, the one list that both engines take. */
STMT(of_shops,
     "SELECT shop, status, bot_id, enabled_at_ms, error_code FROM tenants WHERE account = ?1"
     " AND shop IN (SELECT CAST(value AS INTEGER) FROM json_each(?2))",
     .postgres = "SELECT shop, status, bot_id, enabled_at_ms, error_code FROM tenants WHERE account = ?1"
                 " AND shop = ANY(CAST(?2::text[] AS bigint[]))");

static void stopped_details(struct json *j, const void *arg) { json_text(j, "error", arg); }

/* The shop went while the outside server was being asked: nobody waits for the answer any more. The job will see
 * another state and end without effect; what was held goes back. */
static bool stop_provisioning(struct tx *tx, struct req *req, struct tenant *t, const char *why, const char *error,
                              int64_t now_ms)
{
    struct credit_balance balance;
    if (t->hold) {
        enum debit d = credits_release(tx, t->hold, now_ms);
        if (d != DEBIT_DONE && d != DEBIT_REPLAYED) return false;
        if (!credits_tell(tx, t->account, &balance)) return false;
    }
    t->hold = 0;
    t->error_code = problem_chatbot_failed.code; /* a shop that is back says why, and can try again */
    t->maybe_registered = true;
    if (tenants_move(tx, t, TENANT_PENDING, why, req ? req->who.person : 0, now_ms) != ROW_FOUND) return false;
    return tenants_tell(tx, req, AUDIT_chatbot_enable_failed, t, stopped_details, error, now_ms);
}

static bool stop_renewals(struct tx *tx, const struct tenant *t, int64_t now_ms)
{
    struct subscription s;
    enum row row = subscriptions_get(tx, t->id, t->subscription, &s);
    if (row != ROW_FOUND) return row == ROW_NONE;
    s.due_at_ms = 0;
    return subscription_save(tx, &s, now_ms);
}

static bool put_to_rest(struct tx *tx, struct req *req, struct tenant *t, const char *why, int64_t now_ms)
{
    if (!tenants_stands_anew(tx, t)) return false;
    if (tenants_move(tx, t, TENANT_SUSPENDED, why, req ? req->who.person : 0, now_ms) != ROW_FOUND) return false;
    if (!stop_renewals(tx, t, now_ms)) return false;
    return tenants_tell(tx, req, AUDIT_tenant_suspended, t, NULL, NULL, now_ms);
}

bool tenants_shop_deleted(struct tx *tx, struct req *req, const struct shop *s, int64_t now_ms)
{
    struct tenant t;
    enum row row = tenants_of_shop(tx, s->id, &t);
    if (row != ROW_FOUND) return row == ROW_NONE;
    t.shop_deleted = true;
    if (t.status == TENANT_PROVISIONING)
        return stop_provisioning(tx, req, &t, "shop_deleted", "the shop was deleted", now_ms);
    if (t.status != TENANT_ACTIVE) {
        if (!tenants_keep(tx, &t, now_ms)) return false;
        return stop_renewals(tx, &t, now_ms);
    }
    return put_to_rest(tx, req, &t, "shop_deleted", now_ms);
}

/* *sub is as it will run from now on; false: it does not. */
typedef bool goes_on(struct subscription *sub, const struct entitlement *e, int64_t now_ms);

static bool with_time_left(struct subscription *sub, const struct entitlement *e, int64_t now_ms)
{
    (void)now_ms; /* the entitlement was judged by it */
    if (sub->status != SUBSCRIPTION_ACTIVE || !e->runs) return false;
    sub->expires_at_ms = sub->due_at_ms = e->end_ms;
    return true;
}

/* Its merchant had no hand in it: an end that came while an operator kept the shop suspended is asked for as it would
 * have been then, as long as the days of grace last. */
static bool with_grace(struct subscription *sub, const struct entitlement *e, int64_t now_ms)
{
    if (with_time_left(sub, e, now_ms)) return true;
    if (!sub->renews) return false;
    if (sub->status == SUBSCRIPTION_PAST_DUE) {
        sub->due_at_ms = now_ms;
        return subscription_grace_end(sub, now_ms) > now_ms;
    }
    if (sub->source == SOURCE_PANEL && !e->given) return false; /* it has another shop under that name now */
    if (sub->status != SUBSCRIPTION_ACTIVE || e->end_ms + GRACE_DAYS * DAY_MS <= now_ms) return false;
    /* Looked at now. More that came meanwhile, and is over too, is learned then. */
    sub->due_at_ms = e->end_ms < sub->expires_at_ms ? e->end_ms : sub->expires_at_ms;
    return true;
}

/* Resumes when paid time is left. Time that ran out meanwhile is not charged behind the merchant's back: the
 * subscription ends, and switching on again is a new one. */
static bool come_back(struct tx *tx, struct req *req, struct tenant *t, const char *why, goes_on *may, int64_t now_ms)
{
    struct subscription sub;
    struct entitlement paid_by;
    if (subscriptions_get(tx, t->id, t->subscription, &sub) != ROW_FOUND) return false;
    if (!entitlement_of(tx, t->account, t->shop, &sub, now_ms, &paid_by)) return false;
    if (!may(&sub, &paid_by, now_ms)) {
        bool was_over = sub.status == SUBSCRIPTION_EXPIRED;
        sub.status = SUBSCRIPTION_EXPIRED, sub.due_at_ms = 0;
        if (!tenants_keep(tx, t, now_ms)) return false;
        if (!subscription_save(tx, &sub, now_ms)) return false;
        return was_over || tenants_tell(tx, req, AUDIT_chatbot_expired, t, NULL, NULL, now_ms);
    }
    if (!tenants_stands_anew(tx, t)) return false;
    if (tenants_move(tx, t, TENANT_ACTIVE, why, req ? req->who.person : 0, now_ms) != ROW_FOUND) return false;
    if (!subscription_save(tx, &sub, now_ms)) return false;
    return tenants_tell(tx, req, AUDIT_tenant_resumed, t, NULL, NULL, now_ms);
}

/* One that an operator has suspended comes back as that. */
bool tenants_shop_restored(struct tx *tx, struct req *req, const struct shop *s, int64_t now_ms)
{
    struct tenant t;
    enum row row = tenants_of_shop(tx, s->id, &t);
    if (row != ROW_FOUND) return row == ROW_NONE;
    t.shop_deleted = false;
    if (t.status != TENANT_SUSPENDED || s->status == SHOP_SUSPENDED) return tenants_keep(tx, &t, now_ms);
    return come_back(tx, req, &t, "shop_restored", with_time_left, now_ms);
}

/* What is off for another reason stays so. */
bool tenants_shop_suspended(struct tx *tx, struct req *req, const struct shop *s, int64_t now_ms)
{
    struct tenant t;
    if (!shop_letter(tx, s)) return false;
    enum row row = tenants_of_shop(tx, s->id, &t);
    if (row != ROW_FOUND) return row == ROW_NONE;
    if (t.status == TENANT_PROVISIONING)
        return stop_provisioning(tx, req, &t, "shop_suspended", "the shop was suspended", now_ms);
    return t.status != TENANT_ACTIVE || put_to_rest(tx, req, &t, "shop_suspended", now_ms);
}

/* What others than credits gave it meanwhile: it is on with that, unless its merchant has switched it off. */
static bool begin_given(struct tx *tx, const struct shop *s, const struct tenant *t, int64_t now_ms)
{
    struct subscription sub;
    struct entitlement e;
    if (t->status == TENANT_ACTIVE) return true;
    if (subscriptions_get(tx, t->id, t->subscription, &sub) == ROW_FAULT) return false;
    if (!entitlement_of(tx, s->account, s->id, &sub, now_ms, &e)) return false;
    if (!e.runs && e.next.until_ms == 0) return true;
    return tenants_begin_paid(tx, s, now_ms) != TENANTS_BEGUN_FAULT;
}

bool tenants_shop_resumed(struct tx *tx, struct req *req, const struct shop *s, int64_t now_ms)
{
    struct tenant t = { .id = 0 };
    if (!shop_letter(tx, s) || tenants_of_shop(tx, s->id, &t) == ROW_FAULT) return false;
    if (t.status == TENANT_SUSPENDED && !come_back(tx, req, &t, "shop_resumed", with_grace, now_ms)) return false;
    return begin_given(tx, s, &t, now_ms);
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
