/* verify.c: invariants 3 and 4 of the design on a live database, in keyset pages. A page is one snapshot, but what is
 * compared with it (the job, the ledger, the hold) is read a moment later while the service goes on: so a fault counts
 * only when it is still there after two more looks. */
#include "tenants/private.h"

#include "base/clock.h"
#include "base/log.h"
#include "credits/credits.h"

enum { VERIFY_PAGE_TENANTS = 200, VERIFY_PAGE_HOLDS = 100, VERIFY_LOOKS = 2 };

/* History: as many rows as moves, the last ends where the tenant is, each begins where the one before ended. */
STMT(verify_page,
     "SELECT t.id, t.shop, t.account, t.status, t.version, t.job, t.hold, t.subscription, t.bot_name,"
     " (SELECT COUNT(*) FROM tenant_moves m WHERE m.tenant = t.id) AS moves,"
     " (SELECT m.to_status FROM tenant_moves m WHERE m.tenant = t.id AND m.version = t.version) AS last_to,"
     " (SELECT COUNT(*) FROM tenant_moves m JOIN tenant_moves b ON b.tenant = m.tenant AND b.version = m.version - 1"
     "   WHERE m.tenant = t.id AND b.to_status <> m.from_status) AS breaks,"
     " (SELECT COUNT(*) FROM tenant_secrets x WHERE x.tenant = t.id AND x.state = 1 AND x.kind < 3) AS secrets,"
     " (SELECT CAST(COALESCE(SUM(p.charges), 0) AS BIGINT) FROM subscriptions p WHERE p.tenant = t.id) AS all_charges,"
     " s.status AS sub_status, s.anchor_day, s.charges, s.started_at_ms, s.period_start_ms, s.expires_at_ms"
     " FROM tenants t LEFT JOIN subscriptions s ON s.tenant = t.id AND s.number = t.subscription"
     " WHERE t.id > ?1 ORDER BY t.id LIMIT ?2");

STMT(verify_secrets, "SELECT tenant, kind, generation, sealed FROM tenant_secrets"
                     " WHERE (tenant, kind, generation) > (?1, ?2, ?3) AND state < 3 AND kind < 3"
                     " ORDER BY tenant, kind, generation LIMIT ?4");

static const char *bad_history(const struct query *q)
{
    if (col_i64(q, "moves") != col_i64(q, "version")) return "a tenant's history has a gap";
    if (col_is_null(q, "last_to") || col_i64(q, "last_to") != col_i64(q, "status"))
        return "a tenant's status was changed without its mover";
    if (col_i64(q, "breaks") != 0) return "a tenant's history does not begin where it ended";
    return NULL;
}

/* Every period was charged once: so many charges lead from the first day to the end of the last period. */
static const char *bad_subscription(const struct query *q)
{
    enum tenant_status status = (enum tenant_status)col_i64(q, "status");
    if (col_is_null(q, "sub_status")) {
        if (col_i64(q, "subscription") != 0) return "a tenant's subscription is missing";
        return status == TENANT_ACTIVE ? "an active tenant has no subscription" : NULL;
    }
    enum subscription_status sub = (enum subscription_status)col_i64(q, "sub_status");
    int anchor = (int)col_i64(q, "anchor_day");
    int64_t charges = col_i64(q, "charges"), start = col_i64(q, "started_at_ms");
    if (charges < 1 || time_add_months(start, (int)charges, anchor) != col_i64(q, "expires_at_ms"))
        return "a subscription's periods and charges differ";
    if (status == TENANT_ACTIVE && sub != SUBSCRIPTION_ACTIVE && sub != SUBSCRIPTION_PAST_DUE)
        return "an active tenant is not paid for";
    return NULL;
}

static const char *bad_state(struct tx *tx, const struct query *q, bool *fault)
{
    enum tenant_status status = (enum tenant_status)col_i64(q, "status");
    if (status != TENANT_PROVISIONING) {
        if (col_i64(q, "hold") != 0) return "a tenant holds credits outside of provisioning";
        return status == TENANT_ACTIVE && col_i64(q, "secrets") != 2 ? "an active tenant lacks a secret" : NULL;
    }
    struct job_row job = { 0 };
    enum row row = jobs_get(tx, col_i64(q, "job"), &job);
    *fault = row == ROW_FAULT;
    bool live = row == ROW_FOUND && job_row_is_live(&job);
    return live || *fault ? NULL : "a tenant in provisioning has no live job";
}

/* The ledger says the same: an entry for each charge, and no other. A charge of nothing leaves no entry, so while a
 * price is zero only entries too many can be told. */
static const char *bad_charges(struct tx *tx, const struct query *q, bool *fault)
{
    int64_t entries = 0;
    *fault = !credits_count_charges(tx, col_i64(q, "account"), col_i64(q, "shop"), &entries);
    if (*fault) return NULL;
    int64_t charges = col_i64(q, "all_charges");
    bool free =
        !credits_is_positive(tenants_settings.enable_price) || !credits_is_positive(tenants_settings.renewal_price);
    return entries == charges || (free && entries < charges) ? NULL : "the ledger's charges are not the subscription's";
}

static const char *bad(struct tx *tx, const struct query *q, bool *fault)
{
    const char *what = bad_history(q);
    if (!what) what = bad_subscription(q);
    if (!what) what = bad_state(tx, q, fault);
    if (!what && !*fault) what = bad_charges(tx, q, fault);
    return what;
}

/* The same tenant again, each time anew. */
static const char *still_bad(struct tx *tx, int64_t tenant, const char *what, bool *fault)
{
    for (int look = 0; look < VERIFY_LOOKS && what && !*fault; look++) {
        struct query q = query(tx, &verify_page);
        bind_i64(&q, tenant - 1), bind_i64(&q, 1);
        enum row row = query_row(&q);
        *fault = row == ROW_FAULT;
        what = row == ROW_FOUND && col_i64(&q, "id") == tenant ? bad(tx, &q, fault) : NULL;
    }
    return what;
}

static void found_bad(struct tenant_verdict *v, int64_t tenant, const char *what)
{
    if (v->bad_tenant) return;
    v->bad_tenant = tenant;
    if (!v->what) v->what = what;
    LOG(LOG_ERROR, "tenant_unsound", LOG_NUMBER("tenant", tenant), LOG_TEXT("what", what));
}

/* Every kept secret opens with the keys of this process: a lost master key is noticed here and not by a shop. */
static bool verify_secrets_page(struct tx *tx, struct tenant_verdict *v)
{
    struct query q = query(tx, &verify_secrets);
    bind_i64(&q, v->after), bind_i64(&q, v->kind), bind_i64(&q, v->generation), bind_i64(&q, VERIFY_PAGE_TENANTS);
    enum row row;
    v->more = false;
    while ((row = query_next(&q)) == ROW_FOUND) {
        struct str text;
        v->more = true;
        v->after = col_i64(&q, "tenant"), v->kind = col_i64(&q, "kind"), v->generation = col_i64(&q, "generation");
        if (!secret_open(tx_arena(tx), v->after, (enum secret_kind)v->kind, col_str(&q, "sealed"), &text))
            found_bad(v, v->after, "a secret does not open with these master keys");
        v->secrets++;
    }
    return row != ROW_FAULT;
}

static bool is_named(struct tx *tx, const struct open_hold *h, bool *fault)
{
    struct tenant t;
    enum row row = tenants_of_shop(tx, h->shop, &t);
    *fault = row == ROW_FAULT;
    return row == ROW_FOUND && t.status == TENANT_PROVISIONING && t.hold == h->id && t.account == h->account;
}

/* Nobody would ever give back a hold that no enable under way names. It may have ended since it was read. */
static bool verify_hold(struct tx *tx, const struct open_hold *h, struct tenant_verdict *v)
{
    bool fault = false, named = is_named(tx, h, &fault);
    for (int look = 0; look < VERIFY_LOOKS && !named && !fault; look++) {
        struct open_hold again;
        size_t count;
        if (!credits_open_holds(tx, h->id - 1, &again, 1, &count)) return false;
        named = count == 0 || again.id != h->id || is_named(tx, h, &fault);
    }
    if (fault || named) return !fault;
    if (!v->bad_hold) v->bad_hold = h->id;
    if (!v->what) v->what = "credits are held for no enable under way";
    LOG(LOG_ERROR, "hold_unsound", LOG_NUMBER("hold", h->id), LOG_NUMBER("account", h->account));
    return true;
}

static bool verify_holds_page(struct tx *tx, struct tenant_verdict *v)
{
    struct open_hold page[VERIFY_PAGE_HOLDS];
    size_t count;
    bool good = credits_open_holds(tx, v->after, page, VERIFY_PAGE_HOLDS, &count);
    for (size_t i = 0; good && i < count; i++) {
        good = verify_hold(tx, &page[i], v);
        v->after = page[i].id;
    }
    if (!good) return false;
    v->holds += (int64_t)count;
    v->more = count == VERIFY_PAGE_HOLDS;
    return true;
}

static bool verify_tenants_page(struct tx *tx, struct tenant_verdict *v)
{
    struct query q = query(tx, &verify_page);
    bind_i64(&q, v->after), bind_i64(&q, VERIFY_PAGE_TENANTS);
    enum row row = ROW_NONE;
    bool fault = false;
    v->more = false;
    while (!fault && (row = query_next(&q)) == ROW_FOUND) {
        v->more = true;
        v->after = col_i64(&q, "id");
        v->tenants++;
        const char *what = bad(tx, &q, &fault);
        if (what) what = still_bad(tx, v->after, what, &fault);
        if (what) found_bad(v, v->after, what);
    }
    return !fault && row != ROW_FAULT;
}

bool tenants_verify_piece(struct tx *tx, struct tenant_verdict *v)
{
    static bool (*const pages[])(struct tx *tx, struct tenant_verdict *v) = {
        verify_tenants_page, verify_holds_page, verify_secrets_page
    };
    assert(v->stage < ARRAY_LEN(pages));
    struct arena_mark mark = arena_mark(tx_arena(tx));
    bool read = pages[v->stage](tx, v);
    arena_release(tx_arena(tx), mark);
    if (!read || v->more) return read;
    v->after = v->kind = v->generation = 0;
    v->more = ++v->stage < ARRAY_LEN(pages);
    return true;
}

bool tenants_verify(struct tx *tx, struct tenant_verdict *out)
{
    *out = (struct tenant_verdict){ .more = true };
    while (out->more)
        if (!tenants_verify_piece(tx, out)) return false;
    return true;
}
