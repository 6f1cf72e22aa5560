/* verify.c: invariants 3 and 4 of the design on a live database, in keyset pages (storage/verify.h says how a finding
 * is looked at again). A page is one snapshot; what is compared with it (the shop, the job, the ledger, the hold) is
 * read a moment later. */
#include "tenants/private.h"

#include "base/clock.h"
#include "credits/credits.h"

enum { VERIFY_PAGE_TENANTS = 200, VERIFY_PAGE_HOLDS = 100 };
/* A period that was not paid ends GRACE_DAYS after its end, or after the merchant was told; a day more for delays. */
#define GRACE_ENDS_MS ((GRACE_DAYS + 1) * DAY_MS)

/* History: as many rows as moves, the last ends where the tenant is, each begins where the one before ended. `older`:
 * subscriptions before the present one that would still be renewed, or behind it. */
STMT(verify_page,
     "SELECT t.id, t.shop, t.account, t.status, t.version, t.job, t.hold, t.subscription, t.shop_deleted,"
     " (SELECT COUNT(*) FROM tenant_moves m WHERE m.tenant = t.id) AS moves,"
     " (SELECT m.to_status FROM tenant_moves m WHERE m.tenant = t.id AND m.version = t.version) AS last_to,"
     " (SELECT COUNT(*) FROM tenant_moves m LEFT JOIN tenant_moves b ON b.tenant = m.tenant"
     "   AND b.version = m.version - 1 WHERE m.tenant = t.id AND COALESCE(b.to_status, 0) <> m.from_status) AS breaks,"
     " (SELECT COUNT(*) FROM tenant_secrets x WHERE x.tenant = t.id AND x.state = 1 AND x.kind < 3) AS secrets,"
     " (SELECT CAST(COALESCE(SUM(p.charges), 0) AS BIGINT) FROM subscriptions p WHERE p.tenant = t.id) AS all_charges,"
     " (SELECT COUNT(*) FROM subscriptions o WHERE o.tenant = t.id"
     "   AND (o.number > t.subscription OR (o.number < t.subscription AND o.due_at_ms <> 0))) AS older,"
     " (SELECT COUNT(*) FROM panel_tenants g WHERE g.shop = t.shop AND g.shop > 0 AND g.account = t.account) AS given,"
     " s.status AS sub_status, s.source, s.shop AS sub_shop, s.account AS sub_account, s.anchor_day, s.charges, "
     "s.started_at_ms,"
     " s.expires_at_ms, s.due_at_ms"
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

/* Renewed at its end, not before it was asked for and not behind it: a date that is missing, far off or wrong is a
 * month that nobody pays for, or a chat that stops. */
static const char *bad_renewal(const struct query *q)
{
    enum tenant_status status = (enum tenant_status)col_i64(q, "status");
    enum subscription_status sub = (enum subscription_status)col_i64(q, "sub_status");
    int64_t due_ms = col_i64(q, "due_at_ms"), end = col_i64(q, "expires_at_ms"), now = now_ms();
    if (status != TENANT_ACTIVE) {
        return due_ms != 0 ? "a tenant that is out of service would be renewed" : NULL;
    }
    if (sub == SUBSCRIPTION_ACTIVE)
        return due_ms > 0 && due_ms <= end ? NULL : "a subscription is not renewed at its end";
    if (sub != SUBSCRIPTION_PAST_DUE) return "an active tenant is not paid for";
    if (end > now) return "a subscription is past due before its end";
    return due_ms > 0 && due_ms <= now + GRACE_ENDS_MS ? NULL
                                                       : "a subscription that is past due is not asked for again";
}

/* Every period that credits pay for was charged once: so many charges lead from the first day to the end of the last
 * period. For what others pay nothing is ever charged, and its end is what they say. */
static const char *bad_periods(const struct query *q)
{
    int anchor = (int)col_i64(q, "anchor_day");
    int64_t charges = col_i64(q, "charges"), start = col_i64(q, "started_at_ms"), end = col_i64(q, "expires_at_ms");
    enum subscription_source source = subscription_source_named(col_text(q, "source"));
    if (source == SOURCE_COUNT) return "nobody knows what a subscription is paid by";
    if (source != SOURCE_CREDITS) {
        if (charges != 0) return "credits were charged for what others pay";
        bool runs = col_i64(q, "status") == TENANT_ACTIVE && col_i64(q, "sub_status") == SUBSCRIPTION_ACTIVE;
        if (source == SOURCE_PANEL && runs && col_i64(q, "given") == 0) return "no panel gives what a panel is said to";
        return end > start ? NULL : "a subscription ends before it begins";
    }
    bool fits = charges >= 1 && time_add_months(start, (int)charges, anchor) == end;
    return fits ? NULL : "a subscription's periods and charges differ";
}

static const char *bad_subscription(const struct query *q)
{
    if (col_i64(q, "older") != 0) return "a tenant has a subscription beside the present one";
    if (col_is_null(q, "sub_status")) {
        if (col_i64(q, "subscription") != 0) return "a tenant's subscription is missing";
        return col_i64(q, "status") == TENANT_ACTIVE ? "an active tenant has no subscription" : NULL;
    }
    if (col_i64(q, "sub_shop") != col_i64(q, "shop") || col_i64(q, "sub_account") != col_i64(q, "account"))
        return "a tenant's subscription is of another shop";
    const char *what = bad_periods(q);
    return what ? what : bad_renewal(q);
}

/* A tenant in provisioning: somebody works on it, and the credits for it are there. */
static const char *bad_provisioning(struct tx *tx, const struct query *q, bool *fault)
{
    struct job_row job = { 0 };
    enum row row = jobs_get(tx, col_i64(q, "job"), &job);
    *fault = row == ROW_FAULT;
    if (*fault) return NULL;
    if (row == ROW_NONE || !job_row_is_live(&job)) return "a tenant in provisioning has no live job";
    int64_t id = col_i64(q, "hold");
    struct hold hold = { 0 };
    if (id == 0) return NULL; /* a paid month runs, or the price is zero */
    row = credits_hold_get(tx, id, &hold);
    *fault = row == ROW_FAULT;
    if (*fault) return NULL;
    bool its_own = hold.account == col_i64(q, "account") && hold.shop == col_i64(q, "shop");
    return row == ROW_FOUND && hold.state == HOLD_OPEN && its_own ? NULL
                                                                  : "a tenant in provisioning lost its held credits";
}

static const char *bad_state(struct tx *tx, const struct query *q, bool *fault)
{
    enum tenant_status status = (enum tenant_status)col_i64(q, "status");
    if (status == TENANT_PROVISIONING) return bad_provisioning(tx, q, fault);
    if (col_i64(q, "hold") != 0) return "a tenant holds credits outside of provisioning";
    return status == TENANT_ACTIVE && col_i64(q, "secrets") != 2 ? "an active tenant lacks a secret" : NULL;
}

static const char *bad_shop(struct tx *tx, const struct query *q, bool *fault)
{
    struct shop s = { 0 };
    enum row row = shops_get(tx, col_i64(q, "shop"), &s);
    *fault = row == ROW_FAULT;
    if (*fault) return NULL;
    if (row == ROW_NONE) return "a tenant's shop is missing";
    if (s.account != col_i64(q, "account")) return "a tenant's shop is of another account";
    bool gone = s.status == SHOP_DELETED || s.status == SHOP_PURGED;
    if (gone != col_bool(q, "shop_deleted")) return "a tenant does not know whether its shop is deleted";
    int64_t status = col_i64(q, "status"), sub = col_i64(q, "sub_status");
    if (status == TENANT_ACTIVE && gone) return "an active tenant's shop is deleted";
    if (status == TENANT_ACTIVE && s.status == SHOP_SUSPENDED) return "an active tenant's shop is suspended";
    /* What rests with its shop goes on with it; else it rests because nobody pays. */
    bool rests = gone || s.status == SHOP_SUSPENDED;
    bool runs = sub == SUBSCRIPTION_ACTIVE || sub == SUBSCRIPTION_PAST_DUE;
    return status == TENANT_SUSPENDED && !rests && runs ? "a suspended tenant has a subscription that runs" : NULL;
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
    if (!what && !*fault) what = bad_shop(tx, q, fault);
    if (!what && !*fault) what = bad_charges(tx, q, fault);
    return what;
}

static bool tenants_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_page);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, VERIFY_PAGE_TENANTS);
    enum row row = ROW_NONE;
    bool fault = false;
    while (!fault && (row = query_next(&q)) == ROW_FOUND) {
        found->more = true;
        found->looked++;
        found->cursor[0] = col_i64(&q, "id");
        const char *what = bad(tx, &q, &fault);
        if (what) verify_found(found, "tenant", found->cursor[0], what);
    }
    return !fault && row != ROW_FAULT;
}

/* Every kept secret opens with the keys of this process: a lost master key is noticed here and not by a shop. */
static bool secrets_piece(struct tx *tx, struct verify_piece *found)
{
    struct query q = query(tx, &verify_secrets);
    bind_i64(&q, found->cursor[0]), bind_i64(&q, found->cursor[1]), bind_i64(&q, found->cursor[2]);
    bind_i64(&q, VERIFY_PAGE_TENANTS);
    enum row row;
    while ((row = query_next(&q)) == ROW_FOUND) {
        int64_t tenant = col_i64(&q, "tenant"), kind = col_i64(&q, "kind");
        struct str text;
        found->more = true;
        found->looked++;
        found->cursor[0] = tenant, found->cursor[1] = kind, found->cursor[2] = col_i64(&q, "generation");
        if (!secret_open(tx_arena(tx), tenant, (enum secret_kind)kind, col_str(&q, "sealed"), &text))
            verify_found(found, "tenant", tenant, "a secret does not open with these master keys");
    }
    return row != ROW_FAULT;
}

/* Nobody would ever give back a hold that no enable under way names. Those of refunds are named by
 * a refund. */
static bool holds_piece(struct tx *tx, struct verify_piece *found)
{
    struct hold_open page[VERIFY_PAGE_HOLDS];
    size_t count;
    if (!credits_open_holds(tx, found->cursor[0], page, VERIFY_PAGE_HOLDS, &count)) return false;
    for (size_t i = 0; i < count; i++) {
        const struct hold_open *h = &page[i];
        struct tenant t = { 0 };
        found->cursor[0] = h->id;
        if (text_eq(h->reason, REASON_refund.name)) continue;
        enum row row = tenants_of_shop(tx, h->shop, &t);
        if (row == ROW_FAULT) return false;
        bool named = row == ROW_FOUND && t.status == TENANT_PROVISIONING && t.hold == h->id && t.account == h->account;
        if (!named) verify_found(found, "hold", h->id, "credits are held for no enable under way");
    }
    found->looked += (int64_t)count;
    found->more = count == VERIFY_PAGE_HOLDS;
    return true;
}

/* clang-format off */
const struct verify_check tenants_checks[] = {
    { .name = "tenants.state", .doc = "Chatbots are paid for, renewed and worked on as their rows say.",
      .piece = tenants_piece },
    { .name = "tenants.holds", .doc = "Credits are held only for what is being set up.", .piece = holds_piece },
    { .name = "tenants.secrets", .doc = "Every kept secret opens with these master keys.", .piece = secrets_piece },
    { .name = "tenants.told", .doc = "The outside is told what was said, and the next enable is charged.",
      .piece = verify_told_piece },
    { .name = "tenants.secret_rows", .doc = "One secret of a kind is active, and old ones end.",
      .piece = verify_secret_rows_piece },
    { .name = "tenants.codes", .doc = "Launch codes and the secrets of panels end when they should.",
      .piece = verify_codes_piece },
    { .name = "tenants.hanging", .doc = "Subscriptions and histories belong to their tenants.",
      .piece = verify_hanging_piece },
    VERIFY_END
};
/* clang-format on */
